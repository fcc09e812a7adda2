"""Edges: a caregiver is no child, and practice calls count for themselves."""

import uuid

import pytest

from intake.actions import calls, wrap_up
from intake.errors import NotReady
from intake.models import Intake, Person, User
from tests.factory import NOW, make_call, make_ready, put


def problems(worker: User, call: Intake) -> set[str]:
    """The fields that a submission is refused for."""
    with pytest.raises(NotReady) as refusal:
        wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    call.refresh_from_db()
    assert call.status == "in_progress"
    return {field for field, _ in refusal.value.problems}


def test_a_caregiver_is_no_child(worker: User, call: Intake) -> None:
    make_ready(worker, call)
    put(worker, call, f"person.{Person.objects.get().pk}.is_removed", "yes")
    put(worker, call, f"person.{uuid.uuid4()}.name", "Ana", role="caregiver")
    assert problems(worker, call) == {"people"}


def test_practice_counts_for_itself(worker: User) -> None:
    practice = calls.start_call(actor=worker, at=NOW, is_practice=True)
    real = make_call(worker)
    assert (practice.reference, real.reference) == ("P26-000001", "26-000001")
