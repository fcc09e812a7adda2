"""Background jobs; `manage.py work` runs them, on one queue on both engines."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from intake.actions.notices import mail_counts
from intake.actions.quality import keep_samples
from intake.models import Agency

HOUSEKEEPING_EVERY = timedelta(hours=1)
MAILS_EVERY = timedelta(minutes=10)  # a user gets one an hour at most
KEEP_RESULTS = timedelta(days=1)


@task()
def housekeeping() -> None:
    """Come again in an hour; clear sessions that ran out and results of old jobs; draw samples."""
    schedule_housekeeping(timezone.now() + HOUSEKEEPING_EVERY)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - KEEP_RESULTS).delete()
    for agency in Agency.objects.order_by("slug"):
        keep_samples(agency=agency, at=timezone.now())


@task()
def notice_mails() -> None:
    """Come again in ten minutes; tell by mail how many notices are new, where that is wanted."""
    schedule_notice_mails(timezone.now() + MAILS_EVERY)
    mail_counts(at=timezone.now())


def schedule_housekeeping(at: datetime | None = None) -> None:
    """Put the hourly job in the queue, for `at` or now, unless it waits there already."""
    _schedule(housekeeping, at)


def schedule_notice_mails(at: datetime | None = None) -> None:
    """Put the job that mails in the queue, unless it waits there or mails are not wanted."""
    if settings.NOTICE_EMAIL:
        _schedule(notice_mails, at)


def _schedule(job: Task[[], None], at: datetime | None) -> None:
    waiting = DBTaskResult.objects.filter(task_path=job.module_path, status="READY")
    if not waiting.exists():
        job.using(run_after=at).enqueue()
