"""Question sets in a real browser: drafted, mended, previewed, published by a second person."""

import io
import re
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Dialog, Error, Page, expect
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

from intake.actions import editions
from intake.models import Edition, Intake, PromptText, User
from tests import factory
from tests.browser.checks import Inspection, expect_accessible, wait_until
from tests.browser.conftest import Watch
from tests.browser.test_call import sign_in, wait_for_scripts
from tests.browser.test_looks import look_at

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

DIFFS = (("diff/", "diff"), ("../state/1/", "state"), ("../state/1/diff/", "lacking"))
SAVED = re.compile("^Saved")


def wait_for_editor(page: Page) -> None:
    page.wait_for_selector("[data-editor][data-ready]")
    expect(page.locator("#save-status")).to_have_text(SAVED)


def look_at_preview(page: Page, watch: Watch, inspection: Inspection) -> None:
    """The draft as a call: it can be typed in, and nothing leaves the page."""
    page.get_by_role("link", name="Preview", exact=True).click()
    wait_for_scripts(page)
    known = len(watch.requests)
    page.get_by_role("textbox", name="Narrative").fill("Nobody is told of this.")
    page.get_by_role("tab", name="Social Connections").click()
    page.get_by_role("button", name="Open: What keeps people away").click()
    page.get_by_role("textbox", name="What keeps people away").fill("Nor of this.")
    page.get_by_role("button", name="End call").click()
    page.get_by_role("button", name="Back to the call").click()
    expect(page.get_by_text("nothing is stored")).to_be_visible()
    inspection.look("preview")
    assert [one for one in watch.requests[known:] if "/static/" not in one] == []
    page.get_by_role("link", name="Back to edition 2").click()
    wait_for_editor(page)


def open_new_draft(page: Page) -> None:
    page.get_by_role("link", name="Question sets").click()
    page.get_by_role("button", name="Start a draft").click()
    wait_for_editor(page)


def open_twice(page: Page, browser: Browser, live_server: LiveServer, administrator: User) -> Page:
    """Open a new draft, and the same in the browser of a second administrator; return that."""
    assert administrator.agency is not None
    factory.make_user(administrator.agency, "administrator2", "administrators")
    sign_in(page, live_server, "administrator")
    open_new_draft(page)
    other = browser.new_context(viewport={"width": 1366, "height": 625}).new_page()
    sign_in(other, live_server, "administrator2")
    other.goto(page.url)
    wait_for_editor(other)
    return other


