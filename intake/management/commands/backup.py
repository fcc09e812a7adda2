"""Makes a sealed backup, or checks one: manage.py backup /var/backups/hotline."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyrage
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from intake.backups import archive, making
from intake.backups.archive import BackupBroken
from intake.backups.engines import EngineFailed
from intake.models.audit import record_event


class Command(BaseCommand):
    """Works while the hotline does. It cannot read what it made before: only the other key can."""

    help = "Write a sealed backup of the whole database into a folder; --verify reads one instead."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?", help="where backups lie")
        parser.add_argument(
            "--expire-after",
            type=int,
            metavar="DAYS",
            help="once the new one is whole, remove those in the folder that are older",
        )
        parser.add_argument("--verify", type=Path, metavar="FILE", help="read this one to its end")
        add_reading_arguments(parser)

    def handle(self, *args: object, **options: Any) -> None:
        if options["verify"]:
            self._verify(options["verify"], options)
        elif options["folder"]:
            self._make(options["folder"], options["expire_after"])
        else:
            raise CommandError("Name the folder for the backup, or a file with --verify.")

    def _make(self, folder: Path, days: int | None) -> None:
        if not settings.BACKUP_RECIPIENTS:
            raise CommandError(
                "No backup was made: set BACKUP_RECIPIENTS to the public keys (age1…) that backups "
                "are sealed to. docs/operations.md tells how such a key is made."
            )
        at = timezone.now()
        try:
            path = making.make(
                folder, recipients=settings.BACKUP_RECIPIENTS, key=settings.AUDIT_KEY, at=at
            )
        except (EngineFailed, BackupBroken) as error:
            raise CommandError(f"No backup was made: {error}") from None
        except OSError as error:
            raise CommandError(
                f"No backup was made in {folder}: {error.strerror or error}. Those that lie there "
                "are as they were."
            ) from None
        record_event("backup.made", actor=None, at=timezone.now(), details={"file": path.name})
        self.stdout.write(f"{path} is whole: {path.stat().st_size:,} bytes, read back to the end.")
        if days is not None:
            for old in making.expire(folder, after=timedelta(days=days), at=at):
                self.stdout.write(f"{old.name} is older than {days} days and was removed.")

    def _verify(self, path: Path, options: dict[str, Any]) -> None:
        backup = read_or_refuse(path, options)
        told = backup.manifest
        seal = told["last_seal"]
        self.stdout.write(
            f"{path.name} is whole and signed: made {backup.made_at:%Y-%m-%d %H:%M} UTC by "
            f"version {told['version']} from {told['server']}; {sum(told['tables'].values()):,} "
            f"rows in {len(told['tables'])} tables, {backup.submissions:,} submissions, the audit "
            f"sealed up to {seal['number'] if seal else 0:,}. Of ENCRYPTION_KEYS it needs "
            f"{', '.join(told['encryption_keys'])}."
        )


def add_reading_arguments(parser: CommandParser) -> None:
    """What opens a backup, for `backup --verify` and `restore` alike."""
    parser.add_argument(
        "--identity", type=Path, help="the file with the secret key, as age-keygen wrote it"
    )
    parser.add_argument(
        "--signed-by",
        metavar="KEY",
        help="the public key, in base64, of another AUDIT_KEY that may have signed it",
    )


def identities_of(options: dict[str, Any]) -> list[pyrage.x25519.Identity]:
    """Return the secret keys of the file that --identity names; raises CommandError."""
    path: Path | None = options["identity"]
    if path is None:
        raise CommandError(
            "Name the file with the secret key, as --identity key.txt: the one whose public half "
            "was in BACKUP_RECIPIENTS when the backup was made."
        )
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        found = [pyrage.x25519.Identity.from_str(one) for one in lines if one and one[0] != "#"]
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, pyrage.IdentityError):
        found = []
    if not found:
        raise CommandError(f"{path} holds no secret key as age-keygen writes it.")
    return found


def signers_of(options: dict[str, Any]) -> set[str]:
    """Return the public keys whose signature counts."""
    return {archive.public(settings.AUDIT_KEY), *filter(None, [options["signed_by"]])}


def read_or_refuse(path: Path, options: dict[str, Any]) -> making.Backup:
    """Return what the backup at `path` holds, read to its end; raises CommandError."""
    identities = identities_of(options)
    try:
        return making.read_back(path, identities=identities, signers=signers_of(options))
    except BackupBroken as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from None
