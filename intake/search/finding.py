"""Which of the intakes that a user may read fit what is asked for."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from intake.models import Intake, User
from intake.models.intakes import IntakeQuerySet
from intake.search.criteria import Criteria


def find(user: User, criteria: Criteria) -> IntakeQuerySet:
    """Return the real intakes that `user` may read and that fit, newest first."""
    intakes = Intake.objects.visible_to(user).for_real().newest_first()
    if criteria.status:
        intakes = intakes.filter(status=criteria.status)
    if criteria.since:
        intakes = intakes.filter(started_at__gte=_midnight(criteria.since))
    if criteria.until:
        intakes = intakes.filter(started_at__lt=_midnight(criteria.until + timedelta(days=1)))
    return intakes


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
