"""Remarks of a review: what a supervisor wants to have changed, and what the worker says to it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake import fields, permissions
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow, UnknownField
from intake.models import Intake, Review, ReviewComment, User
from intake.models.audit import record_event
from intake.text import clean_text
from intake.worksheet import Worksheet, from_json

LONGEST = 5_000  # code points
PLACES = ("answer", "person", "decision", "narrative", "call", "concern")


def add_comment(
    *, actor: User, intake_id: UUID, anchor: str, text: str, passage: str = "", at: datetime
) -> ReviewComment:
    """Note a remark on a place of the submission that the actor has claimed.

    The worker sees it when the intake is returned. `passage` are words of the narrative, as they
    stand there. Raises Intake.DoesNotExist, NotAllowed without the claim, InvalidValue for a place
    or passage that the submission does not have, or without words.
    """
    with transaction.atomic():
        review = _claimed(actor, intake_id)
        words, passage = _words(text, "comment"), clean_text(passage).strip()
        sheet = from_json(review.submission.content.text)
        if not _is_place(sheet, anchor):
            raise InvalidValue("The record has no such place; nothing was noted.", field="anchor")
        if passage and (anchor != "narrative.text" or passage not in sheet.narrative):
            raise InvalidValue(
                "The narrative does not have these words. Copy them as they stand there.",
                field="passage",
            )
        return ReviewComment.objects.create(
            review=review, anchor=anchor, passage=passage, text=words, author=actor, at=at
        )


def remove_comment(*, actor: User, intake_id: UUID, comment_id: UUID) -> None:
    """Take back an own remark that the worker has not seen yet."""
    with transaction.atomic():
        review = _claimed(actor, intake_id)
        ReviewComment.objects.get(pk=comment_id, review=review, author=actor).delete()


def reply(
    *, actor: User, intake_id: UUID, comment_id: UUID, text: str, at: datetime
) -> ReviewComment:
    """Answer a remark on the actor's own returned intake.

    The same words again, as when the first answer was lost on its way, are noted once.
    """
    with transaction.atomic():
        intake, comment = _returned(actor, intake_id, comment_id)
        words = _words(text, "reply")
        last = comment.replies.last()
        if last is not None and last.author == actor and last.text == words:
            return last
        answer = ReviewComment.objects.create(
            review=comment.review,
            anchor=comment.anchor,
            parent=comment,
            author=actor,
            at=at,
            text=words,
        )
        record_event("intake.comment_answered", actor=actor, at=at, subject=intake)
        return answer


def resolve(
    *, actor: User, intake_id: UUID, comment_id: UUID, is_resolved: bool, at: datetime
) -> ReviewComment:
    """Mark a remark on the actor's own returned intake as dealt with, or take that back."""
    with transaction.atomic():
        intake, comment = _returned(actor, intake_id, comment_id)
        comment.resolved_at = at if is_resolved else None
        comment.resolved_by = actor if is_resolved else None
        comment.save(update_fields=["resolved_at", "resolved_by"])
        verb = "resolved" if is_resolved else "reopened"
        record_event(f"intake.comment_{verb}", actor=actor, at=at, subject=intake)
        return comment


def _claimed(actor: User, intake_id: UUID) -> Review:
    if not permissions.is_supervisor(actor):
        raise Intake.DoesNotExist
    intake = Intake.objects.visible_to(actor).select_for_update(no_key=True).get(pk=intake_id)
    reviews = Review.objects.select_related("submission__content")
    review = reviews.filter(intake=intake, outcome="").first()
    if not permissions.holds_claim(actor, review) or review is None:
        raise NotAllowed("Claim the intake first; nothing was noted.")
    return review


def _returned(actor: User, intake_id: UUID, comment_id: UUID) -> tuple[Intake, ReviewComment]:
    intake = Intake.objects.open_to(actor).select_for_update(no_key=True).get(pk=intake_id)
    sent = ReviewComment.objects.sent().select_related("review")
    comment = sent.get(pk=comment_id, review__intake=intake)
    if intake.status != Intake.Status.RETURNED:
        raise NotPossibleNow(
            f"Intake {intake.reference} is {intake.get_status_display().lower()}: its comments "
            "stay as they are."
        )
    return intake, comment


def _is_place(sheet: Worksheet, anchor: str) -> bool:
    """Whether a submission has the place that an anchor names."""
    noun, _, rest = anchor.partition(".")
    if noun not in PLACES:
        return False
    if noun == "answer":
        return rest in {one.id for section in sheet.sections for one in section.all_prompts}
    if noun == "person":
        return rest in {one.id for one in sheet.people}
    if noun == "concern":
        return rest in {one.id for one in sheet.concerns}
    try:
        return bool(fields.spec_of(fields.parse_name(anchor)))
    except UnknownField:
        return False


def _words(text: str, what: str) -> str:
    words = clean_text(text)
    if not words.strip():
        raise InvalidValue(f"Write the {what} first; nothing was noted.", field="text")
    if len(words) > LONGEST:
        raise InvalidValue(
            f"A {what} has at most {LONGEST:,} characters; nothing was noted.", field="text"
        )
    return words