def test_a_prompt_is_improved_and_no_open_call_is_disturbed(
    page: Page,
    browser: Browser,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    administrator: User,
    inspection: Inspection,
) -> None:
    assert administrator.agency is not None
    factory.make_user(administrator.agency, "administrator2", "administrators")
    before = factory.make_call(worker)
    old = factory.core_prompt(before).texts.get(language="en").text
    sign_in(page, live_server, "administrator")
    open_new_draft(page)
    inspection.look("editor")

    core = page.get_by_role("group", name=f"Core pair: {old}")
    english = core.get_by_role("textbox", name="Worry, English")
    english.fill("What has you worried about the people around them?")
    core = page.get_by_role("group", name="Core pair: What has you worried")
    expect(core.get_by_text("Stale translation.")).to_be_visible(timeout=15_000)  # by the next look
    core.get_by_role("textbox", name="Worry, Spanish").fill("¿Qué le preocupa de la gente cercana?")
    expect(core.get_by_text("Stale translation.")).to_be_hidden(timeout=15_000)

    page.get_by_role("button", name="Add a pair to Social Connections").click()
    new = page.get_by_role("group", name="Pair: nothing written yet")
    worry = new.get_by_role("textbox", name="Worry, English")
    expect(worry).to_be_focused()
    page.keyboard.type("Why do people stay away from the family?")
    checks = page.get_by_role("region", name="Checks")
    expect(checks.get_by_text("1 blocking")).to_be_visible()
    expect(checks.get_by_text("sounds like blame")).to_be_visible()
    inspection.look("blocked")
    page.get_by_role("button", name="Request review").click()
    expect(page.get_by_text("1 check must be mended first")).to_be_visible()
    wait_for_editor(page)

    page.get_by_role("textbox", name="Worry, English").filter(has_text="Why do people").fill(
        "What keeps people away from the family?"
    )
    mended = page.get_by_role("group", name="Pair: What keeps people away")
    mended.get_by_role("textbox", name="Working well, English").fill(
        "What brings people to the family?"
    )
    for side, words in (("Worry", "aleja"), ("Working well", "acerca")):
        box = mended.get_by_role("textbox", name=f"{side}, Spanish")
        box.fill(f"¿Qué {words} a la gente de la familia?")
    expect(checks.get_by_text("0 blocking")).to_be_visible()
    mended.get_by_role("button", name=re.compile("^Up.*What keeps")).press("Enter")
    expect(page.get_by_text("Moved:")).to_be_visible()
    look_at_preview(page, watch, inspection)
    page.get_by_role("button", name="Request review").click()
    expect(page.get_by_text("Another administrator can publish it now")).to_be_visible()
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)
    inspection.look("in-review")
    watch.expect_silence()

    other = browser.new_context(viewport={"width": 1366, "height": 625}).new_page()
    sign_in(other, live_server, "administrator2")
    other.get_by_role("link", name="Question sets").click()
    other.get_by_role("link", name="Review edition 2").click()
    other.wait_for_selector("[data-editor][data-ready]")
    other.get_by_role("button", name="Publish").click()
    expect(other.get_by_text("Edition 2 is live")).to_be_visible()
    expect(other.get_by_role("heading", name="Edition 2")).to_be_visible()

    caller = browser.new_context(viewport={"width": 1366, "height": 625}).new_page()
    sign_in(caller, live_server, "worker")
    caller.get_by_role("button", name="Start a call").click()
    wait_for_scripts(caller)
    caller.get_by_role("tab", name="Social Connections").click()
    asked = "What has you worried about the people around them?"
    expect(caller.get_by_role("textbox", name=asked)).to_be_visible()
    caller.goto(f"{live_server.url}/calls/{before.pk}/")
    wait_for_scripts(caller)
    caller.get_by_role("tab", name="Social Connections").click()
    expect(caller.get_by_role("textbox", name=old)).to_be_visible()

    after = Intake.objects.exclude(pk=before.pk).get()
    for call, words, others in ((before, old, asked), (after, asked, old)):
        call.refresh_from_db()
        factory.put(worker, call, f"answer.{factory.core_prompt(call).pk}.text", "Nobody is near.")
        factory.submit(worker, call)
        pdf = caller.request.get(f"{live_server.url}/intakes/{call.pk}/pdf/").body()
        text = " ".join(
            " ".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf)).pages).split()
        )
        assert words in text and others not in text
    assert [one.edition.number for one in (before, after)] == [1, 2]
    assert Edition.objects.get(agency=administrator.agency, number=1).status == "retired"


