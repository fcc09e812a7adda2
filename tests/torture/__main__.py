"""Plays the rounds on one engine and prints a table; the exit code tells of any loss."""

import argparse
import asyncio
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hotline.dev import environment, postgres, system
from tests.torture import machine

if TYPE_CHECKING:
    from tests.torture.arena import Arena
    from tests.torture.rounds import Outcome

# What survives a kill must have been meant to: everything as in production. Small log files, so
# that a full disk is felt soon.
POSTGRES = {"wal_recycle": "off", "min_wal_size": "2MB", "max_wal_size": "16MB"}
INITDB = ("--wal-segsize=1",)
FULL = "disk full"
SQLITE_SHARE = 8  # of so many rounds one is played on SQLite too


def main() -> int:
    """Return 0 when nothing was lost, doubled or wrongly called saved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["postgresql", "sqlite"], default="postgresql")
    engine = parser.parse_args().engine
    system.exit_on_signals()
    machine.with_own_mounts()
    seed = os.environ.get("SEED") or str(secrets.randbelow(10**6))
    rounds = int(os.environ.get("ROUNDS") or 300)
    only = int(os.environ.get("ONLY") or 0)
    skipped = []
    with tempfile.TemporaryDirectory(prefix="hotline-torture-") as name:
        folder = Path(name)
        with database(engine, folder) as (cluster, disk):
            outcomes = asyncio.run(play(engine, folder, cluster, disk, seed, rounds, only))
            if cluster and not disk:
                skipped.append(FULL)
    return report(engine, seed, outcomes, skipped)


@contextmanager
def database(
    engine: str, folder: Path
) -> Iterator[tuple[postgres.Cluster | None, machine.SmallDisk | None]]:
    """Put up the database and name it in the environment."""
    if engine == "sqlite":
        os.environ.update(environment.for_tests(f"sqlite:///{folder}/hotline.sqlite3"))
        yield None, None
        return
    disk = machine.SmallDisk() if machine.may_mount() else None
    prepare = disk.put if disk else None
    with postgres.cluster(POSTGRES, words=INITDB, prepare=prepare) as cluster:
        os.environ.update(environment.for_tests(cluster.url))
        yield cluster, disk


async def play(
    engine: str,
    folder: Path,
    cluster: postgres.Cluster | None,
    disk: machine.SmallDisk | None,
    seed: str,
    rounds: int,
    only: int,
) -> "list[Outcome]":
    """Play all rounds, each fault in its turn, and return their outcomes."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "hotline.settings"
    django.setup()
    from playwright.async_api import async_playwright

    from tests.torture.arena import Arena
    from tests.torture.rounds import FAULTS, ON_SQLITE, Round

    faults = list(FAULTS) if cluster else list(ON_SQLITE)
    if engine == "sqlite":
        rounds = -(-rounds // SQLITE_SHARE)
    elif not disk:
        faults.remove(FULL)
    print(f"{engine}: {rounds} rounds, SEED={seed}", flush=True)
    outcomes, typed = [], set()
    async with async_playwright() as playwright:
        arena = Arena(folder, playwright, cluster=cluster, disk=disk)
        try:
            await arena.start()
            for number in [only] if only else range(1, rounds + 1):
                fault = faults[(number - 1) % len(faults)]
                one = Round(arena, seed=seed, number=number, fault=fault)
                outcome = await one.play()
                typed |= {word for place in one.places for word in place.known.split()}
                outcomes.append(outcome)
                tell(engine, seed, outcome)
                await arena.mend()
            check_log(arena, typed, outcomes[-1])
        finally:
            await arena.stop()
    return outcomes


def tell(engine: str, seed: str, outcome: "Outcome") -> None:
    """Print a line for a round, and what was wrong with it."""
    state = "NOT WELL" if outcome.troubles else "well"
    print(f"{outcome.number:4} {outcome.fault:24} {outcome.seconds:5.1f} s  {state}", flush=True)
    for trouble in outcome.troubles:
        print(f"       {trouble}", flush=True)
    if outcome.troubles:
        again = f"make torture ENGINE={engine} SEED={seed} ONLY={outcome.number}"
        print(f"       Again: {again}", flush=True)


def check_log(arena: "Arena", typed: set[str], last: "Outcome") -> None:
    """See that nothing of what was typed is in the web server's log, whatever happened."""
    found = typed & set(re.findall(r"\w+", arena.web.log.read_text(errors="replace")))
    if found:
        last.troubles.append(f"{len(found)} words of calls are in the web server's log")
        print(last.troubles[-1])


def report(engine: str, seed: str, outcomes: "list[Outcome]", skipped: list[str]) -> int:
    """Print the table and return the exit code: a fault that no page felt proves nothing."""
    title = f"{engine}, SEED={seed}"
    print(
        f"\n{title:26} rounds  felt  saves  losses  duplicates  longest loss  false Saved  failed"
    )
    faults = list(dict.fromkeys(one.fault for one in outcomes))
    for fault in [*faults, "all"]:
        mine = [one for one in outcomes if fault in (one.fault, "all")]
        print(
            f"{fault:26} {len(mine):6} {sum(one.felt for one in mine):5} "
            f"{sum(one.saves for one in mine):6} {sum(one.losses for one in mine):7} "
            f"{sum(one.duplicates for one in mine):11} {max(one.longest for one in mine):11.2f} s "
            f"{sum(one.false_saved for one in mine):12} "
            f"{sum(bool(one.troubles) for one in mine):7}"
        )
    for fault in skipped:
        print(f"{fault:26} SKIPPED: this machine lets nobody mount a small disk")
    unfelt = [
        fault for fault in faults if not any(one.felt for one in outcomes if one.fault == fault)
    ]
    for fault in unfelt:
        print(f"No page felt “{fault}”: nothing is shown by it.")
    bad = [one for one in outcomes if one.troubles]
    for one in bad:
        print(f"Round {one.number} ({one.fault}): {one.troubles[0].splitlines()[0]}")
    return 1 if bad or unfelt else 0


if __name__ == "__main__":
    sys.exit(main())
