"""What supervisors see of intakes that wait: the queue's rows, and the course of one intake."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, Concat, NullIf, Trim

from intake import permissions
from intake.models import (
    Answer,
    AuditEvent,
    Intake,
    NamedViewer,
    QuestionSet,
    Review,
    ReviewVisit,
    User,
)
from intake.models.answers import AnswerStatus
from intake.models.insights import BITS
from intake.models.intakes import IntakeQuerySet, Literal, is_kept_from, is_open_to_eyes_of
from intake.models.prepared import Prepared
from intake.models.reviews import CLAIM_IDLE

MOST_READERS = 500  # events that are looked through for who read a record
AGAIN = timedelta(minutes=15)
THERE = timedelta(seconds=25)  # a page that was not heard of for so long is not there any more
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


def build_queue(
    *, viewer: User, at: datetime, most: int, show: str = "", worker: UUID | None = None
) -> list[QueueRow]:
    """Return the first rows of the queue, in order, in at most four queries.

    `show` is `mine`, `unclaimed`, `returned` or empty for all that waits; `worker` narrows to one
    person's. What is kept from the viewer waits like the rest, so that nobody overlooks it, but a
    filter by people would tell whose it is.
    """
    if not permissions.is_supervisor(viewer):
        return []
    about = viewer.pk, viewer.agency_id, viewer.roles
    return _rows(_queue.rows(*about, show, worker, most, at=at), viewer=viewer, at=at)


def build_queue_row(intake: Intake, *, viewer: User, at: datetime) -> QueueRow:
    """Return an intake that the viewer may read as the queue shows it."""
    rows = _read(Intake.objects.filter(pk=intake.pk), viewer, at)
    return _rows(rows, viewer=viewer, at=at)[0]


@Prepared
def _queue(
    pk: UUID,
    agency: UUID,
    roles: frozenset[str],
    show: str,
    worker: UUID | None,
    most: int,
    *,
    at: datetime,
) -> QuerySet[Any, Any]:
    """What waits for a supervisor, as `build_queue` narrows it."""
    viewer = User.known_as(pk, agency, roles)
    here = Intake.objects.within_role_of(viewer).with_supervisor(is_returned=show == "returned")
    if worker or show == "mine":
        here = here.filter(is_open_to_eyes_of(viewer, at=at))
    if worker:
        here = here.filter(worker=worker)
    if show == "mine":
        here = here.filter(reviews__outcome="", reviews__reviewer=viewer)
    if show == "unclaimed":
        here = here.exclude(reviews__in=Review.objects.held(at))
    return _read(here, viewer, at)[:most]


def _read(intakes: IntakeQuerySet, viewer: User, at: datetime) -> QuerySet[Any, Any]:
    """Return the query for what `_rows` reads of each."""
    named = NamedViewer.objects.standing(at).filter(intake=OuterRef("pk"), user=viewer)
    return intakes.annotate(
        claim=FilteredRelation(
            "reviews",
            condition=Q(reviews__outcome=Literal(""), reviews__active_at__gt=at - CLAIM_IDLE),
        ),
        unnamed=ExpressionWrapper(
            Q(is_restricted=True) & ~Q(Exists(named)), output_field=BooleanField()
        ),
        kept=is_kept_from(viewer, at=at),
        written_by=_shown("worker"),
        claimed_by=_shown("claim__reviewer"),
    ).values_list(
        *("pk", "edition_id", "summary__asked", "reference", "status"),
        *("is_danger_first", "due_at", "submitted_at", "is_restricted", "unnamed", "kept"),
        *("written_by", "claim__reviewer_id", "claimed_by"),
    )


def _rows(read: Iterable[Sequence[Any]], *, viewer: User, at: datetime) -> list[QueueRow]:
    """Return the rows of the queue for what was read of each."""
    rows = list(read)
    visitors: dict[UUID, list[str]] = {}
    for key, name in _visits.rows(viewer.pk, viewer.agency_id, at=at):
        visitors.setdefault(key, []).append(name)
    counted = _asked([key for key, _, asked, *_ in rows if asked is None])
    # Most rows leave out the same sides of one edition, known by its number: Python compares keys
    # slowly.
    titles = _factors({edition.int: edition for _, edition, *_ in rows}, at=at)
    left_out: dict[tuple[int, int], tuple[str, ...]] = {}
    queue = []
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
        is_unnamed,
        is_kept,
        worker,
        reviewer,
        claimed_by,
    ) in rows:
        place = edition.int, counted[key] if asked is None else asked
        if place not in left_out:
            left_out[place] = _left_out(titles[place[0]], place[1])
        # By place, in the order of `QueueRow`: by name takes longer.
        row = QueueRow(
            key,
            reference,
            status,
            is_danger_first,
            due_at,
            submitted_at,
            "" if is_kept else worker,
            () if is_kept else left_out[place],
            reviewer,
            "" if is_kept else claimed_by or "",
            tuple(visitors.get(key, ())) if visitors and not is_kept else (),
            is_restricted,
            is_kept,
            is_unnamed and not is_kept,
        )
        queue.append(row)
    return queue


def _factors(editions: dict[int, UUID], *, at: datetime) -> dict[int, tuple[tuple[str, str], ...]]:
    """Return the key and the title of each factor, by the number of the edition's key."""
    titles: dict[int, tuple[tuple[str, str], ...]] = dict.fromkeys(editions, ())
    for edition, key, title in (
        _titles.rows(frozenset(editions.values()), at=at) if editions else ()
    ):
        titles[edition.int] += ((key, title),)
    return titles


