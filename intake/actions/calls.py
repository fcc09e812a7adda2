"""The course of a call: start, interruption, end, and the end of one that is no report."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from intake.actions.assist import stop_assist
from intake.actions.hand_overs import withdraw_standing
from intake.actions.saves import lock_writable
from intake.actions.submissions import freeze
from intake.actions.workers import lock_worker
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import (
    Agency,
    Concern,
    Edition,
    Intake,
    Narrative,
    Person,
    Preferences,
    ReferenceCounter,
    User,
)
from intake.models.audit import record_event
from intake.search.index import index_words

FROM_PAPER_WITHIN = timedelta(days=30)
LONGEST_CALL = timedelta(hours=24)


def start_call(
    *, actor: User, at: datetime, is_practice: bool = False, language: str = ""
) -> Intake:
    """Open a new intake for the actor, pinned to the agency's live edition, and return it.

    It begins in `language`, or where nothing is known of it in the actor's preferred one.
    Raises NotAllowed for who takes no calls, NotPossibleNow where no question sets are live.
    """
    with transaction.atomic():
        agency = _agency_of(lock_worker(actor))
        edition = Edition.objects.live(agency=agency, at=at).first()
        if edition is None:
            raise NotPossibleNow(
                "No question sets are published for your agency yet. Write the call down on "
                "paper and tell your administrator."
            )
        intake = _open(
            actor, agency, edition, started_at=at, is_practice=is_practice, language=language
        )
        record_event("intake.started", actor=actor, at=at, subject=intake)
        return intake


def start_from_paper(
    *, actor: User, began_at: datetime, ended_at: datetime, at: datetime
) -> Intake:
    """Open the intake of a call that was taken on paper, and return it.

    It began and ended when the paper says: that is when the report was received, so deadlines
    run from there. It has the questions of the edition that was live then, of which the form was
    printed, and a reference of the agency's year then. Raises NotAllowed for who takes no calls,
    InvalidValue for times that cannot be, NotPossibleNow where no question sets are live.
    """
    _check_times(began_at=began_at, ended_at=ended_at, at=at)
    with transaction.atomic():
        agency = _agency_of(lock_worker(actor))
        edition = (
            Edition.objects.live_then(agency=agency, at=began_at).first()
            or Edition.objects.live(agency=agency, at=at).first()
        )
        if edition is None:
            raise NotPossibleNow(
                "No question sets are published for your agency yet. Keep the paper and tell your "
                "administrator; nothing was entered."
            )
        intake = _open(
            actor,
            agency,
            edition,
            started_at=began_at,
            ended_at=ended_at,
            from_paper_at=at,
        )
        record_event("intake.from_paper", actor=actor, at=at, subject=intake)
        return intake


def _agency_of(worker: User) -> Agency:
    assert worker.agency is not None  # no worker is without
    return worker.agency


def _open(
    actor: User,
    agency: Agency,
    edition: Edition,
    *,
    started_at: datetime,
    ended_at: datetime | None = None,
    from_paper_at: datetime | None = None,
    is_practice: bool = False,
    language: str = "",
) -> Intake:
    """Return a new intake with its narrative; its reference is of the year it began in."""
    intake = Intake.objects.create(
        agency=agency,
        reference=_next_reference(agency, started_at, is_practice=is_practice),
        worker=actor,
        edition=edition,
        started_at=started_at,
        ended_at=ended_at,
        from_paper_at=from_paper_at,
        is_practice=is_practice,
        language=language or Preferences.objects.language_of(actor),
    )
    Narrative.objects.create(intake=intake)
    return intake


def _check_times(*, began_at: datetime, ended_at: datetime, at: datetime) -> None:
    """Raise InvalidValue, with the field that it is about, for times that no call had."""
    # Real time: a change of the clocks in between neither adds nor takes an hour.
    began_at, ended_at, at = (one.astimezone(UTC) for one in (began_at, ended_at, at))
    if began_at > at:
        raise InvalidValue("This is later than now. Mend the date or the time.", field="began")
    if at - began_at > FROM_PAPER_WITHIN:
        raise InvalidValue(
            f"This is more than {FROM_PAPER_WITHIN.days} days ago. Mend the date; if it is right, "
            "take the paper to your supervisor.",
            field="began",
        )
    if ended_at > at:
        raise InvalidValue("This is later than now. Mend the date or the time.", field="ended")
    if ended_at <= began_at:
        raise InvalidValue(
            "The call ended after it began. Mend one of the times; a call past midnight ended on "
            "the next day.",
            field="ended",
        )
    if ended_at - began_at > LONGEST_CALL:
        raise InvalidValue("No call is longer than a day. Mend one of the dates.", field="ended")


def end_call(*, actor: User, intake_id: UUID, at: datetime) -> Intake:
    """Note that the caller is gone; the intake stays open for the wrap-up.

    The first end stands: wrapping up again does not lengthen the call. A call that was dropped
    and is ended is not waited for any more, and one that was offered is not to be had any more.
    """
    with transaction.atomic():
        intake = lock_writable(actor=actor, intake_id=intake_id)
        if intake.ended_at is None:
            intake.ended_at = max(at, intake.started_at)
            intake.interrupted_at = None
            intake.interruption_reason = ""
            intake.save(update_fields=["ended_at", "interrupted_at", "interruption_reason"])
            record_event("intake.ended", actor=actor, at=at, subject=intake)
            withdraw_standing(intake, actor=actor, at=at)
            stop_assist(intake, actor=actor, at=at)
        index_words(intake)
        return intake


def interrupt_call(*, actor: User, intake_id: UUID, reason: str, at: datetime) -> Intake:
    """Mark the call as dropped, with its reason; it may be resumed until it is submitted."""
    with transaction.atomic():
        intake = _lock_in_progress(actor=actor, intake_id=intake_id)
        if reason not in Intake.Interruption.values:
            raise InvalidValue("Choose what interrupted the call.")
        intake.interrupted_at = at
        intake.interruption_reason = reason
        intake.save(update_fields=["interrupted_at", "interruption_reason"])
        record_event(
            "intake.interrupted", actor=actor, at=at, subject=intake, details={"reason": reason}
        )
        index_words(intake)
        return intake


def resume_call(*, actor: User, intake_id: UUID, at: datetime) -> Intake:
    """Take up an interrupted or ended call again; the mark goes, the history stays.

    A call from paper ended when the paper says, whatever is done with its intake.
    """
    with transaction.atomic():
        intake = _lock_in_progress(actor=actor, intake_id=intake_id)
        is_over = intake.ended_at is not None and intake.from_paper_at is None
        if intake.interrupted_at is not None or is_over:
            intake.interrupted_at = None
            intake.interruption_reason = ""
            if is_over:
                intake.ended_at = None
            intake.save(update_fields=["interrupted_at", "interruption_reason", "ended_at"])
            record_event("intake.resumed", actor=actor, at=at, subject=intake)
        return intake


def close_no_report(*, actor: User, intake_id: UUID, reason: str, at: datetime) -> Intake:
    """Close a call that is no report, with its reason, and freeze what was typed.

    Raises NotPossibleNow once a person or a concern is recorded, danger is yes, or it was
    submitted before: then it is a report, and an agency cannot refuse one.
    """
    with transaction.atomic():
        intake = lock_writable(actor=actor, intake_id=intake_id)
        if reason not in Intake.NoReportReason.values:
            raise InvalidValue("Choose what this call was.")
        obstacle = _report_obstacle(intake)
        if obstacle:
            raise NotPossibleNow(
                f"Intake {intake.reference} is a report: {obstacle}. Finish it with the wrap-up."
            )
        intake.status = Intake.Status.CLOSED_NO_REPORT
        intake.no_report_reason = reason
        intake.interrupted_at = None
        intake.interruption_reason = ""
        intake.ended_at = intake.ended_at or max(at, intake.started_at)
        intake.retained_from = at
        intake.save(
            update_fields=[
                "status",
                "retained_from",
                "no_report_reason",
                "interrupted_at",
                "interruption_reason",
                "ended_at",
            ]
        )
        submission = freeze(intake, author=actor, at=at)
        index_words(intake)
        withdraw_standing(intake, actor=actor, at=at)
        stop_assist(intake, actor=actor, at=at)
        record_event(
            "intake.closed_no_report",
            actor=actor,
            at=at,
            subject=intake,
            details={
                "reason": reason,
                "submission": submission.number,
                "sha256": submission.sha256,
            },
        )
        return intake


def _lock_in_progress(*, actor: User, intake_id: UUID) -> Intake:
    """Return the actor's own call, locked; a returned intake is no call any more."""
    intake = lock_writable(actor=actor, intake_id=intake_id)
    if intake.status != Intake.Status.IN_PROGRESS:
        raise NotPossibleNow(
            f"Intake {intake.reference} was returned; its call is over. Change what is needed "
            "and submit it again from the wrap-up."
        )
    return intake


def _report_obstacle(intake: Intake) -> str:
    if intake.danger_now == "yes":
        return "danger is marked yes"
    if intake.submitted_at is not None:
        return "it was submitted"
    if Person.objects.filter(intake=intake, is_removed=False).exists():
        return "a person is recorded"
    if Concern.objects.filter(intake=intake, is_removed=False).exists():
        return "a concern is recorded"
    return ""


def _next_reference(agency: Agency, at: datetime, *, is_practice: bool) -> str:
    """Return the agency's next reference, such as 26-000412; the year is the agency's own.

    Practice calls count for themselves, as P26-000001: they leave no gap among the real ones.
    """
    year = at.astimezone(agency.zone).year
    counters = ReferenceCounter.objects.filter(agency=agency, year=year, is_practice=is_practice)
    ReferenceCounter.objects.get_or_create(agency=agency, year=year, is_practice=is_practice)
    counters.update(last=F("last") + 1)  # holds the row until the transaction ends
    series = "P" if is_practice else ""
    return f"{series}{year % 100:02d}-{counters.values_list('last', flat=True).get():06d}"
