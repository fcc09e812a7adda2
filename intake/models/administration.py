"""What administrators do beside question sets: what they changed, and whom they invited."""

from django.db import models

from intake.models.base import Record
from intake.models.people import Agency, User


class TableChange(Record):
    """One change of a row of the agency's tables, a user or the policies; append-only.

    `before` and `after` have the columns that changed, and no others; of a new row all of them are
    after. None of it is text of a call.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="table_changes")
    actor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    table = models.CharField(max_length=32)
    row = models.UUIDField()
    label = models.CharField(max_length=160)  # what the row was called then
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["agency", "-at", "-id"], name="table_change_of_agency"),
            models.Index(fields=["row", "-at"], name="table_change_of_row"),
        ]

    def __str__(self) -> str:
        return f"{self.table}: {self.label}"


class Invitation(Record):
    """A way in for a user who has no password yet, or a lost one: a link that opens once.

    Only a hash of the link's secret is stored. Another invitation of the same user replaces it.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="invitation")
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Invitation of {self.user_id}"
