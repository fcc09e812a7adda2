"""A practice call against a scripted caller, with its replay, in a real browser."""

import re
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

from intake.actions import calls, practice
from intake.models import Intake, User
from intake.practice import scenarios
from tests.browser.checks import Inspection
from tests.browser.conftest import Watch
from tests.browser.test_call import expect_saved, narrative, shown, sign_in, wait_for_scripts

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]


def test_a_practice_call_with_its_replay(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    sign_in(page, live_server)
    page.get_by_role("link", name="Practice").click()
    inspection.look("practice")
    nurse = next(one for one in scenarios() if one.key == "school-nurse")
    title = re.escape(nurse.title.en)
    page.get_by_label(re.compile(f"The caller speaks.*{title}")).select_option(label="Español")
    page.get_by_role("button", name=re.compile(f"Start a practice call.*{title}")).click()
    wait_for_scripts(page)
    expect(page.get_by_role("heading", name="Call P")).to_be_visible()
    caller = page.get_by_role("complementary", name="Caller")
    caller.get_by_role("button", name="Go on").click()
    expect(caller.get_by_role("log")).to_contain_text(nurse.lines[0].words.es)
    expect(narrative(page)).to_be_focused()  # the pointer leaves the caret
    assert page.locator("html").evaluate("e => e.scrollHeight <= e.clientHeight")
    for line in nurse.lines[1:]:
        caller.get_by_role("button", name="Go on").click()
        expect(caller.get_by_role("log")).to_contain_text(line.words.es)
    narrative(page).fill("Doña Chela los trae.")
    page.get_by_role("tab", name="Social Connections").click()
    page.get_by_role("button", name="File as working well").click()
    worry = shown(page, "Worry")
    worry.get_by_role("button", name="Ask").first.click()
    reply = nurse.replies["social_connections.people_around.worry"].es
    expect(caller.get_by_role("log")).to_contain_text(reply)
    worry.get_by_role("textbox").first.fill("Un tío que toma.")
    expect_saved(page)
    inspection.look("practice-call")
    page.get_by_role("group", name="Danger now?").get_by_role(
        "radio", name="No", exact=True
    ).check()
    page.get_by_role("button", name="End call").click()
    expect(page.get_by_text("nothing of this is a report")).to_be_visible()
    wait_for_scripts(page)  # a page that was made before the last save is loaded once more
    page.get_by_role("link", name="Calls").first.click()
    expect(page.get_by_role("link", name="P26-")).to_have_count(0)
    page.get_by_role("link", name="Practice").click()
    page.get_by_role("link", name=re.compile("Replay.*P26-")).click()
    expect(page.get_by_role("heading", name="Replay of practice call P")).to_be_visible()
    social = page.get_by_role("region", name="Social Connections")
    expect(social).to_contain_text("volunteered by the caller, filed")
    expect(social).to_contain_text("Asked and answered")
    expect(social).to_contain_text("Missed")
    course = page.get_by_role("region", name="The call, turn by turn")
    expect(course).to_contain_text("Doña Chela los trae.")
    inspection.look("replay")
    assert Intake.objects.get().is_practice
    watch.expect_silence()


def play(worker: User, turns: int = 0) -> Intake:
    """A practice call against the school nurse, of whom some turns were heard."""
    at = timezone.now()
    call = practice.start_practice(actor=worker, scenario="school-nurse", language="en", at=at)
    for _ in range(turns):
        practice.hear(actor=worker, intake_id=call.pk, prompt_id=None, at=at)
    return call


def open_call(page: Page, server: LiveServer, call: Intake) -> None:
    sign_in(page, server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.goto(server.url + reverse("call", args=[call.pk]))
    wait_for_scripts(page)


def test_the_caller_answers_after_the_ending_and_the_log_grows_where_it_stands(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    nurse = next(one for one in scenarios() if one.key == "school-nurse")
    open_call(page, live_server, play(worker, len(nurse.lines)))
    caller = page.get_by_role("complementary", name="Caller")
    log = caller.get_by_role("log")
    latest = log.get_by_text(nurse.lines[-1].words.en)
    expect(latest).to_be_in_viewport(ratio=1)  # the log opens at its end
    log.evaluate("log => { log.isTheSame = true; }")
    go_on = caller.get_by_role("button", name="Go on")
    go_on.focus()
    page.keyboard.press("Enter")
    expect(log).to_contain_text(nurse.ending.en)
    expect(go_on).to_be_focused()
    expect(go_on).to_have_attribute("aria-disabled", "true")
    inspection.look("practice-ended")
    page.get_by_role("tab", name="Social Connections").click()
    narrative(page).focus()
    page.keyboard.type("Asked ")
    said = log.locator("p").count()
    for side in ("worry", "working_well"):
        ask = shown(page, "Worry" if side == "worry" else "Working well")
        ask.get_by_role("button", name="Ask").first.click()
        reply = nurse.replies[f"social_connections.people_around.{side}"].en
        expect(log).to_contain_text(reply)
    page.keyboard.type("twice.")
    expect(narrative(page)).to_have_value("Asked twice.")
    expect(log.locator("p")).to_have_count(said + 2)
    assert log.evaluate("log => log.isTheSame === true")
    caller.get_by_text("Caller: ").click()
    expect(log).to_be_hidden()
    shown(page, "Worry").get_by_role("button", name="Ask").nth(1).click()
    expect(log).to_be_visible()  # who asks hears the answer
    expect_saved(page)
    watch.expect_silence()


def test_a_caller_of_an_ended_intake_says_why_nothing_is_heard(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    call = play(worker)
    open_call(page, live_server, call)
    at = timezone.now()
    calls.close_no_report(actor=worker, intake_id=call.pk, reason="mistake", at=at)
    caller = page.get_by_role("complementary", name="Caller")
    caller.get_by_role("button", name="Go on").click()
    expect(caller.get_by_role("alert")).to_contain_text("takes no more changes")
    expect(caller.get_by_role("log").locator("p")).to_have_count(0)


def test_practice_without_scripts(browser: Browser, live_server: LiveServer, worker: User) -> None:
    call = play(worker)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server)
    nurse = next(one for one in scenarios() if one.key == "school-nurse")
    page.goto(live_server.url + reverse("call", args=[call.pk]))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("log")).to_contain_text(nurse.lines[0].words.en)
    page.get_by_role("region", name="Opening").get_by_role("button", name="Ask").first.click()
    expect(page.get_by_role("log").locator("p")).to_have_count(2)
    context.close()


def test_every_sheet_of_a_practice_call_says_so(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    call = play(worker, 4)
    open_call(page, live_server, call)
    calls.end_call(actor=worker, intake_id=call.pk, at=timezone.now())
    for name in ("call", "wrap_up", "practice_replay"):
        page.goto(live_server.url + reverse(name, args=[call.pk]))
        sheets = PdfReader(BytesIO(page.pdf())).pages
        assert sheets
        for sheet in sheets:
            assert "PRACTICE – nothing of this is a report" in sheet.extract_text(), name
    page.goto(live_server.url + reverse("preferences"))
    assert "PRACTICE" not in PdfReader(BytesIO(page.pdf())).pages[0].extract_text()
