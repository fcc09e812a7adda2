"""What the addresses of a hand-over answer: pages, scripts, and who handed the call over."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intake.actions import calls
from intake.actions.hand_overs import answer_offer, offer_call
from intake.models import HandOver, Intake, Narrative, User
from tests.actions.test_frozen import everything
from tests.factory import NOW, make_call, put, submit

SCRIPT = {"Accept": "application/json"}


def hand_over(worker: User, call: Intake, colleague: User) -> HandOver:
    offered = offer_call(actor=worker, intake_id=call.pk, colleague_id=colleague.pk, at=NOW)
    answer_offer(actor=colleague, hand_over_id=offered.pk, answer="accepted", at=NOW)
    call.refresh_from_db()
    return offered


def state(client: Client, call: Intake) -> Any:
    return client.get(reverse("offers"), {"call": str(call.pk)}).json()["call"]


def save(client: Client, call: Intake) -> Any:
    body = {"field": "narrative.text", "text": "Late", "base": 0, "key": str(uuid.uuid4())}
    return client.post(
        reverse("call_save", args=[call.pk]), json.dumps(body), content_type="application/json"
    )


def test_the_plain_way_from_offer_to_call(
    as_worker: Client, worker: User, worker2: User, supervisor: User, call: Intake
) -> None:
    page = as_worker.get(reverse("call_hand_over", args=[call.pk])).content.decode()
    assert "Worker2 Example" in page
    assert "Supervisor Example" not in page
    form = {"colleague": str(worker2.pk)}
    done = as_worker.post(reverse("call_offer", args=[call.pk]), form, follow=True)
    assert "Offered to Worker2 Example at" in done.content.decode()
    assert 'data-state="offered"' in done.content.decode()
    withdraw = as_worker.get(reverse("call_hand_over", args=[call.pk])).content.decode()
    assert "Withdraw" in withdraw

    receiver = Client()
    receiver.force_login(worker2)
    listed = receiver.get(reverse("calls")).content.decode()
    assert f"Call {call.reference}</strong>, offered by Worker Example" in listed
    offered = HandOver.objects.get()
    answer = receiver.post(reverse("offer_answer", args=[offered.pk]), {"answer": "accepted"})
    assert answer["Location"] == reverse("call", args=[call.pk])
    assert receiver.get(answer["Location"]).status_code == 200
    assert "No call is offered to you." in receiver.get(reverse("calls")).content.decode()

    # The sender is led to the record, wherever the call was asked for.
    for name in ("call", "wrap_up", "call_read_back", "call_hand_over"):
        led = as_worker.get(reverse(name, args=[call.pk]), follow=True)
        assert led.redirect_chain == [(reverse("intake", args=[call.pk]), 302)], name
        assert "Handed over to Worker2 Example at" in led.content.decode()
    record = as_worker.get(reverse("intake", args=[call.pk])).content.decode()
    assert "Handed over by Worker Example to Worker2 Example" in record
    assert reverse("intake_copy_out", args=[call.pk]) not in record
    assert call.reference in as_worker.get(reverse("intakes")).content.decode()


def test_declining_and_withdrawing_the_plain_way(
    as_worker: Client, worker: User, worker2: User, call: Intake
) -> None:
    receiver = Client()
    receiver.force_login(worker2)
    offered = offer_call(actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=NOW)
    answer = reverse("offer_answer", args=[offered.pk])
    done = receiver.post(answer, {"answer": "declined"}, follow=True)
    assert f"You declined call {call.reference}" in done.content.decode()
    again = receiver.post(answer, {"answer": "accepted"}, follow=True)
    assert "already; it stayed with Worker Example." in again.content.decode()
    offer_call(actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=NOW)
    gone = as_worker.post(reverse("call_withdraw", args=[call.pk]), follow=True)
    assert gone.redirect_chain == [(reverse("call", args=[call.pk]), 302)]
    twice = as_worker.post(reverse("call_withdraw", args=[call.pk]), follow=True)
    assert "is not offered to anybody now" in twice.content.decode()


def test_scripts_are_told_the_state(
    as_worker: Client, worker: User, worker2: User, call: Intake
) -> None:
    offer, withdraw = (reverse(name, args=[call.pk]) for name in ("call_offer", "call_withdraw"))
    form = {"colleague": str(worker2.pk)}
    assert state(as_worker, call) == {"state": "mine", "sentence": ""}
    told = as_worker.post(offer, form, headers=SCRIPT)
    assert (told.status_code, told.json()["call"]["state"]) == (200, "offered")
    assert told.json()["call"]["sentence"].startswith("Offered to Worker2 Example at ")
    twice = as_worker.post(offer, form, headers=SCRIPT)
    assert (twice.status_code, twice.json()["call"]["state"]) == (409, "offered")
    assert "already" in twice.json()["error"]
    assert as_worker.post(withdraw, headers=SCRIPT).json()["call"]["state"] == "mine"
    refused = as_worker.post(offer, {"colleague": "x"}, headers=SCRIPT)
    assert (refused.status_code, refused.json()["call"]["state"]) == (409, "mine")
    assert refused.json()["error"].startswith("Choose a colleague")
    as_worker.post(offer, form, headers=SCRIPT)
    offered = HandOver.objects.standing().get()
    answer_offer(actor=worker2, hand_over_id=offered.pk, answer="declined", at=timezone.now())
    assert state(as_worker, call)["state"] == "declined"
    hand_over(worker, call, worker2)
    handed_over = state(as_worker, call)
    assert handed_over["state"] == "handed_over"
    assert handed_over["sentence"].startswith("Handed over to Worker2 Example at ")


def test_the_offers_are_polled_without_a_word_of_the_call(
    as_worker: Client, worker: User, worker2: User, call: Intake
) -> None:
    put(worker, call, "narrative.text", "Zebulon came home late.")
    offer_call(actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=NOW)
    assert as_worker.get(reverse("offers")).json() == {"offers": [], "call": None}
    receiver = Client()
    receiver.force_login(worker2)
    (row,) = receiver.get(reverse("offers")).json()["offers"]
    assert call.reference in row["html"]
    assert "Zebulon" not in row["html"]
    assert state(receiver, call) is None  # not the own one yet
    for page in ("calls", "intakes", "preferences"):
        html = receiver.get(reverse(page)).content.decode()
        assert "data-offer-count><strong>1</strong>" in html
    assert receiver.get(reverse("offers"), {"call": "x"}).json()["call"] is None
    # Asking is no view, and writes nothing.
    before = everything()
    with CaptureQueriesContext(connection) as captured:
        receiver.get(reverse("offers"))
    assert everything() == before
    assert len(captured) <= 4


def test_a_save_after_the_hand_over_says_so(
    as_worker: Client, worker: User, worker2: User, call: Intake, client: Client
) -> None:
    hand_over(worker, call, worker2)
    before = everything()
    refused = save(as_worker, call)
    assert (refused.status_code, refused.json()["reason"]) == (409, "handed_over")
    assert refused.json()["error"].startswith("Handed over to Worker2 Example at ")
    assert everything() == before
    # To anybody else there is no such call.
    other = make_call(worker2)
    assert save(as_worker, other).status_code == 404


def test_a_plain_form_after_the_hand_over_shows_what_was_typed(
    as_worker: Client, worker: User, worker2: User, call: Intake
) -> None:
    hand_over(worker, call, worker2)
    form = {"base:narrative.text": "0-0", "narrative.text": "Typed too late"}
    headers = {"Origin": "http://testserver"}
    for name in ("call_section", "call_submit"):
        answer = as_worker.post(reverse(name, args=[call.pk]), form, headers=headers)
        assert answer.status_code == 409, name
        page = answer.content.decode()
        assert "Typed too late" in page
        assert "Handed over to Worker2 Example at" in page
    for name in ("call_end", "call_interrupt", "call_resume", "call_offer", "call_withdraw"):
        answer = as_worker.post(reverse(name, args=[call.pk]))
        assert answer["Location"] == reverse("intake", args=[call.pk]), name
    assert Narrative.objects.get(intake=call).text == ""
    call.refresh_from_db()
    assert call.ended_at is None


def test_who_handed_over_reads_and_notes_nothing(
    as_worker: Client, worker: User, worker2: User, call: Intake
) -> None:
    put(worker, call, "reporter.name", "Quillfeather")
    hand_over(worker, call, worker2)
    submit(worker2, call)
    for name in ("intake", "intake_pdf", "intake_json", "intake_brief"):
        answer = as_worker.get(reverse(name, args=[call.pk]))
        assert answer.status_code == 200, name
        assert b"Quillfeather" not in answer.content
    for name in ("intake_dispatch", "intake_cross_reports", "intake_copy_out"):
        assert as_worker.get(reverse(name, args=[call.pk])).status_code == 404, name
    assert as_worker.post(reverse("intake_call_back", args=[call.pk])).status_code == 404


def test_dropped_calls_stand_first_with_number_and_time(
    as_worker: Client, worker: User, worker2: User
) -> None:
    plain, other, theirs = make_call(worker), make_call(worker), make_call(worker2)
    put(worker, plain, "reporter.phone", "555-0100")
    put(worker, plain, "reporter.callback_number", "555-0199")
    put(worker, other, "reporter.phone", "555-0142")
    put(worker2, theirs, "reporter.phone", "555-0177")
    since = timezone.now() - timedelta(minutes=12, seconds=4)
    for owner, one in ((worker, plain), (worker, other), (worker2, theirs)):
        calls.interrupt_call(actor=owner, intake_id=one.pk, reason="dropped", at=since)
    page = as_worker.get(reverse("calls")).content.decode()
    assert page.index("Dropped – to be resumed") < page.index("555-0199")
    assert ("555-0100" in page, "555-0142" in page, "555-0177" in page) == (False, True, False)
    assert 'data-seconds="724"' in page or 'data-seconds="725"' in page
    assert reverse("call_resume", args=[plain.pk]) in page
    done = as_worker.post(reverse("call_resume", args=[plain.pk]))
    assert done["Location"] == reverse("call", args=[plain.pk])
    assert "555-0199" not in as_worker.get(reverse("calls")).content.decode()


def test_dropped_calls_and_offers_take_no_more_queries(
    as_worker: Client, worker: User, worker2: User
) -> None:
    def take(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_worker.get(reverse(address)).status_code == 200
        return len(captured)

    def drop_and_offer() -> None:
        dropped, offered = make_call(worker), make_call(worker2)
        put(worker, dropped, "reporter.phone", "555-0100")
        calls.interrupt_call(actor=worker, intake_id=dropped.pk, reason="dropped", at=NOW)
        offer_call(actor=worker2, intake_id=offered.pk, colleague_id=worker.pk, at=NOW)

    drop_and_offer()
    few = [take(name) for name in ("calls", "offers")]
    for _ in range(4):
        drop_and_offer()
    assert [take(name) for name in ("calls", "offers")] == few


@pytest.mark.parametrize("who", ["worker2", "stranger", "supervisor"])
def test_others_learn_nothing_of_a_call(
    client: Client, call: Intake, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    client.force_login(user)
    answer = client.get(reverse("offers"), {"call": str(call.pk)})
    if who == "supervisor":
        assert answer.status_code == 404
    else:
        assert answer.json() == {"offers": [], "call": None}
