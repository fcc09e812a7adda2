"""A practice call against a scripted caller, with its replay, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.models import Intake, User
from intake.practice import scenarios
from tests.browser.checks import Inspection
from tests.browser.conftest import Watch
from tests.browser.test_call import expect_saved, narrative, shown, sign_in, wait_for_scripts

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("emptied")]


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
    expect(caller.get_by_role("button", name="Go on")).to_be_focused()
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
    page.get_by_role("link", name="Calls").first.click()
    expect(page.get_by_role("link", name="P26-")).to_have_count(0)
    page.get_by_role("link", name="Practice").click()
    page.get_by_role("link", name=re.compile("Replay.*P26-")).click()
    expect(page.get_by_role("heading", name="Replay of practice call P")).to_be_visible()
    social = page.get_by_role("region", name="Social Connections")
    expect(social).to_contain_text("volunteered by the caller, filed")
    expect(social).to_contain_text("Asked and answered")
    expect(social).to_contain_text("Missed")
    inspection.look("replay")
    assert Intake.objects.get().is_practice
    watch.expect_silence()
    inspection.finish()
