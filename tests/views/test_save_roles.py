"""Who may write in a call over HTTP: every person, own and others' calls, every kind of field."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import models
from django.test import Client
from django.urls import get_resolver, reverse

from intake import fields
from intake.models import Agency, AuditEvent, Concern, HeardNote, Intake, Person, Prompt, User
from tests.actions.test_frozen import everything
from tests.factory import core_prompt, make_agency, make_call, make_user, option, put
from tests.views.test_access import TABLE, WHO, address, names

NOT_THERE = (404, "call")
NO_SUCH_FIELD = (404, "field")
SIGNED_OUT = (401, "signed_out")
FORMS = sorted(  # everything below a call that takes a plain form
    name
    for name in names(get_resolver().url_patterns)
    if name.startswith("call_")
    and name not in ("call_start", "call_save")
    and TABLE[name][0] == "post"
)


@pytest.fixture
def people(
    worker: User,
    worker2: User,
    supervisor: User,
    administrator: User,
    privacy: User,
    stranger: User,
) -> dict[str, User]:
    """Everybody of the access table but nobody."""
    cast = (worker, worker2, supervisor, administrator, privacy, stranger)
    return dict(zip(WHO[1:], cast, strict=True))


def one_of_every_noun(call: Intake) -> dict[str, tuple[str, dict[str, str]]]:
    """A save to each kind of row: {field: (text, what a new row is)}; rows are made by it."""
    heard = {"factor": "social_connections", "side": "worry"}
    saves: dict[str, tuple[str, dict[str, str]]] = {
        "call.danger_now": ("yes", {}),
        "narrative.text": ("Mine now", {}),
        f"answer.{core_prompt(call).pk}.text": ("They moved away.", {}),
        f"heard.{uuid.uuid4()}.text": ("Filed", heard),
        f"person.{uuid.uuid4()}.name": ("Amir", {"role": "child"}),
        f"concern.{uuid.uuid4()}.type": ("general_neglect", {}),
        "reporter.name": ("Ines Caller", {}),
        "decision.screening": (option(call.agency, "screening", "in_person"), {}),
        f"reference.{core_prompt(call).pk}.stands": ("yes", {}),
        f"cross_report.{option(call.agency, 'cross_report', 'tribe')}.decided": ("yes", {}),
        f"support.{uuid.uuid4()}.service": ("Pantry", {"factor": "concrete_support"}),
        f"quote.{uuid.uuid4()}.text": ("I want to go home.", {}),
        f"correction.{uuid.uuid4()}.text": ("Tuesday", {"of": "narrative.text"}),
    }
    assert {fields.parse_name(name).noun for name in saves} == fields.FIELDS.keys()
    return saves


def send(client: Client, call: Intake, field: str, text: str, row: dict[str, str]) -> Any:
    """Save one field as the page does; return (status, reason)."""
    body = {"field": field, "text": text, "base": 0, "key": str(uuid.uuid4()), "row": row}
    response = client.post(
        reverse("call_save", args=[call.pk]), json.dumps(body), content_type="application/json"
    )
    return response.status_code, response.json().get("reason")


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


@pytest.mark.parametrize("who", [one for one in WHO if one != "owner"])
def test_nobody_else_writes_in_a_call(people: dict[str, User], who: str) -> None:
    call = make_call(people["owner"])
    client = signed_in(people.get(who))
    before = everything()
    for field, (text, row) in one_of_every_noun(call).items():
        expected = SIGNED_OUT if who == "nobody" else NOT_THERE
        assert send(client, call, field, text, row) == expected, field
    assert everything() == before


@pytest.mark.parametrize("who", ["owner", "worker2", "stranger"])
def test_who_takes_calls_writes_in_the_own_one(people: dict[str, User], who: str) -> None:
    call = make_call(people[who])
    client = signed_in(people[who])
    for field, (text, row) in one_of_every_noun(call).items():
        assert send(client, call, field, text, row) == (200, None), field
    others = Intake.objects.exclude(pk=call.pk)
    assert not others.exists()


@pytest.mark.parametrize("name", FORMS)
def test_nobody_else_moves_a_call_on(people: dict[str, User], name: str) -> None:
    call = make_call(people["owner"])
    form = {"reason": "mistake", "base:narrative.text": "0", "narrative.text": "Mine now"}
    url = address(name, call)  # which makes what some of them name
    before, events = everything(), AuditEvent.objects.count()
    for who in WHO:
        if who != "owner":
            response = signed_in(people.get(who)).post(url, form)
            assert response.status_code == (302 if who == "nobody" else 404), who
    assert everything() == before
    assert AuditEvent.objects.count() == events


def no_role(user: User) -> None:
    user.groups.clear()


def supervisor_now(user: User) -> None:
    user.groups.set([Group.objects.get_or_create(name="supervisors")[0]])


def left(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def moved_agency(user: User) -> None:
    User.objects.filter(pk=user.pk).update(agency=make_agency("other"))


def operator_now(user: User) -> None:
    user.groups.clear()
    User.objects.filter(pk=user.pk).update(agency=None, is_superuser=True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (no_role, NOT_THERE),
        (supervisor_now, NOT_THERE),
        (left, SIGNED_OUT),
        (moved_agency, NOT_THERE),
        (operator_now, NOT_THERE),
    ],
)
def test_who_wrote_a_call_loses_it_with_the_role(
    worker: User, call: Intake, change: Callable[[User], None], expected: tuple[int, str]
) -> None:
    client = signed_in(worker)
    assert send(client, call, "narrative.text", "While I may", {}) == (200, None)
    change(worker)
    before = everything()
    for field, (text, row) in one_of_every_noun(call).items():
        assert send(client, call, field, text, row) == expected, field
    assert everything() == before


@pytest.mark.parametrize("status", Intake.WRITABLE)
def test_a_supervisor_who_takes_calls_writes_in_own_ones_only(
    agency: Agency, call: Intake, status: str
) -> None:
    both = make_user(agency, "both", "workers", "supervisors")
    own = make_call(both)
    for one in (own, call):
        Intake.objects.filter(pk=one.pk).update(status=status, submitted_at=one.started_at)
    client = signed_in(both)
    before = everything()
    assert send(client, call, "narrative.text", "x", {}) == NOT_THERE
    assert everything() == before
    assert send(client, own, "narrative.text", "x", {}) == (200, None)


@pytest.mark.parametrize("owner", ["worker2", "stranger", "owner"])
def test_a_row_of_another_call_is_not_reached_through_the_own_one(
    people: dict[str, User], owner: str
) -> None:
    """Whoever knows the key of a row, even one of the own other call, cannot write to it."""
    own, other = make_call(people["owner"]), make_call(people[owner])
    person, concern, heard = (uuid.uuid4() for _ in range(3))
    put(people[owner], other, f"person.{person}.name", "Amir", role="child")
    put(people[owner], other, f"concern.{concern}.what", "Bruise")
    about: Any = {"factor": "social_connections", "side": "worry"}
    put(people[owner], other, f"heard.{heard}.text", "Filed", **about)
    client = signed_in(people["owner"])
    before = everything()
    for field in (f"person.{person}.name", f"concern.{concern}.what", f"heard.{heard}.text"):
        for text in ("Mine now", ""):
            assert send(client, own, field, text, about | {"role": "child"}) == NO_SUCH_FIELD, field
    for noun, row in (("person", person), ("concern", concern), ("heard", heard)):
        answer = send(client, own, f"{noun}.{row}.is_removed", "yes", about | {"role": "child"})
        assert answer == NO_SUCH_FIELD
    assert everything() == before
    kept: list[type[models.Model]] = [Person, Concern, HeardNote]
    assert [model._default_manager.count() for model in kept] == [1, 1, 1]


def test_another_agencys_options_and_prompts_are_no_choices(
    worker: User, stranger: User, call: Intake
) -> None:
    theirs = Prompt.objects.get(
        edition__agency=stranger.agency,
        question_set__key="social_connections",
        side="worry",
        pair__is_core=True,
    )
    states = Prompt.objects.get(
        edition__agency=None,
        question_set__key="social_connections",
        side="worry",
        pair__is_core=True,
    )
    heard = uuid.uuid4()
    about: Any = {"factor": "social_connections", "side": "worry"}
    put(worker, call, f"heard.{heard}.text", "Filed", **about)
    client = signed_in(worker)
    before = everything()
    refused = (422, "value")
    for decides, key in (("screening", "in_person"), ("priority", "ten_days")):
        strange = option(stranger.agency, decides, key)
        assert send(client, call, f"decision.{decides}", strange, {}) == refused
    for prompt in (theirs, states):
        assert send(client, call, f"heard.{heard}.prompt", str(prompt.pk), {}) == refused
        assert send(client, call, f"answer.{prompt.pk}.text", "x", {}) == NO_SUCH_FIELD
    assert everything() == before
