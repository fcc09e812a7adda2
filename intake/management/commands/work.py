"""Work the queue of background jobs."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from intake.jobs import (
    queue_exports,
    schedule_housekeeping,
    schedule_look,
    schedule_notice_mails,
    schedule_sealing,
)


class Command(BaseCommand):
    """Runs until it is told to stop; several may run beside each other."""

    help = "Work the background jobs until stopped; --batch ends when the queue is empty."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        schedule_housekeeping()
        schedule_look()
        schedule_sealing()
        queue_exports()  # what a killed worker left, without waiting for the look
        schedule_notice_mails()
        call_command("db_worker", batch=options["batch"], interval=1, reload=False)
