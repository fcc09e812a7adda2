"""Counts submitted calls that no figure knows of yet: manage.py count_calls."""

from django.core.management.base import BaseCommand

from intake.actions.summaries import count_missing


class Command(BaseCommand):
    """Running it again finds nothing more; it may run while people work."""

    help = "Count the calls that were submitted before there were figures."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"{count_missing():,} calls were counted.")
