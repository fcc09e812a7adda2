"""Makers of what figures are made of: teams, and submitted calls that nobody typed."""

import uuid
from datetime import timedelta

from django.utils import timezone

from intake.models import CallSummary, Edition, Intake, User


def join(worker: User, supervisor: User) -> User:
    """Put the worker into the supervisor's team."""
    worker.supervisor = supervisor
    worker.save(update_fields=["supervisor"])
    return worker


def count(worker: User, times: int, *, days_ago: int = 0, **about: int) -> list[CallSummary]:
    """So many submitted calls of the worker, with the rows that their submissions would leave."""
    assert worker.agency is not None
    at = timezone.now() - timedelta(days=days_ago, minutes=1)
    day = at.astimezone(worker.agency.zone).date()
    edition = Edition.objects.get(agency=worker.agency)
    made = Intake.objects.bulk_create(
        Intake(
            agency=worker.agency,
            reference=f"F{uuid.uuid4().hex[:14]}",
            worker=worker,
            edition=edition,
            status="submitted",
            started_at=at,
            ended_at=at,
            submitted_at=at,
        )
        for _ in range(times)
    )
    return CallSummary.objects.bulk_create(
        CallSummary(
            intake=call,
            agency=worker.agency,
            worker=worker,
            started_at=at,
            week=day - timedelta(days=day.weekday()),
            **{"submitted_after": 60} | about,
        )
        for call in made
    )
