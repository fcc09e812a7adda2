"""Telling and acknowledging: at any moment, by who may, once, and never for no report."""

import uuid
from datetime import timedelta

import pytest

from intake.actions import calls, dispatches, reviews
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import AuditEvent, Dispatch, Intake, User
from tests.actions.test_frozen import everything
from tests.factory import NOW, make_call, put, submit


def tell(actor: User, call: Intake, **about: str) -> Dispatch:
    given = {"told": "law_enforcement", "who": "Deputy Ruiz", "how": "Telephone"} | about
    return dispatches.tell(actor=actor, intake_id=call.pk, at=NOW, **given)


def test_who_was_told_is_a_fact_with_its_time(worker: User, call: Intake) -> None:
    dispatch = tell(worker, call)
    assert (dispatch.told_at, dispatch.told_by, dispatch.who) == (NOW, worker, "Deputy Ruiz")
    event = AuditEvent.objects.get(verb="dispatch.told")
    assert event.details == {"told": "law_enforcement", "dispatch": str(dispatch.pk)}
    assert "Ruiz" not in str(event.details)


def test_it_is_possible_after_submission_and_approval(
    worker: User, supervisor: User, call: Intake
) -> None:
    submit(worker, call)
    tell(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    dispatch = tell(supervisor, call, told="tribe")
    dispatches.acknowledge(
        actor=worker, intake_id=call.pk, dispatch_id=dispatch.pk, by="Tribal office", at=NOW
    )
    assert Dispatch.objects.filter(acknowledged_at__isnull=False).count() == 1


def test_the_first_acknowledgement_stands(worker: User, call: Intake) -> None:
    dispatch = tell(worker, call)
    for minutes, by in ((3, "Ruiz"), (9, "Somebody else")):
        dispatches.acknowledge(
            actor=worker,
            intake_id=call.pk,
            dispatch_id=dispatch.pk,
            by=by,
            at=NOW + timedelta(minutes=minutes),
        )
    dispatch.refresh_from_db()
    assert dispatch.acknowledged_at == NOW + timedelta(minutes=3)
    assert dispatch.acknowledged_by == "Ruiz"
    assert AuditEvent.objects.filter(verb="dispatch.acknowledged").count() == 1


@pytest.mark.parametrize("who", ["worker2", "administrator", "privacy", "stranger"])
def test_others_change_nothing(call: Intake, who: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    before = everything()
    with pytest.raises(Intake.DoesNotExist):
        tell(user, call)
    with pytest.raises(Intake.DoesNotExist):
        dispatches.acknowledge(
            actor=user, intake_id=call.pk, dispatch_id=uuid.uuid4(), by="", at=NOW
        )
    assert everything() == before


def test_a_call_that_is_no_report_tells_nobody(worker: User, call: Intake) -> None:
    calls.close_no_report(actor=worker, intake_id=call.pk, reason="information", at=NOW)
    with pytest.raises(NotPossibleNow, match="closed as no report"):
        tell(worker, call)


def test_bad_input_is_refused_in_a_sentence(worker: User, call: Intake) -> None:
    for about in ({"told": "everybody"}, {"who": "x" * 501}):
        with pytest.raises(InvalidValue):
            tell(worker, call, **about)
    other = tell(worker, make_call(worker))
    with pytest.raises(Dispatch.DoesNotExist):
        dispatches.acknowledge(actor=worker, intake_id=call.pk, dispatch_id=other.pk, by="", at=NOW)
    assert not Dispatch.objects.filter(intake=call).exists()


def in_danger() -> set[str]:
    return {one.reference for one in Intake.objects.in_danger()}


def test_who_is_in_danger(worker: User, supervisor: User) -> None:
    """Open calls, and those of which nobody acknowledged; practice and approved ones never."""
    call, quiet = make_call(worker), make_call(worker)
    practice = calls.start_call(actor=worker, at=NOW, is_practice=True)
    for one in (call, practice):
        put(worker, one, "call.danger_now", "yes")
    put(worker, quiet, "call.danger_now", "no")
    assert in_danger() == {call.reference}
    dispatch = tell(worker, call)
    dispatches.acknowledge(actor=worker, intake_id=call.pk, dispatch_id=dispatch.pk, by="", at=NOW)
    assert in_danger() == {call.reference}  # it is still going on
    Intake.objects.filter(pk=call.pk).update(status="submitted", submitted_at=NOW)
    assert in_danger() == set()
    Dispatch.objects.update(acknowledged_at=None)
    assert in_danger() == {call.reference}
    Intake.objects.filter(pk=call.pk).update(status="approved")
    assert in_danger() == set()
