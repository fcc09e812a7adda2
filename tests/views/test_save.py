"""The save endpoint: every request gets its status, and wrong ones change nothing."""

import json
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from intake.models import Answer, FieldRevision, Intake, Narrative, User
from tests.factory import NOW, core_prompt, option, put, submit


def post(client: Client, call: Intake, body: Any, **about: Any) -> tuple[int, dict[str, Any]]:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    response = client.post(
        reverse("call_save", args=[call.pk]), data, content_type="application/json", **about
    )
    return response.status_code, response.json() if response.content else {}


def a_save(**about: Any) -> dict[str, Any]:
    return {"field": "narrative.text", "text": "Hello", "base": 0, "key": str(uuid.uuid4())} | about


def text_of(call: Intake) -> str:
    return Narrative.objects.get(intake=call).text


def test_a_save_is_acknowledged(as_worker: Client, call: Intake) -> None:
    status, answer = post(as_worker, call, a_save())
    assert (status, answer["field"], answer["revision"]) == (200, "narrative.text", 1)
    assert answer["clock"].count(":") == 2
    assert text_of(call) == "Hello"


def test_nul_and_lone_surrogates_are_replaced(as_worker: Client, call: Intake) -> None:
    body = '{"field":"narrative.text","text":"a\\u0000b\\ud800c\\r\\n","base":0,"key":"%s"}'
    status, _ = post(as_worker, call, body % uuid.uuid4())
    assert status == 200
    assert text_of(call) == "a\ufffdb\ufffdc\n"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (a_save(text=None), 400),
        (a_save(text=5), 400),
        (a_save(splice={"start": 0, "delete": 0, "insert": "x"}), 400),
        (a_save(text=None, splice=[]), 400),
        (a_save(text=None, splice={"start": -1, "delete": 0, "insert": "x"}), 400),
        (a_save(text=None, splice={"start": 0, "delete": 0, "insert": "x", "sha256": 1}), 400),
        (a_save(base="0"), 400),
        (a_save(base=-1), 400),
        (a_save(base=True), 400),
        (a_save(key="x"), 400),
        (a_save(row=[]), 400),
        (a_save(row={"role": 1}), 400),
        (a_save(field=3), 400),
        (a_save(field="call.status"), 404),
        (a_save(field="narrative.saves"), 404),
        (a_save(field=f"answer.{uuid.uuid4()}.text"), 404),
        (a_save(field="call.danger_now"), 422),
        (a_save(text="x" * 200_001), 422),
        (a_save(text="x" * 530_000), 413),
    ],
)
def test_a_bad_save_changes_nothing(
    as_worker: Client, call: Intake, body: Any, status: int
) -> None:
    answered, answer = post(as_worker, call, body)
    assert answered == status
    assert answer["error"].endswith(".")
    assert text_of(call) == ""


def test_a_stale_save_gets_the_stored_text(as_worker: Client, worker: User, call: Intake) -> None:
    put(worker, call, "narrative.text", "Theirs")
    status, answer = post(as_worker, call, a_save())
    assert (status, answer["reason"], answer["text"]) == (409, "stale", "Theirs")


def test_a_frozen_intake_says_so(as_worker: Client, worker: User, call: Intake) -> None:
    submit(worker, call)
    status, answer = post(as_worker, call, a_save())
    assert (status, answer["reason"]) == (409, "state")
    assert "submitted" in answer["error"]


def test_a_script_without_a_session_gets_json(client: Client, call: Intake) -> None:
    status, answer = post(client, call, a_save())
    assert (status, answer["reason"]) == (401, "signed_out")


def test_a_script_without_a_token_gets_json(worker: User, call: Intake) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(worker)
    status, answer = post(client, call, a_save())
    assert (status, answer["reason"]) == (403, "csrf")
    assert client.post(reverse("call_end", args=[call.pk])).status_code == 403
    assert text_of(call) == ""


def test_others_calls_are_not_there(
    client: Client, call: Intake, worker2: User, stranger: User
) -> None:
    for user in (worker2, stranger):
        client.force_login(user)
        assert post(client, call, a_save())[0] == 404
    assert text_of(call) == ""


def test_only_post_saves(as_worker: Client, call: Intake) -> None:
    assert as_worker.get(reverse("call_save", args=[call.pk])).status_code == 405


