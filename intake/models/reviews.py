"""A supervisor's review of an intake, remarks, and what is added after approval."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from intake.models.base import Record, is_one_of
from intake.models.decisions import ResponseOption
from intake.models.intakes import Intake
from intake.models.people import User
from intake.models.submissions import Submission

CLAIM_IDLE = timedelta(minutes=15)  # after which a claim is anybody's (ux 36)


class ReviewOutcome(models.TextChoices):
    RELEASED = "released", "Released"
    RETURNED = "returned", "Returned"
    APPROVED = "approved", "Approved"


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews and whether somebody is at them."""

    def held(self, at: datetime) -> "ReviewQuerySet":
        """Return the open claims that were not left idle by the time `at`."""
        return self.filter(outcome="", active_at__gt=at - CLAIM_IDLE)


class Review(Record):
    """One supervisor's look at one submission, from claim to outcome."""

    Outcome = ReviewOutcome

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="reviews")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reviews")
    claimed_at = models.DateTimeField()
    active_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    # The supervisor's own decision stands beside the worker's and needs a reason.
    own_screening = models.ForeignKey(
        ResponseOption, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    own_reason = models.TextField(blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["claimed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["intake"], condition=Q(outcome=""), name="review_one_claim_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True)
                | ~Q(outcome="") & Q(decided_at__isnull=False),
                name="review_decided_has_time",
            ),
            models.CheckConstraint(
                condition=Q(own_screening__isnull=True) | ~Q(own_reason=""),
                name="review_own_decision_has_reason",
            ),
            is_one_of("review", "outcome", ReviewOutcome, blank=True),
        ]
        indexes = [models.Index(fields=["reviewer", "-decided_at"], name="review_of_reviewer")]

    def __str__(self) -> str:
        return f"Review {self.id}"

    def is_held(self, at: datetime) -> bool:
        """Whether somebody is at it: an open claim that was not left idle."""
        return self.outcome == "" and at - self.active_at < CLAIM_IDLE


class ReviewVisit(Record):
    """A supervisor who has the page of an intake's review open, as its pings tell."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="visits")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "user"], name="review_visit_once")]
        indexes = [models.Index(fields=["seen_at"], name="review_visit_lately")]

    def __str__(self) -> str:
        return f"Visit {self.id}"


class ReviewCommentQuerySet(models.QuerySet["ReviewComment"]):
    """Remarks and who has seen them."""

    def sent(self) -> "ReviewCommentQuerySet":
        """Return the remarks with which intakes were returned, without the replies."""
        return self.filter(review__outcome=ReviewOutcome.RETURNED, parent=None)


class ReviewComment(Record):
    """A remark anchored to one answer, person, the decision or a passage; replies hang on it.

    `anchor` is a field's name in the save protocol: `answer.<prompt id>`, `decision.rationale`.
    `passage` are words of the narrative, exactly as the submission has them. The worker sees a
    comment once its review has returned the intake.
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="comments")
    anchor = models.CharField(max_length=120)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()
    passage = models.TextField(blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ReviewCommentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="review_comment_not_empty"),
            models.CheckConstraint(
                condition=Q(passage="") | Q(anchor="narrative.text"),
                name="review_comment_passage_of_narrative",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="review_comment_resolved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Comment {self.id}"


class Amendment(Record):
    """A later addition to an approved record; it alters no submission."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="amendments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()
    text = models.TextField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(reason=""), name="amendment_has_text_and_reason"
            )
        ]

    def __str__(self) -> str:
        return f"Amendment {self.id}"
