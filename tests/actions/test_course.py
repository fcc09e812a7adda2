"""The course of a call: start, interruption, end, no report, submission, review."""

import hashlib
import json
import uuid
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from intake import worksheet
from intake.actions import calls, reviews, wrap_up
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow, NotReady
from intake.exports.schema import make_schema
from intake.management.commands.write_schema import PATH
from intake.models import Agency, AuditEvent, Intake, Submission, User
from tests.factory import NOW, core_prompt, make_call, make_ready, make_user, option, put, submit


def verbs(intake: Intake) -> list[str]:
    return list(
        AuditEvent.objects.filter(subject_id=intake.pk)
        .values_list("verb", flat=True)
        .order_by("at")
    )


def test_references_count_within_an_agency_and_year(worker: User, stranger: User) -> None:
    assert [make_call(worker).reference for _ in range(2)] == ["26-000001", "26-000002"]
    assert make_call(stranger).reference == "26-000001"


def test_only_workers_start_calls(supervisor: User, administrator: User, privacy: User) -> None:
    for user in (supervisor, administrator, privacy):
        with pytest.raises(NotAllowed):
            calls.start_call(actor=user, at=NOW)
    assert not Intake.objects.exists()


def test_an_agency_without_question_sets_takes_no_calls(worker: User) -> None:
    early = NOW.replace(year=2020)
    with pytest.raises(NotPossibleNow):
        calls.start_call(actor=worker, at=early)


def test_a_dropped_call_is_resumed(worker: User, call: Intake) -> None:
    with pytest.raises(InvalidValue):
        calls.interrupt_call(actor=worker, intake_id=call.pk, reason="bored", at=NOW)
    calls.interrupt_call(actor=worker, intake_id=call.pk, reason="dropped", at=NOW)
    call.refresh_from_db()
    assert call.interruption_reason == "dropped"
    calls.resume_call(actor=worker, intake_id=call.pk, at=NOW)
    call.refresh_from_db()
    assert call.interrupted_at is None
    assert {"intake.interrupted", "intake.resumed"} <= set(verbs(call))


def test_a_wrong_number_is_closed_and_frozen(worker: User, call: Intake) -> None:
    with pytest.raises(InvalidValue):
        calls.close_no_report(actor=worker, intake_id=call.pk, reason="", at=NOW)
    calls.close_no_report(actor=worker, intake_id=call.pk, reason="wrong_number", at=NOW)
    call.refresh_from_db()
    assert call.status == "closed_no_report"
    assert call.submissions.count() == 1
    with pytest.raises(NotPossibleNow):
        put(worker, call, "narrative.text", "more")


@pytest.mark.parametrize("what", ["danger", "person", "concern"])
def test_a_report_is_never_closed_as_none(worker: User, call: Intake, what: str) -> None:
    match what:
        case "danger":
            put(worker, call, "call.danger_now", "yes")
        case "person":
            put(worker, call, f"person.{uuid.uuid4()}.name", "A", role="other")
        case "concern":
            put(worker, call, f"concern.{uuid.uuid4()}.what", "Bruise")
    with pytest.raises(NotPossibleNow):
        calls.close_no_report(actor=worker, intake_id=call.pk, reason="mistake", at=NOW)
    call.refresh_from_db()
    assert call.status == "in_progress"


def test_submitting_names_everything_that_is_missing(worker: User, call: Intake) -> None:
    with pytest.raises(NotReady) as refusal:
        wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    assert [name for name, _ in refusal.value.problems] == [
        "call.danger_now",
        "call.responder_safety",
        "call.tribal_information",
        "decision.screening",
        "decision.rationale",
    ]
    put(worker, call, "decision.screening", option(worker.agency, "screening", "in_person"))
    with pytest.raises(NotReady) as refusal:
        wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    assert {name for name, _ in refusal.value.problems} >= {
        "decision.priority",
        "concerns",
        "people",
        "decision.cross_reports",
    }
    assert not Submission.objects.exists()


