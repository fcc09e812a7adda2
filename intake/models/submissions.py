"""Submissions: the frozen, numbered snapshot made each time an intake is submitted."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from intake import crypto
from intake.models.base import Record
from intake.models.intakes import Intake
from intake.models.people import User


class Submission(Record):
    """The fact of a submission and the SHA-256 of its content; kept for ever."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "number"], name="submission_number_of_intake"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="submission_hash_is_sha256"
            ),
        ]

    def __str__(self) -> str:
        return f"Submission {self.number} of {self.intake_id}"


class SubmissionContent(Record):
    """The bytes of a submission: RFC 8785 canonical JSON, as text because jsonb reorders keys."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="content")
    text = models.TextField()

    def __str__(self) -> str:
        return f"Content of {self.submission_id}"


class SubmissionReporter(Record):
    """The reporting party as it was at a submission, sealed; the hash is of the sealed text."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="reporter")
    sealed = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"Reporting party of {self.submission_id}"

    def read(self) -> str:
        """Return the canonical JSON of the reporting party."""
        return crypto.unseal(
            bytes(self.sealed),
            ring=settings.ENCRYPTION_KEYS,
            table="submission_reporter",
            row=self.id,
            field="sealed",
        )
