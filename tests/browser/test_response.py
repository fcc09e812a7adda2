"""From a call to a response in a real browser: danger, dispatch, cross-reports, the decision."""

import re
import uuid
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

from intake import worksheet
from intake.models import Dispatch, Intake, Quotation, Support, User
from tests import factory
from tests.browser.checks import Inspection, expect_accessible
from tests.browser.conftest import Watch
from tests.browser.test_call import (
    expect_saved,
    narrative,
    sign_in,
    start_call,
    wait_for_scripts,
)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]


def pdf_words(path: Path) -> str:
    pages = PdfReader(BytesIO(path.read_bytes())).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


def test_a_danger_call_is_seen_told_and_briefed_before_it_is_submitted(
    browser: Browser,
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    supervisor: User,
    inspection: Inspection,
    tmp_path: Path,
) -> None:
    desk = browser.new_context().new_page()
    sign_in(desk, live_server, "supervisor")
    expect(desk.get_by_role("heading", name="Review queue")).to_be_visible()
    desk.goto(live_server.url + reverse("danger"))
    expect(desk.get_by_text("No danger call waits here.")).to_be_visible()

    start_call(page, live_server)
    wait_for_scripts(page)
    page.get_by_role("group", name="Danger now?").get_by_role("radio", name="Yes").check()
    page.get_by_role("textbox", name="Child now at").fill("Behind the laundry")
    expect_saved(page)
    call = Intake.objects.get()
    # Within 10 s, without anybody touching the supervisor's page.
    expect(desk.get_by_role("link", name=call.reference, exact=True)).to_be_visible()
    expect(desk.get_by_role("link", name="Danger now 1")).to_be_visible()
    expect(desk.get_by_text("Nobody yet")).to_be_visible()
    expect_accessible(desk)

    page.get_by_role("tab", name="Dispatch").click()
    panel = page.get_by_role("tabpanel", name="Dispatch")
    panel.get_by_label("Who was told").select_option(label="Law enforcement")
    panel.get_by_label("Name or unit").fill("Deputy Ruiz")
    panel.get_by_label("How").fill("Telephone")
    panel.get_by_role("button", name="Note as told").click()
    expect(panel.get_by_text("Deputy Ruiz – told")).to_be_visible()
    inspection.look("dispatch-told")
    panel.get_by_label("Acknowledged by").fill("Sergeant Ito")
    panel.get_by_role("button", name="Acknowledged now").click()
    expect(panel.get_by_text("by Sergeant Ito")).to_be_visible()
    dispatch = Dispatch.objects.get()
    assert dispatch.acknowledged_at is not None
    expect(desk.get_by_text("acknowledged", exact=False).first).to_be_visible()

    page.goto(live_server.url + reverse("intake_brief", args=[call.pk]))
    inspection.look("brief")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download brief").click()
    brief = tmp_path / "brief.pdf"
    downloading.value.save_as(brief)
    assert "Behind the laundry" in pdf_words(brief)
    call.refresh_from_db()
    assert call.status == "in_progress"
    watch.expect_silence()
    desk.context.close()


def test_facts_are_noted_without_scripts_and_not_lost_without_a_session(
    browser: Browser, page: Page, live_server: LiveServer, worker: User
) -> None:
    call = factory.make_call(worker)
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    sign_in(plain, live_server)
    plain.goto(live_server.url + reverse("intake_dispatch", args=[call.pk]))
    plain.get_by_label("Who was told").select_option(label="Law enforcement")
    plain.get_by_label("Name or unit").fill("Deputy Ruiz")
    plain.get_by_role("button", name="Note as told").click()
    expect(plain.get_by_text("Deputy Ruiz – told")).to_be_visible()
    context.close()

    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.goto(live_server.url + reverse("intake_dispatch", args=[call.pk]))
    page.get_by_label("Who was told").select_option(label="Tribe")
    page.get_by_label("Name or unit").fill("Second unit")
    page.context.clear_cookies(name="hotline_session")
    page.get_by_role("button", name="Note as told").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was noted: sign in in another tab")
    expect(page.get_by_label("Name or unit")).to_have_value("Second unit")
    assert Dispatch.objects.count() == 1


