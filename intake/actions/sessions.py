"""The own sessions: ended from anywhere."""

from datetime import datetime

from django.db import transaction

from intake.models import Session, User
from intake.models.audit import record_event


def end_sessions(*, actor: User, but: str | None, at: datetime) -> int:
    """End the actor's sessions, locked screens too, `but` the one of this key; return how many."""
    with transaction.atomic():
        mine = Session.objects.filter(user=actor)
        count = mine.exclude(pk=but).delete()[0] if but else mine.delete()[0]
        details: dict[str, str | int | bool] = {"sessions": count}
        record_event("user.sessions_ended", actor=actor, at=at, subject=actor, details=details)
    return count
