"""The tables that an agency edits: cross-report rules, services, fields of the copy-out."""

from typing import Any

from django.db import transaction

from intake.models import Agency, CopyOutField, CrossReportRule, ResponseOption, Service


def load_tables(
    *,
    rules: list[dict[str, Any]],
    services: list[dict[str, Any]],
    copy_out: list[dict[str, Any]],
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
    return made


def _added(agency: Agency, rows: list[Any], what: str) -> list[str]:
    return [f"{agency}: {len(rows)} {what}"] if rows else []
