"""`make lint`: style, types, templates, migrations and the production checks."""

import subprocess
import sys

from hotline.dev import environment

BIN = environment.VENV / "bin"
PLACES = ("hotline", "intake", "tests", "manage.py")


def main() -> int:
    """Return 0 when nothing was found."""
    environment.ensure(dev=True)
    python, test_env = str(environment.PYTHON), environment.for_tests("sqlite:///:memory:")
    steps = [
        ([f"{BIN}/ruff", "check", *PLACES], test_env),
        ([f"{BIN}/ruff", "format", "--check", *PLACES], test_env),
        ([f"{BIN}/mypy", "hotline", "intake", "tests"], test_env),
        ([f"{BIN}/djlint", "templates", "--lint", "--quiet"], test_env),
        ([python, "manage.py", "makemigrations", "--check", "--dry-run"], test_env),
        (
            [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
            environment.for_production_checks(),
        ),
    ]
    failed = []
    for command, env in steps:
        print("---", " ".join(command[:3]).replace(f"{environment.ROOT}/", ""), flush=True)
        if subprocess.run(command, env=env, cwd=environment.ROOT).returncode:
            failed.append(command[0].rsplit("/", 1)[-1])
    if failed:
        print("Found something:", ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