def test_two_editors_lose_nothing_and_undo_their_own(
    page: Page, browser: Browser, watch: Watch, live_server: LiveServer, administrator: User
) -> None:
    other = open_twice(page, browser, live_server, administrator)

    box = "Worry, English"
    first, second = (one.get_by_role("textbox", name=box).first for one in (page, other))
    first.fill("What is on your mind?")
    expect(page.locator("#save-status")).to_have_text(SAVED)
    # It comes into the other's box, in which nothing is being typed, by itself.
    expect(second).to_have_value("What is on your mind?", timeout=15_000)

    other.context.set_offline(True)
    second.fill("What weighs on you?")
    first.fill("What troubles you?")
    expect(page.locator("#save-status")).to_have_text(SAVED)
    other.context.set_offline(False)
    expect(other.get_by_text("Two texts: this field was changed")).to_be_visible(timeout=15_000)
    other.get_by_role("button", name="Join", exact=True).click()
    expect(other.locator("#save-status")).to_have_text(SAVED)
    joined = "What troubles you?\nWhat weighs on you?"
    expect(first).to_have_value(joined, timeout=15_000)

    page.get_by_role("button", name=re.compile("^Take out")).nth(3).click()
    expect(page.get_by_text("Taken out.")).to_be_visible()
    # Where it stood is its undo, and there the caret is.
    expect(page.get_by_role("button", name=re.compile("Undo.*bring back what"))).to_be_focused()
    count = PromptText.objects.filter(prompt__edition__number=2).count()
    expect(other.get_by_role("button", name="Undo my last change of rows")).to_be_disabled()
    page.get_by_role("button", name="Undo my last change of rows").click()
    expect(page.get_by_text("(undone)")).to_be_visible()
    assert PromptText.objects.filter(prompt__edition__number=2).count() == count
    first.focus()
    page.keyboard.press("Control+z")
    expect(first).not_to_have_value(joined)
    watch.expect_silence()


def test_words_for_what_was_taken_out_are_kept_until_they_are_dropped(
    page: Page, browser: Browser, live_server: LiveServer, administrator: User
) -> None:
    other = open_twice(page, browser, live_server, administrator)
    key = page.get_by_role("group", name=re.compile("^Pair: ")).first.get_attribute("data-key")
    mine, theirs = (one.locator(f"[data-key={key}]") for one in (page, other))
    box = theirs.get_by_role("textbox", name="Worry, English")

    def take_out_under(words: str) -> None:
        other.context.set_offline(True)
        box.fill(words)
        mine.get_by_role("button", name=re.compile("^Take out")).click()
        expect(page.get_by_text("Taken out.")).to_be_visible()
        other.context.set_offline(False)
        expect(other.get_by_text("Somebody took this out while you typed")).to_be_visible(
            timeout=30_000
        )
        expect(box).to_have_value(words)

    take_out_under("Who could help?")
    page.get_by_role("button", name="Undo my last change of rows").click()
    expect(mine.get_by_role("textbox", name="Worry, English")).to_have_value(
        "Who could help?", timeout=30_000
    )
    expect(other.get_by_text("Somebody took this out while you typed")).to_be_hidden()
    expect(other.locator("#save-status")).to_have_text(SAVED)

    take_out_under("Who else could?")
    other.get_by_role("button", name="Request review").click()
    expect(other.get_by_text("Not everything is saved yet")).to_be_visible()
    other.reload()
    left = other.get_by_text("Something that you typed earlier was not saved")
    expect(left).to_be_visible(timeout=30_000)
    expect(other.get_by_text("Who else could?")).to_be_visible()
    expect_accessible(other)
    # Nothing else waits for it: the buttons work.
    other.get_by_role("button", name=re.compile("^Add a pair")).first.click()
    expect(other.get_by_role("group", name="Pair: nothing written yet")).to_be_visible()
    other.get_by_role("button", name="Drop what I typed here").click()
    expect(left).to_be_hidden()
    other.reload()
    wait_for_editor(other)
    expect(left).to_be_hidden()


def test_a_remark_that_is_too_long_stays_in_its_box(
    page: Page, live_server: LiveServer, administrator: User
) -> None:
    sign_in(page, live_server, "administrator")
    open_new_draft(page)
    page.get_by_text("Remark on all of the edition").locator("visible=true").first.click()
    remark = page.get_by_role("textbox", name="Remark on all of the edition")
    remark.evaluate("box => (box.maxLength = 6000)")
    remark.fill("x" * 5001)
    page.get_by_role("button", name="Add remark").locator("visible=true").click()
    expect(page.get_by_text("5,000 fit")).to_be_visible()
    expect(remark).to_have_value("x" * 5001)


