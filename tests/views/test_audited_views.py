"""Every look at a call leaves a trace without a word of it; no answer to a form is kept."""

import json
import uuid
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from intake.models import AuditEvent, Intake, User
from tests.factory import core_prompt, make_call, put, submit
from tests.views.test_access import CALL_NAMES, TABLE, address, is_kept_by_nobody

# A walk: who may do what at which address, not what is in the rows.
pytestmark = pytest.mark.one_engine

POLLS = {"call_matches_count"}  # what a page asks by itself is no look; it tells a number
# Forms that show nothing yet; what they open has events of its own (test_reporting_party).
ASKING = {
    "intake_brief_reporter",
    "intake_packet_reporter",
    "intake_pdf_reporter",
    "intake_reporter",
}
ON_THE_CALL = sorted(name for name in CALL_NAMES - POLLS if not name.startswith("intake"))
ON_THE_RECORD = sorted(name for name in CALL_NAMES - ASKING if name.startswith("intake"))
EXPORTS = {  # which kind of copy an address hands out
    "intake_brief_pdf": "brief",
    "intake_json": "json",
    "intake_fhir": "fhir",
    "intake_packet": "packet:law_enforcement",
    "intake_pdf": "pdf",
}
OF_THEIR_OWN = {
    "call_matches": "intake.matches_viewed",
    "call_versions": "intake.versions_viewed",
    "intake_copy_out": "intake.copied_out",
}
DETAILS: dict[str, dict[str, Any]] = {
    "call_matches": {"count": 0},
    "call_versions": {"field": "narrative.text"},  # which column, never what
}
SAID = ("Zebulon", "Quillfeather", "Ottoline")  # in no word of ours


def is_page(name: str) -> bool:
    return TABLE[name][0] == "get"


def verb_of(name: str) -> str:
    """What is to be written for a page; a new one is a view until it is said otherwise."""
    return "intake.exported" if name in EXPORTS else OF_THEIR_OWN.get(name, "intake.viewed")


def fill(worker: User, call: Intake) -> None:
    """Put recognisable words into rows of several kinds."""
    put(worker, call, "narrative.text", "Zebulon came home late.")
    put(worker, call, f"answer.{core_prompt(call).pk}.text", "Zebulon moved away.")
    put(worker, call, f"person.{uuid.uuid4()}.name", "Ottoline", role="child")
    put(worker, call, "reporter.name", "Quillfeather")


def look(client: Client, name: str, call: Intake) -> tuple[Any, list[AuditEvent]]:
    """Open a page of the call; return the answer and the events that were written meanwhile."""
    place = address(name, call)
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    answer = client.get(place)
    return answer, list(AuditEvent.objects.exclude(pk__in=before).select_related("actor", "agency"))


def check(event: AuditEvent, verb: str, actor: User, call: Intake) -> None:
    """Whether the event says who looked at what."""
    assert (event.verb, event.actor, event.agency) == (verb, actor, call.agency)
    assert event.actor_label == actor.username
    assert (event.subject_type, event.subject_id) == ("intake", call.pk)
    assert event.subject_label == call.reference


@pytest.mark.parametrize("name", [name for name in ON_THE_CALL if is_page(name)])
def test_every_look_at_the_open_call_is_an_event(
    as_worker: Client, worker: User, call: Intake, name: str
) -> None:
    fill(worker, call)
    for _ in range(2):  # the second at once: nothing is thinned
        answer, events = look(as_worker, name, call)
        assert answer.status_code == 200
        assert len(events) == 1
        check(events[0], verb_of(name), worker, call)
        assert events[0].details == DETAILS.get(name, {})


@pytest.mark.parametrize("name", [name for name in ON_THE_RECORD if is_page(name)])
def test_every_look_at_the_record_is_an_event(
    client: Client, worker: User, supervisor: User, call: Intake, name: str
) -> None:
    fill(worker, call)
    submit(worker, call)
    for user in (worker, supervisor):
        client.force_login(user)
        for _ in range(1 if name in EXPORTS else 2):
            answer, events = look(client, name, call)
            assert answer.status_code == 200
            assert len(events) == 1
            check(events[0], verb_of(name), user, call)
            if name not in EXPORTS:
                assert events[0].details == {}


def test_a_copy_that_leaves_is_numbered(
    as_worker: Client, worker: User, supervisor: User, call: Intake
) -> None:
    submit(worker, call)
    copies = set()
    for name, kind in EXPORTS.items():
        answer, (event,) = look(as_worker, name, call)
        assert event.details.keys() == {"kind", "submission", "copy"}
        assert (event.details["kind"], event.details["submission"]) == (kind, 1)
        copies.add(uuid.UUID(event.details["copy"]))
        if answer["Content-Type"] == "application/pdf":
            pages = PdfReader(BytesIO(answer.content)).pages
            text = "".join("".join(page.extract_text().split()) for page in pages)
            assert event.details["copy"] in text
    assert len(copies) == len(EXPORTS)


def test_a_trace_holds_nothing_that_was_said(
    client: Client, worker: User, supervisor: User, call: Intake
) -> None:
    fill(worker, call)
    client.force_login(worker)
    for name in filter(is_page, ON_THE_CALL):
        look(client, name, call)
    submit(worker, call)
    client.force_login(supervisor)
    for name in filter(is_page, ON_THE_RECORD):
        look(client, name, call)
    events = [*AuditEvent.objects.values()]
    assert {"intake.viewed", "intake.exported"} <= {event["verb"] for event in events}
    told = json.dumps(events, default=str)
    for word in SAID:
        assert word not in told


