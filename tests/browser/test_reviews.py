"""The supervisor's desk in two browsers: submit, claim, comment, return, answer, approve, amend."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

from intake.models import Agency, Amendment, Intake, Narrative, Review, ReviewComment, User
from tests import factory
from tests.browser.checks import Inspection, expect_accessible
from tests.browser.conftest import Watch
from tests.browser.test_call import expect_saved, narrative, sign_in, wait_for_scripts

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

WITHIN = 10_000  # ms: how soon another supervisor sees a claim


@pytest.fixture
def desks(browser: Browser) -> Iterator[list[Page]]:
    """The browsers of the worker and of a second supervisor."""
    contexts = [browser.new_context(viewport={"width": 1366, "height": 625}) for _ in range(2)]
    for context in contexts:
        context.set_default_timeout(10_000)
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def submitted(worker: User) -> Intake:
    """An intake with a narrative and two answers, submitted just now."""
    call = factory.make_call(worker, timezone.now())
    factory.put(worker, call, "narrative.text", "The aunt saw it in spring. Nobody else was near.")
    for side, text in (("worry", "They moved away."), ("working_well", "The neighbor cooks.")):
        prompt = factory.core_prompt(call, side=side)
        factory.put(worker, call, f"answer.{prompt.pk}.text", text)
    factory.submit(worker, call, timezone.now())
    return call


def comment(page: Page, label: str, text: str, passage: str = "") -> None:
    page.get_by_text("Comment", exact=False).filter(has_text=f"Comment on {label}").first.click()
    if passage:
        words = page.get_by_label("Words of the narrative")
        expect(words).to_have_value("The aunt saw it in spring. Nobody else was near.")  # selected
        words.fill(passage)
    page.get_by_label(f"Comment on {label}").fill(text)
    page.get_by_role("button", name="Add comment").locator("visible=true").click()
    expect(page.get_by_text(text)).to_be_in_viewport()


def text_of(page: Page, address: str) -> str:
    """The words of a PDF that the page's user may download."""
    answer = page.request.get(address)
    assert answer.status == 200
    pages = PdfReader(BytesIO(answer.body())).pages
    return " ".join(" ".join(one.extract_text().split()) for one in pages)


def open_again_and_deal(hotline: Page, lines: Locator) -> None:
    """A comment that is open again comes into view; what is left is said beside Submit."""
    narrative_comment = hotline.get_by_role("group", name="Comment 3")
    beside_submit = hotline.get_by_text(re.compile("not marked as dealt with"))
    expect(beside_submit).to_have_text(re.compile("^2 comments of your supervisor are"))
    expect(lines.filter(has_text="Which aunt?")).to_be_hidden()
    narrative_comment.get_by_role("button", name="Not dealt with").click()
    expect(lines.filter(has_text="Which aunt?")).to_be_visible()
    expect(beside_submit).to_have_text(re.compile("^3 comments of your supervisor are"))
    narrative_comment.get_by_role("button", name="Dealt with").click()
    expect(beside_submit).to_have_text(re.compile("^2 comments of your supervisor are"))


def find_what_a_transfer_lacks(hotline: Page, call: Intake) -> None:
    """The key opens what is folded; the decision is made as it was."""
    parts = hotline.get_by_role("navigation", name="What the wrap-up needs")
    screening = hotline.get_by_label("Screening decision")
    before = screening.input_value()
    expect(parts).to_contain_text("Decision Decided")
    screening.select_option(factory.option(call.agency, "screening", "transfer"))
    expect(parts).to_contain_text("Decision Incomplete")
    hotline.get_by_role("button", name="Next missing").click()
    expect(hotline.get_by_role("textbox", name="Agency it goes to")).to_be_focused()
    screening.select_option(before)
    expect(parts).to_contain_text("Decision Decided")
    expect_saved(hotline)


