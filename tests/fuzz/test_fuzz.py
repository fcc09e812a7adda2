"""Whatever is sent, an address answers: never with a 500, and what it refuses it does not keep.

`FUZZ_CASES` says how many requests are tried (500; `make fuzz` tries 10,000).
"""

import json
import math
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings as conf
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from hotline.wsgi import without_charset
from intake.models import Prompt, ResponseOption, User
from tests.factory import make_call, put, submit
from tests.fuzz.addresses import json_addresses, views, words_of
from tests.fuzz.hostile import MARK, Sent, requests
from tests.views.test_access import AFTER_SUBMISSION, TABLE, WHO, address

# `make fuzz` asks both engines, far more.
pytestmark = pytest.mark.one_engine

CASES = int(os.environ.get("FUZZ_CASES", "500"))
IS_LONG = "FUZZ_CASES" in os.environ
JSON = json_addresses()
OTHERS = sorted(set(TABLE) - set(JSON))
EACH = math.ceil(CASES * 4 / 5 / len(JSON))  # four fifths go to those that answer JSON
PARTS = 6  # the cast is made once for each
# What a refused request may write all the same: who is there, that it was refused, what was shown.
OF_ANY_REQUEST = {"django_session", "intake_auditevent"}
# Plain forms of many fields keep each field that can be kept, and say which could not.
FIELD_BY_FIELD = {"call_section", "call_submit", "edition_form", "wrap_up"}
REFUSED = {400, 404, 405, 409, 413, 422}
BODY_IS_JSON = {"call_save", "edition_save", "preferences_keep"}
SESSION, CSRF = conf.SESSION_COOKIE_NAME, conf.CSRF_COOKIE_NAME
TOKEN = "t" * 32
INTERNALS = re.compile(
    r"Traceback|site-packages|/intake/\w+\.py|OperationalError|psycopg|sqlite3\."
)


