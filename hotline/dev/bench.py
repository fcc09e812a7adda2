"""`make bench`: PDF, saves and the proof of the audit beside the bare thing, and the call screen.

BENCH_MINUTES says how long the server's memory is watched (10), BENCH_EVENTS how long the audit is.
"""

import sys
import tempfile

from hotline.dev import browser, environment, postgres, system

BENCHES = ("tests.bench.pdf", "tests.bench.screen")
AUDIT, SAVES = "tests.bench.audit", "tests.bench.saves"
# As in production, where a commit waits for the disk and the planner may read a whole table;
# pgbench comes with 200 connections.
DURABLE = {"max_connections": "300"}


def main() -> int:
    """Return 0 when every bench ended well."""
    system.exit_on_signals()
    environment.ensure(dev=True)
    chromium = {"CHROMIUM": browser.find_chromium()}
    with postgres.throw_away_cluster() as url:
        env = environment.for_tests(url) | chromium
        codes = [system.run(environment.PYTHON, "-m", name, env=env) for name in BENCHES]
    for name in (AUDIT, SAVES):
        with postgres.cluster(DURABLE) as cluster:
            codes.append(_bench(name, cluster.url))
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        codes.append(_bench(SAVES, f"sqlite:///{folder}/hotline.sqlite3"))
    return max(codes)


def _bench(name: str, url: str) -> int:
    quiet = {"LOG_LEVEL": "WARNING"}
    return system.run(environment.PYTHON, "-m", name, env=environment.for_tests(url) | quiet)


if __name__ == "__main__":
    sys.exit(main())
