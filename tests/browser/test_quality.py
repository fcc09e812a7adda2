"""Quality and notices in a real browser: a rating beside a review, one given blind, the count."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from intake import quality
from intake.actions import quality as actions
from intake.actions import reviews
from intake.models import Agency, Intake, QualityRating, User
from tests import factory
from tests.browser.checks import Inspection
from tests.browser.conftest import Watch
from tests.browser.test_call import sign_in, start_call, wait_for_scripts
from tests.browser.test_looks import look_at

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]


def submitted(worker: User) -> Intake:
    call = factory.make_call(worker, timezone.now())
    factory.put(worker, call, "narrative.text", "The aunt saw it in spring. Nobody else was near.")
    factory.submit(worker, call, timezone.now())
    return call


def approved_last_month(worker: User, supervisor: User) -> Intake:
    at = timezone.now().replace(day=1, hour=12) - timedelta(days=3)
    call = factory.make_call(worker, at)
    factory.put(worker, call, "narrative.text", "The aunt saw it in spring.", at=at)
    factory.submit(worker, call, at)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=at)
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=at)
    return call


def answer(page: Page, **chosen: str) -> None:
    """Choose an answer for every item: Yes, where nothing else is said."""
    for key, wording in quality.RUBRIC.items():
        item = page.get_by_role("group", name=wording)
        item.get_by_role("radio", name=chosen.get(key, "Yes"), exact=True).check()


def test_a_record_is_rated_beside_its_review(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    supervisor: User,
    inspection: Inspection,
) -> None:
    call = submitted(worker)
    sign_in(page, live_server, "supervisor")
    page.get_by_role("row", name=call.reference).get_by_role("button", name="Claim").click()
    page.get_by_text("Rate this record").click()
    inspection.look("to-be-rated")
    answer(page, safety_first="No", own_words="Not applicable")
    page.get_by_role("button", name="Keep the rating").click()
    expect(page.get_by_text("Your rating is kept.")).to_be_visible()
    expect(page.get_by_text("Yes 4 · No 1 · Not applicable 1")).to_be_visible()
    page.get_by_text("Correct your rating").click()
    expect(
        page.get_by_role("group", name=quality.RUBRIC["safety_first"]).get_by_role(
            "radio", name="No", exact=True
        )
    ).to_be_checked()
    look_at(page, inspection, page.url, "rated")
    watch.expect_silence()


def test_a_sampled_record_is_rated_blind(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    supervisor: User,
    agency: Agency,
    inspection: Inspection,
) -> None:
    for name in ("second", "third"):
        factory.make_user(agency, name, "supervisors")
    call = approved_last_month(worker, supervisor)
    sign_in(page, live_server, "second")
    page.get_by_role("link", name="Quality").click()
    look_at(page, inspection, page.url, "quality")
    page.set_viewport_size({"width": 1366, "height": 625})
    # The look drew the month: it is a notice now, too.
    page.reload()
    expect(page.get_by_role("link", name=re.compile("^Notices ?1 new$"))).to_be_visible()
    page.get_by_role("link", name=f"Rate {call.reference}").click()
    expect(page.get_by_role("heading", name=f"Rate {call.reference}")).to_be_visible()
    look_at(page, inspection, page.url, "rate")
    page.set_viewport_size({"width": 1366, "height": 625})
    give = page.get_by_role("button", name="Give the rating")
    expect(give).to_be_visible()
    # An item without an answer is not sent; the browser shows which.
    give.click()
    expect(page.get_by_role("heading", name=f"Rate {call.reference}")).to_be_visible()
    answer(page, own_words="Not applicable")
    give.click()
    expect(page.get_by_text(f"Your rating of {call.reference} is kept.")).to_be_visible()
    expect(page.get_by_text("No record waits for you.")).to_be_visible()
    rating = QualityRating.objects.get(rater__username="second")
    look_at(
        page, inspection, live_server.url + reverse("quality_rating", args=[rating.pk]), "given"
    )
    expect(page.get_by_role("button", name="Give the rating")).to_have_count(0)
    watch.expect_silence()


def test_a_blind_rating_is_given_without_scripts(
    browser: Browser, live_server: LiveServer, worker: User, supervisor: User, agency: Agency
) -> None:
    for name in ("second", "third"):
        factory.make_user(agency, name, "supervisors")
    call = approved_last_month(worker, supervisor)
    actions.keep_samples(agency=agency, at=timezone.now())
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    sign_in(page, live_server, "third")
    page.get_by_role("link", name="Notices").click()
    page.get_by_role("link", name=call.reference).click()
    answer(page)
    page.get_by_role("button", name="Give the rating").click()
    expect(page.get_by_text(f"Your rating of {call.reference} is kept.")).to_be_visible()
    context.close()


def test_the_count_in_the_header_and_the_page(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    supervisor: User,
    inspection: Inspection,
) -> None:
    late, call = submitted(worker), submitted(worker)
    now = timezone.now()
    Intake.objects.filter(pk=late.pk).update(due_at=now - timedelta(hours=2))
    page.clock.install()
    sign_in(page, live_server, "worker")
    header = page.get_by_role("banner")
    expect(header.get_by_role("link", name=re.compile("^Notices ?1 new$"))).to_be_visible()
    requests: list[str] = []
    page.on("request", lambda one: requests.append(one.url))
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=now)
    comment = reviews.NewComment("narrative.text", "Which aunt?")
    reviews.return_intake(actor=supervisor, intake_id=call.pk, comments=[comment], at=now)
    # By the poll that is there already, and not before half a minute has gone by.
    page.clock.run_for(20_000)
    assert not [url for url in requests if "notices=1" in url]
    page.clock.run_for(15_000)
    expect(header.get_by_role("link", name=re.compile("^Notices ?2 new$"))).to_be_visible()
    assert len([url for url in requests if "notices=1" in url]) == 1
    inspection.look("counted")

    page.get_by_role("link", name="Notices").click()
    expect(page.get_by_role("heading", name="Notices")).to_be_visible()
    rows = page.get_by_role("row")
    expect(rows.nth(1)).to_contain_text(late.reference)
    expect(rows.nth(1)).to_contain_text("Response overdue by 2 h")
    expect(rows.nth(2)).to_contain_text("Returned to you with comments New")
    expect(header.get_by_role("link", name=re.compile("^Notices ?1 new$"))).to_be_visible()
    inspection.look("notices")
    page.get_by_role("button", name="Mark all as seen").click()
    expect(page.get_by_text("All notices are marked as seen")).to_be_visible()
    expect(rows.nth(2)).not_to_contain_text("New")
    look_at(page, inspection, page.url, "seen")
    page.get_by_role("link", name=call.reference).click()
    expect(page.get_by_role("heading", name=f"Call {call.reference}")).to_be_visible()
    expect(page.get_by_role("link", name="Notices")).to_have_count(0)
    watch.expect_silence()


def test_a_supervisor_s_count_comes_with_the_poll_of_danger(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, supervisor: User
) -> None:
    call = submitted(worker)
    page.clock.install()
    sign_in(page, live_server, "supervisor")
    expect(page.get_by_role("heading", name="Review queue")).to_be_visible()
    count = page.locator("[data-notice-count]")
    expect(count).to_be_hidden()
    Intake.objects.filter(pk=call.pk).update(due_at=timezone.now() + timedelta(minutes=30))
    for _ in range(8):
        page.clock.run_for(5_000)
        page.wait_for_load_state("networkidle")
    expect(count).to_be_visible()
    expect(count).to_have_text("1 new")
    watch.expect_silence()


def test_the_call_screen_asks_for_no_notices(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    page.clock.install()
    start_call(page, live_server)
    wait_for_scripts(page)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    for _ in range(10):
        page.clock.run_for(4_000)
        page.wait_for_load_state("networkidle")
    assert [url for url in asked if "/calls/offers/" in url]
    assert not [url for url in asked if "notices" in url]