def test_what_shows_nothing_leaves_no_trace(
    client: Client, worker: User, worker2: User, stranger: User, call: Intake
) -> None:
    for user in (worker2, stranger):
        client.force_login(user)
        for name in filter(is_page, sorted(CALL_NAMES)):
            answer, events = look(client, name, call)
            assert (answer.status_code, events) == (404, []), (name, user.username)
    client.force_login(worker)
    elsewhere = look(client, "intake", call)  # the way to the call screen
    assert (elsewhere[0].status_code, elsewhere[1]) == (302, [])
    for name in ("intake_pdf", "intake_json"):  # there is no submission yet
        answer, events = look(client, name, call)
        assert (answer.status_code, events) == (404, []), name


def test_saves_and_polls_leave_no_trace(
    client: Client, worker: User, supervisor: User, call: Intake
) -> None:
    put(worker, call, "call.danger_now", "yes")  # the polls have something to tell
    before = AuditEvent.objects.count()
    client.force_login(worker)
    for revision, text in enumerate(("One", "Two", "Two")):
        save = {"field": "narrative.text", "text": text, "key": str(uuid.uuid4())}
        kept = client.post(
            reverse("call_save", args=[call.pk]),
            save | {"base": revision},
            content_type="application/json",
        )
        assert kept.status_code == 200
    form = {"base:call.child_now_at": "0", "call.child_now_at": "At school"}
    assert client.post(reverse("call_section", args=[call.pk]), form).status_code == 302
    for name in ("csrf", "services_find", "offers"):
        assert client.get(reverse(name)).status_code == 200, name
    client.force_login(supervisor)
    for name in ("danger_count", "reviews_state", "exports_state"):
        assert client.get(reverse(name)).status_code == 200, name
    assert AuditEvent.objects.count() == before


LISTS = {  # who opens it: the page as the event names it, and its kind
    "worker": ("calls", "intakes", "written_reports"),
    "supervisor": ("reviews", "danger", "assist", "intakes", "written_reports"),
}
FIGURES = ("insights", "quality", "edition_use")


@pytest.mark.parametrize("role", LISTS)
def test_every_list_of_records_is_an_event(
    client: Client, worker: User, supervisor: User, call: Intake, role: str
) -> None:
    user = {"worker": worker, "supervisor": supervisor}[role]
    client.force_login(user)
    for name in LISTS[role]:
        for _ in range(2):
            answer, (event,) = look(client, name, call)
            assert answer.status_code == 200
            assert (event.verb, event.actor, event.agency) == ("list.viewed", user, call.agency)
            assert event.details == {"page": name, "filters": ""}


@pytest.mark.parametrize("name", FIGURES)
def test_every_page_of_figures_is_an_event(
    client: Client, supervisor: User, call: Intake, name: str
) -> None:
    client.force_login(supervisor)
    look(client, name, call)  # the first look draws the month's sample
    answer, events = look(client, name, call)
    assert answer.status_code == 200
    told = [one.details for one in events if one.verb == "figures.viewed"]
    assert told == [{"page": name, "filters": "", **told[0]}]
    assert events[0].actor == supervisor


def test_the_figures_of_one_worker_say_whose_they_are(
    client: Client, worker: User, supervisor: User
) -> None:
    User.objects.filter(pk=worker.pk).update(supervisor=supervisor)
    client.force_login(supervisor)
    assert client.get(reverse("insights"), {"worker": str(worker.pk)}).status_code == 200
    event = AuditEvent.objects.get(verb="figures.viewed")
    assert event.details["worker"] == str(worker.pk)


def test_a_look_at_the_audit_is_in_the_audit(client: Client, privacy: User, call: Intake) -> None:
    client.force_login(privacy)
    place = reverse("audit") + "?reference=Zebulon&verb=intake."
    assert client.get(place).status_code == 200
    event = AuditEvent.objects.get(verb="audit.viewed")
    assert (event.actor, event.details) == (privacy, {"by": "reference, verb"})
    assert "audit.viewed" in client.get(reverse("audit")).content.decode()


def test_who_saw_names_or_words_in_a_search_viewed_the_record(
    client: Client, worker: User, supervisor: User, call: Intake
) -> None:
    fill(worker, call)
    other = make_call(worker)
    fill(worker, other)
    client.force_login(supervisor)
    answer = client.post(reverse("intakes"), {"name": "Ottoline"}, follow=True)
    assert answer.status_code == 200
    shown = AuditEvent.objects.filter(verb="intake.shown", actor=supervisor)
    assert {one.subject_id for one in shown} == {call.pk, other.pk}
    record = client.get(reverse("intake", args=[call.pk]), {"tab": "viewed"}).content.decode()
    assert "Saw names or words of it in a search" in record
    told = json.dumps([*AuditEvent.objects.values()], default=str)
    assert "Ottoline" not in told


def test_no_answer_to_a_form_is_kept(as_worker: Client, worker: User, call: Intake) -> None:
    put(worker, call, "narrative.text", "Theirs")
    stale = {"base:narrative.text": "0", "narrative.text": "Mine"}
    save = {"field": "narrative.text", "text": "Mine", "base": 0, "key": str(uuid.uuid4())}
    answers = {
        409: as_worker.post(reverse("call_section", args=[call.pk]), stale),
        422: as_worker.post(reverse("call_submit", args=[call.pk])),
        405: as_worker.get(reverse("call_end", args=[call.pk])),
        404: as_worker.get(reverse("call", args=[uuid.uuid4()])),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert is_kept_by_nobody(answer.headers), status
    refused = as_worker.post(
        reverse("call_save", args=[call.pk]), save, content_type="application/json"
    )
    assert refused.json()["text"] == "Theirs"
    assert is_kept_by_nobody(refused.headers)
