"""System packages: installed when that is allowed, else named in the exact command to run."""

import os
import shutil
import subprocess
import sys

_has_updated = False


def run(*command: str, env: dict[str, str] | None = None) -> None:
    """Run `command`; a failure ends this program with the command's own exit code."""
    result = subprocess.run(command, env=env)
    if result.returncode:
        sys.exit(result.returncode)


def install(*packages: str, why: str) -> None:
    """Install Debian packages, or stop with a sentence and the command that would."""
    global _has_updated
    prefix: list[str] = []
    if os.geteuid() != 0:
        prefix = ["sudo"]
        may_sudo = shutil.which("sudo") and not subprocess.run(["sudo", "-n", "true"]).returncode
        if not may_sudo:
            _ask(packages, why)
    if shutil.which("apt-get") is None:
        _ask(packages, why)
    print(f"Installing {', '.join(packages)}: {why}.", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    if not _has_updated:
        run(*prefix, "apt-get", "update", "-qq", env=environment)
        _has_updated = True
    run(*prefix, "apt-get", "install", "-y", "-qq", *packages, env=environment)


def _ask(packages: tuple[str, ...], why: str) -> None:
    sys.exit(
        f"Missing on this machine: {', '.join(packages)} ({why}).\n"
        f"Install it and try again: sudo apt-get install {' '.join(packages)}"
    )


def has_library(name: str) -> bool:
    """Whether the dynamic linker finds the shared library `name`."""
    ldconfig = shutil.which("ldconfig") or "/sbin/ldconfig"
    listing = subprocess.run([ldconfig, "-p"], capture_output=True, text=True)
    return name in listing.stdout


def find_chromium() -> str:
    """Return a Chromium: $CHROMIUM, then the PATH, then the system's package."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        install("chromium", why="the browser tests drive it")
        found = shutil.which("chromium")
    if not found:
        sys.exit("No Chromium was found; name one in the environment variable CHROMIUM.")
    return found