def test_a_submission_holds_the_record_and_not_the_reporter(worker: User, call: Intake) -> None:
    prompt = core_prompt(call)
    put(worker, call, f"answer.{prompt.pk}.text", "They moved away.")
    put(worker, call, "reporter.name", "Canary Caller")
    submission = submit(worker, call)
    text = submission.content.text
    assert hashlib.sha256(text.encode()).hexdigest() == submission.sha256
    assert "Canary" not in text
    assert json.loads(submission.reporter.read())["name"] == "Canary Caller"
    sheet = worksheet.from_json(text)
    asked = [pair.worry for section in sheet.factors for pair in section.pairs]
    assert [one.answer.text for one in asked if one.id == str(prompt.pk)] == ["They moved away."]
    Draft202012Validator(make_schema()).validate(json.loads(text))
    assert json.loads(PATH.read_text(encoding="utf-8")) == make_schema()


def test_a_review_goes_from_claim_to_approval(
    worker: User, supervisor: User, worker2: User, call: Intake
) -> None:
    submit(worker, call)
    about: Any = {"actor": supervisor, "intake_id": call.pk, "at": NOW}
    with pytest.raises(NotAllowed):
        reviews.claim_intake(actor=worker2, intake_id=call.pk, at=NOW)
    with pytest.raises(NotPossibleNow):
        reviews.approve_intake(**about)
    claim = reviews.claim_intake(**about)
    assert reviews.claim_intake(**about) == claim  # it goes on
    reviews.release_intake(**about)
    reviews.claim_intake(**about)
    with pytest.raises(InvalidValue):
        reviews.return_intake(**about, comments=[])
    reviews.return_intake(**about, comments=[reviews.NewComment("decision.rationale", "How so?")])
    put(worker, call, "decision.rationale", "Seen first-hand.", base=1)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    reviews.claim_intake(**about)
    reviews.approve_intake(**about)
    call.refresh_from_db()
    assert call.status == "approved"
    assert call.submissions.count() == 2
    with pytest.raises(NotPossibleNow):
        put(worker, call, "narrative.text", "late")


def test_a_returned_intake_is_no_call_any_more(
    worker: User, supervisor: User, call: Intake
) -> None:
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    submit(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    remark = [reviews.NewComment("decision.rationale", "How so?")]
    reviews.return_intake(actor=supervisor, intake_id=call.pk, comments=remark, at=NOW)
    with pytest.raises(NotPossibleNow):
        calls.resume_call(actor=worker, intake_id=call.pk, at=NOW)
    with pytest.raises(NotPossibleNow):
        calls.interrupt_call(actor=worker, intake_id=call.pk, reason="dropped", at=NOW)
    call.refresh_from_db()
    assert (call.ended_at, call.interrupted_at) == (NOW, None)


def test_dont_know_in_the_strip_is_an_unknown_answer(worker: User, call: Intake) -> None:
    put(worker, call, "call.danger_now", "unknown")
    put(worker, call, "call.tribal_information", "no")
    prompts = [one for section in worksheet.build(call).sections for one in section.prompts]
    bound = {one.bound_to: (one.answer.status, one.answer.text) for one in prompts}
    assert bound["call.danger_now"] == ("unknown", "")
    assert bound["call.tribal_information"] == ("answered", "No")
    assert bound["call.responder_safety"] == ("not_asked", "")


def test_another_supervisors_claim_is_respected(
    worker: User, supervisor: User, agency: Agency, call: Intake
) -> None:
    second = make_user(agency, "supervisor2", "supervisors", "workers")
    submit(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    with pytest.raises(NotAllowed):
        reviews.approve_intake(actor=second, intake_id=call.pk, at=NOW)
    own = make_call(second)
    submit(second, own)
    with pytest.raises(NotAllowed):
        reviews.claim_intake(actor=second, intake_id=own.pk, at=NOW)


def test_ready_means_ready(worker: User, call: Intake) -> None:
    make_ready(worker, call)
    call.refresh_from_db()
    assert wrap_up.find_problems(call) == []
