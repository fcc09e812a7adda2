"""Cross-reports of an intake: packets, the log of sending, and the clock of what is still due."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import worksheet
from intake.actions import cross_reports, records
from intake.errors import Refused
from intake.exports.packet import export_packet
from intake.exports.pdf import ExportStamp
from intake.models import CrossReportSending, Intake, ResponseOption
from intake.views import facts
from intake.views.records import attachment
from intake.views.requests import UserRequest


@require_safe
def show_cross_reports(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Every recipient: which law asks for it, what was decided, what was sent."""
    intake = facts.fetch_report(request, intake_id)
    records.note_view(actor=request.user, intake=intake, at=timezone.now())
    party = worksheet.build_party_state(intake, worksheet.build(intake))
    context = _context(intake) | {"party_state": party}
    return render(request, "intake/cross_reports/page.html", context)


@require_POST
def note_sending(request: UserRequest, intake_id: UUID, recipient_id: UUID) -> HttpResponse:
    """Note that a cross-report went out."""
    intake = facts.fetch(request, intake_id)
    refusal = ""
    try:
        cross_reports.note_sending(
            actor=request.user,
            intake_id=intake.pk,
            recipient_id=recipient_id,
            method=request.POST.get("method", ""),
            to_whom=request.POST.get("to_whom", ""),
            is_written=request.POST.get("is_written") == "yes",
            sent_at=facts.time_of(request, intake),
            key=facts.key_of(request),
            at=timezone.now(),
        )
    except ResponseOption.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        refusal = refused.sentence
    return _answer(request, intake, refusal)


@require_POST
def withdraw_sending(request: UserRequest, intake_id: UUID, sending_id: UUID) -> HttpResponse:
    """Note that a sending was noted by mistake."""
    intake = facts.fetch(request, intake_id)
    refusal = ""
    try:
        cross_reports.withdraw_sending(
            actor=request.user, intake_id=intake.pk, sending_id=sending_id, at=timezone.now()
        )
    except CrossReportSending.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        refusal = refused.sentence
    return _answer(request, intake, refusal)


@require_safe
def download_packet(request: UserRequest, intake_id: UUID, recipient_id: UUID) -> HttpResponse:
    """The packet of a recipient, without anything of the reporting party."""
    intake = facts.fetch_report(request, intake_id)
    if intake.is_practice:  # nothing of practice leaves
        raise Http404
    recipient = _recipient(intake, recipient_id)
    now = timezone.now()
    copy = records.note_export(
        actor=request.user,
        intake=intake,
        kind=f"packet:{recipient.key}",
        submission=intake.submissions.count(),
        at=now,
    )
    stamp = ExportStamp(by=request.user.display_name, at=now, copy_id=str(copy))
    sheet = worksheet.build(intake)
    content = export_packet(
        sheet=sheet,
        recipient=recipient,
        party=None,
        is_restricted=intake.is_restricted,
        stamp=stamp,
    )
    name = f"cross-report-{intake.reference}-{recipient.key}.pdf"
    return attachment(content, "application/pdf", name)


def _recipient(intake: Intake, recipient_id: UUID) -> ResponseOption:
    try:
        return cross_reports.find_recipient(intake, recipient_id)
    except ResponseOption.DoesNotExist:
        raise Http404 from None


def _context(intake: Intake) -> dict[str, Any]:
    return {
        "intake": intake,
        "reports": worksheet.build_cross_reports(intake),
        "dispatches": worksheet.build_dispatches(intake),
        "disclosures": worksheet.build_disclosures(intake),
    }


def _answer(request: UserRequest, intake: Intake, refusal: str) -> HttpResponse:
    return facts.answer(
        request,
        template="intake/cross_reports/_reports.html",
        context=_context(intake),
        page=reverse("intake_cross_reports", args=[intake.pk]),
        refusal=refusal,
    )
