"""Written reports: a mandated reporter's paper, entered as an intake that follows its call."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from intake.actions.calls import start_call
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import Intake, User
from intake.models.audit import record_event

# California Penal Code 11166(a): within 36 hours of receiving the information; counted here from
# the call, which is the first that the agency knows of.
WRITTEN_WITHIN = timedelta(hours=36)


def start_written_report(
    *, actor: User, follows_id: UUID | None, received_at: datetime, at: datetime
) -> Intake:
    """Open the intake of a written report received at `received_at` and return it.

    `follows_id` is the call of the agency that it follows, or None for one that came first.
    Raises Intake.DoesNotExist, NotAllowed, InvalidValue, NotPossibleNow.
    """
    if received_at > at:
        raise InvalidValue("The report cannot be received later than now; mend the time.")
    with transaction.atomic():
        follows = _lock_call(actor, follows_id) if follows_id else None
        if follows is not None and received_at < follows.started_at:
            raise InvalidValue("The written report follows its call: mend the time of receipt.")
        intake = start_call(actor=actor, at=at)
        intake.method = Intake.Method.WRITTEN
        intake.follows = follows
        intake.started_at = received_at
        intake.save(update_fields=["method", "follows", "started_at"])
        if follows is not None:
            record_event(
                "intake.written_report_entered",
                actor=actor,
                at=at,
                subject=follows,
                details={"written_report": str(intake.pk)},
            )
        return intake


def _lock_call(actor: User, follows_id: UUID) -> Intake:
    """Return the call that is followed, locked; its content is not shown to who enters it."""
    calls = Intake.objects.for_real().filter(agency=actor.agency_id)
    call = calls.select_for_update(no_key=True).get(pk=follows_id)
    if call.written_reports.standing().exists():
        raise NotPossibleNow(
            f"The written report of call {call.reference} was entered already; open that one."
        )
    return call
