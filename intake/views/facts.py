"""Forms that note a fact: whose they are, and what answers them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import timezone

from intake import permissions
from intake.forms.clocks import parse_clock
from intake.middleware import wants_json
from intake.models import Intake
from intake.views.requests import UserRequest


def fetch(request: UserRequest, intake_id: UUID) -> Intake:
    """Return an intake of which the user may note facts; anything else is a 404."""
    intakes = Intake.objects.visible_to(request.user).select_related("agency")
    intake = get_object_or_404(intakes, pk=intake_id)
    if not permissions.can_respond(request.user, intake):
        raise Http404
    return intake


def fetch_report(request: UserRequest, intake_id: UUID) -> Intake:
    """Return an intake of which something leaves; a call closed as no report is a 404 too."""
    intake = fetch(request, intake_id)
    if intake.status == Intake.Status.CLOSED_NO_REPORT:
        raise Http404
    return intake


def answer(
    request: UserRequest, *, template: str, context: dict[str, Any], page: str, refusal: str = ""
) -> HttpResponse:
    """Return what stands after a fact was noted, or the sentence why it was not.

    A script gets {"html"} of `template`, or {"error"} with 409; a plain form goes back to `page`.
    """
    if wants_json(request):
        if refusal:
            return JsonResponse({"error": refusal}, status=409)
        return JsonResponse({"html": render_to_string(template, context, request)})
    if refusal:
        messages.error(request, refusal)
    return redirect(page)


def time_of(request: UserRequest, intake: Intake) -> datetime | None:
    """Return when a fact happened, from the clock's time in the form; None for just now.

    Of a call from paper it is the first such time after the call began: what is typed in days
    later was done that day. Raises InvalidValue for what is no time.
    """
    return parse_clock(
        request.POST.get("time", ""),
        now=timezone.localtime(),
        since=intake.started_at if intake.from_paper_at else None,
    )


def key_of(request: UserRequest) -> UUID | None:
    """Return the key that the form brought for what it notes; None where it brought none."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None