def test_from_submission_to_amendment(
    page: Page,
    watch: Watch,
    desks: list[Page],
    live_server: LiveServer,
    worker: User,
    supervisor: User,
    agency: Agency,
    inspection: Inspection,
) -> None:
    factory.make_user(agency, "colleague", "supervisors")
    hotline, second = desks
    call = submitted(worker)
    sign_in(second, live_server, "colleague")
    expect(second.get_by_role("heading", name="Review queue")).to_be_visible()

    sign_in(page, live_server, "supervisor")
    expect(page.get_by_role("heading", name="Review queue")).to_be_visible()
    inspection.look("queue")
    row = page.get_by_role("row", name=call.reference)
    row.get_by_text("of 10 sides").click()
    expect(row.get_by_text("Parental Resilience – worry")).to_be_visible()
    row.get_by_role("button", name="Claim").click()
    expect(page.get_by_role("heading", name=f"Review {call.reference}")).to_be_visible()
    # Within 10 s, without anybody touching the second supervisor's page.
    expect(
        second.get_by_role("row", name=call.reference).get_by_text("Claimed by Supervisor Example")
    ).to_be_visible(timeout=WITHIN)
    expect(second.get_by_role("button", name="Claim")).to_have_count(0)
    expect_accessible(second)

    inspection.look("review")
    page.get_by_role("button", name="Return with comments").click()
    expect(page.get_by_role("alert")).to_contain_text("Write at least one comment")
    prompts = [factory.core_prompt(call, side=side) for side in ("worry", "working_well")]
    for prompt, text in zip(prompts, ("Since when?", "How often?"), strict=True):
        comment(page, prompt.texts.get(language="en").text, text)
    page.get_by_text("The aunt saw it in spring. Nobody else was near.").select_text()
    comment(page, "the narrative", "Which aunt?", passage="The aunt saw it")
    inspection.look("commented")
    page.get_by_role("button", name="Return with comments (3)").click()
    expect(page.get_by_role("heading", name="Review queue")).to_be_visible()
    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    inspection.look("empty-queue")

    sign_in(hotline, live_server)
    hotline.goto(live_server.url + reverse("call", args=[call.pk]))
    wait_for_scripts(hotline)
    lines = hotline.get_by_role("listitem")
    for text in ("Since when?", "How often?", "Which aunt?"):
        expect(lines.filter(has_text=text)).to_be_visible()
    inspection.page = hotline
    inspection.look("returned-call")
    hotline.get_by_role("link", name="Social Connections – worry").click()
    social = hotline.get_by_role("tab", name="Social Connections 2 comments")
    expect(social).to_have_attribute("aria-selected", "true")
    question = factory.core_prompt(call).texts.get(language="en").text
    beside = hotline.get_by_role("tabpanel").get_by_role("group", name="Comment 1")
    expect(beside).to_contain_text("Since when?")
    expect(beside).to_be_focused()
    hotline.keyboard.press("Tab")
    expect(hotline.get_by_role("textbox", name="Reply to comment 1")).to_be_focused()
    inspection.look("comment-beside-answer")
    hotline.keyboard.press("Alt+Digit1")
    hotline.get_by_role("tabpanel").get_by_role("textbox").first.click()
    hotline.keyboard.press("Alt+Digit2")  # the caret goes to an answer, not to a reply
    expect(hotline.get_by_role("textbox", name=question)).to_be_focused()
    hotline.get_by_role("textbox", name="Reply to comment 2").fill("Half typed")
    hotline.get_by_role("link", name="Narrative", exact=True).click()
    expect(hotline.get_by_role("group", name="Comment 3")).to_be_focused()
    hotline.get_by_role("textbox", name="Reply to comment 3").fill("The older one.")
    hotline.get_by_role("button", name="Dealt with (comment 3)").click()
    passage = hotline.get_by_role("group", name="Comment 3")
    expect(passage).to_contain_text("The older one.")
    expect(passage).to_contain_text("Dealt with")
    expect(lines.filter(has_text="Which aunt?")).to_contain_text("Dealt with")
    expect(hotline.get_by_text("Returned to you: 2 of 3 comments are still open.")).to_be_visible()
    beside.get_by_role("button", name="Dealt with").click()
    expect(hotline.get_by_role("tab", name="Social Connections 1 comment")).to_be_visible()
    half_typed = hotline.get_by_role("textbox", name="Reply to comment 2")
    expect(half_typed).to_have_value("Half typed")
    beside.get_by_role("button", name="Not dealt with").click()
    expect(hotline.get_by_role("tab", name="Social Connections 2 comments")).to_be_visible()
    half_typed.press("Enter")
    expect(hotline.get_by_role("group", name="Comment 2")).to_contain_text("Half typed")
    inspection.look("comments-answered")
    hotline.get_by_text("Returned to you: 2 of 3").click()
    expect(lines.filter(has_text="How often?")).to_be_hidden()
    narrative(hotline).fill("The older aunt saw it in spring. Nobody else was near.")
    expect_saved(hotline)
    hotline.goto(live_server.url + reverse("wrap_up", args=[call.pk]))
    wait_for_scripts(hotline)
    expect(hotline.get_by_role("group", name="Comment 2")).to_contain_text("Half typed")
    expect(lines.filter(has_text="How often?")).to_be_hidden()  # it was folded away
    hotline.get_by_text("Returned to you: 2 of 3").click()
    inspection.look("returned-wrap-up")
    open_again_and_deal(hotline, lines)
    find_what_a_transfer_lacks(hotline, call)
    hotline.get_by_role("button", name="Submit for review").click()
    expect(hotline.get_by_text("was submitted for review")).to_be_visible()

    page.reload()
    page.get_by_role("row", name=call.reference).get_by_role("button", name="Claim").click()
    expect(page.get_by_text("The older one.")).to_be_visible()
    page.get_by_role("link", name="Changes (1)").click()
    expect(page.get_by_role("insertion").last).to_contain_text("older")
    inspection.page = page
    inspection.look("changes")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("cell", name="Returned the intake with comments")).to_be_visible()
    inspection.look("history")
    page.get_by_role("link", name="Who viewed").click()
    expect(page.get_by_role("cell", name="Viewed the intake").first).to_be_visible()
    inspection.look("viewed")
    page.get_by_role("link", name="Record", exact=True).click()
    pdf_address = live_server.url + reverse("intake_pdf", args=[call.pk])
    assert "draft: not approved" in text_of(page, pdf_address)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved", exact=True)).to_be_visible()
    approved = text_of(page, pdf_address)
    assert "draft" not in approved.lower()
    assert "The older aunt saw it" in approved
    page.get_by_text("Amend the record").click()
    page.get_by_label("Reason of the amendment").fill("Told later")
    page.get_by_label("What is added").fill("The family moved in May.")
    page.get_by_role("button", name="Add amendment").click()
    expect(page.get_by_text("The family moved in May.")).to_be_visible()
    inspection.look("approved")
    assert "The family moved in May." in text_of(page, pdf_address)
    page.get_by_role("link", name="Whole record").click()
    expect(page.get_by_text("The family moved in May.")).to_be_visible()
    assert Amendment.objects.get().intake_id == call.pk
    assert Narrative.objects.get().text.startswith("The older aunt")
    assert ReviewComment.objects.filter(parent=None).count() == 3
    assert set(Review.objects.values_list("outcome", flat=True)) == {"returned", "approved"}
    refused = "Failed to load resource: the server responded with a status of 422"
    assert [one for one in watch.complaints if refused not in one] == []


def test_the_desk_works_without_scripts(
    browser: Browser, live_server: LiveServer, worker: User, supervisor: User
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    context.set_default_timeout(10_000)
    plain = context.new_page()
    call = submitted(worker)
    sign_in(plain, live_server, "supervisor")
    plain.get_by_role("button", name=f"Claim {call.reference}").click()
    comment(plain, "the decision", "How so?")
    plain.get_by_role("button", name="Return with comments (1)").click()
    expect(plain.get_by_role("heading", name="Review queue")).to_be_visible()
    call.refresh_from_db()
    assert call.status == "returned"
    context.close()
