"""Quality review: ratings of a record by six items, and the monthly sample that two rate blind."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from intake.models.base import Record
from intake.models.intakes import Intake, is_open_to_eyes_of
from intake.models.people import Agency, User
from intake.models.submissions import Submission


class QualitySample(Record):
    """The draw of one agency and month; with its seed it can be checked by anybody.

    `month` is the first day of the month in which the intakes were approved, `approved` how many
    there were.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="quality_samples")
    month = models.DateField()
    seed = models.CharField(max_length=64)
    approved = models.PositiveIntegerField(default=0)
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "month"], name="quality_sample_of_agency_and_month"
            ),
            models.CheckConstraint(condition=~Q(seed=""), name="quality_sample_has_seed"),
        ]

    def __str__(self) -> str:
        return f"Sample of {self.month:%Y-%m}"


class SampledIntake(Record):
    """An intake that was drawn, with the submission that was approved."""

    sample = models.ForeignKey(QualitySample, on_delete=models.PROTECT, related_name="sampled")
    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="sampled")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"Sampled intake {self.id}"

    @property
    def agency(self) -> Agency:
        """The agency whose sample it is in."""
        return self.sample.agency


class QualityRatingQuerySet(models.QuerySet["QualityRating"]):
    """Ratings: ordinary ones, and those of a sample."""

    def ordinary(self) -> "QualityRatingQuerySet":
        """Return the ratings that are part of the daily work."""
        return self.filter(sampled=None)

    def of_samples(self) -> "QualityRatingQuerySet":
        """Return the blind ratings of monthly samples, asked for or given."""
        return self.filter(sampled__isnull=False)

    def asked_of(self, user: User, *, at: datetime | None = None) -> "QualityRatingQuerySet":
        """Return the blind ratings that `user` was asked for, while the user supervises.

        Not of a record that was restricted since, unless the user may read it `at` a time, now
        unless told.
        """
        if user.agency_id is None or not user.is_active or "supervisors" not in user.roles:
            return self.none()
        asked = self.of_samples().filter(rater=user, sampled__sample__agency=user.agency_id)
        is_open = is_open_to_eyes_of(user, intake="intake__", at=at)
        return asked.filter(is_open, intake__is_hidden=False)


class QualityRating(Record):
    """One supervisor's answers to the six items about one submission.

    An ordinary one may be corrected. That of a sample is asked for first (`assigned_at`), given
    once (`rated_at`) and frozen by the database then. `items` are the answers with the wording
    that was asked: [{"key", "wording", "answer"}], answers are `yes`, `no`, `na`.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="quality_ratings")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    rater = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    rated_at = models.DateTimeField(null=True, blank=True)
    items = models.JSONField(default=list, blank=True)
    sampled = models.ForeignKey(
        SampledIntake, on_delete=models.PROTECT, null=True, blank=True, related_name="ratings"
    )
    place = models.PositiveSmallIntegerField(null=True, blank=True)  # first or second rater
    assigned_at = models.DateTimeField(null=True, blank=True)

    objects = QualityRatingQuerySet.as_manager()

    class Meta:
        ordering = ["rated_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "rater"],
                condition=Q(sampled__isnull=True),
                name="quality_rating_once",
            ),
            models.UniqueConstraint(
                fields=["sampled", "rater"], name="quality_rating_by_different_raters"
            ),
            models.UniqueConstraint(fields=["sampled", "place"], name="quality_rating_place_once"),
            models.CheckConstraint(
                condition=Q(
                    sampled__isnull=True,
                    place__isnull=True,
                    assigned_at__isnull=True,
                    rated_at__isnull=False,
                )
                | Q(sampled__isnull=False, place__in=[1, 2], assigned_at__isnull=False),
                name="quality_rating_ordinary_or_asked_for",
            ),
        ]
        indexes = [
            models.Index(
                fields=["rater"], condition=Q(rated_at=None), name="quality_rating_open_of"
            )
        ]

    def __str__(self) -> str:
        return f"Rating {self.id}"

    @property
    def answers(self) -> dict[str, str]:
        """The answer of each item, by its key."""
        return {one["key"]: one["answer"] for one in self.items}
