"""Quality review: rating a record, drawing a month's sample, and who of the agency rates it."""

import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from intake import permissions, quality
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import (
    Agency,
    Expunction,
    HandOver,
    Intake,
    Measure,
    NamedViewer,
    QualityRating,
    QualitySample,
    Restriction,
    Review,
    SampledIntake,
    Submission,
    User,
)
from intake.models.audit import record_event


def rate_record(
    *, actor: User, intake_id: UUID, answers: Mapping[str, str], at: datetime
) -> QualityRating:
    """Keep the actor's answers to the six items about the latest submission; return the rating.

    One rating of a person and a submission: another one corrects it. It is no part of the
    decision. Raises Intake.DoesNotExist, InvalidValue where an item has no answer, NotAllowed
    without the claim on a record that is not approved, NotPossibleNow while the actor is asked to
    rate the record blind.
    """
    items = _items(answers)
    with transaction.atomic():
        real = Intake.objects.visible_to(actor).for_real().filter(submitted_at__isnull=False)
        intake = real.select_for_update(of=("self",), no_key=True).get(pk=intake_id)
        review = Review.objects.filter(intake=intake, outcome="").first()
        if not permissions.can_rate(actor, intake, review, at=at):
            raise NotAllowed(
                "Claim the intake to rate it, or wait until it is approved; nobody rates what they "
                "wrote. Nothing was kept."
            )
        if QualityRating.objects.asked_of(actor).filter(intake=intake, rated_at=None).exists():
            raise NotPossibleNow(
                "You are asked to rate this record blind: do that first, under Quality. Nothing "
                "was kept."
            )
        submission = Submission.objects.filter(intake=intake).latest("number")
        ordinary = QualityRating.objects.ordinary()
        rating = ordinary.filter(submission=submission, rater=actor).first()
        if rating is not None and rating.items == items:
            return rating
        if rating is None:
            rating = QualityRating(intake=intake, submission=submission, rater=actor)
        rating.items, rating.rated_at = items, at
        if rating._state.adding:
            rating.save(force_insert=True)
        else:
            rating.save(update_fields=["items", "rated_at"])
        record_event(
            "quality.rated",
            actor=actor,
            at=at,
            subject=intake,
            details={"rating": str(rating.pk), "submission": submission.number},
        )
        return rating


def rate_blind(
    *, actor: User, rating_id: UUID, answers: Mapping[str, str], at: datetime
) -> QualityRating:
    """Give the blind rating that the actor was asked for; it is frozen from then on.

    The same answers once more change nothing. Raises QualityRating.DoesNotExist, InvalidValue
    where an item has no answer, NotPossibleNow for other answers to what was rated already.
    """
    items = _items(answers)
    with transaction.atomic():
        asked = QualityRating.objects.asked_of(actor).select_for_update(of=("self",))
        rating = asked.get(pk=rating_id)
        if rating.rated_at is not None:
            if rating.answers == {one["key"]: one["answer"] for one in items}:
                return rating
            raise NotPossibleNow(
                "You rated this record already; a rating of a sample stays as it was given."
            )
        rating.items, rating.rated_at = items, at
        rating.save(update_fields=["items", "rated_at"])
        # The record's own history says nothing of it: whoever rates second reads that too.
        record_event(
            "quality.rated",
            actor=actor,
            at=at,
            subject=rating,
            details={"sampled": str(rating.sampled_id)},
        )
        return rating


def keep_samples(*, agency: Agency, at: datetime) -> QualitySample:
    """Draw the sample of the month before, unless it was drawn, and ask those who are to rate.

    Returns the sample. Doing it again changes nothing, but where somebody who was asked does not
    supervise any more, or where there are enough supervisors now.
    """
    month = quality.month_before(at, agency.zone)
    drawn = QualitySample.objects.filter(agency=agency, month=month).first()
    if drawn is not None and not _lacks_raters(agency):
        return drawn
    with transaction.atomic():
        # One draw of an agency at a time; whoever comes second finds it done.
        Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
        sample, is_new = QualitySample.objects.get_or_create(
            agency=agency,
            month=month,
            defaults={"seed": secrets.token_hex(16), "drawn_at": at},
        )
        if is_new:
            _draw(sample, month, at=at)
        _ask(agency, at=at)
        return sample


def approvals_of(sample: QualitySample) -> dict[UUID, UUID]:
    """Return what the sample is drawn from: the submission approved, by the key of its intake.

    Real intakes only, and none that had been marked as entered in error, or was restricted, sealed
    or expunged when it was drawn.
    """
    restricted = Restriction.objects.holding(sample.drawn_at)
    sealed = Measure.objects.sealing(sample.drawn_at)
    expunged = Expunction.objects.filter(at__lte=sample.drawn_at)
    begins, ends = quality.bounds_of(sample.month, sample.agency.zone)
    approved = Review.objects.filter(
        Q(intake__entered_in_error_at=None) | Q(intake__entered_in_error_at__gt=sample.drawn_at),
        outcome=Review.Outcome.APPROVED,
        decided_at__gte=begins,
        decided_at__lt=ends,
        intake__agency=sample.agency_id,
        intake__is_practice=False,
    )
    drawn = (
        approved.exclude(intake__in=restricted.values("intake"))
        .exclude(intake__in=sealed.values("intake"))
        .exclude(intake__in=expunged.values("intake"))
    )
    return dict(drawn.values_list("intake", "submission"))


