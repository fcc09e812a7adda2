"""The earlier versions of one field, for the worker who types in it."""

from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import fields, permissions, worksheet
from intake.actions import records
from intake.actions.saves import frozen
from intake.errors import UnknownField
from intake.middleware import wants_json
from intake.models import Intake
from intake.views.requests import UserRequest


@require_safe
def show_versions(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """What stood in `field` of the own open call: {"html"} for the dialog, a page without it."""
    intake = get_object_or_404(Intake.objects.open_to(request.user), pk=intake_id)
    if not intake.is_writable:
        if wants_json(request):
            return JsonResponse({"reason": "state", "error": frozen(intake).sentence}, status=409)
        return redirect("intake", intake.pk)
    try:
        name = fields.parse_name(request.GET.get("field", ""))
    except UnknownField:
        raise Http404 from None
    if name.noun == "reporter" and not permissions.can_see_reporter(request.user, intake):
        raise Http404
    before = fields.parse_count(request.GET.get("before", ""))
    records.note_versions(actor=request.user, intake=intake, name=name, at=timezone.now())
    versions = worksheet.build_versions(intake, name, before=before)
    context = {
        "intake": intake,
        "versions": versions,
        "empty": "(empty)" if versions.is_text else "(nothing chosen)",
        # Exact words are opened on the call screen only, by whoever was asked.
        "is_locked": (name.noun, name.column) == ("quote", "text") and not wants_json(request),
        "section": "wrap_up" if name.noun in ("decision", "cross_report", "reference") else "",
    }
    if wants_json(request):
        html = render_to_string("intake/calls/_versions.html", context, request)
        return JsonResponse({"html": html})
    return render(request, "intake/calls/versions.html", context)
