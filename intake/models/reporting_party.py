"""Reveals: who opened a reporting party after the submission, on what ground, and why."""

from django.conf import settings
from django.db import models

from intake import crypto
from intake.models.base import Record, is_one_of
from intake.models.intakes import Intake
from intake.models.people import User


class RevealGround(models.TextChoices):
    """Why the reporting party of a submitted record is opened (California Penal Code 11167(d))."""

    CALL_BACK = "call_back", "To speak with the reporting party about the report"
    SAFETY = "safety", "Somebody’s safety depends on it"
    AGENCY = "agency", "An agency that the law lets know has asked"
    WAIVED = "waived", "The reporting party has waived confidentiality"
    COURT = "court", "A court has ordered it"
    RECORD = "record", "To put the record right"


class RevealHow(models.TextChoices):
    SHOWN = "shown", "Shown on the screen"
    PDF = "pdf", "Made a PDF of the record"


class ReporterReveal(Record):
    """One opening of a reporting party. `words` are the reason in own words, sealed: they may name.

    The audit has the ground and this row's key, and never the words.
    """

    Ground = RevealGround
    How = RevealHow

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="reveals")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    how = models.CharField(max_length=8, choices=RevealHow)
    ground = models.CharField(max_length=12, choices=RevealGround)
    words = models.BinaryField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            is_one_of("reveal", "how", RevealHow, blank=False),
            is_one_of("reveal", "ground", RevealGround, blank=False),
        ]

    def __str__(self) -> str:
        return f"Reveal {self.id}"

    def write(self, words: str) -> None:
        """Seal the reason's words; the caller saves the row."""
        self.words = crypto.seal(words, ring=settings.ENCRYPTION_KEYS, **self._place)

    def read(self) -> str:
        """Return the reason's words, or raise SealBroken."""
        return crypto.unseal(bytes(self.words), ring=settings.ENCRYPTION_KEYS, **self._place)

    @property
    def _place(self) -> "crypto.Place":
        return {"table": "reporter_reveal", "row": self.id, "field": "words"}
