"""Proving the audit beside a bare SHA-256 pass over the same rows, and what an event costs.

BENCH_EVENTS says how many (1,000,000). Targets: `verify_audit` at most 3 times the bare pass, in a
memory that does not grow; an event at most a tenth of the view that writes it.
"""

import hashlib
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator

from tests.bench import start

start()

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.actions.audit import seal_events, sign_checkpoint
from intake.models import AuditEvent, AuditSeal, User
from intake.models.audit import SEALED, record_event
from intake.worksheet.audit_proof import find_faults
from tests import factory

EVENTS = int(os.environ.get("BENCH_EVENTS") or 1_000_000)
RATIO, SHARE = 3.0, 0.1
ROUNDS, VIEWS = 3, 60


def main() -> int:
    """Print what was measured; return 0 when every target is met."""
    agency = factory.make_agency()
    worker = factory.make_user(agency, "worker", "workers")
    supervisor = factory.make_user(agency, "supervisor", "supervisors")
    call = factory.make_call(worker)
    factory.submit(worker, call)
    share = cost_of_an_event(supervisor, reverse("intake", args=[call.pk]))
    fill(worker, EVENTS // 10)
    seal()
    verify()
    before = peak()
    fill(worker, EVENTS - EVENTS // 10)
    print(f"{AuditEvent.objects.count():,} events, sealed in {seal():.0f} s", flush=True)
    bare, proof = [], []
    for _ in range(ROUNDS):
        bare.append(timed(bare_pass))
        proof.append(timed(verify))
    grown = peak() - before
    ratio = statistics.median(proof) / statistics.median(bare)
    print(f"bare SHA-256 pass   {statistics.median(bare):8.1f} s")
    print(f"verify_audit        {statistics.median(proof):8.1f} s  {ratio:.2f} of it")
    print(f"memory              {before:8.0f} MiB at a tenth, {grown:+.0f} MiB at all of it")
    print(f"an event            {100 * share:8.1f} % of the view that writes it")
    missed = [
        words
        for words, is_met in (
            (f"verify_audit within {RATIO} times the bare pass", ratio <= RATIO),
            ("memory flat", grown <= 16),
            (f"an event within {100 * SHARE:.0f} % of a view", share <= SHARE),
        )
        if not is_met
    ]
    print("Missed: " + ", ".join(missed) if missed else "Every target is met.")
    return 1 if missed else 0


def fill(actor: User, count: int) -> None:
    """Write events as a year of views would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO intake_auditevent (id, at, agency_id, actor_id, actor_label, verb, "
            "subject_type, subject_id, subject_label, details) "
            "SELECT gen_random_uuid(), now() - random() * interval '360 days', %s, %s, 'worker', "
            "'intake.viewed', 'intake', gen_random_uuid(), '26-' || lpad(n::text, 6, '0'), "
            "jsonb_build_object('submission', n %% 3, 'kind', 'pdf') "
            "FROM generate_series(1, %s) n",
            [actor.agency_id, actor.pk, count],
        )


def seal() -> float:
    """Seal everything and return the seconds; the planner knows the tables afterwards."""
    seconds = timed(lambda: seal_events(at=timezone.now()))
    sign_checkpoint(at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return seconds


def verify() -> None:
    """Prove the audit, which has no fault."""
    faults = list(find_faults(at=timezone.now()))
    assert faults == [], faults[:3]


def bare_pass() -> None:
    """Hash every event in the order of the seals, and do nothing else."""
    before = b""
    for row in rows():
        before = hashlib.sha256(before + repr(row).encode()).digest()


def rows() -> Iterator[tuple[object, ...]]:
    """The events as they are read, not all at once."""
    columns = [f"event__{name}" for name in SEALED]
    seals = AuditSeal.objects.order_by("number").values_list("number", "sha256", *columns)
    return seals.iterator(chunk_size=2_000)


def cost_of_an_event(viewer: User, address: str) -> float:
    """Return the share of the time of a view that its event takes."""
    client = Client(headers={"host": "localhost"})
    client.force_login(viewer)
    views, events = [], []
    for _ in range(VIEWS):
        views.append(timed(lambda: client.get(address)))
        with transaction.atomic():
            events.append(timed(lambda: record_event("x.tried", actor=viewer, at=timezone.now())))
            transaction.set_rollback(True)
    return statistics.median(events) / statistics.median(views)


def timed(deed: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def peak() -> float:
    """Return the most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
