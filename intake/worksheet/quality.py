"""What is shown of the quality review: ratings in words, samples, and how far raters agree."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from intake import permissions, quality
from intake.models import Agency, Intake, QualityRating, QualitySample, Review, SampledIntake, User
from intake.quality import Agreement


@dataclass(frozen=True)
class RatedItem:
    """One item with the wording that was asked and the answer, in words."""

    key: str
    wording: str
    answer: str
    label: str


@dataclass(frozen=True)
class RatingView:
    """One supervisor's rating of a submission."""

    rater: str
    rater_id: UUID
    at: datetime | None
    submission: int
    items: tuple[RatedItem, ...]

    @property
    def counts(self) -> str:
        """How often each answer was given, in words; never a score."""
        given = [one.answer for one in self.items]
        return " · ".join(f"{label} {given.count(key)}" for key, label in quality.ANSWERS)


@dataclass(frozen=True)
class AgreementRow:
    """How far two raters agree on one item, or on all of them."""

    wording: str
    agreement: Agreement


@dataclass(frozen=True)
class SampleView:
    """One month's draw and how far its ratings have come; nobody is named."""

    month: date
    approved: int
    drawn: int
    rated: int  # by both
    being_rated: int
    waiting: int  # for supervisors who can rate them
    seed: str
    drawn_at: datetime


def view_rating(rating: QualityRating) -> RatingView:
    """Return a rating with its wordings, as they were when it was given."""
    return RatingView(
        rater=rating.rater.display_name,
        rater_id=rating.rater_id,
        at=rating.rated_at,
        submission=rating.submission.number,
        items=tuple(
            RatedItem(
                key=one["key"],
                wording=one["wording"],
                answer=one["answer"],
                label=quality.LABELS[one["answer"]],
            )
            for one in rating.items
        ),
    )


def build_ratings(intake: Intake, *, viewer: User) -> tuple[RatingView, ...]:
    """Return the ordinary ratings of an intake that the viewer may see, the earliest first.

    Whoever wrote it sees those of a submission once that one was returned or approved. Other
    supervisors see all, but not while they are asked to rate the record blind. Ratings of a
    sample are shown to nobody here.
    """
    ordinary = QualityRating.objects.ordinary().filter(intake=intake)
    if permissions.wrote(viewer, intake):
        if intake.worker_id != viewer.pk:
            return ()
        decided = Review.objects.filter(
            intake=intake, outcome__in=[Review.Outcome.RETURNED, Review.Outcome.APPROVED]
        )
        ordinary = ordinary.filter(submission__in=decided.values("submission"))
    elif not permissions.is_supervisor(viewer) or is_asked(intake, viewer=viewer):
        return ()
    listed = ordinary.select_related("rater", "submission")
    return tuple(view_rating(one) for one in listed.order_by("rated_at", "id"))


def is_asked(intake: Intake, *, viewer: User) -> bool:
    """Whether the viewer is asked to rate the intake blind and has not done so yet."""
    return QualityRating.objects.asked_of(viewer).filter(intake=intake, rated_at=None).exists()


def build_samples(agency: Agency, *, at: datetime) -> tuple[SampleView, ...]:
    """Return the draws of the last 12 months, the latest first, in a fixed number of queries."""
    samples = list(QualitySample.objects.filter(agency=agency, month__gte=_year_before(at))[:12])
    places: dict[UUID, dict[UUID, list[bool]]] = {one.pk: {} for one in samples}
    for key, sample in SampledIntake.objects.filter(sample__in=samples).values_list("pk", "sample"):
        places[sample][key] = []
    ratings = QualityRating.objects.filter(sampled__sample__in=samples)
    for sample, key, rated_at in ratings.values_list("sampled__sample", "sampled", "rated_at"):
        if sample is not None and key is not None:
            places[sample][key].append(rated_at is not None)
    return tuple(
        SampleView(
            month=one.month,
            approved=one.approved,
            drawn=len(drawn),
            rated=sum(len(given) == quality.RATERS and all(given) for given in drawn),
            being_rated=sum(len(given) == quality.RATERS and not all(given) for given in drawn),
            waiting=sum(len(given) < quality.RATERS for given in drawn),
            seed=one.seed,
            drawn_at=one.drawn_at,
        )
        for one in samples
        for drawn in [list(places[one.pk].values())]
    )


def build_agreement(agency: Agency, *, at: datetime) -> tuple[AgreementRow, ...]:
    """Return how far two raters agree on each item and on all, of records rated by both.

    Of the samples of the last 12 months, in one query.
    """
    given = QualityRating.objects.of_samples().filter(
        sampled__sample__agency=agency,
        sampled__sample__month__gte=_year_before(at),
        intake__is_practice=False,
        rated_at__isnull=False,
    )
    by_record: dict[UUID | None, list[dict[str, str]]] = {}
    for one in given.order_by("place"):
        by_record.setdefault(one.sampled_id, []).append(one.answers)
    both = [answers for answers in by_record.values() if len(answers) == quality.RATERS]
    pairs = {
        key: [(first[key], second[key]) for first, second in both if key in first.keys() & second]
        for key in quality.RUBRIC
    }
    rows = [
        AgreementRow(
            quality.RUBRIC[key], quality.agreement_of(of, ratings=len(of) * quality.RATERS)
        )
        for key, of in pairs.items()
    ]
    together = quality.agreement_of(
        [pair for of in pairs.values() for pair in of], ratings=len(both) * quality.RATERS
    )
    return (*rows, AgreementRow("All six items together", together))


def _year_before(at: datetime) -> date:
    """Return the first of the last 12 months that are over, by its first day."""
    return date(at.year - 1, at.month, 1)
