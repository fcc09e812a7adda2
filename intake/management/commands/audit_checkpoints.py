"""Prints the signed checkpoints of the audit, to be kept on another machine."""

import json
from datetime import UTC
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from intake.models import AuditCheckpoint


class Command(BaseCommand):
    """One line of JSON for each; --after leaves out what was shipped before."""

    help = "Print the checkpoints of the audit, one line of JSON for each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--after", type=int, default=0, help="the last seal that was shipped")

    def handle(self, *args: object, **options: Any) -> None:
        for one in AuditCheckpoint.objects.filter(number__gt=options["after"]):
            told = {
                "number": one.number,
                "sha256": one.sha256,
                "at": one.at.astimezone(UTC).isoformat(),
                "public_key": one.public_key,
                "signature": one.signature,
            }
            self.stdout.write(json.dumps(told))