def test_without_scripts_every_button_saves_what_was_typed(
    browser: Browser, live_server: LiveServer, administrator: User
) -> None:
    plain = browser.new_context(java_script_enabled=False).new_page()
    sign_in(plain, live_server, "administrator")
    plain.get_by_role("link", name="Question sets").click()
    plain.get_by_role("button", name="Start a draft").click()
    box = plain.get_by_role("textbox", name="Worry, English").first
    box.fill("What is on your mind?")
    plain.get_by_role("button", name="Add a pair to Concrete Support").click()
    expect(plain.get_by_role("group", name="Pair: nothing written yet")).to_be_visible()
    expect(box).to_have_value("What is on your mind?")
    box.fill("What weighs on you?")
    plain.get_by_role("button", name=re.compile("^Take out")).last.click()
    expect(plain.get_by_text("Taken out:")).to_be_visible()
    expect(box).to_have_value("What weighs on you?")
    box.fill("What troubles you?")
    plain.get_by_role("button", name="Request review").click()
    expect(plain.get_by_text("2 checks must be mended first")).to_be_visible()
    expect(box).to_have_value("What troubles you?")


def test_whoever_leaves_right_after_typing_is_not_asked_and_loses_nothing(
    page: Page, live_server: LiveServer, administrator: User
) -> None:
    sign_in(page, live_server, "administrator")
    open_new_draft(page)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    box = page.get_by_role("textbox", name="Worry, English").first
    box.press_sequentially("Now")
    page.reload()
    wait_for_editor(page)
    expect(box).to_have_value(re.compile("Now"))
    assert asked == []
    page.context.set_offline(True)
    box.press_sequentially("Then")
    expect(page.locator("#save-status")).to_have_text(re.compile("^Not saved"))
    with suppress(Error):  # the page that comes is not there
        page.reload()
    assert asked == ["beforeunload"]


def test_who_edits_a_draft_that_is_discarded_is_told(
    page: Page, live_server: LiveServer, administrator: User
) -> None:
    sign_in(page, live_server, "administrator")
    open_new_draft(page)
    draft = Edition.objects.get(agency=administrator.agency, number=2)
    editions.discard_draft(actor=administrator, edition_id=draft.pk, at=factory.NOW)
    expect(page.get_by_text("This draft was discarded. What you typed stays")).to_be_visible(
        timeout=15_000
    )
    page.get_by_role("textbox", name="Worry, English").first.fill("Too late")
    expect(page.locator("#save-status")).to_have_text(re.compile("this draft was discarded"))


def test_what_was_typed_when_the_browser_died_comes_back(
    page: Page, browser: Browser, live_server: LiveServer, administrator: User
) -> None:
    sign_in(page, live_server, "administrator")
    open_new_draft(page)
    page.context.set_offline(True)
    page.get_by_role("textbox", name="Worry, English").first.fill("Nobody heard this yet?")
    wait_until(
        page,
        """async () => {
          const db = await new Promise((done) => {
            const request = indexedDB.open("hotline-drafts");
            request.onsuccess = () => done(request.result);
          });
          const rows = await new Promise((done) => {
            const request = db.transaction("outbox").objectStore("outbox").getAll();
            request.onsuccess = () => done(request.result);
          });
          db.close();
          return rows.length === 1 && !JSON.stringify(rows).includes("heard");
        }""",
    )
    url = page.url
    again = page.context.new_page()
    page.close()  # without a word to the server
    again.context.set_offline(False)
    again.goto(url)
    wait_for_editor(again)
    expect(again.get_by_role("textbox", name="Worry, English").first).to_have_value(
        "Nobody heard this yet?"
    )
    assert PromptText.objects.filter(text="Nobody heard this yet?").count() == 1


def test_the_editor_looks_right_in_every_size(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    administrator: User,
    inspection: Inspection,
) -> None:
    sign_in(page, live_server, "administrator")
    open_new_draft(page)
    for address, state in (("edit/", "editor"), ("", "edition"), ("../", "editions"), *DIFFS):
        look_at(page, inspection, f"{live_server.url}/question-sets/2/{address}", state)
    watch.expect_silence()
