"""A short run of `make torture`: every fault in its turn, on databases of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = 10  # one for each fault; SQLite gets an eighth
FAULTS = {
    "postgresql": {
        *("browser killed", "browser killed offline", "web processes killed", "PostgreSQL killed"),
        *("network cut", "session deleted", "disk full", "5 s per answer"),
        *("page loaded anew", "page hidden"),
    },
    "sqlite": {"web processes killed"},
}
FELT = re.compile(r"^(\S.*?) {2,}\d+ +[1-9]", re.MULTILINE)
SKIPPED = re.compile(r"^(\S.*?) +SKIPPED", re.MULTILINE)


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_not_a_word_is_lost_when_the_plug_is_pulled(engine: str) -> None:
    given = {"SEED": os.environ.get("SEED") or "1", "ROUNDS": str(ROUNDS), "ONLY": ""}
    played = subprocess.run(
        [sys.executable, "-m", "tests.torture", "--engine", engine],
        cwd=Path(__file__).resolve().parents[2],
        env=os.environ | given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert played.returncode == 0, played.stdout
    skipped = set(SKIPPED.findall(played.stdout))
    assert set(FELT.findall(played.stdout)) == FAULTS[engine] - skipped | {"all"}
    if skipped:
        pytest.skip(f"All but {', '.join(skipped)}: this machine lets nobody mount a small disk.")
