"""A supervisor's review: claim, release, return with comments, approve."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake import permissions
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import Intake, Review, ReviewComment, User
from intake.models.audit import record_event
from intake.models.intakes import IntakeStatus
from intake.models.reviews import ReviewOutcome


@dataclass(frozen=True)
class NewComment:
    """A remark and the field it is anchored to (`answer.<prompt id>`, `decision.rationale`)."""

    anchor: str
    text: str


def claim_intake(*, actor: User, intake_id: UUID, at: datetime) -> Review:
    """Take a submitted intake for review; nobody reviews what they wrote themselves."""
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        if not permissions.can_claim(actor, intake):
            raise NotAllowed("You cannot review an intake that you wrote yourself.")
        if intake.status != Intake.Status.SUBMITTED:
            raise _not_possible(intake, "claimed")
        submission = intake.submissions.latest("number")
        review = Review.objects.create(
            intake=intake, submission=submission, reviewer=actor, claimed_at=at, active_at=at
        )
        _move(intake, Intake.Status.IN_REVIEW)
        record_event("intake.claimed", actor=actor, at=at, subject=intake)
        return review


def release_intake(*, actor: User, intake_id: UUID, at: datetime) -> Review:
    """Give a claimed intake back to the queue."""
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        review = _decide(actor, intake, Review.Outcome.RELEASED, at)
        _move(intake, Intake.Status.SUBMITTED)
        record_event("intake.released", actor=actor, at=at, subject=intake)
        return review


def return_intake(
    *, actor: User, intake_id: UUID, comments: list[NewComment], at: datetime
) -> Review:
    """Send a claimed intake back to its worker with at least one anchored comment."""
    if not comments or not all(comment.text.strip() and comment.anchor for comment in comments):
        raise InvalidValue("Write at least one comment, so that the worker knows what to mend.")
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        review = _decide(actor, intake, Review.Outcome.RETURNED, at)
        for comment in comments:
            ReviewComment.objects.create(
                review=review, anchor=comment.anchor, text=comment.text, author=actor, at=at
            )
        _move(intake, Intake.Status.RETURNED)
        record_event(
            "intake.returned",
            actor=actor,
            at=at,
            subject=intake,
            details={"comments": len(comments)},
        )
        return review


def approve_intake(*, actor: User, intake_id: UUID, at: datetime) -> Review:
    """Approve a claimed intake; from then on only amendments are added."""
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        review = _decide(actor, intake, Review.Outcome.APPROVED, at)
        _move(intake, Intake.Status.APPROVED)
        record_event("intake.approved", actor=actor, at=at, subject=intake)
        return review


def _lock(actor: User, intake_id: UUID) -> Intake:
    if not permissions.is_supervisor(actor):
        raise NotAllowed("Only supervisors review intakes.")
    visible = Intake.objects.visible_to(actor)
    return visible.select_for_update(no_key=True).get(pk=intake_id)


def _decide(actor: User, intake: Intake, outcome: ReviewOutcome, at: datetime) -> Review:
    """End the actor's open review of the locked intake with `outcome` and return it."""
    if intake.status != Intake.Status.IN_REVIEW:
        raise _not_possible(intake, outcome.label.lower())
    review = Review.objects.select_for_update(no_key=True).get(intake=intake, outcome="")
    if not permissions.holds_claim(actor, review):
        raise NotAllowed("Another supervisor is reviewing this intake.")
    review.outcome = outcome
    review.decided_at = at
    review.save(update_fields=["outcome", "decided_at"])
    return review


def _move(intake: Intake, status: IntakeStatus) -> None:
    intake.status = status
    intake.save(update_fields=["status"])


def _not_possible(intake: Intake, verb: str) -> NotPossibleNow:
    return NotPossibleNow(
        f"Intake {intake.reference} cannot be {verb}: it is "
        f"{intake.get_status_display().lower()}. Reload the page to see what can be done."
    )
