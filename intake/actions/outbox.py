"""The key of a browser's outbox: made for one user and call, released to that user alone."""

import base64
import os
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from intake import crypto
from intake.actions.question_sets import expect_editor, lock_edition
from intake.models import Edition, Intake, OutboxKey, User
from intake.models.audit import record_event

KEY_BYTES = 32  # AES-256
KEPT = timedelta(days=2)


def release_key(*, actor: User, intake_id: UUID, at: datetime) -> str:
    """Return the key, in base64, of the actor's outbox of a call; made when first asked for.

    A key is made for an own call that takes text. It is released as long as the actor has it,
    also when the call was handed over or submitted since: what was left behind on a machine can
    then still be read by who typed it. A key that the ring does not open any more is replaced,
    and audited: what browsers hold under it cannot be read again. Raises
    Intake.DoesNotExist for anybody else.
    """
    with transaction.atomic():
        key = OutboxKey.objects.filter(
            user=actor, intake=intake_id, intake__agency=actor.agency_id
        ).first()
        if key is None:
            calls = Intake.objects.open_to(actor).being_written().select_for_update(no_key=True)
            intake = calls.get(pk=intake_id)
            key = OutboxKey.objects.filter(user=actor, intake=intake).first()
        return _read(key or _make(user=actor, intake=intake, at=at), actor=actor, at=at)


def release_draft_key(*, actor: User, edition_id: UUID, at: datetime) -> str:
    """Return the key, in base64, of what the actor's browser keeps of a draft of question sets.

    Made when first asked for; it goes with the draft. Raises Edition.DoesNotExist for another
    agency's, NotAllowed for who does not edit question sets.
    """
    expect_editor(actor)
    with transaction.atomic():
        key = OutboxKey.objects.filter(user=actor, edition=edition_id).first()
        if key is None:
            edition = lock_edition(actor, edition_id)
            key = OutboxKey.objects.filter(user=actor, edition=edition).first()
        return _read(key or _make(user=actor, edition=edition, at=at), actor=actor, at=at)


def _make(
    *, user: User, at: datetime, intake: Intake | None = None, edition: Edition | None = None
) -> OutboxKey:
    """Make and store the key of a user's outbox of a call or of a draft."""
    key = OutboxKey(user=user, intake=intake, edition=edition, made_at=at)
    key.write(_fresh())
    key.save()
    return key


def _read(key: OutboxKey, *, actor: User, at: datetime) -> str:
    """Return a key; one that the ring does not open any more is replaced, and audited."""
    try:
        return key.read()
    except crypto.SealBroken:
        # Its ring key is gone, and with it what browsers hold; typing must go on all the same.
        subject = key.intake or key.edition
        assert subject is not None
        record_event("outbox_key.replaced", actor=actor, at=at, subject=subject)
        key.write(_fresh())
        key.made_at = at
        key.save(update_fields=["sealed", "made_at"])
        return key.read()


def forget_keys(*, at: datetime) -> int:
    """Delete the keys of calls and drafts that took no text for two days; return how many.

    What a browser holds goes after a day, and nothing of theirs can be sent any more.
    """
    published = OutboxKey.objects.exclude(edition=None).exclude(
        edition__status__in=[Edition.Status.DRAFT, Edition.Status.IN_REVIEW]
    )
    gone = published.filter(made_at__lt=at - KEPT).delete()[0]
    calls = OutboxKey.objects.exclude(intake=None)
    over = calls.exclude(intake__status__in=Intake.WRITABLE).filter(
        Q(intake__submitted_at__lt=at - KEPT)
        | Q(intake__submitted_at=None, intake__ended_at__lt=at - KEPT),
        made_at__lt=at - KEPT,
    )
    return gone + int(over.delete()[0])


def _fresh() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
