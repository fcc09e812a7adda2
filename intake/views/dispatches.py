"""Dispatch: who was told of an intake, and the calls in which somebody is in danger now."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import permissions, worksheet
from intake.actions import dispatches, records
from intake.errors import Refused
from intake.models import AuditEvent, Dispatch, Intake
from intake.models.base import YesNo
from intake.views import assist, facts, notices
from intake.views.requests import UserRequest

TAKEN_BACK_SHOWN = timedelta(hours=1)


@require_safe
def show_dispatch(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Who was told of one intake, and the form to tell somebody else."""
    intake = facts.fetch(request, intake_id)
    records.note_view(actor=request.user, intake=intake, at=timezone.now())
    return render(request, "intake/dispatch/page.html", dispatch_context(intake))


@require_POST
def tell(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Note that somebody was told just now."""
    intake = facts.fetch(request, intake_id)
    refusal = ""
    try:
        dispatches.tell(
            actor=request.user,
            intake_id=intake.pk,
            told=request.POST.get("told", ""),
            who=request.POST.get("who", ""),
            how=request.POST.get("how", ""),
            told_at=facts.time_of(request, intake),
            key=facts.key_of(request),
            at=timezone.now(),
        )
    except Refused as refused:
        refusal = refused.sentence
    return _answer(request, intake, refusal)


@require_POST
def acknowledge(request: UserRequest, intake_id: UUID, dispatch_id: UUID) -> HttpResponse:
    """Note that who was told knows of it."""
    intake = facts.fetch(request, intake_id)
    refusal = ""
    try:
        dispatches.acknowledge(
            actor=request.user,
            intake_id=intake.pk,
            dispatch_id=dispatch_id,
            by=request.POST.get("by", ""),
            at=timezone.now(),
        )
    except Dispatch.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        refusal = refused.sentence
    return _answer(request, intake, refusal)


@require_POST
def withdraw(request: UserRequest, intake_id: UUID, dispatch_id: UUID) -> HttpResponse:
    """Note that a telling was noted by mistake."""
    intake = facts.fetch(request, intake_id)
    refusal = ""
    try:
        dispatches.withdraw(
            actor=request.user, intake_id=intake.pk, dispatch_id=dispatch_id, at=timezone.now()
        )
    except Dispatch.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        refusal = refused.sentence
    return _answer(request, intake, refusal)


@require_safe
def list_danger(request: UserRequest) -> HttpResponse:
    """The agency's calls in which somebody is in danger now; the page refreshes itself."""
    if not permissions.is_supervisor(request.user):
        raise Http404
    records.note_list(actor=request.user, page="danger", at=timezone.now())
    return render(request, "intake/dispatch/danger.html", _danger(request))


@require_safe
def count_danger(request: UserRequest) -> JsonResponse:
    """How many there are and the list anew, for the page that asks every few seconds.

    `assist` is how many live calls ask for help; their list comes with it where the page shows it.
    `notices` in the query asks for their count too.
    """
    if not permissions.is_supervisor(request.user):
        raise Http404
    context = _danger(request)
    html = render_to_string("intake/dispatch/_danger.html", context, request)
    live = assist.live_state(request, with_list="live" in request.GET)
    count = {"count": len(context["calls"]), "html": html, "assist": live}
    return JsonResponse(count | notices.asked_count(request))


def dispatch_context(intake: Intake) -> dict[str, Any]:
    """Return what the list of dispatches shows."""
    return {
        "intake": intake,
        "dispatches": worksheet.build_dispatches(intake),
        "told_choices": Dispatch.Told.choices,
    }


def _danger(request: UserRequest) -> dict[str, Any]:
    here = Intake.objects.within_role_of(request.user).with_kept(request.user)
    waiting = here.in_danger().select_related("worker")
    told = Prefetch(
        "dispatches", queryset=Dispatch.objects.filter(withdrawn_at=None), to_attr="told"
    )
    calls = list(waiting.prefetch_related(told))
    return {"calls": calls, "taken_back": _taken_back(request, {one.pk for one in calls})}


def _taken_back(request: UserRequest, listed: set[UUID]) -> list[dict[str, Any]]:
    """Return the calls in which danger was taken back within the hour: it may be a slip."""
    since = timezone.now() - TAKEN_BACK_SHOWN
    events = AuditEvent.objects.filter(
        agency=request.user.agency_id, verb="intake.danger_taken_back", at__gte=since
    ).select_related("actor")
    latest = {event.subject_id: event for event in events.order_by("at") if event.subject_id}
    visible = Intake.objects.visible_to(request.user).for_real()
    calls = visible.filter(pk__in=latest.keys() - listed).exclude(danger_now=YesNo.YES)
    return [
        {"intake": one, "at": latest[one.pk].at, "by": latest[one.pk].actor}
        for one in calls.newest_first()
    ]


def _answer(request: UserRequest, intake: Intake, refusal: str) -> HttpResponse:
    is_on_call = request.POST.get("from") == "call" and permissions.can_write(request.user, intake)
    page = reverse("call", args=[intake.pk]) + "#panel-dispatch"
    return facts.answer(
        request,
        template="intake/dispatch/_dispatches.html",
        context=dispatch_context(intake) | {"is_on_call": is_on_call},
        page=page if is_on_call else reverse("intake_dispatch", args=[intake.pk]),
        refusal=refusal,
    )
