"""Intakes as records: one record, and its exports."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import permissions, worksheet
from intake.actions import records
from intake.exports.json import export_json
from intake.exports.pdf import ExportStamp, export_pdf
from intake.exports.question_sets import FHIR_TYPE, export_response
from intake.models import Intake, Submission, User
from intake.views.requests import UserRequest
from intake.worksheet import Worksheet

TABS = {"record": "Record", "changes": "Changes", "history": "History", "viewed": "Who viewed"}


@require_safe
def show_intake(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """One record: the latest submission as it was frozen, or the live rows before the first.

    The worker's own open call is shown on the call screen instead.
    """
    intake = get_object_or_404(
        Intake.objects.visible_to(request.user).select_related("worker", "agency", "edition"),
        pk=intake_id,
    )
    if permissions.can_write(request.user, intake):
        return redirect("call", intake.pk)
    records.note_view(actor=request.user, intake=intake, at=timezone.now())
    submission = latest_submission(intake)
    sheet = build_sheet(intake, submission)
    reports = intake.written_reports.standing().shown().with_kept(request.user)
    party = worksheet.build_party_state(intake, sheet)
    return render(
        request,
        "intake/records/record.html",
        {
            "intake": intake,
            "sheet": sheet,
            "prior": link_prior(request.user, intake, sheet),
            "submission": submission,
            "may_respond": permissions.can_respond(request.user, intake),
            "party_state": party,
            "party_mark": party.mark,
            "may_reveal": permissions.can_reveal_reporter(request.user, intake),
            "disclosures": worksheet.build_disclosures(intake),
            "may_call_back": permissions.can_call_back(request.user, intake),
            "calls_back": records.find_visible(request.user, intake.calls_back_id),
            "callbacks": intake.callbacks.visible_to(request.user).order_by("started_at", "id"),
            "hand_overs": intake.hand_overs.accepted().select_related(
                "offered_by", "offered_to", "moved_by"
            ),
            "written_reports": reports,
            "readable": set(reports.visible_to(request.user).values_list("pk", flat=True)),
            "amendments": intake.amendments.select_related("author"),
            "reviews": intake.reviews.exclude(outcome="").select_related(
                "reviewer", "own_screening"
            ),
            **build_tabs(request, intake, submission),
            "ratings": worksheet.build_ratings(intake, viewer=request.user),
        },
    )


@require_safe
def download_pdf(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The record as an accessible PDF, made from the latest submission."""
    intake, submission = _submitted(request, intake_id)
    now = timezone.now()
    copy = records.note_export(
        actor=request.user, intake=intake, kind="pdf", submission=submission.number, at=now
    )
    stamp = ExportStamp(by=request.user.display_name, at=now, copy_id=str(copy))
    content = export_pdf(intake=intake, submission=submission, stamp=stamp)
    return attachment(content, "application/pdf", f"intake-{intake.reference}.pdf")


@require_safe
def download_json(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The canonical JSON of the latest submission, byte for byte as it was hashed."""
    intake, submission = _exported(request, intake_id, "json")
    content = export_json(submission)
    return attachment(content, "application/json", f"intake-{intake.reference}.json")


@require_safe
def download_fhir(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The latest submission as a FHIR QuestionnaireResponse; never with the reporting party."""
    intake, submission = _exported(request, intake_id, "fhir")
    content = export_response(submission)
    return attachment(content, FHIR_TYPE, f"intake-{intake.reference}.fhir.json")


def _exported(request: UserRequest, intake_id: UUID, kind: str) -> tuple[Intake, Submission]:
    """Return a submitted intake with its latest submission, a copy of which leaves as `kind`."""
    intake, submission = _submitted(request, intake_id)
    records.note_export(
        actor=request.user,
        intake=intake,
        kind=kind,
        submission=submission.number,
        at=timezone.now(),
    )
    return intake, submission


def _submitted(request: UserRequest, intake_id: UUID) -> tuple[Intake, Submission]:
    intake = get_object_or_404(
        Intake.objects.visible_to(request.user).select_related("agency", "worker"), pk=intake_id
    )
    submission = latest_submission(intake)
    if submission is None:
        raise Http404("This intake was not submitted yet.")
    return intake, submission


def build_sheet(intake: Intake, submission: Submission | None) -> Worksheet:
    """Return what a page shows of a record: what was submitted, or the live rows before that.

    Who was told and which reports went out are facts that go on: they are as they stand now.
    """
    sheet = (
        worksheet.from_json(submission.content.text)
        if submission is not None
        else worksheet.build(intake)
    )
    return replace(
        sheet,
        dispatches=worksheet.build_dispatches(intake),
        cross_reports=worksheet.build_cross_reports(intake),
    )


def link_prior(user: User, intake: Intake, sheet: Worksheet) -> dict[str, UUID]:
    """Return the keys of the earlier intakes that the user may read, by reference."""
    if not sheet.prior_involvement:
        return {}
    readable = intake.prior_involvement.visible_to(user)
    return dict(readable.values_list("reference", "pk"))


def build_tabs(
    request: UserRequest, intake: Intake, submission: Submission | None
) -> dict[str, Any]:
    """Return what the tabs of a record show: the chosen one, and what only that one needs."""
    tab = request.GET.get("tab", "record")
    earlier: Submission | None = None
    changes: tuple[worksheet.Change, ...] = ()
    if submission is not None:
        before = intake.submissions.filter(number=submission.number - 1).select_related("content")
        earlier = before.first()
    if submission is not None and earlier is not None:
        sheets = (worksheet.from_json(one.content.text) for one in (earlier, submission))
        changes = worksheet.changes_between(*sheets)
    return {
        "glass": worksheet.find_glass(intake, viewer=request.user, at=timezone.now()),
        "may_restrict": permissions.can_restrict(request.user, intake),
        "tabs": TABS,
        "tab": tab if tab in TABS else "record",
        "earlier": earlier,
        "changes": changes,
        "history": worksheet.build_history(intake, viewer=request.user, at=timezone.now())
        if tab == "history"
        else (),
        "readers": worksheet.build_readers(intake) if tab == "viewed" else (),
    }


def latest_submission(intake: Intake) -> Submission | None:
    """Return the latest submission with its content, or None before the first."""
    return (
        Submission.objects.select_related("content", "author")
        .filter(intake=intake)
        .order_by("-number")
        .first()
    )


def attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    """Return a file to be saved under `name`, which identifies nobody."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
