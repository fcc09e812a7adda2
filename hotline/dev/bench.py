"""`make bench`: PDF and saves beside the bare thing, and the call screen, on PostgreSQL."""

import sys

from hotline.dev import browser, environment, postgres, system

BENCHES = ("tests.bench.pdf", "tests.bench.saves", "tests.bench.screen")


def main() -> int:
    """Return 0 when every bench ended well."""
    system.exit_on_signals()
    environment.ensure(dev=True)
    with postgres.throw_away_cluster() as url:
        env = environment.for_tests(url) | {"CHROMIUM": browser.find_chromium()}
        return max([system.run(environment.PYTHON, "-m", name, env=env) for name in BENCHES])


if __name__ == "__main__":
    sys.exit(main())
