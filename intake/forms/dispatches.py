"""When somebody was told, as a time on the clock."""

from datetime import datetime, time, timedelta

from intake.errors import InvalidValue


def parse_clock(text: str, *, now: datetime, since: datetime | None = None) -> datetime | None:
    """Return the latest moment up to `now` (in the agency's zone) at which the clock showed `text`.

    With `since`, the beginning of a call that was taken on paper, the first such moment from then
    on: what is typed in days later was done that day. None for an empty text: just now. Raises InvalidValue for what is no time.
    """
    if not text.strip():
        return None
    try:
        clock = time.fromisoformat(text.strip())
    except ValueError:
        raise InvalidValue("This is not a time, such as 14:05. Nothing was noted.") from None
    if since is not None:
        began = since.astimezone(now.tzinfo).replace(second=0, microsecond=0)
        then = began.replace(hour=clock.hour, minute=clock.minute)
        return then if then >= began else then + timedelta(days=1)
    then = now.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return then if then <= now else then - timedelta(days=1)
