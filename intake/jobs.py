"""Background jobs; `manage.py work` runs them, on one queue on both engines."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

HOUSEKEEPING_EVERY = timedelta(hours=1)
KEEP_RESULTS = timedelta(days=1)


@task()
def housekeeping() -> None:
    """Clear sessions that ran out and results of old jobs, and come again in an hour."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - KEEP_RESULTS).delete()
    housekeeping.using(run_after=timezone.now() + HOUSEKEEPING_EVERY).enqueue()


def schedule_housekeeping() -> None:
    """Put the hourly job in the queue unless it waits there already."""
    waiting = DBTaskResult.objects.filter(task_path="intake.jobs.housekeeping", status="READY")
    if not waiting.exists():
        housekeeping.enqueue()
