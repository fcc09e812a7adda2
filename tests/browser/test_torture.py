"""A short run of `make torture`: every fault in its turn, on databases of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = 16  # two for each fault; SQLite gets an eighth


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
    assert "all" in played.stdout
