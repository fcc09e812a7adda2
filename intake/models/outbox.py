"""The key of a browser's outbox: what was typed and not acknowledged is kept there encrypted."""

from django.conf import settings
from django.db import models

from intake import crypto
from intake.models.base import Record
from intake.models.intakes import Intake
from intake.models.people import User
from intake.models.question_sets import Edition


class OutboxKey(Record):
    """The key of one user's outbox of a call or draft: 32 bytes in base64, sealed by the key ring.

    It outlives the session, so that text left behind can be sent after the next sign-in, and is
    released to that user alone.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="outbox_keys")
    intake = models.ForeignKey(
        Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="outbox_keys"
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, null=True, blank=True, related_name="outbox_keys"
    )
    sealed = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "intake"], name="outbox_key_of_user_and_call"),
            models.UniqueConstraint(
                fields=["user", "edition"], name="outbox_key_of_user_and_draft"
            ),
            models.CheckConstraint(
                condition=models.Q(intake__isnull=True) ^ models.Q(edition__isnull=True),
                name="outbox_key_of_call_or_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"Outbox key {self.id}"

    def read(self) -> str:
        """Return the key in base64."""
        return crypto.unseal(
            bytes(self.sealed),
            ring=settings.ENCRYPTION_KEYS,
            table="outbox_key",
            row=self.pk,
            field="sealed",
        )

    def write(self, key: str) -> None:
        """Seal the key; the caller saves the row."""
        self.sealed = crypto.seal(
            key,
            ring=settings.ENCRYPTION_KEYS,
            table="outbox_key",
            row=self.pk,
            field="sealed",
        )
