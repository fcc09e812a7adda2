"""The wrap-up: what an intake needs before it is submitted, and the submission itself."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from intake import worksheet
from intake.actions.assist import stop_assist
from intake.actions.hand_overs import withdraw_standing
from intake.actions.saves import lock_writable
from intake.actions.submissions import freeze
from intake.actions.summaries import count_call
from intake.errors import NamesReporter, NotReady
from intake.models import (
    Concern,
    Decision,
    Intake,
    Person,
    Quotation,
    Reporter,
    Submission,
    Support,
    User,
)
from intake.models.audit import record_event
from intake.models.base import YesNo
from intake.search.index import index_words
from intake.text import is_named


def submit_intake(
    *, actor: User, intake_id: UUID, at: datetime, naming_is_meant: bool = False
) -> Submission:
    """Freeze the actor's intake and hand it to the supervisors.

    `naming_is_meant` says that the worker saw where the record seems to name the reporting party,
    and that the words stay; the audit keeps at how many places. Raises NotReady with every field
    that is missing, then NamesReporter where nobody said so; then nothing was changed.
    """
    with transaction.atomic():
        intake = lock_writable(actor=actor, intake_id=intake_id)
        problems = find_problems(intake)
        if problems:
            raise NotReady(problems)
        named = _count_naming(intake)
        if named and not naming_is_meant:
            raise NamesReporter
        intake.status = Intake.Status.SUBMITTED
        intake.submitted_at = at
        intake.ended_at = intake.ended_at or max(at, intake.started_at)
        intake.interrupted_at = None
        intake.interruption_reason = ""
        decision = Decision.objects.select_related("priority").get(intake=intake)
        due_at = decision.priority.due_at(intake.started_at) if decision.priority else None
        intake.due_at = due_at
        intake.is_danger_first = intake.danger_now == YesNo.YES
        intake.save(
            update_fields=[
                "status",
                "submitted_at",
                "ended_at",
                "interrupted_at",
                "interruption_reason",
                "due_at",
                "is_danger_first",
            ]
        )
        withdraw_standing(intake, actor=actor, at=at)
        stop_assist(intake, actor=actor, at=at)
        submission = freeze(intake, author=actor, at=at)
        count_call(intake)
        index_words(intake)
        details: dict[str, str | int | bool] = {
            "submission": submission.number,
            "sha256": submission.sha256,
        }
        if named:
            details["seems_to_name_reporter"] = named
        record_event("intake.submitted", actor=actor, at=at, subject=intake, details=details)
        return submission


def _count_naming(intake: Intake) -> int:
    """Return at how many places the record seems to name the reporting party."""
    party = worksheet.build_reporting_party(intake)
    if party is None or not (party.name or party.phone or party.callback_number):
        return 0
    return len(worksheet.find_naming(party, worksheet.build(intake)))


def find_problems(intake: Intake) -> list[tuple[str, str]]:
    """Return (field name, sentence) for everything that a submission lacks.

    "Don't know" and "unknown" are answers. A referral needs a concern, a child and a word on
    cross-reports; an in-person response needs a priority.
    """
    problems = [
        (f"call.{column}", sentence)
        for column, sentence in (
            ("danger_now", "Say whether anybody is in danger now. “Don't know” is an answer."),
            ("responder_safety", "Say whether a responder needs to take care."),
            ("tribal_information", "Say whether there is tribal information."),
        )
        if not getattr(intake, column)
    ]
    decision = _decision_of(intake)
    if decision is not None and decision.screening is not None and decision.screening.is_referral:
        if not Concern.objects.filter(intake=intake, is_removed=False).exclude(type="").exists():
            problems.append(("concerns", "Record at least one concern with its type."))
        if not _has_child(intake):
            problems.append(("people", "Record at least one child, by name or as not known."))
    return problems + _lacking(intake, decision) + _names_of_the_caller(intake)


def find_decision_problems(intake: Intake) -> list[tuple[str, str]]:
    """Return (field name, sentence) for everything that the decision lacks."""
    return _lacking(intake, _decision_of(intake))


def _lacking(intake: Intake, decision: Decision | None) -> list[tuple[str, str]]:
    screening = decision.screening if decision else None
    problems = []
    if decision is None or screening is None:
        problems.append(("decision.screening", "Choose the screening decision."))
    else:
        if screening.needs_priority and decision.priority is None:
            problems.append(("decision.priority", "Choose the response priority."))
        if screening.is_transfer:
            places = ("transfer_agency", "transfer_person", "transfer_method", "transfer_time")
            problems += [
                (f"decision.{column}", "Say to whom it was transferred, how and when.")
                for column in places
                if not getattr(decision, column).strip()
            ]
    if decision is None or not decision.rationale.strip():
        problems.append(("decision.rationale", "Write the rationale of the decision."))
    is_referral = screening is not None and screening.is_referral
    if is_referral and not _has_word_on_cross_reports(intake, decision):
        sentence = "Decide on every cross-report that is due, or write a word on them."
        problems.append(("decision.cross_reports", sentence))
    return problems


def _decision_of(intake: Intake) -> Decision | None:
    return Decision.objects.select_related("screening", "priority").filter(intake=intake).first()


def _names_of_the_caller(intake: Intake) -> list[tuple[str, str]]:
    """Return where the record names the reporting party, whom it keeps apart (PC 11167(d))."""
    reporter = Reporter.objects.filter(intake=intake).first()
    name = reporter.read("name") if reporter else ""
    if not name:
        return []
    places = [
        (f"quote.{one.pk}.hearer", "Exact words", one.hearer)
        for one in Quotation.objects.filter(intake=intake, is_removed=False)
    ]
    places += [
        (f"support.{one.pk}.accepted_by", "Supports", one.accepted_by)
        for one in Support.objects.filter(intake=intake, is_removed=False)
    ]
    places += [
        (f"concern.{one.pk}.witnesses", "Witnesses of a concern", one.witnesses)
        for one in Concern.objects.filter(intake=intake, is_removed=False)
    ]
    return [
        (field, f"{title} names the reporting party. Go back to the call and write “the caller”.")
        for field, title, text in places
        if is_named(name, text)
    ]


def _has_word_on_cross_reports(intake: Intake, decision: Decision | None) -> bool:
    """Whether it is said who is told: in a word, or by a decision on each one that is due.

    Where the agency's table makes none due, one decision says that somebody looked.
    """
    if decision is not None and decision.cross_reports.strip():
        return True
    reports = worksheet.build_cross_reports(intake)
    due = [one for one in reports if one.is_due]
    return all(one.decided for one in due) if due else any(one.decided for one in reports)


def _has_child(intake: Intake) -> bool:
    children = Person.objects.filter(intake=intake, role=Person.Role.CHILD, is_removed=False)
    return any(child.is_unknown or child.name.strip() for child in children)
