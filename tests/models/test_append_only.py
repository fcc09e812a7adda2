"""What is append-only, one state, column and direction at a time, by plain SQL on both engines."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from intake import triggers
from intake.actions import reviews
from intake.actions.audit import seal_events, sign_checkpoint
from intake.actions.question_sets import copy_edition
from intake.models import (
    Agency,
    Amendment,
    AuditEvent,
    Edition,
    Intake,
    Prompt,
    QualityRating,
    QualitySample,
    ReporterReveal,
    SampledIntake,
    Submission,
    TableChange,
    User,
)
from tests.factory import NOW, make_call, put, submit

PUBLISHED = ("scheduled", "live", "retired")
CONTENT = ("questionset", "promptpair", "prompt", "prompttext")
FROZEN = (
    "amendment",
    "auditcheckpoint",
    "auditevent",
    "auditseal",
    "qualityrating",
    "sampledintake",
    "submission",
    "submissioncontent",
    "submissionreporter",
    "tablechange",
)
# What an expunction alone deletes, and by whose word: see tests/actions/test_retention.py.
OF_RETENTION = (
    *triggers.CONTENT,
    *("decisionreference", "reviewcomment"),
    *("expunction", "measure", "retentionrun", "retentionitem"),
)
# Of these the seal alone may change, when the ring's keys do.
SEALS = {
    "reporterreveal": ("words", "That a reporting party was shown stays known."),
    "submissionreporterkey": ("sealed", "A submission is frozen."),
}
# Append-only but for their end: see tests/actions/test_restrictions.py.
OF_RESTRICTIONS = ("restriction", "namedviewer", "breakglass")
STAYS = "An approved or closed intake stays as it is."
DOES_NOT_CHANGE = "A published edition does not change; edit a copy."


@pytest.fixture
def written(worker: User) -> Intake:
    """A submitted call with a reporting party: something in every table that is kept."""
    call = make_call(worker)
    put(worker, call, "reporter.name", "Ines Caller")
    submit(worker, call)
    TableChange.objects.create(
        agency=call.agency,
        at=NOW,
        table="service",
        row=uuid.uuid4(),
        label="x",
        after={"name": "x"},
    )
    Amendment.objects.create(intake=call, author=worker, at=NOW, reason="New", text="Moved")
    sampled = SampledIntake.objects.create(
        sample=QualitySample.objects.create(
            agency=call.agency, month=NOW.date(), seed="x", drawn_at=NOW
        ),
        intake=call,
        submission=call.submissions.get(),
    )
    QualityRating.objects.create(
        intake=call,
        submission=sampled.submission,
        rater=worker,
        sampled=sampled,
        place=1,
        assigned_at=NOW,
        rated_at=NOW,
    )
    reveal = ReporterReveal(intake=call, by=worker, at=NOW, how="shown", ground="record")
    reveal.write("Why")
    reveal.save()
    seal_events(at=NOW)
    sign_checkpoint(at=NOW)
    return call


@pytest.fixture
def draft(written: Intake) -> Edition:
    """A whole edition that may be edited."""
    return make_edition(written, "draft")


def test_every_table_with_a_trigger_is_tried_here() -> None:
    tried = {
        f"intake_{table}"
        for table in (
            *(*FROZEN, *SEALS, *CONTENT, *OF_RETENTION, *OF_RESTRICTIONS),
            *("edition", "intake", "qualitysample"),
        )
    }
    assert {one.table for one in triggers.TRIGGERS} == tried


def make_edition(call: Intake, status: str) -> Edition:
    copy = copy_edition(source=call.edition, agency=call.agency, at=NOW)
    Edition.objects.filter(pk=copy.pk).update(status=status, live_from=NOW)
    copy.refresh_from_db()
    return copy


def sql(value: object) -> str:
    """The value as a literal; keys are stored differently by the engines."""
    if isinstance(value, uuid.UUID):
        return f"'{value}'" if connection.vendor == "postgresql" else f"'{value.hex}'"
    return "NULL" if value is None else f"'{value}'"


def run(statement: str) -> int:
    """Carry the statement out and return the number of rows it touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def refused(statement: str, sentence: str) -> None:
    with pytest.raises(IntegrityError) as refusal:
        run(statement)
    assert sentence in str(refusal.value), statement


def of(table: str, edition: Edition) -> str:
    """The condition that selects one row of the edition's content."""
    key = f"edition_id = {sql(edition.pk)}"
    if table == "prompttext":
        key = f"prompt_id IN (SELECT id FROM intake_prompt WHERE {key})"
    return f"id = (SELECT id FROM intake_{table} WHERE {key} ORDER BY id LIMIT 1)"


