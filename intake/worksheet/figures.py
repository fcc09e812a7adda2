"""What calls add up to, and which of the sums may be shown: the arithmetic of the figures."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Count, F, Q, QuerySet, Sum

from intake.models import CallSummary, User
from intake.models.insights import PLACES

LEAST = 10  # calls that a figure is made of; of fewer it would tell of single ones
FEW = f"under {LEAST}"
HIDDEN = "hidden"  # it would give away one that is under ten
MASKS = ("asked", "volunteered", "unknown")
TIMES = ("dispatched_after", "submitted_after", "approved_after")

Key = TypeVar("Key", bound=Hashable)
Sums = dict[str, int]  # what a group of calls adds up to, by the names of `NAMES`


@dataclass(frozen=True)
class Period:
    """Days in the agency's zone, both included."""

    since: date
    until: date


def find_hidden(counts: Mapping[Key, int]) -> dict[Key, str]:
    """Return which parts of a whole that is shown are not to be shown themselves, and the word.

    Those of fewer than ten calls, and the next smallest ones as long as what all the others leave
    over is fewer than ten.
    """
    found = {key: FEW for key, count in counts.items() if count < LEAST}
    others = sorted((count, str(key), key) for key, count in counts.items() if key not in found)
    rest = iter(others)
    while 0 < sum(counts[key] for key in found) < LEAST:
        smallest = next(rest, None)
        if smallest is None:
            break
        found[smallest[2]] = HIDDEN
    return found


def days_of(period: Period, zone: Any) -> tuple[datetime, datetime]:
    """Return the first moment of a period and the first one after it."""
    after = period.until + timedelta(days=1)
    return (
        datetime.combine(period.since, time.min, tzinfo=zone),
        datetime.combine(after, time.min, tzinfo=zone),
    )


def in_period(rows: "QuerySet[Any]", viewer: User, period: Period) -> "QuerySet[Any]":
    assert viewer.agency is not None
    first, after = days_of(period, viewer.agency.zone)
    return rows.filter(started_at__gte=first, started_at__lt=after)


def _sums() -> dict[str, Any]:
    """Return what is added up of every group of calls, by name."""
    sums: dict[str, Any] = {
        "calls": Count("*"),
        "returned": Count("returns", filter=Q(returns__gt=0)),
    }
    sums |= {f"timed_{column}": Count(column) for column in TIMES}
    for number in range(len(PLACES)):
        for mask in MASKS:
            sums[f"{mask}_{number}"] = Sum(F(mask).bitrightshift(number).bitand(1))
    for number in range(0, len(PLACES), 2):
        other: Any = F("asked").bitrightshift(number + 1)
        both: Any = F("asked").bitrightshift(number).bitand(other)
        sums[f"both_{number}"] = Sum(both.bitand(1))
    return sums


NAMES = tuple(_sums())


def add_up(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """Return the sums of groups together."""
    total = dict.fromkeys(NAMES, 0)
    for row in rows:
        for name in NAMES:
            total[name] += row[name]
    return total


def sum_up(calls: "QuerySet[CallSummary]", *by: str) -> dict[tuple[Any, ...], Sums]:
    """Return the sums of the calls in groups, by what makes the groups."""
    rows = calls.order_by().values(*by).annotate(**_sums())
    return {tuple(row[name] for name in by): {name: row[name] for name in NAMES} for row in rows}


def join(
    groups: Mapping[tuple[Any, ...], Sums], by: Callable[[tuple[Any, ...]], Any]
) -> dict[Any, Sums]:
    """Return the sums of groups that have the same `by`."""
    found: dict[Any, list[Sums]] = {}
    for key, sums in groups.items():
        found.setdefault(by(key), []).append(sums)
    return {key: add_up(parts) for key, parts in found.items()}


def pick(
    groups: Mapping[tuple[Any, ...], Sums], key: tuple[Any, ...], *, is_secret: bool = False
) -> tuple[Sums, dict[str, str]]:
    """Return a group's sums, and those of them that are not to be a figure's base, with a word.

    All groups together are shown elsewhere, or are this one alone. `is_secret` hides the group.
    """
    sums = groups.get(key) or dict.fromkeys(NAMES, 0)
    secret = {}
    for name in NAMES:
        counts = {one: parts[name] for one, parts in groups.items()} | {key: sums[name]}
        word = find_hidden(counts).get(key, HIDDEN if is_secret else "")
        if word:
            secret[name] = word
    return sums, secret


def median_of(calls: "QuerySet[CallSummary]", column: str, count: int) -> float:
    """Return the median of so many values of a column."""
    values = calls.filter(**{f"{column}__isnull": False}).order_by(column)
    middle = list(values.values_list(column, flat=True)[(count - 1) // 2 : count // 2 + 1])
    return sum(middle) / len(middle) if middle else 0.0


def mondays_of(period: Period) -> list[date]:
    """Return the Mondays of the weeks that a period touches."""
    day, days = period.since - timedelta(days=period.since.weekday()), []
    while day <= period.until:
        days.append(day)
        day += timedelta(days=7)
    return days
