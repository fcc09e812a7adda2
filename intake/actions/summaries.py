"""Keeping the rows that figures are made of (`CallSummary`), in the transaction of what they tell.

Called by what submits, returns, approves or marks an intake, and by what notes who was told; each
of them has locked the intake. No save calls it: what is typed counts when it is submitted.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet

from intake.models import (
    Agency,
    Answer,
    CallSummary,
    Dispatch,
    HeardNote,
    Intake,
    Prompt,
    Review,
    Submission,
)
from intake.models.insights import BITS

BATCH = 1_000
COURSE = ("worker", "returns", "dispatched_after", "submitted_after", "approved_after")
READ = ("agency", "worker", "edition", "started_at", "ended_at")
ASKED = ("started_at", "week", "asked", "volunteered", "unknown")


def count_call(intake: Intake) -> None:
    """Count an intake as it stands, or count it no more where it is none of the figures'."""
    if not Intake.objects.counted().filter(pk=intake.pk).exists():
        CallSummary.objects.filter(intake=intake).delete()
        return
    _write([_summarize([intake])[0]], [*COURSE, *ASKED])


def count_course(intake: Intake) -> None:
    """Note what became of an intake that is counted; what was asked stays as it was submitted."""
    summary = CallSummary.objects.filter(intake=intake).first()
    if summary is not None:
        summary.worker_id = intake.worker_id
        _add_course({intake.pk: summary}, {intake.pk: intake})
        summary.save(update_fields=COURSE)


def count_missing() -> int:
    """Count the calls that no row stands for yet, the latest first; return how many there were.

    For what was submitted before there were figures. Safe to run again, and while people work: a
    batch is locked for a moment. A returned intake is counted as it stands now, and anew when it
    is submitted again.
    """
    return sum(_count_missing_of(agency) for agency in Agency.objects.order_by("slug"))


def _count_missing_of(agency: Agency) -> int:
    found, rest = 0, Q()
    while True:
        with transaction.atomic():
            missing = Intake.objects.counted().filter(agency=agency, summary__isnull=True)
            listed = missing.filter(rest).newest_first().values_list("pk", "started_at")
            places = list(listed[:BATCH])
            locked = Intake.objects.select_for_update(no_key=True)
            keys = list(
                locked.filter(pk__in=[key for key, _ in places]).values_list("pk", flat=True)
            )
            # Read again behind the lock: one may have been counted, or marked, meanwhile.
            batch = list(missing.filter(pk__in=keys).only(*READ).newest_first())
            for one in batch:
                one.agency = agency
            _write(_summarize(batch), [*COURSE, *ASKED])
        found += len(batch)
        if len(places) < BATCH:
            return found
        key, at = places[-1]
        rest = Q(started_at__lt=at) | Q(started_at=at, pk__lt=key)
        rest &= Q(started_at__lte=at)  # which an index finds


def _write(summaries: Sequence[CallSummary], columns: Sequence[str]) -> None:
    CallSummary.objects.bulk_create(
        summaries, update_conflicts=True, unique_fields=["intake"], update_fields=columns
    )


def _summarize(intakes: Sequence[Intake]) -> list[CallSummary]:
    """Return what is to be written of intakes that count, in a fixed number of queries."""
    summaries = {
        one.pk: CallSummary(
            intake=one,
            agency_id=one.agency_id,
            worker_id=one.worker_id,
            started_at=one.started_at,
            week=monday_of(one.started_at.astimezone(one.agency.zone).date()),
        )
        for one in intakes
    }
    prompts = _bits_of_prompts({one.edition_id for one in intakes})
    answers = Answer.objects.filter(intake__in=summaries, prompt__in=prompts)
    asked = answers.exclude(status=Answer.Status.NOT_ASKED)
    for key, prompt, status in asked.values_list("intake", "prompt", "status"):
        summaries[key].asked |= prompts[prompt]
        if status == Answer.Status.UNKNOWN:
            summaries[key].unknown |= prompts[prompt]
    heard = HeardNote.objects.filter(intake__in=summaries, is_removed=False)
    for key, factor, side in heard.values_list("intake", "factor", "side").order_by():
        summaries[key].volunteered |= BITS.get((factor, side), 0)
    _add_course(summaries, {one.pk: one for one in intakes})
    return list(summaries.values())


def _bits_of_prompts(editions: Iterable[UUID]) -> dict[UUID, int]:
    """Return the bit of each prompt that belongs to a side of a factor."""
    prompts = Prompt.objects.filter(edition__in=editions)
    places = prompts.values_list("pk", "question_set__key", "side").order_by()
    return {key: BITS[factor, side] for key, factor, side in places if (factor, side) in BITS}


def _add_course(summaries: dict[UUID, CallSummary], intakes: dict[UUID, Intake]) -> None:
    """Fill in returns and times, which are facts beside what was typed."""
    submitted = _earliest(Submission.objects.filter(intake__in=intakes), "at")
    approvals = Review.objects.filter(intake__in=intakes, outcome=Review.Outcome.APPROVED)
    approved = _earliest(approvals, "decided_at")
    told = Dispatch.objects.filter(
        intake__in=intakes, told=Dispatch.Told.RESPONDING_WORKER, withdrawn_at__isnull=True
    )
    dispatched = _earliest(told, "told_at")
    returned = dict(
        Review.objects.filter(intake__in=intakes, outcome=Review.Outcome.RETURNED)
        .order_by()
        .values_list("intake")
        .annotate(times=Count("pk"))
    )
    for key, summary in summaries.items():
        ended = intakes[key].ended_at or intakes[key].started_at
        summary.returns = returned.get(key, 0)
        summary.submitted_after = _seconds(ended, submitted.get(key)) or 0
        summary.approved_after = _seconds(ended, approved.get(key))
        summary.dispatched_after = _seconds(ended, dispatched.get(key))


def _earliest(rows: QuerySet[Any], column: str) -> dict[UUID, datetime]:
    """Return the earliest time in `column` of each intake's rows."""
    return dict(rows.order_by().values_list("intake").annotate(first=Min(column)))


def _seconds(ended: datetime, at: datetime | None) -> int | None:
    return None if at is None else max(0, int((at - ended).total_seconds()))


def monday_of(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())
