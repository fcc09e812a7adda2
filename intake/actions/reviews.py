"""A supervisor's review: claim, release, return with comments, approve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake import permissions
from intake.actions.summaries import count_course
from intake.actions.workers import lock_users
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import (
    Decision,
    HandOver,
    Intake,
    ResponseOption,
    Review,
    ReviewComment,
    ReviewVisit,
    User,
)
from intake.models.audit import record_event
from intake.models.intakes import IntakeStatus
from intake.models.reviews import ReviewOutcome
from intake.text import clean_text

REASON = 5_000  # code points


@dataclass(frozen=True)
class NewComment:
    """A remark and the field it is anchored to (`answer.<prompt id>`, `decision.rationale`)."""

    anchor: str
    text: str


def claim_intake(*, actor: User, intake_id: UUID, at: datetime) -> Review:
    """Take a submitted intake for review; nobody reviews what they wrote themselves.

    A claim that was left idle for 15 minutes is anybody's: it ends, and the actor's begins. The
    actor's own goes on; remarks of one that ended without an outcome come along.
    """
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        if not permissions.can_claim(actor, intake, at=at):
            raise NotAllowed(_why_not(actor, intake, at=at))
        own = Review.objects.filter(intake=intake, outcome="", reviewer=actor).first()
        if own is not None:
            own.active_at = max(own.active_at, at)
            own.save(update_fields=["active_at"])
            return own
        if intake.status == Intake.Status.IN_REVIEW:
            _free_idle_claim(intake, at)
        elif intake.status != Intake.Status.SUBMITTED:
            raise _not_possible(intake, "claimed")
        submission = intake.submissions.latest("number")
        review = Review.objects.create(
            intake=intake, submission=submission, reviewer=actor, claimed_at=at, active_at=at
        )
        ReviewComment.objects.filter(
            review__submission=submission, review__outcome=Review.Outcome.RELEASED, author=actor
        ).update(review=review)
        _move(intake, Intake.Status.IN_REVIEW)
        record_event("intake.claimed", actor=actor, at=at, subject=intake)
        return review


def note_presence(*, actor: User, intake_id: UUID, is_active: bool, at: datetime) -> None:
    """Note that the actor has the page of a review open, and whether something was done there.

    Keeps the actor's own claim. No audit event: that the record was read is noted when it is.
    """
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        ReviewVisit.objects.update_or_create(intake=intake, user=actor, defaults={"seen_at": at})
        if is_active:
            own = Review.objects.filter(intake=intake, outcome="", reviewer=actor)
            own.filter(active_at__lt=at).update(active_at=at)


def release_intake(*, actor: User, intake_id: UUID, at: datetime) -> Review:
    """Give a claimed intake back to the queue."""
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        review = _decide(actor, intake, Review.Outcome.RELEASED, at)
        _move(intake, Intake.Status.SUBMITTED)
        record_event("intake.released", actor=actor, at=at, subject=intake)
        return review


def release_claims_of(reviewer: User, *, actor: User, at: datetime) -> None:
    """Give everything that somebody has claimed back to the queue, as when they leave.

    The caller's transaction has it. What was returned or approved meanwhile stays so.
    """
    claimed = Review.objects.filter(reviewer=reviewer, outcome="").values_list("intake", flat=True)
    for key in list(claimed):
        intake = Intake.objects.select_for_update(no_key=True).get(pk=key)
        review = Review.objects.filter(intake=intake, reviewer=reviewer, outcome="").first()
        if review is not None:
            _give_up(review, intake, actor, at)


def release_claim_on(intake: Intake, *, actor: User | None, at: datetime) -> None:
    """End the claim on a locked intake that nobody is to read any more, if there is one."""
    review = Review.objects.filter(intake=intake, outcome="").first()
    if review is not None:
        _give_up(review, intake, actor, at)


def _give_up(review: Review, intake: Intake, actor: User | None, at: datetime) -> None:
    _end(review, Review.Outcome.RELEASED, at)
    _move(intake, Intake.Status.SUBMITTED)
    record_event("intake.released", actor=actor, at=at, subject=intake)


def return_intake(
    *,
    actor: User,
    intake_id: UUID,
    comments: Sequence[NewComment] = (),
    to: UUID | None = None,
    at: datetime,
) -> Review:
    """Send a claimed intake back to its worker with at least one anchored comment.

    Those noted during the review go along with `comments`. `to` names another worker of the
    agency who is to go on with it; whoever had it can read it from then on.
    """
    needed = InvalidValue("Write at least one comment, so that the worker knows what to mend.")
    if not all(comment.text.strip() and comment.anchor for comment in comments):
        raise needed
    with transaction.atomic():
        lock_users(to)
        intake = _lock(actor, intake_id)
        review = _decide(actor, intake, Review.Outcome.RETURNED, at)
        noted = review.comments.count()
        if not comments and not noted:
            raise needed
        for comment in comments:
            ReviewComment.objects.create(
                review=review, anchor=comment.anchor, text=comment.text, author=actor, at=at
            )
        _move(intake, Intake.Status.RETURNED)
        if to is not None and to != intake.worker_id:
            give_to(intake, to, actor=actor, at=at)
        count_course(intake)
        record_event(
            "intake.returned",
            actor=actor,
            at=at,
            subject=intake,
            details={"comments": noted + len(comments)},
        )
        return review


def approve_intake(*, actor: User, intake_id: UUID, at: datetime) -> Review:
    """Approve a claimed intake; from then on only amendments are added."""
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        review = _decide(actor, intake, Review.Outcome.APPROVED, at)
        intake.retained_from = at
        intake.save(update_fields=["retained_from"])
        _move(intake, Intake.Status.APPROVED)
        count_course(intake)
        record_event("intake.approved", actor=actor, at=at, subject=intake)
        return review


def decide_otherwise(
    *, actor: User, intake_id: UUID, screening: UUID, reason: str, at: datetime
) -> Review:
    """Record the reviewer's own screening decision beside the worker's, with a reason.

    The worker's own is none: it is approved, or the work is returned.
    """
    words = clean_text(reason)
    if not words.strip() or len(words) > REASON:
        raise InvalidValue(
            f"Give the reason, in at most {REASON:,} characters; nothing was recorded.",
            field="reason",
        )
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        review = _claimed(actor, intake, "nothing was recorded", at=at)
        option = ResponseOption.objects.filter(
            pk=screening, agency=intake.agency_id, decides="screening", is_active=True
        ).first()
        if option is None:
            raise InvalidValue("Choose one of the decisions; nothing was recorded.")
        if Decision.objects.filter(intake=intake, screening=option).exists():
            raise InvalidValue(
                "This is what the worker decided. Nothing was recorded: approve it, or choose "
                "another decision."
            )
        review.own_screening, review.own_reason, review.active_at = option, words, at
        review.save(update_fields=["own_screening", "own_reason", "active_at"])
        record_event("intake.decided_otherwise", actor=actor, at=at, subject=intake)
        return review


def take_back_decision(*, actor: User, intake_id: UUID, at: datetime) -> Review:
    """Take the reviewer's own decision back, before the review is over."""
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        review = _claimed(actor, intake, "nothing was changed", at=at)
        if review.own_screening_id is not None:
            review.own_screening, review.own_reason, review.active_at = None, "", at
            review.save(update_fields=["own_screening", "own_reason", "active_at"])
            record_event("intake.own_decision_taken_back", actor=actor, at=at, subject=intake)
        return review


