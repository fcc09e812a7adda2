"""Sets a policy of an agency: manage.py set_policy example idle_lock_minutes 10."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from intake.actions.people import POLICIES, set_policy
from intake.errors import InvalidValue


class Command(BaseCommand):
    """`allows_own_review yes` lets a supervisor review what they took themselves."""

    help = "Set a policy of an agency."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the agency's short name")
        parser.add_argument("policy", choices=POLICIES)
        parser.add_argument("value", help="a number, a text, or yes or no")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            agency = set_policy(
                agency_slug=options["slug"],
                name=options["policy"],
                value=options["value"],
                at=timezone.now(),
            )
        except InvalidValue as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"{agency.name}: {options['policy']} is {options['value']} from now on.")
