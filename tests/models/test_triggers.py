"""What the database itself refuses, on both engines, through plain SQL."""

import uuid

import pytest
from django.core.checks import Tags, run_checks
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from intake import triggers
from intake.models import Edition, Intake, User
from tests.factory import core_prompt, put, submit

REFUSALS = (IntegrityError, InternalError)


def refused(statement: str) -> None:
    with pytest.raises(REFUSALS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def rows(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return list(cursor.fetchall())


@pytest.mark.parametrize(
    "table",
    [
        "intake_auditevent",
        "intake_submission",
        "intake_submissioncontent",
        "intake_submissionreporter",
    ],
)
def test_audit_and_submissions_are_frozen(worker: User, call: Intake, table: str) -> None:
    put(worker, call, "reporter.name", "Ines Caller")
    submit(worker, call)
    before = rows(table)
    assert before
    refused(f"UPDATE {table} SET id = id")
    refused(f"DELETE FROM {table}")
    if connection.vendor == "sqlite":
        refused(f"REPLACE INTO {table} SELECT * FROM {table}")
    assert rows(table) == before


@pytest.mark.parametrize("table", ["questionset", "promptpair", "prompt", "prompttext"])
def test_a_published_edition_keeps_its_content(call: Intake, table: str) -> None:
    refused(f"UPDATE intake_{table} SET id = id")
    refused(f"DELETE FROM intake_{table}")


def test_nothing_is_added_to_a_published_edition(call: Intake) -> None:
    prompt = core_prompt(call)
    assert prompt.pair is not None
    for one in (prompt.question_set, prompt.pair, prompt, prompt.texts.get(language="en")):
        one.pk = uuid.uuid4()
        one._state.adding = True
        one.__dict__.update(key="added", language="es")
        with pytest.raises(REFUSALS) as refusal, transaction.atomic():
            one.save(force_insert=True)
        assert "published edition" in str(refusal.value)


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
@pytest.mark.parametrize("table", triggers.NEVER_TRUNCATED)
def test_nothing_that_is_kept_is_truncated(table: str) -> None:
    refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db
def test_an_upgrade_that_brings_a_trigger_is_not_refused() -> None:
    """`migrate` runs the checks before it migrates, when what it brings cannot be there yet."""
    triggers.remove()
    assert call_checks() == ["intake.E001"]
    newest = MigrationRecorder.Migration.objects.filter(app="intake").latest("name")
    MigrationRecorder(connection).record_unapplied("intake", newest.name)
    assert call_checks() == []


def call_checks() -> list[str]:
    found = run_checks(tags=[Tags.database], databases=["default"])
    return [str(one.id) for one in found if one.id == "intake.E001"]
