"""The own sessions: ended from anywhere."""

from datetime import datetime

from django.db import transaction

from intake.models import Session, User
from intake.models.audit import record_event
from intake.sessions import mark_of


def end_sessions(
    *, actor: User, but: str | None = None, only: str | None = None, at: datetime
) -> int:
    """End the actor's sessions, locked screens too; return how many.

    `but` is the key of one that stays, `only` the mark (`sessions.mark_of`) of the one that ends.
    """
    with transaction.atomic():
        keys = [
            key
            for key in Session.objects.filter(user=actor).values_list("pk", flat=True)
            if key != but and only in (None, mark_of(key))
        ]
        count = Session.objects.filter(pk__in=keys).delete()[0]
        details: dict[str, str | int | bool] = {"sessions": count}
        record_event("user.sessions_ended", actor=actor, at=at, subject=actor, details=details)
    return count
