"""Practice: callers to play against, what they say, and the replay."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import permissions, worksheet
from intake.actions import practice
from intake.errors import Refused
from intake.models import Intake
from intake.models.base import Language
from intake.practice import scenarios
from intake.views import facts
from intake.views.requests import UserRequest

EARLIER = 20


@require_safe
def list_practice(request: UserRequest) -> HttpResponse:
    """The callers to practise with, and the own earlier practice calls."""
    if not permissions.is_worker(request.user):
        raise Http404
    earlier = Intake.objects.open_to(request.user).filter(is_practice=True).newest_first()
    context = {
        "scenarios": scenarios(),
        "languages": Language.choices,
        "earlier": earlier.select_related("practice")[:EARLIER],
    }
    return render(request, "intake/practice/list.html", context)


@require_POST
def start(request: UserRequest) -> HttpResponse:
    """Open a practice call and go to its call screen."""
    if not permissions.can_start_call(request.user):
        raise Http404
    try:
        intake = practice.start_practice(
            actor=request.user,
            scenario=request.POST.get("scenario", ""),
            language=request.POST.get("language", ""),
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("practice")
    return redirect("call", intake.pk)


@require_POST
def hear(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The caller says the next line, or answers the prompt that is put."""
    intake = get_object_or_404(Intake.objects.open_to(request.user), pk=intake_id)
    refusal = ""
    try:
        prompt = request.POST.get("prompt", "")
        practice.hear(
            actor=request.user,
            intake_id=intake.pk,
            prompt_id=UUID(prompt) if prompt else None,
            at=timezone.now(),
        )
    except ValueError:
        refusal = "This call has no such prompt; the caller heard nothing."
    except Refused as refused:
        refusal = refused.sentence
    context: dict[str, Any] = {"intake": intake, "caller": worksheet.build_caller(intake)}
    return facts.answer(
        request,
        template="intake/practice/_caller.html",
        context=context,
        page=reverse("call", args=[intake.pk]),
        refusal=refusal,
    )


@require_safe
def show_replay(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """What was reached, missed and volunteered in an own practice call that is over."""
    mine = Intake.objects.open_to(request.user).filter(is_practice=True)
    intake = get_object_or_404(mine, pk=intake_id)
    if intake.status == Intake.Status.IN_PROGRESS and intake.ended_at is None:
        messages.info(request, "The replay is there when the call has ended.")
        return redirect("call", intake.pk)
    sheet = worksheet.build(intake)
    caller = worksheet.build_caller(intake)
    context = {
        "intake": intake,
        "caller": caller,
        "course": worksheet.build_course(caller, sheet),
        "factors": worksheet.build_replay(intake, sheet),
    }
    return render(request, "intake/practice/replay.html", context)
