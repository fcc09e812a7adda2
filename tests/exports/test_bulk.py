"""The files of exports: whole, checkable, without the reporting party, and flat in memory."""

import csv
import hashlib
import io
import json
import tracemalloc
import uuid
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from pypdf import PdfReader

from intake.actions import amendments, exports, reviews
from intake.exports import bulk
from intake.exports.csv import COLUMNS, csv_line
from intake.exports.json import export_json
from intake.models import (
    AuditEvent,
    ExportItem,
    ExportJob,
    ExportPart,
    Intake,
    Submission,
    SubmissionContent,
    User,
)
from intake.models.exports import ExportKind
from intake.models.question_sets import FACTORS
from intake.search import Criteria
from tests.factory import NOW, core_prompt, make_call, put, submit

CANARY = {
    "reporter.name": "Zebulon Quillfeather",
    "reporter.phone": "555-0177",
    "reporter.callback_number": "555-0178",
    "reporter.address": "9 Ottoline Mews",
}


def make(supervisor: User, kind: str, criteria: Criteria | None = None) -> ExportJob:
    """A finished export, made as the worker makes it."""
    asked = exports.request_export(
        actor=supervisor, kind=kind, criteria=criteria or Criteria(), at=NOW
    )
    assert bulk.work_on_exports(seconds=600)
    assert not bulk.work_on_exports(seconds=600)
    asked.refresh_from_db()
    assert asked.status == "done"
    return asked


def read(job: ExportJob) -> bytes:
    """The file, whose size was told before."""
    content = b"".join(bulk.stream_file(job))
    assert bulk.file_size(job) == len(content)
    return content


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def told(worker: User) -> list[Intake]:
    """Two submitted calls with words and a reporting party, the newest first."""
    made = []
    for number in range(2):
        call = make_call(worker, NOW + timedelta(minutes=number))
        put(worker, call, "narrative.text", f"Story {number} of Şükrü and 李雷.")
        put(worker, call, f"answer.{core_prompt(call).pk}.text", f"Worry {number}\nsince May")
        for name, text in CANARY.items():
            put(worker, call, name, text)
        submit(worker, call, NOW + timedelta(minutes=number))
        made.append(call)
    return made[::-1]


def test_json_lines_are_the_bytes_that_were_hashed(told: list[Intake], supervisor: User) -> None:
    lines = read(make(supervisor, "jsonl")).split(b"\n")
    assert lines.pop() == b""
    for line, intake in zip(lines, told, strict=True):
        submission = Submission.objects.get(intake=intake)
        assert line == export_json(submission)
        assert hashlib.sha256(line).hexdigest() == submission.sha256


def test_the_zip_holds_a_pdf_each_and_a_manifest(told: list[Intake], supervisor: User) -> None:
    job = make(supervisor, "pdf")
    with zipfile.ZipFile(BytesIO(read(job))) as archive:
        assert archive.testzip() is None
        names = [f"intake-{one.reference}.pdf" for one in told]
        assert archive.namelist() == [*names, "manifest.csv"]
        manifest = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode())))
        for row, intake, number in zip(manifest, told, (1, 0), strict=True):
            pdf = archive.read(f"intake-{intake.reference}.pdf")
            assert row == {
                "reference": intake.reference,
                "submission": "1",
                "submission_sha256": Submission.objects.get(intake=intake).sha256,
                "file": f"intake-{intake.reference}.pdf",
                "file_sha256": hashlib.sha256(pdf).hexdigest(),
            }
            text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
            assert f"Story {number} of Şükrü" in text
            assert str(job.items.get(intake=intake).pk) in text  # the copy's id, as in the audit
            assert "exported by Supervisor" in text
            assert "09:30 PST" in text  # the agency's time
    assert bulk.file_name(job) == "intakes-2026-03-02-093000.zip"


