"""Deadlines as a time left: computed from timestamps, never by a job."""

import re
from datetime import UTC, date, datetime, timedelta

_NAMED = re.compile(r"\b([0-9]{1,4})[ \u00a0-]?(hours?|hrs?|h|days?|weeks?)\b", re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 168}


def after_hours(moment: datetime, hours: int) -> datetime:
    """Return the moment that many real hours later, in UTC.

    Python adds to a zone's wall clock, which jumps: a deadline must not.
    """
    return moment.astimezone(UTC) + timedelta(hours=hours)


def named_hours(name: str) -> tuple[tuple[str, int], ...]:
    """Return the spans that a name speaks of, each as it stands there and in hours.

    `Within 10 days` has 240. Business days are no fixed number of hours and are left out.
    """
    return tuple(
        (found[0], int(found[1]) * _HOURS[found[2][0].lower()]) for found in _NAMED.finditer(name)
    )


def time_left(due_at: datetime, *, now: datetime) -> str:
    """Return how long it is to `due_at` in words: `5 h 20 min left`, `overdue by 2 d 3 h`.

    Counts real time, so that a change of the clocks neither adds nor takes an hour. Minutes are
    rounded towards the deadline: nobody is told of more time than there is.
    """
    left = due_at.astimezone(UTC) - now.astimezone(UTC)
    if left < timedelta(0):
        return f"overdue by {in_words(-left)}"
    return f"{in_words(left)} left"


def in_words(span: timedelta) -> str:
    """Return a length of time in words, in whole minutes: `2 d 3 h`, `5 h 20 min`, `0 min`."""
    minutes = int(span.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days >= 2:
        return f"{days} d {hours} h" if hours else f"{days} d"
    hours += days * 24
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def kept_through(day: date, *, years: int = 0, days: int = 0) -> date:
    """Return the last day on which a record of `day` is kept: so many years or days later.

    February 29 becomes March 1 where there is none: a day longer, never one shorter.
    """
    if years:
        try:
            day = day.replace(year=day.year + years)
        except ValueError:
            day = date(day.year + years, 3, 1)
    return day + timedelta(days=days)


def first_kept(today: date, *, years: int = 0, days: int = 0) -> date:
    """Return the first day whose records are still kept `today`; those of all before are due."""
    day = today - timedelta(days=days)
    if years:
        try:
            day = day.replace(year=day.year - years)
        except ValueError:
            day = date(day.year - years, 3, 1)
    before = day - timedelta(days=1)
    return before if kept_through(before, years=years, days=days) >= today else day
