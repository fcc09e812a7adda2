"""`make run`: everything for a demonstration on this machine, then the application itself."""

import base64
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from hotline.dev import environment, system

ENV_FILE = environment.ROOT / ".env"
ACCOUNTS = "worker, worker2, supervisor, supervisor2, administrator, privacy"


def main() -> int:
    """Serve until stopped; return 0 after a stop, 1 when the server or the worker died."""
    port = os.environ.get("PORT", "8000")
    if not port.isdecimal() or not _is_free(int(port)):
        print(f"Port {port} cannot be used. Choose another one: PORT=8001 make run")
        return 1
    environment.ensure(dev=False)
    _write_env_file(ENV_FILE)
    (environment.ROOT / "var").mkdir(exist_ok=True)
    for words in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"], ["seed_demo"]):
        system.run(str(environment.PYTHON), str(environment.ROOT / "manage.py"), *words)
    return _serve(port)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def _write_env_file(path: Path) -> None:
    """Write the demonstration's settings once, readable by this user only."""
    if path.exists():
        return
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    database = environment.ROOT / "var" / "demo.sqlite3"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(
            "# Settings of the demonstration on this machine, written by `make run`.\n"
            f"SECRET_KEY={secrets.token_urlsafe(64)}\n"
            f"ENCRYPTION_KEYS=demo:{key}\n"
            "ALLOWED_HOSTS=localhost,127.0.0.1\n"
            "DEMO=true\n"
            f"DATABASE_URL=sqlite:///{database}\n"
        )


def _serve(port: str) -> int:
    """Run the web server and the job worker; when one ends, end the other."""
    python = str(environment.PYTHON)
    # One process with several threads: SQLite takes one writer at a time.
    web = [
        str(environment.VENV / "bin" / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", port, "--workers", "1", "--blocking-threads", "4", "hotline.wsgi:application",
    ]  # fmt: skip
    worker = [python, "manage.py", "work"]
    children = {
        "The web server": subprocess.Popen(web, cwd=environment.ROOT),
        "The job worker": subprocess.Popen(worker, cwd=environment.ROOT),
    }
    print(f"\nThe hotline runs on http://localhost:{port}\nAccounts: {ACCOUNTS}\n", flush=True)
    is_stopping = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal is_stopping
        is_stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    died = ""
    while not is_stopping and not died:
        died = next((name for name, child in children.items() if child.poll() is not None), "")
        time.sleep(0.2)
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    for child in children.values():
        child.wait()
    if died:
        print(f"{died} ended by itself; its message is above.")
    return 1 if died else 0


if __name__ == "__main__":
    sys.exit(main())
