"""Copying a record out: that it was looked at for it, and which blocks were pasted."""

import re
from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake import permissions
from intake.errors import UnknownField
from intake.models import CopyOutField, CopyOutTick, Intake, User
from intake.models.audit import record_event

_SHA256 = re.compile("[0-9a-f]{64}")


def note_copy_out(*, actor: User, intake: Intake, at: datetime) -> None:
    """Record that the actor opened the record to copy it out."""
    record_event("intake.copied_out", actor=actor, at=at, subject=intake)


def tick_block(
    *,
    actor: User,
    intake_id: UUID,
    field_id: UUID,
    part: int,
    is_pasted: bool,
    sha256: str,
    at: datetime,
) -> None:
    """Note that a block was pasted, or that it was not; either twice is harmless.

    `sha256` is of the block's text as the actor saw it, in hexadecimal.

    Raises Intake.DoesNotExist, UnknownField for a field that is not the agency's.
    """
    with transaction.atomic():
        visible = Intake.objects.visible_to(actor)
        intake = visible.select_for_update(no_key=True).get(pk=intake_id)
        if not permissions.can_respond(actor, intake) or intake.is_practice:
            raise Intake.DoesNotExist
        field = CopyOutField.objects.filter(pk=field_id, agency=intake.agency_id).first()
        if field is None or not 1 <= part <= 999 or not _SHA256.fullmatch(sha256):
            raise UnknownField("The copy-out has no such block; nothing was noted.")
        ticks = CopyOutTick.objects.filter(intake=intake, field=field, part=part)
        if is_pasted:
            ticks.delete()  # pasted again, it is of now
            CopyOutTick.objects.create(
                intake=intake, field=field, part=part, sha256=sha256, at=at, by=actor
            )
        elif not ticks.delete()[0]:
            return
        verb = "copy_out.pasted" if is_pasted else "copy_out.taken_back"
        details: dict[str, str | int | bool] = {"field": str(field.pk), "part": part}
        record_event(verb, actor=actor, at=at, subject=intake, details=details)
