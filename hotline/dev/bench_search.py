"""`make bench-search`: figures, the review queue and search among a million invented intakes.

BENCH_INTAKES says among how many. They are made once, in a cluster that is thrown away afterwards.
"""

import sys

from hotline.dev import environment, postgres, system

CROWD = "tests.bench.crowd"
BENCHES = ("tests.bench.insights", "tests.bench.search")
# What a machine for so many intakes is given; nothing here has to survive.
LARGE = postgres.NOTHING_SURVIVES | {
    "shared_buffers": "1GB",
    "work_mem": "32MB",
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
        if failed := system.run(environment.PYTHON, "-m", CROWD, env=env):
            return failed
        folder = system.ROOT / "tests" / "bench"
        names = [one for one in BENCHES if (folder / f"{one.rpartition('.')[2]}.py").exists()]
        return max(system.run(environment.PYTHON, "-m", name, env=env) for name in names)


if __name__ == "__main__":
    sys.exit(main())
