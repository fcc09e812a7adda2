"""Silent assist, to read: what the worker is told, the live calls, and a call as it is followed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.utils.crypto import salted_hmac

from intake.models import (
    Answer,
    AssistLine,
    Concern,
    Follower,
    HandOver,
    HeardNote,
    HelpFlag,
    Intake,
    Narrative,
    Person,
    Quotation,
    User,
)
from intake.models.base import YesNo

LINES_SHOWN = 3


@dataclass(frozen=True)
class HelpView:
    """What the worker of a call is told: since when the flag is up, who follows, a line."""

    asked_at: datetime | None
    followers: tuple[str, ...]
    line: AssistLine | None

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to say."""
        return self.asked_at is None and not self.followers and self.line is None

    @property
    def is_near(self) -> bool:
        """Whether a line may come at any moment, so that the page asks more often."""
        return self.asked_at is not None or bool(self.followers)


@dataclass(frozen=True)
class LiveRow:
    """A live call in the supervisors' list; of one that is kept from the viewer nobody is named."""

    intake: Intake
    asked_at: datetime | None
    elapsed: int  # seconds
    followers: tuple[str, ...]

    @property
    def is_in_danger(self) -> bool:
        """Whether somebody is in danger now."""
        return self.intake.danger_now == YesNo.YES


@dataclass(frozen=True)
class LineView:
    """A line as supervisors see it; `is_newest` is the one that the worker is shown."""

    line: AssistLine
    is_newest: bool


@dataclass(frozen=True)
class Followed:
    """The course of a call that is followed; `version` changes with whatever the page shows."""

    version: str
    saved_at: datetime | None  # when something was typed last
    asked_at: datetime | None
    handed_over: HandOver | None
    others: tuple[str, ...]  # who else follows
    lines: tuple[LineView, ...]


def build_help(intake_id: UUID, *, at: datetime) -> HelpView:
    """Return what the worker of a call is told, with three queries."""
    raised = HelpFlag.objects.raised().filter(intake=intake_id)
    newest = AssistLine.objects.standing().newest_first().filter(intake=intake_id).first()
    return HelpView(
        asked_at=raised.values_list("raised_at", flat=True).first(),
        followers=_names(Follower.there(at).filter(intake=intake_id)),
        line=newest if newest is not None and newest.seen_at is None else None,
    )


def build_live(user: User, *, at: datetime, limit: int) -> list[LiveRow]:
    """Return the agency's live calls, with three queries, those kept from `user` among them.

    Who asked for help comes first, the oldest flag at the top; then danger, then the newest call.
    """
    raised = HelpFlag.objects.raised().filter(intake=OuterRef("pk"))
    calls = (
        Intake.objects.within_role_of(user)
        .with_kept(user)
        .for_real()
        .live()
        .select_related("worker")
        .annotate(
            asked_first=Subquery(raised.values("raised_at")[:1]),
            danger_first=Case(When(danger_now=YesNo.YES, then=Value(0)), default=Value(1)),
        )
        .order_by(F("asked_first").asc(nulls_last=True), "danger_first", "-started_at", "-id")
    )
    listed = list(calls[:limit])
    keys = [call.pk for call in listed]
    flags = HelpFlag.objects.raised().filter(intake__in=keys)
    asked = dict(flags.values_list("intake", "raised_at"))
    there: dict[UUID, list[Follower]] = {}
    for one in Follower.there(at).filter(intake__in=keys):
        there.setdefault(one.intake_id, []).append(one)
    return [
        LiveRow(
            intake=call,
            asked_at=asked.get(call.pk),
            elapsed=max(0, int((at - call.started_at).total_seconds())),
            followers=() if call.is_kept else _names(there.get(call.pk, ())),
        )
        for call in listed
    ]


def build_followed(intake: Intake, *, viewer: User, at: datetime) -> Followed:
    """Return the course of a live call and the version of all that its page shows.

    Five queries, without reading what was typed: every save raises the revision of a field.
    """
    revisions, saved_at = _saves_of(intake)
    asked_at = (
        HelpFlag.objects.raised().filter(intake=intake).values_list("raised_at", flat=True).first()
    )
    passed_on = HandOver.objects.accepted().filter(intake=intake)
    handed_over = (
        passed_on.select_related("offered_by", "offered_to").order_by("-answered_at").first()
    )
    others = _names(Follower.there(at).filter(intake=intake).exclude(user=viewer))
    standing = AssistLine.objects.standing().newest_first().filter(intake=intake)
    lines = tuple(
        LineView(line=one, is_newest=place == 0) for place, one in enumerate(standing[:LINES_SHOWN])
    )
    course = (
        intake.worker_id,
        intake.interrupted_at,
        asked_at,
        handed_over and handed_over.pk,
        others,
        [(one.line.pk, one.line.seen_at) for one in lines],
    )
    mark = salted_hmac("followed call", repr(course)).hexdigest()[:12]
    return Followed(
        version=f"{revisions}-{mark}",
        saved_at=saved_at,
        asked_at=asked_at,
        handed_over=handed_over,
        others=others,
        lines=lines,
    )


def _saves_of(intake: Intake) -> tuple[int, datetime | None]:
    """Return the sum of the revisions of everything that is followed, and the latest save's time.

    The reporting party is no part of it.
    """
    rows = Intake.objects.filter(pk=intake.pk).values_list("saves")
    parts = [
        model.objects.filter(intake=intake).order_by().values_list("saves")
        for model in (Narrative, Answer, HeardNote, Person, Concern, Quotation)
    ]
    revisions, latest = 0, ""
    for (saves,) in rows.union(*parts, all=True):
        for entry in saves.values():
            revisions += int(entry["revision"])
            latest = max(latest, entry.get("at", ""))
    return revisions, datetime.fromisoformat(latest) if latest else None


def _names(followers: Iterable[Follower]) -> tuple[str, ...]:
    return tuple(one.user.display_name for one in followers)