@Prepared
def _visits(pk: UUID, agency: UUID, *, at: datetime) -> QuerySet[Any, Any]:
    """Who else of the agency has the page of which intake open, by name."""
    there = ReviewVisit.objects.filter(seen_at__gt=at - THERE, user__agency=agency)
    return (
        there.exclude(user=pk).order_by("user__username").values_list("intake_id", _shown("user"))
    )


@Prepared
def _titles(editions: frozenset[UUID], *, at: datetime) -> QuerySet[Any, Any]:
    """The key and the title of each factor, by edition; they hold at any time."""
    factors = QuestionSet.objects.filter(kind="factor", edition__in=editions)
    return factors.order_by("position").values_list("edition_id", "key", "title")


def _left_out(titles: tuple[tuple[str, str], ...], asked: int) -> tuple[str, ...]:
    """Return in words the sides that were not asked, by the bits of those that were."""
    return tuple(
        f"{title} – {words}"
        for key, title in titles
        for side, words in SIDES
        if not asked & BITS[key, side]
    )


def _shown(user: str) -> Coalesce:
    """Return the name that colleagues see (`User.display_name`), for who is related so."""
    both = Concat(f"{user}__first_name", Value(" "), f"{user}__last_name")
    return Coalesce(NullIf(Trim(both), Value("")), f"{user}__username")


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
    """Return who read an intake, or saw some of it in a list, the latest first.

    What one person did again within a quarter of an hour is told once, with how often; the audit
    has each.
    """
    events = AuditEvent.objects.filter(subject_id=intake.pk, verb__in=READ)
    told: dict[tuple[UUID | None, str], int] = {}  # where somebody's last deed of a kind stands
    steps: list[tuple[Step, int]] = []
    for one in events.select_related("actor").order_by("-at", "-id")[:MOST_READERS]:
        same = told.get((one.actor_id, one.sentence))
        if same is not None and steps[same][0].at - one.at < AGAIN:
            steps[same] = steps[same][0], steps[same][1] + 1
            continue
        told[one.actor_id, one.sentence] = len(steps)
        name = one.actor.display_name if one.actor else ""
        steps.append((Step(one.at, name, one.sentence, "", None), 1))
    return tuple(
        step if times == 1 else replace(step, sentence=f"{step.sentence} ({times} times)")
        for step, times in steps
    )
