"""The intake: the whole record of one call, and the narrative typed during it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import Length
from django.utils import timezone

from intake.models.base import Language, Record, SavedRecord, YesNo, is_one_of
from intake.models.people import Agency, User
from intake.models.prepared import Prepared
from intake.models.question_sets import Edition
from intake.models.restrictions import BreakGlass, NamedViewer

NARRATIVE_LIMIT = 200_000  # code points


class Literal(models.Value):
    """One of our own words that stands in a statement itself, not among its values.

    So PostgreSQL keeps its plan, which may use a partial index on that word; with a value it plans
    anew each time, for longer than it takes to answer.
    """

    def as_sql(self, *about: Any, **more: Any) -> tuple[str, tuple[()]]:
        """Return the word in quotes."""
        word = str(self.value)
        assert not word or word.isidentifier()
        return f"'{word}'", ()


models.TextField.register_lookup(Length)


class IntakeQuerySet(models.QuerySet["Intake"]):
    """Intakes, who may see them, and in what state they are."""

    def visible_to(self, user: User) -> "IntakeQuerySet":
        """Return the intakes whose content `user` may read: within the role, and not kept back.

        A restricted one is read by who is named, by its worker while it takes text, and for an
        hour by who broke the glass. Every page, list and export begins here.
        """
        return self.within_role_of(user).filter(is_open_to_eyes_of(user))

    def within_role_of(self, user: User) -> "IntakeQuerySet":
        """Return the intakes that role and agency let `user` read, were none of them restricted.

        A worker sees own intakes and those that were handed over to a colleague, a supervisor
        the agency's; administrators and privacy officers see no content by their role. Nothing
        crosses agencies. A practice call is its worker's alone. Of what is not `visible_to` them,
        they learn that it is there: `kept_from`.
        """
        if user.agency_id is None or not user.is_active:
            return self.none()
        if "supervisors" in user.roles:
            mine = self.filter(Q(is_practice=False) | Q(worker=user), agency=user.agency_id)
            return mine.shown()
        if "workers" in user.roles:
            own = Intake.objects.filter(worker=user).values("pk")
            given = Intake.objects.for_real().filter(
                hand_overs__offered_by=user, hand_overs__answer="accepted"
            )
            # Two short lists by their indexes; one condition with OR would walk the agency's.
            keys = own.union(given.values("pk"))
            return self.filter(agency=user.agency_id, pk__in=keys).shown()
        return self.none()

    def kept_from(self, user: User) -> "IntakeQuerySet":
        """Return the restricted intakes that `user` may not read now, wherever they are."""
        return self.filter(~is_open_to_eyes_of(user), is_restricted=True)

    def with_kept(self, user: User) -> "IntakeQuerySet":
        """Annotate whether each is kept from the user (`kept_from`), as lists of what waits ask.

        Of one that is, they show reference, danger and deadline: no names and no word of it.
        """
        return self.annotate(is_kept=is_kept_from(user))  # type: ignore[no-redef]

    def open_to(self, user: User) -> "IntakeQuerySet":
        """Return the intakes that `user` may write in: own ones, while the role is held.

        An own restricted one that takes no text is kept from its worker, too.
        """
        return self.of_worker(user).filter(is_open_to_eyes_of(user))

    def of_worker(self, user: User) -> "IntakeQuerySet":
        """Return the user's own intakes, while the role is held: those that take text are open."""
        if user.agency_id is None or not user.is_active or "workers" not in user.roles:
            return self.none()
        return self.filter(agency=user.agency_id, worker=user).shown()

    def shown(self) -> "IntakeQuerySet":
        """Return the intakes that are neither sealed nor expunged: nobody reads or finds others."""
        return self.filter(is_hidden=False)

    def being_written(self) -> "IntakeQuerySet":
        """Return the intakes that take text: calls in progress and returned intakes."""
        return self.filter(status__in=Intake.WRITABLE)

    def live(self) -> "IntakeQuerySet":
        """Return the calls that are going on, or dropped and waited for (`Intake.is_live`)."""
        return self.filter(status=IntakeStatus.IN_PROGRESS, ended_at=None)

    def for_real(self) -> "IntakeQuerySet":
        """Return the intakes that are no practice: what every list, queue and figure is made of."""
        return self.filter(is_practice=False)

    def standing(self) -> "IntakeQuerySet":
        """Return the intakes that were not closed as no report."""
        return self.exclude(status=IntakeStatus.CLOSED_NO_REPORT)

    def counted(self) -> "IntakeQuerySet":
        """Return the calls that figures are made of: real ones that were submitted.

        Not what was entered in error, and no written reports: nothing can be asked of a paper.
        """
        return (
            self.for_real()
            .standing()
            .filter(submitted_at__isnull=False, entered_in_error_at__isnull=True)
            .exclude(method=IntakeMethod.WRITTEN)
        )

    def written_report_due(self) -> "IntakeQuerySet":
        """Return the calls of mandated reporters without a written report, the oldest first.

        One that is only being typed in is not there yet: somebody may be called away from it.
        """
        followed = (
            Intake.objects.standing()
            .filter(follows=models.OuterRef("pk"))
            .exclude(status=IntakeStatus.IN_PROGRESS)
        )
        return (
            self.for_real()
            .standing()
            .exclude(method=IntakeMethod.WRITTEN)
            .filter(~models.Exists(followed), reporter__kind="mandated")
            .order_by("started_at", "id")
        )

    def in_danger(self) -> "IntakeQuerySet":
        """Return the real calls with somebody in danger that are open or nobody acknowledged.

        Whoever was told and knows of it counts, whether police, responding worker or tribe.
        """
        known = Intake.objects.filter(  # one filter: both are asked of the same dispatch
            pk=models.OuterRef("pk"),
            dispatches__acknowledged_at__isnull=False,
            dispatches__withdrawn_at__isnull=True,
        )
        ended = [IntakeStatus.APPROVED, IntakeStatus.CLOSED_NO_REPORT]
        return (
            self.for_real()
            .filter(danger_now=YesNo.YES)
            .exclude(status__in=ended)
            .filter(Q(status=IntakeStatus.IN_PROGRESS) | ~models.Exists(known))
            .order_by("started_at", "id")
        )

    def with_supervisor(self, *, is_returned: bool) -> "IntakeQuerySet":
        """Return the real intakes that wait for a supervisor, or those that one gave back.

        Danger first, then the response's deadline, then whoever waits longest.
        """
        waiting = (IntakeStatus.SUBMITTED, IntakeStatus.IN_REVIEW)
        states = [Literal(one) for one in ((IntakeStatus.RETURNED,) if is_returned else waiting)]
        return (
            self.for_real()
            .filter(status__in=states)
            .order_by(
                models.F("is_danger_first").desc(),
                models.F("due_at").asc(nulls_last=True),
                "submitted_at",
                "id",
            )
        )

    def newest_first(self) -> "IntakeQuerySet":
        """Return the intakes with the latest call first."""
        return self.order_by("-started_at", "-id")


