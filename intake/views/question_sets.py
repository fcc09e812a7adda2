"""Reading the agency's editions of the question sets, and printing them as blank forms."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import permissions, worksheet
from intake.exports.blank_form import export_blank_form
from intake.models import Edition
from intake.models.base import Language
from intake.views.records import attachment
from intake.views.requests import UserRequest


@require_safe
def list_editions(request: UserRequest) -> HttpResponse:
    """The agency's editions, the newest first."""
    if request.user.agency is None:
        raise Http404
    rows = worksheet.list_editions(request.user.agency, at=timezone.now())
    context = {
        "rows": rows,
        "may_edit": permissions.can_edit_question_sets(request.user),
        "live": next((one.edition for one in rows if one.status == Edition.Status.LIVE), None),
    }
    return render(request, "intake/question_sets/list.html", context | _printing(request))


@require_safe
def show_edition(request: UserRequest, number: int) -> HttpResponse:
    """Every prompt of one of the agency's editions, worry and working well side by side."""
    edition = _edition(request, number)
    sections = worksheet.build_sections(edition.pk)
    return render(
        request,
        "intake/question_sets/edition.html",
        {
            "edition": edition,
            "sections": sections,
            "row": worksheet.show_status(edition, at=timezone.now()),
            "may_edit": permissions.can_edit_question_sets(request.user),
        }
        | _printing(request),
    )


@require_safe
def print_edition(request: UserRequest, number: int) -> HttpResponse:
    """A blank form of the edition on paper, in one of its languages; no call is in it."""
    if not permissions.can_print_form(request.user) or request.user.agency is None:
        raise Http404
    language = request.GET.get("language", Language.ENGLISH)
    if language not in Language.values:
        raise Http404
    edition = _edition(request, number)
    content = export_blank_form(edition=edition, agency=request.user.agency, language=language)
    return attachment(content, "application/pdf", f"blank-form-edition-{number}-{language}.pdf")


def _edition(request: UserRequest, number: int) -> Edition:
    """Return one of the agency's own editions."""
    return get_object_or_404(
        Edition.objects.filter(agency__isnull=False), agency=request.user.agency_id, number=number
    )


def _printing(request: UserRequest) -> dict[str, Any]:
    """Return whether the user may print blank forms, and in which languages."""
    return {
        "may_print": permissions.can_print_form(request.user),
        "languages": Language.choices,
    }
