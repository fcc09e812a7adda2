"""Cross-reports: when one is due, what the worker decided, and what was sent."""

from django.db import models
from django.db.models import Q

from intake.models.base import Record, SavedRecord, is_one_of
from intake.models.decisions import ResponseOption
from intake.models.intakes import Intake
from intake.models.parties import ConcernType
from intake.models.people import Agency, User


class CrossReportDecided(models.TextChoices):
    YES = "yes", "To be made"
    NO = "no", "Not made"


class CrossReportRule(Record):
    """A row of the agency's table: for `trigger`, `recipient` has to be told, says `source`.

    A trigger is a type of concern, or a mark of the call. The worker decides in any case.
    """

    TRIGGERS = (
        *ConcernType.choices,
        ("is_out_of_home_care", "Child in out-of-home care"),
        ("is_fatality", "A child has died"),
        ("is_sexual_exploitation", "Commercial sexual exploitation"),
        ("tribal_information", "Tribal information: yes"),
    )

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="cross_report_rules")
    trigger = models.CharField(max_length=32, choices=TRIGGERS)
    recipient = models.ForeignKey(ResponseOption, on_delete=models.PROTECT, related_name="rules")
    source = models.TextField()
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["recipient__position", "trigger"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "trigger", "recipient"], name="cross_report_rule_once"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="cross_report_rule_has_source"),
        ]

    # Whether it applies to the call that a page shows; the page sets it.
    applies = False

    def __str__(self) -> str:
        return f"Rule {self.id}"


class CrossReport(SavedRecord):
    """What the worker decided about telling one recipient."""

    Decided = CrossReportDecided

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="cross_reports")
    recipient = models.ForeignKey(ResponseOption, on_delete=models.PROTECT, related_name="+")
    decided = models.CharField(max_length=8, choices=CrossReportDecided, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "recipient"], name="cross_report_once_to_recipient"
            ),
            is_one_of("cross_report", "decided", CrossReportDecided, blank=True),
        ]

    def __str__(self) -> str:
        return f"Cross-report {self.id}"


class CrossReportSending(Record):
    """One line of the log of sending: a fact, possible whatever the intake's state."""

    intake = models.ForeignKey(
        Intake, on_delete=models.PROTECT, related_name="cross_report_sendings"
    )
    recipient = models.ForeignKey(ResponseOption, on_delete=models.PROTECT, related_name="+")
    method = models.TextField()
    to_whom = models.TextField(blank=True)
    is_written = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Noted by mistake: it stays, struck through, and stops no clock.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["sent_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(method=""), name="cross_report_sent_somehow"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="sending_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Sending {self.id}"
