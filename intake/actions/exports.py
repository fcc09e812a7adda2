"""Exports of a search result: asked for, made part by part, cancelled, deleted, kept for a day."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from intake import permissions
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import ExportItem, ExportJob, ExportPart, Intake, Submission, User
from intake.models.audit import record_event
from intake.models.exports import KEPT, ExportFailure, ExportKind, ExportStatus
from intake.search import Criteria, find

LARGEST = 5_000  # intakes in one export
MOST_STALLS = 5  # runs that may end without a word at the same place


@dataclass(frozen=True)
class Made:
    """What the file is to hold of one intake."""

    item: ExportItem
    submission: Submission
    content: bytes
    sha256: str = ""  # of a PDF
    is_naming: bool = False  # it seems to name the reporting party


def request_export(*, actor: User, kind: str, criteria: Criteria, at: datetime) -> ExportJob:
    """Ask for an export of what `find` finds now and was submitted; return it, waiting.

    The intakes are fixed here, in the order of the search, 5,000 at most. Raises NotAllowed,
    InvalidValue for another kind or where nothing fits, NotPossibleNow while an own one is
    unfinished.
    """
    if not permissions.can_export(actor):
        raise NotAllowed("Only supervisors export several intakes; nothing was made.")
    if kind not in ExportKind.values:
        raise InvalidValue("Choose what to make of the intakes; nothing was made.", field="kind")
    assert actor.agency_id is not None  # a supervisor has one
    with transaction.atomic():
        User.objects.get_queryset().select_for_update(no_key=True).get(pk=actor.pk)
        unfinished = ExportJob.objects.filter(requested_by=actor).unfinished().first()
        if unfinished is not None:
            raise NotPossibleNow(_is_busy(unfinished))
        submitted = Exists(Submission.objects.filter(intake=OuterRef("pk")))
        found = find(actor, criteria).filter(submitted)
        # Those that the actor cannot read are not counted: a count would tell what is in them.
        restricted = found.filter(is_restricted=True).count()
        open_ones = found.filter(is_restricted=False).values_list("pk", flat=True)
        keys = list(dict.fromkeys(open_ones[: LARGEST + 1]))
        if not keys:
            raise InvalidValue(_nothing_fits(restricted))
        job = ExportJob.objects.create(
            agency_id=actor.agency_id,
            requested_by=actor,
            kind=kind,
            criteria=criteria.to_dict(),
            total=len(keys[:LARGEST]),
            has_more=len(keys) > LARGEST,
            restricted=restricted,
            requested_at=at,
            heartbeat_at=at,
        )
        ExportItem.objects.bulk_create(
            (
                ExportItem(job=job, position=position, intake_id=key)
                for position, key in enumerate(keys[:LARGEST], start=1)
            ),
            batch_size=500,
        )
        # Which criteria, never what they say: they may name people.
        record_event(
            "export.requested",
            actor=actor,
            at=at,
            subject=job,
            details={
                "kind": kind,
                "intakes": job.total,
                "criteria": ", ".join(sorted(job.criteria)),
            },
        )
        return job


def cancel_export(*, actor: User, job_id: UUID, at: datetime) -> ExportJob:
    """Cancel an own unfinished export; what was made of it goes at once.

    Raises ExportJob.DoesNotExist, NotPossibleNow for one that is finished.
    """
    with transaction.atomic():
        job = _lock_own(actor, job_id)
        if not job.is_unfinished:
            raise NotPossibleNow(
                "This export had ended before it could be cancelled; nothing was changed."
            )
        _end(job, ExportStatus.CANCELLED, at=at)
        _drop(job, at=at)
        record_event(
            "export.cancelled", actor=actor, at=at, subject=job, details={"done": job.done}
        )
        return job


def delete_export(*, actor: User, job_id: UUID, at: datetime) -> ExportJob:
    """Delete the content of an own finished export before its time; the row stays.

    Raises ExportJob.DoesNotExist, NotPossibleNow where there is no content.
    """
    with transaction.atomic():
        job = _lock_own(actor, job_id)
        if job.is_unfinished:
            raise NotPossibleNow("This export is not finished yet: cancel it instead.")
        if job.dropped_at is not None:
            raise NotPossibleNow("The content of this export has gone already.")
        _drop(job, at=at)
        record_event("export.deleted", actor=actor, at=at, subject=job)
        return job


def note_download(*, actor: User, job: ExportJob, at: datetime) -> None:
    """Record that the actor downloads an export; `job` came through `visible_to(actor)`."""
    record_event("export.downloaded", actor=actor, at=at, subject=job, details={"kind": job.kind})


def take_export(*, at: datetime) -> ExportJob | None:
    """Give a worker the export that waits longest, with its requester's agency, or None.

    One whose worker was not heard of for a minute goes on where it was. Where that happened too
    often at one place, the export fails: that intake ends its workers.
    """
    while True:
        with transaction.atomic():
            takeable = ExportJob.objects.takeable(at)
            job = takeable.select_for_update(skip_locked=True, no_key=True).first()
            if job is None:
                return None
            if job.runner is not None:
                job.stalls += 1
            if job.stalls > MOST_STALLS:
                _fail(job, ExportFailure.STALLED, at=at)
                continue
            job.status = ExportStatus.RUNNING
            job.started_at = job.started_at or at
            job.heartbeat_at = at
            job.runner = uuid.uuid4()
            job.save(update_fields=["status", "started_at", "heartbeat_at", "runner", "stalls"])
            return job


def next_items(job: ExportJob, *, count: int) -> list[ExportItem]:
    """Return the items that come next, with their intakes; nothing is written."""
    items = job.items.filter(position__gt=job.done).order_by("position")
    return list(items.select_related("intake__agency", "intake__worker")[:count])


def store_parts(*, job: ExportJob, made: Sequence[Made], at: datetime) -> bool:
    """Store what was made of the next items, in one transaction; return whether to go on.

    Left out is what the requester may not read now, and what was restricted since. `job` is as it
    was taken, and is brought up to date. False: it is finished, cancelled, failed, or another run
    has taken it; then nothing was stored. Without the role the requester had, the export fails.
    """
    with transaction.atomic():
        stored = ExportJob.objects.select_for_update(no_key=True).get(pk=job.pk)
        if stored.status != ExportStatus.RUNNING or stored.runner != job.runner:
            return False
        requester = User.objects.with_roles().get(pk=stored.requested_by_id)
        if not permissions.can_export(requester) or requester.agency_id != stored.agency_id:
            _fail(stored, ExportFailure.ROLE, at=at)
            return False
        visible = Intake.objects.visible_to(requester).for_real().filter(is_restricted=False)
        keys = [one.item.intake_id for one in made]
        readable = set(visible.filter(pk__in=keys).values_list("pk", flat=True))
        written = [one for one in made if one.item.intake_id in readable]
        _write(stored, written, requester, at)
        stored.done += len(made)
        stored.left_out += len(made) - len(written)
        stored.naming += sum(one.is_naming for one in written)
        stored.heartbeat_at = at
        stored.stalls = 0
        stored.save(update_fields=["done", "left_out", "naming", "heartbeat_at", "stalls"])
        job.done = stored.done
        if stored.done < stored.total:
            return True
        stored.expires_at = at + KEPT
        stored.save(update_fields=["expires_at"])
        _end(stored, ExportStatus.DONE, at=at)
        record_event(
            "export.finished",
            actor=requester,
            at=at,
            subject=stored,
            details={"written": stored.written, "left_out": stored.left_out},
        )
        return False


def release_export(*, job: ExportJob, at: datetime) -> None:
    """Give an export back that is not finished, so that any worker may go on with it."""
    ExportJob.objects.unfinished().filter(pk=job.pk, runner=job.runner).update(
        runner=None, heartbeat_at=at
    )


def fail_export(*, job: ExportJob, failure: ExportFailure, at: datetime) -> None:
    """End an export that cannot be made, if the run that says so still has it."""
    with transaction.atomic():
        stored = ExportJob.objects.select_for_update(no_key=True).get(pk=job.pk)
        if stored.status == ExportStatus.RUNNING and stored.runner == job.runner:
            _fail(stored, failure, at=at)


def drop_old_exports(*, at: datetime) -> None:
    """Delete the content of exports that ended a day ago; end those unfinished after a day."""
    for key in ExportJob.objects.filter(dropped_at=None).values_list("pk", flat=True):
        with transaction.atomic():
            job = ExportJob.objects.select_for_update(no_key=True).get(pk=key)
            if job.dropped_at is not None:
                continue
            if job.is_unfinished and job.requested_at <= at - KEPT:
                _fail(job, ExportFailure.LATE, at=at)
            elif job.status == ExportStatus.DONE and not job.is_there(at):
                _drop(job, at=at)
                record_event("export.deleted", actor=None, at=at, subject=job)


def drop_exports_of(intake: Intake, *, at: datetime) -> None:
    """Delete the content of every export that has the intake, made or not; in the caller's
    transaction, which has hidden it.

    What was downloaded before is the agency's.
    """
    having = ExportJob.objects.filter(dropped_at=None, items__intake=intake)
    for key in list(having.order_by("pk").values_list("pk", flat=True)):
        job = ExportJob.objects.select_for_update(no_key=True).get(pk=key)
        if job.dropped_at is not None:
            continue
        if job.is_unfinished:
            _fail(job, ExportFailure.GONE, at=at)
        else:
            _drop(job, at=at)
            record_event("export.deleted", actor=None, at=at, subject=job)


def _write(job: ExportJob, made: Sequence[Made], requester: User, at: datetime) -> None:
    parts = []
    for one in made:
        part = ExportPart(job=job, item=one.item, sha256=one.sha256)
        part.write(one.content)
        parts.append(part)
        one.item.submission = one.submission
        record_event(
            "intake.exported",
            actor=requester,
            at=at,
            subject=one.item.intake,
            details={
                "kind": job.kind,
                "submission": one.submission.number,
                "copy": str(one.item.pk),
                "export": str(job.pk),
            },
        )
    ExportPart.objects.bulk_create(parts)
    ExportItem.objects.bulk_update([one.item for one in made], ["submission"])


def _lock_own(actor: User, job_id: UUID) -> ExportJob:
    own = ExportJob.objects.visible_to(actor)
    return own.select_for_update(no_key=True).get(pk=job_id)


def _end(job: ExportJob, status: ExportStatus, *, at: datetime) -> None:
    job.status = status
    job.finished_at = at
    job.runner = None
    job.save(update_fields=["status", "failure", "finished_at", "runner"])


def _fail(job: ExportJob, failure: ExportFailure, *, at: datetime) -> None:
    """End a locked export without a file; nobody did it, so the event has no actor."""
    job.failure = failure
    _end(job, ExportStatus.FAILED, at=at)
    _drop(job, at=at)
    record_event("export.failed", actor=None, at=at, subject=job, details={"why": str(failure)})


def _drop(job: ExportJob, *, at: datetime) -> None:
    """Delete the content of a locked export, and what was searched for."""
    job.parts.all().delete()
    job.items.all().delete()
    job.criteria = {}
    job.dropped_at = at
    job.save(update_fields=["criteria", "dropped_at"])


def _nothing_fits(restricted: int) -> str:
    why = ""
    if restricted:
        many = "1 restricted record was" if restricted == 1 else f"{restricted} restricted were"
        why = f" {many} left out: they are exported one by one."
    return f"No submitted intake fits, so nothing was made.{why} Widen the filter of the intakes."


def _is_busy(job: ExportJob) -> str:
    at = timezone.localtime(job.requested_at).strftime("%H:%M")
    many = f"{job.total:,} intake{'' if job.total == 1 else 's'}"
    return (
        f"Your export of {many} ({job.get_kind_display()}), asked for at {at}, is not finished "
        "yet. Wait for it or cancel it; nothing else was begun."
    )
