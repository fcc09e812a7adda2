"""`make run`: everything for a demonstration on this machine, then the application itself."""

import base64
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from hotline.dev import environment, system

ENV_FILE = system.ROOT / ".env"
ACCOUNTS = (
    "worker, worker2, supervisor, supervisor2, supervisor3, administrator, administrator2, "
    "privacy, privacy2"
)
START_WITHIN = 30  # seconds


def main() -> int:
    """Serve until stopped; return 0 after a stop, 1 when the server or the job worker died."""
    port = os.environ.get("PORT", "8000")
    if not _is_free(port):
        print(f"Port {port} cannot be used. Choose another one: PORT=8001 make run")
        return 1
    names = write_env_file(ENV_FILE)
    # The demo's data belongs into the demo's database, whatever this shell is set up for.
    env = {name: value for name, value in os.environ.items() if name not in names}
    print("Making ready what is missing; the first time takes some minutes.", flush=True)
    environment.ensure(dev=False)
    (system.ROOT / "var").mkdir(exist_ok=True)
    manage = (environment.PYTHON, "manage.py")
    system.must_run(*manage, "migrate", "--verbosity=0", env=env)
    system.must_run(*manage, "collectstatic", "--noinput", "--verbosity=0", env=env)
    system.must_run(*manage, "load_question_sets", env=env)
    system.must_run(*manage, "seed_demo", "--weeks", env=env)
    system.must_run(*manage, "index_intakes", env=env)
    return _serve(port, env)


def _is_free(port: str) -> bool:
    if not port.isdecimal() or not 0 < int(port) < 65536:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except OSError:
            return False
    return True


def write_env_file(path: Path) -> set[str]:
    """Complete the demo's settings in the file `path`, its owner's alone; return their names.

    Values that are there stay. A file that is not a demo's stops us: this fills a database with
    invented calls.
    """
    text = path.read_text() if path.exists() else "# The demo's settings, written by `make run`.\n"
    pairs = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    given = {name.strip(): value.strip().lower() for name, equals, value in pairs if equals}
    if given and given.get("DEMO") not in ("true", "1", "yes", "on"):
        sys.exit(f"{path} is not a demo's (it lacks DEMO=true), so nothing was started.")
    wanted = {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ENCRYPTION_KEYS": "demo:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "AUDIT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DEMO": "true",
        "SECOND_FACTOR": "off",
        "DATABASE_URL": "sqlite:///var/demo.sqlite3",
    }
    text += "".join(f"{name}={wanted[name]}\n" for name in wanted if name not in given)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)
    return given.keys() | wanted.keys()


def _serve(port: str, env: Mapping[str, str]) -> int:
    """Run the web server and the job worker until we are stopped or one of them ends."""
    # One process with several threads: SQLite takes one writer at a time.
    web = (
        *(environment.VENV / "bin" / "granian", "--interface", "wsgi", "--log-level", "warning"),
        *("--host", "127.0.0.1", "--port", port, "--workers", "1", "--blocking-threads", "4"),
        "hotline.wsgi:application",
    )
    worker = (environment.PYTHON, "manage.py", "work")
    is_stopping = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal is_stopping
        is_stopping = True

    for number in system.STOP_SIGNALS:
        signal.signal(number, stop)
    # In groups of their own, so that a Ctrl-C reaches each once, from us.
    children = {
        "The web server": subprocess.Popen(web, cwd=system.ROOT, env=env, process_group=0),
        "The job worker": subprocess.Popen(worker, cwd=system.ROOT, env=env, process_group=0),
    }
    started, is_announced, died = time.monotonic(), False, ""
    while not is_stopping and not died:
        if not is_announced and _answers(port):
            print(f"\nThe hotline runs on http://localhost:{port}\nAccounts: {ACCOUNTS}")
            print("Ctrl-C stops it.\n", flush=True)
            is_announced = True
        elif not is_announced and time.monotonic() > started + START_WITHIN:
            died = "The web server"
        died = next((name for name, child in children.items() if child.poll() is not None), died)
        time.sleep(0.2)
    for child in children.values():
        _end(child)
    if died:
        print(f"{died} ended by itself; its message is above.")
    return 1 if died else 0


def _answers(port: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def _end(child: subprocess.Popen[bytes]) -> None:
    """End `child` and whatever it started."""
    child.terminate()
    try:
        child.wait(system.PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


if __name__ == "__main__":
    sys.exit(main())
