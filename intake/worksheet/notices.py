"""Notices: what waits for a user, computed from the records' own times; none of it is stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast

from intake import permissions
from intake.models import (
    BreakGlass,
    Dispatch,
    HandOver,
    Intake,
    Measure,
    NamedViewer,
    QualityRating,
    Restriction,
    Review,
    User,
)
from intake.models.intakes import IntakeStatus, is_kept_from
from intake.models.prepared import Prepared
from intake.models.reviews import CLAIM_IDLE, ReviewOutcome

SOON = timedelta(hours=1)  # before a response is due
TAKEN_SHOWN = timedelta(days=1)  # a claim that somebody else took
GLASS_SHOWN = timedelta(days=7)  # a restricted record that somebody opened by break-glass
MOST_NOTICES = 200  # notices of one user; what is beyond is in the queue

# What is left out last where there are more: what no queue has, then what is due.
GLASS, DUE, REST = range(3)

WORDS = {
    "overdue": "Response overdue",
    "due": "Response due within the hour",
    "offered": "A colleague offers you this call",
    "moved": "Given to you to go on with, with a supervisor’s comments",
    "returned": "Returned to you with comments",
    "glass": "A restricted record was opened by break-glass",
    "opened": "A record was opened by break-glass while it was restricted",
    "asked": "A colleague asked for a measure on this record: it waits for a second person",
    "sampled": "Waits for your blind rating",
    "lapsed": "Your claim fell free after 15 idle minutes",
    "taken": "Your claim fell free after 15 idle minutes, and somebody else took it",
}
# Where it is dealt with; a worker's own record is the call again while that takes text.
PAGES = {
    "offered": "calls",
    "glass": "restriction",
    "asked": "retention_record",
    "sampled": "quality_rating",
    "lapsed": "review",
    "taken": "review",
}


@dataclass(frozen=True)
class Notice:
    """One thing that waits; it names a reference and nobody.

    `at` is since when it holds. One that is overdue counts as new until it is dealt with.
    """

    kind: str
    target: UUID
    reference: str
    at: datetime
    due_at: datetime | None
    page: str
    is_new: bool

    @property
    def words(self) -> str:
        """What it says."""
        return WORDS[self.kind]


def build_notices(
    user: User, *, at: datetime, only_new: bool = False, most: int = MOST_NOTICES
) -> tuple[Notice, ...]:
    """Return what waits for the user: the longest overdue first, then what is due.

    The rest follows, the latest first. `only_new` leaves out what the user has seen. Of more than
    `most` the openings by break-glass stay, then the longest overdue, then the latest. One query.
    """
    branches = _branches(user, at=at, since=user.notices_seen_at if only_new else None)
    if not branches:
        return ()
    rows = branches[0].union(*branches[1:], all=True)
    first = rows.order_by("rank", F("deadline").asc(nulls_last=True), "-moment", "named")
    notices = [_notice(*row[:-1], user=user, at=at) for row in first[:most]]
    return tuple(sorted(notices, key=_urgency))


def count_new(user: User, *, at: datetime) -> int:
    """Return how many notices the user has not seen, 100 at most. One query, asked by each page."""
    if not permissions.has_notices(user):
        return 0
    about = user.pk, user.agency_id, user.roles, user.notices_seen_at
    query, values = _new.sql(*about, at=at)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({query}) waiting", values)  # noqa: S608
        return int(cursor.fetchone()[0])


@Prepared
def _new(
    pk: UUID, agency: UUID | None, roles: frozenset[str], since: datetime | None, *, at: datetime
) -> QuerySet[Any, Any]:
    """What is new to a user of these roles, and 100 of it are enough."""
    branches = _branches(User.known_as(pk, agency, roles), at=at, since=since)
    return branches[0].union(*branches[1:], all=True)[:100]


def _branches(user: User, *, at: datetime, since: datetime | None) -> list[QuerySet[Any, Any]]:
    """Return the queries of the columns of `_rows`; `since` leaves out older ones."""
    branches = []
    if permissions.is_worker(user):
        branches += [_returned(user, at=at, since=since), _offered(user, at=at, since=since)]
    if permissions.is_supervisor(user):
        branches += [
            _sampled(user, at=at, since=since),
            _lapsed(user, at=at, since=since),
            _taken(user, at=at, since=since),
        ]
    if branches:
        branches.append(_due(user, at=at, since=since))
    if permissions.is_privacy_officer(user):
        branches.append(_asked(user, at=at, since=since))
    if permissions.has_notices(user):
        branches.append(_glass(user, at=at, since=since))
    return branches


def _returned(user: User, *, at: datetime, since: datetime | None) -> QuerySet[Any, Any]:
    """The user's returned intakes, and whether a supervisor gave them to the user with it."""
    last = Review.objects.filter(intake=OuterRef("pk"), outcome=ReviewOutcome.RETURNED)
    when = last.order_by("-decided_at").values("decided_at")[:1]
    moved = HandOver.objects.filter(
        intake=OuterRef("pk"),
        offered_to=user,
        moved_by__isnull=False,
        answered_at=OuterRef("moment"),
    )
    own = (
        Intake.objects.for_real()
        .shown()
        .filter(worker=user, agency=user.agency_id, status=IntakeStatus.RETURNED)
    )
    return _rows(
        _since(own.annotate(moment=Subquery(when)), since),
        user=user,
        at=at,
        kind=Case(
            When(Exists(moved), then=Value("moved")),
            default=Value("returned"),
            output_field=CharField(),
        ),
    )


