"""Submissions: the frozen, numbered snapshot made each time an intake is submitted."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from intake import crypto
from intake.models.base import Record
from intake.models.intakes import Intake
from intake.models.people import User

OWN = "own"  # what the key of a snapshot is called in its seal


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
    """The reporting party as it was at a submission, sealed; the hash is of the text inside.

    It is frozen, so it is sealed with a key of its own, which `SubmissionReporterKey` keeps sealed
    by the key ring: when the ring's keys change, that one is sealed anew, and this row stays.
    """

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="reporter")
    sealed = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"Reporting party of {self.submission_id}"

    def write(self, text: str) -> "SubmissionReporterKey":
        """Seal `text` with a fresh key of its own, and return that key's row; the caller saves."""
        own = crypto.make_key()
        self.sealed = crypto.seal(text, ring={OWN: own}, **self._place)
        key = SubmissionReporterKey(party=self)
        key.write(own)
        return key

    def read(self) -> str:
        """Return the canonical JSON of the reporting party, or raise SealBroken."""
        key: SubmissionReporterKey | None = getattr(self, "key", None)
        if key is None:  # of a ring key that was gone already when each got a key of its own
            return crypto.unseal(bytes(self.sealed), ring=settings.ENCRYPTION_KEYS, **self._place)
        return crypto.unseal(bytes(self.sealed), ring={OWN: key.read()}, **self._place)

    @property
    def _place(self) -> "crypto.Place":
        return {"table": "submission_reporter", "row": self.id, "field": "sealed"}


class SubmissionReporterKey(Record):
    """The key of a submission's reporting party, sealed by the key ring; only its seal changes."""

    party = models.OneToOneField(SubmissionReporter, on_delete=models.PROTECT, related_name="key")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"Key of {self.party_id}"

    def write(self, key: bytes) -> None:
        """Seal the key; the caller saves the row."""
        self.sealed = crypto.seal_bytes(key, ring=settings.ENCRYPTION_KEYS, **self._place)

    def read(self) -> bytes:
        """Return the key, or raise SealBroken."""
        return crypto.unseal_bytes(bytes(self.sealed), ring=settings.ENCRYPTION_KEYS, **self._place)

    @property
    def _place(self) -> "crypto.Place":
        return {"table": "submission_reporter_key", "row": self.id, "field": "sealed"}
