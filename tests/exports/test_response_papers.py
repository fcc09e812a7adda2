"""Brief, packets and read-back: on one page, in the call's language, and never who reported."""

import re
import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from intake import fields, worksheet
from intake.actions.wrap_up import find_problems
from intake.exports.brief import SIZES, build_brief, export_brief
from intake.exports.copy_out import build_blocks
from intake.exports.pdf import ExportStamp
from intake.exports.read_back import build_read_back
from intake.models import AuditEvent, CopyOutField, Intake, Reporter, ResponseOption, User
from tests.factory import NOW, core_prompt, option, prove, put

pytestmark = pytest.mark.one_engine  # what is on the paper, not what is in the rows

PARTY = {
    "name": "Rosalind Quill",
    "phone": "555-0187",
    "callback_number": "555-0188",
    "address": "12 Fern Court",
    "relationship": "Aunt by marriage",
    "capacity": "Nurse practitioner",
    "basis_of_knowledge": "Overheard at the bakery",
    "refusal_reason": "Feared her landlord",
}
STAMP = ExportStamp(by="Worker Example", at=NOW, copy_id="c")


@pytest.fixture
def told(worker: User, call: Intake) -> Intake:
    """A call with something of every kind, and a reporting party with words of its own."""
    for column, text in PARTY.items():
        put(worker, call, f"reporter.{column}", text)
    put(worker, call, "narrative.text", "Rosalind Quill says the boys are alone at night.")
    put(worker, call, "call.danger_now", "yes")
    put(worker, call, "call.child_now_at", "At the neighbor's, 4 Elm Street")
    put(worker, call, "call.responder_safety", "yes")
    put(worker, call, "call.responder_safety_details", "Loose dog in the yard")
    put(worker, call, "call.tribal_information", "yes")
    put(worker, call, "call.tribe", "Pomo")
    put(worker, call, "call.interpreter", "Language line")
    child = uuid.uuid4()
    put(worker, call, f"person.{child}.name", "Nguyễn Ánh", role="child")
    put(worker, call, f"person.{child}.language", "Vietnamese")
    concern = uuid.uuid4()
    put(worker, call, f"concern.{concern}.type", "physical_abuse")
    put(worker, call, f"concern.{concern}.what", "A bruise on the left arm")
    put(worker, call, f"concern.{concern}.source", "first_hand")
    worry, well = core_prompt(call), core_prompt(call, side="working_well")
    put(worker, call, f"answer.{worry.pk}.text", "They moved away from family")
    put(worker, call, f"answer.{worry.pk}.source", "second_hand")
    put(worker, call, f"answer.{well.pk}.text", "The uncle takes them in at once")
    put(worker, call, f"answer.{well.pk}.kind", "act_of_protection")
    put(worker, call, f"concern.{concern}.witnesses", "Rosalind Quill, who is calling")
    put(
        worker,
        call,
        f"correction.{uuid.uuid4()}.text",
        "The right arm",
        of=f"concern.{concern}.what",
    )
    put(worker, call, f"quote.{uuid.uuid4()}.text", "I want to stay here")
    support = uuid.uuid4()
    put(worker, call, f"support.{support}.service", "Pantry", factor="concrete_support")
    put(worker, call, f"support.{support}.accepted_by", "Rosalind Quill")
    return call


def words(content: bytes) -> str:
    return " ".join(
        "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split()
    )


def test_the_brief_has_what_a_responder_needs(told: Intake) -> None:
    content = export_brief(worksheet.build(told), STAMP, is_restricted=False)
    text = words(content)
    for needed in (
        "4 Elm Street",
        "Loose dog",
        "Take care",
        "Language line",
        "Vietnamese",
        "Pomo",
        "The uncle takes them in",
        "A bruise on the left arm",
        "I want to stay here",
        "Nguyễn Ánh",
    ):
        assert needed in text, needed
    assert len(PdfReader(BytesIO(content)).pages) == 1


def test_the_brief_is_one_page_however_much_was_said(worker: User, told: Intake) -> None:
    for index in range(30):
        put(
            worker, told, f"person.{uuid.uuid4()}.address", f"{index} Long Road " * 60, role="child"
        )
    put(worker, told, "call.child_now_at", "x" * 5000, base=1)
    for prompt in told.edition.prompts.filter(side="working_well"):
        if prompt.pk != core_prompt(told, side="working_well").pk:
            put(worker, told, f"answer.{prompt.pk}.text", "They all come together. " * 80)
            put(worker, told, f"answer.{prompt.pk}.source", "first_hand")
    content = export_brief(worksheet.build(told), STAMP, is_restricted=False)
    assert len(PdfReader(BytesIO(content)).pages) == 1
    assert "more in the record" in words(content)
    assert "Take care" in words(content)


