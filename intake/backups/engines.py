"""A consistent picture of the database while it is worked with, and putting one back.

PostgreSQL: `pg_dump` in the snapshot of a transaction that reads only, in which the manifest is
counted too; it blocks nobody. SQLite: its backup interface copies the file into memory, within one
read transaction; so about twice the size of the database is needed there, for a moment. What is
not sealed yet goes through pipes and memory, never to a disk.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from intake.backups.contents import Ask

BLOCK = 256 * 1024  # bytes that are read at a time
SECRET = ("password", "sslpassword")
DEBIAN = Path("/usr/lib/postgresql")


class EngineFailed(Exception):
    """A program of the database did not do what was asked; the message is a sentence."""


@dataclass(frozen=True)
class Picture:
    """The database at one moment: `ask` it, and `dump` it once."""

    ask: Ask
    tables: list[str]
    server: str  # what made it: "PostgreSQL 15.8", "SQLite 3.40.1"
    dump: Callable[[], Iterator[bytes]]


def engine() -> str:
    """Return "postgresql" or "sqlite"."""
    return connection.vendor


def take_picture() -> AbstractContextManager[Picture]:
    """Return the picture of the database as it is now, to be used within `with`."""
    return _postgresql_picture() if engine() == "postgresql" else _sqlite_picture()


def put_back() -> AbstractContextManager[Callable[[bytes], None]]:
    """Return what takes the blocks of a dump, into a database that is empty.

    They count when `with` ends without an error; else the database is as empty as before.
    """
    return _into_postgresql() if engine() == "postgresql" else _into_sqlite()


def look() -> tuple[Ask, list[str]]:
    """Return how to ask the database that is there, within a transaction, and its tables."""

    def ask(query: str) -> Iterator[tuple[Any, ...]]:
        with connection.chunked_cursor() as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(2000):
                yield from rows

    return ask, connection.introspection.table_names()


@contextmanager
def _postgresql_picture() -> Iterator[Picture]:
    major = connection.cursor().connection.info.server_version // 10_000
    pg_dump = _program("pg_dump", major)
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
            [(snapshot, version)] = cursor.fetchall()

        def dump() -> Iterator[bytes]:
            words = ("--format=custom", "--no-owner", "--no-privileges", "--no-comments")
            with _running([pg_dump, *words, f"--snapshot={snapshot}"]) as (_, output):
                while block := output.read(BLOCK):
                    yield block

        ask, tables = look()
        yield Picture(ask, tables, f"PostgreSQL {version}", dump)


@contextmanager
def _into_postgresql() -> Iterator[Callable[[bytes], None]]:
    major = connection.cursor().connection.info.server_version // 10_000
    # One transaction: it is all there, or nothing is.
    words = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    with _running([_program("pg_restore", major), *words]) as (taking, _):

        def take(block: bytes) -> None:
            taking.write(block)

        yield take


@contextmanager
def _running(command: Sequence[str | Path]) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Yield the pipes to and from a program of PostgreSQL; raise EngineFailed where it fails.

    Where `with` ends with an error the program is killed before it can think that all has come.
    """
    connection.ensure_connection()
    info = connection.connection.info
    # What DATABASE_URL says and libpq knows, but the password: that goes by the environment, which
    # no list of processes shows.
    said = connection.get_connection_params()
    told = {key: said[key] for key in info.get_parameters() if key in said and key not in SECRET}
    name = Path(command[0]).name
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [*command, f"--dbname={make_conninfo(**told)}"],
            env=os.environ | ({"PGPASSWORD": info.password} if info.password else {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        assert process.stdin and process.stdout
        is_broken = False
        try:
            yield process.stdin, process.stdout
            process.stdin.close()
            process.stdout.read()
        except BrokenPipeError:
            is_broken = True  # it ended early, and has said why
        except BaseException:
            process.kill()
            raise
        finally:
            process.stdout.close()
            process.wait()
            with suppress(BrokenPipeError):
                process.stdin.close()
        if process.returncode or is_broken:
            raise EngineFailed(f"{name} failed: {_reason(errors, name)}")


def _reason(errors: IO[bytes], name: str) -> str:
    """Return the program's own error; what follows it may hold rows, and is left out."""
    errors.seek(0)
    lines = errors.read(100_000).decode(errors="replace").splitlines()
    found = [line for line in lines if line.startswith(f"{name}: error: ")]
    return (found or ["it said nothing"])[0].removeprefix(f"{name}: error: ")[:300]


def _program(name: str, major: int) -> Path:
    """Return the program of the server's release or a later one; raises EngineFailed."""
    packaged = [
        path
        for path in DEBIAN.glob(f"*/bin/{name}")
        if path.parts[-3].isdigit() and int(path.parts[-3]) >= major
    ]
    if packaged:
        return min(packaged, key=lambda path: int(path.parts[-3]))
    if found := shutil.which(name):
        return Path(found)
    raise EngineFailed(
        f"{name} is not installed: install Debian’s postgresql-client-{major} (or a later one) "
        "and try again."
    )


@contextmanager
def _sqlite_picture() -> Iterator[Picture]:
    connection.ensure_connection()
    with closing(sqlite3.connect(":memory:")) as memory:
        connection.connection.backup(memory)

        def dump() -> Iterator[bytes]:
            packing = zlib.compressobj(wbits=31)  # as gzip does
            content = memoryview(memory.serialize())
            for start in range(0, len(content), BLOCK):
                yield packing.compress(content[start : start + BLOCK])
            yield packing.flush()

        names = memory.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        tables = [name for (name,) in names]
        yield Picture(memory.execute, tables, f"SQLite {sqlite3.sqlite_version}", dump)


@contextmanager
def _into_sqlite() -> Iterator[Callable[[bytes], None]]:
    unpacking = zlib.decompressobj(wbits=31)
    content = bytearray()

    def take(block: bytes) -> None:
        content.extend(unpacking.decompress(block))

    yield take
    with closing(sqlite3.connect(":memory:")) as memory:
        # A file that says it has a journal beside it (WAL) does not open in memory.
        content[18:20] = b"\1\1"
        memory.deserialize(bytes(content))
        connection.ensure_connection()
        memory.backup(connection.connection)
