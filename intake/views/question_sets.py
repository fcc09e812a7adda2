"""Reading the agency's editions of the question sets, and printing them as blank forms."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import permissions, worksheet
from intake.actions import records
from intake.actions.question_sets import note_use_export
from intake.exports.blank_form import export_blank_form
from intake.exports.csv import USE_COLUMNS, export_use
from intake.exports.question_sets import KINDS
from intake.forms.editions import parse_source
from intake.models import Dispatch, Edition
from intake.models.base import Language
from intake.views.calls import choices, new_keys
from intake.views.records import attachment
from intake.views.requests import UserRequest


@require_safe
def list_editions(request: UserRequest) -> HttpResponse:
    """The agency's editions, the newest first."""
    if request.user.agency is None:
        raise Http404
    rows = worksheet.list_editions(request.user.agency, at=timezone.now())
    may_edit = permissions.can_edit_question_sets(request.user)
    context = {
        "rows": rows,
        "may_edit": may_edit,
        "drafts": worksheet.open_drafts(request.user.agency) if may_edit else (),
        "live": next((one.edition for one in rows if one.status == Edition.Status.LIVE), None),
        "state_rows": [
            one for one in worksheet.list_editions(None, at=timezone.now()) if not one.is_open
        ],
    }
    return render(request, "intake/question_sets/list.html", context | _printing(request))


@require_safe
def show_edition(request: UserRequest, number: int) -> HttpResponse:
    """Every prompt of one of the agency's editions, worry and working well side by side."""
    edition = own_edition(request, number)
    sections = worksheet.build_sections(edition.pk)
    row = worksheet.show_status(edition, at=timezone.now())
    may_edit = permissions.can_edit_question_sets(request.user)
    return render(
        request,
        "intake/question_sets/edition.html",
        {
            "edition": edition,
            "sections": sections,
            "row": row,
            "may_edit": may_edit,
            "drafts": worksheet.open_drafts(request.user.agency) if may_edit else (),
            "remarks": (
                worksheet.list_remarks(edition, sections) if may_edit and not row.is_open else ()
            ),
            "may_export": permissions.can_export_question_sets(request.user),
            "kinds": KINDS.items(),
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
    edition = own_edition(request, number)
    content = export_blank_form(
        row=worksheet.show_status(edition, at=timezone.now()),
        agency=request.user.agency,
        language=language,
    )
    return attachment(content, "application/pdf", f"blank-form-edition-{number}-{language}.pdf")


@require_safe
def preview_edition(request: UserRequest, number: int) -> HttpResponse:
    """The call screen with the prompts of an edition, in any language; nothing is stored."""
    if not permissions.can_export_question_sets(request.user):
        raise Http404
    language = request.GET.get("language", Language.ENGLISH)
    if language not in Language.values:
        raise Http404
    edition = own_edition(request, number)
    intake, sheet = worksheet.build_preview(
        edition, viewer=request.user, language=language, at=timezone.now()
    )
    context = {
        "is_preview": True,
        "edition": edition,
        "intake": intake,
        "sheet": sheet,
        "party": worksheet.ReportingPartyView(),
        "choices": choices(),
        "new_rows": new_keys(sheet),
        "told_choices": Dispatch.Told.choices,
        "conflicts": {},
        "errors": {},
        "elapsed": 0,
    }
    return render(request, "intake/question_sets/preview.html", context)


@require_safe
def show_use(request: UserRequest, number: int) -> HttpResponse:
    """How each prompt of an edition was used; numbers, and no text of a call."""
    if not permissions.can_export_question_sets(request.user):
        raise Http404
    edition = own_edition(request, number)
    records.note_figures(actor=request.user, page="edition_use", at=timezone.now())
    context = {"edition": edition, "use": worksheet.build_use(edition), "columns": USE_COLUMNS}
    return render(request, "intake/question_sets/use.html", context)


@require_safe
def download_use(request: UserRequest, number: int) -> HttpResponse:
    """The use of an edition's prompts as a table: what is hidden on the page is hidden in it."""
    if not permissions.can_export_question_sets(request.user):
        raise Http404
    edition = own_edition(request, number)
    use = worksheet.build_use(edition)
    note_use_export(actor=request.user, edition=edition, at=timezone.now())
    return attachment(export_use(use), "text/csv; charset=utf-8", f"use-edition-{number}.csv")


@require_safe
def diff_editions(request: UserRequest, number: int) -> HttpResponse:
    """What differs between two editions.

    By default, of what is to be published, from what callers are asked now; of what was published,
    from the edition that it is a copy of.
    """
    edition = own_edition(request, number)
    live = Edition.objects.live(agency=edition.agency, at=timezone.now()).first()
    others = Edition.objects.visible_to(request.user).exclude(pk=edition.pk)
    source = parse_source(request.GET.get("from", ""))
    if (
        source is None
        and live is not None
        and worksheet.show_status(edition, at=timezone.now()).status
        in (Edition.Status.DRAFT, Edition.Status.IN_REVIEW, Edition.Status.SCHEDULED)
    ):
        other: Edition | None = live
    elif source is None:
        other = edition.copied_from or others.filter(agency__isnull=False).order_by("number").last()
    else:
        other = others.filter(number=source.number, agency__isnull=source.is_state).first()
        if other is None:
            raise Http404
    context = {
        "edition": edition,
        "other": other,
        "others": others.order_by("agency", "-number"),
        "is_live": other is not None and other == live,
        "diff": worksheet.build_diff(other, edition) if other else None,
    }
    return render(request, "intake/question_sets/diff.html", context)


@require_safe
def show_state_edition(request: UserRequest, number: int) -> HttpResponse:
    """Every prompt of one of the state's editions."""
    edition = state_edition(request, number)
    may_edit = permissions.can_edit_question_sets(request.user)
    context = {
        "edition": edition,
        "sections": worksheet.build_sections(edition.pk),
        "row": worksheet.show_status(edition, at=timezone.now()),
        "may_edit": may_edit,
        "drafts": worksheet.open_drafts(request.user.agency) if may_edit else (),
    }
    return render(request, "intake/question_sets/state.html", context)


@require_safe
def diff_state_edition(request: UserRequest, number: int) -> HttpResponse:
    """What the agency's newest draft, else its live edition, lacks of the state's."""
    newer = state_edition(request, number)
    assert request.user.agency is not None
    try:
        own, diff = worksheet.build_lacking(request.user.agency, newer, at=timezone.now())
    except Edition.DoesNotExist:
        raise Http404 from None
    may_edit = permissions.can_edit_question_sets(request.user)
    context = {
        "edition": newer,
        "own": own,
        "own_row": worksheet.show_status(own, at=timezone.now()),
        "diff": diff,
        "may_take": may_edit and own.status == Edition.Status.DRAFT,
        "may_edit": may_edit,
    }
    return render(request, "intake/question_sets/lacking.html", context)


def state_edition(request: UserRequest, number: int) -> Edition:
    """Return a published edition of the state, which every agency reads."""
    if request.user.agency is None:
        raise Http404
    published = Edition.objects.filter(agency=None).exclude(
        status__in=[Edition.Status.DRAFT, Edition.Status.IN_REVIEW]
    )
    return get_object_or_404(published, number=number)


def own_edition(request: UserRequest, number: int) -> Edition:
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