def test_a_brief_that_fits_in_smaller_type_is_not_shortened(worker: User, told: Intake) -> None:
    put(worker, told, "call.child_now_at", "By the river, then over the bridge. " * 70, base=1)
    content = export_brief(worksheet.build(told), STAMP, is_restricted=False)
    assert "more in the record" not in words(content)
    assert words(content).count("over the bridge.") == 70
    assert len(PdfReader(BytesIO(content)).pages) == 1


def test_the_longest_brief_is_one_page_and_says_what_is_left_out(
    worker: User, told: Intake
) -> None:
    styles = (settings.BASE_DIR / "static" / "css" / "pdf.css").read_text()
    for points, _, _ in SIZES:
        assert f"html.size-{points} {{ font-size: {points}pt; }}" in styles
    long = "W" * 61
    first = NOW - timedelta(minutes=1)  # before the short ones: among rows of one moment none is
    for _ in range(7):
        person = uuid.uuid4()
        for column in ("name", "address", "current_location", "school_or_care", "disability"):
            put(worker, told, f"person.{person}.{column}", long, at=first, role="child")
        put(worker, told, f"person.{person}.language", long, at=first)
        put(worker, told, f"quote.{uuid.uuid4()}.text", long, at=first)
        concern = uuid.uuid4()
        put(worker, told, f"concern.{concern}.what", long, at=first)
        put(worker, told, f"concern.{concern}.source", "first_hand", at=first)
    for prompt in told.edition.prompts.filter(side="working_well"):
        if prompt.pk != core_prompt(told, side="working_well").pk:
            put(worker, told, f"answer.{prompt.pk}.text", long)
            put(worker, told, f"answer.{prompt.pk}.source", "first_hand")
    content = export_brief(worksheet.build(told), STAMP, is_restricted=False)
    assert len(PdfReader(BytesIO(content)).pages) == 1
    assert "Not on this page, but in the record:" in words(content)
    assert "6 more people" in words(content)


def test_the_brief_says_who_and_what_is_left_out_and_never_the_alleged(
    worker: User, told: Intake
) -> None:
    for index in range(14):
        key = uuid.uuid4()
        put(worker, told, f"person.{key}.name", f"Person {index}", role="other")
        put(worker, told, f"person.{key}.school_or_care", "A long way to go " * 28)
        put(worker, told, f"quote.{uuid.uuid4()}.text", f"Quote {index}. " * 30)
    last = uuid.uuid4()
    put(worker, told, f"person.{last}.name", "Dexter Hale", role="other")
    put(worker, told, f"person.{last}.is_alleged_maltreater", "yes")
    content = export_brief(worksheet.build(told), STAMP, is_restricted=False)
    text = words(content)
    assert len(PdfReader(BytesIO(content)).pages) == 1
    assert "Dexter Hale" in text
    assert "Not on this page, but in the record:" in text
    assert re.search(r"\d+ more people; .*\d+ more exact words", text)


def test_what_the_caller_corrected_stands_beside_it(as_worker: Client, told: Intake) -> None:
    police = option(told.agency, "cross_report", "law_enforcement")
    packet = as_worker.get(reverse("intake_packet", args=[told.pk, police])).content
    for text in (
        words(export_brief(worksheet.build(told), STAMP, is_restricted=False)),
        words(packet),
    ):
        assert "A bruise on the left arm" in text
        assert re.search("corrected by the caller:? The right arm", text, re.IGNORECASE)


def test_a_record_that_names_the_reporting_party_is_not_submitted(
    worker: User, told: Intake
) -> None:
    fields_named = {field.rpartition(".")[2] for field, _ in find_problems(told)}
    assert {"accepted_by", "witnesses"} <= fields_named
    put(worker, told, "reporter.name", "Somebody Else", base=1)
    fields_named = {field.rpartition(".")[2] for field, _ in find_problems(told)}
    assert not {"accepted_by", "witnesses"} & fields_named


