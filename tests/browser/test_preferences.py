"""Snippets, keys that go along, and the other side of a worry, in a real browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.actions.preferences import save_preferences
from intake.models import Narrative, Preferences, User
from tests.browser.checks import Inspection
from tests.browser.conftest import Watch
from tests.browser.test_call import (
    expect_saved,
    narrative,
    shown,
    sign_in,
    start_call,
    wait_for_scripts,
)
from tests.factory import NOW

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]


def test_a_snippet_expands_visibly_and_can_be_undone(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    sign_in(page, live_server)
    page.get_by_role("link", name="Preferences").click()
    page.get_by_label("Abbreviation 1").fill(";cp")
    page.get_by_label("Text 1").fill("Caller will phone back")
    inspection.look("preferences")
    page.get_by_role("button", name="Save preferences").click()
    expect(page.get_by_text("Your preferences were saved.")).to_be_visible()
    page.goto(live_server.url + reverse("calls"))
    page.get_by_role("button", name="Start a call").click()
    wait_for_scripts(page)
    narrative(page).click()
    page.keyboard.type("Then ;cp at noon ;no such")
    expect(narrative(page)).to_have_value("Then Caller will phone back at noon ;no such")
    expect_saved(page)
    assert Narrative.objects.get().text == "Then Caller will phone back at noon ;no such"
    narrative(page).fill("")
    page.keyboard.type(";cp ")
    expect(narrative(page)).to_have_value("Caller will phone back ")
    page.keyboard.press("Control+Z")
    page.keyboard.press("Control+Z")
    expect(narrative(page)).to_have_value(";cp")
    expect_saved(page)
    watch.expect_silence()


def test_keys_are_changed_once_and_hold_everywhere(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.keyboard.press("Control+/")
    page.get_by_role("button", name="Change: Save now").click()
    page.keyboard.press("Alt+KeyW")
    expect(
        page.get_by_text("Alt+W already does: File the line or selection as worry")
    ).to_be_visible()
    page.get_by_role("button", name="Change: File the line or selection as worry").click()
    with page.expect_response(lambda one: one.url.endswith(reverse("preferences_keep"))):
        page.keyboard.press("Alt+KeyY")
    page.get_by_role("button", name="Close").last.click()
    assert Preferences.objects.get(user=worker).keys == {"worry": "Alt+Y"}
    page.context.clear_cookies(name="other")
    page.reload()
    wait_for_scripts(page)
    button = page.get_by_role("button", name="File as worry")
    expect(button).to_have_attribute("aria-keyshortcuts", "Alt+Y")
    narrative(page).fill("He was alone.")
    page.keyboard.press("Alt+KeyY")
    expect(page.get_by_role("textbox", name="What was heard")).to_have_value("He was alone.")
    expect_saved(page)
    watch.expect_silence()


def test_the_other_side_is_offered_quietly_once_and_may_be_switched_off(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.get_by_role("tab", name="Social Connections").click()
    worries = shown(page, "Worry")
    worries.get_by_role("textbox").first.fill("They moved away.")
    expect(page.get_by_text("The other side:")).to_have_count(0)
    narrative(page).click()
    line = page.get_by_text("The other side:")
    expect(line).to_be_visible()
    expect(narrative(page)).to_be_focused()
    inspection.look("other-side")
    page.keyboard.press("Alt+KeyO")
    well = shown(page, "Working well").get_by_role("textbox").first
    expect(well).to_be_focused()
    expect(line).to_have_count(0)
    narrative(page).click()
    worries.get_by_role("textbox").first.press("End")
    page.keyboard.type(" Far.")
    narrative(page).click()
    expect(line).to_be_visible()
    page.keyboard.press("Alt+KeyN")
    expect(line).to_have_count(0)
    worries.get_by_role("textbox").first.press("End")
    page.keyboard.type(" Again.")
    narrative(page).click()
    expect_saved(page)
    expect(line).to_have_count(0)  # it was dismissed

    save_preferences(actor=worker, at=NOW, offers_other_side=False)
    page.reload()
    wait_for_scripts(page)
    page.get_by_role("tab", name="Concrete Support").click()
    shown(page, "Worry").get_by_role("textbox").first.fill("No food.")
    narrative(page).click()
    expect_saved(page)
    expect(line).to_have_count(0)
    watch.expect_silence()


def test_language_and_timer_are_remembered(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    sign_in(page, live_server)
    page.goto(live_server.url + reverse("preferences"))
    page.get_by_label("Prompt language of new calls").select_option(label="Español")
    page.get_by_role("button", name="Save").click()
    page.goto(live_server.url + reverse("calls"))
    page.get_by_role("button", name="Start a call").click()
    wait_for_scripts(page)
    language = page.get_by_label("Prompt language")
    expect(language).to_have_value("es")
    language.select_option(label="English")  # of this call, which has nothing to do with the next
    kept = reverse("preferences_keep")
    with page.expect_response(lambda one: one.url.endswith(kept)):
        page.get_by_role("button", name="Hide timer").click()
    expect_saved(page)
    page.goto(live_server.url + reverse("calls"))
    page.get_by_role("button", name="Start a call").click()
    wait_for_scripts(page)
    expect(page.get_by_label("Prompt language")).to_have_value("es")
    expect(page.get_by_role("button", name="Show timer")).to_be_visible()
    watch.expect_silence()
