"""Telling and acknowledging: at any moment, by who may, once, and never for no report."""

import uuid
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intake import worksheet
from intake.actions import calls, dispatches, reviews
from intake.errors import InvalidValue, NotPossibleNow
from intake.forms.clocks import parse_clock
from intake.models import AuditEvent, Dispatch, Intake, User
from tests.actions.test_frozen import everything
from tests.factory import NOW, make_call, put, submit


def tell(actor: User, call: Intake, **about: str) -> Dispatch:
    given = {"told": "law_enforcement", "who": "Deputy Ruiz", "how": "Telephone"} | about
    return dispatches.tell(actor=actor, intake_id=call.pk, at=NOW, **given)  # type: ignore[arg-type]


def test_who_was_told_is_a_fact_with_its_time(worker: User, call: Intake) -> None:
    dispatch = tell(worker, call)
    assert (dispatch.told_at, dispatch.told_by, dispatch.who) == (NOW, worker, "Deputy Ruiz")
    event = AuditEvent.objects.get(verb="dispatch.told")
    assert event.details == {"told": "law_enforcement", "dispatch": str(dispatch.pk)}
    assert "Ruiz" not in str(event.details)


def test_it_is_possible_after_submission_and_approval(
    worker: User, supervisor: User, call: Intake
) -> None:
    submit(worker, call)
    tell(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    dispatch = tell(supervisor, call, told="tribe")
    dispatches.acknowledge(
        actor=worker, intake_id=call.pk, dispatch_id=dispatch.pk, by="Tribal office", at=NOW
    )
    assert Dispatch.objects.filter(acknowledged_at__isnull=False).count() == 1


def test_the_first_acknowledgement_stands(worker: User, call: Intake) -> None:
    dispatch = tell(worker, call)

    def acknowledge(minutes: int, by: str) -> None:
        at = NOW + timedelta(minutes=minutes)
        dispatches.acknowledge(
            actor=worker, intake_id=call.pk, dispatch_id=dispatch.pk, by=by, at=at
        )

    with pytest.raises(InvalidValue, match="who acknowledged"):
        acknowledge(2, " ")
    acknowledge(3, "Ruiz")
    with pytest.raises(NotPossibleNow, match=r"acknowledged already at .* by Ruiz"):
        acknowledge(9, "Somebody else")
    dispatch.refresh_from_db()
    assert dispatch.acknowledged_at == NOW + timedelta(minutes=3)
    assert dispatch.acknowledged_by == "Ruiz"
    assert AuditEvent.objects.filter(verb="dispatch.acknowledged").count() == 1


def test_a_press_alone_notes_nothing(worker: User, call: Intake) -> None:
    before = everything()
    for about in ({"told": ""}, {"told": "x"}, {"who": "", "how": " "}):
        with pytest.raises(InvalidValue):
            tell(worker, call, **about)
    assert everything() == before


def test_the_same_note_twice_is_one(worker: User, call: Intake) -> None:
    key = uuid.uuid4()
    for _ in range(2):
        dispatches.tell(
            actor=worker,
            intake_id=call.pk,
            told="tribe",
            who="Desk",
            how="",
            key=key,
            at=NOW,
        )
    assert [one.pk for one in Dispatch.objects.all()] == [key]
    assert AuditEvent.objects.filter(verb="dispatch.told").count() == 1


def test_the_time_is_between_the_start_of_the_call_and_now(worker: User, call: Intake) -> None:
    def tell_at(told_at: datetime, at: datetime) -> Dispatch:
        return dispatches.tell(
            actor=worker,
            intake_id=call.pk,
            told="tribe",
            who="Desk",
            how="",
            told_at=told_at,
            at=at,
        )

    later = NOW + timedelta(minutes=9)
    assert tell_at(NOW + timedelta(minutes=4), later).told_at == NOW + timedelta(minutes=4)
    for wrong in (later + timedelta(minutes=1), NOW - timedelta(minutes=2)):
        with pytest.raises(InvalidValue, match="mend the time"):
            tell_at(wrong, later)
    assert Dispatch.objects.count() == 1


def test_what_was_noted_by_mistake_stays_and_counts_no_more(worker: User, call: Intake) -> None:
    put(worker, call, "call.danger_now", "yes")
    dispatch, other = tell(worker, call), tell(worker, call, told="tribe")

    def withdraw(one: Dispatch) -> None:
        dispatches.withdraw(actor=worker, intake_id=call.pk, dispatch_id=one.pk, at=NOW)

    withdraw(dispatch)
    withdraw(dispatch)  # twice is harmless
    dispatch.refresh_from_db()
    assert (dispatch.withdrawn_at, dispatch.withdrawn_by) == (NOW, worker)
    assert AuditEvent.objects.filter(verb="dispatch.withdrawn").count() == 1
    with pytest.raises(NotPossibleNow, match="by mistake"):
        dispatches.acknowledge(
            actor=worker, intake_id=call.pk, dispatch_id=dispatch.pk, by="x", at=NOW
        )
    dispatches.acknowledge(actor=worker, intake_id=call.pk, dispatch_id=other.pk, by="Desk", at=NOW)
    with pytest.raises(NotPossibleNow, match="no mistake"):
        withdraw(other)
    sheet = worksheet.build(call)
    assert [bool(one.withdrawn_at) for one in sheet.dispatches].count(True) == 1
    assert [one.told for one in sheet.told] == ["tribe"]


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    clock=st.times(),
    zone=st.sampled_from(["America/Los_Angeles", "Pacific/Auckland", "UTC"]),
)
@settings(deadline=None)  # the search minute by minute takes its time on a busy machine
@example(datetime(2026, 11, 1, 10, 10, tzinfo=UTC), time(1, 25), "America/Los_Angeles")
@example(datetime(2026, 11, 1, 9, 10, tzinfo=UTC), time(1, 50), "America/Los_Angeles")
@example(datetime(2026, 3, 8, 12, 0, tzinfo=UTC), time(2, 30), "America/Los_Angeles")
def test_a_clock_s_time_is_the_latest_one_up_to_now(
    moment: datetime, clock: time, zone: str
) -> None:
    there = ZoneInfo(zone)
    then = parse_clock(clock.strftime("%H:%M"), now=moment.astimezone(there))
    assert then is not None
    # Minute by minute back from now, on a clock that knows nothing of folds.
    shown = moment.replace(second=0, microsecond=0)
    while shown.astimezone(there).strftime("%H:%M") != clock.strftime("%H:%M"):
        shown -= timedelta(minutes=1)
    assert then.astimezone(UTC) == shown
    assert parse_clock(" ", now=moment.astimezone(there)) is None