def test_an_empty_brief_says_what_is_not_known(call: Intake) -> None:
    text = words(export_brief(worksheet.build(call), STAMP, is_restricted=False))
    assert "Not asked" in text
    assert "Nobody is recorded yet" in text


def reporter_words(call: Intake) -> list[str]:
    reporter = Reporter.objects.get(intake=call)
    return [reporter.read(column) for column in Reporter.SEALED]


def test_nothing_names_who_reported(as_worker: Client, told: Intake, supervisor: User) -> None:
    recipients = ResponseOption.objects.filter(agency=told.agency, decides="cross_report")
    pages = [reverse("intake_brief", args=[told.pk]), reverse("intake_brief_pdf", args=[told.pk])]
    pages += [reverse("intake_packet", args=[told.pk, one.pk]) for one in recipients]
    pages += [reverse("intake_cross_reports", args=[told.pk])]
    pages += [reverse("intake_dispatch", args=[told.pk]), reverse("call_read_back", args=[told.pk])]
    assert len(pages) == 10
    blocks = build_blocks(
        worksheet.build(told), CopyOutField.objects.filter(agency=told.agency), told.agency.zone
    )
    copied = "\n".join(one.text for one in blocks if one.label != "Narrative")
    assert "[corrected by the caller: The right arm]" in copied
    narrative = worksheet.build(told).narrative
    for word in reporter_words(told):
        assert word not in copied.replace(narrative, ""), word
    for url in pages:
        response = as_worker.get(url)
        assert response.status_code == 200, url
        text = words(response.content) if url.endswith("pdf/") else response.content.decode()
        for word in reporter_words(told):
            assert word not in text, (url, word)


def test_a_packet_names_the_reporter_only_by_its_own_audited_action(
    as_worker: Client, told: Intake
) -> None:
    police = option(told.agency, "cross_report", "law_enforcement")
    url = reverse("intake_packet_reporter", args=[told.pk, police])
    for ask in (as_worker.get(url), as_worker.post(url, {"purpose": "investigates"})):
        assert ask["Location"].startswith(reverse("prove"))  # no fresh sign-in
    prove(as_worker)
    assert as_worker.get(url).status_code == 200
    assert as_worker.post(url).status_code == 422  # no purpose
    assert not AuditEvent.objects.filter(verb="reporter.disclosed").exists()
    response = as_worker.post(url, {"purpose": "investigates"})
    text = words(response.content)
    assert "Rosalind Quill" in text
    assert "555-0188" in text
    event = AuditEvent.objects.get(verb="reporter.disclosed")
    assert event.details["recipient"] == "law_enforcement"
    assert event.details["purpose"] == "investigates"
    assert event.details["copy"] in text


def test_who_may_not_learn_it_gets_no_such_packet(as_worker: Client, told: Intake) -> None:
    tribe = option(told.agency, "cross_report", "tribe")
    url = reverse("intake_packet_reporter", args=[told.pk, tribe])
    prove(as_worker)
    page = as_worker.post(url, {"purpose": "investigates"})
    assert "may not learn who reported" in page.content.decode()
    assert not AuditEvent.objects.filter(verb="reporter.disclosed").exists()


def test_another_agency_s_recipient_is_not_there(
    as_worker: Client, told: Intake, stranger: User
) -> None:
    theirs = option(stranger.agency, "cross_report", "law_enforcement")
    for name in ("intake_packet", "intake_packet_reporter", "intake_sent"):
        url = reverse(name, args=[told.pk, theirs])
        method = as_worker.get if name == "intake_packet" else as_worker.post
        data = {"purpose": "investigates", "method": "Fax"}
        assert method(url, data).status_code == 404, name


def test_sendings_are_logged_and_the_written_clock_stops(as_worker: Client, told: Intake) -> None:
    police = option(told.agency, "cross_report", "law_enforcement")
    page = as_worker.get(reverse("intake_cross_reports", args=[told.pk])).content.decode()
    assert "Penal Code 11166(j)" in page
    assert "overdue by" in page  # the call of the tests is long ago
    url = reverse("intake_sent", args=[told.pk, police])
    assert (
        as_worker.post(url, {"method": " "}, headers={"Accept": "application/json"}).status_code
        == 409
    )
    form = {"method": "Fax", "to_whom": "Desk", "is_written": "yes"}
    answer = as_worker.post(url, form, headers={"Accept": "application/json"}).json()
    html = " ".join(answer["html"].split())
    police_part = html.split('id="to-law_enforcement"')[1].split("</section>")[0]
    assert "(written report), to Desk" in police_part
    assert "report due" not in police_part  # both clocks have stopped
    assert AuditEvent.objects.get(verb="cross_report.sent").details == {
        "recipient": "law_enforcement",
        "is_written": True,
    }


