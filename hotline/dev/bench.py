"""`make bench`: our PDF and our saves, each beside the bare thing, on a PostgreSQL of its own."""

import sys

from hotline.dev import environment, postgres, system

BENCHES = ("tests.bench.pdf", "tests.bench.saves")


def main() -> int:
    """Return 0 when every bench ended well."""
    system.exit_on_signals()
    environment.ensure(dev=True)
    with postgres.throw_away_cluster() as url:
        env = environment.for_tests(url)
        return max([system.run(environment.PYTHON, "-m", name, env=env) for name in BENCHES])


if __name__ == "__main__":
    sys.exit(main())
