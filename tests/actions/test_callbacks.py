"""Calling back from a record: a new call, linked, with name and numbers sealed anew."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from intake import permissions, worksheet
from intake.actions import calls, reviews
from intake.actions.callbacks import start_callback
from intake.actions.hand_overs import answer_offer, offer_call
from intake.errors import NotPossibleNow
from intake.models import AuditEvent, Intake, Reporter, User
from tests.actions.test_frozen import everything
from tests.factory import NOW, make_call, put, submit

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def record(worker: User, call: Intake) -> Intake:
    """A submitted intake of the worker, whose caller left name, numbers and more."""
    for column, text in (
        ("name", "Ines Caller"),
        ("phone", "555-0100"),
        ("callback_number", "555-0199"),
        ("address", "Mill Lane 4"),
        ("kind", "mandated"),
    ):
        put(worker, call, f"reporter.{column}", text)
    submit(worker, call)
    return call


def test_name_and_numbers_are_copied_sealed_anew(worker: User, record: Intake) -> None:
    before = Reporter.objects.filter(intake=record).values().get()
    callback = start_callback(actor=worker, intake_id=record.pk, at=LATER)
    assert (callback.calls_back, callback.worker, callback.status) == (
        record,
        worker,
        "in_progress",
    )
    assert callback.started_at == LATER
    party = Reporter.objects.get(intake=callback)
    copied = {column: party.read(column) for column in Reporter.SEALED}
    assert {column: text for column, text in copied.items() if text} == {
        "name": "Ines Caller",
        "phone": "555-0100",
        "callback_number": "555-0199",
    }
    assert party.kind == ""
    after = Reporter.objects.filter(intake=callback).values().get()
    assert after["phone"] is not None
    assert before["phone"] is not None
    assert bytes(after["phone"]) != bytes(before["phone"])
    assert Reporter.objects.filter(intake=record).values().get() == before
    put(worker, callback, "reporter.phone", "555-0101", base=1)  # an earlier text is kept of it
    assert worksheet.build(callback).calls_back == record.reference


def test_it_is_audited_with_ids_alone(worker: User, record: Intake) -> None:
    callback = start_callback(actor=worker, intake_id=record.pk, at=LATER)
    events = {one.verb: one for one in AuditEvent.objects.filter(at=LATER)}
    assert events.keys() == {"intake.started", "intake.called_back", "reporter.copied"}
    assert events["reporter.copied"].details == {"to": str(callback.pk)}
    assert events["intake.called_back"].details == {"callback": str(callback.pk)}
    assert events["reporter.copied"].subject_id == record.pk


def test_who_left_nothing_is_called_back_too(worker: User, call: Intake) -> None:
    submit(worker, call)
    callback = start_callback(actor=worker, intake_id=call.pk, at=LATER)
    assert not Reporter.objects.filter(intake=callback).exists()
    assert not AuditEvent.objects.filter(verb="reporter.copied").exists()


@pytest.mark.parametrize("state", ["open", "dropped", "closed"])
def test_before_its_submission_there_is_no_callback(worker: User, call: Intake, state: str) -> None:
    if state == "dropped":
        calls.interrupt_call(actor=worker, intake_id=call.pk, reason="dropped", at=NOW)
    if state == "closed":
        calls.close_no_report(actor=worker, intake_id=call.pk, reason="hung_up", at=NOW)
    before = everything()
    with pytest.raises(NotPossibleNow, match="was not submitted"):
        start_callback(actor=worker, intake_id=call.pk, at=LATER)
    assert everything() == before


def test_in_review_approved_and_returned_there_is(
    worker: User, supervisor: User, record: Intake
) -> None:
    reviews.claim_intake(actor=supervisor, intake_id=record.pk, at=NOW)
    start_callback(actor=worker, intake_id=record.pk, at=LATER)
    reviews.approve_intake(actor=supervisor, intake_id=record.pk, at=NOW)
    start_callback(actor=worker, intake_id=record.pk, at=LATER)
    assert record.callbacks.count() == 2


@pytest.mark.parametrize("who", ["worker2", "supervisor", "administrator", "privacy", "stranger"])
def test_nobody_else_calls_back(record: Intake, who: str, request: pytest.FixtureRequest) -> None:
    other = request.getfixturevalue(who)
    before = everything()
    with pytest.raises(Intake.DoesNotExist):
        start_callback(actor=other, intake_id=record.pk, at=LATER)
    assert not permissions.can_call_back(other, record)
    assert everything() == before


def test_who_handed_the_call_over_does_not_copy_the_reporting_party(
    worker: User, worker2: User, call: Intake
) -> None:
    put(worker, call, "reporter.phone", "555-0100")
    offered = offer_call(actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=NOW)
    answer_offer(actor=worker2, hand_over_id=offered.pk, answer="accepted", at=NOW)
    submit(worker2, call)
    with pytest.raises(Intake.DoesNotExist):
        start_callback(actor=worker, intake_id=call.pk, at=LATER)
    start_callback(actor=worker2, intake_id=call.pk, at=LATER)


def test_practice_calls_nobody_back(worker: User) -> None:
    call = calls.start_call(actor=worker, at=NOW, is_practice=True)
    Intake.objects.filter(pk=call.pk).update(submitted_at=NOW)
    with pytest.raises(Intake.DoesNotExist):
        start_callback(actor=worker, intake_id=call.pk, at=LATER)


def test_both_records_and_their_copies_name_the_other(
    as_worker: Client, worker: User, record: Intake
) -> None:
    page = as_worker.get(reverse("intake", args=[record.pk])).content.decode()
    assert "Call back</button>" in page
    assert "555-0199" not in page
    answer = as_worker.post(reverse("intake_call_back", args=[record.pk]))
    callback = Intake.objects.get(calls_back=record)
    assert answer["Location"] == reverse("call", args=[callback.pk])
    screen = " ".join(as_worker.get(answer["Location"]).content.decode().split())
    assert f'Calls back <a href="/intakes/{record.pk}/">{record.reference}</a>' in screen
    assert "number to call: <strong>555-0199</strong>" in screen

    submit(worker, callback)
    first = as_worker.get(reverse("intake", args=[record.pk])).content.decode()
    assert f'Called back in <a href="/intakes/{callback.pk}/">{callback.reference}</a>' in first
    second = as_worker.get(reverse("intake", args=[callback.pk])).content.decode()
    assert f'Calls back <a href="/intakes/{record.pk}/">{record.reference}</a>' in second
    data = as_worker.get(reverse("intake_json", args=[callback.pk])).json()
    assert (data["schema_version"], data["calls_back"]) == (3, record.reference)
    pdf = as_worker.get(reverse("intake_pdf", args=[callback.pk])).content
    words = " ".join(" ".join(one.extract_text() for one in PdfReader(BytesIO(pdf)).pages).split())
    assert f"Calls back {record.reference}" in words


def test_a_colleague_reads_the_reference_without_the_link(
    client: Client, worker: User, worker2: User, record: Intake
) -> None:
    callback = start_callback(actor=worker, intake_id=record.pk, at=LATER)
    offered = offer_call(actor=worker, intake_id=callback.pk, colleague_id=worker2.pk, at=LATER)
    answer_offer(actor=worker2, hand_over_id=offered.pk, answer="accepted", at=LATER)
    client.force_login(worker2)
    screen = client.get(reverse("call", args=[callback.pk])).content.decode()
    assert f"Calls back {record.reference}" in screen
    assert str(record.pk) not in screen


def test_a_record_has_no_button_for_who_may_not(
    client: Client, supervisor: User, record: Intake
) -> None:
    client.force_login(supervisor)
    for intake in (record, make_call(record.worker)):
        page = client.get(reverse("intake", args=[intake.pk])).content.decode()
        assert "Call back</button>" not in page
