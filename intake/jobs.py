"""Background jobs; `manage.py work` runs them, on one queue on both engines."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from intake.actions.searches import KEPT, forget_searches

HOUSEKEEPING_EVERY = timedelta(hours=1)
KEEP_RESULTS = timedelta(days=1)


@task()
def housekeeping() -> None:
    """Come again in an hour; clear sessions that ran out, old searches and results of jobs."""
    schedule_housekeeping(timezone.now() + HOUSEKEEPING_EVERY)
    forget_searches(before=timezone.now() - KEPT)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - KEEP_RESULTS).delete()


def schedule_housekeeping(at: datetime | None = None) -> None:
    """Put the hourly job in the queue, for `at` or now, unless it waits there already."""
    waiting = DBTaskResult.objects.filter(task_path="intake.jobs.housekeeping", status="READY")
    if not waiting.exists():
        housekeeping.using(run_after=at).enqueue()
