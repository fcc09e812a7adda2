"""Handing a call over: the offer, its answer, and what is left to who handed it over."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import permissions
from intake.actions import hand_overs, records
from intake.errors import InvalidValue, NotPossibleNow, Refused
from intake.forms.hand_overs import parse_call, parse_colleague
from intake.middleware import wants_json
from intake.models import HandOver, Intake, User
from intake.typed import typed_texts
from intake.views import notices
from intake.views.requests import UserRequest


@require_safe
def show_hand_over(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """To whom the worker's own call can be offered; the call screen has the same in a dialog."""
    intake = Intake.objects.open_to(request.user).filter(pk=intake_id).first()
    if intake is None:
        return instead(request, intake_id)
    if not intake.is_writable:
        return redirect("intake", intake.pk)
    records.note_view(actor=request.user, intake=intake, at=timezone.now())
    context = {"intake": intake, **offer_context(request.user, intake)}
    return render(request, "intake/hand_overs/page.html", context)


@require_POST
def offer(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Offer the call to a colleague; it stays the worker's until it is accepted."""
    try:
        hand_overs.offer_call(
            actor=request.user,
            intake_id=intake_id,
            colleague_id=parse_colleague(request.POST),
            at=timezone.now(),
        )
    except Intake.DoesNotExist:
        return instead(request, intake_id)
    except Refused as refusal:
        page = "call_hand_over" if isinstance(refusal, InvalidValue) else "call"
        return _answer(request, intake_id, refusal, page=page)
    return _answer(request, intake_id)


@require_POST
def withdraw(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Take back the offer of the call."""
    try:
        hand_overs.withdraw_offer(actor=request.user, intake_id=intake_id, at=timezone.now())
    except Intake.DoesNotExist:
        return instead(request, intake_id)
    except NotPossibleNow as refusal:
        return _answer(request, intake_id, refusal)
    return _answer(request, intake_id)


@require_safe
def list_offers(request: UserRequest) -> JsonResponse:
    """What a worker's page asks every few seconds: the offers, and what became of the own one.

    `call` in the query is the call that the page shows; `notices` asks for their count too.
    """
    if not permissions.is_worker(request.user):
        raise Http404
    offers = [
        {
            "id": str(one.pk),
            "html": render_to_string("intake/hand_overs/_offer.html", {"offer": one}, request),
        }
        for one in offers_to(request.user)
    ]
    call = parse_call(request.GET)
    state = state_of(request.user, call) if call else None
    return JsonResponse({"offers": offers, "call": state, **notices.asked_count(request)})


@require_POST
def answer(request: UserRequest, hand_over_id: UUID) -> HttpResponse:
    """Accept an offered call and go to its screen, or decline it."""
    said = request.POST.get("answer", "")
    try:
        intake = hand_overs.answer_offer(
            actor=request.user, hand_over_id=hand_over_id, answer=said, at=timezone.now()
        )
    except HandOver.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("calls")
    if said == HandOver.Answer.ACCEPTED:
        messages.success(request, f"Call {intake.reference} is yours now.")
        return redirect("call", intake.pk)
    messages.success(request, f"You declined call {intake.reference}; it stays where it was.")
    return redirect("calls")


def offers_to(user: User) -> list[HandOver]:
    """Return the calls that colleagues offer to the user now, the oldest offer first."""
    standing = HandOver.objects.offered_to(user).standing()
    return list(standing.select_related("offered_by", "intake"))


def offer_context(user: User, intake: Intake) -> dict[str, Any]:
    """Return what a page of an own call shows of handing it over."""
    may_hand_over = permissions.can_hand_over(user, intake)
    return {
        "may_hand_over": may_hand_over,
        "colleagues": User.objects.colleagues_of(user) if may_hand_over else [],
        "offer": intake.hand_overs.standing().select_related("offered_to").first()
        if may_hand_over
        else None,
    }


def state_of(user: User, intake_id: UUID) -> dict[str, str] | None:
    """Return what became of the last offer of a call: its state and a sentence.

    States: `offered`, `declined`, `handed_over`, and `mine` where nothing is to be said. None for
    a call that never was the user's.
    """
    last = HandOver.objects.made_by(user).filter(intake=intake_id).first()
    if Intake.objects.open_to(user).filter(pk=intake_id).exists():
        if last is None or last.answer in (HandOver.Answer.WITHDRAWN, HandOver.Answer.ACCEPTED):
            return {"state": "mine", "sentence": ""}
        return {"state": last.answer or "offered", "sentence": _sentence(last)}
    handed_over = from_user(user, intake_id)
    if handed_over is None:
        return None
    return {"state": "handed_over", "sentence": _sentence(handed_over)}


def from_user(user: User, intake_id: UUID) -> HandOver | None:
    """Return the hand-over by which the user gave a call away last, or None."""
    return HandOver.objects.made_by(user).accepted().filter(intake=intake_id).first()


def told_of(handed_over: HandOver) -> str:
    """Return the refusal of what a former worker still wanted to write."""
    return (
        f"{_sentence(handed_over)} It takes no more changes from you. What was not sent stays here "
        "in view: tell it to your colleague."
    )


def instead(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """What answers where an own call was asked for: its record, once it was handed over.

    What a plain form carried is shown once more, since it was not taken. An own restricted call
    that takes no text any more leads to the list, with a sentence. Raises Http404 for a call that
    never was the user's.
    """
    here = Intake.objects.within_role_of(request.user).with_kept(request.user)
    handed_over = from_user(request.user, intake_id)
    if handed_over is None:
        own = here.filter(pk=intake_id, worker=request.user, is_restricted=True).first()
        if own is None or wants_json(request):
            raise Http404
        messages.info(
            request,
            f"Intake {own.reference} was submitted and is restricted: who is named to read it goes "
            "on with it. Everything is kept.",
        )
        return redirect("calls")
    if wants_json(request):
        return JsonResponse({"reason": "handed_over", "error": told_of(handed_over)}, status=409)
    intake = get_object_or_404(here, pk=intake_id)
    typed = typed_texts(request) if request.method == "POST" else []
    if typed:
        context = {"intake": intake, "typed": typed, "sentence": _sentence(handed_over)}
        return render(request, "intake/hand_overs/handed_over.html", context, status=409)
    if intake.is_kept:
        messages.info(request, f"{_sentence(handed_over)} It is restricted.")
        return redirect("calls")
    messages.info(request, f"{_sentence(handed_over)} You can still read it.")
    return redirect("intake", intake.pk)


def _answer(
    request: UserRequest, intake_id: UUID, refusal: Refused | None = None, *, page: str = "call"
) -> HttpResponse:
    """Tell a script the state of the offer, or lead a plain form back to the call."""
    if wants_json(request):
        state = state_of(request.user, intake_id)
        if refusal is None:
            return JsonResponse({"call": state})
        return JsonResponse({"error": refusal.sentence, "call": state}, status=409)
    if refusal is not None:
        messages.error(request, refusal.sentence)
    return redirect(page, intake_id)


def _sentence(offer: HandOver) -> str:
    """Return what became of an offer, in words and the agency's time."""
    name = offer.offered_to.display_name
    at = timezone.localtime(offer.answered_at or offer.offered_at).strftime("%H:%M")
    match offer.answer:
        case HandOver.Answer.ACCEPTED:
            return f"Handed over to {name} at {at}."
        case HandOver.Answer.DECLINED:
            return f"{name} declined at {at}. The call is still yours."
    return f"Offered to {name} at {at}. Go on until it is accepted."
