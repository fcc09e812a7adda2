"""Lists what was expunged, and does it again after a restore: manage.py expunctions --again."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from intake.actions.retention import expunge_again
from intake.errors import NotPossibleNow
from intake.management.commands.apply_retention import tidy
from intake.models import Agency, Intake
from intake.search.index import clean_names
from intake.worksheet.retention import ToldExpunction, list_expunctions

COUNT = "expunctions"  # of the last line of a list: how many stand before it


class Command(BaseCommand):
    """One line of JSON for each, and one that counts them, so that a list that was cut shows it."""

    help = "List every expunction, or carry those of a list out again in a restored database."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--to", type=Path, help="write the list into this file")
        what.add_argument("--again", type=Path, help="a list: expunge again what it tells of")

    def handle(self, *args: object, **options: Any) -> None:
        if options["again"]:
            self._do_again(options["again"])
        elif options["to"]:
            count = write(options["to"], lines())
            self.stdout.write(f"{count - 1:,} expunctions are in {options['to']}.")
        else:
            for line in lines():
                self.stdout.write(line)

    def _do_again(self, path: Path) -> None:
        """Expunge what the list tells of, each in a transaction; ends with an error for a refusal.

        May be killed at any point, and run again.
        """
        listed = read(path)
        became: Counter[str] = Counter()
        for told in listed:
            try:
                is_new = expunge_again(told=told, at=timezone.now())
                became["again" if is_new else "already"] += 1
            except Intake.DoesNotExist:
                became["absent"] += 1
            except NotPossibleNow as refusal:
                became["refused"] += 1
                self.stdout.write(refusal.sentence)
        gone = Intake.objects.filter(pk__in=[one.intake for one in listed])
        for agency in Agency.objects.filter(pk__in=gone.values("agency")):
            with transaction.atomic():
                clean_names(agency)
        tidy()
        self.stdout.write(
            f"Of {len(listed):,} expunctions {became['again']:,} were carried out again, "
            f"{became['already']:,} stood already, and {became['absent']:,} are of records that "
            "are not in this database."
        )
        if became["refused"]:
            raise CommandError(
                f"{became['refused']:,} of the list could not be carried out again (see above): "
                "their content is there. Do what is said, and run this again, before anybody works."
            )


def lines() -> Iterator[str]:
    """Yield the list, line by line: ids, references and times, nothing that a record said."""
    count = 0
    for one in list_expunctions():
        count += 1
        told = {
            "intake": str(one.intake),
            "reference": one.reference,
            "at": one.at.astimezone(UTC).isoformat(),
            "kind": one.kind,
            "asked": str(one.asked),
            "confirmed": str(one.confirmed),
        }
        yield json.dumps(told)
    yield json.dumps({COUNT: count})


def write(path: Path, some: Iterable[str]) -> int:
    """Write lines into a file of the owner's alone, whole or not at all; return how many."""
    unfinished = path.with_name(f".{path.name}.part")
    count = 0
    try:
        opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "w") as file:
            for line in some:
                file.write(f"{line}\n")
                count += 1
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise CommandError(
            f"The list was not written ({error.strerror}). What {path} held before is as it was."
        ) from None
    return count


def read(path: Path) -> list[ToldExpunction]:
    """Return what a list tells; several may stand in a file. Raises CommandError for another file.

    Each ends with its count, so that one that was cut is refused before anything is done.
    """
    try:
        told = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        found: list[ToldExpunction] = []
        counted = 0
        for one in told:
            if COUNT not in one:
                found.append(_told(one))
                continue
            if one[COUNT] != len(found) - counted:
                raise ValueError(COUNT)
            counted = len(found)
        if not told or COUNT not in told[-1]:
            raise ValueError(COUNT)
    except OSError:
        raise CommandError(f"{path} cannot be read. Nothing was changed.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CommandError(
            f"{path} is no whole list of expunctions. Nothing was changed: take another copy of it."
        ) from None
    return found


def _told(one: dict[str, Any]) -> ToldExpunction:
    at = datetime.fromisoformat(one["at"])
    if at.tzinfo is None or one["kind"] not in ("court", "retention"):
        raise ValueError(one)
    return ToldExpunction(
        intake=UUID(one["intake"]),
        reference=str(one["reference"]),
        at=at,
        kind=one["kind"],
        asked=UUID(one["asked"]),
        confirmed=UUID(one["confirmed"]),
    )