def _offered(user: User, *, at: datetime, since: datetime | None) -> QuerySet[Any, Any]:
    """Calls that colleagues offer to the user now."""
    standing = HandOver.objects.offered_to(user).standing()
    offers = standing.annotate(moment=F("offered_at"))
    return _rows(_since(offers, since), user=user, at=at, kind=_word("offered"), intake="intake__")


def _sampled(user: User, *, at: datetime, since: datetime | None) -> QuerySet[Any, Any]:
    """Sampled records that the user is asked to rate."""
    asked = QualityRating.objects.asked_of(user, at=at).filter(rated_at=None)
    ratings = asked.annotate(moment=F("assigned_at"))
    return _rows(
        _since(ratings, since),
        user=user,
        at=at,
        kind=_word("sampled"),
        intake="intake__",
        target=F("pk"),
    )


def _lapsed(user: User, *, at: datetime, since: datetime | None) -> QuerySet[Any, Any]:
    """The user's claims that were left idle and that nobody else took yet."""
    idle = Review.objects.filter(
        reviewer=user,
        intake__agency=user.agency_id,
        intake__is_hidden=False,
        decided_at=None,
        active_at__lte=at - CLAIM_IDLE,
    )
    free = ExpressionWrapper(F("active_at") + CLAIM_IDLE, output_field=DateTimeField())
    claims = idle.annotate(moment=free)
    return _rows(_since(claims, since), user=user, at=at, kind=_word("lapsed"), intake="intake__")


def _taken(user: User, *, at: datetime, since: datetime | None) -> QuerySet[Any, Any]:
    """Claims of the user that ended lately because somebody else took the intake.

    That claim begins at the very moment at which this one ends; giving one back does not.
    """
    next_one = Review.objects.filter(intake=OuterRef("intake"), claimed_at=OuterRef("decided_at"))
    ended = Review.objects.filter(
        Exists(next_one.exclude(reviewer=user)),
        reviewer=user,
        intake__agency=user.agency_id,
        intake__is_hidden=False,
        outcome=ReviewOutcome.RELEASED,
        decided_at__gt=at - TAKEN_SHOWN,
    )
    claims = ended.annotate(moment=F("decided_at"))
    return _rows(_since(claims, since), user=user, at=at, kind=_word("taken"), intake="intake__")


def _due(user: User, *, at: datetime, since: datetime | None) -> QuerySet[Any, Any]:
    """Responses that are due within the hour or overdue: of the agency, or of the own intakes.

    As on the record, the clock stops when a responding worker knows of it, or with the approval.
    """
    waiting = [IntakeStatus.SUBMITTED, IntakeStatus.IN_REVIEW, IntakeStatus.RETURNED]
    responded = Dispatch.objects.filter(
        intake=OuterRef("pk"),
        told=Dispatch.Told.RESPONDING_WORKER,
        acknowledged_at__isnull=False,
        withdrawn_at=None,
    )
    running = (
        Intake.objects.for_real()
        .shown()
        .filter(
            ~Exists(responded),
            agency=user.agency_id,
            status__in=waiting,
            due_at__lte=at + SOON,
            entered_in_error_at=None,
        )
    )
    if not permissions.is_supervisor(user):
        running = running.filter(worker=user)
    if since is not None:
        running = running.filter(Q(due_at__lte=at) | Q(due_at__gt=since + SOON))
    return _rows(
        running.annotate(moment=F("due_at")),
        user=user,
        at=at,
        kind=_word("due"),
        rank=DUE,
        deadline=F("due_at"),
    )