def queries_of(client: Client, call: Intake, body: dict[str, Any]) -> list[str]:
    """The statements of one save besides those that begin and end a transaction."""
    with CaptureQueriesContext(connection) as captured:
        status, answer = post(client, call, body)
    assert status == 200, answer
    words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT 1")
    return [one["sql"] for one in captured if not one["sql"].startswith(words)]


def test_a_save_takes_six_queries_at_most(as_worker: Client, worker: User, call: Intake) -> None:
    name = f"answer.{core_prompt(call).pk}.text"
    post(as_worker, call, a_save(field=name, text="warm"))
    for base, text in ((1, "warm again"), (2, "x" * 90), (3, "")):
        queries = queries_of(as_worker, call, a_save(field=name, text=text, base=base))
        assert len(queries) <= 6, queries
    assert Answer.objects.get(intake=call).text == ""


def test_a_first_save_takes_six_queries_at_most(as_worker: Client, call: Intake) -> None:
    """Of a field or row that was not there before, and of one that names another record."""
    assert as_worker.get(reverse("csrf")).status_code == 200  # a warm session
    person, concern, heard = (uuid.uuid4() for _ in range(3))
    note = {"factor": "social_connections", "side": "worry"}
    choice = option(call.agency, "screening", "in_person")
    for field, text, row in (
        ("narrative.text", "First", {}),
        ("call.danger_now", "no", {}),
        (f"answer.{core_prompt(call).pk}.text", "First", {}),
        (f"answer.{core_prompt(call, side='working_well').pk}.status", "unknown", {}),
        (f"person.{person}.age", "7", {"role": "child"}),
        (f"concern.{concern}.type", "general_neglect", {}),
        (f"heard.{heard}.text", "Filed", note),
        (f"heard.{heard}.prompt", str(core_prompt(call).pk), {}),
        (f"reference.{core_prompt(call).pk}.stands", "yes", {}),
        ("reporter.name", "Ines", {}),
        ("decision.screening", choice, {}),
        ("decision.rationale", "Because", {}),
        (f"reference.{core_prompt(call).pk}.stands", "", {}),
        (f"cross_report.{option(call.agency, 'cross_report', 'tribe')}.decided", "no", {}),
        (f"support.{uuid.uuid4()}.service", "Pantry", {"factor": "concrete_support"}),
        (f"quote.{uuid.uuid4()}.text", "I want to go home.", {}),
        (f"correction.{uuid.uuid4()}.text", "Tuesday", {"of": "narrative.text"}),
    ):
        base = 1 if field.startswith("reference") and not text else 0
        queries = queries_of(as_worker, call, a_save(field=field, text=text, row=row, base=base))
        assert len(queries) <= 6, (field, queries)


def test_what_a_person_is_found_by_takes_three_queries_more_at_most(
    as_worker: Client, call: Intake
) -> None:
    """Its words go out of the index and into it; without other words there is nothing to do."""
    assert as_worker.get(reverse("csrf")).status_code == 200
    person = f"person.{uuid.uuid4()}"
    role = {"role": "child"}
    for base, field, text, more in (
        (0, "name", "Amir", 2),
        (1, "name", "Amir B.", 2),
        (2, "name", "Amir Benali", 3),
        (3, "name", "Amir  Benali", 0),
        (0, "address", "12 Harbor Lane", 2),
        (0, "birth_date", "2019-04-01", 1),
        (1, "birth_date", "2019-04-02", 2),
        (0, "is_removed", "yes", 1),
    ):
        save = a_save(field=f"{person}.{field}", text=text, row=role, base=base)
        queries = queries_of(as_worker, call, save)
        assert len(queries) <= 6 + more, (field, text, queries)


def test_emptying_an_old_answer_takes_six_queries_at_most(
    as_worker: Client, worker: User, call: Intake
) -> None:
    """Text and status both put an earlier value aside."""
    name = f"answer.{core_prompt(call).pk}.text"
    put(worker, call, name, "Said long ago.", at=NOW)
    queries = queries_of(as_worker, call, a_save(field=name, text="", base=1))
    assert len(queries) <= 6, queries
    assert FieldRevision.objects.filter(intake=call).count() == 2
