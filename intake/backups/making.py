"""Making a backup, reading it back, and letting old ones go."""

import json
import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from intake.backups import archive, contents, engines
from intake.backups.archive import BackupBroken

FORMAT = 1
MANIFEST = "manifest.json"
NAME = re.compile(r"hotline-(\d{8}T\d{6})Z\.age")
_TIME = "%Y%m%dT%H%M%S"
LEFT = timedelta(days=1)  # what a killed backup left is not written any more
BEGINS = {"postgresql": b"PGDMP", "sqlite": b"\x1f\x8b"}


@dataclass
class Backup:
    """What a backup holds, once it was read to its end."""

    manifest: dict[str, Any] = field(default_factory=dict)
    submissions: int = 0
    size: int = 0  # bytes of the dump

    @property
    def made_at(self) -> datetime:
        """When its picture was taken."""
        return datetime.fromisoformat(self.manifest["made_at"])


def make(
    folder: Path,
    *,
    recipients: Sequence[pyrage.x25519.Recipient],
    key: Ed25519PrivateKey,
    at: datetime,
) -> Path:
    """Write a backup into `folder` and return its path, once it was read back to its end.

    It lies under its name only when it is whole and on the disk; what a killed run leaves has
    another name, is sealed, and goes with a later run. Raises EngineFailed, BackupBroken, OSError.
    """
    path = folder / f"hotline-{at.astimezone(UTC).strftime(_TIME)}Z.age"
    unfinished = folder / f".{path.name}.part"
    # It can be read back here, and by nobody later: this key is forgotten with the run.
    passing = pyrage.x25519.Identity.generate()
    for old in folder.glob(".hotline-*.age.part"):
        if at.timestamp() - old.stat().st_mtime > LEFT.total_seconds():
            old.unlink()
    file = open(unfinished, "xb", opener=_private)  # noqa: SIM115 - closed below
    try:
        with file:
            _write(file, recipients=[*recipients, passing.to_public()], key=key, at=at)
            file.flush()
            os.fsync(file.fileno())
        read_back(unfinished, identities=[passing], signers={archive.public(key)})
        if path.exists():
            raise FileExistsError(f"{path.name} is there already")
        unfinished.rename(path)
        _sync(folder)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def read_back(
    path: Path,
    *,
    identities: Sequence[pyrage.x25519.Identity],
    signers: set[str],
    take: archive.Take | None = None,
) -> Backup:
    """Read a backup to its end and return what it holds; `take` gets each member too.

    Raises BackupBroken with a sentence where anything is not as it was made.
    """
    backup = Backup()

    def sort(name: str, content: bytes) -> None:
        if not backup.manifest:
            backup.manifest = _manifest(name, content)
        elif name.startswith("submissions/"):
            backup.submissions += content.count(b"\n")
        elif name.startswith("database/"):
            if not backup.size and not content.startswith(BEGINS[backup.manifest["engine"]]):
                raise BackupBroken("The backup holds no dump of its engine.")
            backup.size += len(content)
        if take:
            take(name, content)

    archive.read(path, sort, identities=identities, signers=signers)
    if not backup.size:
        raise BackupBroken("The backup holds no database.")
    if backup.submissions != backup.manifest["tables"]["intake_submission"]:
        raise BackupBroken("The backup does not tell of each of its submissions.")
    return backup


def expire(folder: Path, *, after: timedelta, at: datetime) -> list[Path]:
    """Remove the backups in `folder` that are older than `after`, by the time in their names.

    The newest one stays whatever its age. Returns those that went.
    """
    known = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    old = [path for path in known[:-1] if at - _time_of(path) > after]
    for path in old:
        path.unlink()
    _sync(folder)
    return old


def _write(
    file: BinaryIO,
    *,
    recipients: Sequence[pyrage.x25519.Recipient],
    key: Ed25519PrivateKey,
    at: datetime,
) -> None:
    with engines.take_picture() as picture:

        def members() -> Iterator[archive.Member]:
            told = {
                "format": FORMAT,
                "made_at": at.astimezone(UTC).isoformat(),
                "version": _version(),
                "engine": engines.engine(),
                "server": picture.server,
                "encryption_keys": list(settings.ENCRYPTION_KEYS),
            }
            told |= contents.describe(picture.ask, tables=picture.tables)
            yield MANIFEST, json.dumps(told, indent=1).encode()
            yield from archive.parts("submissions", contents.submissions(picture.ask))
            yield from archive.parts("database", picture.dump())

        archive.write(file, members(), recipients=recipients, key=key)


def _manifest(name: str, content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content) if name == MANIFEST else {}
        if told["format"] == FORMAT and told["engine"] in BEGINS:
            return dict(told)
    except (ValueError, KeyError, TypeError):
        pass
    raise BackupBroken("The backup begins with no manifest that this release can read.")


def _version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(project["project"]["version"])


def _time_of(path: Path) -> datetime:
    found = NAME.fullmatch(path.name)
    assert found
    return datetime.strptime(found[1], _TIME).replace(tzinfo=UTC)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    """Make the names in a folder outlive the loss of power."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
