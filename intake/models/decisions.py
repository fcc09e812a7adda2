"""What the agency decides and does: options, the decision, who was told, what was offered."""

from django.db import models
from django.db.models import Q

from intake.models.answers import Answer
from intake.models.base import Record, SavedRecord, is_one_of
from intake.models.intakes import Intake
from intake.models.people import Agency, User
from intake.models.question_sets import FACTORS


class ResponseOptionDecides(models.TextChoices):
    SCREENING = "screening", "Screening decision"
    PRIORITY = "priority", "Response priority"
    PATH = "path", "Path"
    CROSS_REPORT = "cross_report", "Cross-report"


class ResponseOption(Record):
    """One choice of a decision, a row of the agency; none of them refuses a report.

    `deadline_hours` run from receipt of the report.
    """

    Decides = ResponseOptionDecides

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="response_options")
    decides = models.CharField(max_length=12, choices=Decides)
    key = models.SlugField(max_length=64)
    label = models.CharField(max_length=160)
    position = models.PositiveSmallIntegerField()
    deadline_hours = models.PositiveIntegerField(null=True, blank=True)
    is_referral = models.BooleanField(default=False)
    needs_priority = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    source = models.TextField(blank=True)

    class Meta:
        ordering = ["decides", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "decides", "key"], name="response_option_key_in_agency"
            ),
            is_one_of("response_option", "decides", ResponseOptionDecides, blank=False),
        ]

    def __str__(self) -> str:
        return self.label


class Decision(SavedRecord):
    """The worker's decision. People decide; nothing here is computed."""

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="decision")
    screening = models.ForeignKey(
        ResponseOption, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    priority = models.ForeignKey(
        ResponseOption, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    path = models.ForeignKey(
        ResponseOption, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rationale = models.TextField(blank=True)
    working_well_bearing = models.TextField(blank=True)
    harm_statement = models.TextField(blank=True)
    danger_statement = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)
    cross_reports = models.TextField(blank=True)
    transfer_agency = models.TextField(blank=True)
    transfer_person = models.TextField(blank=True)
    transfer_method = models.TextField(blank=True)
    transfer_time = models.TextField(blank=True)
    known_referral = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"Decision of {self.intake_id}"


class DecisionReference(Record):
    """An answer that the decision leans on."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="references")
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "answer"], name="decision_reference_once")
        ]

    def __str__(self) -> str:
        return f"Reference {self.id}"


class DispatchTold(models.TextChoices):
    LAW_ENFORCEMENT = "law_enforcement", "Law enforcement"
    RESPONDING_WORKER = "responding_worker", "Responding worker"
    SUPERVISOR = "supervisor", "Supervisor"
    TRIBE = "tribe", "Tribe"


class Dispatch(SavedRecord):
    """Who was told, when and how, and when they acknowledged; possible at any moment."""

    Told = DispatchTold

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="dispatches")
    told = models.CharField(max_length=20, choices=Told)
    who = models.TextField(blank=True)
    how = models.TextField(blank=True)
    told_at = models.DateTimeField()
    told_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.TextField(blank=True)

    class Meta:
        ordering = ["told_at", "id"]
        constraints = [
            is_one_of("dispatch", "told", DispatchTold, blank=False),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True)
                | Q(acknowledged_at__gte=models.F("told_at")),
                name="dispatch_acknowledged_after_told",
            ),
        ]

    def __str__(self) -> str:
        return f"Dispatch {self.id}"


class CrossReport(SavedRecord):
    """A report to another agency: whether it is due, and when and how it was sent."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="cross_reports")
    recipient = models.ForeignKey(ResponseOption, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    method = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "recipient"], name="cross_report_once_to_recipient"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="cross_report_sent_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Cross-report {self.id}"


class Support(SavedRecord):
    """Concrete help that was offered during the call, and whether it was accepted."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="supports")
    factor = models.CharField(max_length=64, choices=[(key, key) for key in FACTORS])
    service = models.TextField()
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    accepted = models.CharField(
        max_length=8,
        choices=[("yes", "Accepted"), ("no", "Declined"), ("unknown", "Not known")],
        blank=True,
    )

    class Meta:
        ordering = ["offered_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(factor__in=FACTORS), name="support_of_known_factor")
        ]

    def __str__(self) -> str:
        return f"Support {self.id}"
