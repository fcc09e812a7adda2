"""Restricted records: the mark, who is named to read one, and breaking the glass."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from intake import permissions
from intake.actions.exports import drop_exports_of
from intake.actions.reviews import release_claim_on
from intake.actions.workers import lock_users
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import BreakGlass, Intake, NamedViewer, Restriction, User
from intake.models.audit import record_event
from intake.models.restrictions import GLASS_LASTS, REASON_LIMIT
from intake.text import clean_text
from intake.worksheet import able_viewers

FOLLOWS = "It follows a restricted record."


def restrict_intake(
    *, actor: User, intake_id: UUID, reason: str, viewers: Sequence[UUID] = (), at: datetime
) -> Restriction:
    """Restrict an intake to its named viewers and return the restriction.

    A supervisor who does so is named too. It goes from exports of several records, and a claim of
    somebody who is not named ends. Raises Intake.DoesNotExist for who does not read it or may not,
    InvalidValue without a reason or for a viewer who could not read it anyway, NotPossibleNow where
    it is restricted.
    """
    words = _reason(reason)
    with transaction.atomic():
        lock_users(*viewers)
        visible = Intake.objects.visible_to(actor).for_real()
        intake = visible.select_for_update(no_key=True).get(pk=intake_id)
        if intake.is_restricted:
            raise NotPossibleNow("This record is restricted already; nothing was changed.")
        if not permissions.can_restrict(actor, intake):
            raise Intake.DoesNotExist
        named = _viewers(intake, viewers)
        restriction = _restrict(intake, words, actor=actor, at=at)
        if permissions.is_supervisor(actor):
            named = [actor, *(one for one in named if one.pk != actor.pk)]
        for user in named:
            _name(intake, user, until=None, actor=actor, at=at)
        _free_claim(intake, actor=actor, at=at)
        drop_exports_of(intake, at=at)
        return restriction


def restrict_like(record: Intake, intake: Intake, *, actor: User, at: datetime) -> None:
    """Restrict a new intake that follows `record`, if that is restricted, to the same viewers.

    The caller's transaction has both.
    """
    if not record.is_restricted:
        return
    _restrict(intake, FOLLOWS, actor=actor, at=at)
    for one in NamedViewer.objects.standing(at).filter(intake=record).select_related("user"):
        _name(intake, one.user, until=one.until, actor=actor, at=at)


def name_viewer(
    *, actor: User, intake_id: UUID, user_id: UUID, days: int | None = None, at: datetime
) -> NamedViewer:
    """Name somebody to read a restricted intake, for so many days or until taken off the list.

    Who is named already is named anew. Raises Intake.DoesNotExist for who may not say so,
    InvalidValue for somebody who could not read it anyway, NotAllowed for oneself, but where
    nobody else is left who could.
    """
    with transaction.atomic():
        lock_users(user_id)
        intake = _lock_managed(actor, intake_id, at=at)
        (user,) = _viewers(intake, [user_id])
        opened = BreakGlass.objects.lasting(at).filter(intake=intake, user=actor).exists()
        alone = opened and not permissions.has_other_supervisor(intake, actor, at=at)
        if user.pk == actor.pk and not alone:
            raise NotAllowed("Another person names you; nothing was changed.")
        for one in intake.named_viewers.filter(user=user, ended_at=None):
            _end(one, actor=actor, at=at)
        until = at + timedelta(days=days) if days else None
        return _name(intake, user, until=until, actor=actor, at=at)


def remove_viewer(*, actor: User, intake_id: UUID, viewer_id: UUID, at: datetime) -> None:
    """Take somebody off the viewers of a restricted intake, and end their claim on it.

    Who is off stays off. Raises Intake.DoesNotExist and NamedViewer.DoesNotExist.
    """
    with transaction.atomic():
        intake = _lock_managed(actor, intake_id, at=at)
        viewer = intake.named_viewers.get(pk=viewer_id)
        if viewer.ended_at is None:
            _end(viewer, actor=actor, at=at)
            record_event(
                "intake.viewer_removed",
                actor=actor,
                at=at,
                subject=intake,
                details={"viewer": str(viewer.user_id)},
            )
            _free_claim(intake, actor=actor, at=at)


def lift_restriction(*, actor: User, intake_id: UUID, reason: str, at: datetime) -> Intake:
    """Take the restriction off, for a reason; its viewers end with it.

    Raises Intake.DoesNotExist for who may not say who reads it, NotAllowed for who set it or wrote
    the record, InvalidValue without a reason.
    """
    words = _reason(reason)
    with transaction.atomic():
        intake = _lock_managed(actor, intake_id, at=at)
        restriction = intake.restrictions.standing().get()
        if not permissions.can_lift(actor, intake, restriction, at=at):
            raise NotAllowed(
                "Another supervisor who is named, or a privacy officer, takes a restriction off: "
                "never who set it or wrote the record. Nothing was changed."
            )
        restriction.ended_at, restriction.ended_by, restriction.end_reason = at, actor, words
        restriction.save(update_fields=["ended_at", "ended_by", "end_reason"])
        intake.is_restricted = False
        intake.save(update_fields=["is_restricted"])
        for viewer in intake.named_viewers.filter(ended_at=None):
            _end(viewer, actor=actor, at=at)
        record_event("intake.restriction_lifted", actor=actor, at=at, subject=intake)
        return intake


def break_glass(*, actor: User, intake_id: UUID, reason: str, at: datetime) -> BreakGlass:
    """Open a restricted intake for 60 minutes to somebody who is not named, and return that.

    One that lasts still is returned as it is. Raises Intake.DoesNotExist for who would not read
    the record were it not restricted, NotPossibleNow for who reads it anyway, InvalidValue without
    a reason. The view asks for a fresh sign-in before.
    """
    words = _reason(reason)
    with transaction.atomic():
        here = Intake.objects.within_role_of(actor).for_real()
        intake = here.select_for_update(no_key=True).get(pk=intake_id)
        lasting = BreakGlass.objects.lasting(at).filter(intake=intake, user=actor).first()
        if lasting is not None:
            return lasting
        if not Intake.objects.kept_from(actor).filter(pk=intake.pk).exists():
            raise NotPossibleNow("You can read this record as it is; nothing was opened.")
        opened = BreakGlass.objects.create(
            intake=intake, user=actor, at=at, ends_at=at + GLASS_LASTS, reason=words
        )
        record_event(
            "intake.glass_broken",
            actor=actor,
            at=at,
            subject=intake,
            details={"break_glass": str(opened.pk)},
        )
        return opened


def close_glass(*, actor: User, intake_id: UUID, at: datetime) -> None:
    """Close what the actor opened by break-glass before its time; what is closed stays so.

    Raises Intake.DoesNotExist for who never opened the intake so.
    """
    with transaction.atomic():
        here = Intake.objects.filter(agency=actor.agency_id).shown()
        intake = here.select_for_update(no_key=True).get(pk=intake_id)
        mine = intake.broken_glass.filter(user=actor)
        if not mine.exists():
            raise Intake.DoesNotExist
        for one in mine.lasting(at):
            one.closed_at = max(at, one.at)
            one.save(update_fields=["closed_at"])
            record_event(
                "intake.glass_closed",
                actor=actor,
                at=at,
                subject=intake,
                details={"break_glass": str(one.pk)},
            )


def _lock_managed(actor: User, intake_id: UUID, *, at: datetime) -> Intake:
    """Return the restricted intake of which the actor may say who reads it, locked."""
    here = Intake.objects.filter(agency=actor.agency_id).for_real().shown()
    intake = here.select_for_update(no_key=True).get(pk=intake_id)
    if not permissions.can_name_viewers(actor, intake, at=at):
        raise Intake.DoesNotExist
    return intake


def _restrict(intake: Intake, reason: str, *, actor: User, at: datetime) -> Restriction:
    """Restrict a locked intake: first the row that says why, then the mark."""
    restriction = Restriction.objects.create(intake=intake, by=actor, at=at, reason=reason)
    intake.is_restricted = True
    intake.save(update_fields=["is_restricted"])
    record_event("intake.restricted", actor=actor, at=at, subject=intake)
    return restriction


def _viewers(intake: Intake, keys: Iterable[UUID]) -> list[User]:
    """Return the users of the keys; raises InvalidValue for one whom naming would give nothing."""
    wanted = set(keys)
    able = [one for one in able_viewers(intake) if one.pk in wanted]
    if len(able) < len(wanted):
        raise InvalidValue(
            "Choose supervisors of the agency, or who took the call; nothing was changed.",
            field="viewers",
        )
    return able


def _name(
    intake: Intake, user: User, *, until: datetime | None, actor: User, at: datetime
) -> NamedViewer:
    viewer = NamedViewer.objects.create(
        intake=intake, user=user, given_by=actor, at=at, until=until
    )
    record_event(
        "intake.viewer_named",
        actor=actor,
        at=at,
        subject=intake,
        details={"viewer": str(user.pk), "until": until.isoformat() if until else ""},
    )
    return viewer


def _end(viewer: NamedViewer, *, actor: User, at: datetime) -> None:
    viewer.ended_at, viewer.ended_by = max(at, viewer.at), actor
    viewer.save(update_fields=["ended_at", "ended_by"])


def _free_claim(intake: Intake, *, actor: User, at: datetime) -> None:
    """End the claim on a locked restricted intake where who has it is not named any more."""
    review = intake.reviews.filter(outcome="").select_related("reviewer").first()
    if review is not None and not permissions.is_named(review.reviewer, intake, at=at):
        release_claim_on(intake, actor=actor, at=at)


def _reason(text: str) -> str:
    """Return the reason as it is stored; raises InvalidValue where there is none."""
    words = clean_text(text).strip()
    if not words or len(words) > REASON_LIMIT:
        raise InvalidValue(
            f"Give the reason, in at most {REASON_LIMIT:,} characters; nothing was changed.",
            field="reason",
        )
    return words
