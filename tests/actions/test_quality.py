"""Quality review: who rates what, how a month is drawn, and what two raters' answers give."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from intake import quality, worksheet
from intake.actions import amendments, calls, restrictions, retention, reviews, wrap_up
from intake.actions import quality as actions
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow, Refused
from intake.models import (
    Agency,
    AuditEvent,
    Intake,
    Measure,
    QualityRating,
    QualitySample,
    SampledIntake,
    User,
)
from tests.factory import NOW, make_call, make_user, submit

ALL_YES = dict.fromkeys(quality.RUBRIC, "yes")
NEXT_MONTH = datetime(2026, 4, 2, 12, tzinfo=UTC)


@pytest.fixture
def supervisors(agency: Agency, supervisor: User) -> list[User]:
    """Four of them: the first one approves."""
    others = [make_user(agency, f"supervisor{number}", "supervisors") for number in (2, 3, 4)]
    return [supervisor, *others]


def approve(worker: User, supervisor: User, at: datetime = NOW) -> Intake:
    call = make_call(worker, at)
    submit(worker, call, at)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=at)
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=at)
    call.refresh_from_db()
    return call


def rate(actor: User, call: Intake, at: datetime = NOW, **answers: str) -> QualityRating:
    return actions.rate_record(actor=actor, intake_id=call.pk, answers=ALL_YES | answers, at=at)


def shown(call: Intake, viewer: User) -> list[str]:
    return [one.counts for one in worksheet.build_ratings(call, viewer=viewer)]


def raters_of(sampled: SampledIntake) -> set[str]:
    return set(sampled.ratings.values_list("rater__username", flat=True))


def test_a_claimed_record_is_rated_apart_from_its_decision(
    worker: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = make_call(worker)
    submit(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    rating = rate(supervisor, call, safety_first="no", own_words="na")
    assert rating.submission == call.submissions.get()
    assert rating.items[0] == {
        "key": "both_sides",
        "wording": quality.RUBRIC["both_sides"],
        "answer": "yes",
    }
    call.refresh_from_db()
    assert call.status == "in_review"
    event = AuditEvent.objects.get(verb="quality.rated")
    assert (event.actor, event.subject_id) == (supervisor, call.pk)
    assert event.details == {"rating": str(rating.pk), "submission": 1}
    # A later wording changes nothing of what was said.
    monkeypatch.setitem(quality.RUBRIC, "both_sides", "Something else?")
    (view,) = worksheet.build_ratings(call, viewer=supervisor)
    assert view.items[0].wording.startswith("Both sides of each factor")
    assert view.counts == "Yes 4 · No 1 · Not applicable 1"


def test_a_rating_is_corrected_and_the_same_changes_nothing(worker: User, supervisor: User) -> None:
    call = approve(worker, supervisor)
    rate(supervisor, call)
    rate(supervisor, call, at=NOW + timedelta(hours=1))
    assert QualityRating.objects.get().rated_at == NOW
    assert AuditEvent.objects.filter(verb="quality.rated").count() == 1
    rate(supervisor, call, at=NOW + timedelta(hours=1), both_sides="no")
    assert QualityRating.objects.get().answers["both_sides"] == "no"
    assert AuditEvent.objects.filter(verb="quality.rated").count() == 2


@pytest.mark.parametrize("answer", ["", "maybe", "Yes"])
def test_every_item_needs_an_answer(worker: User, supervisor: User, answer: str) -> None:
    call = approve(worker, supervisor)
    with pytest.raises(InvalidValue, match="items 2, 3 have none"):
        rate(supervisor, call, sources_apart=answer, safety_first=answer)
    assert not QualityRating.objects.exists()


def test_who_cannot_rate(worker: User, supervisor: User, stranger: User, agency: Agency) -> None:
    both = make_user(agency, "both", "workers", "supervisors")
    colleague = make_user(agency, "colleague", "supervisors")
    call, own = make_call(worker), approve(both, supervisor)
    practice = calls.start_call(actor=both, at=NOW, is_practice=True)
    for actor, of in ((supervisor, call), (stranger, call), (both, practice)):
        with pytest.raises(Intake.DoesNotExist):  # not submitted, elsewhere, practice
            rate(actor, of)
    submit(worker, call)
    for actor, of in ((supervisor, call), (worker, call), (both, own)):
        with pytest.raises(NotAllowed):  # not claimed; no supervisor; wrote it
            rate(actor, of)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    with pytest.raises(NotAllowed):  # another's claim
        rate(colleague, call)
    comment = reviews.NewComment("narrative.text", "Who?")
    reviews.return_intake(actor=supervisor, intake_id=call.pk, comments=[comment], at=NOW)
    with pytest.raises(NotAllowed):  # it went back
        rate(supervisor, call)
    assert not QualityRating.objects.exists()


def test_the_worker_sees_a_rating_once_that_submission_was_decided(
    worker: User, worker2: User, supervisor: User, agency: Agency
) -> None:
    colleague = make_user(agency, "colleague", "supervisors")
    call = make_call(worker)
    submit(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    rate(supervisor, call)
    six = ["Yes 6 · No 0 · Not applicable 0"]
    assert (shown(call, worker), shown(call, supervisor), shown(call, colleague)) == ([], six, six)
    comment = reviews.NewComment("narrative.text", "Who?")
    reviews.return_intake(actor=supervisor, intake_id=call.pk, comments=[comment], at=NOW)
    call.refresh_from_db()
    assert shown(call, worker) == six
    assert shown(call, worker2) == []
    submit_again(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    rate(supervisor, call, both_sides="no")
    call.refresh_from_db()
    assert shown(call, worker) == six  # of the second one not yet
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    assert len(shown(call, worker)) == 2


def submit_again(worker: User, call: Intake) -> None:
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)


@pytest.mark.parametrize(("approved", "drawn"), [(0, 0), (1, 1), (50, 1), (51, 2), (500, 10)])
def test_two_of_a_hundred_are_drawn_and_one_at_least(approved: int, drawn: int) -> None:
    keys = list(range(approved))
    first = quality.draw("seed", keys)
    assert len(first) == drawn
    assert first == quality.draw("seed", reversed(keys))
    assert set(first) <= set(keys)
    if approved == 500:
        assert first != quality.draw("another", keys)


def test_a_month_is_the_agency_s(agency: Agency) -> None:
    assert quality.month_before(datetime(2026, 1, 1, 7, tzinfo=UTC), agency.zone) == date(
        2025, 11, 1
    )
    assert quality.month_before(datetime(2026, 1, 1, 8, tzinfo=UTC), agency.zone) == date(
        2025, 12, 1
    )
    begins, ends = quality.bounds_of(date(2025, 12, 1), ZoneInfo("America/Los_Angeles"))
    assert (begins.astimezone(UTC), ends.astimezone(UTC)) == (
        datetime(2025, 12, 1, 8, tzinfo=UTC),
        datetime(2026, 1, 1, 8, tzinfo=UTC),
    )


def test_a_month_is_drawn_once_and_can_be_checked(
    agency: Agency, worker: User, supervisors: list[User], stranger: User
) -> None:
    approver = supervisors[0]
    here = [approve(worker, approver, NOW + timedelta(minutes=one)) for one in range(3)]
    approve(worker, approver, datetime(2026, 4, 1, 8, tzinfo=UTC))  # the next month, there
    edge = approve(worker, approver, datetime(2026, 4, 1, 6, 30, tzinfo=UTC))  # still March there
    wrong = approve(worker, approver, NOW)
    amendments.enter_in_error(actor=approver, intake_id=wrong.pk, reason="Entered twice.", at=NOW)
    sample = actions.keep_samples(agency=agency, at=NEXT_MONTH)
    assert (sample.month, sample.approved) == (date(2026, 3, 1), 4)
    assert set(actions.approvals_of(sample)) == {one.pk for one in (*here, edge)}
    sampled = sample.sampled.get()
    assert [sampled.intake_id] == quality.draw(sample.seed, actions.approvals_of(sample))
    assert sampled.submission == sampled.intake.submissions.get()
    event = AuditEvent.objects.get(verb="quality.sampled")
    assert (event.agency, event.actor, event.subject_id) == (agency, None, sampled.pk)
    assert event.details == {"sample": str(sample.pk), "intake": str(sampled.intake_id)}
    before = list(QualityRating.objects.order_by("pk").values())
    for days in (0, 1, 20):
        assert actions.keep_samples(agency=agency, at=NEXT_MONTH + timedelta(days=days)) == sample
    assert list(QualityRating.objects.order_by("pk").values()) == before
    assert QualitySample.objects.count() == SampledIntake.objects.count() == 1
    assert stranger.agency is not None
    assert actions.keep_samples(agency=stranger.agency, at=NEXT_MONTH).approved == 0


def measure(
    agency: Agency, call: Intake, kind: str, at: datetime, ends: Measure | None = None
) -> Measure:
    """A measure that two privacy officers agreed on."""
    officers = [make_user(agency, f"{kind}{n}{call.pk}", "privacy_officers") for n in (1, 2)]
    made = retention.request_measure(
        actor=officers[0],
        intake_id=call.pk,
        kind=kind,
        authority="Order 7",
        dated=NOW.date(),
        ends=ends.pk if ends else None,
        at=at,
    )
    return retention.confirm_measure(
        actor=officers[1], measure_id=made.pk, reference=call.reference, at=at
    )


def test_what_is_sealed_or_expunged_is_not_drawn(
    agency: Agency, worker: User, supervisors: list[User]
) -> None:
    shown, sealed, unsealed, expunged, later = [approve(worker, supervisors[0]) for _ in range(5)]
    measure(agency, sealed, "seal", NOW)
    seal = measure(agency, unsealed, "seal", NOW)
    measure(agency, unsealed, "unseal", NOW + timedelta(days=1), ends=seal)
    measure(agency, expunged, "expunction", NOW)
    sample = actions.keep_samples(agency=agency, at=NEXT_MONTH)
    assert sample.approved == 3
    drawn = {shown.pk, unsealed.pk, later.pk}
    assert actions.approvals_of(sample).keys() == drawn
    assert sample.sampled.get().intake_id in drawn
    after = NEXT_MONTH + timedelta(days=1)
    measure(agency, later, "seal", after)
    assert actions.approvals_of(sample).keys() == drawn  # as it was drawn


def test_for_what_was_sealed_since_nobody_is_asked(
    agency: Agency, worker: User, supervisor: User
) -> None:
    """The raters come when there are supervisors enough; by then the record is sealed."""
    call = approve(worker, supervisor)
    sampled = actions.keep_samples(agency=agency, at=NEXT_MONTH).sampled.get()
    seal = measure(agency, call, "seal", NEXT_MONTH)
    for number in (2, 3):
        make_user(agency, f"supervisor{number}", "supervisors")
    actions.keep_samples(agency=agency, at=NEXT_MONTH + timedelta(days=1))
    assert raters_of(sampled) == set()
    measure(agency, call, "unseal", NEXT_MONTH + timedelta(days=2), ends=seal)
    actions.keep_samples(agency=agency, at=NEXT_MONTH + timedelta(days=3))
    assert raters_of(sampled) == {"supervisor2", "supervisor3"}


def test_for_what_was_restricted_since_only_who_is_named_is_asked(
    agency: Agency, worker: User, supervisor: User
) -> None:
    call = approve(worker, supervisor)
    sampled = actions.keep_samples(agency=agency, at=NEXT_MONTH).sampled.get()
    two, three, four = (make_user(agency, f"supervisor{n}", "supervisors") for n in (2, 3, 4))
    restrictions.restrict_intake(
        actor=two, intake_id=call.pk, reason="Kin.", viewers=[three.pk, supervisor.pk], at=NOW
    )
    viewer = call.named_viewers.get(user=three)
    restrictions.remove_viewer(actor=two, intake_id=call.pk, viewer_id=viewer.pk, at=NOW)
    actions.keep_samples(agency=agency, at=NEXT_MONTH + timedelta(days=1))
    assert raters_of(sampled) == {"supervisor2"}  # supervisor approved it
    restrictions.name_viewer(actor=two, intake_id=call.pk, user_id=four.pk, at=NOW)
    actions.keep_samples(agency=agency, at=NEXT_MONTH + timedelta(days=2))
    assert raters_of(sampled) == {"supervisor2", "supervisor4"}


def test_two_others_are_asked_and_nobody_who_wrote_or_approved(
    agency: Agency, supervisors: list[User]
) -> None:
    both = make_user(agency, "both", "workers", "supervisors")
    approve(both, supervisors[0])
    sample = actions.keep_samples(agency=agency, at=NEXT_MONTH)
    asked = raters_of(sample.sampled.get())
    assert len(asked) == 2
    assert asked <= {"supervisor2", "supervisor3", "supervisor4"}


def test_who_had_nothing_to_do_with_it_comes_first(
    agency: Agency, worker: User, supervisors: list[User]
) -> None:
    call = approve(worker, supervisors[0])
    rate(supervisors[1], call)
    sample = actions.keep_samples(agency=agency, at=NEXT_MONTH)
    assert raters_of(sample.sampled.get()) == {"supervisor3", "supervisor4"}


def test_where_there_are_too_few_it_waits_and_goes_on(
    agency: Agency, worker: User, supervisor: User
) -> None:
    make_user(agency, "second", "supervisors")
    approve(worker, supervisor)
    actions.keep_samples(agency=agency, at=NEXT_MONTH)
    (view,) = worksheet.build_samples(agency, at=NEXT_MONTH)
    assert (view.drawn, view.waiting, view.being_rated, view.rated) == (1, 1, 0, 0)
    sampled = SampledIntake.objects.get()
    assert raters_of(sampled) == {"second"}
    make_user(agency, "third", "supervisors")
    actions.keep_samples(agency=agency, at=NEXT_MONTH + timedelta(hours=1))
    assert raters_of(sampled) == {"second", "third"}
    # Who leaves before rating makes room for somebody else; a rating that was given stays.
    rate_blind(sampled, "third")
    make_user(agency, "fourth", "supervisors")
    User.objects.filter(username__in=["second", "third"]).update(is_active=False)
    actions.keep_samples(agency=agency, at=NEXT_MONTH + timedelta(hours=2))
    assert raters_of(sampled) == {"third", "fourth"}


def rate_blind(sampled: SampledIntake, username: str, **answers: str) -> QualityRating:
    actor = User.objects.with_roles().get(username=username)
    return actions.rate_blind(
        actor=actor,
        rating_id=sampled.ratings.get(rater=actor).pk,
        answers=ALL_YES | answers,
        at=NEXT_MONTH,
    )


def test_a_blind_rating_is_given_once_and_frozen(
    agency: Agency, worker: User, supervisors: list[User]
) -> None:
    call = approve(worker, supervisors[0])
    sampled = actions.keep_samples(agency=agency, at=NEXT_MONTH).sampled.get()
    first, second = sampled.ratings.order_by("place")
    with pytest.raises(InvalidValue):
        rate_blind(sampled, first.rater.username, both_sides="")
    given = rate_blind(sampled, first.rater.username, both_sides="no")
    assert rate_blind(sampled, first.rater.username, both_sides="no") == given
    with pytest.raises(NotPossibleNow, match="stays as it was given"):
        rate_blind(sampled, first.rater.username)
    for other in (second.rater, supervisors[0], worker):
        with pytest.raises(QualityRating.DoesNotExist):
            actions.rate_blind(
                actor=User.objects.with_roles().get(pk=other.pk),
                rating_id=first.pk,
                answers=ALL_YES,
                at=NEXT_MONTH,
            )
    for change in (
        lambda: QualityRating.objects.filter(pk=first.pk).update(items=[]),
        lambda: QualityRating.objects.filter(pk=first.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    first.refresh_from_db()
    assert first.answers["both_sides"] == "no"
    # Neither the worker nor any supervisor sees it at the record, and its history is silent.
    assert shown(call, worker) == shown(call, supervisors[0]) == []
    assert not AuditEvent.objects.filter(verb="quality.rated", subject_id=call.pk).exists()


def test_who_is_asked_sees_no_other_ratings_until_it_is_given(
    agency: Agency, worker: User, supervisors: list[User]
) -> None:
    call = approve(worker, supervisors[0])
    rate(supervisors[0], call)
    sampled = actions.keep_samples(agency=agency, at=NEXT_MONTH).sampled.get()
    asked = User.objects.with_roles().get(pk=sampled.ratings.get(place=1).rater_id)
    assert shown(call, asked) == []
    with pytest.raises(NotPossibleNow, match="blind"):
        rate(asked, call)
    rate_blind(sampled, asked.username)
    assert len(shown(call, asked)) == 1


def test_agreement_is_counted_in_words_and_hidden_when_small(
    agency: Agency, worker: User, supervisors: list[User]
) -> None:
    def row() -> quality.Agreement:
        return worksheet.build_agreement(agency, at=NEXT_MONTH)[0].agreement

    sample = QualitySample.objects.create(
        agency=agency, month=date(2026, 3, 1), seed="x", drawn_at=NEXT_MONTH
    )
    answers = [("yes", "yes"), ("no", "no"), ("yes", "no"), ("na", "na"), ("yes", "yes")]
    for number, pair in enumerate(answers):
        call = approve(worker, supervisors[0])
        sampled = SampledIntake.objects.create(
            sample=sample, intake=call, submission=call.submissions.get()
        )
        for place, answer in enumerate(pair, start=1):
            assert not row().is_shown
            rater = supervisors[place]
            rating = QualityRating.objects.create(
                intake=call,
                submission=sampled.submission,
                rater=rater,
                sampled=sampled,
                place=place,
                assigned_at=NOW,
            )
            actions.rate_blind(
                actor=rater,
                rating_id=rating.pk,
                answers=ALL_YES | {"both_sides": answer},
                at=NEXT_MONTH,
            )
        assert row().ratings == 2 * (number + 1)
    found = row()
    assert found.is_shown
    assert (found.ratings, found.pairs, found.alike) == (10, 5, 4)
    # By hand: yes 5, no 3, na 2 of 10; observed 2/10; expected 1 - (20 + 6 + 2)/90.
    assert found.alpha == pytest.approx(1 - (2 / 10) / (62 / 90))
    others = worksheet.build_agreement(agency, at=NEXT_MONTH)[1].agreement
    assert (others.alike, others.alpha) == (5, None)
    later = datetime(2027, 4, 1, 12, tzinfo=UTC)
    assert worksheet.build_agreement(agency, at=later)[0].agreement.ratings == 0


def test_refusals_are_sentences(worker: User, supervisor: User) -> None:
    call = make_call(worker)
    submit(worker, call)
    with pytest.raises(Refused) as refused:
        rate(supervisor, call)
    assert refused.value.sentence.endswith("Nothing was kept.")
