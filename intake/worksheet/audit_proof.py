"""Proving the audit: finds what was changed, removed, reordered or inserted, and says which it is.

It reads and never writes, in a memory that does not grow with the audit. What it can prove goes as
far as the last checkpoint that somebody keeps elsewhere: who may write to the database and has the
key can make a whole chain anew.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db.models import QuerySet

from intake import crypto
from intake.models import (
    AuditCheckpoint,
    AuditEvent,
    AuditSeal,
    Expunction,
    Submission,
    SubmissionContent,
    SubmissionReporter,
)
from intake.models.audit import SEALED, START, canonical, link, statement

CHUNK = 2_000  # rows in memory at a time
LATE = timedelta(hours=2)  # an event is sealed within a minute, the hourly job finds the rest
FROZEN = ("intake.submitted", "intake.closed_no_report")
EXPUNGED = "intake.expunged"

T = TypeVar("T")


def find_faults(*, at: datetime, kept: Sequence[AuditCheckpoint] = ()) -> Iterator[str]:
    """Yield a sentence for every fault; none means that all is as it was sealed.

    `kept` are checkpoints that were kept elsewhere, which the chain has to agree with too.
    """
    yield from _check_chain([*AuditCheckpoint.objects.all(), *kept])
    yield from _check_unsealed(at)
    yield from _check_submissions()
    yield from _check_contents()
    yield from _check_expunctions()


def _check_chain(checkpoints: Sequence[AuditCheckpoint]) -> Iterator[str]:
    """Walk along the seals; a break is told once, and the walk goes on from what stands there."""
    wanted: dict[int, list[AuditCheckpoint]] = {}
    for one in checkpoints:
        if not is_signed(one):
            yield f"The signature of the checkpoint at seal {one.number} is not of its words."
        wanted.setdefault(one.number, []).append(one)
    number, sha256 = 0, START
    seals = AuditSeal.objects.order_by("number").values_list("number", "event_id", "sha256")
    for some in _chunks(seals):
        found = AuditEvent.objects.filter(pk__in=[event for _, event, _ in some])
        events = {values[0]: values for values in found.values_list(*SEALED)}
        for seal, event, stored in some:
            if seal != number + 1:
                yield f"Seals {number + 1} to {seal - 1} are gone."
            elif event not in events:
                yield f"The event of seal {seal} is gone ({event})."
            elif link(sha256, seal, canonical(events[event])) != stored:
                yield f"The event of seal {seal} ({event}), or the seal, is not as it was sealed."
            number, sha256 = seal, stored
            for one in wanted.pop(seal, ()):
                if one.sha256 != stored:
                    yield f"Seal {seal} is not the one that its checkpoint of {_day(one)} knows."
    for one in (one for many in wanted.values() for one in many):
        yield f"Seal {one.number}, which the checkpoint of {_day(one)} knows, is gone."


def is_signed(checkpoint: AuditCheckpoint) -> bool:
    """Whether a checkpoint's signature is of its words, by the key that it names."""
    words = statement(number=checkpoint.number, sha256=checkpoint.sha256, at=checkpoint.at)
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(checkpoint.public_key))
        key.verify(base64.b64decode(checkpoint.signature), words)
    except (InvalidSignature, ValueError):
        return False
    return True


def _check_unsealed(at: datetime) -> Iterator[str]:
    count = AuditEvent.objects.filter(seal=None, at__lt=at - LATE).count()
    if count:
        yield (
            f"{count} events older than two hours have no seal: the job worker does not run, or "
            "they were inserted with a time of long ago."
        )


def _check_submissions() -> Iterator[str]:
    """Compare what the audit tells of each submission with the submission that stands there."""
    told = AuditEvent.objects.filter(verb__in=FROZEN).order_by("pk")
    for some in _chunks(told.values_list("subject_id", "subject_label", "details")):
        rows = Submission.objects.filter(intake__in={intake for intake, _, _ in some})
        hashes = {(key, number): sha for key, number, sha in rows.values_list(*_KEY, "sha256")}
        for intake, label, details in some:
            if "sha256" not in details:
                continue  # of before submissions were told with their hash
            number = int(details["submission"])
            stands = hashes.get((intake, number))
            if stands is None:
                yield f"Submission {number} of intake {label} is gone."
            elif stands != details["sha256"]:
                yield f"Submission {number} of intake {label} has another hash than was audited."