def test_the_table_has_a_row_each(told: list[Intake], supervisor: User, worker: User) -> None:
    content = read(make(supervisor, "csv"))
    assert content.startswith(b"\xef\xbb\xbfreference,status,")
    assert content.count(b"\r\n") == 3  # lines within a cell end in LF
    table = rows(content)
    assert [row["reference"] for row in table] == [one.reference for one in told]
    assert list(table[0]) == list(COLUMNS)
    row = table[1]
    assert row["status"] == "Submitted"
    assert row["call_started_at"] == "2026-03-02T09:30:00-08:00"
    assert row["submitted_at"] == "2026-03-02T09:30:00-08:00"
    assert row["screening_decision"] == "In-person response"
    assert row["danger_now"] == "Don't know"
    assert row["concerns"] == "General neglect"
    assert (row["children"], row["entered_in_error"], row["amendments"]) == ("1", "No", "0")
    assert row["social_connections_worry"] == "Worry 0\nsince May"
    assert row["social_connections_worry_asked"].startswith("Not asked: ")
    assert "Answered: 1; Doesn't know: 0; Declined: 0" in row["social_connections_worry_asked"]
    assert row["social_connections_working_well"] == ""
    assert row["submission_sha256"] == Submission.objects.get(intake=told[1]).sha256
    assert "Story" not in content.decode()  # a narrative does not fit into a cell


def test_the_table_tells_what_came_after(
    told: list[Intake], supervisor: User, worker: User
) -> None:
    """The status is the intake's; the words are the submission's."""
    intake = told[0]
    reviews.claim_intake(actor=supervisor, intake_id=intake.pk, at=NOW)
    reviews.approve_intake(actor=supervisor, intake_id=intake.pk, at=NOW)
    amendments.amend_intake(
        actor=supervisor, intake_id=intake.pk, reason="Told", text="Later", at=NOW
    )
    row = rows(read(make(supervisor, "csv", Criteria(status="approved"))))[0]
    assert (row["status"], row["amendments"]) == ("Approved", "1")


def test_what_was_heard_stands_with_the_answers(worker: User, supervisor: User) -> None:
    call = make_call(worker)
    put(worker, call, "narrative.text", "Nobody visits. The aunt cooks.")
    heard: Any = {"factor": "social_connections", "side": "worry"}
    put(worker, call, f"heard.{uuid.uuid4()}.text", "Nobody visits.", **heard)
    submit(worker, call)
    row = rows(read(make(supervisor, "csv")))[0]
    assert row["social_connections_worry"] == "Heard: Nobody visits."


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_taken_for_a_formula(worker: User, supervisor: User, start: str) -> None:
    call = make_call(worker)
    put(worker, call, f"answer.{core_prompt(call).pk}.text", f"{start}HYPERLINK(1)")
    submit(worker, call)
    row = rows(read(make(supervisor, "csv")))[0]
    stored = start.replace("\r", "\n")  # as text is cleaned on its way in
    assert row["social_connections_worry"] == f"'{stored}HYPERLINK(1)"


def test_a_line_is_made_harmless_cell_by_cell() -> None:
    assert csv_line(["a", "=1", "\rx", 'say "-"', "1-2"]) == (b'a,\'=1,"\'\rx","say ""-""",1-2\r\n')


def test_the_factors_are_those_of_every_edition(told: list[Intake]) -> None:
    content = json.loads(SubmissionContent.objects.all()[0].text)
    assert tuple(one["key"] for one in content["sections"] if one["kind"] == "factor") == FACTORS


@pytest.mark.parametrize("kind", ["pdf", "csv", "jsonl"])
def test_the_reporting_party_is_in_none_of_it(
    told: list[Intake], supervisor: User, kind: str
) -> None:
    """Neither in the file, nor in the rows of the export, nor in the audit."""
    job = make(supervisor, kind)
    content = read(job)
    if kind == "pdf":
        with zipfile.ZipFile(BytesIO(content)) as archive:
            pdfs = [name for name in archive.namelist() if name.endswith(".pdf")]
            content += "".join(
                page.extract_text()
                for name in pdfs
                for page in PdfReader(BytesIO(archive.read(name))).pages
            ).encode()
    kept = [*ExportJob.objects.values(), *ExportItem.objects.values(), *ExportPart.objects.values()]
    audit = list(AuditEvent.objects.values())
    everything = content.decode("utf-8", errors="replace") + repr(kept) + repr(audit)
    for text in CANARY.values():
        for word in text.split():
            assert len(word) < 3 or word not in everything, word


