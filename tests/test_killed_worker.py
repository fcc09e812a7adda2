"""A worker that is killed in the middle of an export: another one goes on, to the same bytes."""

import signal
import zipfile
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from intake import jobs
from intake.actions import exports
from intake.exports import bulk
from intake.models import AuditEvent, ExportJob, ExportPart, Intake, User
from intake.models.exports import SILENT
from intake.search import Criteria
from tests.factory import NOW, make_call, put, submit
from tests.worker import a_worker

pytestmark = pytest.mark.usefixtures("transactional_db")

COUNT = 4


@pytest.fixture
def submitted(worker: User) -> list[Intake]:
    """Submitted calls, the newest first."""
    made = []
    for number in range(COUNT):
        call = make_call(worker, NOW + timedelta(minutes=number))
        put(worker, call, "narrative.text", f"Story {number}. " * 50)
        submit(worker, call, NOW + timedelta(minutes=number))
        made.append(call)
    return made[::-1]


def ask(supervisor: User, kind: str = "pdf") -> ExportJob:
    job = exports.request_export(
        actor=supervisor, kind=kind, criteria=Criteria(), at=timezone.now()
    )
    jobs.queue_exports()
    return job


def begin_anew(job: ExportJob) -> None:
    """Put the export back to where it was when it was asked for, with the same items."""
    ExportPart.objects.all().delete()
    job.items.update(submission=None)
    ExportJob.objects.filter(pk=job.pk).update(
        status="waiting", done=0, started_at=None, finished_at=None, expires_at=None
    )
    DBTaskResult.objects.all().delete()
    jobs.queue_exports()


def read(job: ExportJob) -> bytes:
    job.refresh_from_db()
    assert job.status == "done"
    return b"".join(bulk.stream_file(job))


def grow_old(job: ExportJob) -> None:
    """A minute passes since anything was heard of the export's worker."""
    long_ago = timezone.now() - SILENT - timedelta(seconds=1)
    ExportJob.objects.filter(pk=job.pk).update(heartbeat_at=long_ago)


def is_at(job: ExportJob, moment: int) -> bool:
    """Whether so many intakes are done, or a worker has begun."""
    job.refresh_from_db()
    return job.done >= moment and job.runner is not None


def test_the_file_is_the_same_however_often_the_worker_is_killed(
    submitted: list[Intake], supervisor: User, tmp_path: Path
) -> None:
    job = ask(supervisor)
    while bulk.work_on_exports(seconds=600):
        pass
    undisturbed = read(job)
    with zipfile.ZipFile(BytesIO(undisturbed)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == COUNT + 1
    events = AuditEvent.objects.filter(verb="intake.exported").count()
    begin_anew(job)

    # Before the first part is stored; then each time while it makes the next one.
    with a_worker(tmp_path / "work.log") as process:
        for moment in range(COUNT - 1):
            process.start()
            process.wait_until(partial(is_at, job, moment))
            assert process.kill() == -signal.SIGKILL
            job.refresh_from_db()
            assert job.status == "running"
            assert job.done < COUNT
            assert job.parts.count() == job.done  # what was stored is whole
            grow_old(job)
        process.start()
        process.wait_until(lambda: ExportJob.objects.filter(pk=job.pk, status="done").exists())
    assert read(job) == undisturbed
    exported = AuditEvent.objects.filter(verb="intake.exported", details__export=str(job.pk))
    assert exported.count() == events + COUNT  # of the first time, and one each of the second


def test_a_fresh_heartbeat_is_left_alone(
    submitted: list[Intake], supervisor: User, tmp_path: Path
) -> None:
    """Another worker may be at it: the export is taken a minute later, by the look."""
    job = ask(supervisor, "csv")
    taken = exports.take_export(at=timezone.now())  # by a worker that is killed now
    assert taken is not None
    with a_worker(tmp_path / "work.log") as process:
        process.start()
        looked = DBTaskResult.objects.filter(
            task_path="intake.jobs.look_for_exports", status="SUCCESSFUL"
        )
        process.wait_until(looked.exists)
        job.refresh_from_db()
        assert (job.done, job.runner) == (0, taken.runner)
        grow_old(job)
        # The look of the next minute, which has come.
        DBTaskResult.objects.filter(
            task_path="intake.jobs.look_for_exports", status="READY"
        ).update(run_after=timezone.now())
        process.wait_until(lambda: ExportJob.objects.filter(pk=job.pk, status="done").exists())
    assert read(job)


def test_a_worker_that_is_told_to_stop_ends_after_its_turn(
    submitted: list[Intake], supervisor: User, tmp_path: Path
) -> None:
    """And leaves the export to the next one, which need not wait a minute."""
    job = ask(supervisor)
    with a_worker(tmp_path / "work.log") as process:
        process.start()
        process.wait_until(ExportPart.objects.exists)
        assert process.kill(signal.SIGTERM) == 0
    job.refresh_from_db()
    assert job.runner is None
    assert job.status == "done" or ExportJob.objects.takeable(timezone.now()).exists()
