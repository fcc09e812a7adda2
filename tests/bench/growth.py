"""What was measured among how many intakes, and how it grew from few to many.

Each bench notes its times in the file that BENCH_INTO names, one line of JSON for each.
"""

import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path

SMALL = 0.5  # ms: below, the clock and the driver are measured; added to both
NOISE = 1.15  # times: what two runs of the same differ by
EXEMPT = ("surname, wrong letter",)

Times = Sequence[float]  # p50 and p95 in ms


def note(name: str, **times: Times) -> None:
    """Keep what was measured, where a file is named."""
    if path := os.environ.get("BENCH_INTO"):
        with Path(path).open("a") as file:
            file.write(json.dumps({"name": name} | times) + "\n")


def read(path: Path) -> dict[str, dict[str, Times]]:
    """Return the times of each name."""
    lines = map(json.loads, path.read_text().splitlines())
    return {line.pop("name"): line for line in lines}


def compare(few: Path, many: Path, counts: tuple[int, int]) -> list[str]:
    """Print how everything grew; return what grew faster than logarithmically, as sentences."""
    allowed = math.log(counts[1]) / math.log(counts[0])
    print(
        f"\nFROM {counts[0]:,} TO {counts[1]:,} INTAKES: times by which it grew;"
        f" the logarithm grew {allowed:.2f} times\n"
        f"{'':26} ours p50     p95   bare p50     p95   page p50     p95  count p50     p95"
    )
    missed = []
    before, after = read(few), read(many)
    for name, times in after.items():
        grown = {
            kind: [
                (now + SMALL) / (then + SMALL)
                for now, then in zip(times[kind], before[name][kind], strict=True)
            ]
            for kind in times
        }
        print(
            f"{name:25}"
            + "".join(f" {grown[kind][0]:9.2f} {grown[kind][1]:7.2f}" for kind in grown)
        )
        if name not in EXEMPT and grown["ours"][0] > allowed * NOISE:
            missed.append(
                f"{name} took {grown['ours'][0]:.2f} times as long at the median"
                f" (the bare statement {grown['bare'][0]:.2f})"
            )
    return missed


def main() -> int:
    """Compare two files: `growth FEW MANY FILE FILE`; return 1 where something grew too fast."""
    few, many, *files = sys.argv[1:]
    missed = compare(Path(files[0]), Path(files[1]), (int(few), int(many)))
    for sentence in missed:
        print(f"MISSED: {sentence}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
