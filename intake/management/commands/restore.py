"""Puts a backup back: manage.py restore FILE --identity key.txt, into an empty database."""

import os
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from intake.backups import putting_back
from intake.backups.archive import BackupBroken
from intake.backups.engines import EngineFailed
from intake.errors import NotPossibleNow
from intake.management.commands.backup import (
    add_reading_arguments,
    identities_of,
    read_or_refuse,
    signers_of,
)

SHOWN = 100  # sentences
MOST = 10_000  # faults that are counted


class Command(BaseCommand):
    """Reads the backup twice: once to see that it is whole, once to put it in. Then proves it."""

    help = "Put a backup into an empty database, and compare every row count and every hash."
    requires_system_checks = ()  # they ask for what is not there yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        add_reading_arguments(parser)

    def handle(self, *args: object, **options: Any) -> None:
        path: Path = options["file"]
        os.umask(0o077)  # a database that is a file (SQLite) is its owner's alone
        try:
            putting_back.refuse_unless_empty()
            backup = read_or_refuse(path, options)
            putting_back.check_fits(backup.manifest)
        except NotPossibleNow as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(
            f"{path.name} is whole and signed, of {backup.made_at:%Y-%m-%d %H:%M} UTC."
        )
        for name in putting_back.lacking_keys(backup.manifest):
            self.stdout.write(
                f"ENCRYPTION_KEYS lacks the key '{name}', which it held then: what is sealed with "
                "it cannot be read, and is counted as a fault below."
            )
        try:
            found = putting_back.load(
                path, identities=identities_of(options), signers=signers_of(options)
            )
        except (EngineFailed, BackupBroken) as error:
            raise CommandError(f"Nothing was put back: {error}") from None
        if found:
            self._show(found)
            raise CommandError(
                f"What was put in differs from what the backup told in {len(found):,} ways. Let "
                "nobody work with this database; keep the file, and take another backup."
            )
        ended = putting_back.begin_anew()
        faults = list(islice(putting_back.prove(backup.manifest), MOST))
        putting_back.note(backup, at=timezone.now())
        tables = backup.manifest["tables"]
        self.stdout.write(
            f"Put back and compared: {sum(tables.values()):,} rows in {len(tables)} tables and the "
            f"hashes of {backup.submissions:,} submissions. {ended:,} sessions were ended: "
            "everybody signs in anew. What was expunged since "
            f"{backup.made_at:%Y-%m-%d %H:%M} UTC is there again: before anybody works, run "
            "manage.py expunctions --again with the list that lies elsewhere."
        )
        if faults:
            self._show(faults)
            raise CommandError(
                f"All is as it was when the backup was made, but of that {len(faults):,} "
                f"thing{'s are' if len(faults) > 1 else ' is'} not proved (see above)."
            )
        self.stdout.write("The audit's chain, every submission and every trigger are proved.")

    def _show(self, sentences: list[str]) -> None:
        for sentence in sentences[:SHOWN]:
            self.stdout.write(sentence)
