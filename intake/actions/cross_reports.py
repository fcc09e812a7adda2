"""Cross-reports: noting what was sent to whom, and letting a recipient learn who reported."""

import uuid
from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake import worksheet
from intake.actions.facts import check_time, lock_for_fact
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.fields import LINE
from intake.models import CrossReportSending, Intake, ResponseOption, User
from intake.models.audit import AuditEvent, record_event
from intake.text import clean_text

# Why a recipient may learn who reported (California Penal Code 11167(d)).
GROUNDS = (
    ("investigates", "It investigates the report"),
    ("prosecutes", "It prosecutes, or decides whether to"),
    ("licenses", "It licenses where the child is cared for"),
    ("child_welfare", "It is the child welfare agency of another county"),
)


# Which of them can be meant by California's recipients; an agency's own may mean any.
_GROUNDS_OF = {
    "law_enforcement": ("investigates",),
    "district_attorney": ("investigates", "prosecutes"),
    "licensing": ("licenses",),
    "other_county": ("child_welfare",),
}


def grounds_of(recipient: str) -> tuple[tuple[str, str], ...]:
    """Return the grounds on which a recipient, by its key, may learn who reported."""
    fitting = _GROUNDS_OF.get(recipient, tuple(key for key, _ in GROUNDS))
    return tuple((key, label) for key, label in GROUNDS if key in fitting)


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


def disclose_reporter(
    *, actor: User, intake_id: UUID, recipient_id: UUID, ground: str, at: datetime
) -> UUID:
    """Record that a recipient's packet names the reporting party; return the copy's id.

    Raises NotAllowed for a recipient whom the agency's table does not let know, NotPossibleNow for
    one whose cross-report is neither due nor decided, InvalidValue without one of GROUNDS; the
    caller makes the packet only afterwards.
    """
    with transaction.atomic():
        intake = _lock(actor, intake_id)
        recipient = find_recipient(intake, recipient_id)
        if not recipient.may_learn_reporter:
            raise NotAllowed(
                f"{recipient.label} may not learn who reported. The packet without it is there."
            )
        reports = worksheet.build_cross_reports(intake)
        if not any(one.is_to_make for one in reports if one.recipient_id == str(recipient.pk)):
            raise NotPossibleNow(
                f"A cross-report to {recipient.label} is neither due nor decided. Decide first "
                "that it is to be made. No copy was made."
            )
        if ground not in dict(grounds_of(recipient.key)):
            raise InvalidValue("Choose on what ground the recipient may learn who reported.")
        copy = uuid.uuid4()
        record_event(
            "reporter.disclosed",
            actor=actor,
            at=at,
            subject=intake,
            details={"recipient": recipient.key, "ground": ground, "copy": str(copy)},
        )
        return copy


def find_recipient(intake: Intake, recipient_id: UUID) -> ResponseOption:
    """Return a recipient of cross-reports of the intake's agency."""
    return ResponseOption.objects.get(
        pk=recipient_id, agency=intake.agency_id, decides=ResponseOption.Decides.CROSS_REPORT
    )


def disclosures(intake: Intake) -> dict[str, list[AuditEvent]]:
    """Return the copies that named who reported, by the recipient's key, the oldest first."""
    made: dict[str, list[AuditEvent]] = {}
    for event in (
        AuditEvent.objects.filter(subject_id=intake.pk, verb="reporter.disclosed")
        .select_related("actor")
        .order_by("at")
    ):
        made.setdefault(str(event.details["recipient"]), []).append(event)
    return made


def _lock(actor: User, intake_id: UUID) -> Intake:
    intake = lock_for_fact(actor=actor, intake_id=intake_id)
    if intake.is_practice:
        raise NotPossibleNow("This is a practice call: nothing of it is sent to anybody.")
    return intake
