"""When somebody was told, as a time on the clock."""

from datetime import UTC, date, datetime, time, timedelta

from intake.errors import InvalidValue


def parse_clock(text: str, *, now: datetime, since: datetime | None = None) -> datetime | None:
    """Return the latest moment up to `now` (in the agency's zone) at which the clock showed `text`.

    With `since`, the beginning of a call that was taken on paper, the first such moment from then
    on: what is typed in days later was done that day. None for an empty text: just now. An hour
    that comes twice is tried both times; one that a change of clocks leaves out is of another day.
    Raises InvalidValue for what is no time.
    """
    if not text.strip():
        return None
    try:
        clock = datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a wall clock
    except ValueError:
        raise InvalidValue("This is not a time, such as 14:05. Nothing was noted.") from None
    if since is not None:
        began = since.astimezone(now.tzinfo).replace(second=0, microsecond=0)
        shown = [one for day in range(3) for one in _moments(began.date(), day, clock, now)]
        return min(one for one in shown if one >= began.astimezone(UTC)).astimezone(now.tzinfo)
    shown = [one for day in range(3) for one in _moments(now.date(), -day, clock, now)]
    return max(one for one in shown if one <= now.astimezone(UTC)).astimezone(now.tzinfo)


def _moments(day: date, later: int, clock: time, now: datetime) -> list[datetime]:
    """Return the moments (UTC) at which the clock of a day showed `clock`: none, one or two."""
    moments = {
        datetime.combine(
            day + timedelta(days=later), clock.replace(fold=fold), tzinfo=now.tzinfo
        ).astimezone(UTC)
        for fold in (0, 1)
    }
    return [one for one in moments if one.astimezone(now.tzinfo).time() == clock]
