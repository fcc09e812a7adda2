"""`make torture`: a real browser types while something is killed, cut off, slow or full.

Honours `SEED`, `ROUNDS` (300; on SQLite an eighth of them) and `ONLY`, the number of one round.
"""

import argparse
import os
import sys

from hotline.dev import browser, environment, postgres, system

ENGINES = ("postgresql", "sqlite")


def main() -> int:
    """Return 0 when nothing was lost on any engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["all", *ENGINES], default="all")
    engine = parser.parse_args().engine
    engines = ENGINES if engine == "all" else (engine,)
    system.exit_on_signals()
    servers = postgres.needs() if "postgresql" in engines else []
    system.stop_unless_installable([*environment.needs(), *browser.needs(), *servers])
    environment.ensure(dev=True)
    env = os.environ | {"CHROMIUM": browser.find_chromium()}
    play = (environment.PYTHON, "-m", "tests.torture", "--engine")
    return max([system.run(*play, one, env=env) for one in engines])


if __name__ == "__main__":
    sys.exit(main())
