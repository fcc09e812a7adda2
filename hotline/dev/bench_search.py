"""`make bench-search`: search over a crowd of invented intakes, beside bare SQL, on PostgreSQL."""

import sys

from hotline.dev import environment, postgres, system

# Of a small machine: a quarter of its memory, and plain bulk loading.
SETTINGS = {
    "shared_buffers": "2GB",
    "work_mem": "16MB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "autovacuum": "off",  # the bench vacuums once, before it measures
    **postgres.NOTHING_SURVIVES,
}


def main() -> int:
    """Return 0 when every target is met."""
    system.exit_on_signals()
    environment.ensure(dev=True)
    with postgres.cluster(SETTINGS) as cluster:
        env = environment.for_tests(cluster.url) | {"LOG_LEVEL": "WARNING"}
        return system.run(environment.PYTHON, "-m", "tests.bench.search", env=env)


if __name__ == "__main__":
    sys.exit(main())
