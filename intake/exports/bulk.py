"""Exports of a search result: made part by part by a worker, and the file that the parts make."""

import hashlib
import logging
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from io import RawIOBase
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from intake import worksheet
from intake.actions import exports
from intake.actions.exports import Made
from intake.exports.csv import csv_head, csv_line, export_row
from intake.exports.json import export_json
from intake.exports.pdf import ExportStamp, export_pdf
from intake.models import ExportItem, ExportJob, Submission
from intake.models.exports import ExportFailure, ExportKind, unseal_part

log = logging.getLogger(__name__)

# How many intakes are stored at a time: a PDF takes as long as a hundred lines.
BATCH = {ExportKind.PDF: 1, ExportKind.CSV: 50, ExportKind.JSONL: 50}
# How many parts are in memory at a time for a download.
READ_AT_ONCE = {ExportKind.PDF: 1, ExportKind.CSV: 100, ExportKind.JSONL: 20}
TYPES = {
    ExportKind.PDF: ("application/zip", "zip"),
    ExportKind.CSV: ("text/csv; charset=utf-8", "csv"),
    ExportKind.JSONL: ("application/x-ndjson", "jsonl"),
}
MANIFEST = "manifest.csv"
MANIFEST_COLUMNS = ("reference", "submission", "submission_sha256", "file", "file_sha256")
ZIP_PLAIN_UP_TO = (1 << 31) - 1  # bytes: beyond, zipfile writes longer entries

Tell = Callable[[], datetime]


class ExportGone(Exception):
    """Parts of an export went while it was read: what was sent of the file is not whole."""


def work_on_exports(*, seconds: float, now: Tell = timezone.now) -> bool:
    """Take the export that waits longest and work on it for so long; return whether there was one.

    What is not finished is given back, so that a worker can end between two turns and requesters
    take turns. Nothing is rendered inside a transaction; what was stored stays stored.
    """
    job = exports.take_export(at=now())
    if job is None:
        return False
    until = time.monotonic() + seconds
    with timezone.override(job.agency.zone):
        try:
            while _work_on(job, now):
                if time.monotonic() >= until:
                    exports.release_export(job=job, at=now())
                    break
        except (OperationalError, InterfaceError):
            raise  # the database is away: the export goes on once somebody finds it left alone
        except Exception:
            log.exception("Export %s failed", job.pk)
            exports.fail_export(job=job, failure=ExportFailure.ERROR, at=now())
    return True


def _work_on(job: ExportJob, now: Tell) -> bool:
    """Make and store the next parts; return whether to go on."""
    items = exports.next_items(job, count=BATCH[ExportKind(job.kind)])
    if not items:
        return False  # cancelled meanwhile
    made = [_check_naming(_make(job, item)) for item in items]
    return exports.store_parts(job=job, made=made, at=now())


def _check_naming(made: Made) -> Made:
    """Note whether what was made seems to name the reporting party, who is in no export."""
    sheet = worksheet.from_json(made.submission.content.text)
    state = worksheet.build_party_state(made.item.intake, sheet)
    return replace(made, is_naming=bool(state.places) or state.is_unchecked)


def _make(job: ExportJob, item: ExportItem) -> Made:
    """Return what the file is to hold of an intake: always of its latest submission."""
    submission = (
        Submission.objects.select_related("content", "author")
        .filter(intake=item.intake_id)
        .latest("number")
    )
    if job.kind == ExportKind.CSV:
        count = item.intake.amendments.count()
        decided = item.intake.reviews.filter(own_screening__isnull=False).exclude(outcome="")
        own = decided.select_related("own_screening").last()
        row = export_row(intake=item.intake, submission=submission, amendments=count, own=own)
        return Made(item, submission, row)
    if job.kind == ExportKind.JSONL:
        return Made(item, submission, export_json(submission) + b"\n")
    # The time is the export's, so that a part made after a worker was killed is the same.
    stamp = ExportStamp(by=job.requested_by.display_name, at=job.requested_at, copy_id=str(item.pk))
    content = export_pdf(intake=item.intake, submission=submission, stamp=stamp)
    return Made(item, submission, content, hashlib.sha256(content).hexdigest())


