"""Seals everything under the key ring's first key: manage.py rotate_keys, while it is in use."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from intake.actions.keys import (
    BATCH,
    MISSING,
    Unopened,
    count_by_key,
    count_frozen,
    reseal,
)

PASSES = 20  # a row that is written all the time is left to the next run
SHOWN = 20  # values that do not open; what is more is counted


class Command(BaseCommand):
    """Seals in small batches; may be killed and begun again. Exits with 1 where something is left.

    `--check` changes nothing and says which keys of the ring may be removed.
    """

    help = "Seal what older keys sealed under the first key of ENCRYPTION_KEYS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say what each key holds")
        parser.add_argument("--batch", type=int, default=BATCH, help="rows locked at a time")

    def handle(self, *args: object, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch must be 1 or more.")
        unopened = set() if options["check"] else self._rotate(options["batch"])
        self._tell(count_by_key(), Counter(one.key for one in unopened))

    def _rotate(self, batch: int) -> set[Unopened]:
        """Seal all anew that opens; return what does not, of which it names the first."""
        done = 0
        unopened: set[Unopened] = set()
        for _ in range(PASSES):
            before = done
            for one in reseal(batch=batch):
                if isinstance(one, Unopened):
                    unopened.add(one)
                else:
                    done += one
            if done == before:
                break
            self.stdout.write(f"{done:,} sealed anew, {_left():,} left.")
        for each in sorted(unopened, key=str)[:SHOWN]:
            self.stdout.write(f"Does not open: {each.table} {each.row} {each.column}.")
        if len(unopened) > SHOWN:
            self.stdout.write(f"… and {len(unopened) - SHOWN:,} more.")
        self.stdout.write(f"{done:,} sealed anew in all.")
        return unopened

    def _tell(self, counts: dict[str, int], unopened: Counter[str]) -> None:
        """Say what each key holds; ends with an error that says what to do where one cannot go."""
        first, *older = settings.ENCRYPTION_KEYS
        frozen = count_frozen()
        self.stdout.write(f"{first}: {counts[first]:,} values. It seals; keep it.")
        for name in older:
            may = f"{counts[name]:,} values need it. Keep it."
            if not counts[name]:
                may = "nothing needs it. Once every process has the ring as it is now, it may go."
            elif counts[name] == unopened[name]:
                may = f"{counts[name]:,} values, none of which opens. Nothing else needs it."
            self.stdout.write(f"{name}: {may}")
        wrong = []
        if counts[MISSING]:
            wrong.append(
                f"{counts[MISSING]:,} values were sealed by a key that is not in the ring. They "
                "are kept, and nobody can read them: put that key back at the end of "
                "ENCRYPTION_KEYS and run this again."
            )
        if damaged := sum(unopened[name] for name in older):
            wrong.append(
                f"{damaged:,} values do not open with the key that sealed them: they are damaged, "
                "and were left as they are. Put those rows back from a backup and run this again, "
                "or keep the old key."
            )
        if kept := sum(frozen[name] for name in older):
            wrong.append(
                f"{kept:,} frozen reporting parties of submissions have an older key and cannot "
                "be sealed anew: keep it."
            )
        if any(counts[name] > unopened[name] + frozen[name] for name in older):
            wrong.append("Something is sealed by an older key still: run rotate_keys.")
        if wrong:
            raise CommandError(" ".join(wrong))


def _left() -> int:
    first = next(iter(settings.ENCRYPTION_KEYS))
    return sum(count for name, count in count_by_key().items() if name != first)
