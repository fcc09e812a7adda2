"""Notices: what waits for the user, and that it was seen."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import permissions, worksheet
from intake.actions import notices as actions
from intake.views.requests import UserRequest
from intake.worksheet import Notice


@require_safe
def show_notices(request: UserRequest) -> HttpResponse:
    """What waits for the user; opening the page marks it as seen."""
    now = timezone.now()
    listed = _listed(request)
    if request.method == "GET":
        _mark(request, listed)
    context = {"notices": listed, "now": now, "is_cut": len(listed) == worksheet.MOST_NOTICES}
    return render(request, "intake/notices/list.html", context)


@require_POST
def mark_seen(request: UserRequest) -> HttpResponse:
    """Mark everything as seen, also what came since the page was opened."""
    _mark(request, _listed(request))
    messages.success(request, "All notices are marked as seen; overdue ones stay.")
    return redirect("notices")


def asked_count(request: UserRequest) -> dict[str, int]:
    """Return {"notices": how many are new} for a poll that asks for it, else nothing."""
    if "notices" not in request.GET:
        return {}
    return {"notices": worksheet.count_new(request.user, at=timezone.now())}


def _listed(request: UserRequest) -> tuple[Notice, ...]:
    if not permissions.has_notices(request.user):
        raise Http404
    return worksheet.build_notices(request.user, at=timezone.now())


def _mark(request: UserRequest, listed: tuple[Notice, ...]) -> None:
    """Mark what was listed as seen; the page itself still tells what was new on it.

    Up to the latest of them, not up to now: what comes into view only after this began before.
    """
    until = max((one.at for one in listed), default=None)
    seen = request.user.notices_seen_at
    if until is not None and (seen is None or seen < until):
        actions.mark_seen(actor=request.user, until=until)
        request.user.notices_seen_at = until  # the header of this page counts what is left
