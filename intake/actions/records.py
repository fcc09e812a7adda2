"""Reading a record leaves a trace: views and exports are audited before anything is shown."""

import uuid
from datetime import datetime
from uuid import UUID

from intake.fields import FieldName
from intake.models import Intake, User
from intake.models.audit import record_event


def find_visible(actor: User, intake_id: UUID | None) -> Intake | None:
    """Return another intake that one names, if the actor may read that one too."""
    if intake_id is None:
        return None
    return Intake.objects.visible_to(actor).filter(pk=intake_id).first()


def note_view(*, actor: User, intake: Intake, at: datetime) -> None:
    """Record that the actor opened the intake; `intake` came through `visible_to(actor)`."""
    record_event("intake.viewed", actor=actor, at=at, subject=intake)


def note_versions(*, actor: User, intake: Intake, name: FieldName, at: datetime) -> None:
    """Record that the actor opened the earlier versions of a field, told by its column only."""
    details: dict[str, str | int | bool] = {"field": f"{name.noun}.{name.column}"}
    record_event("intake.versions_viewed", actor=actor, at=at, subject=intake, details=details)


def note_export(*, actor: User, intake: Intake, kind: str, submission: int, at: datetime) -> UUID:
    """Record an export ("pdf", "json") of a submission and return the copy's id."""
    copy = uuid.uuid4()
    record_event(
        "intake.exported",
        actor=actor,
        at=at,
        subject=intake,
        details={"kind": kind, "submission": submission, "copy": str(copy)},
    )
    return copy
