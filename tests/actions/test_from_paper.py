"""Calls that were taken on paper: with the times of then, and nothing that cannot have been."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from intake import worksheet
from intake.actions import calls, dispatches, question_sets
from intake.actions.calls import start_from_paper
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.forms.clocks import moments, parse_clock
from intake.forms.from_paper import FromPaperForm
from intake.models import Agency, AuditEvent, Edition, Intake, User
from tests.actions.test_frozen import everything
from tests.factory import NOW, make_call, option, put, submit

BEGAN = NOW - timedelta(days=3, minutes=25)
ENDED = NOW - timedelta(days=3)
ZONE = ZoneInfo("America/Los_Angeles")


def enter(worker: User, began: datetime = BEGAN, ended: datetime = ENDED) -> Intake:
    return start_from_paper(actor=worker, began_at=began, ended_at=ended, at=NOW)


def test_it_has_the_times_of_then_and_runs_from_its_receipt(worker: User) -> None:
    intake = enter(worker)
    assert (intake.started_at, intake.ended_at, intake.from_paper_at) == (BEGAN, ENDED, NOW)
    assert (intake.status, intake.worker, intake.is_practice) == ("in_progress", worker, False)
    put(worker, intake, "decision.priority", option(worker.agency, "priority", "immediate"))
    sheet = worksheet.build(intake)
    due = datetime.fromisoformat(sheet.response_due_at)
    assert due == BEGAN + timedelta(hours=24)
    assert sheet.from_paper_at == NOW.isoformat(timespec="seconds")
    event = AuditEvent.objects.get(subject_id=intake.pk)
    assert (event.verb, event.at, event.actor, event.details) == (
        "intake.from_paper",
        NOW,
        worker,
        {},
    )
    assert event.sentence != event.verb


def test_a_submission_keeps_where_it_came_from(worker: User) -> None:
    intake = enter(worker)
    submission = submit(worker, intake)
    sheet = worksheet.from_json(submission.content.text)
    assert sheet.from_paper_at == NOW.isoformat(timespec="seconds")
    assert sheet.ended_at == ENDED.isoformat(timespec="seconds")
    assert intake.ended_at == ENDED


def test_its_reference_is_of_the_agency_s_year_then(worker: User) -> None:
    """In Los Angeles it was still 2025 when the call began."""
    at = datetime(2026, 1, 3, 12, tzinfo=UTC)
    began = datetime(2026, 1, 1, 7, 50, tzinfo=UTC)
    one = start_from_paper(
        actor=worker, began_at=began, ended_at=began + timedelta(minutes=20), at=at
    )
    assert one.reference == "25-000001"
    assert make_call(worker, at=at).reference == "26-000001"
    after = start_from_paper(
        actor=worker, began_at=at - timedelta(hours=1), ended_at=at - timedelta(minutes=9), at=at
    )
    assert after.reference == "26-000002"


def test_it_has_the_questions_that_were_live_then(worker: User) -> None:
    first = Edition.objects.get(agency=worker.agency)
    second = question_sets.copy_edition(source=first, agency=worker.agency, at=NOW)
    Edition.objects.filter(pk=second.pk).update(status="live", live_from=NOW - timedelta(days=1))
    Edition.objects.filter(pk=first.pk).update(status="retired")
    draft = question_sets.copy_edition(source=first, agency=worker.agency, at=NOW)
    assert enter(worker).edition == first  # retired since
    yesterday = NOW - timedelta(hours=20)
    assert enter(worker, yesterday, yesterday + timedelta(minutes=1)).edition == second
    assert draft.status == "draft"


def test_before_any_questions_were_live_those_of_now_have_to_do(worker: User) -> None:
    first = Edition.objects.get(agency=worker.agency)
    assert first.live_from is not None
    began = first.live_from - timedelta(days=1)
    one = start_from_paper(
        actor=worker, began_at=began, ended_at=began + timedelta(hours=1), at=first.live_from
    )
    assert one.edition == first


def test_without_any_questions_nothing_is_entered(worker: User) -> None:
    Edition.objects.filter(agency=worker.agency).update(status="retired")
    before, first = everything(), datetime(2025, 12, 31, tzinfo=UTC)
    with pytest.raises(NotPossibleNow, match="Keep the paper"):
        start_from_paper(
            actor=worker,
            began_at=first,
            ended_at=first + timedelta(hours=1),
            at=first + timedelta(days=2),
        )
    assert everything() == before


@pytest.mark.parametrize("who", ["supervisor", "administrator", "privacy"])
def test_only_who_takes_calls_enters_one(who: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    before = everything()
    with pytest.raises(NotAllowed):
        enter(user)
    assert everything() == before


@pytest.mark.parametrize(
    ("began", "ended", "field", "sentence"),
    [
        (NOW + timedelta(seconds=1), NOW + timedelta(minutes=5), "began", "later than now"),
        (NOW - timedelta(minutes=5), NOW + timedelta(seconds=1), "ended", "later than now"),
        (BEGAN, BEGAN, "ended", "ended after it began"),
        (ENDED, BEGAN, "ended", "ended after it began"),
        (BEGAN, BEGAN + timedelta(hours=24, seconds=1), "ended", "longer than a day"),
        (NOW - timedelta(days=30, seconds=1), BEGAN, "began", "more than 30 days"),
    ],
)
def test_times_that_cannot_be_are_refused(
    worker: User, began: datetime, ended: datetime, field: str, sentence: str
) -> None:
    before = everything()
    with pytest.raises(InvalidValue, match=sentence) as refused:
        enter(worker, began, ended)
    assert refused.value.field == field
    assert everything() == before


@pytest.mark.parametrize(
    ("began", "ended"),
    [
        (NOW - timedelta(days=30), NOW - timedelta(days=29)),
        (NOW - timedelta(seconds=1), NOW),
    ],
)
def test_the_furthest_times_are_taken(worker: User, began: datetime, ended: datetime) -> None:
    assert enter(worker, began, ended).ended_at == ended


def test_an_hour_that_came_twice_is_real_time(worker: User) -> None:
    """01:50 to 01:10 on the wall, twenty minutes in the world; both ends carry the same zone."""
    began = datetime(2026, 11, 1, 1, 50, tzinfo=ZONE, fold=0)
    ended = datetime(2026, 11, 1, 1, 10, tzinfo=ZONE, fold=1)
    at = datetime(2026, 11, 2, 12, tzinfo=ZONE)
    one = start_from_paper(actor=worker, began_at=began, ended_at=ended, at=at)
    one.refresh_from_db()
    assert one.ended_at is not None
    assert one.ended_at - one.started_at == timedelta(minutes=20)


def test_resuming_leaves_its_end(worker: User) -> None:
    intake = enter(worker)
    before = everything()
    calls.resume_call(actor=worker, intake_id=intake.pk, at=NOW)
    assert everything() == before  # there is nothing to take up
    calls.interrupt_call(actor=worker, intake_id=intake.pk, reason="dropped", at=NOW)
    calls.resume_call(actor=worker, intake_id=intake.pk, at=NOW)
    calls.end_call(actor=worker, intake_id=intake.pk, at=NOW)
    intake.refresh_from_db()
    assert (intake.ended_at, intake.interrupted_at) == (ENDED, None)


def test_lists_sort_by_when_it_took_place(worker: User) -> None:
    later, earlier = make_call(worker, at=NOW), make_call(worker, at=BEGAN - timedelta(days=1))
    intake = enter(worker)
    assert list(Intake.objects.newest_first()) == [later, intake, earlier]


def test_who_was_told_then_was_told_on_that_day(worker: User) -> None:
    intake = enter(worker)  # began at 09:05 on the agency's wall, three days ago
    now = NOW.astimezone(ZONE)
    for clock, expected in (
        ("09:05", BEGAN),
        ("09:20", BEGAN + timedelta(minutes=15)),
        ("08:00", BEGAN + timedelta(hours=22, minutes=55)),  # the next morning
    ):
        told_at = parse_clock(clock, now=now, since=intake.started_at)
        assert told_at == expected
        dispatches.tell(
            actor=worker,
            intake_id=intake.pk,
            told="supervisor",
            who="Desk",
            how="",
            told_at=told_at,
            at=NOW,
        )
    assert parse_clock("", now=now, since=intake.started_at) is None


# The form: what the clock on the wall showed.

NEW_YORK, LORD_HOWE = ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")


def fill(zone: ZoneInfo = ZONE, **typed: str) -> FromPaperForm:
    form = FromPaperForm(
        {"began": "2026-03-02T09:05", "ended": "2026-03-02T09:30"} | typed, zone=zone
    )
    form.is_valid()
    return form


def test_the_clock_is_the_agency_s() -> None:
    for zone, hour in ((ZONE, 17), (NEW_YORK, 14)):
        assert fill(zone).cleaned_data["began_at"] == datetime(2026, 3, 2, hour, 5, tzinfo=UTC)


def test_a_time_that_was_skipped_is_told() -> None:
    form = fill(began="2026-03-08T02:30", ended="2026-03-08T03:10")
    assert form.errors == {
        "began": ["The clocks were set forward over this time: it was skipped that night. Mend it."]
    }


def test_a_time_that_came_twice_asks_which() -> None:
    began, ended = "2026-11-01T01:50", "2026-11-01T01:10"
    form = fill(began=began, ended=ended)
    assert set(form.errors) == {"began_hour", "ended_hour"}
    assert [one.name for one in form.visible()] == ["began", "began_hour", "ended", "ended_hour"]
    form = fill(began=began, ended=ended, began_hour="first", ended_hour="again")
    assert form.errors == {}
    assert form.cleaned_data["began_at"] == datetime(2026, 11, 1, 8, 50, tzinfo=UTC)
    assert form.cleaned_data["ended_at"] == datetime(2026, 11, 1, 9, 10, tzinfo=UTC)
    assert [one.name for one in fill().visible()] == ["began", "ended"]


@pytest.mark.parametrize(
    "typed",
    [
        *("", "x", "2026-13-01T10:00", "2026-02-30T10:00", "2026-03-02T25:00", "9:05"),
        *("0001-01-01T00:00", "9999-12-31T23:59", "1999-12-31T23:59", "2026-03-02T09:05Z"),
        *("\x00", "２０２６-03-02", "2026-03-02T09:05" * 99),
    ],
)
def test_what_is_no_time_is_told(typed: str) -> None:
    assert set(fill(began=typed).errors) == {"began"}


WALLS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31, 23, 59, 59))


@given(wall=WALLS, zone=st.sampled_from([ZONE, NEW_YORK, LORD_HOWE, ZoneInfo("Asia/Tokyo")]))
@example(wall=datetime(2026, 11, 1, 1, 30), zone=ZONE)
@example(wall=datetime(2026, 3, 8, 2, 30), zone=ZONE)
@example(wall=datetime(2026, 4, 5, 1, 45), zone=LORD_HOWE)  # half an hour comes twice there
def test_moments_are_those_at_which_the_clock_showed_it(wall: datetime, zone: ZoneInfo) -> None:
    found = moments(wall, zone)
    assert found == sorted(set(found))
    assert all(one.astimezone(zone).replace(tzinfo=None, fold=0) == wall for one in found)
    # Every moment shows some time: the one that it shows leads back to it.
    for shift in range(-180, 181, 30):
        near = wall.replace(tzinfo=UTC) - timedelta(minutes=shift)
        assert near in moments(near.astimezone(zone).replace(tzinfo=None, fold=0), zone)


@given(
    began=st.datetimes(NOW.replace(tzinfo=None) - timedelta(days=40), datetime(2026, 3, 4)),
    length=st.timedeltas(timedelta(hours=-30), timedelta(hours=30)),
    zone=st.sampled_from(["America/Los_Angeles", "Australia/Lord_Howe", "Asia/Tokyo"]),
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_times_are_taken_as_they_are_or_refused_in_a_sentence(
    worker: User, agency: Agency, began: datetime, length: timedelta, zone: str
) -> None:
    agency.time_zone = zone
    began, ended = (one.replace(second=0, microsecond=0) for one in (began, began + length))
    form = FromPaperForm(
        {"began": f"{began:%Y-%m-%dT%H:%M}", "ended": f"{ended:%Y-%m-%dT%H:%M}"},
        zone=agency.zone,
    )
    assume(form.is_valid())
    began_at, ended_at = form.cleaned_data["began_at"], form.cleaned_data["ended_at"]
    may_be = NOW - timedelta(
        days=30
    ) <= began_at < ended_at <= NOW and ended_at - began_at <= timedelta(days=1)
    count = Intake.objects.count()
    if not may_be:
        with pytest.raises(InvalidValue) as refused:
            start_from_paper(actor=worker, began_at=began_at, ended_at=ended_at, at=NOW)
        assert refused.value.field in ("began", "ended")
        assert Intake.objects.count() == count
        return
    intake = start_from_paper(actor=worker, began_at=began_at, ended_at=ended_at, at=NOW)
    intake.refresh_from_db()
    assert intake.started_at.astimezone(agency.zone).replace(tzinfo=None, fold=0) == began
    assert intake.ended_at == ended_at
