"""Exports of figures leave a trace."""

from datetime import datetime

from intake import permissions
from intake.errors import NotAllowed
from intake.models import User
from intake.models.audit import record_event
from intake.worksheet import Period


def note_insights_export(
    *, actor: User, table: str, period: Period, worker: User | None, at: datetime
) -> None:
    """Record that the actor exported a table of figures; of whom, where it is one worker's.

    Raises NotAllowed for who is no supervisor, or not that worker's.
    """
    if not permissions.can_see_insights(actor, worker):
        raise NotAllowed("Only a worker’s own supervisor sees that worker’s figures.")
    details: dict[str, str | int | bool] = {
        "table": table,
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
    }
    if worker is not None:
        details["worker"] = str(worker.pk)
    record_event("insights.exported", actor=actor, at=at, details=details)
