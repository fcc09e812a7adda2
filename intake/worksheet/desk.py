"""What supervisors see of intakes that wait: the queue's rows, and the course of one intake."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db import models
from django.db.models import FilteredRelation, Q
from django.db.models.expressions import RawSQL

from intake import permissions
from intake.models import (
    Answer,
    AuditEvent,
    Intake,
    NamedViewer,
    QuestionSet,
    ReviewVisit,
    User,
)
from intake.models.answers import AnswerStatus
from intake.models.insights import BITS
from intake.models.intakes import IntakeQuerySet, Literal, keys_kept_from
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


# What the queue reads. Put together once: that takes Django longer than the database to answer.
QUEUE = cast(
    IntakeQuerySet,
    Intake.objects.annotate(
        claim=FilteredRelation("reviews", condition=Q(reviews__outcome=Literal("")))
    ).values_list(
        *("pk", "edition_id", "summary__asked", "reference", "status"),
        *("is_danger_first", "due_at", "submitted_at", "is_restricted"),
        *(f"worker__{name}" for name in NAMES),
        *("claim__reviewer_id", "claim__active_at"),
        *(f"claim__reviewer__{name}" for name in NAMES),
    ),
)
_VISITS = ReviewVisit.objects.order_by("user__username").values_list(
    "intake_id", *(f"user__{name}" for name in NAMES)
)
_TITLES = (
    QuestionSet.objects.filter(kind="factor")
    .order_by("position")
    .values_list("edition_id", "key", "title")
)


class QueueRow(NamedTuple):
    """An intake that waits, in plain values: hundreds are read at once, every few seconds.

    `not_asked` are the sides nothing was asked of, in words; people are the names shown of them.
    A claim that was left idle is none. Of one that `is_kept` from the viewer there are no names
    and nothing of what was asked; one that is open to them by broken glass only, they cannot claim.
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
    is_by_glass: bool


@dataclass(frozen=True)
class Step:
    """One fact of an intake's course; `state` is empty where it changed none."""

    at: datetime
    actor: str
    sentence: str
    state: str
    lasted: timedelta | None


def build_queue(waiting: IntakeQuerySet, *, viewer: User, at: datetime) -> list[QueueRow]:
    """Return the rows of the queue for what waits (`QUEUE`), in order, in at most five queries."""
    keys, values = keys_kept_from(viewer)
    kept = RawSQL(f"intake_intake.id IN ({keys})", values, models.BooleanField())  # noqa: S611
    rows = list(cast("Iterable[tuple[Any, ...]]", waiting.annotate(kept=kept)))
    visitors = _visitors(viewer=viewer, at=at)
    counted = _asked([key for key, _, asked, *_ in rows if asked is None])
    titles = _titles({edition for _, edition, *_ in rows})
    by_glass = _by_glass([row[0] for row in rows if row[8] and not row[-1]], viewer=viewer, at=at)
    idle = at - CLAIM_IDLE
    return [
        QueueRow(
            key,
            reference,
            status,
            is_danger_first,
            due_at,
            submitted_at,
            worker="" if is_kept else _shown(first_name, last_name, username),
            not_asked=()
            if is_kept
            else _left_out(titles[edition], counted[key] if asked is None else asked),
            claimed_by=reviewer if (is_held := bool(reviewer and active_at > idle)) else None,
            claimed_by_name=_shown(*names) if is_held and not is_kept else "",
            visitors=tuple(visitors[key]) if key in visitors and not is_kept else (),
            is_restricted=is_restricted,
            is_kept=is_kept,
            is_by_glass=key in by_glass,
        )
        for (
            key,
            edition,
            asked,
            reference,
            status,
            is_danger_first,
            due_at,
            submitted_at,
            is_restricted,
            first_name,
            last_name,
            username,
            reviewer,
            active_at,
            *names,
            is_kept,
        ) in rows
    ]


def _by_glass(restricted: list[UUID], *, viewer: User, at: datetime) -> set[UUID]:
    """Return those of the restricted intakes open to the viewer for which they are not named."""
    if not restricted:
        return set()
    named = NamedViewer.objects.standing(at).filter(user=viewer, intake__in=restricted)
    return set(restricted) - set(named.values_list("intake_id", flat=True))


def _visitors(*, viewer: User, at: datetime) -> dict[UUID, list[str]]:
    """Return who else of the agency has the page of which intake open, by name."""
    visitors: dict[UUID, list[str]] = {}
    there = _VISITS.filter(seen_at__gt=at - THERE, user__agency=viewer.agency_id)
    for key, *names in there.exclude(user=viewer):
        visitors.setdefault(key, []).append(_shown(*names))
    return visitors


def _titles(editions: set[UUID]) -> dict[UUID, tuple[tuple[str, str], ...]]:
    """Return the key and the title of each factor, by edition."""
    titles: dict[UUID, tuple[tuple[str, str], ...]] = dict.fromkeys(editions, ())
    for edition, key, title in _TITLES.filter(edition__in=editions):
        titles[edition] += ((key, title),)
    return titles


@lru_cache(4096)  # most rows leave out the same
def _left_out(titles: tuple[tuple[str, str], ...], asked: int) -> tuple[str, ...]:
    """Return in words the sides that were not asked, by the bits of those that were."""
    return tuple(
        f"{title} – {words}"
        for key, title in titles
        for side, words in SIDES
        if not asked & BITS[key, side]
    )


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
