"""Where a call is open: each page of a browser, and the one page that may write."""

from django.db import models

from intake.models.base import Record
from intake.models.intakes import Intake
from intake.models.people import User


class CallPage(Record):
    """A page in which an intake is open; its key comes from the page, `seen_at` from its pings.

    `Intake.holder` is the page that may write; all others show the intake read-only.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="pages")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seen_at__gte=models.F("opened_at")),
                name="call_page_seen_after_opened",
            )
        ]
        indexes = [models.Index(fields=["intake", "-seen_at"], name="page_of_intake")]

    def __str__(self) -> str:
        return f"Page {self.id}"
