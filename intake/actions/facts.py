"""What noting a fact begins with: an intake that the actor may note facts of, at any moment."""

from datetime import datetime
from uuid import UUID

from intake import permissions
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import Intake, User


def lock_for_fact(*, actor: User, intake_id: UUID) -> Intake:
    """Return the intake, locked until the transaction ends, whatever its state but one.

    Raises Intake.DoesNotExist for who may not, NotPossibleNow for one that is no report: it has
    nobody to be told.
    """
    visible = Intake.objects.visible_to(actor)
    intake = visible.select_for_update(no_key=True).get(pk=intake_id)
    if not permissions.can_respond(actor, intake):
        raise Intake.DoesNotExist
    if intake.status == Intake.Status.CLOSED_NO_REPORT:
        raise NotPossibleNow(
            f"Intake {intake.reference} was closed as no report: nothing is told or sent of it."
        )
    return intake


def check_time(intake: Intake, when: datetime, *, at: datetime, what: str) -> None:
    """Raise InvalidValue for a fact's time before the call began, to the minute, or after `at`.

    `what` begins the sentence: "It was sent".
    """
    if when > at or when < intake.started_at.replace(second=0, microsecond=0):
        raise InvalidValue(
            f"{what} since the call began and not later than now: mend the time. Nothing was noted."
        )
