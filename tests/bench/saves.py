"""Saves over HTTP beside a minimal view that does the same statements, and beside raw upserts.

On PostgreSQL: throughput at 1, 10, 50 and 200 clients (target: at least 0.85 of the minimal
view's), latencies at 250 and 500 saves/s that come at their own times (p95 at most 1.5 times its
own), no error, and flat memory over BENCH_MINUTES (10). On SQLite: 100 clients, no error.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench import start

start()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group
from django.db import connection

from hotline.dev import postgres
from intake.models import User
from intake.session_store import SessionStore
from tests import factory
from tests.torture.machine import Web, free_port

USERS = 500
CLIENTS = (1, 10, 50, 200)
RATES = (250, 500)
ON_SQLITE = 100  # clients
SLICE = float(os.environ.get("BENCH_SLICE") or 4)  # seconds
TURNS = 3  # of each, so that both meet the same machine
MINUTES = float(os.environ.get("BENCH_MINUTES") or 10)
THROUGHPUT, P95, MEMORY = 0.85, 1.5, 1.05  # targets: at least, at most, at most

RAW = """\\set id :client_id
INSERT INTO bench_raw (id, text, revision) VALUES (:id, repeat('what the caller said ', 20), 1)
ON CONFLICT (id) DO UPDATE SET text = excluded.text, revision = bench_raw.revision + 1;
"""


class Load:
    """The generator, a process of its own."""

    def __init__(self, clients: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.load", clients],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, **job: float) -> "Result":
        """Let it do a job and return what came of it."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return Result(json.loads(self._process.stdout.readline()))

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


class Result:
    """Saves, errors and times of one job, or of several together."""

    def __init__(self, about: dict[str, Any]) -> None:
        self.saves, self.seconds = int(about["saves"]), float(about["seconds"])
        self.errors: dict[str, int] = about["errors"]
        self.times: list[float] = sorted(about["times"])
        self.cpu = 0.0  # seconds of the server

    def __add__(self, other: "Result") -> "Result":
        both = Result(
            {
                "saves": self.saves + other.saves,
                "seconds": self.seconds + other.seconds,
                "errors": self.errors | other.errors,
                "times": self.times + other.times,
            }
        )
        both.cpu = self.cpu + other.cpu
        return both

    @property
    def cpu_ms(self) -> float:
        """The server's processor time for one save, in milliseconds."""
        return self.cpu * 1000 / self.saves if self.saves else float("inf")

    @property
    def rate(self) -> float:
        """Saves per second."""
        return self.saves / self.seconds

    def ms(self, part: float) -> float:
        """Return a percentile in milliseconds."""
        if not self.times:
            return float("inf")
        return self.times[min(len(self.times) - 1, int(len(self.times) * part))] * 1000