def moved_to(edition: Edition, table: str) -> str:
    """A setting that moves a row of the table into the edition."""
    if table != "prompttext":
        return f"edition_id = {sql(edition.pk)}"
    return f"prompt_id = {sql(Prompt.objects.filter(edition=edition).earliest('key').pk)}"


# What makes an inserted copy differ from its source, so that no unique constraint is in the way.
AS_NEW = {
    "questionset": {"key": "'new'"},
    "promptpair": {"key": "'new'", "is_core": "FALSE"},
    "prompt": {"key": "'new'", "pair_id": "NULL", "side": "'open'"},
    "prompttext": {"language": "'fr'"},
}


def copied_row(table: str, edition: Edition) -> str:
    """A statement that inserts one of the edition's rows again, with another key."""
    values = (
        {name: f'"{name}"' for name in columns_of(table)}
        | {"id": sql(uuid.uuid4())}
        | AS_NEW[table]
    )
    columns = ", ".join(f'"{name}"' for name in values)
    return (
        f"INSERT INTO intake_{table} ({columns}) "
        f"SELECT {', '.join(values.values())} FROM intake_{table} WHERE {of(table, edition)}"
    )


@pytest.mark.parametrize("table", FROZEN)
def test_what_is_kept_is_neither_changed_nor_deleted(written: Intake, table: str) -> None:
    sentence = {
        "auditcheckpoint": "The audit is append-only.",
        "auditevent": "The audit is append-only.",
        "auditseal": "The audit is append-only.",
        "amendment": "An amendment stays as it was added.",
        "qualityrating": "A rating of a sample stays as it was given.",
        "sampledintake": "A sample stays as it was drawn.",
        "tablechange": "What was changed stays known.",
    }.get(table, "A submission is frozen.")
    before = rows(table)
    for column in columns_of(table):
        refused(f'UPDATE intake_{table} SET "{column}" = "{column}"', sentence)
    refused(f"DELETE FROM intake_{table}", sentence)
    assert before
    assert rows(table) == before


@pytest.mark.parametrize("table", SEALS)
def test_only_the_seal_of_a_reveal_and_of_a_key_changes(written: Intake, table: str) -> None:
    may_change, sentence = SEALS[table]
    before = rows(table)
    for column in {*columns_of(table)} - {may_change}:
        refused(f'UPDATE intake_{table} SET "{column}" = "{column}"', sentence)
    refused(f"DELETE FROM intake_{table}", sentence)
    assert run(f'UPDATE intake_{table} SET "{may_change}" = "{may_change}"') == 1
    assert rows(table) == before


def test_how_a_sample_was_drawn_is_not_changed(written: Intake) -> None:
    before = rows("qualitysample")
    for column in ("id", "agency_id", "month", "seed", "drawn_at"):
        refused(
            f'UPDATE intake_qualitysample SET "{column}" = "{column}"',
            "A sample stays as it was drawn.",
        )
    refused("DELETE FROM intake_qualitysample", "A sample stays as it was drawn.")
    assert before
    assert rows("qualitysample") == before


def columns_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, f"intake_{table}")
    return [one.name for one in described]


