"""How long records are kept, and what is done to keep, close or end one: always by two people.

What expunction takes and leaves is in `actions/expunction.py`; `triggers.py` lets it happen only
with the rows of this file.
"""

from datetime import date, datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from intake.deadlines import kept_through
from intake.models.base import Record, is_one_of
from intake.models.decisions import ResponseOption
from intake.models.intakes import Intake
from intake.models.people import Agency, User

LEAST_YEARS = 3  # of a report, after the last service: California WIC 10851
MOST_YEARS = 150
RUN_LIMIT = 5_000  # records of one list


class RetentionOf(models.TextChoices):
    SCREENING = "screening", "A report, by its screening decision"
    NO_REPORT = "no_report", "A call closed as no report"
    PRACTICE = "practice", "A practice call"
    ASSIST = "assist", "Lines and flags of silent assist"


class RetentionRule(Record):
    """How long the agency keeps one kind of record: years or days.

    They run from the approval, the closing or the last amendment (`Intake.retained_from`), of a
    practice call from its start, of what silent assist left from when it was put away. A kind
    without a rule in force is kept until there is one.
    """

    Of = RetentionOf

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="retention_rules")
    applies_to = models.CharField(max_length=12, choices=RetentionOf)
    screening = models.ForeignKey(
        ResponseOption, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    years = models.PositiveSmallIntegerField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["applies_to", "screening__position", "id"]
        constraints = [
            is_one_of("retention_rule", "applies_to", RetentionOf, blank=False),
            models.CheckConstraint(
                condition=Q(applies_to="screening", screening__isnull=False)
                | ~Q(applies_to="screening") & Q(screening__isnull=True),
                name="retention_rule_names_screening",
            ),
            models.CheckConstraint(
                condition=Q(years__isnull=True, days__gte=1)
                | Q(days__isnull=True, years__gte=1, years__lte=MOST_YEARS),
                name="retention_rule_years_or_days",
            ),
            models.CheckConstraint(
                condition=~Q(applies_to="screening") | Q(years__gte=LEAST_YEARS),
                name="retention_rule_report_at_least_3_years",
            ),
            models.UniqueConstraint(
                fields=["agency", "screening"],
                condition=Q(screening__isnull=False),
                name="retention_rule_once_for_screening",
            ),
            models.UniqueConstraint(
                fields=["agency", "applies_to"],
                condition=Q(screening__isnull=True),
                name="retention_rule_once_for_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What it is about, in words."""
        if self.screening is not None:
            return self.screening.label
        return RetentionOf(self.applies_to).label

    @property
    def span(self) -> str:
        """How long that is, in words."""
        count, unit = (self.years, "year") if self.years else (self.days, "day")
        return f"{count} {unit}{'' if count == 1 else 's'}"

    def kept_through(self, day: date) -> date:
        """Return the last day on which what began on `day` is kept."""
        return kept_through(day, years=self.years or 0, days=self.days or 0)


class MeasureKind(models.TextChoices):
    HOLD = "hold", "Legal hold"
    LIFT = "lift", "Lifting of a legal hold"
    SEAL = "seal", "Seal"
    UNSEAL = "unseal", "Unsealing"
    EXPUNCTION = "expunction", "Expunction"


class MeasureQuerySet(models.QuerySet["Measure"]):
    """Measures, by how far they are."""

    def of_agency(self, user: User) -> "MeasureQuerySet":
        """Return the measures of the agency's records, for its privacy officers."""
        if user.agency_id is None or not user.is_active or "privacy_officers" not in user.roles:
            return self.none()
        return self.filter(intake__agency=user.agency_id)

    def waiting(self) -> "MeasureQuerySet":
        """Return the requests that wait for the second person."""
        return self.exclude(kind=MeasureKind.HOLD).filter(confirmed_at=None, withdrawn_at=None)

    def standing(self) -> "MeasureQuerySet":
        """Return the holds that were not lifted, and the seals that were not taken off."""
        ended = Measure.objects.filter(ends=OuterRef("pk"), confirmed_at__isnull=False)
        begun = Q(kind=MeasureKind.HOLD) | Q(kind=MeasureKind.SEAL, confirmed_at__isnull=False)
        return self.filter(begun, ~Exists(ended))

    def sealing(self, at: datetime) -> "MeasureQuerySet":
        """Return the seals that stood at `at`, as can be told at any time later."""
        ended = Measure.objects.filter(ends=OuterRef("pk"), confirmed_at__lte=at)
        return self.filter(~Exists(ended), kind=MeasureKind.SEAL, confirmed_at__lte=at)

    def holds(self) -> "MeasureQuerySet":
        """Return the holds that stand."""
        return self.standing().filter(kind=MeasureKind.HOLD)


class Measure(Record):
    """What one privacy officer asks for of a record and another confirms.

    A hold only preserves: it stands from the request on, and needs the second person to be lifted.
    All else takes effect when it is confirmed. `authority` is the order's or request's reference;
    it names nobody.
    """

    Kind = MeasureKind

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=12, choices=MeasureKind)
    # The hold that is lifted, the seal that is taken off.
    ends = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="endings"
    )
    authority = models.CharField(max_length=160)
    dated = models.DateField(null=True, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["requested_at", "id"]
        constraints = [
            is_one_of("measure", "kind", MeasureKind, blank=False),
            models.CheckConstraint(condition=~Q(authority=""), name="measure_has_authority"),
            models.CheckConstraint(
                condition=Q(kind__in=["lift", "unseal"], ends__isnull=False)
                | ~Q(kind__in=["lift", "unseal"]) & Q(ends__isnull=True),
                name="measure_ends_another",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__gte=F("requested_at"))
                & ~Q(confirmed_by=F("requested_by")),
                name="measure_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(
                    withdrawn_by__isnull=False,
                    withdrawn_at__gte=F("requested_at"),
                    confirmed_at__isnull=True,
                ),
                name="measure_withdrawn_by_somebody",
            ),
            # It would be taken off by one person.
            models.CheckConstraint(
                condition=~Q(kind="hold") | Q(confirmed_at__isnull=True, withdrawn_at__isnull=True),
                name="measure_hold_stands_at_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind="expunction") | Q(dated__isnull=False),
                name="measure_expunction_has_date",
            ),
            models.UniqueConstraint(
                fields=["intake", "kind"],
                condition=Q(
                    kind__in=["seal", "expunction"],
                    confirmed_at__isnull=True,
                    withdrawn_at__isnull=True,
                ),
                name="measure_one_request_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["ends"],
                condition=Q(ends__isnull=False, withdrawn_at__isnull=True),
                name="measure_ended_once",
            ),
        ]
        indexes = [
            models.Index(fields=["intake", "requested_at"], name="measure_of_intake"),
            models.Index(
                fields=["requested_at"],
                condition=Q(confirmed_at__isnull=True, withdrawn_at__isnull=True) & ~Q(kind="hold"),
                name="measure_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_waiting(self) -> bool:
        """Whether the second person is still waited for."""
        is_open = self.confirmed_at is None and self.withdrawn_at is None
        return self.kind != MeasureKind.HOLD and is_open


class RetentionRunQuerySet(models.QuerySet["RetentionRun"]):
    """Lists of what is due, by how far they are."""

    def of_agency(self, user: User) -> "RetentionRunQuerySet":
        """Return the agency's lists, for its privacy officers."""
        if user.agency_id is None or not user.is_active or "privacy_officers" not in user.roles:
            return self.none()
        return self.filter(agency=user.agency_id)

    def open(self) -> "RetentionRunQuerySet":
        """Return the lists that are neither withdrawn nor carried out."""
        return self.filter(withdrawn_at=None, finished_at=None)

    def to_carry_out(self) -> "RetentionRunQuerySet":
        """Return the confirmed lists that are not carried out whole, the oldest first."""
        return self.open().filter(confirmed_at__isnull=False).order_by("confirmed_at", "id")


class RetentionRun(Record):
    """A list of records that are due: prepared by one privacy officer, confirmed by another.

    `manage.py apply_retention` carries it out; without a confirmed list it deletes no record.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="retention_runs")
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RetentionRunQuerySet.as_manager()

    class Meta:
        ordering = ["-prepared_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__gte=F("prepared_at"))
                & ~Q(confirmed_by=F("prepared_by")),
                name="retention_run_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(
                    withdrawn_by__isnull=False,
                    withdrawn_at__gte=F("prepared_at"),
                    confirmed_at__isnull=True,
                ),
                name="retention_run_withdrawn_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True)
                | Q(confirmed_at__isnull=False, finished_at__gte=F("confirmed_at")),
                name="retention_run_finished_after_confirmed",
            ),
            models.UniqueConstraint(
                fields=["agency"],
                condition=Q(withdrawn_at__isnull=True, finished_at__isnull=True),
                name="retention_run_one_open_of_agency",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "-prepared_at", "-id"], name="retention_run_of_agency")
        ]

    def __str__(self) -> str:
        return f"Retention list {self.id}"

    @property
    def state(self) -> str:
        """How far it is, in words."""
        if self.withdrawn_at:
            return "Withdrawn"
        if self.finished_at:
            return "Carried out"
        return "Confirmed" if self.confirmed_at else "Waits for the second person"


class RetentionLeft(models.TextChoices):
    HELD = "held", "Kept: on legal hold"
    NOT_DUE = "not_due", "Kept: not due any more"
    GONE = "gone", "Was expunged before"


class RetentionItem(Record):
    """One record of a list, with the kind of record and the last day on which it was kept."""

    Left = RetentionLeft

    run = models.ForeignKey(RetentionRun, on_delete=models.PROTECT, related_name="items")
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="retention_items")
    rule = models.ForeignKey(RetentionRule, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=160)
    kept_through = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    left = models.CharField(max_length=8, choices=RetentionLeft, blank=True)

    class Meta:
        ordering = ["outcome", "kept_through", "id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "intake"], name="retention_item_once"),
            models.CheckConstraint(
                condition=Q(left="") | Q(done_at__isnull=False), name="retention_item_left_has_time"
            ),
            is_one_of("retention_item", "left", RetentionLeft, blank=True),
        ]
        indexes = [
            models.Index(
                fields=["run", "id"],
                condition=Q(done_at__isnull=True),
                name="retention_item_to_do",
            )
        ]

    def __str__(self) -> str:
        return f"Item {self.id}"


class Expunction(Record):
    """The tombstone: the content of this record was destroyed, by whose order and when.

    Two people stand behind it: those of the measure, or of the list. The database takes it only
    where they agreed and nothing holds the record, and lets content go only where it stands.
    """

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="expunction")
    measure = models.OneToOneField(
        Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="expunction"
    )
    item = models.OneToOneField(
        RetentionItem, on_delete=models.PROTECT, null=True, blank=True, related_name="expunction"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(measure__isnull=True) ^ Q(item__isnull=True),
                name="expunction_by_order_or_retention",
            )
        ]

    def __str__(self) -> str:
        return f"Expunction of {self.intake_id}"

    @property
    def kind(self) -> str:
        """`court` or `retention`."""
        return "court" if self.measure_id else "retention"

    @property
    def people(self) -> tuple[User, User]:
        """Who asked for it, and who confirmed it."""
        if self.measure is not None:
            one, other = self.measure.requested_by, self.measure.confirmed_by
        else:
            assert self.item is not None
            one, other = self.item.run.prepared_by, self.item.run.confirmed_by
        assert other is not None
        return one, other


def is_held(intake: Intake) -> bool:
    """Whether a legal hold stands on the intake."""
    return Measure.objects.holds().filter(intake=intake).exists()


def local_day(moment: datetime, agency: Agency) -> date:
    """Return the day of a moment in the agency's zone."""
    return moment.astimezone(agency.zone).date()