def test_what_is_no_time_is_refused() -> None:
    for text in ("25:00", "soon", "7", "01:25+09:00", "T0125"):
        with pytest.raises(InvalidValue):
            parse_clock(text, now=NOW)


@pytest.mark.parametrize("who", ["worker2", "administrator", "privacy", "stranger"])
def test_others_change_nothing(call: Intake, who: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    before = everything()
    with pytest.raises(Intake.DoesNotExist):
        tell(user, call)
    with pytest.raises(Intake.DoesNotExist):
        dispatches.acknowledge(
            actor=user, intake_id=call.pk, dispatch_id=uuid.uuid4(), by="", at=NOW
        )
    assert everything() == before


def test_a_call_that_is_no_report_tells_nobody(worker: User, call: Intake) -> None:
    calls.close_no_report(actor=worker, intake_id=call.pk, reason="information", at=NOW)
    with pytest.raises(NotPossibleNow, match="closed as no report"):
        tell(worker, call)


def test_bad_input_is_refused_in_a_sentence(worker: User, call: Intake) -> None:
    for about in ({"told": "everybody"}, {"who": "x" * 501}):
        with pytest.raises(InvalidValue):
            tell(worker, call, **about)
    other = tell(worker, make_call(worker))
    with pytest.raises(Dispatch.DoesNotExist):
        dispatches.acknowledge(actor=worker, intake_id=call.pk, dispatch_id=other.pk, by="", at=NOW)
    assert not Dispatch.objects.filter(intake=call).exists()


def in_danger() -> set[str]:
    return {one.reference for one in Intake.objects.in_danger()}


def test_who_is_in_danger(worker: User, supervisor: User) -> None:
    """Open calls, and those of which nobody acknowledged; practice and approved ones never."""
    call, quiet = make_call(worker), make_call(worker)
    practice = calls.start_call(actor=worker, at=NOW, is_practice=True)
    for one in (call, practice):
        put(worker, one, "call.danger_now", "yes")
    put(worker, quiet, "call.danger_now", "no")
    assert in_danger() == {call.reference}
    dispatch = tell(worker, call)
    dispatches.acknowledge(
        actor=worker, intake_id=call.pk, dispatch_id=dispatch.pk, by="Desk", at=NOW
    )
    assert in_danger() == {call.reference}  # it is still going on
    Intake.objects.filter(pk=call.pk).update(status="submitted", submitted_at=NOW)
    assert in_danger() == set()
    Dispatch.objects.update(acknowledged_at=None)
    assert in_danger() == {call.reference}
    Intake.objects.filter(pk=call.pk).update(status="approved")
    assert in_danger() == set()
