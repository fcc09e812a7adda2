"""Question sets as files: exported, read, shown as what they would change, and taken in."""

from uuid import UUID

from django.contrib import messages
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import permissions, worksheet
from intake.actions.question_sets import import_edition, keep_import, note_export
from intake.exchange import READERS, Problem, Unreadable, sop_json
from intake.exchange.shape import MOST_BYTES, expect_whole
from intake.exports.question_sets import KINDS
from intake.exports.question_sets import export_edition as make_file
from intake.forms.editions import kind_of
from intake.models import Edition, EditionImport
from intake.uploads import RefuseUploads
from intake.views.question_sets import own_edition
from intake.views.records import attachment
from intake.views.requests import UserRequest

SHOWN = 50  # problems of a file


@require_safe
def export_edition(request: UserRequest, number: int, kind: str) -> HttpResponse:
    """An edition as our JSON, as XLSForm (XLSX or CSV), or as a FHIR Questionnaire."""
    if not permissions.can_export_question_sets(request.user) or kind not in KINDS:
        raise Http404
    edition = own_edition(request, number)
    note_export(actor=request.user, edition=edition, kind=kind, at=timezone.now())
    mime, ending, content = make_file(worksheet.show_status(edition, at=timezone.now()), kind)
    return attachment(content, mime, f"question-sets-edition-{number}.{ending}")


@csrf_exempt  # the check comes below, once it is settled who reads the file
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: UserRequest) -> HttpResponse:
    """Read a file: nothing of the question sets is written before somebody says yes to it."""
    # Elsewhere this site takes no files. What is too large for memory is not read.
    request.upload_handlers = [MemoryFileUploadHandler(request), RefuseUploads(request)]
    return _import_file(request)


@csrf_protect
def _import_file(request: UserRequest) -> HttpResponse:
    if not permissions.can_edit_question_sets(request.user):
        raise Http404
    problems: list[Problem] = []
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None or file.size is None or file.size > MOST_BYTES:
                raise Unreadable([Problem("The file", "Choose a file of at most 2 MB.")])
            kind = kind_of(file.name or "")
            if kind not in READERS:
                raise Unreadable([Problem("The file", "Its name ends with .json, .xlsx or .csv.")])
            kept = keep_import(
                actor=request.user,
                sets=expect_whole(READERS[kind](file.read())),
                at=timezone.now(),
            )
        except Unreadable as refused:
            problems = refused.problems
        else:
            return redirect("edition_imported", kept.pk)
    context = {"problems": problems[:SHOWN], "more": max(0, len(problems) - SHOWN)}
    status = 422 if problems else 200
    return render(request, "intake/question_sets/import.html", context, status=status)


@require_safe
def show_import(request: UserRequest, import_id: UUID) -> HttpResponse:
    """What a file would change of the edition that is live."""
    kept = _kept(request, import_id)
    live = Edition.objects.live(agency=kept.agency, at=timezone.now()).first()
    sets = sop_json.load(kept.sets.encode(), is_kept=True)
    context = {
        "kept": kept,
        "live": live,
        "diff": worksheet.build_sets_diff(live, sets),
        "findings": worksheet.check_described(sets, agency=kept.agency),
    }
    return render(request, "intake/question_sets/imported.html", context)


@require_POST
def confirm_import(request: UserRequest, import_id: UUID) -> HttpResponse:
    """Make a draft of what was read."""
    kept = _kept(request, import_id)
    try:
        draft = import_edition(actor=request.user, import_id=kept.pk, at=timezone.now())
    except EditionImport.DoesNotExist:  # confirmed twice at once
        raise Http404 from None
    messages.success(request, f"Edition {draft.number} is a draft, made of the file.")
    return redirect("edition_edit", draft.number)


def _kept(request: UserRequest, import_id: UUID) -> EditionImport:
    """Return what the user brought within the last day."""
    if not permissions.can_edit_question_sets(request.user):
        raise Http404
    mine = EditionImport.objects.usable_by(request.user, at=timezone.now())
    return get_object_or_404(mine.select_related("agency"), pk=import_id)
