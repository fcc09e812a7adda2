"""The restore drill: what was backed up is put back elsewhere, and every row and hash is compared.

`manage.py` runs as an operator runs it, and the database that it fills is a new one.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import psycopg
import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from intake.actions import retention
from intake.actions.audit import seal_events, sign_checkpoint
from intake.backups import archive, making, putting_back
from intake.backups.archive import BackupBroken
from intake.backups.engines import EngineFailed
from intake.errors import NotPossibleNow
from intake.models import Agency, AuditEvent, Intake, Submission, User
from tests.factory import make_call, make_user, put, submit
from tests.worker import database_url

IDENTITY = pyrage.x25519.Identity.generate()
NOBODY = pyrage.x25519.Identity.generate()
# What the restore itself writes: it ends sessions and lets the audit tell of it.
TOUCHED = {"intake_session", "intake_auditevent"}

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def filled(transactional_db: None, worker: User, settings: Settings) -> Intake:
    """Submitted calls with a reporting party, in an audit that is sealed and signed."""
    settings.BACKUP_RECIPIENTS = [IDENTITY.to_public()]
    for number in range(3):
        call = make_call(worker)
        put(worker, call, "narrative.text", f"Someone said: „{number}“ – Nguyễn 李雷\n" * 40)
        put(worker, call, "reporter.name", "Ines Caller")
        submit(worker, call)
    seal_events(at=timezone.now() + timedelta(hours=1))
    sign_checkpoint(at=timezone.now())
    return call


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The file that opens backups, as age-keygen writes it."""
    path = tmp_path / "key.txt"
    path.write_text(f"# created: today\n# public key: {IDENTITY.to_public()}\n{IDENTITY}\n")
    return path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The DATABASE_URL of a new, empty database."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.sqlite3'}"
        return
    name = f"{connection.settings_dict['NAME']}_drill"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield url_of(name)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}"')


def url_of(name: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(database_url())._replace(path=f"/{name}"))


def manage(*words: str | Path, url: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=django_settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url} | env,
        capture_output=True,
        text=True,
        check=False,
    )


def back_up(folder: Path, **options: Any) -> Path:
    before = set(folder.glob("*.age"))
    call_command("backup", str(folder), stdout=StringIO(), **options)
    [made] = set(folder.glob("*.age")) - before
    return made


def rows(url: str) -> Rows:
    """Every row of every table, as the engine itself gives them."""
    names = [name for name in connection.introspection.table_names() if name not in TOUCHED]
    opened: Any = (
        psycopg.connect(url)
        if url.startswith("postgres")
        else sqlite3.connect(url.removeprefix("sqlite:///"))
    )
    with closing(opened):
        return {
            name: sorted(map(tuple, opened.execute(f'SELECT * FROM "{name}"')), key=repr)
            for name in names
        }


@pytest.fixture
def officers(agency: Agency) -> tuple[User, User]:
    """Two privacy officers."""
    one, other = (make_user(agency, name, "privacy_officers") for name in ("privacy", "privacy2"))
    return one, other


