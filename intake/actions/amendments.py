"""What is added to a record after it was submitted; no submission is altered by it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake import permissions
from intake.actions.summaries import count_call
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import Amendment, Intake, User
from intake.models.audit import record_event
from intake.search.index import index_words
from intake.text import clean_text

LONGEST = 20_000  # code points
REASON = 500


def amend_intake(
    *, actor: User, intake_id: UUID, reason: str, text: str, at: datetime
) -> Amendment:
    """Add a text with its reason to an approved record.

    Raises Intake.DoesNotExist, NotPossibleNow for a record that is not approved, InvalidValue for
    words that are missing or too long.
    """
    reason, text = _words(reason, "reason", REASON), _words(text, "text", LONGEST)
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        if not permissions.can_amend(actor, intake):
            raise NotPossibleNow(
                f"Intake {intake.reference} is {intake.get_status_display().lower()}. Only an "
                "approved record is amended; nothing was added."
            )
        amendment = Amendment.objects.create(
            intake=intake, author=actor, at=at, reason=reason, text=text
        )
        intake.retained_from = at
        intake.save(update_fields=["retained_from"])
        index_words(intake)
        record_event("intake.amended", actor=actor, at=at, subject=intake)
        return amendment


def enter_in_error(*, actor: User, intake_id: UUID, reason: str, at: datetime) -> Intake:
    """Mark a submitted record as entered in error; it stays readable, with the mark.

    Raises Intake.DoesNotExist, NotPossibleNow where it was marked before or never submitted, and
    InvalidValue without a reason.
    """
    reason = _words(reason, "reason", REASON)
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        if not permissions.can_enter_in_error(actor, intake):
            raise NotPossibleNow(
                f"Intake {intake.reference} was not submitted, or is marked already; nothing was "
                "changed."
            )
        intake.entered_in_error_at = at
        intake.entered_in_error_reason = reason
        intake.save(update_fields=["entered_in_error_at", "entered_in_error_reason"])
        count_call(intake)
        record_event("intake.entered_in_error", actor=actor, at=at, subject=intake)
        return intake


def _lock(actor: User, intake_id: UUID) -> Intake:
    if not permissions.is_supervisor(actor):
        raise Intake.DoesNotExist
    return Intake.objects.visible_to(actor).select_for_update(no_key=True).get(pk=intake_id)


def _words(text: str, field: str, limit: int) -> str:
    words = clean_text(text)
    if not words.strip():
        raise InvalidValue("Write what is added and why; nothing was changed.", field=field)
    if len(words) > limit:
        raise InvalidValue(
            f"This is longer than {limit:,} characters; nothing was changed.", field=field
        )
    return words
