"""Canaries: words typed only into the reporting party's fields are told nowhere but by a reveal.

Every address × every person of two agencies × restricted or not, read and pressed, on a call that
is open and one that went all the way. What an answer, a file, a log line, a statement to the
database or a table holds is looked through; the same look finds the canaries where they are shown
on purpose.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from intake.actions import callbacks, cross_reports, dispatches, exports, restrictions, reviews
from intake.exports.bulk import work_on_exports
from intake.models import Agency, AuditEvent, Dispatch, ExportJob, Intake, Reporter, User
from intake.models.exports import ExportKind
from intake.search import Criteria
from tests import leaks
from tests.factory import make_agency, make_call, make_ready, make_user, option, prove, put
from tests.views.test_access import OF_A_CALL, TABLE, address
from tests.views.test_untouched import FORMS
from tests.walk import twin, undone

ROLES = {
    "worker": "workers",
    "worker2": "workers",
    "supervisor": "supervisors",
    "administrator": "administrators",
    "privacy": "privacy_officers",
}
# Where the worker of an open call sees what is typed there, and nobody else does.
OWN_OPEN = {"call", "wrap_up", "call_submit", "call_section", "call_versions", "calls"}
ONCE = {"edition_print"}  # dear, and nothing of a call: one person reads it
QUERIES = (
    *(("intake", f"tab={tab}") for tab in ("changes", "history", "viewed")),
    *(("review", f"tab={tab}") for tab in ("changes", "history", "viewed")),
    *(("call_versions", f"field=reporter.{column}") for column in (*Reporter.SEALED, "kind")),
    ("audit", "verb=reporter."),
)
WHY = {"ground": "record", "words": "Wombatreason of the reveal"}


@dataclass(frozen=True)
class Told:
    """An agency whose reporting parties were typed: its people, its open call, its record."""

    users: dict[str, User]
    open: Intake
    record: Intake
    canaries: dict[str, str]


def restrict(told: Told) -> None:
    """Restrict the record and the open call: the supervisor is named, and nobody else."""
    for who, intake in (("supervisor", told.record), ("worker", told.open)):
        restrictions.restrict_intake(
            actor=told.users[who], intake_id=intake.pk, reason="Known here.", at=timezone.now()
        )


def canaries_of(slug: str) -> dict[str, str]:
    """A word for each sealed field, and one that stood there before; nothing else holds it."""
    words = {column: f"Xylo{slug}{column}Quokka".replace("_", "") for column in Reporter.SEALED}
    words |= {"phone": f"555 0177 42{len(slug)}1", "callback_number": f"555 0188 42{len(slug)}2"}
    return words | {f"earlier {one}": f"Ulalume{one[:3]}{text}" for one, text in words.items()}


def signed_in_just_now(user: User | None) -> Client:
    """A browser in which the user has signed in just now: what asks for it spares no page."""
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
        prove(client)
    return client


def type_party(client: Client, call: Intake, canaries: dict[str, str]) -> None:
    """Type the canaries into the reporting party's fields, by the page's own protocol."""
    for column in Reporter.SEALED:
        for base, text in enumerate((canaries[f"earlier {column}"], "", canaries[column])):
            assert save(client, call, f"reporter.{column}", text, base) == 200
    assert save(client, call, "reporter.kind", "mandated", 0) == 200


def save(client: Client, call: Intake, field: str, text: str, base: int) -> int:
    """Save a field as the page does; the answer never holds what was sent."""
    body = {"field": field, "text": text, "base": base, "key": str(uuid.uuid4())}
    answer = client.post(
        reverse("call_save", args=[call.pk]), body, content_type="application/json"
    )
    assert not text or text == "mandated" or not leaks.found({"it": text}, leaks.told_by(answer))
    return answer.status_code


def tell(agency: Agency, now: datetime) -> Told:
    """A call that is open and one that went all the way, with all that follows from it."""
    prefix = "" if agency.slug == "demo" else f"{agency.slug}-"
    users = {name: make_user(agency, f"{prefix}{name}", role) for name, role in ROLES.items()}
    worker, supervisor = users["worker"], users["supervisor"]
    User.objects.filter(pk=supervisor.pk).update(may_reveal_reporter=True)
    canaries = canaries_of(agency.slug)
    record, still_open = make_call(worker, now), make_call(worker, now)
    police = uuid.UUID(option(agency, "cross_report", "law_enforcement"))
    for call in (record, still_open):
        type_party(signed_in_just_now(worker), call, canaries)
        put(worker, call, "narrative.text", "The child was outside alone.")
        put(worker, call, f"cross_report.{police}.decided", "yes")
        told: dict[str, Any] = {"actor": worker, "intake_id": call.pk, "at": now}
        dispatches.tell(told="responding_worker", who="Unit 7", how="Radio", **told)
        cross_reports.note_sending(
            recipient_id=police, method="Fax", to_whom="Desk", is_written=True, **told
        )
    go_all_the_way(worker, supervisor, record, now)
    callbacks.start_callback(actor=worker, intake_id=record.pk, at=now)
    for kind in ExportKind:
        exports.request_export(actor=supervisor, kind=kind, criteria=Criteria(), at=now)
        while work_on_exports(seconds=60, now=lambda: now):
            pass
    assert ExportJob.objects.filter(agency=agency, status="done").count() == len(ExportKind)
    record.refresh_from_db()
    return Told(users, still_open, record, canaries)


def go_all_the_way(worker: User, supervisor: User, call: Intake, now: datetime) -> None:
    """Submit by the page's own press, return it, submit it anew, and approve it."""
    make_ready(worker, call)
    for step in ("return", "approve"):
        answer = signed_in_just_now(worker).post(reverse("call_submit", args=[call.pk]))
        assert answer.status_code == 302
        reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=now)
        desk = signed_in_just_now(supervisor)
        remark = {"anchor": "narrative.text", "text": "Who saw it?"}
        assert desk.post(reverse("review_comment", args=[call.pk]), remark).status_code == 302
        assert desk.post(reverse(f"review_{step}", args=[call.pk])).status_code == 302


