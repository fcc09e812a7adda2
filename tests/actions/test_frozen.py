"""No write path changes an intake that is frozen: every field, every address, every state."""

import json
import uuid
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import get_resolver, reverse

from intake import fields
from intake.actions import calls, reviews
from intake.errors import NotPossibleNow
from intake.models import Intake, Person, User
from tests.factory import NOW, core_prompt, make_call, option, put, submit
from tests.views.test_access import names

FROZEN = ("submitted", "in_review", "approved", "closed_no_report")
OF_THE_FIELD = {"choice": "yes", "flag": "yes", "date": "2019-05-04"}

# Every address below a call that takes a POST, and what a form there would carry.
FORMS = {
    "call_section": {"base:narrative.text": "1", "narrative.text": "late"},
    "call_end": {},
    "call_interrupt": {"reason": "dropped"},
    "call_resume": {},
    "call_no_report": {"reason": "mistake"},
    "call_practice": {},
    "call_help": {"asked": "yes"},
    "call_offer": {},
    "call_withdraw": {},
    "call_matches_link": {},
    "call_submit": {"base:narrative.text": "1", "narrative.text": "late"},
}
READ_ONLY = {
    "call",
    "wrap_up",
    "call_read_back",
    "call_hand_over",
    "call_versions",
    "call_matches",
}
# Asked by scripts, with tests below; remarks have theirs in test_comments, lines in test_assist.
ON_ITS_OWN = {
    "call_save",
    "call_hold",
    "call_outbox_key",
    "call_comment",
    "call_line_seen",
    "call_matches_count",
}


# The same lines refuse in each state: on a second engine one state is enough.
ON_ONE_ENGINE = (pytest.param(state, marks=pytest.mark.one_engine) for state in FROZEN[1:])


@pytest.fixture(params=[FROZEN[0], *ON_ONE_ENGINE])
def frozen(request: pytest.FixtureRequest, worker: User, supervisor: User) -> Intake:
    """A call of the worker with something in every kind of row, in a state that is frozen."""
    call = make_call(worker)
    put(worker, call, "narrative.text", "What was told.")
    if request.param == "closed_no_report":
        calls.close_no_report(actor=worker, intake_id=call.pk, reason="information", at=NOW)
    else:
        put(worker, call, f"answer.{core_prompt(call).pk}.text", "They moved away.")
        put(worker, call, "reporter.name", "Ines Caller")
        heard = f"heard.{uuid.uuid4()}.text"
        put(worker, call, heard, "Filed.", factor="social_connections", side="worry")
        put(worker, call, f"quote.{uuid.uuid4()}.text", "I want to go home.")
        put(worker, call, f"support.{uuid.uuid4()}.service", "Pantry", factor="concrete_support")
        put(worker, call, f"correction.{uuid.uuid4()}.text", "Tuesday", of="narrative.text")
        submit(worker, call)
    if request.param in ("in_review", "approved"):
        reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    if request.param == "approved":
        reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    call.refresh_from_db()
    assert call.status == request.param
    return call


def every_field(call: Intake) -> Iterator[tuple[str, dict[str, str]]]:
    """Every field of the registry, of rows that are there and of new ones."""
    there: dict[str, list[object]] = {
        "answer": [core_prompt(call).pk, core_prompt(call, side="working_well").pk],
        "person": [*Person.objects.filter(intake=call).values_list("pk", flat=True)],
        "heard": [*call.heard_notes.values_list("pk", flat=True)],
        "concern": [*call.concerns.values_list("pk", flat=True)],
        "reference": [core_prompt(call).pk],
        "cross_report": [option(call.agency, "cross_report", "law_enforcement")],
        "support": [*call.supports.values_list("pk", flat=True)],
        "quote": [*call.quotations.values_list("pk", flat=True)],
        "correction": [*call.corrections.values_list("pk", flat=True)],
    }
    about = {
        "role": "child",
        "factor": "social_connections",
        "side": "worry",
        "of": "narrative.text",
    }
    for noun, columns in fields.FIELDS.items():
        for column in columns:
            if noun not in fields.MANY_ROWS:
                yield f"{noun}.{column}", {}
            else:
                for row in [*there[noun], uuid.uuid4()]:
                    yield f"{noun}.{row}.{column}", about


def everything() -> dict[str, list[dict[str, object]]]:
    """Every row of every table of ours, but those that tell of reading and signing in."""
    models: list[type[Model]] = [*apps.get_app_config("intake").get_models()]
    return {
        one.__name__: list(one._default_manager.order_by("pk").values())
        for one in models
        if one.__name__ not in ("AuditEvent", "User", "Session", "CacheEntry")
    }


def test_no_field_is_written(client: Client, worker: User, frozen: Intake) -> None:
    client.force_login(worker)
    before = everything()
    walked = 0
    for name, row in every_field(frozen):
        spec = fields.spec_of(fields.parse_name(name))
        text = OF_THE_FIELD.get(spec.kind, "late")
        text = spec.choices[0] if spec.choices else text
        with pytest.raises(NotPossibleNow) as refusal:
            put(worker, frozen, name, text, base=1)
        assert frozen.get_status_display().lower() in refusal.value.sentence
        body = {"field": name, "text": text, "base": 1, "key": str(uuid.uuid4()), "row": row}
        answer = client.post(
            reverse("call_save", args=[frozen.pk]), body, content_type="application/json"
        )
        told = json.loads(answer.content)
        assert (answer.status_code, told["reason"]) == (409, "state"), name
        assert told["error"].endswith(".")
        walked += 1
    assert walked > 70
    assert everything() == before


def test_no_form_is_taken(client: Client, worker: User, frozen: Intake) -> None:
    below_a_call = {name for name in names(get_resolver().url_patterns) if name.startswith("call_")}
    assert (
        below_a_call - {"call_start", "call_from_paper"} - READ_ONLY == FORMS.keys() | ON_ITS_OWN
    )  # a new one needs a case
    client.force_login(worker)
    before = everything()
    for name, form in FORMS.items():
        answer = client.post(reverse(name, args=[frozen.pk]), form, follow=True)
        assert answer.status_code == 200, name
        assert answer.redirect_chain[-1][0] == reverse("intake", args=[frozen.pk]), name
        sentences = [str(message) for message in answer.context["messages"]]
        assert sentences, name
        assert all(sentence.endswith(".") for sentence in sentences), name
    assert everything() == before


def test_no_page_of_it_writes_and_no_key_is_made(
    client: Client, worker: User, frozen: Intake
) -> None:
    client.force_login(worker)
    before = everything()
    answer = client.post(reverse("call_hold", args=[frozen.pk]), {"page": str(uuid.uuid4())})
    assert (answer.status_code, answer.json()["reason"]) == (409, "state")
    assert client.post(reverse("call_outbox_key", args=[frozen.pk])).status_code == 404
    assert everything() == before


def test_pages_to_write_on_become_the_record(client: Client, worker: User, frozen: Intake) -> None:
    client.force_login(worker)
    for name in READ_ONLY:
        answer = client.get(reverse(name, args=[frozen.pk]))
        assert answer.headers["Location"] == reverse("intake", args=[frozen.pk])
