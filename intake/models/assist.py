"""Silent assist: a worker's flag on a live call, who follows it, and the lines sent to its worker.

None of it is part of the intake: no submission, export or search has it.
"""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from intake.models.base import Record
from intake.models.intakes import Intake
from intake.models.people import User

LINE_LIMIT = 200  # code points
FOLLOWS = timedelta(seconds=15)  # a page that was not heard of for so long does not follow any more


class HelpFlagQuerySet(models.QuerySet["HelpFlag"]):
    """Flags, and those that are up."""

    def raised(self) -> "HelpFlagQuerySet":
        """Return the flags that nobody took back and no end of a call lowered."""
        return self.filter(lowered_at=None)

    def of_agency(self, user: User) -> "HelpFlagQuerySet":
        """Return the flags on calls within the role of `user`, those kept from the user too."""
        return self.filter(intake__in=Intake.objects.within_role_of(user).for_real().live())


class HelpFlag(Record):
    """A worker asks for help on a live call; lowered by the worker, or with the call's end."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="help_flags")
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lowered_at = models.DateTimeField(null=True, blank=True)
    lowered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = HelpFlagQuerySet.as_manager()

    class Meta:
        ordering = ["raised_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["intake"],
                condition=Q(lowered_at__isnull=True),
                name="help_flag_one_raised_of_intake",
            ),
            models.CheckConstraint(
                condition=Q(lowered_at__isnull=True, lowered_by__isnull=True)
                | Q(
                    lowered_at__isnull=False,
                    lowered_by__isnull=False,
                    lowered_at__gte=models.F("raised_at"),
                ),
                name="help_flag_lowered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Flag {self.id}"


class Follower(Record):
    """A supervisor who has a live call open to follow it, as the page's questions tell."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="followers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "user"], name="follower_once")]

    def __str__(self) -> str:
        return f"Follower {self.id}"

    @classmethod
    def there(cls, at: datetime) -> "models.QuerySet[Follower]":
        """Return who follows a live call now, by name, with their users."""
        here = cls.objects.filter(
            seen_at__gt=at - FOLLOWS,
            intake__ended_at=None,
            intake__status=Intake.Status.IN_PROGRESS,
        )
        names = ("user__first_name", "user__last_name", "user__username")
        return here.select_related("user").order_by(*names)


class AssistLineQuerySet(models.QuerySet["AssistLine"]):
    """Lines, and those that still concern somebody."""

    def standing(self) -> "AssistLineQuerySet":
        """Return the lines of calls that go on with the worker they were sent to."""
        return self.filter(put_away_at=None)

    def newest_first(self) -> "AssistLineQuerySet":
        """Return the lines with the latest first, with their authors."""
        return self.select_related("author").order_by("-at", "-id")


class AssistLine(Record):
    """One line from a supervisor to the worker of a live call.

    `seen_at` is when the worker dismissed it. The call's end and a hand-over put it away: from
    then on it is shown to nobody.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="assist_lines")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()
    seen_at = models.DateTimeField(null=True, blank=True)
    put_away_at = models.DateTimeField(null=True, blank=True)

    objects = AssistLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & Q(text__length__lte=LINE_LIMIT),
                name="assist_line_within_limit",
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True) | Q(seen_at__gte=models.F("at")),
                name="assist_line_seen_after_sent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["intake", "-at"],
                condition=Q(put_away_at__isnull=True),
                name="assist_line_standing",
            )
        ]

    def __str__(self) -> str:
        return f"Line {self.id}"
