"""Concrete help: the agency's directory of services, and what was offered in a call."""

from django.db import models
from django.db.models import Q

from intake.models.base import Record, SavedRecord
from intake.models.intakes import Intake
from intake.models.people import Agency, User
from intake.models.question_sets import FACTORS


class Service(Record):
    """An entry of the agency's directory; the agency edits it."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=160)
    factor = models.CharField(max_length=64, choices=[(key, key) for key in FACTORS])
    area = models.CharField(max_length=120, blank=True)
    offers = models.TextField(blank=True)
    phone = models.CharField(max_length=60, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    languages = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["factor", "name"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "name", "area"], name="service_once"),
            models.CheckConstraint(condition=Q(factor__in=FACTORS), name="service_of_known_factor"),
        ]
        indexes = [models.Index(fields=["agency", "factor", "name"], name="service_of_agency")]

    def __str__(self) -> str:
        return self.name


class Support(SavedRecord):
    """Concrete help that was offered during the call, and whether it was accepted."""

    ACCEPTED = (("yes", "Accepted"), ("no", "Declined"), ("unknown", "Not known"))

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="supports")
    factor = models.CharField(max_length=64, choices=[(key, key) for key in FACTORS])
    service = models.TextField()
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    accepted = models.CharField(max_length=8, choices=ACCEPTED, blank=True)
    accepted_by = models.TextField(blank=True)
    is_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ["offered_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(factor__in=FACTORS), name="support_of_known_factor"),
            models.CheckConstraint(
                condition=Q(accepted__in=["", "yes", "no", "unknown"]),
                name="support_accepted_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Support {self.id}"
