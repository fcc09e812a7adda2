"""Write the JSON Schema of exported records."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand

from intake.exports.schema import make_schema

PATH = settings.BASE_DIR / "docs" / "submission.schema.json"


class Command(BaseCommand):
    """Run it after the worksheet changed; a test compares the file with what it would write."""

    help = "Write docs/submission.schema.json from the worksheet."

    def handle(self, *args: object, **options: object) -> None:
        PATH.write_text(json.dumps(make_schema(), indent=2) + "\n", encoding="utf-8")