def test_exact_words_are_locked_and_an_edit_asks(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    narrative(page).fill("I want to stay with Abuela")
    page.get_by_role("button", name="Quote").click()
    panel = page.get_by_role("tabpanel", name="Exact words")
    expect(panel.get_by_role("textbox", name="Who said it")).to_be_focused()
    page.keyboard.type("The boy")
    panel.get_by_role("textbox", name="Who heard it").fill("His teacher")
    expect_saved(page)
    words = panel.get_by_role("textbox", name="The words, as they were said")
    expect(words).to_be_editable()
    narrative(page).click()
    expect(words).not_to_be_editable()
    inspection.look("exact-words")
    panel.get_by_role("button", name="Change the words").click()
    expect(panel.get_by_text("Really change them?")).to_be_visible()
    panel.get_by_role("button", name="Leave them").click()
    expect(words).not_to_be_editable()
    panel.get_by_role("button", name="Change the words").click()
    panel.get_by_role("button", name="Change them").click()
    words.fill("I want to stay with my Abuela")
    expect_saved(page)
    quote = Quotation.objects.get()
    assert (quote.text, quote.speaker, quote.hearer) == (
        "I want to stay with my Abuela",
        "The boy",
        "His teacher",
    )
    narrative(page).click()
    expect(words).not_to_be_editable()
    watch.expect_silence()


def work_through(worker: User, kind: str = "general_neglect") -> Intake:
    """A call in which everything was asked and recorded but the decision."""
    call = factory.make_call(worker)
    for column in ("danger_now", "responder_safety", "tribal_information"):
        factory.put(worker, call, f"call.{column}", "no")
    factory.put(worker, call, "narrative.text", "The cupboards were empty on Sunday.")
    factory.put(worker, call, f"person.{call.pk}.name", "Amir Example", role="child")
    factory.put(worker, call, f"concern.{uuid.uuid4()}.type", kind)
    for side, text in (("worry", "No food since Friday."), ("working_well", "Aunt brings soup.")):
        prompt = factory.core_prompt(call, side=side)
        factory.put(worker, call, f"answer.{prompt.pk}.text", text)
    return call


def test_a_neglect_call_with_help_references_and_cross_reports(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    inspection: Inspection,
    tmp_path: Path,
) -> None:
    call = work_through(worker, "severe_neglect")
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.goto(live_server.url + reverse("call", args=[call.pk]))
    wait_for_scripts(page)
    page.get_by_role("tab", name="Supports").click()
    panel = page.get_by_role("tabpanel", name="Supports")
    panel.get_by_label("Find a service").fill("groceries")
    expect(panel.get_by_text("1 service", exact=True)).to_be_visible()
    panel.get_by_role("button", name="Offer: Harbor Lane Food Pantry").click()
    panel.get_by_role("combobox", name="Accepted?").select_option(label="Accepted")
    panel.get_by_role("textbox", name="By whom").fill("The mother, said the caller")
    expect_saved(page)
    inspection.look("supports")
    support = Support.objects.get()
    assert (support.accepted, support.factor) == ("yes", "concrete_support")

    page.goto(live_server.url + reverse("wrap_up", args=[call.pk]))
    wait_for_scripts(page)
    page.get_by_role("checkbox", name="Bears on the decision").nth(1).check()
    expect(page.get_by_role("list", name="Working well, ticked on the board:")).to_contain_text(
        "Aunt brings soup."
    )
    expect(page.get_by_role("list", name="Worries that bear on it")).to_have_count(0)
    page.get_by_role("group", name="Would concrete help resolve this worry?").get_by_role(
        "radio", name="Yes"
    ).check()
    page.get_by_label("What makes you think so").fill("The pantry opens on Monday.")
    one = page.get_by_role("listitem").filter(has=page.get_by_label("Decided: Law enforcement"))
    page.get_by_label("Decided: Law enforcement").select_option(label="Not made")
    expect(one.get_by_text("first report:")).to_be_hidden()  # what is not made is never overdue
    for who in ("Law enforcement", "District attorney"):
        page.get_by_label(f"Decided: {who}").select_option(label="To be made")
        one = page.get_by_role("listitem").filter(has=page.get_by_label(f"Decided: {who}"))
        expect(one.get_by_text("first report: overdue by")).to_be_visible()
    page.get_by_label("Screening decision").select_option(label="In-person response")
    page.get_by_label("Response priority").select_option(index=2)
    page.get_by_label("Rationale").fill("Food is missing; relatives act.")
    expect_saved(page)
    inspection.look("wrap-up-neglect")

    page.goto(live_server.url + reverse("intake_cross_reports", args=[call.pk]))
    inspection.look("cross-reports")
    for who, key in (
        ("Law enforcement", "law_enforcement"),
        ("District attorney", "district_attorney"),
    ):
        with page.expect_download() as downloading:
            page.get_by_role("link", name=f"Download packet for {who}").click()
        packet = tmp_path / f"{key}.pdf"
        downloading.value.save_as(packet)
        text = pdf_words(packet)
        assert "Penal Code 11166(j)" in text
        assert "Amir Example" in text
        assert "cupboards" not in text  # the narrative may tell who called
    region = page.get_by_role("region", name=re.compile("^Law enforcement"))
    region.get_by_label("How it was sent").fill("Fax")
    region.get_by_role("button", name="Note as sent").click()
    expect(region.get_by_text("Fax, by Worker Example")).to_be_visible()
    region.get_by_label("How it was sent").fill("Courier")
    region.get_by_role("button", name="Note as sent").click()
    region.get_by_role("listitem").filter(has_text="Courier").get_by_role(
        "button", name="Noted by mistake"
    ).click()
    expect(region.get_by_role("listitem").filter(has_text="Courier")).to_contain_text(
        re.compile("Noted by mistake, taken back .* by Worker Example")
    )
    inspection.look("cross-report-taken-back")

    page.goto(live_server.url + reverse("wrap_up", args=[call.pk]))
    wait_for_scripts(page)
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", name="Intake 26-")).to_be_visible()
    inspection.look("record-of-a-response")
    for said in ("Harbor Lane Food Pantry", "The pantry opens on Monday.", "Fax", "Response"):
        expect(page.get_by_text(said).first).to_be_visible()
    submission = call.submissions.get()
    sheet = worksheet.from_json(submission.content.text)
    assert [one.prompt.answer.text for one in sheet.referred_to] == ["Aunt brings soup."]
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download PDF").click()
    record = tmp_path / "record.pdf"
    downloading.value.save_as(record)
    text = pdf_words(record)
    assert "Answers it leans on" in text
    assert "Harbor Lane Food Pantry" in text

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Copy out").click()
    page.get_by_role("button", name=re.compile("^Copy.*Supports offered")).click()
    expect(page.get_by_text("Copied.")).to_be_attached()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Harbor Lane Food Pantry")
    pasted = page.get_by_role("button", name=re.compile("Pasted Supports offered"))
    pasted.click()
    expect(pasted).to_have_attribute("aria-pressed", "true")
    inspection.look("copy-out-ticked")
    page.reload()
    expect(pasted).to_have_attribute("aria-pressed", "true")
    watch.expect_silence()


def test_from_end_call_to_submission_by_keyboard_alone(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    """At most 12 interactions: a key (or keys held together), or a text typed, is one each."""
    call = work_through(worker)
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.goto(live_server.url + reverse("call", args=[call.pk]))
    wait_for_scripts(page)
    interactions = 0

    def press(keys: str) -> None:
        nonlocal interactions
        interactions += 1
        page.keyboard.press(keys)

    def type_text(text: str) -> None:
        nonlocal interactions
        interactions += 1
        page.keyboard.type(text)

    press("Alt+KeyE")
    expect(page.get_by_role("heading", name="Wrap-up")).to_be_visible()
    wait_for_scripts(page)
    press("Alt+KeyM")
    expect(page.get_by_label("Screening decision")).to_be_focused()
    type_text("In")
    press("Alt+KeyM")
    expect(page.get_by_label("Response priority")).to_be_focused()
    type_text("Within 10")
    press("Alt+KeyM")
    expect(page.get_by_label("Rationale")).to_be_focused()
    type_text("No food in the house; the aunt steps in.")
    press("Alt+KeyM")
    expect(page.get_by_label("Cross-reports", exact=True)).to_be_focused()
    type_text("General neglect: none due.")
    press("Control+Enter")
    expect(page.get_by_role("heading", name="Intake 26-")).to_be_visible()
    assert interactions <= 12, interactions
    call.refresh_from_db()
    assert call.status == "submitted"
    watch.expect_silence()


def test_reading_back_takes_corrections(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    call = work_through(worker)
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.goto(live_server.url + reverse("call", args=[call.pk]))
    wait_for_scripts(page)
    page.get_by_role("tab", name="Closing").click()
    page.get_by_role("link", name="Read back").click()
    expect(page.get_by_role("heading", name="Read back")).to_be_visible()
    wait_for_scripts(page)
    inspection.look("read-back")
    line = page.get_by_role("listitem").filter(has_text="No food since Friday.")
    line.get_by_text("Caller says otherwise", exact=False).first.click()
    line.get_by_label("What the caller says instead").fill("No food since Saturday.")
    expect_saved(page)
    expect(page.get_by_text(call.reference).last).to_be_visible()
    page.reload()
    expect(page.get_by_label("What the caller says instead").first).to_have_value(
        "No food since Saturday."
    )
    sheet = worksheet.build(call)
    assert list(sheet.corrected.values()) == ["No food since Saturday."]
    assert "No food since Friday." in {one.prompt.answer.text for one in sheet.answered}
    watch.expect_silence()


def test_exact_words_and_supports_are_plain_forms_without_scripts(
    browser: Browser, live_server: LiveServer, worker: User
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    start_call(page, live_server)
    words = page.locator("#panel-exact_words")
    words.get_by_label("The words, as they were said").fill("I want to go home.")
    words.get_by_label("Who said it").fill("The girl")
    words.get_by_role("button", name=re.compile("^Save.*Exact words")).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert Quotation.objects.get().speaker == "The girl"
    stored = words.get_by_label("The words, as they were said").first
    stored.fill("Something else")
    words.get_by_role("button", name=re.compile("^Save.*Exact words")).click()
    expect(page.get_by_role("alert").first).to_contain_text("These are exact words")
    expect(stored).to_have_value("Something else")
    assert Quotation.objects.get().text == "I want to go home."
    words.get_by_label("Change the words").first.check()
    words.get_by_role("button", name=re.compile("^Save.*Exact words")).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert Quotation.objects.get().text == "Something else"

    supports = page.locator("#panel-supports")
    supports.get_by_label("Service").last.fill("Shelter on Pine Road")
    supports.get_by_label("Accepted?").last.select_option(label="Declined")
    supports.get_by_role("button", name=re.compile("^Save.*Supports")).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    support = Support.objects.get()
    assert (support.service, support.accepted) == ("Shelter on Pine Road", "no")
    context.close()


def test_the_decision_is_a_plain_form_without_scripts(
    browser: Browser, live_server: LiveServer, worker: User
) -> None:
    call = work_through(worker, "severe_neglect")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server)
    page.goto(live_server.url + reverse("wrap_up", args=[call.pk]))
    page.get_by_role("checkbox", name="Bears on the decision").last.check()
    page.get_by_label("Decided: Law enforcement").select_option(label="To be made")
    page.get_by_label("Decided: District attorney").select_option(label="Not made")
    page.get_by_label("Note: District attorney").fill("Told by the sheriff.")
    page.get_by_label("Screening decision").select_option(label="In-person response")
    page.get_by_label("Response priority").select_option(index=1)
    page.get_by_label("Rationale").fill("Food is missing; relatives act.")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", name="Intake 26-")).to_be_visible()
    sheet = worksheet.from_json(call.submissions.get().content.text)
    assert [one.prompt.answer.text for one in sheet.referred_to] == ["Aunt brings soup."]
    decided = {one.key: one.decided for one in sheet.cross_reports if one.decided}
    assert decided == {"law_enforcement": "yes", "district_attorney": "no"}
    context.close()
