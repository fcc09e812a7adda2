"""One page writes a call, the others look on; nobody's text goes behind another page's back."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from intake.actions.pages import GONE, Held, hold_call, leave_call
from intake.actions.saves import save_field
from intake.errors import HeldElsewhere, InvalidValue
from intake.fields import Save, parse_name
from intake.models import CallPage, Intake, Narrative, User
from tests.factory import NOW, make_call

FIRST, SECOND = uuid.uuid4(), uuid.uuid4()


def hold(worker: User, call: Intake, page: uuid.UUID, seconds: float = 0, **more: object) -> Held:
    at = NOW + timedelta(seconds=seconds)
    return hold_call(actor=worker, intake_id=call.pk, page=page, at=at, **more)  # type: ignore[arg-type]


def write(worker: User, call: Intake, page: uuid.UUID | None, text: str, base: int = 0) -> int:
    save = Save(parse_name("narrative.text"), base=base, key=uuid.uuid4(), text=text, page=page)
    return save_field(actor=worker, intake_id=call.pk, save=save, at=NOW).revision


def test_the_first_page_writes_and_the_second_looks_on(worker: User, call: Intake) -> None:
    assert hold(worker, call, FIRST) == Held(True, None, None, 0, False)
    second = hold(worker, call, SECOND, 20)
    assert second == Held(False, NOW, NOW, 1, False)
    assert hold(worker, call, FIRST, 30) == Held(True, None, None, 1, False)
    assert write(worker, call, FIRST, "First") == 1
    with pytest.raises(HeldElsewhere) as refusal:
        write(worker, call, SECOND, "Second", base=1)
    assert "take over" in refusal.value.sentence
    assert Narrative.objects.get().text == "First"


def test_taking_over_turns_it_round(worker: User, call: Intake) -> None:
    hold(worker, call, FIRST)
    assert hold(worker, call, SECOND, 5, takes_over=True).is_held
    assert not hold(worker, call, FIRST, 6).is_held
    with pytest.raises(HeldElsewhere):
        write(worker, call, FIRST, "First")
    assert write(worker, call, SECOND, "Second") == 1


def test_a_page_that_is_not_heard_of_is_gone(worker: User, call: Intake) -> None:
    hold(worker, call, FIRST)
    seconds = GONE.total_seconds()
    assert not hold(worker, call, SECOND, seconds).is_held
    # One that looks on leaves it to its worker: the other may be typing without a network.
    assert not hold(worker, call, SECOND, seconds + 1).is_held
    assert hold(worker, call, uuid.uuid4(), seconds + 1) == Held(True, None, None, 1, False)
    assert not hold(worker, call, FIRST, seconds + 2).is_held


def test_a_page_that_writes_again_is_told_that_others_may_have(worker: User, call: Intake) -> None:
    hold(worker, call, FIRST)
    hold(worker, call, SECOND, GONE.total_seconds() + 1)
    leave_call(actor=worker, intake_id=call.pk, page=SECOND)
    back = hold(worker, call, FIRST, GONE.total_seconds() + 2)
    assert (back.is_held, back.is_regained) == (True, True)
    assert not hold(worker, call, FIRST, GONE.total_seconds() + 3).is_regained


def test_a_page_stands_in_for_those_that_are_known_to_be_gone(worker: User, call: Intake) -> None:
    hold(worker, call, FIRST)
    assert hold(worker, call, SECOND, 1, instead=frozenset({FIRST})).is_held


def test_a_page_that_leaves_frees_the_call(worker: User, call: Intake) -> None:
    hold(worker, call, FIRST)
    leave_call(actor=worker, intake_id=call.pk, page=FIRST)
    call.refresh_from_db()
    assert call.holder is None
    assert not CallPage.objects.exists()
    assert hold(worker, call, SECOND, 1).is_held
    leave_call(actor=worker, intake_id=call.pk, page=FIRST)  # again: nothing
    assert hold(worker, call, SECOND, 2).is_held


def test_a_form_without_a_page_and_a_call_without_a_holder_are_taken(
    worker: User, call: Intake
) -> None:
    assert write(worker, call, FIRST, "Before it holds") == 1
    hold(worker, call, SECOND)
    assert write(worker, call, None, "Plain form", base=1) == 2


def test_the_key_of_another_calls_page_is_refused(worker: User, call: Intake) -> None:
    hold(worker, call, FIRST)
    other = make_call(worker)
    with pytest.raises(InvalidValue):
        hold(worker, other, FIRST)
    other.refresh_from_db()
    assert other.holder is None


def test_pages_of_long_ago_are_forgotten(worker: User, call: Intake) -> None:
    hold(worker, call, FIRST)
    hold(worker, call, SECOND, 25 * 3600)
    assert [one.pk for one in CallPage.objects.all()] == [SECOND]


def test_others_hold_nothing(worker2: User, stranger: User, call: Intake) -> None:
    for somebody in (worker2, stranger):
        with pytest.raises(Intake.DoesNotExist):
            hold(somebody, call, FIRST)
        with pytest.raises(Intake.DoesNotExist):
            leave_call(actor=somebody, intake_id=call.pk, page=FIRST)


def test_the_address_tells_a_page_where_it_stands(as_worker: Client, call: Intake) -> None:
    url = reverse("call_hold", args=[call.pk])
    assert as_worker.post(url, {"page": "x"}).status_code == 400
    first = as_worker.post(url, {"page": str(FIRST)}).json()
    quiet = {"asked": False, "near": False, "html": ""}
    alone = {"held": True, "since": "", "seen": 0, "others": 0, "regained": False}
    assert first == alone | {"assist": quiet}
    second = as_worker.post(url, {"page": str(SECOND)}).json()
    assert (second["held"], second["others"], len(second["since"])) == (False, 1, 5)
    gone = {"page": str(SECOND), "instead": ["x"]}
    assert as_worker.post(url, gone).status_code == 400
    assert as_worker.post(url, {"page": str(FIRST), "leave": "yes"}).status_code == 204
    assert as_worker.post(url, {"page": str(SECOND)}).json()["held"]


def test_a_save_from_a_page_that_looks_on_is_answered_in_words(
    as_worker: Client, worker: User, call: Intake
) -> None:
    hold(worker, call, FIRST)
    body = {"field": "narrative.text", "text": "x", "base": 0, "key": str(uuid.uuid4())}
    body["page"] = str(SECOND)
    url = reverse("call_save", args=[call.pk])
    answer = as_worker.post(url, body, content_type="application/json")
    assert (answer.status_code, answer.json()["reason"]) == (409, "elsewhere")
    body["page"] = "x"
    assert as_worker.post(url, body, content_type="application/json").status_code == 400
    assert Narrative.objects.get().text == ""
