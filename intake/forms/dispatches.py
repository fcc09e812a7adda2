"""When somebody was told, as a time on the clock."""

from datetime import UTC, datetime, timedelta

from intake.errors import InvalidValue


def parse_clock(text: str, *, now: datetime) -> datetime | None:
    """Return the latest moment up to `now` (in the agency's zone) at which the clock showed `text`.

    None for an empty text: just now. An hour that comes twice is tried both times; one that a
    change of clocks leaves out is of the day before. Raises InvalidValue for what is no time.
    """
    if not text.strip():
        return None
    try:
        clock = datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a wall clock
    except ValueError:
        raise InvalidValue("This is not a time, such as 14:05. Nothing was noted.") from None
    latest = now.astimezone(UTC)
    shown: list[datetime] = []
    for day in (now.date(), now.date() - timedelta(days=1), now.date() - timedelta(days=2)):
        for fold in (0, 1):
            then = datetime.combine(day, clock.replace(fold=fold), tzinfo=now.tzinfo)
            moment = then.astimezone(UTC)
            exists = moment.astimezone(now.tzinfo).time() == clock
            if exists and moment <= latest:
                shown.append(moment)
    return max(shown).astimezone(now.tzinfo)
