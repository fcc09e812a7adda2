"""The whole of a call in a real browser: from the sign-in to the words in the PDF."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

from intake.models import Answer, Intake, Narrative, User
from tests.browser.checks import Inspection, all_of, expect_accessible
from tests.browser.conftest import Watch
from tests.factory import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

FACTORS = (
    "Parental Resilience",
    "Social Connections",
    "Concrete Support",
    "Knowledge of Parenting & Child Development",
    "Social & Emotional Competence of Children",
)
SAVED = re.compile(r"^Saved \d\d:\d\d:\d\d$")


def sign_in(page: Page, server: LiveServer, username: str = "worker") -> None:
    page.goto(server.url)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def start_call(page: Page, server: LiveServer) -> None:
    sign_in(page, server)
    page.get_by_role("button", name="Start a call").click()
    expect(page.get_by_role("heading", name=re.compile("^Call 26-"))).to_be_visible()


def wait_for_scripts(page: Page) -> None:
    expect(page.locator("[data-ready]")).to_be_attached()


def expect_saved(page: Page) -> None:
    expect(page.get_by_role("status")).to_have_text(SAVED)


def narrative(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Narrative")


def shown(page: Page, side: str) -> Locator:
    return page.get_by_role("tabpanel").get_by_role("region", name=side)


@pytest.mark.main_path
def test_a_call_from_hello_to_pdf(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    inspection: Inspection,
    tmp_path: Path,
) -> None:
    page.goto(live_server.url)
    inspection.look("sign-in")
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    inspection.look("calls")
    page.get_by_role("button", name="Start a call").click()
    told = "A neighbour is worried about Amir.\nGrandmother collects him every day."
    expect(narrative(page)).to_be_focused()  # the first key lands in the narrative
    page.keyboard.type(told)
    expect(narrative(page)).to_have_value(told)
    page.get_by_role("tab", name="Social Connections").click()
    page.get_by_role("button", name="File as working well").click()
    narrative(page).press("Control+Home")
    narrative(page).press("Alt+KeyW")
    expect(page.get_by_role("tab", name="Social Connections")).to_contain_text("Heard 2")
    expect(narrative(page)).to_have_value(told)
    inspection.look("filed")

    for factor in FACTORS:
        page.get_by_role("tab", name=factor).click()
        for side in ("Worry", "Working well"):
            shown(page, side).get_by_role("textbox").first.fill(f"{side} about {factor} — né")
    page.get_by_role("tab", name="Closing").click()
    page.get_by_role("radio", name="Doesn't know").first.check()
    inspection.look("closing")
    page.get_by_role("tab", name="People").click()
    page.get_by_role("button", name="Add a child").click()
    page.keyboard.type("Amir Şükrü")
    page.get_by_role("button", name="Add a caregiver").click()
    page.keyboard.type("Lena 李雷")
    inspection.look("people")
    page.get_by_role("tab", name="Reporting party").click()
    panel = page.get_by_role("tabpanel")
    panel.get_by_role("textbox", name="Name", exact=True).fill("Canary Caller")
    inspection.look("reporting-party")
    panel.get_by_role("textbox", name="Phone").fill("555 0199")
    expect_saved(page)

    page.reload()
    expect(narrative(page)).to_have_value(told)
    page.get_by_role("tab", name="Social Connections").click()
    for side, line in zip(("Worry", "Working well"), told.split("\n"), strict=True):
        expect(shown(page, side).get_by_label("What was heard")).to_have_value(line)
    page.get_by_role("tab", name="Closing").click()
    expect(page.get_by_role("radio", name="Doesn't know").first).to_be_checked()
    page.get_by_role("tab", name="People").click()
    for group, who in (("Children", "Amir Şükrü"), ("Caregivers", "Lena 李雷")):
        names = page.get_by_role("region", name=group).get_by_role("textbox", name="Name")
        expect(names).to_have_value(who)
    for factor in FACTORS:
        page.get_by_role("tab", name=factor).click()
        for side in ("Worry", "Working well"):
            box = shown(page, side).get_by_role("textbox").first
            expect(box).to_have_value(f"{side} about {factor} — né")
    page.get_by_role("tab", name="Reporting party").click()
    name = page.get_by_role("tabpanel").get_by_role("textbox", name="Name", exact=True)
    expect(name).to_have_value("Canary Caller")
    inspection.look("reloaded")

    page.get_by_role("button", name="End call").click()
    dialog = page.get_by_role("dialog")
    inspection.look("danger-asked")
    dialog.get_by_role("radio", name="No", exact=True).check()
    dialog.get_by_role("button", name="Continue to wrap-up").click()
    expect(page.get_by_role("heading", name="Wrap-up")).to_be_visible()
    inspection.look("wrap-up")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("link", name="Write the rationale of the decision.")).to_be_visible()
    inspection.look("wrap-up-problems")
    # The browser notes a refused form as a failed resource; that is the refusal we asked for.
    assert all("422" in complaint for complaint in watch.complaints)
    watch.complaints.clear()

    tasks = page.get_by_role("navigation", name="What the wrap-up needs")
    expect(tasks).to_contain_text("Safety 2 not asked")
    tribal = page.get_by_role("link", name="Say whether there is tribal information.")
    expect(tribal).to_be_visible()
    for group in ("Responder safety?", "Tribal information?"):
        page.get_by_role("group", name=group).get_by_role("radio", name="Don't know").check()
    expect(tasks).to_contain_text("Safety Answered")
    expect(tribal).to_be_hidden()
    expect(page.get_by_role("link", name="Write the rationale of the decision.")).to_be_visible()
    page.get_by_label("Screening decision").select_option(index=1)
    page.get_by_role("textbox", name="Rationale").fill("Relatives step in; a visit should come.")
    expect(tasks).to_contain_text("Decision Incomplete")
    page.get_by_label("Response priority").select_option(index=1)
    expect(page.get_by_text("Not submitted yet")).to_be_hidden()
    page.get_by_role("textbox", name="Cross-reports").fill("Not due.")
    expect(tasks).to_contain_text("Decision Decided")
    page.get_by_role("button", name="Add a concern").click()
    page.locator("[data-rows=concern]").get_by_label("Type").select_option(index=1)
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", name=re.compile("^Intake 26-"))).to_be_visible()
    inspection.look("record")

    with page.expect_download() as started:
        page.get_by_role("link", name="Download PDF").click()
    target = tmp_path / "record.pdf"
    started.value.save_as(target)
    pages = PdfReader(BytesIO(target.read_bytes())).pages
    text = " ".join(" ".join(one.extract_text() for one in pages).split())
    for factor in FACTORS:
        assert f"Worry about {factor} — né" in text
        assert f"Working well about {factor} — né" in text
    assert "Grandmother collects him every day." in text
    assert "Amir Şükrü" in text
    assert "Lena 李雷" in text
    assert "Canary" not in text
    assert "555 0199" not in text
    assert Intake.objects.get().status == "submitted"
    watch.expect_silence()


def test_switching_a_tab_asks_the_server_nothing(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # the page says every ten seconds that it is there: not in here
    start_call(page, live_server)
    wait_for_scripts(page)
    page.wait_for_load_state("networkidle")  # the browser fetches the icon when it likes
    watch.requests.clear()
    for factor in (*FACTORS, "Opening", "Next steps", "People"):
        page.get_by_role("tab", name=factor).click()
    page.keyboard.press("Alt+Digit3")
    expect(page.get_by_role("tab", name="Concrete Support")).to_have_attribute(
        "aria-selected", "true"
    )
    page.clock.run_for(2000)  # whatever a switch would ask for a little later
    assert watch.requests == []
    watch.expect_silence()


@pytest.mark.parametrize(("width", "height"), [(1366, 625), (1280, 600), (320, 640), (320, 256)])
def test_the_call_fits_the_screen(
    page: Page, live_server: LiveServer, worker: User, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    start_call(page, live_server)
    size = page.locator("html").evaluate("e => [e.scrollWidth, e.scrollHeight]")
    assert size[0] <= width
    if width > 1000:
        assert size[1] <= height
    expect_accessible(page)


def test_jump_goes_to_a_prompt_by_its_words(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.keyboard.press("Control+KeyK")
    page.get_by_role("combobox", name="Words of the prompt").fill("closing")
    expect_accessible(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Closing")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Control+/")
    expect(page.get_by_role("heading", name="Keyboard")).to_be_visible()
    expect_accessible(page)
    watch.expect_silence()


def test_a_dead_network_keeps_the_text_and_tries_again(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.context.set_offline(True)
    narrative(page).fill("Typed while the network is dead.")
    expect(page.get_by_role("status")).to_contain_text("Not saved")
    expect(narrative(page)).to_have_value("Typed while the network is dead.")
    page.context.set_offline(False)
    expect_saved(page)
    assert Narrative.objects.get().text == "Typed while the network is dead."


def test_a_long_narrative_travels_as_splices(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    long = "Grüße 😀 an alle. " * 8000
    narrative(page).fill(long)
    expect_saved(page)
    narrative(page).press("Control+End")
    page.keyboard.type("Ende")
    expect_saved(page)
    assert Narrative.objects.get().text == long + "Ende"


def test_without_scripts_each_section_is_a_form(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    start_call(plain, live_server)
    region = plain.locator("#panel-social_connections").get_by_role("region", name="Worry")
    region.get_by_role("textbox").first.fill("They moved away.")
    plain.get_by_role("button", name=re.compile("^Save.*Social Connections$")).click()
    expect(plain.get_by_text("Saved.")).to_be_visible()
    assert Answer.objects.get().text == "They moved away."
    context.close()


def test_nothing_comes_back_after_signing_out(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    narrative(page).fill("Secret words")
    expect_saved(page)
    page.goto(live_server.url + reverse("calls"))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert "Secret words" not in all_of(page)
