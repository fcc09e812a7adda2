"""The Python environment in `.venv/`, made from the locked files, and what tests get to see."""

import base64
import hashlib
import os
import secrets
import subprocess
import sys
from pathlib import Path

from hotline.dev import system

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def ensure(*, dev: bool) -> None:
    """Make `.venv/` hold what the lock files name; the development lock includes the main one."""
    if sys.version_info < (3, 11):
        sys.exit("Python 3.11 or later is needed.")
    for name in ["requirements-dev.txt"] if dev else ["requirements-dev.txt", "requirements.txt"]:
        lock = ROOT / name
        stamp = VENV / f"{name}.sha256"
        digest = hashlib.sha256(lock.read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text() == digest:
            break
    else:
        lock = ROOT / ("requirements-dev.txt" if dev else "requirements.txt")
        _install(lock)
    if not system.has_library("libpangoft2"):
        system.install(
            "libpango-1.0-0",
            "libpangoft2-1.0-0",
            "libharfbuzz-subset0",
            why="PDFs are set with Pango",
        )


def _install(lock: Path) -> None:
    if (
        not PYTHON.exists()
        or subprocess.run([PYTHON, "-m", "pip", "-V"], capture_output=True).returncode
    ):
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)])
        if made.returncode:
            version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
            system.install(version, why="Python's own environments need it")
            system.run(sys.executable, "-m", "venv", "--clear", str(VENV))
    print(f"Installing the locked packages of {lock.name}.", flush=True)
    system.run(
        str(PYTHON), "-m", "pip", "install", "-q", "--require-hashes", "--no-deps", "-r", str(lock)
    )
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    (VENV / f"{lock.name}.sha256").write_text(digest)


def for_tests(database_url: str) -> dict[str, str]:
    """Return the environment of a test run on the database that `database_url` names."""
    return os.environ | {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ENCRYPTION_KEYS": "test:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "DATABASE_URL": database_url,
        "DEMO": "true",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def for_production_checks() -> dict[str, str]:
    """Return an environment like production's, for `check --deploy`."""
    return for_tests("sqlite:///:memory:") | {
        "DEMO": "false",
        "ALLOWED_HOSTS": "hotline.example.org",
    }