@pytest.fixture(autouse=True)
def unlimited(settings: Settings) -> None:
    """Nobody is refused for asking often: every answer is looked through."""
    settings.REQUEST_LIMITS = False


@pytest.fixture
def here(db: None) -> Told:
    """What is told at the agency of the cast."""
    return tell(make_agency("demo"), timezone.now())


@pytest.fixture
def there(db: None) -> Told:
    """What is told at another agency."""
    return tell(make_agency("other"), timezone.now())


def everybody(here: Told, there: Told) -> Iterator[tuple[str, User | None]]:
    """Everybody who may ask: not signed in, of the agency, and who does most at another one."""
    yield "nobody", None
    for user in (*here.users.values(), there.users["worker"], there.users["supervisor"]):
        yield user.username, user


def asked(client: Client, name: str, place: str) -> Iterator[tuple[str, HttpResponseBase]]:
    """Read an address, then press it, each as if nobody had been there.

    What is no call's is only asked in the way that it takes, and a query is only read.
    """
    both = ("get", "post") if name in OF_A_CALL else (TABLE[name][0],)
    for method in ("get",) if "?" in place else both:
        with undone():
            browser = twin(client)
            if method == "get":
                yield method, browser.get(place)
            elif name == "call_save":
                yield method, browser.post(place, {}, content_type="application/json")
            else:
                yield method, browser.post(place, FORMS.get(name, {}))


def is_shown(name: str, user: User | None, call: Intake) -> bool:
    """Whether the page is where the worker of an open call sees what is typed there."""
    is_own = user is not None and user.pk == call.worker_id
    return is_own and (call.is_writable or name == "calls") and name in OWN_OPEN


# Five thousand answers: what templates and views tell is the same on either engine.
@pytest.mark.one_engine
@pytest.mark.parametrize("is_restricted", [False, True])
def test_no_address_tells_a_canary(here: Told, there: Told, is_restricted: bool) -> None:
    if is_restricted:
        restrict(here)
    needles = here.canaries | {f"there {name}": text for name, text in there.canaries.items()}
    names = OF_A_CALL if is_restricted else TABLE.keys()
    asks = [*((name, "") for name in sorted(names)), *QUERIES]
    people = dict(everybody(here, there))
    clients = {who: signed_in_just_now(user) for who, user in people.items()}
    count = 0
    with leaks.everything_logged() as lines, leaks.everything_sent() as sent:
        for name, query in asks:
            for call in (here.record, here.open) if name in OF_A_CALL else (here.record,):
                with undone():
                    place = address(name, call).partition("?")[0] + (query and f"?{query}")
                    for who in ["worker"] if name in ONCE else people:
                        for method, response in asked(clients[who], name, place):
                            at = (name, query, who, method, call.status)
                            assert response.status_code < 500, at
                            told = leaks.told_by(response)
                            if not is_shown(name, people[who], call):
                                assert not leaks.found(needles, told), at
                            assert not leaks.found(needles, b"\n".join(sent)), at
                            sent.clear()
                            count += 1
        assert not leaks.found(needles, b"\n".join(lines), deep=True)
    assert count > len(asks) * 8
    assert not mail.outbox


