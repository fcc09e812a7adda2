"""A press that is refused is as if it had never been: the status, and every table of ours."""

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from intake.actions import calls
from intake.models import Intake, Session, User
from tests.factory import NOW, core_prompt, make_user, put, submit
from tests.views.test_access import TABLE, WHO, address

# A walk: who may do what at which address, not what is in the rows.
pytestmark = pytest.mark.one_engine

# Every address below a call, as a call or as a record, that takes a press.
PRESSES = sorted(
    name
    for name, (method, _) in TABLE.items()
    if method == "post" and name.startswith(("call_", "intake_")) and name != "call_start"
)
OPEN_CALL = [name for name in PRESSES if name.startswith("call_")]
# What the call's worker presses with and something changes: no refusal is the form's fault.
FORMS: dict[str, dict[str, str]] = {
    "call_end": {},
    "call_help": {"asked": "yes"},
    "call_line_seen": {},
    "call_hold": {"page": "9d3ad0a5-7fd6-4bf4-8bd9-1f1c4ac3f4f4"},
    "call_outbox_key": {},
    "call_interrupt": {"reason": "technical"},
    "call_no_report": {"reason": "mistake"},
    "call_resume": {},
    "call_section": {"base:call.child_now_at": "0", "call.child_now_at": "Elsewhere"},
    "call_submit": {"base:call.child_now_at": "0", "call.child_now_at": "Elsewhere"},
    "intake_acknowledge": {"by": "Officer Example"},
    "intake_sent": {"method": "Telephone", "to_whom": "Desk", "is_written": "yes"},
    "intake_sending_withdraw": {},
    "intake_withdraw": {},
    "intake_tell": {"told": "tribe", "who": "Desk", "how": "Telephone"},
}


def every_table() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table: audit, users, links and tasks too, but no sessions."""
    models = apps.get_models(include_auto_created=True)
    return {
        one._meta.label: list(one._base_manager.order_by("pk").values())
        for one in models
        if one is not Session
    }


def press(client: Client, name: str, place: str, call: Intake) -> int:
    """Press what an address takes; return the status."""
    if name == "call_save":
        save = {"field": "call.child_now_at", "text": "Elsewhere", "base": 0}
        save["key"] = str(uuid.uuid4())
        return client.post(place, save, content_type="application/json").status_code
    form = FORMS.get(name, {})
    if name == "call_offer":
        colleague = User.objects.colleagues_of(call.worker).first()
        form = {"colleague": str(colleague.pk) if colleague else ""}
    if name == "intake_copy_out_tick":
        block = call.agency.copy_out_fields.all()[0]
        form = {"field": str(block.pk), "part": "1", "pasted": "yes", "sha256": "0" * 64}
    return client.post(place, form).status_code


def make(worker: User, state: str) -> Intake:
    """A call of the worker in a state, with something in it to lose."""
    call = calls.start_call(actor=worker, at=NOW, is_practice=state == "practice")
    put(worker, call, "narrative.text", "What was told.")
    put(worker, call, f"answer.{core_prompt(call).pk}.text", "They moved away.")
    put(worker, call, "reporter.name", "Ines Caller")
    if state == "dropped":
        calls.interrupt_call(actor=worker, intake_id=call.pk, reason="dropped", at=NOW)
    if state == "submitted":
        submit(worker, call)
    call.refresh_from_db()
    return call


@pytest.mark.parametrize("state", ["open", "dropped", "submitted", "practice"])
@pytest.mark.parametrize("who", ["worker2", "stranger", "supervisor", "administrator", "privacy"])
def test_what_others_press_changes_nothing(
    client: Client, worker: User, who: str, state: str, request: pytest.FixtureRequest
) -> None:
    call = make(worker, state)
    client.force_login(request.getfixturevalue(who))
    places = {name: address(name, call) for name in PRESSES}
    allowed = {name for name in PRESSES if TABLE[name][1][WHO.index(who)] != 404}
    # A supervisor notes who was told and what was sent, but of no practice call.
    noted = set(PRESSES) - {*OPEN_CALL, "intake_call_back"}
    assert allowed == (noted if who == "supervisor" else set())
    if state == "practice":
        allowed = set()
    before = every_table()
    # Looked at once: no press undoes another, as the audit keeps what either did.
    for name, place in places.items():
        if name not in allowed:
            assert press(client, name, place, call) == 404, name
    assert every_table() == before


@pytest.mark.parametrize("who", ["supervisor", "administrator", "privacy"])
def test_who_takes_no_calls_starts_none(
    client: Client, call: Intake, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    starts = [name for name, (method, _) in TABLE.items() if method == "post" and "_start" in name]
    assert {"call_start", "written_report_start"} <= set(starts)
    before = every_table()
    for name in starts:
        form = {"follows": str(call.pk), "received_at": "2026-03-02T09:00", "medium": "fax"}
        assert client.post(address(name, call), form).status_code == 404, name
    assert every_table() == before


@pytest.mark.usefixtures("worker2")
@pytest.mark.parametrize("name", [*FORMS, "call_offer", "call_save", "intake_copy_out_tick"])
def test_what_the_worker_presses_changes_something(
    as_worker: Client, worker: User, name: str
) -> None:
    call = make(worker, "dropped")
    place = address(name, call)
    before = every_table()
    assert press(as_worker, name, place, call) in (200, 302, 422)
    assert every_table() != before


def test_a_supervisor_who_is_a_worker_too_writes_in_own_calls_only(
    client: Client, call: Intake
) -> None:
    both = make_user(call.agency, "both", "workers", "supervisors")
    client.force_login(both)
    assert client.get(reverse("intake", args=[call.pk])).status_code == 200
    assert client.get(reverse("call", args=[call.pk])).status_code == 404
