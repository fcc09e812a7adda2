"""Written reports that are still due, and entering one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from intake import permissions
from intake.actions import records
from intake.actions.written_reports import WRITTEN_WITHIN, start_written_report
from intake.errors import Refused
from intake.forms.written_reports import WrittenReportForm
from intake.models import Intake
from intake.views.requests import UserRequest

PER_PAGE = 25


@dataclass(frozen=True)
class DueReport:
    """A call without its written report, and the form that enters it."""

    call: Intake
    due_at: datetime
    is_overdue: bool
    form: WrittenReportForm


@require_safe
def list_written_reports(request: UserRequest) -> HttpResponse:
    """Calls of mandated reporters whose written report is not there yet, the oldest first."""
    user = request.user
    if not (permissions.is_worker(user) or permissions.is_supervisor(user)):
        raise Http404
    records.note_list(actor=user, page="written_reports", at=timezone.now())
    return render(request, "intake/written_reports/list.html", _context(request))


@require_POST
def start(request: UserRequest) -> HttpResponse:
    """Open the intake of a written report and go to its call screen, or say why not."""
    if not permissions.can_start_call(request.user):
        raise Http404
    try:
        follows = str(UUID(request.POST["follows"])) if request.POST.get("follows") else ""
    except ValueError:
        raise Http404 from None
    form = _form(follows, request.POST)
    if form.is_valid():
        try:
            intake = start_written_report(
                actor=request.user,
                follows_id=form.cleaned_data["follows"],
                reference=form.cleaned_data["reference"],
                medium=form.cleaned_data["medium"],
                received_at=form.cleaned_data["received_at"],
                at=timezone.now(),
            )
            return redirect("call", intake.pk)
        except Intake.DoesNotExist:
            raise Http404 from None
        except Refused as refused:
            form.add_error(None, refused.sentence)
    return render(request, "intake/written_reports/list.html", _context(request, form), status=422)


def _form(follows: str, data: Any = None) -> WrittenReportForm:
    """Return a form with ids of its own, since the page has one for each call."""
    start = {"follows": follows, "received_at": timezone.now()}
    return WrittenReportForm(data, auto_id=f"%s-{follows or 'first'}", initial=start)


def _context(request: UserRequest, refused: WrittenReportForm | None = None) -> dict[str, Any]:
    """Return what the page shows; a refused form stands in its place as it was typed."""
    begun = Prefetch(
        "written_reports",
        queryset=Intake.objects.standing().shown().with_kept(request.user).select_related("worker"),
        to_attr="begun",
    )
    due = Intake.objects.visible_to(request.user).written_report_due().select_related("worker")
    page = Paginator(due.prefetch_related(begun), PER_PAGE).get_page(request.GET.get("page"))
    typed = {str(refused.cleaned_data.get("follows") or ""): refused} if refused is not None else {}
    now = timezone.now()
    return {
        "page": page,
        "rows": [
            DueReport(
                call=call,
                due_at=call.started_at + WRITTEN_WITHIN,
                is_overdue=call.started_at + WRITTEN_WITHIN < now,
                form=typed.get(str(call.pk)) or _form(str(call.pk)),
            )
            for call in page
        ],
        "refused": refused,
        "first": typed.get("") or _form(""),
        "may_enter": permissions.can_start_call(request.user),
    }