def main() -> int:
    """Print the tables; return 0 when every target is met."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        folder = Path(name)
        clients = folder / "clients.json"
        is_sqlite = connection.vendor == "sqlite"
        clients.write_text(json.dumps(make_clients(ON_SQLITE if is_sqlite else USERS)))
        connection.close()
        generator = Load(clients)
        try:
            missed = on_sqlite(generator, folder) if is_sqlite else on_postgresql(generator, folder)
        finally:
            generator.stop()
    for sentence in missed:
        print(f"MISSED: {sentence}")
    return 1 if missed else 0


def make_clients(count: int) -> list[dict[str, Any]]:
    """Return so many workers, each signed in, with an open call and an answer that was begun."""
    agency = factory.make_agency()
    agency.idle_lock_minutes = 30  # nobody tells of activity here
    agency.save()
    workers = Group.objects.get(name="workers")
    clients = []
    for number in range(count):
        user = User(agency=agency, username=f"saver{number}")
        user.set_unusable_password()
        user.save()
        user.groups.add(workers)
        user = User.objects.with_roles().get(pk=user.pk)
        call = factory.make_call(user)
        field = f"answer.{factory.core_prompt(call).pk}.text"
        factory.put(user, call, field, "first")
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["began"] = session["active"] = int(time.time())
        session.create()
        csrf = uuid.uuid4().hex
        cookies = {
            settings.SESSION_COOKIE_NAME: session.session_key,
            settings.CSRF_COOKIE_NAME: csrf,
        }
        clients.append(
            {
                "call": str(call.pk),
                "field": field,
                "base": 1,
                "page": str(uuid.uuid4()),
                "csrf": csrf,
                "cookies": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            }
        )
    return clients


@contextmanager
def serving(folder: Path, module: str, *, workers: int = 2) -> Iterator[Web]:
    """Serve with the settings of `module`, as in production."""
    before = os.environ["DJANGO_SETTINGS_MODULE"]
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    web = Web(free_port(), workers=workers, log=folder / f"{module}.log")
    try:
        web.start()
        os.environ["DJANGO_SETTINGS_MODULE"] = before
        yield web
    finally:
        web.stop()


def on_postgresql(generator: Load, folder: Path) -> list[str]:
    """Measure on PostgreSQL; return the targets that were missed, as sentences."""
    ours = "hotline.settings"
    with serving(folder, ours) as web, serving(folder, "tests.bench.minimal_settings") as minimal:
        servers = {"ours": web, "minimal": minimal}
        for one in servers.values():  # both warm, every connection to the database open
            generator.run(port=one.port, clients=50, seconds=SLICE)
        missed = throughput(generator, servers, folder)
        missed += latencies(generator, servers)
        return missed + flat_memory(generator, web)


def throughput(generator: Load, servers: dict[str, Web], folder: Path) -> list[str]:
    """Keep 1 to 200 clients busy; return the targets that were missed."""
    missed: list[str] = []
    print("\nPROCESSOR is the server's own time for a save, less disturbed by what else runs here.")
    print("SAVES/S         raw  minimal     ours  ratio   P95, MS  minimal   ours", end="")
    print("   PROCESSOR, MS  minimal   ours  ratio")
    for count in CLIENTS:
        raw = raw_upserts(folder, count)
        both = in_turns(generator, servers, clients=count, seconds=SLICE)
        mine, theirs = both["ours"], both["minimal"]
        ratio = mine.rate / theirs.rate
        print(
            f"{count:3} clients {raw:7.0f} {theirs.rate:8.0f} {mine.rate:8.0f} {ratio:6.2f}"
            f" {theirs.ms(0.95):17.1f} {mine.ms(0.95):6.1f}"
            f" {theirs.cpu_ms:23.2f} {mine.cpu_ms:6.2f} {theirs.cpu_ms / mine.cpu_ms:6.2f}"
        )
        missed += errors_of(both, f"at {count} clients")
        if ratio < THROUGHPUT:
            missed.append(f"{ratio:.2f} of the throughput at {count} clients, below {THROUGHPUT}")
    return missed


def latencies(generator: Load, servers: dict[str, Web]) -> list[str]:
    """Send saves at their own times; return the targets that were missed."""
    missed: list[str] = []
    print("\nOPEN LOOP, MS  minimal p50     p95     p99   ours p50     p95     p99  ratio of p95")
    for rate in RATES:
        both = in_turns(generator, servers, clients=USERS, seconds=2 * SLICE, rate=rate)
        mine, theirs = both["ours"], both["minimal"]
        ratio = mine.ms(0.95) / theirs.ms(0.95)
        print(
            f"{rate:4} saves/s {theirs.ms(0.5):13.1f} {theirs.ms(0.95):7.1f} {theirs.ms(0.99):7.1f}"
            f" {mine.ms(0.5):10.1f} {mine.ms(0.95):7.1f} {mine.ms(0.99):7.1f} {ratio:13.2f}"
        )
        missed += errors_of(both, f"at {rate} saves/s")
        if ratio > P95:
            missed.append(f"p95 {ratio:.2f} times the minimal view's at {rate}/s, above {P95}")
    return missed


def in_turns(generator: Load, servers: dict[str, Web], **job: float) -> dict[str, Result]:
    """Let both do the same in turns; return what came of each."""
    results: dict[str, Result] = {}
    for turn in range(TURNS):
        names = list(servers) if turn % 2 else list(reversed(servers))
        for name in names:
            before = spent_by(servers[name])
            result = generator.run(port=servers[name].port, **job)
            result.cpu = spent_by(servers[name]) - before
            results[name] = results[name] + result if name in results else result
    return results


def errors_of(results: dict[str, Result], where: str) -> list[str]:
    """Return a sentence for every kind of error."""
    return [
        f"{count} errors {where} of {name}: {error}"
        for name, result in results.items()
        for error, count in result.errors.items()
    ]


def raw_upserts(folder: Path, clients: int) -> float:
    """Return pgbench's upserts per second, over as many connections."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_raw")
        cursor.execute("CREATE TABLE bench_raw (id int PRIMARY KEY, text text, revision int)")
    database = connection.settings_dict
    connection.close()
    script = folder / "raw.sql"
    script.write_text(RAW)
    told = subprocess.run(
        [
            *(postgres.find_binaries() / "pgbench", "--no-vacuum", "--protocol=prepared"),
            *("-c", str(clients), "-j", "1", "-T", str(max(1, int(SLICE))), "-f", script),
            *("-h", database["HOST"] or database["OPTIONS"]["host"], "-U", database["USER"]),
            *("-p", str(database["PORT"] or 5432), database["NAME"]),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rates = [float(line.split()[2]) for line in told.splitlines() if line.startswith("tps =")]
    return rates[0] if rates else 0.0  # a machine that is too busy does none in the time


def spent_by(web: Web) -> float:
    """Return the processor time that the server's processes have spent, in seconds."""
    ticks = 0
    for one in web.processes:
        words = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident(web: Web) -> float:
    """Return the memory of the server's processes in MiB."""
    pages = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in web.processes]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def flat_memory(generator: Load, web: Web) -> list[str]:
    """Save for MINUTES at the lower rate and watch the server's memory."""
    seen: list[float] = []
    results: list[Result] = []
    deadline = time.monotonic() + MINUTES * 60
    while time.monotonic() < deadline or len(seen) < 5:
        results.append(generator.run(port=web.port, clients=USERS, seconds=5, rate=RATES[0]))
        seen.append(resident(web))
    fifth = len(seen) // 5
    early, late = statistics.median(seen[fifth : 2 * fifth]), statistics.median(seen[-fifth:])
    saves = sum(one.saves for one in results)
    print(
        f"\nMemory over {MINUTES:g} minutes and {saves} saves: {early:.0f} MiB early, "
        f"{late:.0f} MiB late, {max(seen):.0f} MiB at most; ratio {late / early:.3f}"
    )
    missed = [sentence for one in results for sentence in errors_of({"ours": one}, "meanwhile")]
    if late / early > MEMORY:
        missed.append(f"memory grew to {late / early:.2f} of what it was, more than {MEMORY}")
    return missed


def on_sqlite(generator: Load, folder: Path) -> list[str]:
    """Keep 100 clients busy on SQLite; return what went wrong, as sentences."""
    with serving(folder, "hotline.settings", workers=1) as web:
        result = generator.run(port=web.port, clients=ON_SQLITE, seconds=5 * SLICE)
        locked = (folder / "hotline.settings.log").read_text().count("database is locked")
    print(
        f"\nSQLite, {ON_SQLITE} clients: {result.rate:.0f} saves/s, p95 {result.ms(0.95):.0f} ms, "
        f"{sum(result.errors.values())} errors, “database is locked” {locked} times"
    )
    missed = errors_of({"ours": result}, "on SQLite")
    return [*missed, *(["“database is locked” was logged"] if locked else [])]


if __name__ == "__main__":
    sys.exit(main())
