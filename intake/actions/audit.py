"""Sealing the audit: a chain over its events, and signed checkpoints of how far it goes."""

import base64
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection, transaction

from intake import permissions
from intake.errors import NotAllowed
from intake.models import AuditCheckpoint, AuditEvent, AuditSeal, User
from intake.models.audit import SEALED, START, canonical, link, record_event, statement

BATCH = 2_000  # events of one transaction, which on SQLite holds up every save
LOCK = 0x5EA1  # of PostgreSQL's advisory locks: there is one sealer at a time


def seal_events(*, at: datetime, since: datetime | None = None) -> int:
    """Add a seal for every event that has none, where no other sealer works; return how many.

    `since` leaves older events alone, which the minute's job need not look at.
    """
    sealed = 0
    while some := _seal_some(at, since):
        sealed += len(some)
        since = some[-1]  # what is older was looked at: a long audit is walked through once
    return sealed


def _seal_some(at: datetime, since: datetime | None) -> list[datetime]:
    """Seal one batch, the oldest first; return when its events were."""
    with transaction.atomic():
        if not _is_only_sealer():
            return []
        waiting = AuditEvent.objects.filter(seal=None).order_by("at", "id")
        if since is not None:
            waiting = waiting.filter(at__gte=since)
        last = AuditSeal.objects.order_by("-number").first()
        number, sha256 = (last.number, last.sha256) if last else (0, START)
        seals, times = [], []
        for values in waiting.values_list(*SEALED)[:BATCH]:
            times.append(values[1])
            number, sha256 = number + 1, link(sha256, number + 1, canonical(values))
            seals.append(AuditSeal(number=number, event_id=values[0], sha256=sha256, sealed_at=at))
        AuditSeal.objects.bulk_create(seals)
        return times


def _is_only_sealer() -> bool:
    """Take PostgreSQL's lock until the transaction ends; SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def sign_checkpoint(*, at: datetime) -> AuditCheckpoint | None:
    """Sign how far the chain goes and return it; None where it went no further since the last."""
    last = AuditSeal.objects.order_by("-number").first()
    if last is None or AuditCheckpoint.objects.filter(number__gte=last.number).exists():
        return None
    words = statement(number=last.number, sha256=last.sha256, at=at)
    public = settings.AUDIT_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return AuditCheckpoint.objects.create(
        number=last.number,
        sha256=last.sha256,
        at=at,
        public_key=base64.b64encode(public).decode(),
        signature=base64.b64encode(settings.AUDIT_KEY.sign(words)).decode(),
    )


def note_export(*, actor: User, names: list[str], at: datetime) -> None:
    """Note that the audit was taken out as a file, and by which of its filters, not their words."""
    if not permissions.is_privacy_officer(actor):
        raise NotAllowed("Only privacy officers of the agency read its audit.")
    details: dict[str, str | int | bool] = {"by": ", ".join(sorted(names))}
    record_event("audit.exported", actor=actor, at=at, subject=actor.agency, details=details)


def note_view(*, actor: User, names: list[str], at: datetime) -> None:
    """Note that the audit was looked at, and by which of its filters, not their words."""
    if not permissions.is_privacy_officer(actor):
        raise NotAllowed("Only privacy officers of the agency read its audit.")
    details: dict[str, str | int | bool] = {"by": ", ".join(sorted(names))}
    record_event("audit.viewed", actor=actor, at=at, subject=actor.agency, details=details)
