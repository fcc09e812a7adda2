"""Housekeeping comes again every hour, in one chain whatever happens."""

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from intake import jobs

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