def file_name(job: ExportJob) -> str:
    """Return the name under which the file is saved; it tells when it was asked for."""
    at = job.requested_at.astimezone(job.agency.zone)
    return f"intakes-{at:%Y-%m-%d-%H%M%S}.{TYPES[ExportKind(job.kind)][1]}"


def content_type(job: ExportJob) -> str:
    """Return the media type of the file."""
    return TYPES[ExportKind(job.kind)][0]


def file_size(job: ExportJob) -> int | None:
    """Return how many bytes `stream_file` gives, or None where that is not known before.

    A browser that was told it knows when a file did not come whole.
    """
    sizes = list(job.parts.values_list("size", "item__intake__reference"))
    content = sum(size for size, _ in sizes)
    if job.kind == ExportKind.CSV:
        return len(csv_head()) + content
    if job.kind == ExportKind.JSONL:
        return content
    names = [_pdf_name(reference) for _, reference in sizes] + [MANIFEST]
    # Local header and descriptor, entry of the directory, and its end (APPNOTE 4.3).
    frame = sum(30 + 16 + 46 + 2 * len(name) for name in names) + 22
    size = content + len(_manifest(job)) + frame
    return size if size < ZIP_PLAIN_UP_TO else None


def stream_file(job: ExportJob) -> Iterator[bytes]:
    """Give the file of a finished export piece by piece; memory stays flat.

    Raises ExportGone where parts are missing: a file that is not whole must not look whole.
    """
    if job.kind == ExportKind.PDF:
        yield from _stream_zip(job)
        return
    if job.kind == ExportKind.CSV:
        yield csv_head()
    for _, content in _contents(job):
        yield content


def _contents(job: ExportJob) -> Iterator[tuple[str, bytes]]:
    """Give (reference, content) of every part in order, some read at a time."""
    at_once, position, count = READ_AT_ONCE[ExportKind(job.kind)], 0, 0
    # As plain values: a part and its item would hold each other in memory.
    parts = job.parts.order_by("item__position").values_list(
        "item__position", "item__intake__reference", "id", "sealed"
    )
    while True:
        some = list(parts.filter(item__position__gt=position)[:at_once])
        for place, reference, key, sealed in some:
            yield reference, unseal_part(key, bytes(sealed))
            position, count = place, count + 1
        if len(some) < at_once:
            break
    if count != job.written:
        raise ExportGone


class _Pipe(RawIOBase):
    """What zipfile writes to: keeps it until it is taken, and cannot go back."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken, self.pieces = b"".join(self.pieces), []
        return taken


def _stream_zip(job: ExportJob) -> Iterator[bytes]:
    """Give the zip: PDFs as they are, since they are compressed already, and the manifest."""
    pipe = _Pipe()
    made = job.requested_at.astimezone(job.agency.zone).timetuple()[:6]
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for reference, content in _contents(job):
            archive.writestr(zipfile.ZipInfo(_pdf_name(reference), made), content)
            yield pipe.take()
        archive.writestr(zipfile.ZipInfo(MANIFEST, made), _manifest(job))
        yield pipe.take()
    yield pipe.take()


def _manifest(job: ExportJob) -> bytes:
    """Return the table of what the zip holds, by which each file can be checked."""
    lines = [csv_line(MANIFEST_COLUMNS)]
    rows = job.parts.order_by("item__position").values_list(
        "item__intake__reference", "item__submission__number", "item__submission__sha256", "sha256"
    )
    for reference, number, submission, file in rows:
        lines.append(csv_line((reference, str(number), submission, _pdf_name(reference), file)))
    return b"".join(lines)


def _pdf_name(reference: str) -> str:
    return f"intake-{reference}.pdf"