def test_the_restore_drill(
    filled: Intake, officers: tuple[User, User], tmp_path: Path, key: Path, elsewhere: str
) -> None:
    file = back_up(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"Nguy" not in file.read_bytes()
    before = rows(database_url())

    done = manage("restore", file, "--identity", key, url=elsewhere)
    assert done.returncode == 0, done.stderr
    assert "the hashes of 3 submissions" in done.stdout
    assert "every trigger are proved" in done.stdout

    after = rows(elsewhere)
    assert {name: len(some) for name, some in after.items()} == {
        name: len(some) for name, some in before.items()
    }
    for name, some in before.items():
        assert after[name] == some, name
    assert len(before["intake_submission"]) == Submission.objects.count() == 3
    # A database that holds anything is not touched, least of all the one in use.
    with pytest.raises(CommandError, match="is not empty, and nothing was changed"):
        call_command("restore", file, identity=key)
    for name, some in rows(database_url()).items():
        assert some == before[name]
    assert AuditEvent.objects.filter(verb="backup.made").count() == 1

    # What was expunged since is there again, and is expunged again from the list.
    expunge(filled, *officers)
    listed = tmp_path / "expunctions.jsonl"
    call_command("expunctions", to=listed, stdout=StringIO())
    assert kept_of(filled, elsewhere) == {"intake_narrative", "intake_submission"}
    for count in ("1 were carried out again, 0 stood", "0 were carried out again, 1 stood"):
        done = manage("expunctions", "--again", listed, url=elsewhere)
        assert done.returncode == 0, done.stderr
        assert count in done.stdout
        assert kept_of(filled, elsewhere) == {"intake_submission", "intake_expunction"}
    assert len(rows(elsewhere)["intake_submissioncontent"]) == 2
    proved = manage("verify_audit", url=elsewhere)
    assert proved.returncode == 0, proved.stdout


def expunge(intake: Intake, one: User, other: User) -> None:
    """Expunge a record as two people do."""
    at = timezone.now()
    asked = retention.request_measure(
        actor=one,
        intake_id=intake.pk,
        kind="expunction",
        authority="x",
        dated=date(2026, 3, 1),
        at=at,
    )
    retention.confirm_measure(actor=other, measure_id=asked.pk, reference=intake.reference, at=at)


def kept_of(intake: Intake, url: str) -> set[str]:
    """Which of these tables have a row of the record."""
    tables = ("intake_narrative", "intake_submission", "intake_expunction")
    found = rows(url)
    keys = {str(intake.pk), intake.pk.hex}
    return {name for name in tables if any(keys & set(map(str, row)) for row in found[name])}


def flip(content: bytearray) -> None:
    content[len(content) // 2] ^= 1


def cut(content: bytearray) -> None:
    del content[-1000:]


def swap(content: bytearray) -> None:
    """Exchange two of the pieces that age seals, each of 64 KiB and 16 bytes."""
    size = 64 * 1024 + 16
    start = len(content) - 3 * size
    first, second = content[start : start + size], content[start + size : start + 2 * size]
    content[start : start + 2 * size] = second + first


def empty(content: bytearray) -> None:
    content.clear()


@pytest.mark.parametrize("damage", [flip, cut, swap, empty])
def test_a_damaged_backup_is_refused_and_nothing_is_put_in(
    filled: Intake,
    tmp_path: Path,
    key: Path,
    damage: Callable[[bytearray], None],
) -> None:
    file = back_up(tmp_path)
    content = bytearray(file.read_bytes())
    damage(content)
    file.write_bytes(content)
    with pytest.raises(CommandError, match=r"is damaged|is no backup"):
        call_command("backup", verify=file, identity=key)


def test_another_key_and_another_signer_are_refused(
    filled: Intake, tmp_path: Path, key: Path, settings: Settings
) -> None:
    file = back_up(tmp_path)
    other = tmp_path / "other.txt"
    other.write_text(str(NOBODY))
    with pytest.raises(CommandError, match="does not open with this key"):
        call_command("backup", verify=file, identity=other)
    with pytest.raises(CommandError, match="Name the file with the secret key"):
        call_command("backup", verify=file)
    other.write_text("no key")
    with pytest.raises(CommandError, match="holds no secret key"):
        call_command("backup", verify=file, identity=other)

    signer = archive.public(settings.AUDIT_KEY)
    settings.AUDIT_KEY = Ed25519PrivateKey.generate()
    with pytest.raises(CommandError, match="--signed-by"):
        call_command("backup", verify=file, identity=key)
    out = StringIO()
    call_command("backup", verify=file, identity=key, signed_by=signer, stdout=out)
    assert "3 submissions" in out.getvalue()


def test_without_a_key_or_a_folder_nothing_is_made(
    filled: Intake, tmp_path: Path, settings: Settings
) -> None:
    settings.BACKUP_RECIPIENTS = []
    with pytest.raises(CommandError, match="set BACKUP_RECIPIENTS"):
        call_command("backup", str(tmp_path))
    settings.BACKUP_RECIPIENTS = [IDENTITY.to_public()]
    with pytest.raises(CommandError, match="No such file"):
        call_command("backup", str(tmp_path / "nowhere"))
    with pytest.raises(CommandError, match="Name the folder"):
        call_command("backup")
    assert not list(tmp_path.glob("*.age*"))
    assert not list(tmp_path.glob(".*"))


def test_a_killed_backup_leaves_nothing_under_the_final_name(
    filled: Intake, tmp_path: Path
) -> None:
    running = subprocess.Popen(
        [sys.executable, "manage.py", "backup", str(tmp_path)],
        cwd=django_settings.BASE_DIR,
        env=os.environ
        | {"DATABASE_URL": database_url(), "BACKUP_RECIPIENTS": str(IDENTITY.to_public())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not list(tmp_path.glob(".*.part")) and running.poll() is None:
        time.sleep(0.001)
    running.send_signal(signal.SIGKILL)
    running.wait()
    for whole in tmp_path.glob("*.age"):  # where the kill came too late
        making.read_back(
            whole,
            identities=[IDENTITY],
            signers={archive.public(django_settings.AUDIT_KEY)},
        )
    # What it left is sealed, has no backup's name, and goes with a run of the day after.
    left = list(tmp_path.glob(".*.part"))
    for one in left:
        os.utime(one, times=(0, 0))
    back_up(tmp_path)
    assert not list(tmp_path.glob(".*.part"))


def test_old_backups_expire_by_their_names_and_the_newest_stays(
    filled: Intake, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    old = tmp_path / f"hotline-{now - timedelta(days=36):%Y%m%dT%H%M%S}Z.age"
    kept = tmp_path / f"hotline-{now - timedelta(days=34):%Y%m%dT%H%M%S}Z.age"
    others = tmp_path / "hotline-notes.age"
    for path in (old, kept, others):
        path.write_bytes(b"")
    made = back_up(tmp_path, expire_after=35)
    assert {path for path in tmp_path.iterdir() if path.suffix == ".age"} == {made, kept, others}
    making.expire(tmp_path, after=timedelta(days=0), at=now + timedelta(days=400))
    assert {path for path in tmp_path.iterdir() if path.suffix == ".age"} == {made, others}


def test_a_backup_opens_without_this_program(filled: Intake, tmp_path: Path) -> None:
    """With `age` and `tar`, as docs/operations.md tells."""
    content = pyrage.decrypt(back_up(tmp_path).read_bytes(), [IDENTITY])
    with tarfile.open(fileobj=BytesIO(content)) as opened:
        names = opened.getnames()
        manifest = json.load(opened.extractfile("manifest.json") or BytesIO())
    assert names == ["manifest.json", "submissions/00000001", "database/00000001", "seal.json"]
    assert manifest["tables"]["intake_submission"] == 3
    assert manifest["last_checkpoint"]["number"] == manifest["last_seal"]["number"] > 0


def test_another_engine_and_a_later_release_are_refused() -> None:
    manifest = {
        "engine": connection.vendor,
        "server": "a server",
        "version": "9.9",
        "migrations": ["intake.0001_records", "gone.0001_initial"],
    }
    putting_back.check_fits(manifest)
    with pytest.raises(NotPossibleNow, match="into the engine that it is of"):
        putting_back.check_fits(manifest | {"engine": "another"})
    with pytest.raises(NotPossibleNow, match="it knows intake"):
        putting_back.check_fits(manifest | {"migrations": ["intake.9999_later"]})


PIECES = [("manifest.json", b"{}"), *archive.parts("database", [b"x" * 70_000] * 130)]
SIGNER = Ed25519PrivateKey.generate()
SIGNERS = {archive.public(SIGNER)}


@pytest.fixture(scope="module")
def sealed_file() -> bytes:
    out = BytesIO()
    archive.write(out, PIECES, recipients=[IDENTITY.to_public()], key=SIGNER)
    return out.getvalue()


def read(path: Path, content: bytes) -> list[archive.Member]:
    path.write_bytes(content)
    found: list[archive.Member] = []

    def take(name: str, part: bytes) -> None:
        found.append((name, part))

    archive.read(path, take, identities=[IDENTITY], signers=SIGNERS)
    return found


def test_what_was_sealed_is_read_again_in_parts(sealed_file: bytes, tmp_path: Path) -> None:
    assert read(tmp_path / "file", sealed_file) == PIECES
    assert [len(content) for _, content in PIECES][1:3] == [archive.PART, archive.PART]


@hypothesis.given(
    place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), ends=st.booleans()
)
@hypothesis.settings(max_examples=40, suppress_health_check=list(hypothesis.HealthCheck))
def test_whatever_is_altered_or_cut_is_refused(
    sealed_file: bytes, tmp_path: Path, place: float, bit: int, ends: bool
) -> None:
    content = bytearray(sealed_file)
    if ends:
        del content[int(place * len(content)) :]
    else:
        content[int(place * len(content))] ^= 1 << bit
    with pytest.raises(BackupBroken):
        read(tmp_path / "file", bytes(content))


def tar(*members: archive.Member) -> bytes:
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as opened:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            opened.addfile(info, BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize(
    "inner",
    [
        b"",
        b"no archive at all" * 100,
        tar(),
        tar(("manifest.json", b"{}")),
        tar(("manifest.json", b"{}"), ("seal.json", b"{}")),
        tar(("manifest.json", b"{}"), ("seal.json", b"{}"), ("database/1", b"x")),
        tar(("manifest.json", b"0" * (archive.PART + 1))),
    ],
)
def test_what_somebody_else_sealed_to_our_public_key_is_refused(
    tmp_path: Path, inner: bytes
) -> None:
    with pytest.raises(BackupBroken):
        read(tmp_path / "file", pyrage.encrypt(inner, [IDENTITY.to_public()]))


def test_an_error_while_it_is_written_comes_through() -> None:
    def broken() -> Iterator[archive.Member]:
        yield "manifest.json", b"{}"
        raise EngineFailed("pg_dump failed: there is no such database")

    with pytest.raises(EngineFailed, match="no such database"):
        archive.write(BytesIO(), broken(), recipients=[IDENTITY.to_public()], key=SIGNER)
