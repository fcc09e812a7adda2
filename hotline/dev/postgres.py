"""A PostgreSQL cluster of our own: thrown away afterwards, never one that was running before."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from hotline.dev import system

CLUSTER_CONFIG = Path("/etc/postgresql-common/createcluster.conf")


def find_binaries() -> Path:
    """Return the folder of the newest installed server's programs; installs one where none is."""
    found = _installed()
    if not found:
        if os.geteuid() == 0 and not CLUSTER_CONFIG.exists():
            CLUSTER_CONFIG.parent.mkdir(parents=True, exist_ok=True)
            CLUSTER_CONFIG.write_text("create_main_cluster = false\n")
        system.install("postgresql", why="the tests run on PostgreSQL")
        found = _installed()
    if not found:
        sys.exit("PostgreSQL was installed, but its server programs were not found.")
    return found[-1]


def _installed() -> list[Path]:
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return sorted((path.parent for path in folders), key=lambda path: int(path.parent.name))


@contextmanager
def throw_away_cluster() -> Iterator[str]:
    """Yield the DATABASE_URL of a fresh cluster on a socket of its own; stop and remove it after.

    As root the server runs as the user `postgres` or `nobody`, since it refuses root.
    """
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    user = _unprivileged_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"

    def command(*words: str) -> None:
        subprocess.run(
            words,
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )

    options = (
        f"-c unix_socket_directories={folder} -c listen_addresses= -c fsync=off "
        "-c synchronous_commit=off -c full_page_writes=off -c max_connections=60"
    )
    old = signal.signal(signal.SIGTERM, _leave)
    try:
        command(
            str(binaries / "initdb"), "-D", str(data), "-U", "hotline", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        command(
            str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"),
            "-o", options, "start",
        )  # fmt: skip
        yield f"postgres://hotline@/postgres?host={folder}"
    finally:
        if (data / "postmaster.pid").exists():
            command(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(signal.SIGTERM, old)


def _leave(signum: int, frame: FrameType | None) -> None:
    sys.exit(128 + signum)


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
