"""The page of intakes: what is typed stands in no address, and who may not read sees no content."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.actions import calls
from intake.actions.searches import forget_searches
from intake.models import AuditEvent, Intake, SearchQuery, User
from tests.factory import NOW, make_call, make_user, put

PAGE = "/intakes/"


@pytest.fixture
def told(worker: User, call: Intake) -> Intake:
    """A call of the worker that ended."""
    put(worker, call, "narrative.text", "The boy is <b>hungry</b> & alone at 12 Harbor Lane.")
    row = f"person.{uuid.uuid4()}"
    put(worker, call, f"{row}.name", "Nguyễn <i>Ánh</i>", role="child")
    put(worker, call, f"{row}.address", "12 Harbor Lane")
    return calls.end_call(actor=worker, intake_id=call.pk, at=NOW)


def search(client: Client, **typed: str) -> str:
    """Search as the form does and return the page."""
    sent = client.post(PAGE, typed)
    assert sent.status_code == 302, sent.context["form"].errors
    for text in typed.values():
        assert len(text) < 4 or text not in sent["Location"]
    shown = client.get(sent["Location"])
    assert shown.status_code == 200
    return shown.content.decode()


def test_a_passage_is_marked_and_escaped(as_worker: Client, told: Intake) -> None:
    page = search(as_worker, words="hungry")
    assert "The boy is &lt;b&gt;<mark>hungry</mark>&lt;/b&gt; &amp; alone" in page
    assert f'href="{reverse("intake", args=[told.pk])}"' in page
    assert "1 intake found" in page
    page = search(as_worker, name="nguyen")
    assert "<mark>Nguyễn</mark> &lt;i&gt;Ánh&lt;/i&gt;" in page


def test_what_was_typed_comes_back_in_the_form_only(as_worker: Client, told: Intake) -> None:
    page = search(as_worker, words="hungry alone", name="Ngueyn")
    assert 'value="hungry alone"' in page
    assert 'value="Ngueyn"' in page
    kept = SearchQuery.objects.get()
    assert (kept.criteria, kept.count, kept.is_more) == (
        {"words": "hungry alone", "name": "Ngueyn"},
        1,
        False,
    )


def test_nothing_typed_is_taken_from_an_address(as_worker: Client, told: Intake) -> None:
    shown = as_worker.get(PAGE, {"words": "nowhere", "name": "x", "is_beyond": "on"})
    assert list(shown.context["page"]) == [told]
    assert b"nowhere" not in shown.content


def test_filters_alone_stand_in_the_address(as_worker: Client, told: Intake) -> None:
    sent = as_worker.post(PAGE, {"status": "in_progress", "since": "2026-03-01"})
    assert sent["Location"] == f"{PAGE}?status=in_progress&since=2026-03-01"
    assert not SearchQuery.objects.exists()
    assert list(as_worker.get(sent["Location"]).context["page"]) == [told]
    assert as_worker.post(PAGE, {})["Location"] == PAGE
    shown = as_worker.get(PAGE, {"factor": "concrete_support"})
    assert list(shown.context["page"]) == []
    shown = as_worker.get(PAGE, {"factor": "concrete_support", "asked": "not_asked"})
    assert list(shown.context["page"]) == [told]


@pytest.mark.parametrize(
    "wrong",
    [
        {"since": "never", "words": "x"},
        {"status": "odd"},
        {"words": "x" * 301},
        {"worker": str(uuid.uuid4())},
        {"is_beyond": "on", "name": "x"},
        {"is_beyond": "on", "purpose": "reported_before"},
        {"is_beyond": "on", "purpose": "odd", "name": "x"},
        # What is in a record that is not to be read is not found out piece by piece.
        {"is_beyond": "on", "purpose": "reported_before", "reference": "1", "words": "gin"},
        {"is_beyond": "on", "purpose": "reported_before", "reference": "1", "asked": "not_asked"},
    ],
)
def test_what_cannot_be_is_said_and_nothing_searched(
    as_worker: Client, wrong: dict[str, str]
) -> None:
    answer = as_worker.post(PAGE, wrong)
    assert answer.status_code == 422
    assert b"Nothing was searched yet" in answer.content
    assert not SearchQuery.objects.exists()
    assert not AuditEvent.objects.filter(verb="intake.searched").exists()


def test_odd_letters_are_no_error(as_worker: Client, told: Intake) -> None:
    for typed in ("\x00", '"', "😀", "%_\\", "' OR 1=1 --", "*", "NEAR(", "a" * 300):
        assert "No intake fits" in search(as_worker, words=typed)


def test_a_search_is_its_owner_s(
    client: Client, worker: User, worker2: User, supervisor: User, told: Intake
) -> None:
    client.force_login(worker)
    address = client.post(PAGE, {"words": "hungry"})["Location"]
    for user in (worker2, supervisor):
        client.force_login(user)
        assert client.get(address).status_code == 404
    client.force_login(worker)
    assert client.get(address).status_code == 200
    for key in ("x", str(uuid.uuid4())):
        assert client.get(f"{PAGE}?search={key}").status_code == 404


def test_searches_are_audited_without_their_words(
    client: Client, worker2: User, supervisor: User, told: Intake
) -> None:
    client.force_login(supervisor)
    search(client, words="hungry", name="Nguyen", status="in_progress")
    client.force_login(worker2)
    search(client, name="Nguyen", is_beyond="on", purpose="prior_involvement")
    first, second = AuditEvent.objects.filter(verb="intake.searched").order_by("at")
    assert (first.actor, first.subject_id) == (supervisor, None)
    assert first.details == {"criteria": "status, name, words", "count": 1}
    assert second.details == {
        "beyond": True,
        "purpose": "prior_involvement",
        "criteria": "name",
        "count": 1,
    }
    for event in (first, second):
        assert event.sentence == "Looked for intakes"


def test_beyond_the_own_a_worker_learns_that_there_is_one(
    client: Client, worker2: User, told: Intake
) -> None:
    client.force_login(worker2)
    assert "No intake fits" in search(client, name="Nguyen")
    page = search(client, name="Nguyen", is_beyond="on", purpose="reported_before")
    assert told.reference in page
    assert "<mark>Nguyễn</mark>" in page
    assert "Ask a supervisor to open it." in page
    assert reverse("intake", args=[told.pk]) not in page
    page = search(client, address="Harbor", is_beyond="on", purpose="reported_before")
    assert told.reference in page
    assert "Nguyễn" not in page  # a name that was not typed is not given away
    assert client.get(reverse("intake", args=[told.pk])).status_code == 404


def test_a_supervisor_needs_no_purpose(client: Client, supervisor: User, told: Intake) -> None:
    client.force_login(supervisor)
    assert b"Search the agency" not in client.get(PAGE).content
    page = search(client, name="Nguyen", is_beyond="on")
    assert "<mark>Nguyễn</mark>" in page
    assert SearchQuery.objects.get().criteria == {"name": "Nguyen"}


def test_pages_of_a_search_need_no_words(client: Client, supervisor: User, worker: User) -> None:
    for minute in range(27):
        one = make_call(worker, at=NOW + timedelta(minutes=minute))
        put(worker, one, f"person.{uuid.uuid4()}.name", "Amir", role="child")
    client.force_login(supervisor)
    first = client.get(client.post(PAGE, {"name": "amir"})["Location"])
    assert b"27 intakes found" in first.content
    older = client.get(f"{PAGE}?{first.context['older']}")
    assert len(list(older.context["page"])) == 2
    assert older.context["older"] == ""
    newer = client.get(f"{PAGE}?{older.context['newer']}")
    assert list(newer.context["page"]) == list(first.context["page"])
    assert client.get(f"{PAGE}?older=nonsense").status_code == 200


def test_a_search_takes_a_fixed_number_of_queries(
    client: Client, supervisor: User, worker: User, told: Intake
) -> None:
    from tests.views.test_pages import count_queries

    client.force_login(supervisor)
    address = client.post(PAGE, {"name": "nguyen", "words": "hungry"})["Location"]
    few = count_queries(client, address)
    for minute in range(8):
        one = make_call(worker, at=NOW + timedelta(minutes=minute))
        put(worker, one, "narrative.text", "hungry")
        put(worker, one, f"person.{uuid.uuid4()}.name", "Nguyễn Vân", role="child")
        calls.end_call(actor=worker, intake_id=one.pk, at=NOW + timedelta(minutes=minute))
    assert count_queries(client, address) == few
    assert len(list(client.get(address).context["page"])) == 9


def test_old_searches_are_forgotten(as_worker: Client, told: Intake) -> None:
    address = as_worker.post(PAGE, {"words": "hungry"})["Location"]
    now = timezone.now()
    assert forget_searches(before=now - timedelta(days=1)) == 0
    assert as_worker.get(address).status_code == 200
    assert forget_searches(before=now + timedelta(seconds=1)) == 1
    assert as_worker.get(address).status_code == 404


def test_who_reads_no_intakes_searches_none(
    client: Client, administrator: User, privacy: User
) -> None:
    for user in (administrator, privacy):
        client.force_login(user)
        assert client.post(PAGE, {"words": "x"}).status_code == 404
    assert not SearchQuery.objects.exists()


def test_who_holds_both_roles_searches_the_agency_s(
    client: Client, worker: User, told: Intake
) -> None:
    both = make_user(told.agency, "both", "workers", "supervisors")
    client.force_login(both)
    assert "hungry</mark>" in search(client, words="hungry")
