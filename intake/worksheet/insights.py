"""Figures of an agency's calls: what was asked and volunteered of each side, how long it took.

Page and CSV render the same tables, in which whatever must not be seen is not there any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, QuerySet

from intake.deadlines import in_words
from intake.models import CallSummary, Intake, User
from intake.models.insights import PLACES, SIDES
from intake.models.intakes import IntakeStatus
from intake.models.question_sets import FACTOR_TITLES, FACTORS
from intake.worksheet.figures import (
    FEW,
    HIDDEN,
    LEAST,
    NAMES,
    Period,
    Sums,
    add_up,
    find_hidden,
    in_period,
    join,
    median_of,
    mondays_of,
    pick,
    sum_up,
)

SIDE_TITLES = {"worry": "Worry", "working_well": "Working well", "both": "Both sides"}
TIME_TITLES = {
    "dispatched_after": "Call’s end to a responding worker told, median",
    "submitted_after": "Call’s end to first submission, median",
    "approved_after": "Call’s end to approval, median",
}
STEPS = (20, 40, 60, 80)  # per cent, at which the heat table's ground changes

# A chart's plane, in its own units.
WIDTH, HEIGHT, LEFT, TOP = 200, 90, 28, 8


@dataclass(frozen=True)
class Cell:
    """A figure as it is shown; `share` is None where it is no share, or not shown."""

    column: str
    text: str
    share: int | None = None

    @property
    def step(self) -> int:
        """Where the share lies, from 0 to 4."""
        return sum((self.share or 0) >= limit for limit in STEPS)


@dataclass(frozen=True)
class Row:
    """A row of a table; the last cell says of how many calls it is made."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table of figures; `key` names it in addresses."""

    key: str
    title: str
    first: str  # what the rows are
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def hides(self) -> bool:
        """Whether anything in it is not shown."""
        return any(cell.text in (FEW, HIDDEN) for row in self.rows for cell in row.cells)


@dataclass(frozen=True)
class Mark:
    """A point of a chart."""

    x: str
    y: str


@dataclass(frozen=True)
class Line:
    """A side's course over the weeks, broken where a week is not shown."""

    side: str
    pieces: tuple[str, ...]  # points of polylines
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Chart:
    """A factor's weeks as a drawing, and the same as a table."""

    factor: str
    title: str
    description: str
    lines: tuple[Line, ...]
    first: str
    last: str
    table: Table


@dataclass(frozen=True)
class Insights:
    """Everything that the page shows; of one worker there are no teams and no weeks."""

    calls: str
    closed: str
    in_progress: str
    is_hidden: bool  # nothing may be shown
    shares: Table
    course: Table
    teams: Table | None
    weeks: Table | None
    charts: tuple[Chart, ...]

    @property
    def tables(self) -> dict[str, Table]:
        """The tables that can be exported, by key."""
        found = (self.shares, self.teams, self.weeks, self.course)
        return {one.key: one for one in found if one is not None}


def build_insights(
    *,
    viewer: User,
    period: Period,
    factors: Sequence[str] = FACTORS,
    side: str = "both",
    worker: User | None = None,
) -> Insights:
    """Return the figures of the viewer's agency in a period, in a fixed number of queries.

    `side` is what the teams' table shows: worry, working_well or both. `worker`, one of the
    viewer's own team, narrows all of it to that worker's calls.
    """
    calls = in_period(CallSummary.objects.filter(agency=viewer.agency_id), viewer, period)
    groups = sum_up(calls, "worker__supervisor", "week")
    teams = join(groups, lambda key: key[0])
    secret_teams = find_hidden({key: sums["calls"] for key, sums in teams.items()})
    if worker is not None:
        mates = sum_up(calls.filter(worker__supervisor=viewer.pk), "worker")
        total, secret = pick(mates, (worker.pk,), is_secret=viewer.pk in secret_teams)
        calls = calls.filter(worker=worker)
        return Insights(
            calls=_number(total["calls"], secret),
            closed="",
            in_progress="",
            is_hidden="calls" in secret,
            shares=_shares(total, secret, factors),
            course=_course(total, secret, calls),
            teams=None,
            charts=(),
            weeks=None,
        )
    total, secret = pick({(): add_up(groups.values())}, ())
    others = _not_counted(viewer, period)
    counted = join(groups, lambda key: key[1])
    weeks = {day: counted.get(day) or dict.fromkeys(NAMES, 0) for day in mondays_of(period)}
    secret_weeks = find_hidden({day: sums["calls"] for day, sums in weeks.items()})
    return Insights(
        calls=_number(total["calls"], secret),
        closed=_number(others.get(IntakeStatus.CLOSED_NO_REPORT, 0)),
        in_progress=_number(others.get(IntakeStatus.IN_PROGRESS, 0)),
        is_hidden="calls" in secret,
        shares=_shares(total, secret, factors),
        course=_course(total, secret, calls),
        teams=_teams(teams, secret_teams, _team_titles(teams), factors, side),
        weeks=_weeks(weeks, secret_weeks, factors),
        charts=tuple(_chart(weeks, secret_weeks, factor) for factor in factors),
    )


