"""Insights: what a supervisor's agency asks of its callers, in figures and never in names."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import permissions, worksheet
from intake.actions import records
from intake.actions.insights import note_insights_export
from intake.exports.csv import export_table
from intake.forms.insights import InsightsForm, Wanted
from intake.views.records import attachment
from intake.views.requests import UserRequest


@require_safe
def show_insights(request: UserRequest) -> HttpResponse:
    """The figures of a period, of the whole agency or of one worker of the own team."""
    form, wanted, insights = _build(request)
    records.note_figures(
        actor=request.user,
        page="insights",
        filters=sorted(form.changed_data),
        worker=wanted.worker,
        at=timezone.now(),
    )
    return render(
        request,
        "intake/insights/page.html",
        {
            "form": form,
            "insights": insights,
            "wanted": wanted,
            "query": request.GET.urlencode(),
        },
    )


@require_safe
def download_csv(request: UserRequest, table: str) -> HttpResponse:
    """One of the page's tables, as it stands there."""
    _, wanted, insights = _build(request)
    found = insights.tables.get(table)
    if found is None:
        raise Http404
    note_insights_export(
        actor=request.user,
        table=table,
        period=wanted.period,
        worker=wanted.worker,
        at=timezone.now(),
    )
    days = f"{wanted.period.since.isoformat()}-to-{wanted.period.until.isoformat()}"
    name = f"insights-{table}-{days}.csv"
    return attachment(export_table(found), "text/csv; charset=utf-8", name)


def _build(request: UserRequest) -> tuple[InsightsForm, Wanted, worksheet.Insights]:
    """Return what was asked for, and the figures; a worker of another's team is not there."""
    if not permissions.is_supervisor(request.user):
        raise Http404
    form = InsightsForm(request.GET, viewer=request.user, today=timezone.localdate())
    if "worker" in form.errors:
        raise Http404
    wanted = form.wanted()
    insights = worksheet.build_insights(
        viewer=request.user,
        period=wanted.period,
        factors=wanted.factors,
        side=wanted.side,
        worker=wanted.worker,
    )
    return form, wanted, insights