def test_reading_back_frames_the_recorded_words(worker: User, told: Intake) -> None:
    script = build_read_back(worksheet.build(told))
    groups = {group.key: [line.text for line in group.lines] for group in script.groups}
    assert groups == {
        "first_hand": ["A bruise on the left arm"],
        "second_hand": ["They moved away from family"],
        "quotes": ["I want to stay here"],
        "working_well": ["The uncle takes them in at once"],
    }
    put(worker, told, "call.language", "es")
    spanish = build_read_back(worksheet.build(told))
    assert spanish.opening.startswith("Le voy a leer")
    assert [group.lines[0].text for group in spanish.groups] == [
        group.lines[0].text for group in script.groups
    ]


def test_a_correction_is_kept_beside_what_was_said(
    as_worker: Client, worker: User, told: Intake
) -> None:
    page = as_worker.get(reverse("call_read_back", args=[told.pk]))
    line = page.context["script"].groups[0].lines[0]
    key = page.context["keys"][line.of]
    form = {
        "section": "read_back",
        f"row:correction:{key}:of": line.of,
        f"base:correction.{key}.text": f"0-{fields.check_sum('')}",
        f"correction.{key}.text": "The right arm",
    }
    answer = as_worker.post(reverse("call_section", args=[told.pk]), form)
    assert answer["Location"] == reverse("call_read_back", args=[told.pk])
    sheet = worksheet.build(told)
    assert sheet.corrected == {line.of: "The right arm"}
    assert sheet.concerns[0].what == "A bruise on the left arm"
    again = as_worker.get(reverse("call_read_back", args=[told.pk]))
    assert "The right arm" in again.content.decode()
    assert str(again.context["keys"][line.of]) == str(key)


def test_who_protects_the_child_is_what_was_marked_and_who_steps_in(
    worker: User, told: Intake
) -> None:
    put(
        worker,
        told,
        f"heard.{uuid.uuid4()}.text",
        "The coach drives them home",
        factor="social_connections",
        side="working_well",
    )
    brief = build_brief(worksheet.build(told))
    assert [one.text for one in brief.protectors] == [
        "The uncle takes them in at once",
        "The coach drives them home",
    ]


def test_a_protected_address_goes_only_to_who_goes_there(
    as_worker: Client, worker: User, told: Intake
) -> None:
    child = told.people.filter(role="child").first()
    assert child is not None
    put(worker, told, f"person.{child.pk}.address", "9 Hidden Lane")
    put(worker, told, "call.is_protected_address", "yes")
    concern = told.concerns.get()
    put(worker, told, f"concern.{concern.pk}.where", "9 Hidden Lane, the kitchen")
    put(worker, told, f"person.{child.pk}.last_seen", "In the yard of 9 Hidden Lane")
    for key, shown in (("law_enforcement", True), ("tribe", False), ("other_county", False)):
        recipient = option(told.agency, "cross_report", key)
        text = words(as_worker.get(reverse("intake_packet", args=[told.pk, recipient])).content)
        assert "PROTECTED ADDRESS" in text
        assert ("9 Hidden Lane" in text) is shown, key
        assert "Marks" in text


def test_danger_that_is_taken_back_is_shown_for_an_hour(
    worker: User, supervisor: User, call: Intake, client: Client
) -> None:
    now = timezone.now()
    put(worker, call, "call.danger_now", "yes", at=now)
    put(worker, call, "call.danger_now", "no", base=1, at=now)
    client.force_login(supervisor)
    page = client.get(reverse("danger")).content.decode()
    assert f'Danger was taken back in <a href="{reverse("intake", args=[call.pk])}">' in page
    put(worker, call, "call.danger_now", "yes", base=2, at=now)
    assert "taken back" not in client.get(reverse("danger")).content.decode()
    verbs = [one.verb for one in AuditEvent.objects.filter(verb__startswith="intake.danger")]
    assert sorted(verbs) == [
        "intake.danger_marked",
        "intake.danger_marked",
        "intake.danger_taken_back",
    ]