def rows(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM intake_{table} ORDER BY 1")
        return list(cursor.fetchall())


def test_the_audit_and_the_submissions_grow(worker: User, written: Intake) -> None:
    events = AuditEvent.objects.count()
    submit(worker, make_call(worker))
    assert AuditEvent.objects.count() > events
    assert Submission.objects.count() == 2


@pytest.mark.parametrize("status", PUBLISHED)
def test_a_published_edition_takes_nothing_in_and_gives_nothing_away(
    written: Intake, draft: Edition, status: str
) -> None:
    published = make_edition(written, status)
    for table in CONTENT:
        before = rows(table)
        here, there = of(table, published), of(table, draft)
        refused(copied_row(table, published), DOES_NOT_CHANGE)
        refused(f"UPDATE intake_{table} SET id = id WHERE {here}", DOES_NOT_CHANGE)
        refused(f"UPDATE intake_{table} SET {moved_to(draft, table)} WHERE {here}", DOES_NOT_CHANGE)
        inward = f"UPDATE intake_{table} SET {moved_to(published, table)} WHERE {there}"
        refused(inward, DOES_NOT_CHANGE)
        refused(f"DELETE FROM intake_{table} WHERE {here}", DOES_NOT_CHANGE)
        assert rows(table) == before


def test_a_draft_is_edited(draft: Edition) -> None:
    for table in CONTENT:
        assert run(copied_row(table, draft)) == 1
        assert run(f"UPDATE intake_{table} SET id = id WHERE {of(table, draft)}") == 1
    assert run(f"DELETE FROM intake_prompttext WHERE {of('prompttext', draft)}") == 1


CHANGES_OF_AN_EDITION = {
    "id": "id",
    "agency_id": "NULL",
    "number": "99",
    "copied_from_id": "NULL",
    "content_sha256": "'other'",
    "created_at": "'2020-01-01 00:00:00+00:00'",
    "live_from": "'2020-01-01 00:00:00+00:00'",
    "created_by_id": "NULL",
    "requested_by_id": "NULL",
    "requested_at": "NULL",
    "published_by_id": "NULL",
}


@pytest.mark.parametrize("status", PUBLISHED)
def test_every_column_of_a_published_edition_stands(agency: Agency, status: str) -> None:
    columns = {one.column for one in Edition._meta.concrete_fields}
    # A new column needs a case; a scheduled one may be called off.
    assert columns - {"status", "cancelled_at"} == CHANGES_OF_AN_EDITION.keys()
    here = f"WHERE id = {sql(empty_edition(agency, status).pk)}"
    for column, value in CHANGES_OF_AN_EDITION.items():
        refused(f"UPDATE intake_edition SET {column} = {value} {here}", DOES_NOT_CHANGE)
    refused(f"DELETE FROM intake_edition {here}", "A published edition is kept.")
    called_off = f"UPDATE intake_edition SET cancelled_at = '2020-01-01 00:00:00+00:00' {here}"
    if status != "scheduled":
        refused(called_off, "Only a scheduled edition is called off.")


HALVES = (
    """UPDATE intake_prompttext SET text = '' WHERE language = 'en' AND prompt_id =
       (SELECT id FROM intake_prompt WHERE {of} ORDER BY id LIMIT 1)""",
    """DELETE FROM intake_prompttext
       WHERE language = 'en' AND prompt_id IN (SELECT id FROM intake_prompt WHERE {of})""",
    "UPDATE intake_prompt SET is_removed = {true} WHERE pair_id IS NULL AND {of}",
    "UPDATE intake_promptpair SET is_core = {false}, is_removed = {true} WHERE {of}",
    "UPDATE intake_prompt SET pair_id = NULL, side = 'open' WHERE side = 'worry' AND {of}",
)


@pytest.mark.parametrize("status", PUBLISHED)
@pytest.mark.parametrize("missing", HALVES)
def test_only_a_whole_edition_is_published(draft: Edition, status: str, missing: str) -> None:
    booleans = {"true": "true", "false": "false"}
    publish = (
        f"UPDATE intake_edition SET live_from = created_at, status = '{status}'"
        f" WHERE id = {sql(draft.pk)}"
    )
    with transaction.atomic():
        assert run(missing.format(of=f"edition_id = {sql(draft.pk)}", **booleans)) > 0
        refused(publish, "Only a whole edition is published.")
        transaction.set_rollback(True)
    assert run(publish) == 1


def test_an_edition_only_moves_on(agency: Agency) -> None:
    onward = {"scheduled": PUBLISHED, "live": ("live", "retired"), "retired": ("retired",)}
    for before, allowed in onward.items():
        for after in Edition.Status.values:
            edition = empty_edition(agency, before)
            move = f"UPDATE intake_edition SET status = '{after}' WHERE id = {sql(edition.pk)}"
            if after in allowed:
                assert run(move) == 1, (before, after)
            else:
                refused(move, "A published edition only moves on: scheduled, live, retired.")


def empty_edition(agency: Agency, status: str) -> Edition:
    number = Edition.objects.count() + 1
    return Edition.objects.create(
        agency=agency, number=number, status=status, created_at=NOW, live_from=NOW
    )


@pytest.mark.parametrize("final", ["approved", "closed_no_report"])
def test_what_is_final_stays(worker: User, supervisor: User, written: Intake, final: str) -> None:
    reviews.claim_intake(actor=supervisor, intake_id=written.pk, at=NOW)
    about = f"WHERE id = {sql(written.pk)}"
    reason = "'mistake'" if final == "closed_no_report" else "''"
    assert run(f"UPDATE intake_intake SET status = '{final}', no_report_reason = {reason} {about}")
    for status in Intake.Status.values:
        if status == final:
            continue
        reason = "'mistake'" if status == "closed_no_report" else "''"
        setting = f"status = '{status}', no_report_reason = {reason}"
        refused(f"UPDATE intake_intake SET {setting} {about}", STAYS)


def test_no_intake_is_deleted(worker: User) -> None:
    for status in Intake.Status.values:
        call = make_call(worker)
        reason = "mistake" if status == "closed_no_report" else ""
        Intake.objects.filter(pk=call.pk).update(
            status=status, no_report_reason=reason, submitted_at=NOW
        )
        refused(f"DELETE FROM intake_intake WHERE id = {sql(call.pk)}", "Intakes are kept.")