def test_no_table_holds_a_canary(here: Told, there: Told) -> None:
    """Nor do files, the audit, the search, what was exported; deep: not in base64 either."""
    reveal = signed_in_just_now(here.users["supervisor"]).post(
        reverse("intake_reporter", args=[here.record.pk]), WHY | {"key": str(uuid.uuid4())}
    )
    assert leaks.found(here.canaries, leaks.told_by(reveal))
    stored = leaks.everything_stored()
    assert b"The child was outside alone." in stored  # the look looks
    needles = here.canaries | {f"there {name}": text for name, text in there.canaries.items()}
    assert not leaks.found(needles | {"why": "Wombatreason"}, stored, deep=True)
    desk = signed_in_just_now(here.users["supervisor"])
    for job in ExportJob.objects.filter(agency=here.record.agency):
        told = leaks.told_by(desk.get(reverse("export_download", args=[job.pk])))
        assert here.record.reference.encode() in told
        assert not leaks.found(needles, told), job.kind


def current(told: Told) -> set[str]:
    return {name for name in told.canaries if not name.startswith("earlier")}


def test_they_are_found_where_they_are_shown(here: Told) -> None:
    """So the look can fail: the own open call, its versions, a reveal, and each disclosure."""
    owner = signed_in_just_now(here.users["worker"])
    supervisor = signed_in_just_now(here.users["supervisor"])
    page = owner.get(reverse("call", args=[here.open.pk]))
    assert leaks.found(here.canaries, leaks.told_by(page)) == current(here)
    versions = owner.get(
        reverse("call_versions", args=[here.open.pk]) + "?field=reporter.name",
    )
    assert "earlier name" in leaks.found(here.canaries, leaks.told_by(versions))

    shown = current(here) - {"refusal_reason"}  # why somebody gave no name goes nowhere
    form = WHY | {"key": str(uuid.uuid4())}
    for name in ("intake_reporter", "intake_pdf_reporter"):
        url = reverse(name, args=[here.record.pk])
        answer = supervisor.post(url, form | {"key": str(uuid.uuid4())})
        assert "no-store" in answer["Cache-Control"]
        assert in_file(here, answer) == shown, name
        assert answer.request["PATH_INFO"] == url
    once = supervisor.post(reverse("intake_reporter", args=[here.record.pk]), form)
    again = supervisor.post(reverse("intake_reporter", args=[here.record.pk]), form)
    assert (once.status_code, again.status_code) == (200, 422)
    assert not leaks.found(here.canaries, leaks.told_by(again))
    assert not list(get_messages(again.wsgi_request))

    police = option(here.record.agency, "cross_report", "law_enforcement")
    telling = Dispatch.objects.get(intake=here.record)
    for name, key, purpose in (
        ("intake_packet_reporter", police, "investigates"),
        ("intake_brief_reporter", telling.pk, "responds"),
    ):
        url = reverse(name, args=[here.record.pk, key])
        assert in_file(here, owner.post(url, {"purpose": purpose})) == shown, name
    reasons = signed_in_just_now(here.users["privacy"]).get(reverse("reveals"))
    assert b"Wombatreason" in leaks.told_by(reasons)
    assert not leaks.found(here.canaries, leaks.told_by(reasons))
    assert AuditEvent.objects.filter(verb="reporter.disclosed").count() == 2


def in_file(told: Told, answer: HttpResponseBase) -> set[str]:
    """What stands in an answer, also where a line of a PDF was broken."""
    closed = {name: "".join(text.split()) for name, text in told.canaries.items()}
    text = leaks.told_by(answer)
    return leaks.found(told.canaries, text) | leaks.found(closed, text)


def test_no_error_tells_a_canary(
    here: Told, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """A fault of ours, a missing page, a token that is old, a body that is too large."""
    settings.ADMINS = [("Operator", "operator@example.org")]
    owner, canary = signed_in_just_now(here.users["worker"]), here.canaries["name"]
    url = reverse("call_save", args=[here.open.pk])
    body = {"field": "reporter.name", "text": f"{canary} x", "base": 3, "key": str(uuid.uuid4())}
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(here.users["worker"])

    def fail(party: Reporter, *_: object, **__: object) -> NoReturn:
        raise RuntimeError(f"Failing row contains ({canary}).")

    with leaks.everything_logged() as lines:
        answers = [
            signed_in_just_now(here.users["worker2"]).post(
                url, body, content_type="application/json"
            ),
            strict.post(url, body, content_type="application/json"),
            owner.post(url, body | {"text": canary * 40_000}, content_type="application/json"),
            owner.get(f"{url}{uuid.uuid4()}/"),
        ]
        monkeypatch.setattr(Reporter, "save", fail)
        answers.append(owner.post(url, body | {"base": 3}, content_type="application/json"))
        log = b"\n".join(lines)
    assert [one.status_code for one in answers] == [404, 403, 413, 404, 500]
    for answer in answers:
        assert not leaks.found(here.canaries, leaks.told_by(answer)), answer.status_code
    assert b"RuntimeError" in log
    assert not leaks.found(here.canaries, log, deep=True)
    for one in mail.outbox:
        assert not leaks.found(here.canaries, str(one.message()).encode(), deep=True)
