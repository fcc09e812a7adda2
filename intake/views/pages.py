"""What an open call page asks for: to be the one that writes, and the key of its outbox."""

from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake.actions.outbox import release_key
from intake.actions.pages import hold_call, leave_call
from intake.errors import InvalidValue, NotPossibleNow
from intake.forms.pages import parse_page
from intake.models import Intake
from intake.views.assist import help_state
from intake.views.requests import UserRequest


@require_POST
def hold(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """A page says that it is there, every 10 s; the answer is whether it may write.

    With it comes what a supervisor who follows the call sent; then the page asks every 4 s.
    """
    form = parse_page(request.POST)
    if form is None:
        get_object_or_404(Intake.objects.open_to(request.user), pk=intake_id)
        return JsonResponse({"reason": "page", "error": "A page has a key."}, status=400)
    try:
        if form.leaves:
            leave_call(actor=request.user, intake_id=intake_id, page=form.page)
            return HttpResponse(status=204)
        held = hold_call(
            actor=request.user,
            intake_id=intake_id,
            page=form.page,
            instead=form.instead,
            takes_over=form.takes_over,
            at=timezone.now(),
        )
    except Intake.DoesNotExist:
        raise Http404 from None
    except NotPossibleNow as refusal:
        return JsonResponse({"reason": "state", "error": refusal.sentence}, status=409)
    except InvalidValue as refusal:
        return JsonResponse({"reason": "page", "error": refusal.sentence}, status=422)
    return JsonResponse(
        {
            "held": held.is_held,
            "since": timezone.localtime(held.since).strftime("%H:%M") if held.since else "",
            "seen": int((timezone.now() - held.seen_at).total_seconds()) if held.seen_at else 0,
            "others": held.others,
            "regained": held.is_regained,
            "assist": help_state(request, intake_id),
        }
    )


@require_POST
def outbox_key(request: UserRequest, intake_id: UUID) -> JsonResponse:
    """The key of the user's own outbox of this call; never kept by the browser."""
    try:
        key = release_key(actor=request.user, intake_id=intake_id, at=timezone.now())
    except Intake.DoesNotExist:
        raise Http404 from None
    return JsonResponse({"key": key})
