"""A real job worker: `manage.py work` as a process of its own, on the database of the tests.

Another command runs the same way.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

PATIENCE = 120  # seconds


class Worker:
    """One process; it can be killed where it stands."""

    def __init__(self, log: Path, command: str = "work") -> None:
        self.log = log
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, in a group of its own."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", self.command],
                cwd=settings.BASE_DIR,
                env=os.environ | {"DATABASE_URL": database_url()},
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def kill(self, number: int = signal.SIGKILL) -> int:
        """End it with a signal and return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Return once `condition` holds; the worker has to live until then."""
        assert self.process is not None
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None, self.log.read_text()[-4000:]
            assert time.monotonic() < deadline, self.log.read_text()[-4000:]
            time.sleep(0.03)


def database_url() -> str:
    """Return the DATABASE_URL of the tests' own database."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@contextmanager
def a_worker(log: Path, command: str = "work") -> Iterator[Worker]:
    """A worker that is not started yet, and that is gone afterwards."""
    worker = Worker(log, command)
    try:
        yield worker
    finally:
        if worker.process is not None:
            worker.kill()
