"""Possible matches on the call screen: counted quietly, opened on purpose, linked on request."""

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from intake.models import AuditEvent, Intake, User
from tests.factory import NOW, make_call, put, submit


@pytest.fixture
def other(worker2: User) -> Intake:
    """A colleague's earlier intake about the same child."""
    one = make_call(worker2, at=NOW - timedelta(days=3))
    put(worker2, one, "narrative.text", "A secret of the other record.")
    put(worker2, one, f"person.{uuid.uuid4()}.name", "Ana <b>Marin</b>", role="child")
    return one


@pytest.fixture
def named(worker: User, call: Intake) -> Intake:
    """The worker's call, with the child."""
    put(worker, call, f"person.{uuid.uuid4()}.name", "Ana Marín b", role="child")
    return call


def test_the_count_is_quiet(as_worker: Client, other: Intake, named: Intake) -> None:
    before = AuditEvent.objects.count()
    answer = as_worker.get(reverse("call_matches_count", args=[named.pk])).json()
    assert answer == {"count": 1, "words": "1 possible match"}
    assert AuditEvent.objects.count() == before


def test_the_list_says_by_what_and_no_more(as_worker: Client, other: Intake, named: Intake) -> None:
    page = as_worker.get(reverse("call_matches", args=[named.pk])).content.decode()
    assert other.reference in page
    assert "Ana &lt;b&gt;Marin&lt;/b&gt;" in page
    assert "secret" not in page
    assert reverse("intake", args=[other.pk]) not in page
    assert AuditEvent.objects.filter(verb="intake.matches_viewed", subject_id=named.pk).exists()
    headers = {"Accept": "application/json"}
    part = as_worker.get(reverse("call_matches", args=[named.pk]), headers=headers).json()["html"]
    assert other.reference in part
    assert "<h1" not in part


def test_linking_and_taking_back(as_worker: Client, other: Intake, named: Intake) -> None:
    address = reverse("call_matches_link", args=[named.pk])
    answer = as_worker.post(address, {"other": other.pk})
    assert answer["Location"] == reverse("call_matches", args=[named.pk])
    assert list(named.prior_involvement.all()) == [other]
    headers = {"Accept": "application/json"}
    part = as_worker.post(address, {"other": other.pk, "unlink": "yes"}, headers=headers).json()
    assert "Link as prior involvement" in part["html"]
    assert not named.prior_involvement.exists()
    for wrong in (uuid.uuid4(), "x", ""):
        refused = as_worker.post(address, {"other": wrong}, headers=headers)
        assert (refused.status_code, "error" in refused.json()) == (409, True)


def test_what_was_linked_stays_in_view(
    as_worker: Client, worker: User, other: Intake, named: Intake
) -> None:
    as_worker.post(reverse("call_matches_link", args=[named.pk]), {"other": other.pk})
    row = named.people.get().pk
    put(worker, named, f"person.{row}.name", "Kofi Mensah", base=1)
    page = as_worker.get(reverse("call_matches", args=[named.pk])).content.decode()
    assert other.reference in page
    assert "do not match it now" in page


def test_the_record_and_its_exports_name_it(
    as_worker: Client, worker: User, other: Intake, named: Intake
) -> None:
    as_worker.post(reverse("call_matches_link", args=[named.pk]), {"other": other.pk})
    submit(worker, named)
    page = as_worker.get(reverse("intake", args=[named.pk])).content.decode()
    assert "Prior involvement" in page
    assert other.reference in page
    pdf = PdfReader(BytesIO(as_worker.get(reverse("intake_pdf", args=[named.pk])).content))
    assert other.reference in " ".join(one.extract_text() for one in pdf.pages)
    record = as_worker.get(reverse("intake_json", args=[named.pk])).json()
    assert [one["reference"] for one in record["prior_involvement"]] == [other.reference]


def test_practice_has_no_matches(as_worker: Client, worker: User) -> None:
    from intake.actions import calls

    practice = calls.start_call(actor=worker, at=NOW, is_practice=True)
    page = as_worker.get(reverse("call", args=[practice.pk])).content.decode()
    assert "data-matches" not in page
