"""The time of receipt: a day and time of the agency's zone, on every night of the year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import assume, given
from hypothesis import strategies as st

from intake.forms.written_reports import WrittenReportForm

HERE = ZoneInfo("America/Los_Angeles")


def read(text: str) -> WrittenReportForm:
    with timezone.override(HERE):
        form = WrittenReportForm({"received_at": text})
        form.is_valid()
    return form


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T09:30", datetime(2026, 3, 2, 17, 30, tzinfo=UTC)),
        ("2026-07-02T09:30", datetime(2026, 7, 2, 16, 30, tzinfo=UTC)),
        ("2026-03-02 09:30:15", datetime(2026, 3, 2, 17, 30, 15, tzinfo=UTC)),
        ("2026-11-01T01:30", datetime(2026, 11, 1, 8, 30, tzinfo=UTC)),  # the first of two
    ],
)
def test_a_time_is_of_the_agency_s_zone(text: str, moment: datetime) -> None:
    assert read(text).cleaned_data["received_at"] == moment


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Say on which day"),
        ("yesterday", "not a day with a time"),
        ("2026-02-30T10:00", "not a day with a time"),
        ("2026-03-02T17:30+00:00", "not a day with a time"),
        ("2026-03-02", "not a day with a time"),
        ("2026-03-08T02:30", "put forward"),
        ("0001-01-01T00:00", "between 1990 and 2199"),
        ("9999-12-31T23:59", "between 1990 and 2199"),
    ],
)
def test_what_is_no_time_is_said_in_a_sentence(text: str, sentence: str) -> None:
    assert sentence in str(read(text).errors["received_at"])


@given(moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_what_the_page_shows_is_read_again(moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    with timezone.override(HERE):
        shown = WrittenReportForm(initial={"received_at": moment})["received_at"].as_widget()
        text = timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")
    assert f'value="{text}"' in shown
    back = read(text).cleaned_data["received_at"]
    assume(back != moment - timedelta(hours=1))  # the hour that comes twice
    assert back == moment
