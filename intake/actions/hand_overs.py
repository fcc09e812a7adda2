"""Hand-over: a call in progress is offered to a colleague, who accepts or declines it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake import permissions
from intake.actions.assist import stop_assist
from intake.actions.saves import lock_writable
from intake.actions.workers import lock_users
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import HandOver, Intake, User
from intake.models.audit import record_event


def offer_call(
    *, actor: User, intake_id: UUID, colleague_id: UUID | None, at: datetime
) -> HandOver:
    """Offer the actor's own call in progress to a colleague who takes calls; return the offer.

    The call stays the actor's until the colleague accepts it. Raises Intake.DoesNotExist,
    NotPossibleNow for a call that is over, a practice call or one that is offered already, and
    InvalidValue for who cannot take it.
    """
    with transaction.atomic():
        lock_users(colleague_id)
        intake = lock_writable(actor=actor, intake_id=intake_id)
        if intake.is_practice:
            raise NotPossibleNow("A practice call is yours alone; nobody else can take it over.")
        if not intake.is_live:
            raise NotPossibleNow(
                f"Call {intake.reference} is over and cannot be handed over. Everything is kept; "
                "finish it in the wrap-up."
            )
        standing = intake.hand_overs.standing().select_related("offered_to").first()
        if standing is not None:
            raise NotPossibleNow(
                f"Call {intake.reference} is offered to {standing.offered_to.display_name} "
                "already. Withdraw that offer to ask somebody else."
            )
        colleagues = User.objects.colleagues_of(actor)
        colleague = colleagues.filter(pk=colleague_id).first() if colleague_id else None
        if colleague is None:
            raise InvalidValue("Choose a colleague who takes calls; nothing was changed.")
        offer = HandOver.objects.create(
            intake=intake, offered_by=actor, offered_to=colleague, offered_at=at
        )
        record_event(
            "hand_over.offered",
            actor=actor,
            at=at,
            subject=intake,
            details={"hand_over": str(offer.pk), "to": str(colleague.pk)},
        )
        return offer


def withdraw_offer(*, actor: User, intake_id: UUID, at: datetime) -> Intake:
    """Take back the open offer of the actor's own call.

    Raises Intake.DoesNotExist for a call that is not the actor's (any more), NotPossibleNow where
    no offer is open.
    """
    with transaction.atomic():
        intake = lock_writable(actor=actor, intake_id=intake_id)
        if not withdraw_standing(intake, actor=actor, at=at):
            raise NotPossibleNow(
                f"Call {intake.reference} is not offered to anybody now; it is still yours."
            )
        return intake


def withdraw_offers_to(user: User, *, actor: User, at: datetime) -> None:
    """Take back every open offer that was made to a locked user, as when they leave."""
    offered = HandOver.objects.filter(offered_to=user).standing()
    for key in sorted(offered.values_list("intake", flat=True)):
        intake = Intake.objects.select_for_update(no_key=True).get(pk=key)
        if intake.hand_overs.standing().filter(offered_to=user).exists():
            withdraw_standing(intake, actor=actor, at=at)


def withdraw_standing(intake: Intake, *, actor: User | None, at: datetime) -> bool:
    """Take back the open offer of a locked intake, as its end does; return whether one was."""
    offer = intake.hand_overs.standing().first()
    if offer is None:
        return False
    _settle(offer, intake, HandOver.Answer.WITHDRAWN, actor=actor, at=at)
    return True


def answer_offer(*, actor: User, hand_over_id: UUID, answer: str, at: datetime) -> Intake:
    """Accept or decline an offer that was made to the actor, and return the intake.

    Accepting makes the call the actor's at once: whoever had it can read it and not write it.
    Raises HandOver.DoesNotExist for an offer to somebody else, InvalidValue for another answer,
    NotPossibleNow where the offer does not stand any more.
    """
    with transaction.atomic():
        made_to_actor = HandOver.objects.offered_to(lock_users(actor.pk)[actor.pk])
        key = made_to_actor.values_list("intake", flat=True).get(pk=hand_over_id)
        if answer not in (HandOver.Answer.ACCEPTED, HandOver.Answer.DECLINED):
            raise InvalidValue("Accept or decline the call; nothing was changed.")
        # The intake first, as everywhere; only then is it certain whether the offer stands.
        intake = Intake.objects.select_for_update(no_key=True).get(pk=key)
        offer = made_to_actor.select_related("offered_by").get(pk=hand_over_id)
        if offer.answer or not intake.is_live or intake.worker_id != offer.offered_by_id:
            raise NotPossibleNow(_gone(offer, intake, actor))
        if answer == HandOver.Answer.ACCEPTED:
            intake.worker = actor
            intake.holder = None
            intake.save(update_fields=["worker", "holder"])
            stop_assist(intake, actor=actor, at=at)
        _settle(offer, intake, answer, actor=actor, at=at)
        return intake


def _settle(
    offer: HandOver, intake: Intake, answer: str, *, actor: User | None, at: datetime
) -> None:
    offer.answer = answer
    offer.answered_at = max(at, offer.offered_at)
    offer.save(update_fields=["answer", "answered_at"])
    record_event(
        f"hand_over.{answer}",
        actor=actor,
        at=at,
        subject=intake,
        details={
            "hand_over": str(offer.pk),
            "from": str(offer.offered_by_id),
            "to": str(offer.offered_to_id),
        },
    )


def _gone(offer: HandOver, intake: Intake, actor: User) -> str:
    """Return why an offer cannot be answered any more."""
    name = offer.offered_by.display_name
    if offer.answer == HandOver.Answer.ACCEPTED and permissions.is_own(actor, intake):
        return f"Call {intake.reference} is yours already; nothing was changed."
    if offer.answer == HandOver.Answer.DECLINED:
        return f"You declined call {intake.reference} already; it stayed with {name}."
    return f"The offer of call {intake.reference} does not stand any more; nothing was changed."
