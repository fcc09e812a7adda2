"""Queries that are put together once: what they answer is what they would have, at any time."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from intake.actions import restrictions, reviews
from intake.models import User
from intake.models.intakes import keys_kept_from
from intake.worksheet import desk, notices
from tests.factory import make_call, make_user, submit

MINUTE = timedelta(minutes=1)


@pytest.fixture
def other_supervisor(supervisor: User) -> User:
    assert supervisor.agency is not None
    return make_user(supervisor.agency, "supervisor2", "supervisors")


def test_the_queue_is_the_same_at_any_time(
    worker: User, worker2: User, supervisor: User, other_supervisor: User
) -> None:
    now = timezone.now()
    claimed, free, given, restricted = (make_call(worker, now) for _ in range(4))
    for call in (claimed, free, given, restricted):
        submit(worker, call, now)
    for call in (claimed, given):
        reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=now)
    remark = reviews.NewComment("narrative.text", "Who?")
    reviews.return_intake(actor=supervisor, intake_id=given.pk, comments=[remark], at=now)
    restrictions.restrict_intake(
        actor=supervisor, intake_id=restricted.pk, reason="A colleague's family.", at=now
    )
    restrictions.break_glass(
        actor=other_supervisor, intake_id=restricted.pk, reason="A child waits.", at=now
    )
    answers = set()
    for user in (supervisor, other_supervisor):
        about = user.pk, user.agency_id, user.roles
        for minutes in (0, 14, 16, 59, 61):
            at = now + minutes * MINUTE
            for show in ("", "mine", "unclaimed", "returned"):
                for whose in (None, worker.pk, worker2.pk, uuid.UUID(int=0)):
                    rows = [tuple(row) for row in desk._queue.rows(*about, show, whose, 9, at=at)]
                    assert rows == list(desk._queue.build(*about, show, whose, 9, at=at))
                    answers.add(tuple(rows))
            kept = [key for (key,) in keys_kept_from.rows(*about[:2], at=at)]
            assert kept == [one["pk"] for one in keys_kept_from.build(*about[:2], at=at)]
    assert len(answers) > 6


@pytest.mark.parametrize("seen_days_ago", [None, 0, 1, 40])
def test_new_notices_are_counted_as_they_are_listed(
    worker: User, supervisor: User, other_supervisor: User, seen_days_ago: int | None
) -> None:
    now = timezone.now()
    for days in (0, 3, 60):
        call = make_call(worker, now - timedelta(days=days))
        submit(worker, call, now - timedelta(days=days))
        reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=now)
        remark = reviews.NewComment("narrative.text", "Who?")
        reviews.return_intake(actor=supervisor, intake_id=call.pk, comments=[remark], at=now)
    counts = set()
    for user in (worker, supervisor, other_supervisor):
        if seen_days_ago is not None:
            user.notices_seen_at = now - timedelta(days=seen_days_ago)
        for at in (now, now + 20 * MINUTE, now + timedelta(days=2)):
            new = notices.build_notices(user, at=at, only_new=True)
            assert notices.count_new(user, at=at) == len(new)
            counts.add(len(new))
    assert counts != {0}


def test_one_user_s_words_are_not_another_s(worker: User, supervisor: User) -> None:
    call = make_call(worker)
    submit(worker, call)
    now = timezone.now()
    for user, seen in ((supervisor, 1), (worker, 0), (supervisor, 1)):
        assert len(desk.build_queue(viewer=user, at=now, most=9)) == seen
    supervisor.is_active = False
    assert desk.build_queue(viewer=supervisor, at=now, most=9) == []
