"""Possible matches of a call: their number on the call screen, the list only when it is opened."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake.actions.matches import link_prior, unlink_prior, view_matches
from intake.errors import Refused
from intake.forms.reviews import parse_key
from intake.middleware import wants_json
from intake.models import Intake
from intake.models.intakes import is_open_to_eyes_of
from intake.search.matches import MOST, Match, Matches, possible_matches
from intake.views import hand_overs
from intake.views.requests import UserRequest


@require_safe
def show_matches(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The other intakes that may be about the same people, of the worker's own open call."""
    intake = Intake.objects.open_to(request.user).filter(pk=intake_id).first()
    if intake is None:
        return hand_overs.instead(request, intake_id)
    if not intake.is_writable:
        return redirect("intake", intake.pk)
    matches = view_matches(actor=request.user, intake=intake, at=timezone.now())
    context = _context(request, intake, matches)
    if wants_json(request):
        return JsonResponse({"html": _list(request, context)})
    return render(request, "intake/matches/page.html", context)


@require_safe
def count_matches(request: UserRequest, intake_id: UUID) -> JsonResponse:
    """How many there are, for the call screen, which asks by itself."""
    intake = Intake.objects.open_to(request.user).being_written().filter(pk=intake_id).first()
    if intake is None:
        raise Http404
    matches = possible_matches(intake, viewer=request.user)
    number = matches.number
    words = (
        f"{number}{'+' if len(matches) == MOST else ''} possible match{'' if number == 1 else 'es'}"
    )
    return JsonResponse({"count": number, "words": words})


@require_POST
def link(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Link one of them as prior involvement, or take the link back."""
    other = parse_key(request.POST, "other")
    if other is None:
        other = UUID(int=0)  # no intake has it
    does = unlink_prior if request.POST.get("unlink") else link_prior
    try:
        intake = does(actor=request.user, intake_id=intake_id, other_id=other, at=timezone.now())
    except Intake.DoesNotExist:
        return hand_overs.instead(request, intake_id)
    except Refused as refusal:
        if wants_json(request):
            return JsonResponse({"error": refusal.sentence}, status=409)
        messages.error(request, refusal.sentence)
        return redirect("call_matches", intake_id)
    if wants_json(request):
        matches = possible_matches(intake, viewer=request.user)
        return JsonResponse({"html": _list(request, _context(request, intake, matches))})
    return redirect("call_matches", intake.pk)


def _context(request: UserRequest, intake: Intake, matches: Matches) -> dict[str, Any]:
    prior = intake.prior_involvement.shown()
    readable = prior.filter(is_open_to_eyes_of(request.user))
    linked = list(readable.select_related("worker", "decision__screening").newest_first())
    found = {match.intake.pk for match in matches}
    keys = [*found, *(one.pk for one in linked)]
    visible = Intake.objects.visible_to(request.user).filter(pk__in=keys)
    return {
        "intake": intake,
        # What was linked stays in view, whatever the people of the call are called now.
        "matches": [*matches, *(Match(one, ()) for one in linked if one.pk not in found)],
        "linked": {one.pk for one in linked},
        "readable": set(visible.values_list("pk", flat=True)),
        # One that was linked and restricted since is told like one that may match.
        "may_be_restricted": matches.may_be_restricted or len(linked) < prior.count(),
        "is_cut": len(matches) == MOST,
        "most": MOST,
    }


def _list(request: UserRequest, context: dict[str, Any]) -> str:
    return render_to_string("intake/matches/_matches.html", context, request)
