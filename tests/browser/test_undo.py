"""Undoing in every kind of field, across reloads, and the earlier versions, in a real browser."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.models import Answer, AuditEvent, FieldRevision, Intake, Narrative, Quotation, User
from tests import factory
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
from tests.browser.test_looks import look_at

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

CARET = "box => [box.selectionStart, box.selectionEnd]"
READ_STORAGE = """async () => {
  const settled = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const told = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})];
  for (const {name} of await indexedDB.databases()) {
    const db = await settled(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      for (const row of await settled(db.transaction(store).objectStore(store).getAll())) {
        const data = row.data ? new TextDecoder("latin1").decode(row.data) : "";
        told.push(store, JSON.stringify(row), data);
      }
    }
    db.close();
  }
  return told.join("\\n");
}"""


def tool(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{name} (in|of) "))


def open_call(page: Page, server: LiveServer, call: Intake, name: str = "call") -> None:
    sign_in(page, server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.goto(server.url + reverse(name, args=[call.pk]))
    wait_for_scripts(page)


def wait_for_notes(page: Page) -> None:
    """Until what undoing needs was kept, or taken up, by this page."""
    expect(page.locator("[data-notes=kept]")).to_be_attached()


def test_a_text_is_undone_and_redone_with_its_caret_and_saved(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    expect(tool(page, "Undo")).to_have_attribute("aria-disabled", "true")
    page.keyboard.type("A boy was alone.")
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("Friday: ")  # at once, like a paste
    box = narrative(page)
    expect(box).to_have_value("Friday: A boy was alone.")
    page.keyboard.press("Control+Z")
    expect(box).to_have_value("A boy was alone.")
    assert box.evaluate(CARET) == [0, 0]
    page.keyboard.press("Control+Z")
    expect(box).to_have_value("")
    page.keyboard.press("Control+Z")  # there is nothing more
    expect(box).to_have_value("")
    page.keyboard.press("Control+Y")
    assert box.evaluate(CARET) == [16, 16]
    page.keyboard.press("Control+Shift+Z")
    expect(box).to_have_value("Friday: A boy was alone.")
    assert box.evaluate(CARET) == [8, 8]
    expect_saved(page)
    assert Narrative.objects.get().text == "Friday: A boy was alone."
    tool(page, "Undo").click()
    expect(box).to_have_value("A boy was alone.")
    expect(box).to_be_focused()
    expect(page.get_by_text("Undone: Narrative")).to_be_attached()
    expect_saved(page)
    assert Narrative.objects.get().text == "A boy was alone."
    # The menu of the browser asks in its own way.
    box.evaluate(
        "box => box.dispatchEvent(new InputEvent('beforeinput', "
        "{inputType: 'historyRedo', bubbles: true, cancelable: true}))"
    )
    expect(box).to_have_value("Friday: A boy was alone.")
    expect_saved(page)
    watch.expect_silence()


def test_radios_selects_and_boxes_are_undone_too(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    danger = page.get_by_role("group", name="Danger now?")
    danger.get_by_role("radio", name="Yes").check()
    danger.get_by_role("radio", name="No", exact=True).check()
    page.keyboard.press("Control+Z")
    expect(danger.get_by_role("radio", name="Yes")).to_be_checked()
    expect(tool(page, "Undo")).to_have_accessible_name("Undo in Danger now?")
    language = page.get_by_label("Prompt language")
    language.select_option("es")
    language.press("Control+Z")
    expect(language).to_have_value("en")
    page.get_by_role("tab", name="People").click()
    page.get_by_role("button", name="Add a child").click()
    page.keyboard.type("Amir")
    out = page.get_by_role("checkbox", name="Take out").first
    out.check()
    page.get_by_role("checkbox", name="Put back").press("Control+Z")
    expect(out).not_to_be_checked()
    page.get_by_role("textbox", name="Name", exact=True).focus()
    tool(page, "Undo").click()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()
    page.keyboard.press("Control+Y")
    expect_saved(page)
    call = Intake.objects.get()
    assert (call.danger_now, call.language) == ("yes", "en")
    assert call.people.get().name == "Amir"
    watch.expect_silence()


def test_what_scripts_put_in_is_undone_like_typing(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.get_by_role("tab", name="Social Connections").click()
    page.keyboard.type("His aunt took him in.")
    narrative(page).press("Alt+KeyS")
    side = shown(page, "Working well")
    side.get_by_label("Put to the prompt").select_option(index=1)
    answer = side.get_by_role("textbox").first
    answer.fill("She has an aunt.")
    side.get_by_role("button", name="Confirmed – use as answer").first.click()
    both = "She has an aunt.\nHis aunt took him in."
    expect(answer).to_have_value(both)
    page.keyboard.press("Control+Z")
    expect(answer).to_have_value("She has an aunt.")
    page.keyboard.press("Control+Y")
    expect(answer).to_have_value(both)
    # A note begins with the words that were filed; they are not undone to nothing.
    note = side.get_by_label("What was heard")
    note.press("End")
    page.keyboard.type(" Often.")
    page.keyboard.press("Control+Z")
    page.keyboard.press("Control+Z")
    expect(note).to_have_value("His aunt took him in.")
    expect_saved(page)
    assert Answer.objects.get().text == both
    watch.expect_silence()


def test_a_settled_conflict_is_undone(page: Page, live_server: LiveServer, worker: User) -> None:
    call = factory.make_call(worker)
    open_call(page, live_server, call)
    factory.put(worker, call, "narrative.text", "Theirs")
    narrative(page).fill("Mine")
    page.get_by_role("button", name="Keep theirs").click()
    expect(narrative(page)).to_have_value("Theirs")
    expect_saved(page)
    narrative(page).press("Control+Z")
    expect(narrative(page)).to_have_value("Mine")
    expect_saved(page)
    assert Narrative.objects.get().text == "Mine"


def test_locked_words_stay_locked(page: Page, live_server: LiveServer, worker: User) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.keyboard.type("I want to go home.")
    page.get_by_role("button", name="Quote").click()
    words = page.get_by_role("textbox", name="The words, as they were said")
    words.fill("I want to go home!")
    expect_saved(page)
    narrative(page).click()
    expect(words).to_have_attribute("readonly", "")
    words.focus()
    expect(tool(page, "Undo")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Control+Z")
    tool(page, "Undo").click(force=True)
    expect(words).to_have_value("I want to go home!")
    expect(page.get_by_text("This takes no changes now.")).to_be_attached()
    words.focus()
    page.keyboard.press("Alt+KeyV")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("This field takes no changes now")).to_be_visible()
    expect(dialog.get_by_role("button", name="Use this version")).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()
    expect(words).to_be_focused()
    assert Quotation.objects.get().text == "I want to go home!"
    page.get_by_role("button", name="Change the words").click()
    page.get_by_role("button", name="Change them").click()
    page.keyboard.press("Control+Z")
    expect(words).to_have_value("I want to go home.")
    expect_saved(page)
    assert Quotation.objects.get().text == "I want to go home."


def test_undoing_survives_reloads_and_other_pages_of_the_call(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.keyboard.type("Zebulon ")
    page.keyboard.insert_text("came home late.")
    page.get_by_role("tab", name="Social Connections").click()
    answer = shown(page, "Worry").get_by_role("textbox").first
    answer.fill("Ottoline moved away.")
    answer.fill("Ottoline moved.")
    answer.press("Control+Z")
    expect_saved(page)
    wait_for_notes(page)
    stored = page.evaluate(READ_STORAGE)
    assert "notes" in stored
    for word in ("Zebulon", "Ottoline", "home", "moved"):
        assert word not in stored

    page.reload()
    wait_for_scripts(page)
    expect(tool(page, "Undo")).to_have_attribute("aria-disabled", "false")
    narrative(page).press("Control+Z")
    expect(narrative(page)).to_have_value("Zebulon ")
    page.get_by_role("tab", name="Social Connections").click()
    answer.focus()
    page.keyboard.press("Control+Y")
    expect(answer).to_have_value("Ottoline moved.")
    expect_saved(page)
    wait_for_notes(page)

    call = Intake.objects.get()
    page.goto(live_server.url + reverse("wrap_up", args=[call.pk]))
    wait_for_scripts(page)
    expect(tool(page, "Redo")).to_have_attribute("aria-disabled", "false")
    tool(page, "Redo").click()
    expect(narrative(page)).to_have_value("Zebulon came home late.")
    expect_saved(page)
    wait_for_notes(page)
    # Somebody else's text, which stands after a reload, is an entry like others.
    base = Narrative.objects.get().revision_of("text")
    factory.put(worker, call, "narrative.text", "Another text.", base=base, at=timezone.now())
    page.goto(live_server.url + reverse("call", args=[call.pk]))
    wait_for_scripts(page)
    expect(tool(page, "Undo")).to_have_attribute("aria-disabled", "false")
    narrative(page).press("Control+Z")
    expect(narrative(page)).to_have_value("Zebulon came home late.")
    page.get_by_role("tab", name="Social Connections").click()
    answer.press("Control+Z")  # what the wrap-up does not show went along
    expect(answer).to_have_value("Ottoline moved away.")
    expect_saved(page)
    watch.expect_silence()


def test_an_earlier_version_is_found_and_used(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    call = factory.make_call(worker)
    told = ["He left at noon.", "He left at noon. Nobody saw him.", "She left at noon."]
    for base, text in enumerate(told):
        at = timezone.now() - timedelta(minutes=9 - base)
        factory.put(worker, call, "narrative.text", text, base=base, at=at)
    open_call(page, live_server, call)
    narrative(page).press("Control+End")
    page.keyboard.type(" Or one.")
    tool(page, "Earlier versions").click()
    dialog = page.get_by_role("dialog", name="Earlier versions: Narrative")
    expect(dialog.get_by_role("heading", name="Earlier versions: Narrative")).to_be_focused()
    expect(dialog.get_by_role("region", name="Present text")).to_contain_text(
        "She left at noon. Or one."  # what was just typed was saved first
    )
    versions = dialog.get_by_role("region", name=re.compile("^Saved .* by Worker Example$"))
    expect(versions).to_have_count(3)
    expect(versions.nth(1).locator("del").last).to_contain_text("Nobody saw him.")
    expect(versions.nth(1).locator("ins").first).to_contain_text("She")
    inspection.look("versions")
    size = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.locator("html").evaluate("e => e.scrollWidth") <= 320
    assert dialog.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    inspection.look("versions-narrow")
    assert size is not None
    page.set_viewport_size(size)
    versions.nth(1).get_by_role("button", name="Use this version").click()
    expect(narrative(page)).to_have_value(told[1])
    expect(narrative(page)).to_be_focused()
    expect_saved(page)
    assert Narrative.objects.get().text == told[1]
    assert FieldRevision.objects.filter(text="She left at noon. Or one.").exists()
    page.keyboard.press("Control+Z")
    expect(narrative(page)).to_have_value("She left at noon. Or one.")
    expect_saved(page)
    event = AuditEvent.objects.get(verb="intake.versions_viewed")
    assert event.details == {"field": "narrative.text"}
    watch.expect_silence()


def test_versions_of_a_choice_and_of_nothing(
    page: Page, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    call = factory.make_call(worker)
    for base, text in enumerate(("yes", "no")):
        at = timezone.now() - timedelta(minutes=9 - base)
        factory.put(worker, call, "call.danger_now", text, base=base, at=at)
    open_call(page, live_server, call)
    danger = page.get_by_role("group", name="Danger now?")
    danger.get_by_role("radio", name="No", exact=True).focus()
    page.keyboard.press("Alt+KeyV")
    dialog = page.get_by_role("dialog", name="Earlier versions: Danger now?")
    expect(dialog.get_by_role("region", name="Present text")).to_contain_text("No")
    dialog.get_by_role("button", name="Use this version").click()
    expect(danger.get_by_role("radio", name="Yes")).to_be_checked()
    expect_saved(page)
    call.refresh_from_db()
    assert call.danger_now == "yes"
    page.keyboard.press("Control+Z")
    expect(danger.get_by_role("radio", name="No", exact=True)).to_be_checked()
    narrative(page).click()
    page.keyboard.press("Alt+KeyV")
    dialog = page.get_by_role("dialog", name="Earlier versions: Narrative")
    expect(dialog.get_by_text("Nothing stood in this field before.")).to_be_visible()
    inspection.look("versions-none")
    page.keyboard.press("Escape")
    expect(narrative(page)).to_be_focused()
    expect_saved(page)
    page.context.set_offline(True)
    page.keyboard.press("Alt+KeyV")
    expect(dialog.get_by_text("The server cannot be reached.")).to_be_visible()
    page.context.set_offline(False)


def test_the_page_of_versions_without_scripts(
    page: Page, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    call = factory.make_call(worker)
    prompt = factory.core_prompt(call)
    for base in range(24):
        at = timezone.now() - timedelta(minutes=60 - base)
        said = "Nobody was home. " * (base * 3 + 1)
        factory.put(worker, call, f"answer.{prompt.pk}.text", said, base=base, at=at)
    factory.put(worker, call, f"quote.{uuid.uuid4()}.text", "I want to go home.")
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    address = live_server.url + reverse("call_versions", args=[call.pk])
    look_at(page, inspection, f"{address}?field=answer.{prompt.pk}.text", "versions-page")
    page.get_by_role("link", name="Older versions").click()
    expect(page.get_by_role("link", name="Older versions")).to_have_count(0)
    page.get_by_role("button", name="Use this version").last.click()
    expect(page.get_by_role("heading", name=re.compile("^Call 26-"))).to_be_visible()
    assert Answer.objects.get().text == "Nobody was home. "


def test_the_keys_of_undoing_are_told_and_fixed(
    page: Page, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    assert tool(page, "Undo").get_attribute("aria-keyshortcuts") == "Control+Z"
    assert tool(page, "Redo").get_attribute("aria-keyshortcuts") == "Control+Y Control+Shift+Z"
    page.keyboard.press("Control+/")
    row = page.get_by_role("row", name="Redo in the field Ctrl+Y or Ctrl+Shift+Z Fixed")
    expect(row).to_be_visible()
    expect(row.get_by_role("button")).to_have_count(0)
    inspection.look("keys")
    page.get_by_role("button", name="Change: Save now").click()
    page.keyboard.press("Control+Shift+Z")
    expect(page.get_by_text("Ctrl+Shift+Z is for editing in every text box.")).to_be_visible()
    page.get_by_label("Shortcuts on").uncheck()
    page.get_by_role("button", name="Close").last.click()
    narrative(page).fill("One")
    page.keyboard.press("Control+Z")  # whatever is switched off
    expect(narrative(page)).to_have_value("")
    page.keyboard.press("Control+Y")
    expect_saved(page)
    assert Narrative.objects.get().text == "One"