def test_the_latest_submission_is_written_and_never_live_rows(
    worker: User, supervisor: User, told: list[Intake]
) -> None:
    intake = told[0]
    Intake.objects.filter(pk=intake.pk).update(status="returned")
    put(worker, intake, "narrative.text", "Unsent words.", base=1)
    content = read(make(supervisor, "jsonl"))
    assert b"Unsent words" not in content
    assert b"Story 1" in content


def test_what_is_missing_makes_no_file(told: list[Intake], supervisor: User) -> None:
    """A part that goes while the file is read ends it with an error, not as if it were whole."""
    for kind in ExportKind.values:
        job = make(supervisor, kind)
        stream = bulk.stream_file(job)
        assert next(stream)
        exports.delete_export(actor=supervisor, job_id=job.pk, at=NOW)
        with pytest.raises(bulk.ExportGone):
            list(stream) and list(bulk.stream_file(job))


def test_memory_stays_flat(told: list[Intake], supervisor: User) -> None:
    """A zip of 60 MB is given in pieces of which few are in memory at a time."""
    job = make(supervisor, "pdf")
    first = job.items.order_by("position")[0]
    assert first.submission is not None
    content = bytes(1_000_000)
    for number in range(60):
        intake = Intake.objects.get(pk=first.intake_id)
        intake.pk, intake.reference = uuid.uuid4(), f"x-{number}"
        intake.save(force_insert=True)
        item = ExportItem.objects.create(
            job=job, position=10 + number, intake=intake, submission=first.submission
        )
        part = ExportPart(job=job, item=item, sha256="0" * 64)
        part.write(content)
        part.save()
    ExportJob.objects.filter(pk=job.pk).update(total=62, done=62)
    job.refresh_from_db()
    del content
    tracemalloc.start()
    size = sum(len(piece) for piece in bulk.stream_file(job))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 60_000_000
    assert bulk.file_size(job) == size
    assert peak < 12_000_000


def test_a_turn_ends_and_the_next_goes_on(told: list[Intake], supervisor: User) -> None:
    job = exports.request_export(actor=supervisor, kind="pdf", criteria=Criteria(), at=NOW)
    assert bulk.work_on_exports(seconds=0)
    job.refresh_from_db()
    assert (job.status, job.done, job.runner) == ("running", 1, None)
    assert bulk.work_on_exports(seconds=0)
    job.refresh_from_db()
    assert (job.status, job.done) == ("done", 2)


def test_what_cannot_be_read_fails_the_export_in_words(
    told: list[Intake], supervisor: User, caplog: pytest.LogCaptureFixture
) -> None:
    job = exports.request_export(actor=supervisor, kind="csv", criteria=Criteria(), at=NOW)
    submission = Submission.objects.get(intake=told[0])
    submission.pk, submission.number = uuid.uuid4(), 2
    submission.save(force_insert=True)
    # As a later release would write it.
    SubmissionContent.objects.create(submission=submission, text='{"schema_version": 99}')
    assert bulk.work_on_exports(seconds=600)
    job.refresh_from_db()
    assert (job.status, job.failure) == ("failed", "error")
    assert not ExportPart.objects.exists()
    assert f"Export {job.pk} failed" in caplog.text


def test_a_database_that_is_away_fails_nothing(told: list[Intake], supervisor: User) -> None:
    """The run ends; whoever finds the export left alone goes on with it."""
    job = exports.request_export(actor=supervisor, kind="csv", criteria=Criteria(), at=NOW)
    moments = iter([timezone.now()])

    def away() -> object:
        for moment in moments:
            return moment
        raise OperationalError

    with pytest.raises(OperationalError):
        bulk.work_on_exports(seconds=600, now=away)  # type: ignore[arg-type]
    job.refresh_from_db()
    assert (job.status, job.done) == ("running", 0)
    later = timezone.now() + timedelta(minutes=2)
    assert bulk.work_on_exports(seconds=600, now=lambda: later)
    job.refresh_from_db()
    assert job.status == "done"
