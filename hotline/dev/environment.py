"""The Python environment in `.venv/`, made from the locked files, and the settings of tests."""

import base64
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from hotline.dev import system

VENV = system.ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MAIN_LOCK = "requirements.txt"
DEV_LOCK = "requirements-dev.txt"  # holds everything of the main lock too
STAMP = VENV / "installed"

PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0")
SUBSET = "libharfbuzz-subset0"  # halves the time that a PDF takes


def ensure(*, dev: bool) -> None:
    """Make `.venv/` hold what the lock file names, and the machine what it needs besides."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this runs before anything is installed
        sys.exit("Python 3.11 or later is needed. Name one: make run PYTHON=python3.12")
    enough = [DEV_LOCK] if dev else [DEV_LOCK, MAIN_LOCK]
    system.provide(needs())
    if not PYTHON.exists() or _installed() not in map(_fingerprint, enough):
        _install(enough[-1])
    if not system.has_library("libharfbuzz-subset.so") and system.may_install():
        system.provide([system.Need((SUBSET,), "PDFs are made in half the time with it")])


def needs() -> list[system.Need]:
    """Return what is missing for the environment itself."""
    missing = []
    # Debian and Ubuntu leave Python's own venv incomplete until a package is added.
    if not PYTHON.exists() and not _works(sys.executable, "-c", "import ensurepip"):
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        missing.append(system.Need((f"{version}-venv",), "Python environments are made with it"))
    if not system.has_library("libpangoft2-1.0.so"):
        missing.append(system.Need((*PANGO, SUBSET), "PDFs are set with Pango"))
    return missing


def _fingerprint(lock: str) -> str:
    return f"{lock} {hashlib.sha256((system.ROOT / lock).read_bytes()).hexdigest()}\n"


def _installed() -> str:
    return STAMP.read_text() if STAMP.exists() else ""


def _install(lock: str) -> None:
    STAMP.unlink(missing_ok=True)
    if not _works(PYTHON, "-m", "pip", "--version"):
        system.must_run(sys.executable, "-m", "venv", "--clear", VENV)
    print(f"Installing the packages that {lock} names.", flush=True)
    system.must_run(
        *(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--no-deps", "-r", lock),
        # A library of the tests has thousands of modules, of which they use a few dozen.
        *(["--no-compile"] if lock == DEV_LOCK else []),
    )
    STAMP.write_text(_fingerprint(lock))


def _works(*command: str | Path) -> bool:
    """Whether `command` exists and ends well."""
    if not shutil.which(command[0]):
        return False
    return not subprocess.run(command, capture_output=True).returncode


def for_tests(database_url: str) -> dict[str, str]:
    """Return the environment of a test run on the database that `database_url` names."""
    return os.environ | {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ENCRYPTION_KEYS": "test:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "AUDIT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "DATABASE_URL": database_url,
        # Said outright, so that neither the shell's nor the demo's `.env` decides.
        "CSRF_TRUSTED_ORIGINS": "",
        "DEBUG": "false",
        "DEMO": "true",
        "HTTPS": "false",
        "LOG_LEVEL": "INFO",
        # Tests start dozens of processes: what was compiled for one is kept for the next.
        "PYTHONDONTWRITEBYTECODE": "",
        # A library of the tests brings lxml, which production has not.
        "OPENPYXL_LXML": "False",
        "OIDC_ISSUER": "",
        "REQUEST_LIMITS": "false",  # a bench asks faster than anybody
        "SECOND_FACTOR": "off",
        "TRUSTED_PROXIES": "0",
        # Playwright's loop runs in the thread of the test, where Django would refuse the database.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }


def for_production_checks() -> dict[str, str]:
    """Return an environment like production's, for `check --deploy`."""
    env = for_tests("sqlite:///:memory:") | {
        "ALLOWED_HOSTS": "hotline.example.org",
        "DEMO": "false",
        "HTTPS": "true",
        "SECOND_FACTOR": "required",
        "TRUSTED_PROXIES": "1",
    }
    del env["DJANGO_ALLOW_ASYNC_UNSAFE"]
    return env