def _check_contents() -> Iterator[str]:
    """Compare what each submission keeps, also of the reporting party, with its hash."""
    rows = Submission.objects.order_by("pk").values_list("pk", "sha256", *_KEY[1:], _REFERENCE)
    for some in _chunks(rows):
        keys = [key for key, *_ in some]
        texts = _by_submission(SubmissionContent.objects.filter(submission__in=keys), "text")
        parties = {one.submission_id: one for one in _parties(keys)}
        expunged = _expunged(keys)
        for key, sha256, number, reference in some:
            name = f"Submission {number} of intake {reference}"
            if key in expunged:
                if key in texts or key in parties:
                    yield f"{name} was expunged, and has its content."
            elif key not in texts:
                yield f"{name} has no content."
            elif hashlib.sha256(texts[key].encode()).hexdigest() != sha256:
                yield f"{name} was changed."
            party = parties.get(key)
            if party is not None and not _is_whole(party):
                yield f"{name}: what it keeps of the reporting party was changed."


def _expunged(keys: list[UUID]) -> set[UUID]:
    """Return which of the submissions have lost their content by an expunction that stands."""
    gone = _told(list(_expunctions().filter(intake__submissions__in=keys).distinct()))
    rows = Submission.objects.filter(pk__in=keys, intake__in={one.intake_id for one in gone})
    return set(rows.values_list("pk", flat=True))


def _expunctions() -> QuerySet[Expunction]:
    of_order = ("measure__requested_by", "measure__confirmed_by")
    of_list = ("item__run__prepared_by", "item__run__confirmed_by")
    return Expunction.objects.select_related("intake", *of_order, *of_list).order_by("pk")


def _told(some: list[Expunction]) -> list[Expunction]:
    """Return the expunctions of which the audit tells, with the two people who agreed to them."""
    events = AuditEvent.objects.filter(
        verb=EXPUNGED, subject_id__in=[one.intake_id for one in some]
    )
    told = {
        (key, *(details.get(name) for name in ("expunction", "kind", "asked", "confirmed")))
        for key, details in events.values_list("subject_id", "details")
    }
    return [
        one
        for one in some
        if (one.intake_id, str(one.pk), one.kind, *(str(who.pk) for who in one.people)) in told
    ]


def _check_expunctions() -> Iterator[str]:
    """Compare what the audit tells of expunctions with those that stand, both ways."""
    for some in _chunks(_expunctions()):
        told = {one.pk for one in _told(some)}
        for one in some:
            if one.pk not in told:
                yield f"The expunction of intake {one.intake.reference} is in no audit."
    events = AuditEvent.objects.filter(verb=EXPUNGED).order_by("pk")
    for pairs in _chunks(events.values_list("subject_id", "subject_label")):
        keys = Expunction.objects.filter(intake__in=[key for key, _ in pairs])
        standing = set(keys.values_list("intake", flat=True))
        for key, label in pairs:
            if key not in standing:
                yield f"The expunction of intake {label} is gone."


_KEY = ("intake_id", "number")
_REFERENCE = "intake__reference"


def _by_submission(rows: QuerySet[SubmissionContent], column: str) -> dict[UUID, str]:
    return dict(rows.values_list("submission_id", column))


def _parties(keys: list[UUID]) -> QuerySet[SubmissionReporter]:
    return SubmissionReporter.objects.select_related("key").filter(submission__in=keys)


def _is_whole(party: SubmissionReporter) -> bool:
    try:
        return hashlib.sha256(party.read().encode()).hexdigest() == party.sha256
    except crypto.SealBroken:
        return False


def _chunks(rows: QuerySet[Any, T]) -> Iterator[list[T]]:
    """Yield the rows in lists; neither engine reads more ahead."""
    reading = rows.iterator(chunk_size=CHUNK)
    while some := list(islice(reading, CHUNK)):
        yield some


def _day(checkpoint: AuditCheckpoint) -> str:
    return f"{checkpoint.at:%Y-%m-%d %H:%M}"
