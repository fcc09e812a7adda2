"""Times as a clock on the wall showed them."""

from datetime import UTC, datetime, timedelta, tzinfo

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
    known = (now if since is None else since.replace(second=0, microsecond=0)).astimezone(UTC)
    day = known.astimezone(now.tzinfo).date()
    near = range(-2, 1) if since is None else range(3)
    walls = [datetime.combine(day + timedelta(days=one), clock) for one in near]
    shown = [one for wall in walls for one in moments(wall, now.tzinfo)]
    if since is None:
        found = max(one for one in shown if one <= known)
    else:
        found = min(one for one in shown if one >= known)
    return found.astimezone(now.tzinfo)


def moments(wall: datetime, zone: tzinfo | None) -> list[datetime]:
    """Return the moments at which a clock in `zone` showed `wall`: none, one, or two in order."""
    found: list[datetime] = []
    for fold in (0, 1):
        one = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        back = one.astimezone(zone).replace(tzinfo=None, fold=0)
        if back == wall and one not in found:
            found.append(one)
    return found
