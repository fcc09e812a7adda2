"""Every column that the key ring seals, in one list: what a change of keys has to seal anew."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from intake.crypto import Place
from intake.models.answers import FieldRevision
from intake.models.exports import ExportPart
from intake.models.outbox import OutboxKey
from intake.models.parties import Reporter
from intake.models.reporting_party import ReporterReveal
from intake.models.submissions import SubmissionReporterKey


@dataclass(frozen=True)
class SealedTable:
    """A model with sealed columns, and what the value of a column in one of its rows is bound to.

    `needs` are the other columns that `place` reads.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    place: Callable[[Any, str], Place]
    needs: tuple[str, ...] = ()


def _of(table: str) -> Callable[[Any, str], Place]:
    return lambda row, column: {"table": table, "row": row.pk, "field": column}


def _of_revision(row: FieldRevision, _: str) -> Place:
    """An earlier text opens at the place of the field that it came from."""
    noun, _, column = row.field.partition(".")
    return {"table": noun, "row": row.row, "field": column}


SEALED_TABLES = (
    SealedTable(Reporter, Reporter.SEALED, _of("reporter")),
    SealedTable(FieldRevision, ("sealed",), _of_revision, needs=("row", "field")),
    SealedTable(SubmissionReporterKey, ("sealed",), _of("submission_reporter_key")),
    SealedTable(ReporterReveal, ("words",), _of("reporter_reveal")),
    SealedTable(OutboxKey, ("sealed",), _of("outbox_key")),
    SealedTable(ExportPart, ("sealed",), _of("export_part")),
)

# Sealed too, but not by the ring: each has a key of its own, which is in the list above.
OWN_KEYS = (("intake_submissionreporter", "sealed"),)