def give_to(intake: Intake, key: UUID, *, actor: User, at: datetime) -> None:
    """Make a locked intake another worker's; raises InvalidValue for who cannot have it.

    The caller has locked the colleague too, before the intake.
    """
    colleague = User.objects.colleagues_of(intake.worker).filter(pk=key).first()
    if colleague is None:
        raise InvalidValue("Choose a worker of the agency; nothing was changed.", field="to")
    HandOver.objects.create(
        intake=intake,
        offered_by_id=intake.worker_id,
        offered_to=colleague,
        offered_at=at,
        answer=HandOver.Answer.ACCEPTED,
        answered_at=at,
        moved_by=actor,
    )
    details: dict[str, str | int | bool] = {
        "from": str(intake.worker_id),
        "to": str(colleague.pk),
    }
    intake.worker, intake.holder = colleague, None
    intake.save(update_fields=["worker", "holder"])
    record_event("intake.moved", actor=actor, at=at, subject=intake, details=details)


def _why_not(actor: User, intake: Intake, *, at: datetime) -> str:
    """Return why the actor cannot review an intake."""
    if intake.is_restricted and not permissions.is_named(actor, intake, at=at):
        return (
            "This record is restricted: who is named to read it reviews it. You opened it by "
            "break-glass; ask to be named. Nothing was changed."
        )
    return "You cannot review an intake that you wrote yourself."


def _claimed(actor: User, intake: Intake, kept: str, *, at: datetime) -> Review:
    """Return the actor's open review of a locked intake, in which they may decide; else refuse."""
    review = Review.objects.filter(intake=intake, outcome="").first()
    if not permissions.holds_claim(actor, review) or review is None:
        raise NotAllowed(f"Claim the intake first; {kept}.")
    _refuse_unnamed(actor, intake, at=at)
    return review


def _refuse_unnamed(actor: User, intake: Intake, *, at: datetime) -> None:
    """A claim from before the restriction decides nothing: reading for an hour is no review."""
    if intake.is_restricted and not permissions.is_named(actor, intake, at=at):
        raise NotAllowed(_why_not(actor, intake, at=at))


def _free_idle_claim(intake: Intake, at: datetime) -> None:
    """End the open claim of a locked intake when it was left idle; else refuse."""
    review = Review.objects.select_related("reviewer").filter(intake=intake, outcome="").first()
    if review is None or review.is_held(at):
        raise _not_possible(intake, "claimed")
    _end(review, Review.Outcome.RELEASED, at)
    record_event("intake.claim_lapsed", actor=None, at=at, subject=intake)


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
    if outcome != Review.Outcome.RELEASED:
        _refuse_unnamed(actor, intake, at=at)
    _end(review, outcome, at)
    return review


def _end(review: Review, outcome: ReviewOutcome, at: datetime) -> None:
    review.outcome, review.decided_at = outcome, at
    review.save(update_fields=["outcome", "decided_at"])


def _move(intake: Intake, status: IntakeStatus) -> None:
    intake.status = status
    intake.save(update_fields=["status"])


def _not_possible(intake: Intake, verb: str) -> NotPossibleNow:
    return NotPossibleNow(
        f"Intake {intake.reference} cannot be {verb}: it is "
        f"{intake.get_status_display().lower()}. Reload the page to see what can be done."
    )
