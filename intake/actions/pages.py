"""One page writes a call, the others look on: which one it is, who is there, and taking over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from intake.actions.saves import lock_writable
from intake.errors import InvalidValue
from intake.models import CallPage, Intake, User

EVERY = timedelta(seconds=10)  # a page that is open says so this often
GONE = timedelta(seconds=35)  # a page that was not heard of for so long is not there any more
KEPT = timedelta(days=1)  # pages of a call that were not heard of for so long are forgotten


@dataclass(frozen=True)
class Held:
    """Whether a page may write its call, and where else the call is open.

    `since` and `seen_at` tell of the page that writes instead, where there is one; `others`
    counts the pages that look on. `is_regained` tells a page that was open before that it writes
    only since now: others may have written meanwhile.
    """

    is_held: bool
    since: datetime | None
    seen_at: datetime | None
    others: int
    is_regained: bool


def hold_call(
    *,
    actor: User,
    intake_id: UUID,
    page: UUID,
    at: datetime,
    instead: frozenset[UUID] = frozenset(),
    takes_over: bool = False,
) -> Held:
    """Note that a page has the actor's own call open, and return whether it may write.

    It may when no other page does, when the one that did is among `instead` (pages that this
    browser knows to be gone: before a reload, before a crash), or is taken over from. One that was
    not heard of for 35 s gives way to a page that is just opened, not to one that looks on: its
    worker may be typing without a network.

    Raises Intake.DoesNotExist, NotPossibleNow for an intake that takes no text, and InvalidValue
    for the key of a page that is somebody else's. No audit event: it is the worker's own call.
    """
    with transaction.atomic():
        intake = lock_writable(actor=actor, intake_id=intake_id)
        mine = CallPage.objects.filter(pk=page).first()
        is_new = mine is None
        if mine is None:
            intake.pages.filter(seen_at__lt=at - KEPT).delete()
            mine = CallPage(pk=page, intake=intake, user=actor, opened_at=at)
        if mine.intake_id != intake.pk or mine.user_id != actor.pk:
            raise InvalidValue("This page belongs to another call; nothing was changed.")
        mine.seen_at = max(at, mine.opened_at)
        mine.save(force_insert=is_new, update_fields=None if is_new else ["seen_at"])
        holder = CallPage.objects.filter(pk=intake.holder_id).first() if intake.holder_id else None
        is_free = (
            holder is None
            or holder.pk in instead
            or (is_new and holder.seen_at < at - GONE)
            or holder.user_id != actor.pk  # it was handed over
        )
        begins = intake.holder_id != page and (takes_over or is_free)
        if begins:
            intake.holder = holder = mine
            intake.save(update_fields=["holder"])
        there = intake.pages.filter(seen_at__gte=at - GONE).exclude(pk__in={page, *instead})
        is_held = intake.holder_id == page
        return Held(
            is_held=is_held,
            since=None if is_held or holder is None else holder.opened_at,
            seen_at=None if is_held or holder is None else holder.seen_at,
            others=there.count(),
            is_regained=begins and not is_new,
        )


def leave_call(*, actor: User, intake_id: UUID, page: UUID) -> None:
    """Forget a page that goes away; where it was the one that writes, nobody is."""
    with transaction.atomic():
        Intake.objects.open_to(actor).select_for_update(no_key=True).get(pk=intake_id)
        CallPage.objects.filter(pk=page, intake=intake_id, user=actor).delete()
