"""Restricted records: who restricted one and why, who is named to read it, and who broke the glass.

The reasons stand here and nowhere else: not in the audit, not in a submission.
"""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Length

from intake.models.base import Record
from intake.models.people import User

GLASS_LASTS = timedelta(minutes=60)
REASON_LIMIT = 2_000  # code points

models.TextField.register_lookup(Length)


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    """Restrictions, and those that hold."""

    def standing(self) -> "RestrictionQuerySet":
        """Return the restrictions that nobody took off."""
        return self.filter(ended_at=None)

    def holding(self, at: datetime | OuterRef) -> "RestrictionQuerySet":
        """Return the restrictions that held at `at`, as can be told at any time later."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), at__lte=at)


class Restriction(Record):
    """An intake is restricted: by whom, when and why, until somebody else takes that off.

    `Intake.is_restricted` says the same as that one of these stands; the database holds it.
    """

    intake = models.ForeignKey("Intake", on_delete=models.PROTECT, related_name="restrictions")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    end_reason = models.TextField(blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["intake"], condition=Q(ended_at=None), name="restriction_one_of_intake"
            ),
            models.CheckConstraint(
                condition=~Q(reason="")
                & Q(reason__length__lte=REASON_LIMIT, end_reason__length__lte=REASON_LIMIT),
                name="restriction_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | Q(ended_at__gte=F("at"), ended_by__isnull=False) & ~Q(end_reason=""),
                name="restriction_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | ~Q(ended_by=F("by")),
                name="restriction_ended_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"Restriction {self.id}"


class NamedViewerQuerySet(models.QuerySet["NamedViewer"]):
    """Named viewers, and those who are named now."""

    def standing(self, at: datetime) -> "NamedViewerQuerySet":
        """Return who is named at `at`: not taken off the list, and not past the end."""
        return self.filter(Q(until=None) | Q(until__gt=at), ended_at=None)

    def holding(self, at: datetime | OuterRef) -> "NamedViewerQuerySet":
        """Return who was named at `at`, as can be told at any time later."""
        kept = Q(ended_at=None) | Q(ended_at__gt=at)
        return self.filter(kept, Q(until=None) | Q(until__gt=at), at__lte=at)


class NamedViewer(Record):
    """Somebody reads a restricted intake as if it were not, until `until` or until taken off.

    The name gives back what the mark took away and nothing more: what the role does not show, it
    does not show to who is named either.
    """

    intake = models.ForeignKey("Intake", on_delete=models.PROTECT, related_name="named_viewers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = NamedViewerQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            # What `visible_to` looks up, too.
            models.UniqueConstraint(
                fields=["intake", "user"],
                condition=Q(ended_at=None),
                name="named_viewer_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("at")),
                name="named_viewer_until_later",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__gte=F("at"), ended_by__isnull=False),
                name="named_viewer_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Named viewer {self.id}"


class BreakGlassQuerySet(models.QuerySet["BreakGlass"]):
    """Openings by break-glass, and those that last."""

    def lasting(self, at: datetime) -> "BreakGlassQuerySet":
        """Return the openings that give access at `at`; the clock ends them, never a job."""
        return self.filter(ends_at__gt=at, closed_at=None)


class BreakGlass(Record):
    """Somebody who is not named opened a restricted intake, for a reason, for 60 minutes at most.

    `closed_at` is when they closed it themselves, before `ends_at`.
    """

    intake = models.ForeignKey("Intake", on_delete=models.PROTECT, related_name="broken_glass")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.TextField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & Q(reason__length__lte=REASON_LIMIT),
                name="break_glass_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("at"), ends_at__lte=F("at") + GLASS_LASTS),
                name="break_glass_lasts_an_hour",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("at")),
                name="break_glass_closed_after_opened",
            ),
        ]
        indexes = [
            models.Index(fields=["intake", "user", "-ends_at"], name="break_glass_of_user"),
            models.Index(fields=["at"], name="break_glass_by_time"),
        ]

    def __str__(self) -> str:
        return f"Break-glass {self.id}"
