"""What supervisors see of intakes that wait: the queue's rows, and the course of one intake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import FilteredRelation, Q

from intake import permissions
from intake.models import (
    Answer,
    AuditEvent,
    Intake,
    QuestionSet,
    ReviewVisit,
    User,
)
from intake.models.answers import AnswerStatus
from intake.models.insights import BITS
from intake.models.intakes import IntakeQuerySet, is_kept_from
from intake.models.reviews import CLAIM_IDLE

THERE = timedelta(seconds=25)  # a page that was not heard of for so long is not there any more
NAMES = ("first_name", "last_name", "username")
SIDES = (("worry", "worry"), ("working_well", "working well"))
COURSE = {
    "intake.started": "In progress",
    "intake.from_paper": "In progress",
    "intake.submitted": "Submitted",
    "intake.claimed": "In review",
    "intake.released": "Submitted",
    "intake.claim_lapsed": "Submitted",
    "intake.returned": "Returned",
    "intake.approved": "Approved",
}
READ = (
    "intake.viewed",
    "intake.followed",
    "intake.shown",
    "intake.access_viewed",
    "intake.glass_broken",
    "intake.exported",
    "intake.copied_out",
    "intake.versions_viewed",
    "reporter.revealed",
    "reporter.exported",
)


class QueueRow(NamedTuple):
    """An intake that waits, in plain values: hundreds are read at once, every few seconds.

    `not_asked` are the sides nothing was asked of, in words; people are the names shown of them.
    A claim that was left idle is none. Of one that `is_kept` from the viewer there are no names
    and nothing of what was asked.
    """

    pk: UUID
    reference: str
    status: str
    is_danger_first: bool
    due_at: datetime | None
    submitted_at: datetime | None
    worker: str
    not_asked: tuple[str, ...]
    claimed_by: UUID | None
    claimed_by_name: str
    visitors: tuple[str, ...]
    is_restricted: bool
    is_kept: bool


@dataclass(frozen=True)
class Step:
    """One fact of an intake's course; `state` is empty where it changed none."""

    at: datetime
    actor: str
    sentence: str
    state: str
    lasted: timedelta | None


def build_queue(intakes: IntakeQuerySet, *, viewer: User, at: datetime) -> list[QueueRow]:
    """Return the rows of the queue for intakes, in their order, in at most four queries."""
    held = Q(reviews__outcome="", reviews__active_at__gt=at - CLAIM_IDLE)
    listed = list(
        intakes.annotate(
            claim=FilteredRelation("reviews", condition=held), kept=is_kept_from(viewer)
        ).values_list(
            *("pk", "is_restricted", "kept", "edition_id", "summary__asked"),
            *("reference", "status", "is_danger_first", "due_at", "submitted_at"),
            *(f"worker__{name}" for name in NAMES),
            "claim__reviewer_id",
            *(f"claim__reviewer__{name}" for name in NAMES),
        )
    )
    visitors = _visitors([one[0] for one in listed], viewer=viewer, at=at)
    counted = _asked([key for key, _, _, _, asked, *_ in listed if asked is None])
    places = {(edition, counted.get(key, asked)) for key, _, _, edition, asked, *_ in listed}
    left_out = _left_out(places)  # most rows leave out the same
    return [
        QueueRow(
            pk=key,
            reference=reference,
            status=status,
            is_danger_first=is_danger_first,
            due_at=due_at,
            submitted_at=submitted_at,
            worker="" if is_kept else _shown(first_name, last_name, username),
            not_asked=() if is_kept else left_out[edition, counted.get(key, asked)],
            claimed_by=reviewer,
            claimed_by_name=_shown(*names) if reviewer and not is_kept else "",
            visitors=() if is_kept else tuple(visitors.get(key, ())),
            is_restricted=is_restricted,
            is_kept=is_kept,
        )
        for (
            key,
            is_restricted,
            is_kept,
            edition,
            asked,
            reference,
            status,
            is_danger_first,
            due_at,
            submitted_at,
            first_name,
            last_name,
            username,
            reviewer,
            *names,
        ) in listed
    ]


def _visitors(keys: Sequence[UUID], *, viewer: User, at: datetime) -> dict[UUID, list[str]]:
    """Return who else has the page of each intake open, by name."""
    visitors: dict[UUID, list[str]] = {}
    there = ReviewVisit.objects.filter(intake__in=keys, seen_at__gt=at - THERE)
    there = there.exclude(user=viewer).order_by("user__username")
    for key, *names in there.values_list("intake_id", *(f"user__{name}" for name in NAMES)):
        visitors.setdefault(key, []).append(_shown(*names))
    return visitors


def _left_out(places: set[tuple[UUID, int]]) -> dict[tuple[UUID, int], tuple[str, ...]]:
    """Return in words the sides that were not asked, by edition and the bits of those that were."""
    factors: dict[UUID, list[tuple[str, str]]] = {}
    sets = QuestionSet.objects.filter(edition__in={edition for edition, _ in places}, kind="factor")
    for edition, key, title in sets.order_by("position").values_list("edition_id", "key", "title"):
        factors.setdefault(edition, []).append((key, title))
    return {
        (edition, asked): tuple(
            f"{title} – {words}"
            for key, title in factors.get(edition, [])
            for side, words in SIDES
            if not asked & BITS[key, side]
        )
        for edition, asked in places
    }


def _shown(first: str, last: str, username: str) -> str:
    """Return the name that colleagues see (`User.display_name`)."""
    return f"{first} {last}".strip() or username


def _asked(keys: Sequence[UUID]) -> dict[UUID, int]:
    """Return the bits of the sides that were asked (`BITS`), of each intake.

    For those that no figures are kept of: written reports, and what was submitted before.
    """
    asked = dict.fromkeys(keys, 0)
    if keys:
        answers = Answer.objects.filter(intake__in=keys).exclude(status=AnswerStatus.NOT_ASKED)
        places = answers.values_list("intake", "prompt__question_set__key", "prompt__side")
        for key, factor, side in places.distinct():
            asked[key] |= BITS.get((factor, side), 0)
    return asked


def build_history(intake: Intake, *, viewer: User, at: datetime) -> tuple[Step, ...]:
    """Return what happened to an intake, with the time that it spent in each state.

    That it was rated is kept apart from the decision: supervisors see it here, its worker beside
    what was decided.
    """
    apart = Q(verb__in=READ)
    if not permissions.is_supervisor(viewer) or permissions.wrote(viewer, intake):
        apart |= Q(verb__startswith="quality.")
    events = AuditEvent.objects.filter(subject_id=intake.pk).exclude(apart)
    listed = list(events.select_related("actor").order_by("at", "id"))
    moves = [one.at for one in listed if one.verb in COURSE] + [at]
    steps = []
    for event in listed:
        state = COURSE.get(event.verb, "")
        until = next((moment for moment in moves if moment > event.at), event.at)
        is_last = intake.status == Intake.Status.APPROVED and state == "Approved"
        steps.append(
            Step(
                at=event.at,
                actor=event.actor.display_name if event.actor else "",
                sentence=event.sentence,
                state=state,
                lasted=until - event.at if state and not is_last else None,
            )
        )
    return tuple(steps)


def build_readers(intake: Intake) -> tuple[Step, ...]:
    """Return who read an intake, or saw some of it in a list, the latest first."""
    events = AuditEvent.objects.filter(subject_id=intake.pk, verb__in=READ)
    return tuple(
        Step(one.at, one.actor.display_name if one.actor else "", one.sentence, "", None)
        for one in events.select_related("actor").order_by("-at", "-id")[:200]
    )
