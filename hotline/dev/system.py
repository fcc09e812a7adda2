"""Programs to run, and system packages: installed when that is allowed, else named to the user."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 20  # seconds that a program gets to clean up after itself

_has_updated = False


def run(*command: str | Path, env: Mapping[str, str] | None = None, quiet: bool = False) -> int:
    """Run `command` at the top of the repository and return its exit code.

    When we are stopped, so is the command, and it gets time to clean up. A quiet one shows its
    errors only.
    """
    output = subprocess.DEVNULL if quiet else None
    with subprocess.Popen(command, env=env, cwd=ROOT, stdout=output) as child:
        try:
            return child.wait()
        except BaseException as reason:
            # A Ctrl-C at the terminal has reached the child too; a second one would cut short
            # its cleaning up.
            if not isinstance(reason, KeyboardInterrupt):
                child.send_signal(signal.SIGINT)
            for harder in (signal.SIGTERM, signal.SIGKILL):
                try:
                    child.wait(PATIENCE)
                    break
                except subprocess.TimeoutExpired:
                    child.send_signal(harder)
            raise


def must_run(*command: str | Path, env: Mapping[str, str] | None = None) -> None:
    """Run `command`; a failure ends this program with the command's own exit code."""
    if code := run(*command, env=env):
        sys.exit(code)


def exit_on_signals() -> None:
    """Let SIGTERM and SIGHUP end this program as Ctrl-C does, through every `finally`."""

    def leave(signum: int, frame: FrameType | None) -> NoReturn:
        sys.exit(128 + signum)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold off the signals that stop us, so that cleaning up is done to its end."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Need(NamedTuple):
    """Debian packages that this machine lacks, and what they are for."""

    packages: tuple[str, ...]
    why: str


def provide(needs: list[Need]) -> None:
    """Install what is missing, or stop with a sentence and the command that would."""
    global _has_updated  # noqa: PLW0603 - once for each run of this program
    if not needs:
        return
    stop_unless_installable(needs)
    for need in needs:
        print(f"Installing {', '.join(need.packages)}: {need.why}.", flush=True)
    # Another apt may be at work: a new machine updates itself.
    apt = (
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        "DPkg::Lock::Timeout=300",
    )
    if not _has_updated:
        as_root(*apt, "update")
        _has_updated = True
    as_root(*apt, "install", "-y", "--no-install-recommends", *_packages(needs))


def stop_unless_installable(needs: list[Need]) -> None:
    """Stop with the one command that installs all that is missing, where we may not."""
    if not needs or may_install():
        return
    reasons = "".join(f"    {', '.join(need.packages)}: {need.why}\n" for need in needs)
    sys.exit(
        f"Missing on this machine:\n{reasons}Install it and try again:\n"
        f"    sudo apt-get install {' '.join(_packages(needs))}"
    )


def _packages(needs: list[Need]) -> list[str]:
    return [package for need in needs for package in need.packages]


def may_install() -> bool:
    """Whether this user may install packages here without being asked for a password."""
    if shutil.which("apt-get") is None:
        return False
    if os.geteuid() == 0:
        return True
    if (sudo := shutil.which("sudo")) is None:
        return False
    return not subprocess.run([sudo, "-n", "true"], capture_output=True).returncode


def as_root(*command: str | Path) -> None:
    """Run `command` as root, quietly; a failure ends this program."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if code := run(*prefix, *command, quiet=True):
        sys.exit(code)


def has_library(name: str) -> bool:
    """Whether the dynamic linker knows a shared library whose file begins with `name`."""
    ldconfig = shutil.which("ldconfig") or "/sbin/ldconfig"  # not on every user's PATH
    listing = subprocess.run([ldconfig, "-p"], capture_output=True, text=True).stdout
    return f"\t{name}" in listing
