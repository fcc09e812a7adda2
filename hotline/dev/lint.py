"""`make lint`: style, types, templates, migrations, production checks, weaknesses and secrets.

`make format` (`--fix`) mends what can be mended.
"""

import sys
import time
from collections.abc import Sequence
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
        "rules": (testing, (BIN / "ruff", "check", *PLACES)),
        "format": (testing, (BIN / "ruff", "format", "--check", *PLACES)),
        "types": (testing, (BIN / "mypy", *PLACES)),
        # Its formatter is not asked: it would put white space where the text of a call keeps it.
        "templates": (testing, (BIN / "djlint", "--quiet", "--lint", "templates")),
        "migrations": (testing, (*manage, "makemigrations", "--check", "--dry-run")),
        "weaknesses": (
            testing,
            (BIN / "bandit", "--quiet", "-c", "pyproject.toml", "-r", *PLACES[:2], PLACES[-1]),
        ),
        "packages": (testing, (environment.PYTHON, "-m", "hotline.dev.security", "packages")),
        "secrets": (testing, (environment.PYTHON, "-m", "hotline.dev.security", "secrets")),
        "production": (production, (*manage, "check", "--deploy", "--fail-level", "WARNING")),
    }
    failed = []
    for name, (env, command) in steps.items():
        started = time.monotonic()
        print(f"--- {name}", flush=True)
        if system.run(*command, env=env):
            failed.append(name)
        print(f"--- {name}: {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        print("Not clean:", ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
