"""Reading a record leaves a trace: views and exports are audited before anything is shown."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from intake.fields import FieldName
from intake.models import AuditEvent, Intake, User
from intake.models.audit import record_event


def find_visible(actor: User, intake_id: UUID | None) -> Intake | None:
    """Return another intake that one names, if the actor may read that one too."""
    if intake_id is None:
        return None
    return Intake.objects.visible_to(actor).filter(pk=intake_id).first()


def note_view(*, actor: User, intake: Intake, at: datetime) -> None:
    """Record that the actor opened the intake; `intake` came through `visible_to(actor)`."""
    record_event("intake.viewed", actor=actor, at=at, subject=intake)


def note_list(*, actor: User, page: str, filters: Iterable[str] = (), at: datetime) -> None:
    """Record that the actor opened a list of records ("reviews"), and by what it was filtered."""
    details: dict[str, str | int | bool] = {"page": page, "filters": ", ".join(filters)}
    record_event("list.viewed", actor=actor, at=at, details=details)


def note_figures(
    *,
    actor: User,
    page: str,
    filters: Iterable[str] = (),
    worker: User | None = None,
    at: datetime,
) -> None:
    """Record that the actor opened a page of figures ("insights"), by what it was filtered.

    And of whom they are, where it is one worker's.
    """
    details: dict[str, str | int | bool] = {"page": page, "filters": ", ".join(filters)}
    if worker is not None:
        details["worker"] = str(worker.pk)
    record_event("figures.viewed", actor=actor, at=at, details=details)


def note_shown(*, actor: User, intakes: Iterable[Intake], where: str, at: datetime) -> None:
    """Record of each intake that names or words of it were shown in a list, all at once."""
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=at,
            agency_id=actor.agency_id,
            actor=actor,
            actor_label=actor.username,
            verb="intake.shown",
            subject_type="intake",
            subject_id=one.pk,
            subject_label=one.reference,
            details={"in": where},
        )
        for one in intakes
    )


def note_access_view(*, actor: User, intake: Intake, at: datetime) -> None:
    """Record that the actor opened the page that says who may read a restricted intake."""
    record_event("intake.access_viewed", actor=actor, at=at, subject=intake)


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
