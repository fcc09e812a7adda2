"""Housekeeping comes again every hour, in one chain whatever happens; exports find a worker."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from intake import jobs
from intake.actions import exports
from intake.models import ExportJob, ExportPart, User
from intake.search import Criteria
from tests.factory import make_call, submit

pytestmark = pytest.mark.django_db


def waiting() -> int:
    """How many housekeepings wait in the queue."""
    return DBTaskResult.objects.filter(task_path="intake.jobs.housekeeping", status="READY").count()


def test_it_waits_once_however_often_a_worker_starts() -> None:
    jobs.schedule_housekeeping()
    jobs.schedule_housekeeping()
    assert waiting() == 1


def test_it_comes_again_even_when_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "KEEP_RESULTS", None)  # now() - None raises
    with pytest.raises(TypeError):
        jobs.housekeeping.func()
    assert waiting() == 1


def test_two_chains_become_one() -> None:
    jobs.schedule_housekeeping(timezone.now() + jobs.HOUSEKEEPING_EVERY)
    jobs.housekeeping.func()
    jobs.housekeeping.func()
    assert waiting() == 1


def ready(name: str) -> int:
    """How many jobs of that name wait in the queue."""
    return DBTaskResult.objects.filter(task_path=f"intake.jobs.{name}", status="READY").count()


def test_housekeeping_and_the_look_begin_each_other_anew() -> None:
    """A worker that is killed at either ends its chain; the other one mends it."""
    jobs.housekeeping.func()
    assert (ready("housekeeping"), ready("look_for_exports")) == (1, 1)
    DBTaskResult.objects.all().delete()
    jobs.look_for_exports.func()
    assert (ready("housekeeping"), ready("look_for_exports")) == (1, 1)
    waiting = DBTaskResult.objects.get(task_path="intake.jobs.look_for_exports")
    assert waiting.run_after <= timezone.now() + jobs.LOOK_EVERY


def test_what_a_killed_worker_left_in_the_queue_goes_after_a_day() -> None:
    jobs.schedule_look()
    jobs.schedule_housekeeping()
    long_ago = timezone.now() - jobs.KEEP_RESULTS
    for name, started_at in (("look_for_exports", long_ago), ("housekeeping", timezone.now())):
        left = DBTaskResult.objects.filter(task_path=f"intake.jobs.{name}")
        left.update(status="RUNNING", started_at=started_at)
    jobs.housekeeping.func()
    running = DBTaskResult.objects.filter(status="RUNNING")
    assert [one.task_path for one in running] == ["intake.jobs.housekeeping"]


def test_exports_wait_in_the_queue_once_while_there_is_work(worker: User, supervisor: User) -> None:
    jobs.queue_exports()
    assert not ready("work_exports")
    submit(worker, make_call(worker))
    job = exports.request_export(
        actor=supervisor, kind="csv", criteria=Criteria(), at=timezone.now()
    )
    jobs.queue_exports()
    jobs.queue_exports()
    assert ready("work_exports") == 1
    DBTaskResult.objects.all().delete()
    assert exports.take_export(at=timezone.now())
    jobs.look_for_exports.func()  # somebody is at it
    assert not ready("work_exports")
    ExportJob.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=2))
    jobs.look_for_exports.func()
    assert ready("work_exports") == 1
    jobs.work_exports.func()
    job.refresh_from_db()
    assert job.status == "done"


def test_housekeeping_deletes_old_exports(worker: User, supervisor: User) -> None:
    submit(worker, make_call(worker))
    exports.request_export(actor=supervisor, kind="csv", criteria=Criteria(), at=timezone.now())
    jobs.work_exports.func()
    jobs.housekeeping.func()
    assert ExportPart.objects.count() == 1
    ExportJob.objects.update(expires_at=timezone.now())
    jobs.housekeeping.func()
    assert not ExportPart.objects.exists()


def test_mails_come_again_only_where_they_are_wanted(settings: Settings) -> None:
    mails = DBTaskResult.objects.filter(task_path="intake.jobs.notice_mails", status="READY")
    jobs.schedule_notice_mails()
    jobs.notice_mails.func()
    assert not mails.exists()
    settings.NOTICE_EMAIL = True
    jobs.schedule_notice_mails()
    jobs.schedule_notice_mails()
    assert mails.count() == 1
    jobs.notice_mails.func()
    assert mails.count() == 1
