"""What the agency decides: the options, the decision, and the answers that it leans on."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from intake.deadlines import after_hours
from intake.models.answers import Answer
from intake.models.base import Record, SavedRecord, YesNo, is_one_of
from intake.models.intakes import Intake
from intake.models.people import Agency


class ResponseOptionDecides(models.TextChoices):
    SCREENING = "screening", "Screening decision"
    PRIORITY = "priority", "Response priority"
    PATH = "path", "Path"
    CROSS_REPORT = "cross_report", "Cross-report"


class ResponseOption(Record):
    """One choice of a decision, a row of the agency; none of them refuses a report.

    `deadline_hours` run from receipt of the report; 0 is immediately. Of a cross-report they are
    the time within which it is made, and `written_hours` that of the written report which
    follows. `may_learn_reporter` marks a recipient that the law lets know who reported
    (California Penal Code 11167(d)).
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
    written_hours = models.PositiveIntegerField(null=True, blank=True)
    may_learn_reporter = models.BooleanField(default=False)

    class Meta:
        ordering = ["decides", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decides="cross_report")
                | Q(written_hours__isnull=True, may_learn_reporter=False),
                name="response_option_only_cross_reports_follow",
            ),
            models.UniqueConstraint(
                fields=["agency", "decides", "key"], name="response_option_key_in_agency"
            ),
            is_one_of("response_option", "decides", ResponseOptionDecides, blank=False),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_transfer(self) -> bool:
        """Whether the report goes to another jurisdiction."""
        return self.key == "transfer"

    def due_at(self, received_at: datetime) -> datetime | None:
        """Return when this is due for a report received then, or None without a deadline.

        Hours are hours: a change of the clocks in between neither adds nor takes one.
        """
        if self.deadline_hours is None:
            return None
        return after_hours(received_at, self.deadline_hours)

    def written_due_at(self, received_at: datetime) -> datetime | None:
        """Return when the written report that follows is due, or None where none is."""
        if self.written_hours is None:
            return None
        return after_hours(received_at, self.written_hours)


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
    # For a worry about neglect: economic disadvantage is not neglect (California AB 2085).
    concrete_help = models.CharField(max_length=8, choices=YesNo, blank=True)
    concrete_help_reason = models.TextField(blank=True)

    class Meta:
        constraints = [is_one_of("decision", "concrete_help", YesNo, blank=True)]

    def __str__(self) -> str:
        return f"Decision of {self.intake_id}"


class DecisionReference(SavedRecord):
    """An answer that the decision leans on, while it `stands`."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="references")
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="+")
    stands = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "answer"], name="decision_reference_once")
        ]

    def __str__(self) -> str:
        return f"Reference {self.id}"