def _not_counted(viewer: User, period: Period) -> dict[str, int]:
    """Return how many real calls were closed as no report, and how many are still in progress."""
    statuses = [IntakeStatus.CLOSED_NO_REPORT, IntakeStatus.IN_PROGRESS]
    others = Intake.objects.filter(agency=viewer.agency_id, status__in=statuses).for_real()
    return dict(
        in_period(others, viewer, period)
        .order_by()
        .values_list("status")
        .annotate(calls=Count("*"))
    )


def _share(column: str, sums: Sums, part: str, base: str, word: str = "") -> Cell:
    """Return the cell of a share in per cent, or of the word that stands in its place."""
    if word or not sums[base]:
        return Cell(column, word or FEW)
    share = (200 * sums[part] + sums[base]) // (2 * sums[base])
    return Cell(column, f"{share}%", share)


def _number(count: int, secret: Mapping[str, str] | None = None) -> str:
    """Return a number of calls as it is shown."""
    word = (secret or {}).get("calls", "") or (FEW if count < LEAST else "")
    return word or f"{count:,}"


def _shares(sums: Sums, secret: Mapping[str, str], factors: Sequence[str]) -> Table:
    """What was asked, volunteered and not known of each side of each factor."""
    word = secret.get("calls", "")
    rows = []
    for factor in factors:
        first = PLACES.index((factor, SIDES[0]))
        cells = []
        for number, side in enumerate(SIDES, first):
            title, asked = SIDE_TITLES[side], f"asked_{number}"
            unknown = word or secret.get(asked, "")
            cells += [
                _share(f"{title}: asked", sums, asked, "calls", word),
                _share(f"{title}: volunteered", sums, f"volunteered_{number}", "calls", word),
                _share(f"{title}: doesn’t know", sums, f"unknown_{number}", asked, unknown),
            ]
        cells.append(_share("Both asked", sums, f"both_{first}", "calls", word))
        cells.append(Cell("n", _number(sums["calls"], secret)))
        rows.append(Row(FACTOR_TITLES[factor], tuple(cells)))
    return _table("shares", "Asked, by factor", "Factor", rows)


def _course(sums: Sums, secret: Mapping[str, str], calls: "QuerySet[CallSummary]") -> Table:
    """How often calls were returned, and how long things took."""
    word = secret.get("calls", "")
    returned = _share("Figure", sums, "returned", "calls", word)
    rows = [Row("Returned at least once", (returned, Cell("n", _number(sums["calls"], secret))))]
    for column, title in TIME_TITLES.items():
        base = f"timed_{column}"
        hidden = word or secret.get(base, "")
        figure = hidden or in_words(timedelta(seconds=median_of(calls, column, sums[base])))
        cells = (Cell("Figure", figure), Cell("n", hidden or f"{sums[base]:,}"))
        rows.append(Row(title, cells))
    return _table("course", "From call to approval", "What", rows)


