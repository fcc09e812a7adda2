"""`make bench-search`: search, figures and the review queue among a million invented intakes.

BENCH_INTAKES says among how many. `BENCH_INTAKES=1000000,5000000` does it among a million, then
among five, and says what grew faster than logarithmically. Each crowd is made in a cluster that is
thrown away afterwards; docs/search.md says how much disk and time that takes.
"""

import os
import sys
import tempfile
from pathlib import Path

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
    """Return 0 when every bench met its targets, and nothing grew too fast."""
    system.exit_on_signals()
    environment.ensure(dev=True)
    counts = [int(one) for one in (os.environ.get("BENCH_INTAKES") or "1000000").split(",")]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, str(count)) for count in counts]
        codes = [measure(count, into) for count, into in zip(counts, files, strict=True)]
        if len(counts) > 1:
            ends = counts[0], counts[-1]
            code = system.run(
                *(environment.PYTHON, "-m", "tests.bench.growth"),
                *(str(one) for one in (*ends, files[0], files[-1])),
            )
            codes.append(code)
    return max(codes)


def measure(count: int, into: Path) -> int:
    """Run every bench among so many intakes; times go into the file."""
    with postgres.cluster(LARGE) as cluster:
        env = environment.for_tests(cluster.url) | {
            "LOG_LEVEL": "WARNING",
            "BENCH_INTAKES": str(count),
            "BENCH_INTO": str(into),
        }
        return max([system.run(environment.PYTHON, "-m", name, env=env) for name in BENCHES])


if __name__ == "__main__":
    sys.exit(main())
