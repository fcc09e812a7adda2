"""The audit of an agency, for its privacy officers."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from intake import permissions
from intake.models import AuditEvent
from intake.views.requests import UserRequest

PER_PAGE = 50


@require_safe
def list_events(request: UserRequest) -> HttpResponse:
    """Who did what, the newest first; no event holds anything that was said."""
    if not permissions.is_privacy_officer(request.user):
        raise Http404
    events = AuditEvent.objects.filter(agency=request.user.agency_id).order_by("-at", "-id")
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "intake/audit/list.html", {"page": page})
