"""Load the shipped question sets, response options and agency tables."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from intake.actions.agency_tables import load_tables
from intake.actions.question_sets import load_question_sets, load_response_options


def read_fixtures() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the shipped question sets and response options from `fixtures/`."""
    folder = settings.BASE_DIR / "fixtures"
    options: list[dict[str, Any]] = []
    sets: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if path.name == "response_options.json":
            options = content
        else:
            sets.append(content)
    return sorted(sets, key=lambda one: int(one["position"])), options


def read_tables() -> dict[str, list[dict[str, Any]]]:
    """Return the shipped tables that every agency begins with, by name."""
    folder = settings.BASE_DIR / "fixtures" / "agency"
    names = {
        "rules": "cross_report_rules",
        "services": "services",
        "copy_out": "copy_out",
        "jargon": "jargon",
        "retention": "retention",
    }
    return {
        name: json.loads((folder / f"{file}.json").read_text(encoding="utf-8"))
        for name, file in names.items()
    }


class Command(BaseCommand):
    """Publishes edition 1 of the state, and of every agency that has none; safe to run again."""

    help = "Load the shipped question sets and tables; running it again changes nothing."

    def handle(self, *args: object, **options: object) -> None:
        sets, response_options = read_fixtures()
        made = load_question_sets(sets=sets, at=timezone.now()).made
        made += load_response_options(options=response_options).made
        made += load_tables(**read_tables())
        for sentence in made or ["Everything was loaded already."]:
            self.stdout.write(sentence)
