"""Dispatch: telling those who must act, and noting that they know; at any moment of an intake."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from intake.actions.facts import check_time, lock_for_fact
from intake.actions.summaries import count_course
from intake.errors import InvalidValue, NotPossibleNow
from intake.fields import LINE
from intake.models import Dispatch, User
from intake.models.audit import record_event
from intake.text import clean_text


def tell(
    *,
    actor: User,
    intake_id: UUID,
    told: str,
    who: str,
    how: str,
    at: datetime,
    told_at: datetime | None = None,
    key: UUID | None = None,
) -> Dispatch:
    """Note that the actor told somebody of the report, and return the note.

    `told_at` is when, where it was not just now: since the call began and not later than now. It
    needs a name or unit, or a way: nothing is noted by a press alone. `key` is the note's own key,
    which makes it harmless to send it twice. Possible before and after
    submission: it is a fact of its own. Raises Intake.DoesNotExist, NotPossibleNow for a call
    that is no report, InvalidValue.
    """
    with transaction.atomic():
        intake = lock_for_fact(actor=actor, intake_id=intake_id)
        noted = Dispatch.objects.filter(pk=key, intake=intake).first() if key else None
        if noted is not None:
            return noted
        if told not in Dispatch.Told.values:
            raise InvalidValue("Choose who was told; nothing was noted.")
        who, how, when = _line(who), _line(how), told_at or at
        if not who and not how:
            raise InvalidValue("Say who it was, or how they were told; nothing was noted.")
        check_time(intake, when, at=at, what="They were told")
        dispatch = Dispatch.objects.create(
            id=key or uuid4(),
            intake=intake,
            told=told,
            who=who,
            how=how,
            told_at=when,
            told_by=actor,
        )
        count_course(intake)
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
            zone = intake.agency.zone
            when = dispatch.acknowledged_at.astimezone(zone).strftime("%H:%M")
            by_whom = f" by {dispatch.acknowledged_by}" if dispatch.acknowledged_by else ""
            raise NotPossibleNow(
                f"This was acknowledged already at {when}{by_whom}. That stands; nothing was noted."
            )
        if not _line(by):
            raise InvalidValue("Say who acknowledged it; nothing was noted.")
        if dispatch.withdrawn_at is not None:
            raise NotPossibleNow("This was noted by mistake, and taken back; nothing was noted.")
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


def withdraw(*, actor: User, intake_id: UUID, dispatch_id: UUID, at: datetime) -> Dispatch:
    """Mark a note as made by mistake: it stays readable, struck through, and counts no more.

    Raises Intake.DoesNotExist, Dispatch.DoesNotExist, NotPossibleNow for one that was
    acknowledged: then somebody does know.
    """
    with transaction.atomic():
        intake = lock_for_fact(actor=actor, intake_id=intake_id)
        dispatch = Dispatch.objects.select_for_update(no_key=True).get(
            pk=dispatch_id, intake=intake
        )
        if dispatch.acknowledged_at is not None:
            raise NotPossibleNow("This was acknowledged: it is no mistake. Nothing was changed.")
        if dispatch.withdrawn_at is None:
            dispatch.withdrawn_at, dispatch.withdrawn_by = at, actor
            dispatch.save(update_fields=["withdrawn_at", "withdrawn_by"])
            count_course(intake)
            record_event(
                "dispatch.withdrawn",
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