def is_open_to_eyes_of(user: User, *, intake: str = "", at: datetime | None = None) -> Q:
    """Return the condition that an intake is not restricted, or that the user may read it still.

    `intake` is the way to it from the rows that are filtered ("intake__"). It asks no role: see
    `IntakeQuerySet.visible_to`. Two look-ups by index, and only of rows that are restricted.
    It holds `at` a time, now unless told.
    """
    at = at or timezone.now()
    here = OuterRef(f"{intake}pk")
    named = NamedViewer.objects.standing(at).filter(intake=here, user=user)
    broken = BreakGlass.objects.lasting(at).filter(intake=here, user=user)
    own = Q(**{f"{intake}worker": user, f"{intake}status__in": ("in_progress", "returned")})
    return Q(**{f"{intake}is_restricted": False}) | own | Q(Exists(named)) | Q(Exists(broken))


def is_kept_from(
    user: User, *, intake: str = "", at: datetime | None = None
) -> "ExpressionWrapper[Q]":
    """Return the value that an intake is restricted and the user may not read it `at` a time."""
    return ExpressionWrapper(
        ~is_open_to_eyes_of(user, intake=intake, at=at), output_field=models.BooleanField()
    )


@Prepared
def keys_kept_from(user: UUID, agency: UUID | None, *, at: datetime) -> models.QuerySet[Any, Any]:
    """Return the query for the keys of the agency's restricted intakes that `user` may not read.

    The same as `kept_from`, for what is asked too often to be put together each time.
    """
    is_open = is_open_to_eyes_of(User(pk=user), at=at)
    return Intake.objects.filter(~is_open, agency=agency, is_restricted=True).values("pk")


class IntakeStatus(models.TextChoices):
    IN_PROGRESS = "in_progress", "In progress"
    SUBMITTED = "submitted", "Submitted"
    IN_REVIEW = "in_review", "In review"
    RETURNED = "returned", "Returned"
    APPROVED = "approved", "Approved"
    CLOSED_NO_REPORT = "closed_no_report", "Closed – no report"


