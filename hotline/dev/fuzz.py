"""`make fuzz`: requests that no page of ours sends, to every address, on PostgreSQL and on SQLite.

`FUZZ_CASES` says how many for each engine (10,000); other ones each time, and a failure prints how
to get it again. `make test` tries 500, always the same.
"""

import argparse
import os
import sys
from collections.abc import Mapping

from hotline.dev import databases, environment, postgres, system

CASES = "10000"


def main() -> int:
    """Return 0 when every address answered as it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["all", "postgresql", "sqlite"], default="all")
    engine = parser.parse_args().engine
    system.exit_on_signals()
    servers = [] if engine == "sqlite" else postgres.needs()
    system.stop_unless_installable([*environment.needs(), *servers])
    environment.ensure(dev=True)
    cases = os.environ.get("FUZZ_CASES", CASES)
    with databases.migrated(engine, {"FUZZ_CASES": cases, "LOG_LEVEL": "ERROR"}) as envs:
        return max([_fuzz(name, env) for name, env in envs.items()])


def _fuzz(engine: str, env: Mapping[str, str]) -> int:
    print(f"--- {env['FUZZ_CASES']} requests on {engine}", flush=True)
    words = ("-n", "2", "--dist", "worksteal", "--tb=short", "--show-capture=no", "tests/fuzz")
    return system.run(environment.PYTHON, "-m", "pytest", "--reuse-db", *words, env=env)


if __name__ == "__main__":
    sys.exit(main())
