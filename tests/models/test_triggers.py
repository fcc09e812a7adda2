"""What the database itself refuses, on both engines, through plain SQL."""

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError, InternalError, connection, transaction

from intake import triggers
from intake.models import Edition, Intake, User
from tests.factory import submit

REFUSALS = (IntegrityError, InternalError)


def refused(statement: str) -> None:
    with pytest.raises(REFUSALS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "table", ["intake_auditevent", "intake_submission", "intake_submissioncontent"]
)
def test_audit_and_submissions_are_frozen(worker: User, call: Intake, table: str) -> None:
    submit(worker, call)
    refused(f"UPDATE {table} SET id = id")
    refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", ["questionset", "promptpair", "prompt", "prompttext"])
def test_a_published_edition_keeps_its_content(call: Intake, table: str) -> None:
    refused(f"UPDATE intake_{table} SET id = id")
    refused(f"DELETE FROM intake_{table}")


def test_a_published_edition_only_moves_on(call: Intake) -> None:
    refused("UPDATE intake_edition SET number = 99")
    refused("UPDATE intake_edition SET status = 'draft'")
    refused("DELETE FROM intake_edition")
    Edition.objects.filter(pk=call.edition_id).update(status="retired")
    refused("UPDATE intake_edition SET status = 'live'")


def test_a_closed_intake_stays_closed_and_kept(worker: User, call: Intake) -> None:
    Intake.objects.filter(pk=call.pk).update(status="closed_no_report", no_report_reason="mistake")
    refused("UPDATE intake_intake SET status = 'in_progress', no_report_reason = ''")
    refused("DELETE FROM intake_intake")


@pytest.mark.django_db
def test_a_missing_trigger_is_reported() -> None:
    assert triggers.missing() == []
    triggers.remove()
    assert "intake_auditevent_no_update" in triggers.missing()
    found = run_checks(tags=["database"], databases=["default"])
    assert [one.id for one in found if one.id == "intake.E001"] == ["intake.E001"]
    triggers.reinstall()
    assert triggers.missing() == []


@pytest.mark.postgresql_only
@pytest.mark.django_db
def test_the_audit_is_not_truncated() -> None:
    refused("TRUNCATE intake_auditevent CASCADE")
