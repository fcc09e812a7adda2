"""Deadlines run in real hours from receipt, whatever the zone and however its clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from intake.deadlines import time_left
from intake.models import ResponseOption

moments = st.datetimes(
    min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)
)
zones = st.sampled_from(
    ["America/Los_Angeles", "America/Phoenix", "Asia/Kathmandu", "Pacific/Chatham", "UTC"]
).map(ZoneInfo)
hours = st.integers(min_value=0, max_value=24 * 400)


@given(received=moments, zone=zones, deadline=hours)
def test_a_deadline_is_that_many_real_hours_after_receipt(
    received: datetime, zone: ZoneInfo, deadline: int
) -> None:
    option = ResponseOption(deadline_hours=deadline, written_hours=deadline)
    for due in (
        option.due_at(received.astimezone(zone)),
        option.written_due_at(received.astimezone(zone)),
    ):
        assert due is not None
        # A zone's wall clock may jump in between: only the difference in UTC counts.
        assert due.astimezone(UTC) - received == timedelta(hours=deadline)


def test_without_hours_there_is_no_deadline() -> None:
    assert ResponseOption().due_at(datetime(2026, 3, 8, tzinfo=UTC)) is None
    assert ResponseOption().written_due_at(datetime(2026, 3, 8, tzinfo=UTC)) is None


def test_the_night_the_clocks_change_has_no_more_and_no_less_hours() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    before = datetime(2026, 3, 7, 20, 0, tzinfo=zone)  # the clocks go forward at 2:00
    due = ResponseOption(deadline_hours=24).due_at(before)
    assert due is not None
    assert due.astimezone(zone).strftime("%d %H:%M") == "08 21:00"
    assert time_left(due, now=before) == "24 h left"
    back = datetime(2026, 10, 31, 20, 0, tzinfo=zone)
    due = ResponseOption(deadline_hours=24).due_at(back)
    assert due is not None
    assert due.astimezone(zone).strftime("%d %H:%M") == "01 19:00"


@given(now=moments, zone=zones, minutes=st.integers(min_value=0, max_value=60 * 24 * 400))
def test_time_left_counts_to_the_minute_and_never_says_too_much(
    now: datetime, zone: ZoneInfo, minutes: int
) -> None:
    words = time_left((now + timedelta(minutes=minutes)).astimezone(zone), now=now)
    assert words.endswith(" left")
    assert spoken_minutes(words) <= minutes
    assert minutes - spoken_minutes(words) < (60 if minutes >= 48 * 60 else 1)
    overdue = time_left((now - timedelta(minutes=minutes)).astimezone(zone), now=now)
    assert overdue.startswith("overdue by ") or minutes == 0


def spoken_minutes(words: str) -> int:
    """The minutes that `2 d 3 h left` or `5 h 20 min left` name."""
    parts = words.removesuffix(" left").split()
    sizes = {"d": 24 * 60, "h": 60, "min": 1}
    return sum(
        int(count) * sizes[size] for count, size in zip(parts[::2], parts[1::2], strict=True)
    )