def ours(cases: int) -> Callable[[Any], Any]:
    """How Hypothesis runs here: the same cases in each run, but for `make fuzz`."""
    return settings(
        max_examples=cases,
        deadline=None,
        derandomize=not IS_LONG,
        database=None,
        phases=tuple(Phase) if IS_LONG else (Phase.generate,),  # a failure there is told at once
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is written within."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def kept_writes(queries: list[dict[str, str]]) -> set[str]:
    """Return the tables that were written and not taken back."""
    written: list[str] = []
    began: dict[str, int] = {}
    for query in queries:
        sql = query["sql"]
        if found := re.match(r'(?:RELEASE |ROLLBACK TO )?SAVEPOINT "?(\w+)', sql):
            if sql.startswith("SAVEPOINT"):
                began[found[1]] = len(written)
            elif sql.startswith("ROLLBACK"):
                del written[began[found[1]] :]
        elif found := re.match(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', sql):
            written.append(found[1])
    return set(written)


class Stage:
    """The cast and a call in two states, and the words that mean something to an address."""

    def __init__(self, cast: dict[str, User]) -> None:
        self.cast = cast
        worker = cast["owner"]
        self.open, self.sent = make_call(worker), make_call(worker)
        put(worker, self.open, "narrative.text", "She said: it is cold.\n" * 20)
        submit(worker, self.sent)
        prompts = Prompt.objects.filter(edition=self.open.edition_id)[:3]
        options = ResponseOption.objects.filter(agency=worker.agency_id)[:3]
        rows = (*prompts, *options, *cast.values(), self.open, self.sent)
        self.known = tuple(str(row.pk) for row in rows)
        self.sessions = {who: self._sign_in(user) for who, user in cast.items()}

    def _sign_in(self, user: User) -> str:
        client = Client()
        client.force_login(user)
        return client.cookies[SESSION].value

    def roles(self, name: str) -> list[str]:
        """Return who may use an address, from the table of addresses and roles."""
        statuses = dict(zip(WHO, TABLE[name][1], strict=True))
        return [who for who in self.cast if statuses[who] not in (401, 404)] or list(self.cast)

    def send(self, name: str, place: str, who: str, sent: Sent) -> None:
        """Send a request, and look at the answer."""
        client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        client.cookies.load({SESSION: self.sessions[who], CSRF: TOKEN})
        headers = {"x-csrftoken": TOKEN}
        if sent.wants_json:
            headers["accept"] = "application/json"
        reset_queries()  # Django remembers 9,000 of them
        with undone():
            with CaptureQueriesContext(connection) as queries:
                answer = client.generic(
                    sent.method,
                    place,
                    sent.body,
                    without_charset(sent.kind),  # as `hotline.wsgi.application` does
                    headers=headers,
                    QUERY_STRING=sent.query,
                )
            body = b"".join(answer) if answer.streaming else answer.content
            check(name, answer, body, sent)
            if answer.status_code in REFUSED and name not in FIELD_BY_FIELD:
                assert kept_writes(queries.captured_queries) <= OF_ANY_REQUEST, name


def check(name: str, answer: Any, body: bytes, sent: Sent) -> None:
    """Whether an answer is one that somebody may get."""
    assert answer.status_code < 500
    assert "\n" not in str(answer.get("Location", ""))
    assert not str(answer.get("Location", "")).startswith(("//", "http", "javascript"))
    kind = answer.get("Content-Type", "")
    told = (
        body.decode(errors="replace") if kind.startswith(("text/html", "application/json")) else ""
    )
    assert not INTERNALS.search(told)
    pages = [told] if kind.startswith("text/html") else []
    if kind == "application/json" and sent.method != "HEAD":
        value = json.loads(body, parse_constant=pytest.fail)
        assert isinstance(value, dict)
        pages = [part for name, part in value.items() if name == "html"]
    elif sent.kind == "application/json" and sent.body and sent.method != "HEAD":
        # Without a body the client sends no kind of one.
        told_in_json = {400, 405, 413} | ({409, 422} if name in BODY_IS_JSON else set())
        assert answer.status_code not in told_in_json, "A script got something else than JSON."
    assert not any(MARK in page for page in pages)


@pytest.fixture
def stage(
    worker: User,
    worker2: User,
    supervisor: User,
    administrator: User,
    privacy: User,
) -> Stage:
    people = (worker, worker2, supervisor, administrator, privacy)
    return Stage(dict(zip(WHO[1:], people, strict=False)))


def fuzz(stage: Stage, names: list[str], cases: int) -> None:
    """Send `cases` requests to the addresses of `names`, as whoever may use them."""
    places: dict[tuple[str, bool], str] = {}

    def place_of(name: str, is_sent: bool) -> str:
        if (name, is_sent) not in places:
            own = stage.open if name in JSON else make_call(stage.cast["owner"])
            intake = stage.sent if is_sent else own
            places[name, is_sent] = address(name, intake).partition("?")[0]
        return places[name, is_sent]

    @ours(cases)
    @given(st.data())
    def one(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(names)) if len(names) > 1 else names[0]
        is_sent = name in AFTER_SUBMISSION and data.draw(st.booleans())
        place = place_of(name, is_sent)
        who = data.draw(st.sampled_from(stage.roles(name)))
        words = words_of(views()[name][0])
        sent = data.draw(
            requests(method=TABLE[name][0].upper(), known=(*stage.known, *words), words=words)
        )
        if data.draw(st.integers(0, 19)) == 0:  # numbers that no edition has
            place = re.sub(r"/\d+/", "/99999999999999999999/", place)
        note(f"{who}: {sent.method} {place}?{sent.query} {sent.kind} {sent.body!r}")
        stage.send(name, place, who, sent)

    one()


@pytest.mark.parametrize("part", range(PARTS))
def test_what_answers_json_takes_anything(stage: Stage, part: int) -> None:
    for name in JSON[part::PARTS]:
        fuzz(stage, [name], EACH)


def test_pages_and_plain_forms_take_anything(stage: Stage) -> None:
    fuzz(stage, OTHERS, CASES - EACH * len(JSON))


def test_the_addresses_that_answer_json_are_found() -> None:
    known = {
        "call_save",
        "call_hold",
        "edition_save",
        "preferences_keep",
        "offers",
        "services_find",
    }
    assert known <= set(JSON)
    assert not {"healthz", "intakes", "audit", "agency_tables"} & set(JSON)
    assert all(resolve(f"/{one}").url_name for one in ("healthz", "readyz"))
