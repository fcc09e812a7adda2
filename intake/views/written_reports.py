"""Written reports that are still due, and entering one."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import permissions
from intake.actions.written_reports import WRITTEN_WITHIN, start_written_report
from intake.errors import Refused
from intake.forms.written_reports import WrittenReportForm
from intake.models import Intake
from intake.views.requests import UserRequest

PER_PAGE = 25


@require_safe
def list_written_reports(request: UserRequest) -> HttpResponse:
    """Calls of mandated reporters whose written report is not there yet, the oldest first."""
    user = request.user
    if not (permissions.is_worker(user) or permissions.is_supervisor(user)):
        raise Http404
    begun = Prefetch(
        "written_reports",
        queryset=Intake.objects.standing().select_related("worker"),
        to_attr="begun",
    )
    due = Intake.objects.visible_to(user).written_report_due().select_related("worker")
    due = due.prefetch_related(begun)
    page = Paginator(due, PER_PAGE).get_page(request.GET.get("page"))
    for intake in page:
        intake.written_due_at = intake.started_at + WRITTEN_WITHIN
    context = {
        "page": page,
        "form": WrittenReportForm(),
        "media": Intake.Medium.choices,
        "may_enter": permissions.can_start_call(user),
        "now": timezone.now(),
    }
    return render(request, "intake/written_reports/list.html", context)


@require_POST
def start(request: UserRequest) -> HttpResponse:
    """Open the intake of a written report and go to its call screen."""
    if not permissions.can_start_call(request.user):
        raise Http404
    form = WrittenReportForm(request.POST)
    if not form.is_valid():
        messages.error(
            request,
            "Say when the report was received, as a date and a time, and how it came: on paper, "
            "by fax or through the portal.",
        )
        return redirect("written_reports")
    follows: UUID | None = form.cleaned_data["follows"]
    try:
        intake = start_written_report(
            actor=request.user,
            follows_id=follows,
            reference=form.cleaned_data["reference"],
            medium=form.cleaned_data["medium"],
            received_at=form.cleaned_data["received_at"],
            at=timezone.now(),
        )
    except Intake.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("written_reports")
    return redirect("call", intake.pk)
