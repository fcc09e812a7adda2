"""The tables that an agency edits: cross-report rules, services, copy-out, words to avoid."""

from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from intake import permissions
from intake.actions.administration import note_change
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.fields import check_sum
from intake.models import (
    Agency,
    CopyOutField,
    CrossReportRule,
    JargonWord,
    ResponseOption,
    RetentionRule,
    Service,
    User,
)
from intake.models.audit import record_event

TableRow = TypeVar(
    "TableRow",
    Service,
    CrossReportRule,
    CopyOutField,
    JargonWord,
    ResponseOption,
    RetentionRule,
)


def load_tables(
    *,
    rules: list[dict[str, Any]],
    services: list[dict[str, Any]],
    copy_out: list[dict[str, Any]],
    jargon: list[dict[str, Any]],
    retention: list[dict[str, Any]],
) -> list[str]:
    """Give every agency that lacks a table the shipped one; return what was made, in sentences.

    A table that an agency has is its own: none is changed. Rules name recipients by key; those
    that the agency does not have are left out.
    """
    made = []
    with transaction.atomic():
        for agency in Agency.objects.filter(cross_report_rules__isnull=True):
            recipients = {
                one.key: one
                for one in ResponseOption.objects.filter(
                    agency=agency, decides=ResponseOption.Decides.CROSS_REPORT
                )
            }
            rows = [
                CrossReportRule(agency=agency, **one | {"recipient": recipients[one["recipient"]]})
                for one in rules
                if one["recipient"] in recipients
            ]
            made += _added(agency, CrossReportRule.objects.bulk_create(rows), "cross-report rules")
        for agency in Agency.objects.filter(services__isnull=True):
            entries = Service.objects.bulk_create(Service(agency=agency, **one) for one in services)
            made += _added(agency, entries, "services")
        for agency in Agency.objects.filter(copy_out_fields__isnull=True):
            fields = CopyOutField.objects.bulk_create(
                CopyOutField(agency=agency, **one) for one in copy_out
            )
            made += _added(agency, fields, "copy-out fields")
        for agency in Agency.objects.filter(jargon_words__isnull=True):
            words = JargonWord.objects.bulk_create(
                JargonWord(agency=agency, **one) for one in jargon
            )
            made += _added(agency, words, "words of the trade")
        for agency in Agency.objects.filter(retention_rules__isnull=True):
            made += _added(agency, _load_retention(agency, retention), "rules of retention")
    return made


def _load_retention(agency: Agency, rules: list[dict[str, Any]]) -> list[RetentionRule]:
    """Make the shipped schedule; rules of decisions that the agency does not have are left out."""
    decides = ResponseOption.Decides.SCREENING
    options = {
        one.key: one for one in ResponseOption.objects.filter(agency=agency, decides=decides)
    }
    rows = [
        RetentionRule(agency=agency, **one | {"screening": options.get(one["screening"])})
        for one in rules
        if not one["screening"] or one["screening"] in options
    ]
    return RetentionRule.objects.bulk_create(rows)


def _added(agency: Agency, rows: list[Any], what: str) -> list[str]:
    return [f"{agency}: {len(rows)} {what}"] if rows else []


def save_row(*, actor: User, row: TableRow, seen: str, at: datetime) -> TableRow:
    """Add or change a row of the actor's agency and return it; nothing is ever deleted.

    `seen` is the check sum of the row as the form showed it, empty for a new one. Raises
    NotAllowed for who may not edit, NotPossibleNow where somebody else changed it meanwhile,
    InvalidValue for a row that is there already. What an option decides and its key stay.
    """
    if not permissions.is_administrator(actor) or row.agency_id != actor.agency_id:
        raise NotAllowed("Only administrators of the agency edit its tables.")
    model = type(row)
    with transaction.atomic():
        locked = model._default_manager.select_for_update(of=("self",))
        stored = locked.filter(pk=row.pk).first()
        if stored is not None and sum_of(stored) != seen:
            raise NotPossibleNow(
                "Somebody else changed this row while you edited it. Nothing was saved: what you "
                "typed is below; open the row in another tab to see what stands now."
            )
        if isinstance(stored, ResponseOption) and _kind(row) != _kind(stored):
            raise NotPossibleNow("What an option decides and its key are for ever.")
        try:
            row.validate_constraints()
        except ValidationError:
            raise InvalidValue("There already is such a row; change that one instead.") from None
        before = values_of(stored) if stored else {}
        row.save(force_insert=stored is None)
        note_change(
            actor=actor,
            agency=row.agency,
            table=model._meta.model_name or "",
            row=row.pk,
            label=str(row),
            before=before,
            after=values_of(row),
            at=at,
        )
        details: dict[str, str | int | bool] = {"table": model.__name__}
        verb = "agency_table.changed" if stored else "agency_table.added"
        record_event(verb, actor=actor, at=at, subject=row, details=details)
    return row


def _kind(option: Any) -> tuple[str, str]:
    """Return what decisions lean on: another one would make them something else."""
    return option.decides, option.key


def values_of(row: TableRow) -> dict[str, Any]:
    """Return what a row holds, as its history keeps it; what it names is named in words."""
    values: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.name)
        if field.name not in ("id", "agency"):
            values[field.name] = value if isinstance(value, bool | int | None) else str(value)
    return values


def sum_of(row: TableRow) -> str:
    """Return a check sum of what a row holds."""
    fields = [f.attname for f in row._meta.concrete_fields]
    return check_sum("\n".join(f"{name}={getattr(row, name)}" for name in fields))
