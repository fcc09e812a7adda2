"""Edges of the course: the first end stands, and what a submission may not do without."""

import uuid
from datetime import timedelta

import pytest

from intake.actions import calls, reviews, wrap_up
from intake.errors import InvalidValue, NotPossibleNow, NotReady
from intake.models import Concern, Decision, Intake, Person, User
from tests.factory import NOW, make_call, make_ready, option, put, submit


def test_the_first_end_stands(worker: User, call: Intake) -> None:
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW + timedelta(minutes=5))
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW + timedelta(hours=3))
    call.refresh_from_db()
    assert call.ended_at == NOW + timedelta(minutes=5)


def problems(worker: User, call: Intake) -> set[str]:
    """The fields that a submission is refused for."""
    with pytest.raises(NotReady) as refusal:
        wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    call.refresh_from_db()
    assert call.status == "in_progress"
    return {field for field, _ in refusal.value.problems}


def test_a_child_needs_a_name_or_to_be_unknown(worker: User, call: Intake) -> None:
    make_ready(worker, call)
    child = Person.objects.get()
    put(worker, call, f"person.{child.pk}.name", "  ", base=1)
    assert problems(worker, call) == {"people"}
    put(worker, call, f"person.{child.pk}.is_unknown", "yes")
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)


def test_a_caregiver_is_no_child(worker: User, call: Intake) -> None:
    make_ready(worker, call)
    put(worker, call, f"person.{Person.objects.get().pk}.is_removed", "yes")
    put(worker, call, f"person.{uuid.uuid4()}.name", "Ana", role="caregiver")
    assert problems(worker, call) == {"people"}


def test_a_concern_needs_its_type(worker: User, call: Intake) -> None:
    make_ready(worker, call)
    put(worker, call, f"concern.{Concern.objects.get().pk}.type", "", base=1)
    assert problems(worker, call) == {"concerns"}


def test_blanks_are_no_words(worker: User, call: Intake) -> None:
    make_ready(worker, call)
    put(worker, call, "decision.cross_reports", " \n", base=1)
    put(worker, call, "decision.rationale", "\t", base=1)
    assert problems(worker, call) == {"decision.cross_reports", "decision.rationale"}


def test_what_was_submitted_once_is_a_report(worker: User, supervisor: User, call: Intake) -> None:
    submit(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    comment = reviews.NewComment(anchor="decision.rationale", text="Why?")
    reviews.return_intake(actor=supervisor, intake_id=call.pk, comments=[comment], at=NOW)
    Concern.objects.update(is_removed=True)
    Person.objects.update(is_removed=True)
    with pytest.raises(NotPossibleNow, match="it was submitted"):
        calls.close_no_report(actor=worker, intake_id=call.pk, reason="mistake", at=NOW)
    call.refresh_from_db()
    assert call.status == "returned"


def test_options_are_the_own_agency_s_active_ones(
    worker: User, stranger: User, call: Intake
) -> None:
    theirs = option(stranger.agency, "screening", "in_person")
    with pytest.raises(InvalidValue):
        put(worker, call, "decision.screening", theirs)
    ours = call.agency.response_options.get(decides="screening", key="in_person")
    ours.is_active = False
    ours.save(update_fields=["is_active"])
    with pytest.raises(InvalidValue):
        put(worker, call, "decision.screening", str(ours.pk))
    with pytest.raises(InvalidValue):
        put(worker, call, "decision.screening", option(call.agency, "path", "path_1"))
    assert not Decision.objects.exists()


def test_practice_counts_for_itself(worker: User) -> None:
    practice = calls.start_call(actor=worker, at=NOW, is_practice=True)
    real = make_call(worker)
    assert (practice.reference, real.reference) == ("P26-000001", "26-000001")
