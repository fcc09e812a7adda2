"""The key of a browser's outbox: made for one user and call, released to that user alone."""

import base64
import os
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from intake import crypto
from intake.models import Intake, OutboxKey, User
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
        if key is None:
            key = OutboxKey(user=actor, intake=intake, made_at=at)
            key.write(_fresh())
            key.save()
        try:
            return key.read()
        except crypto.SealBroken:
            # Its ring key is gone, and with it what browsers hold; a call must go on all the same.
            record_event("outbox_key.replaced", actor=actor, at=at, subject=key.intake)
            key.write(_fresh())
            key.made_at = at
            key.save(update_fields=["sealed", "made_at"])
            return key.read()


def forget_keys(*, at: datetime) -> int:
    """Delete the keys of calls that took no text for two days and return how many they were.

    What a browser holds goes after a day, and nothing of theirs can be sent any more.
    """
    over = OutboxKey.objects.exclude(intake__status__in=Intake.WRITABLE).filter(
        Q(intake__submitted_at__lt=at - KEPT)
        | Q(intake__submitted_at=None, intake__ended_at__lt=at - KEPT),
        made_at__lt=at - KEPT,
    )
    return over.delete()[0]


def _fresh() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
