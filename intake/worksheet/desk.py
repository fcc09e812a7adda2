"""What supervisors see of intakes that wait: the queue's rows, and the course of one intake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from intake import permissions
from intake.models import (
    Answer,
    AuditEvent,
    Intake,
    QuestionSet,
    Review,
    ReviewVisit,
    User,
)
from intake.models.answers import AnswerStatus
from intake.models.insights import BITS
from intake.models.intakes import IntakeStatus

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
    "intake.exported",
    "intake.copied_out",
    "intake.versions_viewed",
)


@dataclass(frozen=True)
class QueueRow:
    """An intake that waits; `not_asked` are the sides nothing was asked of, in words."""

    intake: Intake
    not_asked: tuple[str, ...]
    claim: Review | None
    visitors: tuple[User, ...]

    def claimed_by(self, user: User) -> bool:
        """Whether the claim is this user's."""
        return self.claim is not None and self.claim.reviewer_id == user.pk


@dataclass(frozen=True)
class Step:
    """One fact of an intake's course; `state` is empty where it changed none."""

    at: datetime
    actor: str
    sentence: str
    state: str
    lasted: timedelta | None


def build_queue(intakes: Sequence[Intake], *, viewer: User, at: datetime) -> list[QueueRow]:
    """Return the rows of the queue for intakes with their worker, in at most five queries."""
    keys = [one.pk for one in intakes]
    in_review = [one.pk for one in intakes if one.status == IntakeStatus.IN_REVIEW]
    held = Review.objects.held(at).filter(intake__in=in_review).select_related("reviewer")
    claims = {one.intake_id: one for one in held}
    visits: dict[UUID, list[User]] = {}
    there = ReviewVisit.objects.filter(intake__in=keys, seen_at__gt=at - THERE)
    for visit in there.exclude(user=viewer).select_related("user").order_by("user__username"):
        visits.setdefault(visit.intake_id, []).append(visit.user)
    asked = _asked(intakes)
    factors: dict[UUID, list[tuple[str, str]]] = {}
    sets = QuestionSet.objects.filter(edition__in={one.edition_id for one in intakes})
    for section in sets.filter(kind="factor").order_by("position"):
        factors.setdefault(section.edition_id, []).append((section.key, section.title))
    left_out: dict[tuple[UUID, int], tuple[str, ...]] = {}  # most rows leave out the same
    for one in intakes:
        place = (one.edition_id, asked[one.pk])
        if place not in left_out:
            left_out[place] = tuple(
                f"{title} – {words}"
                for key, title in factors.get(one.edition_id, [])
                for side, words in SIDES
                if not asked[one.pk] & BITS[key, side]
            )
    return [
        QueueRow(
            intake=one,
            not_asked=left_out[one.edition_id, asked[one.pk]],
            claim=claims.get(one.pk),
            visitors=tuple(visits.get(one.pk, ())),
        )
        for one in intakes
    ]


def _asked(intakes: Sequence[Intake]) -> dict[UUID, int]:
    """Return the bits of the sides that were asked (`BITS`), of each intake.

    As they were submitted, where the intake brings them along (`as_rows`); of others (written
    reports, for one) from the answers themselves.
    """
    brought = {one.pk: vars(one).get("asked") for one in intakes}
    asked = {key: bits for key, bits in brought.items() if bits is not None}
    others = [key for key in brought if key not in asked]
    if others:
        asked |= dict.fromkeys(others, 0)
        answers = Answer.objects.filter(intake__in=others).exclude(status=AnswerStatus.NOT_ASKED)
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
    """Return who read an intake, the latest first."""
    events = AuditEvent.objects.filter(subject_id=intake.pk, verb__in=READ)
    return tuple(
        Step(one.at, one.actor.display_name if one.actor else "", one.sentence, "", None)
        for one in events.select_related("actor").order_by("-at", "-id")[:200]
    )
