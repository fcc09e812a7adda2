"""The responder brief of an intake, on screen and on paper."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import worksheet
from intake.actions import records
from intake.exports.brief import build_brief, export_brief
from intake.exports.pdf import ExportStamp
from intake.models import Intake
from intake.views.records import attachment
from intake.views.requests import UserRequest


@require_safe
def show_brief(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The brief as it stands now, mid-call too."""
    intake = get_object_or_404(Intake.objects.visible_to(request.user), pk=intake_id)
    records.note_view(actor=request.user, intake=intake, at=timezone.now())
    sheet = worksheet.build(intake)
    context = {"intake": intake, "sheet": sheet, "brief": build_brief(sheet)}
    context["party_state"] = worksheet.build_party_state(intake, sheet)
    return render(request, "intake/brief/page.html", context)


@require_safe
def download_brief(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """The brief on one page of paper, as it stands now."""
    intake = get_object_or_404(Intake.objects.visible_to(request.user), pk=intake_id)
    now = timezone.now()
    copy = records.note_export(
        actor=request.user,
        intake=intake,
        kind="brief",
        submission=intake.submissions.count(),
        at=now,
    )
    stamp = ExportStamp(by=request.user.display_name, at=now, copy_id=str(copy))
    content = export_brief(worksheet.build(intake), stamp, is_restricted=intake.is_restricted)
    return attachment(content, "application/pdf", f"brief-{intake.reference}.pdf")
