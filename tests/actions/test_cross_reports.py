"""Cross-reports: their clocks, the log of sending, and who may learn who reported."""

import uuid
from datetime import timedelta

import pytest

from intake import worksheet
from intake.actions import cross_reports
from intake.actions.reporting_party import disclose_reporter
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import (
    AuditEvent,
    CrossReportRule,
    CrossReportSending,
    Intake,
    ResponseOption,
    User,
)
from intake.worksheet import CrossReportView
from tests.actions.test_frozen import everything
from tests.factory import NOW, make_call, option, put, submit

LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def police(call: Intake) -> uuid.UUID:
    """The recipient that physical abuse has to be reported to."""
    return uuid.UUID(option(call.agency, "cross_report", "law_enforcement"))


def abuse(worker: User, call: Intake) -> None:
    put(worker, call, f"concern.{uuid.uuid4()}.type", "physical_abuse")


def view(call: Intake, key: str = "law_enforcement") -> CrossReportView:
    return next(one for one in worksheet.build_cross_reports(call) if one.key == key)


def send(worker: User, call: Intake, recipient: uuid.UUID, **about: object) -> CrossReportSending:
    given = {"method": "Telephone", "to_whom": "Desk", "is_written": False, "at": LATER} | about
    return cross_reports.note_sending(
        actor=worker,
        intake_id=call.pk,
        recipient_id=recipient,
        **given,  # type: ignore[arg-type]
    )


def test_clocks_run_while_it_is_to_be_made(worker: User, call: Intake, police: uuid.UUID) -> None:
    assert (view(call).first_due, view(call).written_due) == ("", "")  # neither due nor decided
    put(worker, call, f"cross_report.{police}.decided", "yes")
    assert view(call).first_due
    assert view(call).written_due  # decided, though the table does not ask
    put(worker, call, f"cross_report.{police}.decided", "", base=1)
    abuse(worker, call)
    assert view(call).is_due
    assert view(call).first_due
    put(worker, call, f"cross_report.{police}.decided", "no", base=2)
    assert (view(call).first_due, view(call).written_due) == ("", "")  # never overdue


def test_a_sending_stops_its_clock_until_it_is_taken_back(
    worker: User, call: Intake, police: uuid.UUID
) -> None:
    abuse(worker, call)
    first = send(worker, call, police)
    assert (view(call).first_due, bool(view(call).written_due)) == ("", True)
    written = send(worker, call, police, is_written=True)
    assert view(call).written_due == ""

    for one in (written, written, first):  # twice is harmless
        cross_reports.withdraw_sending(actor=worker, intake_id=call.pk, sending_id=one.pk, at=LATER)
    assert view(call).written_due
    assert view(call).first_due
    assert [bool(one.withdrawn_at) for one in view(call).sendings] == [True, True]
    events = AuditEvent.objects.filter(verb="cross_report.withdrawn")
    assert {event.details["sending"] for event in events} == {str(first.pk), str(written.pk)}
    assert events.count() == 2


def test_a_sending_has_its_own_time_and_is_noted_once(
    worker: User, call: Intake, police: uuid.UUID
) -> None:
    key, when = uuid.uuid4(), NOW + timedelta(minutes=10)
    one = send(worker, call, police, sent_at=when, key=key)
    assert (one.sent_at, send(worker, call, police, key=key).pk) == (when, one.pk)
    for wrong in (NOW - timedelta(minutes=2), LATER + timedelta(minutes=1)):
        with pytest.raises(InvalidValue, match="mend the time"):
            send(worker, call, police, sent_at=wrong)
    assert CrossReportSending.objects.count() == 1


def test_who_reported_goes_only_where_a_report_goes(
    worker: User, call: Intake, police: uuid.UUID
) -> None:
    def disclose() -> uuid.UUID:
        return disclose_reporter(
            actor=worker,
            intake_id=call.pk,
            recipient_id=police,
            purpose="investigates",
            at=LATER,
        )

    before = everything()
    with pytest.raises(NotPossibleNow, match="Decide first"):
        disclose()
    assert everything() == before
    put(worker, call, f"cross_report.{police}.decided", "yes")
    copy = disclose()
    (made,) = worksheet.build_disclosures(call)
    assert (made.recipient, made.by, made.copy) == (
        "law_enforcement",
        worker.display_name,
        str(copy),
    )


@pytest.mark.parametrize("who", ["worker2", "administrator", "privacy", "stranger"])
def test_others_take_nothing_back(
    worker: User, call: Intake, police: uuid.UUID, who: str, request: pytest.FixtureRequest
) -> None:
    sending = send(worker, call, police)
    user = request.getfixturevalue(who)
    before = everything()
    with pytest.raises(Intake.DoesNotExist):
        cross_reports.withdraw_sending(
            actor=user, intake_id=call.pk, sending_id=sending.pk, at=LATER
        )
    assert everything() == before


def test_a_submitted_report_keeps_its_laws_and_deadlines(
    worker: User, call: Intake, police: uuid.UUID
) -> None:
    abuse(worker, call)
    submit(worker, call)
    call.refresh_from_db()
    before = view(call)
    other = make_call(worker)
    abuse(worker, other)
    ResponseOption.objects.filter(pk=police).update(deadline_hours=1, written_hours=900)
    CrossReportRule.objects.filter(agency=call.agency).update(is_active=False)
    assert view(call) == before and before.is_due and before.first_due
    assert not view(other).is_due  # open: by the table as it is now
    assert view(other).written_due_at > before.written_due_at
