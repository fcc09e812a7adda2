"""What a database holds, told in words that both engines share, and compared with what is there.

It asks in plain SQL, since a backup may be of an older release than the models.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any
from uuid import UUID

Ask = Callable[[str], Iterable[tuple[Any, ...]]]

_CHECKPOINT = ("number", "sha256", "at", "public_key", "signature")


def describe(ask: Ask, *, tables: Iterable[str]) -> dict[str, Any]:
    """Return how many rows each table has, which migrations ran, and how far the audit goes."""
    seal = list(ask("SELECT number, sha256 FROM intake_auditseal ORDER BY number DESC LIMIT 1"))
    columns = ", ".join(_CHECKPOINT)
    last = f"SELECT {columns} FROM intake_auditcheckpoint ORDER BY number DESC LIMIT 1"  # noqa: S608
    checkpoint = [dict(zip(_CHECKPOINT, row, strict=True)) for row in ask(last)]
    for one in checkpoint:
        one["at"] = _moment(one["at"]).isoformat()
    return {
        "migrations": [f"{app}.{name}" for app, name in ask(_MIGRATIONS)],
        "tables": {name: _count(ask, name) for name in sorted(tables)},
        "last_seal": dict(zip(("number", "sha256"), seal[0], strict=True)) if seal else None,
        "last_checkpoint": checkpoint[0] if checkpoint else None,
    }


def submissions(ask: Ask) -> Iterator[bytes]:
    """Yield a line for each submission: its id and its hash, in the order of the ids."""
    for key, sha256 in ask("SELECT id, sha256 FROM intake_submission ORDER BY id"):
        yield f"{UUID(str(key))} {sha256}\n".encode()


def differences(ask: Ask, *, tables: Iterable[str], told: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each thing that is not as the manifest `told`."""
    found = describe(ask, tables=tables)
    for name in sorted({*told["tables"], *found["tables"]}):
        before, now = told["tables"].get(name), found["tables"].get(name)
        if before != now:
            yield f"The table {name} held {_rows(before)} and now holds {_rows(now)}."
    for name, words in (
        ("migrations", "The migrations that ran are"),
        ("last_seal", "The last seal of the audit is"),
        ("last_checkpoint", "The last checkpoint of the audit is"),
    ):
        if found[name] != told[name]:
            yield f"{words} not the backup’s."


def differing_submissions(told: Iterable[bytes], found: Iterable[bytes]) -> Iterator[str]:
    """Yield a sentence for each line where submissions are not those that the backup `told` of."""
    for before, now in zip_longest(told, found):
        if before != now:
            yield f"The backup told of the submission {_line(before)}; there is {_line(now)}."


_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY id"


def _count(ask: Ask, table: str) -> int:
    [(count,)] = ask(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a name from the catalogue
    return int(count)


def _moment(value: datetime | str) -> datetime:
    """Return a time as it is told; SQLite has texts, in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC)


def _rows(count: int | None) -> str:
    return "no such table" if count is None else f"{count:,} rows"


def _line(line: bytes | None) -> str:
    return line.decode().strip() if line else "none"
