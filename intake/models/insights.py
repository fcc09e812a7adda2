"""What the figures of `/insights/` are made of: one narrow row for each call that was submitted."""

from django.db import models

from intake.models.base import Side
from intake.models.intakes import Intake
from intake.models.people import Agency, User
from intake.models.question_sets import FACTORS

# The sides of the factors, in the order of their bits.
SIDES: tuple[str, str] = (Side.WORRY, Side.WORKING_WELL)
PLACES = tuple((factor, side) for factor in FACTORS for side in SIDES)
BITS = {place: 1 << number for number, place in enumerate(PLACES)}


class CallSummary(models.Model):
    """A call as it was last submitted, and what became of it since.

    `asked`, `volunteered` and `unknown` hold a bit for each side of a factor (`BITS`). Times are
    seconds from the call's end, 0 for what came before it. `actions/summaries.py` writes it, in
    the transaction of what it tells of; nothing that is typed does.
    """

    intake = models.OneToOneField(
        Intake, on_delete=models.PROTECT, primary_key=True, related_name="summary"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    worker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    week = models.DateField()  # the Monday, in the agency's zone
    asked = models.SmallIntegerField(default=0)
    volunteered = models.SmallIntegerField(default=0)
    unknown = models.SmallIntegerField(default=0)
    returns = models.PositiveSmallIntegerField(default=0)
    dispatched_after = models.PositiveIntegerField(null=True, blank=True)
    submitted_after = models.PositiveIntegerField()
    approved_after = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "call summaries"
        indexes = [
            # Holds every column that a figure reads: the table itself is not touched.
            models.Index(
                fields=[
                    *("agency", "started_at", "worker", "week", "asked", "volunteered", "unknown"),
                    *("returns", "dispatched_after", "submitted_after", "approved_after"),
                ],
                name="call_summary_of_agency",
            ),
            models.Index(fields=["worker", "started_at"], name="call_summary_of_worker"),
        ]

    def __str__(self) -> str:
        return f"Summary of {self.intake_id}"
