"""Cross-reports: noting what was sent to whom."""

import uuid
from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake.actions.facts import check_time, lock_for_fact
from intake.errors import InvalidValue, NotPossibleNow
from intake.fields import LINE
from intake.models import CrossReportSending, Intake, ResponseOption, User
from intake.models.audit import record_event
from intake.text import clean_text


def note_sending(
    *,
    actor: User,
    intake_id: UUID,
    recipient_id: UUID,
    method: str,
    to_whom: str,
    is_written: bool,
    at: datetime,
    sent_at: datetime | None = None,
    key: UUID | None = None,
) -> CrossReportSending:
    """Note that a cross-report went out; possible before and after submission.

    `sent_at` is when, where it was not just now: since the call began and not later than now.
    `key` is the note's own key, which makes it harmless to send it twice.

    Raises Intake.DoesNotExist, ResponseOption.DoesNotExist, NotPossibleNow, InvalidValue.
    """
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        recipient = find_recipient(intake, recipient_id)
        noted = CrossReportSending.objects.filter(pk=key, intake=intake).first() if key else None
        if noted is not None:
            return noted
        method, to_whom = clean_text(method).strip(), clean_text(to_whom).strip()
        if not method or len(method) > LINE or len(to_whom) > LINE:
            raise InvalidValue(f"Say how it was sent, in at most {LINE} characters.")
        when = sent_at or at
        check_time(intake, when, at=at, what="It was sent")
        sending = CrossReportSending.objects.create(
            id=key or uuid.uuid4(),
            intake=intake,
            recipient=recipient,
            method=method,
            to_whom=to_whom,
            is_written=is_written,
            sent_at=when,
            sent_by=actor,
        )
        record_event(
            "cross_report.sent",
            actor=actor,
            at=at,
            subject=intake,
            details={"recipient": recipient.key, "is_written": is_written},
        )
        return sending


def withdraw_sending(
    *, actor: User, intake_id: UUID, sending_id: UUID, at: datetime
) -> CrossReportSending:
    """Mark a sending as noted by mistake: it stays readable and stops no clock any more.

    Raises Intake.DoesNotExist, CrossReportSending.DoesNotExist, NotPossibleNow.
    """
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        sending = CrossReportSending.objects.select_related("recipient").get(
            pk=sending_id, intake=intake
        )
        if sending.withdrawn_at is None:
            sending.withdrawn_at, sending.withdrawn_by = at, actor
            sending.save(update_fields=["withdrawn_at", "withdrawn_by"])
            record_event(
                "cross_report.withdrawn",
                actor=actor,
                at=at,
                subject=intake,
                details={"recipient": sending.recipient.key, "sending": str(sending.pk)},
            )
        return sending


def find_recipient(intake: Intake, recipient_id: UUID) -> ResponseOption:
    """Return a recipient of cross-reports of the intake's agency."""
    return ResponseOption.objects.get(
        pk=recipient_id, agency=intake.agency_id, decides=ResponseOption.Decides.CROSS_REPORT
    )


def _lock(actor: User, intake_id: UUID) -> Intake:
    intake = lock_for_fact(actor=actor, intake_id=intake_id)
    if intake.is_practice:
        raise NotPossibleNow("This is a practice call: nothing of it is sent to anybody.")
    return intake
