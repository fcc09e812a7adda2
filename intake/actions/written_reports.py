"""Written reports: a mandated reporter's paper, entered as an intake that follows its call."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from intake.actions.calls import start_call
from intake.actions.restrictions import restrict_like
from intake.actions.workers import lock_worker
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import Intake, User
from intake.models.audit import record_event
from intake.models.base import Language

# California Penal Code 11166(a): within 36 hours of receiving the information; counted here from
# the call, which is the first that the agency knows of.
WRITTEN_WITHIN = timedelta(hours=36)


def start_written_report(
    *,
    actor: User,
    follows_id: UUID | None,
    medium: str,
    received_at: datetime,
    at: datetime,
    reference: str = "",
) -> Intake:
    """Open the intake of a written report received at `received_at` and return it.

    `follows_id` is the call of the agency that it follows, or None for one that came first;
    `reference` names that call instead, as it stands on the paper. `medium` is paper, fax or
    portal. Raises Intake.DoesNotExist, NotAllowed, InvalidValue, NotPossibleNow.
    """
    if received_at > at:
        raise InvalidValue("The report cannot be received later than now; mend the time.")
    if medium not in Intake.Medium.values:
        raise InvalidValue("Say how the report came: on paper, by fax or through the portal.")
    with transaction.atomic():
        lock_worker(actor)
        follows = _lock_call(actor, follows_id, reference.strip())
        if follows is not None:
            called_at = follows.started_at.replace(second=0, microsecond=0)  # as a clock shows it
            if received_at < called_at:
                raise InvalidValue("The written report follows its call: mend the time of receipt.")
        intake = start_call(actor=actor, at=at, language=Language.ENGLISH)  # of the form
        intake.method = Intake.Method.WRITTEN
        intake.written_medium = medium
        intake.follows = follows
        intake.started_at = received_at
        intake.save(update_fields=["method", "written_medium", "follows", "started_at"])
        if follows is not None:
            restrict_like(follows, intake, actor=actor, at=at)
            record_event(
                "intake.written_report_entered",
                actor=actor,
                at=at,
                subject=follows,
                details={"written_report": str(intake.pk)},
            )
        return intake


def _lock_call(actor: User, follows_id: UUID | None, reference: str) -> Intake | None:
    """Return the call that is followed, locked; its content is not shown to who enters it."""
    calls = Intake.objects.for_real().shown().filter(agency=actor.agency_id)
    calls = calls.exclude(method=Intake.Method.WRITTEN).select_for_update(no_key=True)
    if follows_id is not None:
        call = calls.get(pk=follows_id)
    elif reference:
        named = calls.filter(reference=reference).first()
        if named is None:
            raise InvalidValue(
                f"No call of your agency has the reference {reference}. Nothing was entered; look "
                "at the paper again, or leave the reference empty."
            )
        call = named
    else:
        return None
    if call.status == Intake.Status.CLOSED_NO_REPORT:
        raise NotPossibleNow(
            f"Call {call.reference} was closed as no report. Nothing was entered; enter the "
            "written report without a reference."
        )
    if call.written_reports.standing().exists():
        raise NotPossibleNow(
            f"The written report of call {call.reference} was entered already; open that one."
        )
    return call