def _draw(sample: QualitySample, month: date, *, at: datetime) -> None:
    approved = approvals_of(sample)
    sample.approved = len(approved)
    sample.save(update_fields=["approved"])
    for key in quality.draw(sample.seed, approved):
        sampled = SampledIntake.objects.create(
            sample=sample, intake_id=key, submission_id=approved[key]
        )
        record_event(
            "quality.sampled",
            actor=None,
            at=at,
            subject=sampled,
            details={"sample": str(sample.pk), "intake": str(key)},
        )


def _supervisors(agency: Agency) -> set[UUID]:
    here = User.objects.filter(agency=agency, is_active=True, groups__name="supervisors")
    return set(here.values_list("pk", flat=True))


def _raters(agency: Agency) -> dict[UUID, list[tuple[UUID, datetime | None]]]:
    """Return who was asked for each intake sampled, and when they rated it.

    Not of those that were sealed or expunged since: nobody is asked for them.
    """
    drawn = SampledIntake.objects.filter(sample__agency=agency, intake__is_hidden=False)
    raters: dict[UUID, list[tuple[UUID, datetime | None]]] = {
        key: [] for key in drawn.values_list("pk", flat=True)
    }
    asked = QualityRating.objects.filter(sampled__in=raters)
    for sampled, rater, rated_at in asked.values_list("sampled", "rater", "rated_at"):
        if sampled is not None:
            raters[sampled].append((rater, rated_at))
    return raters


def _lacks_raters(agency: Agency) -> bool:
    """Whether an intake that was sampled has fewer raters than it needs who can rate it."""
    here = _supervisors(agency)
    return any(
        sum(rated_at is not None or rater in here for rater, rated_at in asked) < quality.RATERS
        for asked in _raters(agency).values()
    )


def _ask(agency: Agency, *, at: datetime) -> None:
    """Ask for the blind ratings that nobody was asked for yet; call it under the agency's lock.

    Who had nothing to do with the record comes first, then who is asked for the fewest, then
    whom the sample's seed puts first. Where there are too few, the intake waits. For one that was
    restricted since it was drawn only who is named is asked.
    """
    here = _supervisors(agency)
    open_ones = QualityRating.objects.of_samples().filter(
        sampled__sample__agency=agency, rated_at=None
    )
    open_ones.exclude(rater__in=here).delete()  # they do not supervise here any more
    load = Counter(open_ones.values_list("rater", flat=True))
    lacking = [key for key, asked in _raters(agency).items() if len(asked) < quality.RATERS]
    chosen = SampledIntake.objects.filter(pk__in=lacking).select_related("sample", "intake")
    for sampled in chosen.order_by("sample__month", "intake"):
        given = {one.place: one.rater_id for one in sampled.ratings.all()}
        intake = sampled.intake
        free = here - set(given.values()) - _barred(intake)
        if intake.is_restricted:
            free &= _named(intake, at=at)
        involved = _involved(intake)
        order = sorted(
            free,
            key=lambda user: (
                user in involved,
                load[user],
                quality.place_in_draw(sampled.sample.seed, f"{intake.pk}:{user}"),
            ),
        )
        places = [place for place in range(1, quality.RATERS + 1) if place not in given]
        for place, user in zip(places, order, strict=False):
            load[user] += 1
            QualityRating.objects.create(
                intake=intake,
                submission_id=sampled.submission_id,
                rater_id=user,
                sampled=sampled,
                place=place,
                assigned_at=at,
            )


def _barred(intake: Intake) -> set[UUID]:
    """Return who cannot rate the intake blind: who wrote it, and who approved it."""
    handed_over = HandOver.objects.filter(intake=intake).accepted()
    approved = Review.objects.filter(intake=intake, outcome=Review.Outcome.APPROVED)
    return {
        intake.worker_id,
        *handed_over.values_list("offered_by", flat=True),
        *Submission.objects.filter(intake=intake).values_list("author", flat=True),
        *approved.values_list("reviewer", flat=True),
    }


def _named(intake: Intake, *, at: datetime) -> set[UUID]:
    """Return who is named to read a restricted intake."""
    named = NamedViewer.objects.standing(at).filter(intake=intake)
    return set(named.values_list("user", flat=True))


def _involved(intake: Intake) -> set[UUID]:
    """Return who has judged or rated the intake before in any way."""
    reviewed = Review.objects.filter(intake=intake).values_list("reviewer", flat=True)
    ordinary = QualityRating.objects.ordinary().filter(intake=intake)
    return {*reviewed, *ordinary.values_list("rater", flat=True)}


def _items(answers: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what is kept of the answers: each with the wording that it answers."""
    missing = [
        number
        for number, key in enumerate(quality.RUBRIC, start=1)
        if answers.get(key) not in quality.LABELS
    ]
    if missing:
        which = ", ".join(map(str, missing))
        raise InvalidValue(
            f"Choose an answer for each item; {'item' if len(missing) == 1 else 'items'} {which} "
            f"{'has' if len(missing) == 1 else 'have'} none. Nothing was kept yet.",
            field="items",
        )
    return [
        {"key": key, "wording": wording, "answer": answers[key]}
        for key, wording in quality.RUBRIC.items()
    ]
