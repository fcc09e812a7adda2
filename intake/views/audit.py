"""The audit of an agency, for its privacy officers."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import permissions, worksheet
from intake.actions.audit import note_export, note_view
from intake.exports.csv import BOM, csv_line
from intake.forms.audit import AuditForm
from intake.forms.reviews import parse_key
from intake.models import Agency, AuditEvent
from intake.views.requests import UserRequest

PER_PAGE = 50
COLUMNS = ("time", "who", "what", "verb", "about", "label", "details", "seal")


@require_safe
def list_events(request: UserRequest) -> HttpResponse:
    """Who did what, the newest first; no event holds anything that was said."""
    form, events = _events(request)
    last = parse_key(request.GET, "older")
    if last is not None:
        events = worksheet.older_than(events, last)
    listed = list(events[: PER_PAGE + 1])
    # After it was read: the page does not begin with itself.
    note_view(actor=request.user, names=list(form.changed_data), at=timezone.now())
    asked = request.GET.copy()
    asked.pop("older", None)
    events_here = listed[:PER_PAGE]
    agency = request.user.agency
    assert agency is not None  # of a privacy officer
    context = {
        "form": form,
        "events": events_here,
        "rows": zip(events_here, worksheet.details_of(events_here, agency), strict=True),
        "is_more": len(listed) > PER_PAGE,
        "is_first": last is None,
        "filters": asked.urlencode(),
    }
    return render(request, "intake/audit/list.html", context, status=422 if form.errors else 200)


@require_safe
def download_csv(request: UserRequest) -> HttpResponseBase:
    """What the page shows with its filters, whole, as a table; that it was taken is audited."""
    form, events = _events(request)
    if form.errors:
        raise Http404
    note_export(actor=request.user, names=list(form.changed_data), at=timezone.now())
    return StreamingHttpResponse(
        _lines(events),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


def _events(request: UserRequest) -> tuple[AuditForm, QuerySet[AuditEvent]]:
    """Return the form and the events that it asks for; none where it asks for what cannot be."""
    agency = _agency(request)
    form = AuditForm(request.GET, agency=agency)
    if not form.is_valid():
        return form, AuditEvent.objects.none()
    sent = form.cleaned_data
    wanted = worksheet.AuditFilter(
        actor=sent["person"].pk if sent["person"] else None,
        verb=sent["verb"],
        reference=sent["reference"].strip(),
        since=sent["since"],
        until=sent["until"],
    )
    return form, worksheet.find_events(agency, wanted)


def _agency(request: UserRequest) -> Agency:
    if not permissions.is_privacy_officer(request.user) or request.user.agency is None:
        raise Http404
    return request.user.agency


def _lines(events: QuerySet[AuditEvent]) -> Iterator[bytes]:
    yield BOM.encode() + csv_line(COLUMNS)
    for one in events.select_related("seal").iterator(chunk_size=2_000):
        seal = getattr(one, "seal", None)
        details = "; ".join(f"{name}: {value}" for name, value in sorted(one.details.items()))
        yield csv_line(
            (
                *(one.at.isoformat(), one.actor_label, one.sentence, one.verb),
                *(f"{one.subject_type} {one.subject_id or ''}".strip(), one.subject_label),
                *(details, str(seal.number) if seal else ""),
            )
        )
