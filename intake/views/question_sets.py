"""Reading the agency's editions of the question sets."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from intake import worksheet
from intake.models import Edition
from intake.views.requests import UserRequest


@require_safe
def list_editions(request: UserRequest) -> HttpResponse:
    """The agency's editions, the newest first."""
    if request.user.agency_id is None:
        raise Http404
    editions = Edition.objects.filter(agency=request.user.agency_id).order_by("-number")
    return render(request, "intake/question_sets/list.html", {"editions": editions})


@require_safe
def show_edition(request: UserRequest, number: int) -> HttpResponse:
    """Every prompt of one of the agency's editions, worry and working well side by side."""
    edition = get_object_or_404(
        Edition.objects.filter(agency__isnull=False), agency=request.user.agency_id, number=number
    )
    sections = worksheet.build_sections(edition.pk)
    return render(
        request, "intake/question_sets/edition.html", {"edition": edition, "sections": sections}
    )
