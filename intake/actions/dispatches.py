"""Dispatch: telling those who must act, and noting that they know; at any moment of an intake."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake.actions.facts import lock_for_fact
from intake.errors import InvalidValue
from intake.fields import LINE
from intake.models import Dispatch, User
from intake.models.audit import record_event
from intake.text import clean_text


def tell(*, actor: User, intake_id: UUID, told: str, who: str, how: str, at: datetime) -> Dispatch:
    """Note that the actor told somebody of the report just now, and return the note.

    Possible before and after submission: it is a fact of its own. Raises Intake.DoesNotExist,
    NotPossibleNow for a call that is no report, InvalidValue.
    """
    with transaction.atomic():
        intake = lock_for_fact(actor=actor, intake_id=intake_id)
        if told not in Dispatch.Told.values:
            raise InvalidValue("Choose who was told; nothing was noted.")
        dispatch = Dispatch.objects.create(
            intake=intake, told=told, who=_line(who), how=_line(how), told_at=at, told_by=actor
        )
        record_event(
            "dispatch.told",
            actor=actor,
            at=at,
            subject=intake,
            details={"told": told, "dispatch": str(dispatch.pk)},
        )
        return dispatch


def acknowledge(
    *, actor: User, intake_id: UUID, dispatch_id: UUID, by: str, at: datetime
) -> Dispatch:
    """Note that who was told knows of it; the first acknowledgement stands.

    `by` is the name of who acknowledged, as typed. Raises Intake.DoesNotExist,
    Dispatch.DoesNotExist, NotPossibleNow.
    """
    with transaction.atomic():
        intake = lock_for_fact(actor=actor, intake_id=intake_id)
        dispatch = Dispatch.objects.select_for_update(no_key=True).get(
            pk=dispatch_id, intake=intake
        )
        if dispatch.acknowledged_at is not None:
            return dispatch
        dispatch.acknowledged_at = max(at, dispatch.told_at)
        dispatch.acknowledged_by = _line(by)
        dispatch.acknowledged_noted_by = actor
        dispatch.save(update_fields=["acknowledged_at", "acknowledged_by", "acknowledged_noted_by"])
        record_event(
            "dispatch.acknowledged",
            actor=actor,
            at=at,
            subject=intake,
            details={"told": dispatch.told, "dispatch": str(dispatch.pk)},
        )
        return dispatch


def _line(text: str) -> str:
    text = clean_text(text).strip()
    if len(text) > LINE:
        raise InvalidValue(f"A line holds {LINE} characters; shorten it. Nothing was noted yet.")
    return text
