"""A PostgreSQL cluster of our own: thrown away afterwards, never one that was running before.

`python3 -m hotline.dev.postgres -- command…` runs a command with the settings of a test run and
the DATABASE_URL of such a cluster.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hotline.dev import environment, system

CLUSTER_CONFIG = Path("/etc/postgresql-common/createcluster.conf")
START_WITHIN = 60  # seconds


def main() -> int:
    """Run the command that was given and return its exit code."""
    system.exit_on_signals()
    words = sys.argv[1:]
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        sys.exit("Say which command: python3 -m hotline.dev.postgres -- command…")
    with throw_away_cluster() as url:
        return system.run(*words, env=environment.for_tests(url))


@contextmanager
def throw_away_cluster() -> Iterator[str]:
    """Yield the DATABASE_URL of a fresh cluster on a socket of its own; stop and remove it after.

    As root the server runs as the user `postgres` or `nobody`, since it refuses root.
    """
    binaries = _find_binaries()
    # Not $TMPDIR: a socket's path is short, and the server's user must get there.
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-", dir="/tmp"))
    data, server = folder / "data", None
    as_user = _unprivileged_user(folder)
    try:
        subprocess.run(
            [
                *(binaries / "initdb", "-D", data, "-U", "hotline", "-A", "trust"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **as_user,
        )
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            # Nothing here is meant to survive.
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
        }
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(
                [
                    *(binaries / "postgres", "-D", data, "-p", "5432"),
                    *(word for item in settings.items() for word in ("-c", "=".join(item))),
                ],
                stdout=log,
                stderr=log,
                cwd=folder,
                start_new_session=True,  # a Ctrl-C at the terminal is for the tests first
                **as_user,
            )
        _await(server, binaries, folder)
        yield f"postgres://hotline@:5432/postgres?host={folder}"
    finally:
        with system.undisturbed():
            if server:
                server.send_signal(signal.SIGQUIT)
                server.wait()
            shutil.rmtree(folder)


def _await(server: subprocess.Popen[bytes], binaries: Path, folder: Path) -> None:
    deadline = time.monotonic() + START_WITHIN
    while subprocess.run([binaries / "pg_isready", "-q", "-h", folder, "-p", "5432"]).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.05)


def _find_binaries() -> Path:
    """Return the folder of the newest installed server's programs; installs one where none is."""
    if not (found := _installed()):
        if system.may_install() and not CLUSTER_CONFIG.exists():
            # The package would start a cluster of its own, and leave it running.
            with tempfile.NamedTemporaryFile("w") as config:
                config.write("create_main_cluster = false\n")
                config.flush()
                system.as_root("install", "-D", "-m", "644", config.name, CLUSTER_CONFIG)
        system.provide(needs())
        found = _installed()
    return found or sys.exit("PostgreSQL's server programs were not found.")


def needs() -> list[system.Need]:
    """Return what is missing for a cluster."""
    return [] if _installed() else [system.Need(("postgresql",), "the tests run on it")]


def _installed() -> Path | None:
    packaged = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    if newest := max(packaged, key=lambda path: float(path.parent.parent.name), default=None):
        return newest.parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _unprivileged_user(folder: Path) -> dict[str, Any]:
    """Return what `subprocess` needs to run as the owner of `folder`, which is never root."""
    if os.geteuid() != 0:
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


if __name__ == "__main__":
    sys.exit(main())