def _glass(user: User, *, at: datetime, since: datetime | None) -> QuerySet[Any, Any]:
    """Restricted records that somebody else opened lately, who is not named to read them.

    Told to the agency's supervisors and privacy officers, and to who had restricted the record or
    was named when it was opened, whatever became of the restriction since.
    """
    opened = BreakGlass.objects.filter(
        intake__agency=user.agency_id,
        intake__is_hidden=False,
        at__gt=at - GLASS_SHOWN,
        at__lte=at,
    ).exclude(user=user)
    if not (permissions.is_supervisor(user) or permissions.is_privacy_officer(user)):
        then = OuterRef("at")
        named = NamedViewer.objects.holding(then).filter(user=user, intake=OuterRef("intake"))
        own = Restriction.objects.holding(then).filter(by=user, intake=OuterRef("intake"))
        opened = opened.filter(Exists(named) | Exists(own))
    rows = opened.annotate(moment=F("at"))
    kind = Case(
        When(intake__is_restricted=True, then=Value("glass")),
        default=Value("opened"),
        output_field=CharField(),
    )
    return _rows(_since(rows, since), user=user, at=at, kind=kind, intake="intake__", rank=GLASS)


def _asked(user: User, *, at: datetime, since: datetime | None) -> QuerySet[Any, Any]:
    """What another privacy officer asked for on a record, and nobody has confirmed or refused."""
    waiting = Measure.objects.of_agency(user).waiting().exclude(requested_by=user)
    asked = waiting.annotate(moment=F("requested_at"))
    return _rows(_since(asked, since), user=user, at=at, kind=_word("asked"), intake="intake__")


def _word(kind: str) -> Value:
    return Value(kind, output_field=CharField())


def _since(rows: QuerySet[Any, Any], since: datetime | None) -> QuerySet[Any, Any]:
    return rows if since is None else rows.filter(moment__gt=since)


def _rows(
    rows: QuerySet[Any, Any],
    *,
    user: User,
    at: datetime,
    kind: Any,
    intake: str = "",
    target: F | None = None,
    rank: int = REST,
    deadline: F | None = None,
) -> QuerySet[Any, Any]:
    """Return the columns that all branches have: kind, target, reference, moment, whether it is
    kept from the user, deadline, rank. `target` is the intake by default."""
    named: QuerySet[Any, Any] = rows.annotate(
        notice=kind,
        target=target or F(f"{intake}pk"),
        named=F(f"{intake}reference"),
        kept=is_kept_from(user, intake=intake, at=at),
        deadline=deadline or Cast(Value(None), DateTimeField()),  # PostgreSQL asks for its type
        rank=Value(rank),
    )
    return named.order_by().values_list(
        "notice", "target", "named", "moment", "kept", "deadline", "rank"
    )


def _notice(
    kind: str,
    target: UUID,
    reference: str,
    moment: datetime,
    is_kept: bool,
    due_at: datetime | None,
    *,
    user: User,
    at: datetime,
) -> Notice:
    if due_at is not None:
        kind = "overdue" if due_at <= at else "due"
        moment = due_at if kind == "overdue" else due_at - SOON
    page = PAGES.get(kind, "intake")
    if due_at is not None and permissions.is_supervisor(user):
        page = "review"
    if is_kept and kind not in ("offered", "asked"):
        page = "break_glass"
    if kind in ("glass", "opened") and not permissions.is_supervisor(user):
        page = "audit" if permissions.is_privacy_officer(user) else page
    seen = user.notices_seen_at
    return Notice(
        kind=kind,
        target=target,
        reference=reference,
        at=moment,
        due_at=due_at,
        page=page,
        is_new=kind == "overdue" or seen is None or moment > seen,
    )


def _urgency(notice: Notice) -> tuple[int, float, str]:
    moment = notice.at.timestamp()
    if notice.due_at is not None:
        return 0 if notice.kind == "overdue" else 1, moment, notice.reference
    return 2, -moment, notice.reference
