"""`make lint`: style, types, templates, migrations, production checks, weaknesses and secrets.

`make format` (`--fix`) mends what can be mended.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hotline.dev import environment, system

BIN = environment.VENV / "bin"
PLACES = ("hotline", "intake", "tests", "manage.py")


def main() -> int:
    """Return 0 when nothing was found."""
    system.exit_on_signals()
    environment.ensure(dev=True)
    if "--fix" in sys.argv:
        unfixed = system.run(BIN / "ruff", "check", "--fix", *PLACES)
        return system.run(BIN / "ruff", "format", *PLACES) or unfixed
    manage = (environment.PYTHON, "manage.py")
    testing = environment.for_tests("sqlite:///:memory:")
    production = environment.for_production_checks()
    steps: dict[str, tuple[dict[str, str], Sequence[str | Path]]] = {
        # The long ones first.
        "types": (testing, (environment.PYTHON, "-m", "mypy", *PLACES)),
        "secrets": (testing, (environment.PYTHON, "-m", "hotline.dev.security", "secrets")),
        "rules": (testing, (BIN / "ruff", "check", *PLACES)),
        "format": (testing, (BIN / "ruff", "format", "--check", *PLACES)),
        # Its formatter is not asked: it would put white space where the text of a call keeps it.
        "templates": (testing, (BIN / "djlint", "--quiet", "--lint", "templates")),
        "migrations": (testing, (*manage, "makemigrations", "--check", "--dry-run")),
        "weaknesses": (
            testing,
            (BIN / "bandit", "--quiet", "-c", "pyproject.toml", "-r", *PLACES[:2], PLACES[-1]),
        ),
        "packages": (testing, (environment.PYTHON, "-m", "hotline.dev.security", "packages")),
        "production": (production, (*manage, "check", "--deploy", "--fail-level", "WARNING")),
    }
    # Two at a time: each needs one processor, and the longest takes as long as all the others.
    with ThreadPoolExecutor(2) as pool:
        codes = pool.map(lambda name: _step(name, *steps[name]), steps)
        failed = [name for name, code in zip(steps, codes, strict=True) if code]
    if failed:
        print("Not clean:", ", ".join(failed))
    return 1 if failed else 0


def _step(name: str, env: dict[str, str], command: Sequence[str | Path]) -> int:
    """Run a step, print what it said in one piece, and return its exit code."""
    started = time.monotonic()
    done = subprocess.run(
        command, env=env, cwd=system.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = done.stdout.decode(errors="replace")
    print(f"{said}--- {name}: {time.monotonic() - started:.0f} s", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
