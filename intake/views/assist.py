"""Silent assist: the live calls, one of them followed as it is typed, the flag and the lines."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import permissions, worksheet
from intake.actions import assist, records
from intake.errors import NotAllowed, NotPossibleNow, Refused
from intake.forms.assist import LineForm, parse_line
from intake.middleware import wants_json
from intake.models import AssistLine, HelpFlag, Intake
from intake.models.assist import LINE_LIMIT
from intake.views import hand_overs
from intake.views.requests import UserRequest

LONGEST_LIST = 200  # rows


@require_safe
def list_live(request: UserRequest) -> HttpResponse:
    """The agency's live calls, who asked for help first; the page refreshes itself."""
    if not permissions.is_supervisor(request.user):
        raise Http404
    records.note_list(actor=request.user, page="assist", at=timezone.now())
    context = _live(request) | {"now": timezone.now()}  # from here on the page's timers run
    return render(request, "intake/assist/live.html", context)


@require_safe
def show_call(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """A live call, read-only; what is typed appears by itself. An own call is on its screen."""
    intake = _fetch(request, intake_id)
    if permissions.is_own(request.user, intake):
        return redirect("call", intake.pk)
    if not intake.is_live:
        messages.info(request, _over(intake))
        return redirect("intake", intake.pk)
    assist.follow_call(actor=request.user, intake=intake, at=timezone.now())
    return render(request, "intake/assist/follow.html", _followed(request, intake))


@require_safe
def show_state(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """What the followed call says now, for its page, which asks every 2 s with what it has.

    204 where nothing changed; `over` is a sentence once there is nothing more to follow.
    """
    intake = _fetch(request, intake_id)
    if permissions.is_own(request.user, intake):
        raise Http404
    if not intake.is_live:
        return JsonResponse({"over": _over(intake)})
    now = timezone.now()
    assist.go_on_following(actor=request.user, intake=intake, at=now)
    followed = worksheet.build_followed(intake, viewer=request.user, at=now)
    if request.GET.get("version") == followed.version:
        return HttpResponse(status=204)
    context = {"intake": intake, "followed": followed, "sheet": worksheet.build(intake)}
    html = render_to_string("intake/assist/_parts.html", context, request)
    return JsonResponse({"version": followed.version, "html": html})


@require_POST
def send_line(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Send one line to the worker of a live call."""
    intake = _fetch(request, intake_id)
    if permissions.is_own(request.user, intake):
        raise Http404
    form = parse_line(request.POST)
    try:
        assist.send_line(
            actor=request.user,
            intake_id=intake.pk,
            key=form.key,
            text=form.text,
            at=timezone.now(),
        )
    except Refused as refusal:
        return _refused(request, intake, form, refusal)
    if wants_json(request):
        return JsonResponse({"sent": True})
    return redirect("assist_follow", intake.pk)


@require_POST
def ask_help(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Raise the flag on the own call, or take it back: `asked` is yes or no."""
    action = assist.take_help_back if request.POST.get("asked") == "no" else assist.ask_help
    refusal = ""
    try:
        action(actor=request.user, intake_id=intake_id, at=timezone.now())
    except Intake.DoesNotExist:
        return hand_overs.instead(request, intake_id)
    except NotPossibleNow as refused:
        refusal = refused.sentence
    return _to_worker(request, intake_id, refusal)


@require_POST
def dismiss_line(request: UserRequest, intake_id: UUID, line_id: UUID) -> HttpResponse:
    """The worker has seen a line and wants it away."""
    try:
        assist.dismiss_line(
            actor=request.user, intake_id=intake_id, line_id=line_id, at=timezone.now()
        )
    except Intake.DoesNotExist:
        return hand_overs.instead(request, intake_id)
    except AssistLine.DoesNotExist:
        raise Http404 from None
    return _to_worker(request, intake_id)


def help_state(request: UserRequest, intake_id: UUID) -> dict[str, Any]:
    """Return what the call screen's own script shows of silent assist."""
    told = worksheet.build_help(intake_id, at=timezone.now())
    context = {"intake_id": intake_id, "told": told}
    return {
        "asked": told.asked_at is not None,
        "near": told.is_near,
        "html": ""
        if told.is_quiet
        else render_to_string("intake/assist/_told.html", context, request),
    }


def live_state(request: UserRequest, *, with_list: bool) -> dict[str, Any]:
    """Return how many ask for help, and where the page shows it, the list of live calls anew."""
    count = HelpFlag.objects.raised().of_agency(request.user).count()
    if not with_list:
        return {"count": count}
    return {"count": count, "html": render_to_string("intake/assist/_live.html", _live(request))}


def _live(request: UserRequest) -> dict[str, Any]:
    rows = worksheet.build_live(request.user, at=timezone.now(), limit=LONGEST_LIST + 1)
    return {"rows": rows[:LONGEST_LIST], "is_cut": len(rows) > LONGEST_LIST}


def _fetch(request: UserRequest, intake_id: UUID) -> Intake:
    """Return a real intake of the supervisor's agency; else a 404."""
    if not permissions.is_supervisor(request.user):
        raise Http404
    visible = Intake.objects.visible_to(request.user).for_real().select_related("worker")
    return get_object_or_404(visible, pk=intake_id)


def _followed(request: UserRequest, intake: Intake) -> dict[str, Any]:
    """Return what the page of a followed call shows; the query count is fixed."""
    now = timezone.now()
    return {
        "intake": intake,
        # First the version, then what it is of: what is saved in between comes with the next look.
        "followed": worksheet.build_followed(intake, viewer=request.user, at=now),
        "sheet": worksheet.build(intake),
        "elapsed": int((now - intake.started_at).total_seconds()),
        "limit": LINE_LIMIT,
    }


def _refused(
    request: UserRequest, intake: Intake, form: LineForm, refusal: Refused
) -> HttpResponse:
    """Say why a line was not sent; what was typed comes back."""
    is_over = isinstance(refusal, NotPossibleNow | NotAllowed)
    status = 409 if is_over else 422
    if wants_json(request):
        return JsonResponse({"error": refusal.sentence}, status=status)
    context: dict[str, Any] = {"refusal": refusal.sentence, "typed": form.text, "intake": intake}
    if is_over:
        return render(request, "intake/assist/over.html", context, status=status)
    context |= _followed(request, intake)
    return render(request, "intake/assist/follow.html", context, status=status)


def _to_worker(request: UserRequest, intake_id: UUID, refusal: str = "") -> HttpResponse:
    """Tell the call screen's script what stands, or lead a plain form back to the call."""
    if wants_json(request):
        told = help_state(request, intake_id)
        return JsonResponse(told | {"error": refusal}, status=409 if refusal else 200)
    if refusal:
        messages.error(request, refusal)
    return redirect("call", intake_id)


def _over(intake: Intake) -> str:
    """Return why there is nothing to follow any more."""
    if intake.ended_at is None:
        return f"Call {intake.reference} is over."
    at = timezone.localtime(intake.ended_at).strftime("%H:%M")
    return f"Call {intake.reference} ended at {at}."
