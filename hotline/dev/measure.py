"""What of `intake` the tests run: `pytest -p hotline.dev.measure`, with a folder in `MEASURED`.

Each place in the code is counted until it was reached, and costs next to nothing afterwards: a
tracer, which looks on at every line of every library, takes near as long again as the tests.
"""

import json
import os
from pathlib import Path

import slipcover

SOURCES, OMITTED = ["intake"], ["intake/migrations/*"]

_counted = slipcover.Slipcover(branch=True, source=SOURCES, omit=OMITTED, immediate=True)
# From the first import on, which is before Django's.
slipcover.ImportManager(_counted, slipcover.FileMatcher(SOURCES, OMITTED)).__enter__()


def pytest_sessionfinish() -> None:
    """Write down what this process ran, for `make test` to put together."""
    folder, worker = Path(os.environ["MEASURED"]), os.environ.get("PYTEST_XDIST_WORKER", "main")
    (folder / f"{worker}.json").write_text(json.dumps(_counted.get_coverage()))