def _team_titles(teams: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Return what teams are called: by their supervisors' names."""
    chiefs = User.objects.filter(pk__in=[one for one in teams if one])
    named = chiefs.only("username", "first_name", "last_name")
    return {None: "No team"} | {one.pk: one.display_name for one in named}


def _part(side: str, number: int) -> str:
    """Return the name of the sum that tells how many calls were asked of a side of a factor."""
    return f"both_{number}" if side == "both" else f"asked_{number + SIDES.index(side)}"


def _teams(
    teams: Mapping[UUID | None, Sums],
    secret: Mapping[UUID | None, str],
    titles: Mapping[UUID | None, str],
    factors: Sequence[str],
    side: str,
) -> Table:
    """The share of calls asked, teams by factors; who is in no team comes last."""
    rows = []
    for key in sorted(teams, key=lambda one: (one is None, titles[one], str(one))):
        sums, word = teams[key], secret.get(key, "")
        cells = [
            _share(
                FACTOR_TITLES[factor],
                sums,
                _part(side, PLACES.index((factor, SIDES[0]))),
                "calls",
                word,
            )
            for factor in factors
        ]
        cells.append(Cell("n", word or f"{sums['calls']:,}"))
        rows.append(Row(titles[key], tuple(cells)))
    return _table("teams", f"Teams by factor: {SIDE_TITLES[side].lower()} asked", "Team", rows)


def _weeks(weeks: Mapping[date, Sums], secret: Mapping[date, str], factors: Sequence[str]) -> Table:
    """The share of calls asked, weeks by factors and sides."""
    rows = []
    for day, sums in weeks.items():
        word = secret.get(day, "")
        cells = []
        for factor in factors:
            first = PLACES.index((factor, SIDES[0]))
            name = f"{FACTOR_TITLES[factor]} – " if len(factors) > 1 else ""
            cells += [
                _share(f"{name}{SIDE_TITLES[side]}", sums, _part(side, first), "calls", word)
                for side in SIDES
            ]
        cells.append(Cell("n", word or f"{sums['calls']:,}"))
        rows.append(Row(f"{day:%b} {day.day}, {day.year}", tuple(cells)))
    return _table("weeks", "By week: share of calls asked", "Week from", rows)


def _chart(weeks: Mapping[date, Sums], secret: Mapping[date, str], factor: str) -> Chart:
    """Return the drawing of a factor's weeks: 0 to 100% upwards, one step for each week."""
    table = _weeks(weeks, secret, (factor,))
    lines, told = [], []
    for place, side in enumerate(SIDES):
        shares = [row.cells[place].share for row in table.rows]
        lines.append(_line(side, shares))
        shown = [share for share in shares if share is not None]
        if shown:
            told.append(
                f"{SIDE_TITLES[side]}: asked in {shown[0]}% of calls at first, in {shown[-1]}% at "
                f"last, between {min(shown)}% and {max(shown)}%."
            )
    days = [f"{day:%b} {day.day}" for day in weeks]
    missing = f" Weeks not shown: {len(secret)} of {len(weeks)}." if secret else ""
    return Chart(
        factor=factor,
        title=FACTOR_TITLES[factor],
        description=(" ".join(told) or "No week can be shown.") + missing,
        lines=tuple(lines),
        first=days[0],
        last=days[-1],
        table=table,
    )


def _line(side: str, shares: Sequence[int | None]) -> Line:
    """Return a side's line; where a week is not shown there is a gap."""
    pieces: list[list[str]] = [[]]
    marks = []
    for number, share in enumerate(shares):
        if share is None:
            pieces.append([])
            continue
        x = LEFT + (WIDTH * number / (len(shares) - 1) if len(shares) > 1 else WIDTH / 2)
        y = TOP + HEIGHT * (100 - share) / 100
        marks.append(Mark(f"{x:.1f}", f"{y:.1f}"))
        pieces[-1].append(f"{x:.1f},{y:.1f}")
    return Line(side, tuple(" ".join(one) for one in pieces if len(one) > 1), tuple(marks))


def _table(key: str, title: str, first: str, rows: Sequence[Row]) -> Table:
    columns = tuple(cell.column for cell in rows[0].cells) if rows else ()
    return Table(key=key, title=title, first=first, columns=columns, rows=tuple(rows))
