"""Make intakes findable that are not yet: after an upgrade, or where rows were loaded."""

from typing import Any

from django.core.management.base import BaseCommand

from intake.search.index import index_missing


class Command(BaseCommand):
    """Running it again does nothing; it may be stopped and started at any moment."""

    help = "Index the words, names and addresses of intakes that search does not find yet."

    def handle(self, *args: Any, **options: Any) -> None:
        count = index_missing()
        self.stdout.write(f"{count} intakes were indexed." if count else "Nothing to index.")