class IntakeMethod(models.TextChoices):
    PHONE = "phone", "Phone"
    IN_PERSON = "in_person", "In person"
    WRITTEN = "written", "Written report"


class IntakeMedium(models.TextChoices):
    PAPER = "paper", "Paper"
    FAX = "fax", "Fax"
    PORTAL = "portal", "Portal"


class IntakeNoReportReason(models.TextChoices):
    WRONG_NUMBER = "wrong_number", "Wrong number"
    INFORMATION = "information", "Information only"
    HUNG_UP = "hung_up", "Hung up before any concern was told"
    MISTAKE = "mistake", "Opened by mistake"


class IntakeInterruption(models.TextChoices):
    DROPPED = "dropped", "The line dropped"
    CALLER_LEFT = "caller_left", "The caller had to leave"
    WORKER_LEFT = "worker_left", "The worker had to leave"
    TECHNICAL = "technical", "Technical trouble"


class Intake(SavedRecord):
    """One intake; while it is being typed the screen shows it as a call."""

    Status = IntakeStatus
    Method = IntakeMethod
    Medium = IntakeMedium
    NoReportReason = IntakeNoReportReason
    Interruption = IntakeInterruption

    WRITABLE = (Status.IN_PROGRESS, Status.RETURNED)
    FLAGS = (
        ("is_fatality", "A child has died"),
        ("is_sexual_exploitation", "Commercial sexual exploitation"),
        ("is_safe_surrender", "Safe surrender of a newborn"),
        ("is_out_of_home_care", "Child in out-of-home care"),
        ("is_domestic_violence", "Domestic violence"),
        ("is_protected_address", "Protected address"),
    )

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="intakes")
    reference = models.CharField(max_length=16)
    worker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="intakes")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="intakes")
    status = models.CharField(max_length=20, choices=Status, default=Status.IN_PROGRESS)
    is_practice = models.BooleanField(default=False)

    # The call that a written report follows.
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="written_reports"
    )

    # How a written report came; blank on a call, and on those from before it was asked.
    written_medium = models.CharField(max_length=8, choices=Medium, blank=True)
    # The record from which the reporting party was called back.
    calls_back = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="callbacks"
    )
    # The one page that may write, once a page with scripts has opened the call.
    holder = models.ForeignKey(
        "CallPage", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    # Where it stands in the queue, as it was submitted: danger first, then the response's deadline.
    is_danger_first = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True, blank=True)

    # Receipt of the report: every deadline runs from here.
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    interrupted_at = models.DateTimeField(null=True, blank=True)
    interruption_reason = models.CharField(max_length=16, choices=Interruption, blank=True)
    no_report_reason = models.CharField(max_length=16, choices=NoReportReason, blank=True)
    # When a call that was taken on paper was typed in; `started_at` is when it took place.
    from_paper_at = models.DateTimeField(null=True, blank=True)
    entered_in_error_at = models.DateTimeField(null=True, blank=True)
    entered_in_error_reason = models.TextField(blank=True)

    # Sealed or expunged (`Measure`, `Expunction`): preserved or not, nobody reads or finds it.
    is_hidden = models.BooleanField(default=False)
    # When it was approved, closed as no report, or last amended: retention runs from here.
    retained_from = models.DateTimeField(null=True, blank=True)

    method = models.CharField(max_length=12, choices=Method, default=Method.PHONE)
    language = models.CharField(max_length=8, choices=Language, default=Language.ENGLISH)
    interpreter = models.TextField(blank=True)
    callback_wanted = models.CharField(max_length=8, choices=YesNo, blank=True)
    callback_time = models.TextField(blank=True)

    # The safety strip; blank means not asked.
    danger_now = models.CharField(max_length=8, choices=YesNo, blank=True)
    child_now_at = models.TextField(blank=True)
    responder_safety = models.CharField(max_length=8, choices=YesNo, blank=True)
    responder_safety_details = models.TextField(blank=True)
    tribal_information = models.CharField(max_length=8, choices=YesNo, blank=True)
    tribe = models.TextField(blank=True)
    tribal_basis = models.TextField(blank=True)

    is_fatality = models.BooleanField(default=False)
    is_sexual_exploitation = models.BooleanField(default=False)
    is_safe_surrender = models.BooleanField(default=False)
    is_out_of_home_care = models.BooleanField(default=False)
    is_domestic_violence = models.BooleanField(default=False)
    is_protected_address = models.BooleanField(default=False)

    # Read by named viewers alone; who said so and why stands in `Restriction`.
    is_restricted = models.BooleanField(default=False)
    is_kept: bool  # from the user whom `with_kept` was asked about

    prior_involvement = models.ManyToManyField("self", symmetrical=False, blank=True)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "reference"], name="intake_reference_in_agency"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")),
                name="intake_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(status="closed_no_report") & ~Q(no_report_reason="")
                | ~Q(status="closed_no_report") & Q(no_report_reason=""),
                name="intake_no_report_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="closed_no_report") | ~Q(danger_now="yes"),
                name="intake_danger_is_a_report",
            ),
            models.CheckConstraint(
                condition=Q(interrupted_at__isnull=True, interruption_reason="")
                | Q(interrupted_at__isnull=False) & ~Q(interruption_reason=""),
                name="intake_interruption_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=False)
                | Q(status__in=["in_progress", "closed_no_report"]),
                name="intake_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=Q(entered_in_error_at__isnull=True, entered_in_error_reason="")
                | Q(entered_in_error_at__isnull=False, submitted_at__isnull=False)
                & ~Q(entered_in_error_reason=""),
                name="intake_error_mark_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(is_restricted=False) | Q(is_practice=False),
                name="intake_practice_not_restricted",
            ),
            models.CheckConstraint(
                condition=Q(from_paper_at__isnull=True)
                | Q(from_paper_at__gte=models.F("started_at")),
                name="intake_from_paper_after_start",
            ),
            is_one_of("intake", "status", IntakeStatus, blank=False),
            models.UniqueConstraint(
                fields=["follows"],
                condition=~Q(status="closed_no_report"),
                name="intake_one_written_report_of_call",
            ),
            is_one_of("intake", "method", IntakeMethod, blank=False),
            is_one_of("intake", "written_medium", IntakeMedium, blank=True),
            is_one_of("intake", "danger_now", YesNo, blank=True),
            is_one_of("intake", "responder_safety", YesNo, blank=True),
            is_one_of("intake", "tribal_information", YesNo, blank=True),
        ]
        indexes = [
            models.Index(
                fields=["agency", "-started_at", "-id"],
                condition=Q(danger_now="yes", is_practice=False)
                & ~Q(status__in=["approved", "closed_no_report"]),
                name="intake_in_danger",
            ),
            models.Index(
                fields=["agency", "-is_danger_first", "due_at", "submitted_at", "id"],
                condition=Q(status__in=["submitted", "in_review", "returned"], is_practice=False),
                name="intake_in_queue",
            ),
            models.Index(fields=["worker", "-started_at"], name="intake_of_worker"),
            models.Index(
                fields=["worker", "status"],
                condition=Q(status__in=["submitted", "in_review", "returned"], is_practice=False),
                name="intake_waiting_of_worker",
            ),
            models.Index(fields=["agency", "-started_at", "-id"], name="intake_of_agency"),
            models.Index(
                fields=["agency", "status", "-started_at", "-id"], name="intake_by_status"
            ),
            models.Index(
                fields=["agency", "retained_from"],
                condition=Q(retained_from__isnull=False),
                name="intake_retained",
            ),
            models.Index(
                fields=["agency"], condition=Q(is_restricted=True), name="intake_restricted"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def danger_since(self) -> datetime | None:
        """When danger was marked, or None where it was not saved as a field."""
        at = self.saves.get("danger_now", {}).get("at")
        return datetime.fromisoformat(at) if at else None

    @property
    def outcome(self) -> str:
        """The worker's screening decision in words; empty before there is one."""
        decision = getattr(self, "decision", None)
        return decision.screening.label if decision and decision.screening else ""

    @property
    def is_live(self) -> bool:
        """Whether its call is going on, or dropped and waited for."""
        return self.status == IntakeStatus.IN_PROGRESS and self.ended_at is None

    @property
    def is_writable(self) -> bool:
        """Whether the worker may still type in it."""
        return self.status in self.WRITABLE


class Narrative(SavedRecord):
    """The worker's free account of the call, with revisions of its own."""

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="narrative")
    text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(text__length__lte=NARRATIVE_LIMIT), name="narrative_within_limit"
            )
        ]

    def __str__(self) -> str:
        return f"Narrative of {self.intake_id}"


class ReferenceCounter(Record):
    """The last number that an agency gave out in a year; practice calls have their own."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField()
    is_practice = models.BooleanField(default=False)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "year", "is_practice"], name="counter_of_agency_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
