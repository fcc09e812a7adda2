"""The tables of an agency, which its administrators edit."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from intake import permissions, worksheet
from intake.actions.agency_tables import save_row, sum_of
from intake.actions.people import set_policies, sum_of_policies
from intake.actions.retention import save_rule
from intake.deadlines import named_hours
from intake.errors import Refused
from intake.forms.agency_tables import (
    CopyOutFieldForm,
    CrossReportRuleForm,
    JargonWordForm,
    ResponseOptionForm,
    RowForm,
    ServiceForm,
)
from intake.forms.retention import RetentionRuleForm
from intake.forms.users import PoliciesForm
from intake.models import (
    Agency,
    CopyOutField,
    CrossReportRule,
    JargonWord,
    ResponseOption,
    RetentionRule,
    Service,
    TableChange,
)
from intake.views.requests import UserRequest
from intake.views.users import agency_of

PER_PAGE = 50


@dataclass(frozen=True)
class Table:
    """One table: its model, the form of a row, and what it is for."""

    key: str
    title: str
    one: str
    about: str
    model: Any
    form: type[RowForm]
    columns: tuple[str, ...]


TABLES = {
    table.key: table
    for table in (
        Table(
            "services",
            "Services",
            "a service",
            "The directory that workers search when they offer concrete help.",
            Service,
            ServiceForm,
            ("name", "factor", "area", "phone"),
        ),
        Table(
            "cross-reports",
            "Cross-reports",
            "a rule",
            "Who has to be told of what, by which law; the worker decides in any case.",
            CrossReportRule,
            CrossReportRuleForm,
            ("trigger", "recipient", "source"),
        ),
        Table(
            "copy-out",
            "Copy-out",
            "a field",
            "The order and field lengths of the case management system that records go into.",
            CopyOutField,
            CopyOutFieldForm,
            ("label", "page", "source", "limit", "position"),
        ),
        Table(
            "response-options",
            "Response options",
            "an option",
            "The choices of screening, priority, path and cross-reports, with their deadlines.",
            ResponseOption,
            ResponseOptionForm,
            ("label", "decides", "deadline_hours"),
        ),
        Table(
            "jargon",
            "Words of the trade",
            "a word",
            "Words that callers may not know: the editor of question sets warns of them.",
            JargonWord,
            JargonWordForm,
            ("words", "language", "plainer"),
        ),
        Table(
            "retention",
            "Retention",
            "a rule",
            "How long each kind of record is kept. Nothing is destroyed by a rule alone.",
            RetentionRule,
            RetentionRuleForm,
            ("applies_to", "screening", "years", "days"),
        ),
    )
}


@require_safe
def list_tables(request: UserRequest) -> HttpResponse:
    """The tables, each with how many rows it has."""
    agency = agency_of(request)
    tables = [(one, one.model.objects.filter(agency=agency).count()) for one in TABLES.values()]
    return render(request, "intake/agency/tables.html", {"tables": tables})


@require_safe
def list_rows(request: UserRequest, table: str) -> HttpResponse:
    """The rows of one table."""
    found, agency = _table(table), agency_of(request)
    rows = found.model.objects.filter(agency=agency)
    if found.model is CrossReportRule:
        rows = rows.select_related("recipient")
    if found.model is RetentionRule:
        rows = rows.select_related("screening")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    form = found.form(agency=agency, instance=found.model())
    fields = [form.fields[name] for name in found.columns]
    labels = [field.label for field in fields]
    words = [dict(getattr(field, "choices", ())) for field in fields]
    lines = [
        (row, [_words(row, name, known) for name, known in zip(found.columns, words, strict=True)])
        for row in page
    ]
    context = {"table": found, "labels": labels, "lines": lines, "page": page}
    return render(request, "intake/agency/table.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_row(request: UserRequest, table: str, row_id: UUID | None = None) -> HttpResponse:
    """Add or change one row; what is refused stays in the form."""
    found, agency = _table(table), agency_of(request)
    row = found.model(agency=agency)
    if row_id is not None:
        row = get_object_or_404(found.model, pk=row_id, agency=agency)
    seen = sum_of(row) if row_id else ""
    form = found.form(request.POST or None, instance=row, agency=agency, initial={"seen": seen})
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, form)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, f"{found.title}: the row was saved.")
            if warning := _contradiction(form.instance):
                messages.warning(request, warning)
            return redirect("agency_table", found.key)
    changes = worksheet.list_changes(agency, row=row.pk) if row_id else ()
    context = {"table": found, "form": form, "is_new": row_id is None, "changes": changes}
    return render(request, "intake/agency/row.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_policies(request: UserRequest) -> HttpResponse:
    """What the agency decides for itself, each change audited and kept."""
    # Not the user's own: what is refused in the form must hold for no page, not even this one.
    agency = Agency.objects.get(pk=agency_of(request).pk)
    seen = {"seen": sum_of_policies(agency)}
    form = PoliciesForm(request.POST or None, instance=agency, initial=seen)
    if request.method == "POST" and form.is_valid():
        try:
            values = dict(form.cleaned_data)
            seen_sum = values.pop("seen")
            set_policies(actor=request.user, values=values, seen=seen_sum, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, "The policies were saved.")
            return redirect("agency_policies")
    changes = worksheet.list_changes(agency, row=agency.pk)
    context = {"form": form, "changes": changes}
    return render(
        request, "intake/agency/policies.html", context, status=422 if form.errors else 200
    )


@require_safe
def list_history(request: UserRequest) -> HttpResponse:
    """Everything that was changed of tables, users and policies, the newest first."""
    user = request.user
    if not (permissions.is_administrator(user) or permissions.is_privacy_officer(user)):
        raise Http404
    changes = TableChange.objects.filter(agency=user.agency_id).select_related("actor")
    page = Paginator(changes, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "changes": [worksheet.view_change(one) for one in page]}
    return render(request, "intake/agency/history.html", context)


def _save(request: UserRequest, form: RowForm) -> None:
    """Save the row of a form; a rule of the schedule asks before it makes records due."""
    sent, at = form.cleaned_data, timezone.now()
    if isinstance(form.instance, RetentionRule):
        save_rule(
            actor=request.user,
            row=form.instance,
            seen=sent["seen"],
            is_agreed=sent["is_agreed"],
            at=at,
        )
        return
    save_row(actor=request.user, row=form.instance, seen=sent["seen"], at=at)


def _table(key: str) -> Table:
    if key not in TABLES:
        raise Http404
    return TABLES[key]


def _contradiction(row: Any) -> str:
    """Return a sentence where an option's name speaks of other hours than it has."""
    if not isinstance(row, ResponseOption):
        return ""
    named = named_hours(row.label)
    if not named or any(hours in (row.deadline_hours, row.written_hours) for _, hours in named):
        return ""
    words, hours = named[0]
    has = "has no deadline"
    if row.deadline_hours is not None:
        due = f"within {row.deadline_hours} hours" if row.deadline_hours else "at once"
        has = f"is due {due}"
    return (
        f"“{row.label}” says “{words}”, which is {hours} hours, but {has}. Workers read the name, "
        "deadlines follow the hours: change one of them if they do not mean the same."
    )


def _words(row: Any, column: str, known: dict[Any, Any]) -> str:
    """Return a cell in the words that the form has for its value, where it is a choice."""
    value = getattr(row, column)
    return "–" if value is None else str(known.get(value, value))
