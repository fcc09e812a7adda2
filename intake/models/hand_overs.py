"""Hand-over: a live call goes to a colleague who accepts it."""

from django.db import models
from django.db.models import Q

from intake.models.base import Record, is_one_of
from intake.models.intakes import Intake
from intake.models.people import User


class HandOverAnswer(models.TextChoices):
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Offers and what became of them, as people of an agency may know of them."""

    def standing(self) -> "HandOverQuerySet":
        """Return the offers that nobody answered or withdrew."""
        return self.filter(answer="")

    def offered_to(self, user: User) -> "HandOverQuerySet":
        """Return the offers that were made to `user`, while the user takes calls."""
        if user.agency_id is None or not user.is_active or "workers" not in user.roles:
            return self.none()
        return self.filter(offered_to=user, intake__agency=user.agency_id)

    def made_by(self, user: User) -> "HandOverQuerySet":
        """Return the offers that `user` made, while the user takes calls; the latest first."""
        if user.agency_id is None or not user.is_active or "workers" not in user.roles:
            return self.none()
        made = self.filter(offered_by=user, intake__agency=user.agency_id)
        return made.select_related("offered_to").order_by("-offered_at", "-id")

    def accepted(self) -> "HandOverQuerySet":
        """Return the offers by which a call went to somebody else."""
        return self.filter(answer=HandOverAnswer.ACCEPTED)


class HandOver(Record):
    """One offer of a call to a colleague, and what became of it; without an answer it is open."""

    Answer = HandOverAnswer

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="hand_overs")
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    offered_to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="offers")
    offered_at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=HandOverAnswer, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # The supervisor who gave a returned intake to another worker; nobody was asked.
    moved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ["offered_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["intake"], condition=Q(answer=""), name="hand_over_one_open_of_intake"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | ~Q(answer="")
                & Q(answered_at__isnull=False, answered_at__gte=models.F("offered_at")),
                name="hand_over_answer_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(offered_by=models.F("offered_to")), name="hand_over_to_a_colleague"
            ),
            models.CheckConstraint(
                condition=Q(moved_by__isnull=True) | Q(answer="accepted"),
                name="hand_over_moved_stands",
            ),
            is_one_of("hand_over", "answer", HandOverAnswer, blank=True),
        ]
        indexes = [
            models.Index(
                fields=["offered_to", "-offered_at"],
                condition=Q(answer=""),
                name="hand_over_open_to",
            )
        ]

    def __str__(self) -> str:
        return f"Hand-over {self.id}"
