"""Putting a backup back into an empty database, and proving that what is there is what was."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyrage
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from intake import triggers
from intake.backups import contents, engines, making
from intake.errors import NotPossibleNow
from intake.models import AuditCheckpoint, Session
from intake.models.audit import record_event
from intake.worksheet.audit_proof import find_faults


def refuse_unless_empty() -> None:
    """Raise NotPossibleNow where the database holds anything."""
    if connection.introspection.table_names():
        raise NotPossibleNow(
            "The database that DATABASE_URL names is not empty, and nothing was changed. Make a "
            "new one (createdb on PostgreSQL, another file name on SQLite), name it there, and "
            "try again."
        )


def check_fits(manifest: dict[str, Any]) -> None:
    """Raise NotPossibleNow where a backup cannot be put back with this engine and release."""
    if manifest["engine"] != engines.engine():
        raise NotPossibleNow(
            f"The backup is of {manifest['server']} and DATABASE_URL names another engine; nothing "
            "was changed. A backup goes back into the engine that it is of."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    # Those of an application that is not ours any more leave nothing that we would read.
    unknown = [
        name
        for name in manifest["migrations"]
        if name.startswith("intake.") and name not in known and "squashed" not in name
    ]
    if unknown:
        raise NotPossibleNow(
            f"The backup is of a later release (version {manifest['version']}, it knows "
            f"{unknown[-1]}); nothing was changed. Install that release, or a later one, and try "
            "again."
        )


def lacking_keys(manifest: dict[str, Any]) -> list[str]:
    """Return the names of keys that the ring held when the backup was made, and now lacks."""
    return [name for name in manifest["encryption_keys"] if name not in settings.ENCRYPTION_KEYS]


def load(
    path: Path, *, identities: Sequence[pyrage.x25519.Identity], signers: set[str]
) -> list[str]:
    """Put the backup into the empty database; return a sentence for each difference.

    Where the backup turns out to be broken, nothing was put in. Raises as `read_back` does, and
    EngineFailed.
    """
    told = bytearray()
    with engines.put_back() as put:

        def take(name: str, content: bytes) -> None:
            if name.startswith("database/"):
                put(content)
            elif name.startswith("submissions/"):
                told.extend(content)

        backup = making.read_back(path, identities=identities, signers=signers, take=take)
    with transaction.atomic():
        ask, tables = engines.look()
        return [
            *contents.differences(ask, tables=tables, told=backup.manifest),
            *contents.differing_submissions(
                bytes(told).splitlines(keepends=True), contents.submissions(ask)
            ),
        ]


def begin_anew() -> int:
    """Bring what was put back to this release, with every trigger; return the sessions that ended.

    Who signed out since, or whose account was closed, must not be signed in again by it.
    """
    call_command("migrate", verbosity=0, interactive=False)
    count, _ = Session.objects.all().delete()
    return count


def prove(manifest: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each fault of triggers, audit and submissions, as of the backup."""
    if missing := triggers.missing(using="default"):
        yield f"The database lacks the triggers {', '.join(missing)}."
    told = manifest["last_checkpoint"]
    at = datetime.fromisoformat(manifest["made_at"])
    kept = [AuditCheckpoint(**told | {"at": datetime.fromisoformat(told["at"])})] if told else []
    yield from find_faults(at=at, kept=kept)


def note(backup: making.Backup, *, at: datetime) -> None:
    """Let the audit tell that the database was put back, and how old the backup was."""
    record_event(
        "backup.restored",
        actor=None,
        at=at,
        details={"made_at": backup.manifest["made_at"], "submissions": backup.submissions},
    )
