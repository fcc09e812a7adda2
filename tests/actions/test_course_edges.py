"""The course at its edges: what a submission or an ending is refused for, and then all stands."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from intake import fields
from intake.actions import calls, reviews, wrap_up
from intake.errors import InvalidValue, NotPossibleNow, NotReady
from intake.models import AuditEvent, Decision, Intake, Prompt, ResponseOption, User
from tests.actions.test_frozen import everything
from tests.factory import NOW, core_prompt, make_ready, option, put, submit

LATER = NOW + timedelta(minutes=7)
MUCH_LATER = NOW + timedelta(hours=3)
BLANKS = ("", "  ", "\n\t \n", "\u00a0\u2003")
OPTIONS = sorted(name for name, spec in fields.FIELDS["decision"].items() if spec.kind == "option")


def refused(error: type[Exception], action: Callable[..., object], **about: Any) -> Any:
    """Have an action refused; return the refusal, if nothing was changed and nothing audited."""
    before, events = everything(), AuditEvent.objects.count()
    with pytest.raises(error) as refusal:
        action(**about)
    assert everything() == before
    assert AuditEvent.objects.count() == events
    return refusal.value


def lacking(worker: User, call: Intake) -> list[str]:
    """The fields that a submission is refused for."""
    about = {"actor": worker, "intake_id": call.pk, "at": LATER}
    return [name for name, _ in refused(NotReady, wrap_up.submit_intake, **about).problems]


def ended(call: Intake) -> list[Any]:
    """The times at which the call was said to end."""
    events = AuditEvent.objects.filter(verb="intake.ended", subject_id=call.pk)
    return list(events.order_by("at").values_list("at", flat=True))


def test_the_first_end_stands_through_everything_after_it(worker: User, call: Intake) -> None:
    calls.end_call(actor=worker, intake_id=call.pk, at=LATER)
    returned = calls.end_call(actor=worker, intake_id=call.pk, at=MUCH_LATER)
    assert returned.ended_at == LATER
    assert ended(call) == [LATER]
    submit(worker, call, at=MUCH_LATER)  # a submission ends only what has no end
    assert call.ended_at == LATER


def test_closing_keeps_the_first_end(worker: User, call: Intake) -> None:
    calls.end_call(actor=worker, intake_id=call.pk, at=LATER)
    calls.close_no_report(actor=worker, intake_id=call.pk, reason="mistake", at=MUCH_LATER)
    call.refresh_from_db()
    assert call.ended_at == LATER


def test_a_call_that_is_taken_up_again_ends_anew(worker: User, call: Intake) -> None:
    calls.end_call(actor=worker, intake_id=call.pk, at=LATER)
    calls.resume_call(actor=worker, intake_id=call.pk, at=LATER)
    calls.end_call(actor=worker, intake_id=call.pk, at=MUCH_LATER)
    call.refresh_from_db()
    assert call.ended_at == MUCH_LATER
    assert ended(call) == [LATER, MUCH_LATER]


@pytest.mark.parametrize("name", BLANKS)
def test_a_child_without_a_name_is_none(worker: User, call: Intake, name: str) -> None:
    make_ready(worker, call)
    child = call.people.get()
    put(worker, call, f"person.{child.pk}.name", name, base=1)
    put(worker, call, f"person.{child.pk}.age", "about four")
    assert lacking(worker, call) == ["people"]
    put(worker, call, f"person.{child.pk}.is_unknown", "yes")
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=LATER)


def test_a_child_that_was_taken_out_is_none(worker: User, call: Intake) -> None:
    make_ready(worker, call)
    put(worker, call, f"person.{call.people.get().pk}.is_removed", "yes")
    put(worker, call, f"person.{uuid.uuid4()}.name", "Ana", role="caregiver")
    put(worker, call, f"person.{uuid.uuid4()}.is_unknown", "yes", role="other")
    assert lacking(worker, call) == ["people"]


def test_one_named_child_is_enough(worker: User, call: Intake) -> None:
    make_ready(worker, call)
    put(worker, call, f"person.{uuid.uuid4()}.age", "2", role="child")
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=LATER)


def test_a_concern_without_a_type_is_none(worker: User, call: Intake) -> None:
    make_ready(worker, call)
    concern = call.concerns.get()
    put(worker, call, f"concern.{concern.pk}.type", "", base=1)
    put(worker, call, f"concern.{concern.pk}.what", "A bruise on the arm")
    assert lacking(worker, call) == ["concerns"]
    typed = f"concern.{uuid.uuid4()}"
    put(worker, call, f"{typed}.type", "general_neglect")
    put(worker, call, f"{typed}.is_removed", "yes")
    assert lacking(worker, call) == ["concerns"]
    put(worker, call, f"{typed}.is_removed", "", base=1)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=LATER)


@pytest.mark.parametrize("words", BLANKS)
def test_blanks_are_no_word_on_cross_reports(worker: User, call: Intake, words: str) -> None:
    make_ready(worker, call)
    put(worker, call, "decision.cross_reports", words, base=1)
    assert lacking(worker, call) == ["decision.cross_reports"]


@pytest.mark.parametrize("words", BLANKS)
def test_blanks_are_no_rationale(worker: User, call: Intake, words: str) -> None:
    make_ready(worker, call)
    put(worker, call, "decision.rationale", words, base=1)
    assert lacking(worker, call) == ["decision.rationale"]


@pytest.mark.parametrize("reason", Intake.NoReportReason.values)
def test_what_was_submitted_once_is_never_closed_as_none(
    worker: User, supervisor: User, call: Intake, reason: str
) -> None:
    make_ready(worker, call)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    review: dict[str, Any] = {"actor": supervisor, "intake_id": call.pk, "at": NOW}
    reviews.claim_intake(**review)
    remark = reviews.NewComment(anchor="decision.rationale", text="Why?")
    reviews.return_intake(**review, comments=[remark])
    # Nothing else is left that would make a report of it.
    put(worker, call, f"person.{call.people.get().pk}.is_removed", "yes")
    put(worker, call, f"concern.{call.concerns.get().pk}.is_removed", "yes")
    about = {"actor": worker, "intake_id": call.pk, "at": LATER, "reason": reason}
    refusal = refused(NotPossibleNow, calls.close_no_report, **about)
    assert refusal.sentence.startswith(f"Intake {call.reference} is a report: it was submitted.")
    call.refresh_from_db()
    assert call.status == "returned"


@pytest.mark.parametrize("column", OPTIONS)
def test_an_option_is_the_agency_s_active_one_of_its_own_field(
    worker: User, stranger: User, call: Intake, column: str
) -> None:
    decides = fields.FIELDS["decision"][column].decides
    own, gone = call.agency.response_options.filter(decides=decides)[:2]
    gone.is_active = False
    gone.save()
    elsewhere = call.agency.response_options.exclude(decides=decides)[0]
    wrong = {
        "another agency's": option(stranger.agency, decides, own.key),
        "deactivated": str(gone.pk),
        "of another field": str(elsewhere.pk),
        "of nobody": str(uuid.uuid4()),
    }
    put(worker, call, "decision.rationale", "Said before.")
    for chosen, base in ((None, 0), (own, 1)):  # with nothing chosen, and over a choice
        if chosen is not None:
            put(worker, call, f"decision.{column}", str(chosen.pk))
        for pk in wrong.values():
            about = {"worker": worker, "intake": call, "name": f"decision.{column}", "text": pk}
            refused(InvalidValue, put, **about, base=base)
    assert getattr(Decision.objects.get(), f"{column}_id") == own.pk


def test_a_note_s_prompt_is_of_the_call_s_edition(
    worker: User, stranger: User, call: Intake
) -> None:
    note = f"heard.{uuid.uuid4()}"
    put(worker, call, f"{note}.text", "Filed", factor="social_connections", side="worry")
    own = core_prompt(call)
    others = Prompt.objects.filter(key=own.key).exclude(edition=call.edition)
    assert {one.edition.agency for one in others} == {None, stranger.agency}
    for other in others:
        about = {"worker": worker, "intake": call, "name": f"{note}.prompt", "text": str(other.pk)}
        refused(InvalidValue, put, **about)
    put(worker, call, f"{note}.prompt", str(own.pk))
    assert call.heard_notes.get().prompt == own


def test_a_choice_is_taken_back_whatever_became_of_the_option(worker: User, call: Intake) -> None:
    put(worker, call, "decision.screening", option(call.agency, "screening", "in_person"))
    ResponseOption.objects.filter(agency=call.agency).update(is_active=False)
    put(worker, call, "decision.screening", "", base=1)
    assert Decision.objects.get().screening is None
