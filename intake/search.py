"""Finding intakes: what is asked for, and which of the visible ones fit.

The one module in which the two engines differ.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from intake.models import Intake, User
from intake.models.intakes import IntakeQuerySet


@dataclass(frozen=True)
class Criteria:
    """What is asked for; an empty field asks for nothing. Days are those of the active zone."""

    status: str = ""
    since: date | None = None
    until: date | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the criteria as JSON can hold them."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
            if value
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Criteria":
        """Return the criteria that `to_dict` wrote."""
        fields = dict(data)
        for name in ("since", "until"):
            if name in fields:
                fields[name] = date.fromisoformat(fields[name])
        return cls(**fields)


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
