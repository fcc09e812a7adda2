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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hotline.dev import environment, system

CLUSTER_CONFIG = Path("/etc/postgresql-common/createcluster.conf")
START_WITHIN = 60  # seconds

Prepare = Callable[[Path], Callable[[], None]]


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


NOTHING_SURVIVES = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
# Tests roll back what they write: the statistics say that all tables are empty, which they are not,
# and a plan for empty tables reads all that was rolled back once for each row. What is read whole
# nevertheless then seems so dear that each such statement is compiled, for a fifth of a second.
ROLLED_BACK = NOTHING_SURVIVES | {"enable_seqscan": "off", "jit": "off"}


@contextmanager
def throw_away_cluster() -> Iterator[str]:
    """Yield the DATABASE_URL of a fresh cluster on a socket of its own; stop and remove it after.

    As root the server runs as the user `postgres` or `nobody`, since it refuses root.
    """
    with cluster(ROLLED_BACK) as one:
        yield one.url


@contextmanager
def cluster(
    settings: Mapping[str, str], *, words: Sequence[str] = (), prepare: Prepare | None = None
) -> Iterator["Cluster"]:
    """Yield a fresh cluster that runs with `settings`; stop and remove it after.

    `words` go to initdb. `prepare`, when given, gets the empty folder of the data before it is
    filled, to put another disk there, and gives back what takes the disk away again.
    """
    # Not $TMPDIR: a socket's path is short, and the server's user must get there.
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-", dir="/tmp"))
    one = Cluster(folder, settings)
    take_away: Callable[[], None] | None = None
    try:
        one.data.mkdir(mode=0o700)
        take_away = prepare(one.data) if prepare else None
        one.create(words)
        one.start()
        yield one
    finally:
        with system.undisturbed():
            one.stop()
            if take_away:
                take_away()
            shutil.rmtree(folder)


class Cluster:
    """A cluster in a folder of its own, which can be started, killed and started again."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder, self.data, self.log = folder, folder / "data", folder / "log"
        # Not the database through which others are made: that one cannot be copied meanwhile.
        self.url = f"postgres://hotline@:5432/hotline?host={folder}"
        self.binaries = find_binaries()
        self._settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            **settings,
        }
        self._server: subprocess.Popen[bytes] | None = None
        self._as_user: dict[str, Any] = {}
        self._has_database = False

    def create(self, words: Sequence[str] = ()) -> None:
        """Fill the folder of the data."""
        self._as_user = _unprivileged_user(self.folder, self.data)
        subprocess.run(
            [
                *(self.binaries / "initdb", "-D", self.data, "-U", "hotline", "-A", "trust"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync", *words),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **self._as_user,
        )

    @property
    def is_running(self) -> bool:
        """Whether the server's first process lives."""
        return self._server is not None and self._server.poll() is None

    def start(self) -> None:
        """Start the server and return once it takes connections; end this program if it dies."""
        self.launch()
        deadline = time.monotonic() + START_WITHIN
        while not self.is_ready:
            if not self.is_running or time.monotonic() > deadline:
                sys.exit(f"PostgreSQL did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)
        if not self._has_database:
            words = ("-h", self.folder, "-p", "5432", "-U", "hotline", "hotline")
            subprocess.run((self.binaries / "createdb", *words), check=True)
            self._has_database = True

    def launch(self) -> None:
        """Start the server and return at once."""
        with self.log.open("a") as log:
            self._server = subprocess.Popen(
                [
                    *(self.binaries / "postgres", "-D", self.data, "-p", "5432"),
                    *(word for item in self._settings.items() for word in ("-c", "=".join(item))),
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # a Ctrl-C at the terminal is for the tests first
                **self._as_user,
            )

    @property
    def is_ready(self) -> bool:
        """Whether the server takes connections."""
        ask = (self.binaries / "pg_isready", "-q", "-h", self.folder, "-p", "5432")
        return not subprocess.run(ask).returncode

    def kill(self) -> None:
        """End all processes of the server with SIGKILL: nobody gets to write anything any more."""
        if not self._server or not self.is_running:
            return
        first = self._server.pid
        os.kill(first, signal.SIGSTOP)  # or it would start new ones meanwhile
        for process in children_of(first):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._server.kill()
        self._server.wait()

    def stop(self) -> None:
        """Stop the server at once, where it runs."""
        if self._server and self.is_running:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait()


def children_of(parent: int) -> list[int]:
    """Return the processes that `parent` has started and that still are."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            # The program's name, in brackets, may hold anything.
            if int(place.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(place.parent.name))
    return found


def find_binaries() -> Path:
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


def _unprivileged_user(*folders: Path) -> dict[str, Any]:
    """Return what `subprocess` needs to run as the owner of `folders`, which is never root."""
    if os.geteuid() != 0:
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    for folder in folders:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


if __name__ == "__main__":
    sys.exit(main())
