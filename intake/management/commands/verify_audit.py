"""Proves the audit and the submissions: manage.py verify_audit --kept checkpoints.jsonl."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from intake.models import AuditCheckpoint, AuditSeal, Submission
from intake.worksheet.audit_proof import find_faults

SHOWN = 100  # faults; what is more is counted


class Command(BaseCommand):
    """Names what was changed, removed, reordered or inserted; exits with 1 where anything was."""

    help = "Check the chain of the audit, its checkpoints, and every submission."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--kept",
            type=Path,
            help="checkpoints that were kept elsewhere, as audit_checkpoints printed them",
        )

    def handle(self, *args: object, **options: Any) -> None:
        path: Path | None = options["kept"]
        try:
            lines = path.read_text().splitlines() if path else []
        except (OSError, UnicodeDecodeError):
            raise CommandError(f"{path} cannot be read.") from None
        kept = [read(line) for line in lines if line.strip()]
        count = 0
        for sentence in find_faults(at=timezone.now(), kept=kept):
            count += 1
            if count <= SHOWN:
                self.stdout.write(sentence)
        if count:
            raise CommandError(f"{count} fault{'s' if count > 1 else ''} found.")
        last = AuditSeal.objects.order_by("-number").first()
        events = _counted(last.number if last else 0, "sealed event")
        checkpoints = _counted(AuditCheckpoint.objects.count(), "checkpoint")
        submissions = _counted(Submission.objects.count(), "submission")
        self.stdout.write(f"As they were: {events}, {checkpoints}, {submissions}.")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def read(line: str) -> AuditCheckpoint:
    """Return a checkpoint from a line of `audit_checkpoints`; raises CommandError for another."""
    try:
        told = json.loads(line)
        return AuditCheckpoint(
            number=int(told["number"]),
            sha256=str(told["sha256"]),
            at=datetime.fromisoformat(told["at"]),
            public_key=str(told["public_key"]),
            signature=str(told["signature"]),
        )
    except (ValueError, KeyError, TypeError):
        raise CommandError("The file holds a line that is no checkpoint.") from None
