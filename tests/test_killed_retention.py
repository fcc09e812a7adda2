"""A command that is killed while it carries a list out: each record is whole, or a tombstone."""

import signal
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone

from intake.actions import retention
from intake.actions.audit import seal_events
from intake.models import (
    AuditEvent,
    Decision,
    Expunction,
    Intake,
    Narrative,
    ResponseOption,
    User,
)
from intake.worksheet.audit_proof import find_faults
from tests.factory import make_call, make_user
from tests.worker import a_worker

pytestmark = pytest.mark.usefixtures("transactional_db")

COUNT = 120


def is_at(moment: int) -> bool:
    """Whether so many records are expunged."""
    return Expunction.objects.count() >= moment


def test_it_goes_on_where_it_was_killed(worker: User, privacy: User, tmp_path: Path) -> None:
    agency = worker.agency
    assert agency is not None
    edition = make_call(worker).edition
    long_ago = timezone.now() - timedelta(days=11 * 366)
    records = Intake.objects.bulk_create(
        Intake(
            agency=agency,
            reference=f"due-{number}",
            worker=worker,
            edition=edition,
            status="approved",
            started_at=long_ago,
            submitted_at=long_ago,
            retained_from=long_ago,
            child_now_at="Quillfeather",
        )
        for number in range(COUNT)
    )
    Narrative.objects.bulk_create(Narrative(intake=one, text="Quillfeather") for one in records)
    screening = ResponseOption.objects.get(agency=agency, key="in_person")
    Decision.objects.bulk_create(Decision(intake=one, screening=screening) for one in records)
    run = retention.prepare_run(actor=privacy, at=timezone.now())
    other = make_user(agency, "privacy2", "privacy_officers")
    retention.confirm_run(actor=other, run_id=run.pk, at=timezone.now())
    assert run.items.count() == COUNT

    killed = 0
    with a_worker(tmp_path / "retention.log", "apply_retention") as process:
        for moment in (1, COUNT // 3):
            process.start()
            process.wait_until(partial(is_at, moment))
            assert process.kill() == -signal.SIGKILL
            done = Expunction.objects.count()
            assert moment <= done < COUNT
            killed += 1
            # Whatever stands was carried out whole; whatever does not is untouched.
            gone = set(Expunction.objects.values_list("intake", flat=True))
            assert set(Narrative.objects.values_list("intake", flat=True)).isdisjoint(gone)
            assert Narrative.objects.filter(intake__in=records).count() == COUNT - done
            assert AuditEvent.objects.filter(verb="intake.expunged").count() == done
            assert run.items.filter(done_at__isnull=False).count() == done
            assert Intake.objects.filter(child_now_at="Quillfeather").count() == COUNT - done
            run.refresh_from_db()
            assert run.finished_at is None
        process.start()
        assert process.process is not None and process.process.wait(120) == 0
    assert killed == 2 and Expunction.objects.count() == COUNT
    assert not Narrative.objects.filter(intake__in=records).exists()
    run.refresh_from_db()
    assert run.finished_at is not None
    at = timezone.now()
    seal_events(at=at)
    assert list(find_faults(at=at)) == []
