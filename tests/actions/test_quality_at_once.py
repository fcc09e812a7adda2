"""Two at once on PostgreSQL: a rating is one, and a month is drawn once."""

from datetime import UTC, datetime
from functools import partial

import pytest

from intake import quality
from intake.actions import quality as actions
from intake.actions import reviews
from intake.errors import NotPossibleNow
from intake.models import Agency, AuditEvent, Intake, QualityRating, QualitySample, User
from tests.actions.test_concurrency import at_once, split
from tests.factory import NOW, make_call, make_user, submit

pytestmark = [pytest.mark.postgresql_only, pytest.mark.usefixtures("transactional_db")]

ROUNDS = 4
YES = dict.fromkeys(quality.RUBRIC, "yes")
NO = dict.fromkeys(quality.RUBRIC, "no")


def approve(worker: User, supervisor: User, at: datetime = NOW) -> Intake:
    call = make_call(worker, at)
    submit(worker, call, at)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=at)
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=at)
    return call


def test_two_saves_of_a_rating_make_one(worker: User, supervisor: User) -> None:
    for _ in range(ROUNDS):
        call = approve(worker, supervisor)
        same = partial(
            actions.rate_record, actor=supervisor, intake_id=call.pk, answers=YES, at=NOW
        )
        other = partial(same, answers=NO)
        done, refused = split(at_once(same, same, other))
        assert (len(done), refused) == (3, [])
        (rating,) = QualityRating.objects.filter(intake=call)
        assert rating.answers in (YES, NO)


def test_two_saves_of_a_blind_rating_make_one(
    worker: User, supervisor: User, agency: Agency
) -> None:
    for name in ("second", "third"):
        make_user(agency, name, "supervisors")
    for month in range(4, 4 + ROUNDS):
        call = approve(worker, supervisor, datetime(2026, month - 1, 15, tzinfo=UTC))
        actions.keep_samples(agency=agency, at=datetime(2026, month, 15, tzinfo=UTC))
        rating = QualityRating.objects.get(intake=call, place=1)
        rater = User.objects.with_roles().get(pk=rating.rater_id)
        give = partial(actions.rate_blind, actor=rater, rating_id=rating.pk, answers=YES, at=NOW)
        done, refused = split(at_once(give, give, partial(give, answers=NO)))
        assert len(done) + len(refused) == 3
        assert done
        assert all(isinstance(one, NotPossibleNow) for one in refused)
        assert AuditEvent.objects.filter(verb="quality.rated", subject_id=rating.pk).count() == 1
        rating.refresh_from_db()
        assert rating.answers == done[0].answers


def test_a_month_is_drawn_once(worker: User, supervisor: User, agency: Agency) -> None:
    for name in ("second", "third"):
        make_user(agency, name, "supervisors")
    for month in range(4, 4 + ROUNDS):
        approve(worker, supervisor, datetime(2026, month - 1, 15, tzinfo=UTC))
        draw = partial(
            actions.keep_samples, agency=agency, at=datetime(2026, month, 15, tzinfo=UTC)
        )
        done, refused = split(at_once(draw, draw, draw))
        assert (len(done), refused) == (3, [])
        assert len({one.pk for one in done}) == 1
        sample = QualitySample.objects.get(month=datetime(2026, month - 1, 1, tzinfo=UTC).date())
        assert sample.sampled.get().ratings.count() == 2
