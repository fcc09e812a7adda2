"""`make test`: the whole suite on PostgreSQL, then on SQLite."""

import argparse
import shlex
import subprocess
import sys
import tempfile
import time

from hotline.dev import environment, postgres, system

ON_SQLITE = "not postgresql_only and (not browser or main_path)"


def main() -> int:
    """Return 0 when every test passed on both engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["all", "postgresql", "sqlite"], default="all")
    parser.add_argument("words", nargs="*", help="passed on to pytest")
    options = parser.parse_args()
    environment.ensure(dev=True)
    chromium = system.find_chromium()
    words = shlex.split(" ".join(options.words))
    whole = not words and options.engine == "all"

    code = 0
    if options.engine in ("all", "postgresql"):
        with postgres.throw_away_cluster() as url:
            gate = ["--cov=intake", "--cov-branch", "--cov-report=term:skip-covered"]
            code |= _pytest(url, chromium, [*words, *(gate if whole else [])], "PostgreSQL")
    if options.engine in ("all", "sqlite"):
        with tempfile.TemporaryDirectory(prefix="hotline-sqlite-") as folder:
            url = f"sqlite:///{folder}/hotline.sqlite3"
            code |= _pytest(url, chromium, ["-m", ON_SQLITE, *words], "SQLite")
    return code


def _pytest(url: str, chromium: str, words: list[str], engine: str) -> int:
    started = time.monotonic()
    print(f"--- Tests on {engine}", flush=True)
    command = [str(environment.PYTHON), "-m", "pytest", "-n", "2", "--dist", "loadfile", *words]
    env = environment.for_tests(url) | {"CHROMIUM": chromium}
    code = subprocess.run(command, env=env, cwd=environment.ROOT).returncode
    print(f"--- {engine}: {time.monotonic() - started:.0f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
