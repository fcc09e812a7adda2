"""Finding intakes and possible matches in a real browser, wide and at 320 px."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.actions import calls
from intake.models import Intake, User
from tests import factory
from tests.browser.checks import Inspection
from tests.browser.conftest import Watch
from tests.browser.test_call import sign_in, wait_for_scripts

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]


def earlier(worker: User, days: int = 3) -> Intake:
    """An ended call with words, a child and an address."""
    at = timezone.now() - timedelta(days=days)
    call = factory.make_call(worker, at)
    factory.put(worker, call, "narrative.text", "The boy was hungry and waited at the blue door.")
    row = f"person.{uuid.uuid4()}"
    factory.put(worker, call, f"{row}.name", "Nguyễn Thị Ánh", role="child")
    factory.put(worker, call, f"{row}.address", "12 Harbor Lane, Oakfield")
    return calls.end_call(actor=worker, intake_id=call.pk, at=at + timedelta(minutes=9))


def is_wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.main_path
def test_a_supervisor_finds_an_intake(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    supervisor: User,
    inspection: Inspection,
) -> None:
    call = earlier(worker)
    sign_in(page, live_server, "supervisor")
    page.get_by_role("link", name="Intakes").click()
    expect(page.get_by_role("heading", name="1 intake")).to_be_visible()
    inspection.look("list")
    page.get_by_label("Name of a person").fill("nguyan anh")
    page.get_by_label("Words of the record").fill("“blue door”")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="1 intake found")).to_be_visible()
    row = page.get_by_role("row", name=call.reference)
    expect(row.locator("mark")).to_have_text(["Nguyễn", "Ánh", "blue door"])
    assert "nguyan" not in page.url
    assert "blue" not in page.url
    inspection.look("found")
    page.set_viewport_size({"width": 320, "height": 640})
    assert not is_wider_than_the_screen(page)
    inspection.look("found-narrow")
    page.get_by_role("link", name=call.reference).click()
    expect(page.get_by_role("heading", name=f"Intake {call.reference}")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="1 intake found")).to_be_visible()
    page.get_by_label("Name of a person").fill("Okafor")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="No intake fits")).to_be_visible()
    inspection.look("nothing-narrow")
    watch.expect_silence()


def test_a_worker_looks_beyond_the_own_with_a_purpose(
    page: Page, live_server: LiveServer, worker: User, worker2: User, inspection: Inspection
) -> None:
    call = earlier(worker2)
    sign_in(page, live_server)
    page.goto(live_server.url + reverse("intakes"))
    page.get_by_label("Name of a person").fill("Nguyen")
    page.get_by_text("Search the agency’s intakes too").click()
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose why")
    inspection.look("no-purpose")
    page.get_by_label("Purpose").select_option(label="Same call reported before")
    page.get_by_role("button", name="Search").click()
    row = page.get_by_role("row", name=call.reference)
    expect(row).to_contain_text("Ask a supervisor to open it.")
    expect(row.get_by_role("link")).to_have_count(0)
    inspection.look("beyond")


def test_matches_are_counted_opened_and_linked(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    worker2: User,
    inspection: Inspection,
) -> None:
    other = earlier(worker2)
    sign_in(page, live_server)
    page.get_by_role("button", name="Start a call").click()
    wait_for_scripts(page)
    chip = page.locator("[data-matches]")
    expect(chip).to_be_hidden()
    page.get_by_role("tab", name="People").click()
    page.get_by_role("button", name="Add a child").click()
    page.get_by_role("textbox", name="Name", exact=True).first.fill("Anh Nguyen Thi")
    expect(chip).to_have_text("1 possible match")
    expect(chip).to_be_visible()
    inspection.look("counted")
    chip.click()
    dialog = page.get_by_role("dialog", name="Possible matches")
    expect(dialog.get_by_text(other.reference).first).to_be_visible()
    expect(dialog.get_by_text("name", exact=False).first).to_be_visible()
    inspection.look("opened")
    dialog.get_by_role("button", name="Link as prior involvement").click()
    expect(dialog.get_by_text("Prior involvement", exact=True)).to_be_visible()
    inspection.look("linked")
    dialog.get_by_role("button", name="Close").click()
    call = Intake.objects.exclude(pk=other.pk).get()
    assert list(call.prior_involvement.all()) == [other]
    page.set_viewport_size({"width": 320, "height": 640})
    assert not is_wider_than_the_screen(page)
    page.goto(live_server.url + reverse("call_matches", args=[call.pk]))
    expect(page.get_by_role("heading", name="Possible matches")).to_be_visible()
    assert not is_wider_than_the_screen(page)
    inspection.look("page-narrow")
    watch.expect_silence()


def test_matches_work_without_scripts(
    browser: Browser, live_server: LiveServer, worker: User, worker2: User
) -> None:
    other = earlier(worker2)
    call = factory.make_call(worker, timezone.now())
    factory.put(worker, call, f"person.{uuid.uuid4()}.name", "Nguyen Thi Anh", role="child")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    context.set_default_timeout(10_000)
    plain = context.new_page()
    sign_in(plain, live_server)
    plain.goto(live_server.url + reverse("call", args=[call.pk]))
    plain.get_by_role("link", name="Possible matches").click()
    match = plain.get_by_role("listitem").filter(has_text=other.reference)
    match.get_by_role("button", name="Link as prior involvement").click()
    expect(plain.get_by_text("Prior involvement", exact=True)).to_be_visible()
    match.get_by_role("button", name="Take the link back").click()
    expect(plain.get_by_text("Prior involvement", exact=True)).to_have_count(0)
    context.close()
