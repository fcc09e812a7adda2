"""`make bench-search`: search, figures and the review queue among a million invented intakes.

BENCH_INTAKES says among how many. They are made once, in a cluster that is thrown away afterwards.
"""

import sys

from hotline.dev import environment, postgres, system

BENCHES = ("tests.bench.search", "tests.bench.insights")  # the first one makes the crowd
# What a machine for so many intakes is given; nothing here has to survive.
LARGE = postgres.NOTHING_SURVIVES | {
    "shared_buffers": "2GB",
    "random_page_cost": "1.1",
    "autovacuum": "off",  # the bench vacuums once, before it measures
    "work_mem": "32MB",
    "jit": "off",  # as docs/operations.md says
    "max_wal_size": "8GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def main() -> int:
    """Return 0 when every bench met its targets."""
    system.exit_on_signals()
    environment.ensure(dev=True)
    with postgres.cluster(LARGE) as cluster:
        env = environment.for_tests(cluster.url) | {"LOG_LEVEL": "WARNING"}
        return max([system.run(environment.PYTHON, "-m", name, env=env) for name in BENCHES])


if __name__ == "__main__":
    sys.exit(main())
