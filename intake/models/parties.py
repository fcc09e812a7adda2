"""People of an intake: the reporting party, apart and sealed; the family; the concerns."""

from django.conf import settings
from django.db import models

from intake import crypto
from intake.models.base import SavedRecord, Source, YesNo, is_one_of
from intake.models.intakes import Intake


class ReporterKind(models.TextChoices):
    MANDATED = "mandated", "Mandated reporter"
    NON_MANDATED = "non_mandated", "Not a mandated reporter"
    ANONYMOUS = "anonymous", "Anonymous"


class Reporter(SavedRecord):
    """The reporting party. What was typed is sealed; search and matching never read it.

    Source of the restriction: California Penal Code 11167(d), disclosure only to listed agencies.
    """

    Kind = ReporterKind

    SEALED = (
        "name",
        "phone",
        "callback_number",
        "address",
        "relationship",
        "capacity",
        "basis_of_knowledge",
        "refusal_reason",
    )

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="reporter")
    kind = models.CharField(max_length=16, choices=Kind, blank=True)
    confidentiality_advised = models.CharField(max_length=8, choices=YesNo, blank=True)
    name = models.BinaryField(null=True, blank=True)
    phone = models.BinaryField(null=True, blank=True)
    callback_number = models.BinaryField(null=True, blank=True)
    address = models.BinaryField(null=True, blank=True)
    relationship = models.BinaryField(null=True, blank=True)
    capacity = models.BinaryField(null=True, blank=True)
    basis_of_knowledge = models.BinaryField(null=True, blank=True)
    refusal_reason = models.BinaryField(null=True, blank=True)

    class Meta:
        constraints = [is_one_of("reporter", "kind", ReporterKind, blank=True)]

    def __str__(self) -> str:
        return f"Reporting party of {self.intake_id}"

    def read(self, field: str) -> str:
        """Return the text of a sealed field, empty when none was typed."""
        value = getattr(self, field)
        if value is None:
            return ""
        return crypto.unseal(
            value, ring=settings.ENCRYPTION_KEYS, table="reporter", row=self.id, field=field
        )

    def write(self, field: str, text: str) -> None:
        """Seal `text` into `field` of this instance; the caller saves it."""
        sealed = crypto.seal(
            text, ring=settings.ENCRYPTION_KEYS, table="reporter", row=self.id, field=field
        )
        setattr(self, field, sealed if text else None)


class PersonRole(models.TextChoices):
    CHILD = "child", "Child"
    CAREGIVER = "caregiver", "Caregiver"
    OTHER = "other", "Other person"


class Person(SavedRecord):
    """A child, a caregiver or another person; one who was taken out again stays, marked."""

    Role = PersonRole

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="people")
    role = models.CharField(max_length=12, choices=Role)
    created_at = models.DateTimeField()
    name = models.TextField(blank=True)
    is_unknown = models.BooleanField(default=False)
    birth_date = models.DateField(null=True, blank=True)
    age = models.TextField(blank=True)
    gender = models.TextField(blank=True)
    relationship = models.TextField(blank=True)
    address = models.TextField(blank=True)
    current_location = models.TextField(blank=True)
    school_or_care = models.TextField(blank=True)
    language = models.TextField(blank=True)
    culture = models.TextField(blank=True)
    disability = models.TextField(blank=True)
    last_seen = models.TextField(blank=True)
    access_to_child = models.TextField(blank=True)
    in_household = models.CharField(max_length=8, choices=YesNo, blank=True)
    is_alleged_victim = models.BooleanField(default=False)
    is_alleged_maltreater = models.BooleanField(default=False)
    is_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name_plural = "people"
        constraints = [
            is_one_of("person", "role", PersonRole, blank=False),
            is_one_of("person", "in_household", YesNo, blank=True),
        ]

    def __str__(self) -> str:
        return f"Person {self.id}"


class ConcernType(models.TextChoices):
    PHYSICAL = "physical_abuse", "Physical abuse"
    SEXUAL = "sexual_abuse", "Sexual abuse"
    EMOTIONAL = "emotional_abuse", "Emotional abuse"
    GENERAL_NEGLECT = "general_neglect", "General neglect"
    SEVERE_NEGLECT = "severe_neglect", "Severe neglect"
    EXPLOITATION = "exploitation", "Exploitation"
    ABSENCE = "caretaker_absence", "Caretaker absence or incapacity"
    AT_RISK = "at_risk", "At risk, sibling abused"
    OTHER = "other", "Other"


class Concern(SavedRecord):
    """One thing that is reported: what, when, where, how it is known, with what injury."""

    Type = ConcernType

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="concerns")
    created_at = models.DateTimeField()
    type = models.CharField(max_length=20, choices=Type, blank=True)
    what = models.TextField(blank=True)
    when = models.TextField(blank=True)
    where = models.TextField(blank=True)
    injury = models.TextField(blank=True)
    witnesses = models.TextField(blank=True)
    source = models.CharField(max_length=20, choices=Source, blank=True)
    is_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            is_one_of("concern", "type", ConcernType, blank=True),
            is_one_of("concern", "source", Source, blank=True),
        ]

    def __str__(self) -> str:
        return f"Concern {self.id}"
