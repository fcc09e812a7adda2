"""Publishes a draft of the state's question sets: manage.py publish_state_edition 2."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from intake.actions.editions import publish_state_edition
from intake.errors import Refused


class Command(BaseCommand):
    """Agencies see what their copy lacks of it, and take changes over one by one."""

    help = "Publish a draft of the state's question sets; agencies keep their own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="the number of the state's edition")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            publish_state_edition(number=options["number"], at=timezone.now())
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"The state's edition {options['number']} is live.")
