"""What a worker does at the call screen beside typing: filing, prompts in Spanish, own keys."""

import re
from io import BytesIO

import pytest
from django.urls import reverse
from playwright.sync_api import Dialog, Page, expect
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

from intake.models import Answer, HeardNote, Intake, Narrative, User
from tests import factory
from tests.browser.conftest import Watch
from tests.browser.test_call import (
    expect_saved,
    narrative,
    shown,
    sign_in,
    start_call,
    wait_for_scripts,
)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

TOLD = "Boy alone on the balcony.\nHis aunt took him in, as she often does.\n"


def test_a_selection_is_filed_put_to_a_prompt_and_undone(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.get_by_role("tab", name="Social Connections").click()
    narrative(page).fill(TOLD)
    start = TOLD.index("aunt")
    narrative(page).evaluate(
        "(box, [from, to]) => box.setSelectionRange(from, to)", [start, start + 16]
    )
    page.get_by_role("button", name="File as working well").click()
    tab = page.get_by_role("tab", name="Social Connections")
    expect(tab).to_contain_text("Worry 0 · Well 0 · Heard 1")
    side = shown(page, "Working well")
    expect(side.get_by_label("What was heard")).to_have_value("aunt took him in")
    side.get_by_label("Put to the prompt").select_option(index=1)
    confirm = side.get_by_text("Heard – confirm").first
    expect(confirm).to_be_visible()
    expect_saved(page)
    note = HeardNote.objects.get()
    assert (note.start, note.end) == (start, start + 16)
    assert TOLD[note.start : note.end] == note.text

    page.get_by_role("button", name="Undo filing").click()
    expect(tab).not_to_contain_text("Heard")
    expect(confirm).to_be_hidden()
    expect(narrative(page)).to_have_value(TOLD)
    expect_saved(page)
    page.reload()
    page.get_by_role("tab", name="Social Connections").click()
    expect(tab).not_to_contain_text("Heard")
    shown(page, "Working well").get_by_role("checkbox", name="Put back").uncheck()  # undone, too
    expect(tab).to_contain_text("Heard 1")
    expect_saved(page)
    assert Narrative.objects.get().text == TOLD
    watch.expect_silence()


def test_show_in_narrative_selects_what_was_filed(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    narrative(page).fill("😀 Grüße.\n" + TOLD)
    narrative(page).press("Control+End")
    narrative(page).press("ArrowUp")
    narrative(page).press("Alt+KeyS")
    page.get_by_role("button", name="Show in narrative").click()
    selected = narrative(page).evaluate(
        "box => box.value.slice(box.selectionStart, box.selectionEnd)"
    )
    assert selected == "His aunt took him in, as she often does."
    expect_saved(page)


def test_prompts_switch_to_spanish_for_this_call(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.get_by_role("tab", name="Concrete Support").click()
    spanish = shown(page, "Worry").locator(".prompt-es").first
    expect(spanish).to_be_hidden()
    page.get_by_label("Prompt language").select_option("es")
    expect(spanish).to_be_visible()
    expect(spanish).to_have_attribute("lang", "es")
    expect(shown(page, "Worry").locator(".prompt-en").first).to_be_visible()  # underneath
    expect_saved(page)
    page.reload()
    page.get_by_role("tab", name="Concrete Support").click()
    expect(spanish).to_be_visible()
    assert Intake.objects.get().language == "es"


def test_keys_can_be_changed_and_switched_off(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    third = page.get_by_role("tab", name="Concrete Support")
    expect(third).to_have_attribute("aria-keyshortcuts", "Alt+3")
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_role("button", name="Change: Show Concrete Support").click()
    page.keyboard.press("Alt+KeyJ")
    expect(third).to_have_attribute("aria-keyshortcuts", "Alt+J")
    page.keyboard.press("Alt+KeyJ")  # behind a dialog nothing moves
    expect(third).to_have_attribute("aria-selected", "false")
    page.get_by_role("button", name="Close").last.click()
    page.keyboard.press("Alt+Digit3")
    expect(third).to_have_attribute("aria-selected", "false")
    page.keyboard.press("Alt+KeyJ")
    expect(third).to_have_attribute("aria-selected", "true")
    page.reload()
    wait_for_scripts(page)
    expect(third).to_have_attribute("aria-keyshortcuts", "Alt+J")
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_role("checkbox", name="Shortcuts on").uncheck()
    page.get_by_role("button", name="Close").last.click()
    assert third.get_attribute("aria-keyshortcuts") is None
    page.keyboard.press("Alt+KeyJ")
    expect(third).to_have_attribute("aria-selected", "false")


def test_leaving_with_unsaved_text_warns(page: Page, live_server: LiveServer, worker: User) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.context.set_offline(True)
    narrative(page).fill("Typed while nothing gets through.")
    expect(page.get_by_role("status")).to_contain_text("Not saved")
    asked: list[Dialog] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog)
        dialog.dismiss()

    page.on("dialog", stay)
    page.close(run_before_unload=True)
    expect(narrative(page)).to_have_value("Typed while nothing gets through.")
    assert [one.type for one in asked] == ["beforeunload"]
    page.get_by_role("button", name="Save now").click()  # tries at once, and fails again
    expect(page.get_by_role("status")).to_contain_text("Not saved")
    page.context.set_offline(False)
    expect_saved(page)
    expect(page.get_by_role("button", name="Save now")).to_be_hidden()


def test_marks_beside_an_answer_are_kept(page: Page, live_server: LiveServer, worker: User) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.get_by_role("tab", name="Parental Resilience").click()
    side = shown(page, "Working well")
    side.get_by_role("textbox").first.fill("She called the school back.")
    side.get_by_label(re.compile("^How this is known")).first.select_option("first_hand")
    side.get_by_label(re.compile("^Kind of")).first.select_option("act_of_protection")
    side.locator("[data-open-prompt]").first.click()
    second = side.get_by_role("textbox").nth(1)
    expect(second).to_be_focused()
    page.keyboard.type("Second prompt.")
    expect(page.get_by_role("tab", name="Parental Resilience")).to_contain_text("Well 2")
    expect_saved(page)
    first = Answer.objects.get(text="She called the school back.")
    assert (first.status, first.source, first.kind) == (
        "answered",
        "first_hand",
        "act_of_protection",
    )
    page.reload()
    page.get_by_role("tab", name="Parental Resilience").click()
    expect(side.get_by_role("textbox").nth(1)).to_have_value("Second prompt.")


def test_what_was_heard_becomes_the_answer(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    narrative(page).fill(TOLD)
    narrative(page).press("Control+Home")
    narrative(page).press("Alt+KeyW")
    side = shown(page, "Worry")  # filing showed the factor
    side.get_by_label("Put to the prompt").select_option(index=1)
    side.get_by_role("button", name="Confirmed – use as answer").first.click()
    box = side.get_by_role("textbox").first
    expect(box).to_be_focused()
    expect(box).to_have_value("Boy alone on the balcony.")
    expect_saved(page)
    assert Answer.objects.get().status == "answered"


def test_a_click_on_a_tab_leaves_the_caret(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    expect(page.get_by_role("tab", name="Opening")).to_have_attribute("aria-selected", "true")
    page.keyboard.type("One ")
    page.get_by_role("tab", name="Concrete Support").click()
    page.keyboard.type("two ")
    page.keyboard.press("Alt+Digit9")
    page.keyboard.type("three")
    expect(narrative(page)).to_have_value("One two three")
    expect(page.get_by_role("tab", name="People")).to_have_attribute("aria-selected", "true")
    expect_saved(page)


def test_a_reload_right_after_the_last_key_keeps_it(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.on("dialog", lambda dialog: dialog.accept())
    for turn in range(3):
        page.keyboard.press("Control+End")
        page.keyboard.type(f"turn {turn} ")
        page.reload()
        said = "".join(f"turn {one} " for one in range(turn + 1))
        expect(narrative(page)).to_have_value(said)
        wait_for_scripts(page)
        narrative(page).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("end")
    expect_saved(page)
    assert Narrative.objects.get().text == "turn 0 turn 1 turn 2 end"


def test_a_long_narrative_is_whole_on_paper(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    call = factory.make_call(worker)
    told = [f"Line {number} of what was told." for number in range(1, 91)]
    factory.put(worker, call, "narrative.text", "\n".join(told))
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.goto(live_server.url + reverse("call", args=[call.pk]))
    wait_for_scripts(page)
    sheets = PdfReader(BytesIO(page.pdf())).pages
    printed = "\n".join(sheet.extract_text() for sheet in sheets)
    assert [line for line in told if line not in printed] == []
