"""The parts that are pulled: web processes, the browser, and a disk that can be filled."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hotline.dev.postgres import children_of

START_WITHIN = 60  # seconds
DISK = 256 * 1024 * 1024  # bytes
OWN_MOUNTS = "TORTURE_OWN_MOUNTS"  # set for a program that sees mounts of its own


def free_port() -> int:
    """Return a loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Web:
    """Our application's web server: granian with its worker processes, in a group of its own."""

    def __init__(self, port: int, *, workers: int, log: Path) -> None:
        self.port, self.workers, self.log = port, workers, log
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return once it answers."""
        with self.log.open("a") as log:
            self._server = subprocess.Popen(
                [
                    *(Path(sys.executable).parent / "granian", "--interface", "wsgi"),
                    *("--log-level", "warning", "--host", "127.0.0.1", "--port", str(self.port)),
                    *("--workers", str(self.workers), "--blocking-threads", "4"),
                    "hotline.wsgi:application",
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_WITHIN
        while not self.answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"The web server did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether the server takes connections and answers on them."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as one:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return one.recv(64).startswith(b"HTTP/")
        return False

    @property
    def processes(self) -> list[int]:
        """The server's processes: the first one and its workers."""
        if not self._server or self._server.poll() is not None:
            return []
        return [self._server.pid, *descendants_of(self._server.pid)]

    def kill(self) -> None:
        """End all its processes with SIGKILL."""
        kill(self.processes)
        if self._server:
            self._server.wait()

    def stop(self) -> None:
        """End it; nothing of it stays."""
        self.kill()


def descendants_of(parent: int) -> list[int]:
    """Return the processes that `parent` and its children have started."""
    children = children_of(parent)
    return [*children, *(one for child in children for one in descendants_of(child))]


def kill(processes: list[int]) -> None:
    """End processes of ours with SIGKILL; the first one is stopped before it can mind."""
    for process in processes[:1]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGSTOP)
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def processes_of_profile(profile: Path) -> list[int]:
    """Return the processes of the browser that works in `profile`, the first one first."""
    word = f"--user-data-dir={profile}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if word in place.read_bytes().split(b"\0"):
                found.append(int(place.parent.name))
    tops = [one for one in found if b"--type=" not in _words_of(one)]
    below = [one for top in tops for one in descendants_of(top)]
    return list(dict.fromkeys([*tops, *below, *found]))


def _words_of(process: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


def with_own_mounts() -> None:
    """Start this program again where it may mount, and where what it mounts goes with it.

    Where the machine does not allow that, it goes on as it is; `may_mount` tells.
    """
    if OWN_MOUNTS in os.environ or not shutil.which("unshare"):
        return
    words = ["unshare", "--mount"]
    if os.geteuid() != 0:
        words += ["--user", "--map-current-user", "--keep-caps"]
    if subprocess.run([*words, "true"], capture_output=True).returncode == 0:
        os.environ[OWN_MOUNTS] = "yes"
        os.execvp(words[0], [*words, sys.executable, *sys.orig_argv[1:]])


def may_mount() -> bool:
    """Whether a small disk can be made."""
    return OWN_MOUNTS in os.environ


class SmallDisk:
    """A disk of some megabytes in memory, which can be filled to its last byte."""

    def __init__(self) -> None:
        self.place: Path | None = None

    def put(self, place: Path) -> Callable[[], None]:
        """Mount it on an empty folder; return what takes it away."""
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", place], check=True)
        self.place = place

        def take_away() -> None:
            subprocess.run(["umount", "--lazy", place], check=True)

        return take_away

    def fill(self) -> None:
        """Leave no room at all."""
        assert self.place
        for number, size in enumerate((2**20, 2**16, 2**12)):
            filler = self.place / f"filler-{number}"
            with suppress(OSError), filler.open("wb", buffering=0) as open_filler:
                while True:
                    open_filler.write(b"\1" * size)

    def clear(self) -> None:
        """Give the room back."""
        assert self.place
        for filler in self.place.glob("filler-*"):
            filler.unlink()
