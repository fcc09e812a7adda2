"""Words that must stand exactly: what a child said, and what a caller corrected."""

from django.db import models
from django.db.models import Q

from intake.models.base import SavedRecord
from intake.models.intakes import Intake


class Quotation(SavedRecord):
    """Words of a child as they were said, who said them, and who heard them."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="quotations")
    created_at = models.DateTimeField()
    text = models.TextField()
    speaker = models.TextField(blank=True)
    hearer = models.TextField(blank=True)
    is_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="quotation_not_empty")]

    def __str__(self) -> str:
        return f"Quotation {self.id}"


class Correction(SavedRecord):
    """What the caller corrected while the record was read back; what was said first stands too.

    `of` is the name of the field in the save protocol (`answer.<prompt id>.text`).
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="corrections")
    created_at = models.DateTimeField()
    of = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    is_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(of=""), name="correction_of_a_field")]

    def __str__(self) -> str:
        return f"Correction {self.id}"
