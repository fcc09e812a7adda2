"""Dispatch: who was told of a report while it was fresh, and who acknowledged it."""

from django.db import models
from django.db.models import Q

from intake.models.base import Record, is_one_of
from intake.models.intakes import Intake
from intake.models.people import User


class DispatchTold(models.TextChoices):
    LAW_ENFORCEMENT = "law_enforcement", "Law enforcement"
    RESPONDING_WORKER = "responding_worker", "Responding worker"
    SUPERVISOR = "supervisor", "Supervisor"
    TRIBE = "tribe", "Tribe"


class Dispatch(Record):
    """One telling: a fact with its time; possible at any moment, whatever the intake's state."""

    Told = DispatchTold

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="dispatches")
    told = models.CharField(max_length=20, choices=Told)
    who = models.TextField(blank=True)
    how = models.TextField(blank=True)
    told_at = models.DateTimeField()
    told_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.TextField(blank=True)
    acknowledged_noted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Noted by mistake: it stays, struck through.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["told_at", "id"]
        constraints = [
            is_one_of("dispatch", "told", DispatchTold, blank=False),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True)
                | Q(acknowledged_at__gte=models.F("told_at")),
                name="dispatch_acknowledged_after_told",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="dispatch_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Dispatch {self.id}"
