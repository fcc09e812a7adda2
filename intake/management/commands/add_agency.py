"""Adds an agency: manage.py add_agency example "Example County"."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from intake.actions.people import add_agency
from intake.errors import InvalidValue


class Command(BaseCommand):
    """`load_question_sets` gives it its question sets afterwards."""

    help = "Add an agency."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="a short name without spaces")
        parser.add_argument("name", help="the name that people see")
        parser.add_argument("--time-zone", default="America/Los_Angeles")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            agency = add_agency(
                name=options["name"],
                slug=options["slug"],
                time_zone=options["time_zone"],
                at=timezone.now(),
            )
        except InvalidValue as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"{agency.name} was added. Next: load_question_sets, add_user.")
