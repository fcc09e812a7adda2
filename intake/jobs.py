"""Background jobs; `manage.py work` runs them, on one queue on both engines."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from intake.actions.audit import seal_events, sign_checkpoint
from intake.actions.editions import settle_editions
from intake.actions.exports import drop_old_exports
from intake.actions.notices import mail_counts
from intake.actions.outbox import forget_keys
from intake.actions.quality import keep_samples
from intake.actions.question_sets import forget_imports
from intake.actions.searches import KEPT, forget_searches
from intake.actions.summaries import count_missing
from intake.exports.bulk import work_on_exports
from intake.models import Agency, CacheEntry, ExportJob

HOUSEKEEPING_EVERY = timedelta(hours=1)
LOOK_EVERY = timedelta(minutes=1)
MAILS_EVERY = timedelta(minutes=10)  # a user gets one an hour at most
SEALED_LATE = timedelta(days=1)  # an event that came into view later waits for the hourly job
KEEP_RESULTS = timedelta(days=1)
TURN = 5.0  # seconds of work on an export, then whatever else waits; a worker ends between turns


@task()
def housekeeping() -> None:
    """Come again in an hour; clear what ran out: sessions, keys, searches, exports, old results.

    A job whose worker was killed stays "running" in the queue: after a day it goes too. The
    samples of the quality review are drawn where a month is over, and what no figure knows of yet
    is counted.
    """
    schedule_housekeeping(timezone.now() + HOUSEKEEPING_EVERY)
    schedule_look()  # the one would begin the others anew, had a kill ended their chains
    schedule_sealing()
    now = timezone.now()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    CacheEntry.objects.filter(expires__lt=now).delete()  # failures at the sign-in
    forget_searches(before=now - KEPT)
    forget_keys(at=now)
    forget_imports(at=now)
    DBTaskResult.objects.finished().filter(finished_at__lt=now - KEEP_RESULTS).delete()
    DBTaskResult.objects.running().filter(started_at__lt=now - KEEP_RESULTS).delete()
    drop_old_exports(at=now)
    seal_events(at=now)
    sign_checkpoint(at=now)
    # What may fail comes after what has to go.
    count_missing()
    for agency in Agency.objects.order_by("slug"):
        settle_editions(agency=agency, at=now)
        keep_samples(agency=agency, at=now)


@task()
def look_for_exports() -> None:
    """Come again in a minute; put an export whose worker was killed into the queue."""
    schedule_look(timezone.now() + LOOK_EVERY)
    schedule_housekeeping()
    queue_exports()


@task()
def seal_audit() -> None:
    """Come again in a minute; seal what the audit has got meanwhile."""
    schedule_sealing(timezone.now() + LOOK_EVERY)
    now = timezone.now()
    seal_events(at=now, since=now - SEALED_LATE)


@task()
def work_exports() -> None:
    """Work on one export for some seconds; come again while there is any to work on."""
    if work_on_exports(seconds=TURN):
        queue_exports()


@task()
def notice_mails() -> None:
    """Come again in ten minutes; tell by mail how many notices are new, where that is wanted."""
    schedule_notice_mails(timezone.now() + MAILS_EVERY)
    mail_counts(at=timezone.now())


def schedule_housekeeping(at: datetime | None = None) -> None:
    """Put the hourly job in the queue, for `at` or now, unless it waits there already."""
    _schedule(housekeeping, at)


def schedule_look(at: datetime | None = None) -> None:
    """Put the look for exports in the queue, for `at` or now, unless it waits there already."""
    _schedule(look_for_exports, at)


def schedule_sealing(at: datetime | None = None) -> None:
    """Put the sealing of the audit in the queue, for `at` or now, unless it waits there already."""
    _schedule(seal_audit, at)


def queue_exports() -> None:
    """Put work on exports in the queue, where there is any and none waits there already."""
    if ExportJob.objects.takeable(timezone.now()).exists():
        _schedule(work_exports)


def schedule_notice_mails(at: datetime | None = None) -> None:
    """Put the job that mails in the queue, unless it waits there or mails are not wanted."""
    if settings.NOTICE_EMAIL:
        _schedule(notice_mails, at)


def _schedule(job: Task[[], None], at: datetime | None = None) -> None:
    waiting = DBTaskResult.objects.filter(task_path=job.module_path, status="READY")
    if not waiting.exists():
        job.using(run_after=at).enqueue()
