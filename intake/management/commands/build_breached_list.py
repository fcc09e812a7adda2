"""`manage.py build_breached_list`: a larger list of passwords that nobody may choose."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from intake.passwords import digests_of, normalised, write_list


class Command(BaseCommand):
    """Reads passwords, or their SHA-1 hashes, and writes the file for BREACHED_PASSWORDS."""

    help = "Make a list of breached passwords from a file of passwords or of their SHA-1 hashes."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, help="a password or a hash on each line")
        parser.add_argument("to", type=Path, help="the file that BREACHED_PASSWORDS will name")
        parser.add_argument(
            "--hashes",
            action="store_true",
            help="the lines are SHA-1 hashes in order, a colon and a count may follow",
        )
        parser.add_argument(
            "--least", type=int, default=1, help="leave out what was seen less often"
        )
        parser.add_argument("--shortest", type=int, default=12, help="leave out shorter passwords")
        parser.add_argument("--width", type=int, default=4, choices=range(1, 19))

    def handle(self, *args: Any, **options: Any) -> None:
        half = options["to"].with_suffix(".part")
        try:
            with options["source"].open(errors="replace") as source, half.open("w+b") as file:
                if options["hashes"]:
                    digests = _hashes(source, options["least"])
                else:
                    lines = (normalised(line.rstrip("\r\n")) for line in source)
                    digests = digests_of(one for one in lines if len(one) >= options["shortest"])
                count = write_list(file, digests, width=options["width"])
            half.replace(options["to"])
        except (OSError, ValueError) as error:
            half.unlink(missing_ok=True)
            raise CommandError(f"Nothing was written. {error}") from None
        self.stdout.write(f"{options['to']} has {count} passwords.")


def _hashes(source: TextIO, least: int) -> Iterator[bytes]:
    for line in source:
        found, _, count = line.strip().partition(":")
        if found and int(count or least) >= least:
            yield bytes.fromhex(found)
