"""Who called is nowhere in the clear: no table, no log, no export, no page but the open call."""

import logging
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from intake.crypto import SealBroken
from intake.models import FieldRevision, Intake, Reporter, User
from tests.factory import NOW, make_call, put, submit
from tests.leaks import everything_stored

CANARIES = {
    "name": ("Ulalume Zephyrine", "Ulalume Zephyrine-Quist"),
    "phone": ("555 0177 4242",),
    "callback_number": ("555 0188 4343",),
    "address": ("77 Wyvern Alley, second floor",),
    "relationship": ("piano teacher Xanthippe",),
    "capacity": ("Quokka keeper",),
    "basis_of_knowledge": ("Heard it through the lute room wall",),
    "refusal_reason": ("Dreads the landlord Vercingetorix",),
}


@pytest.fixture
def told(worker: User, call: Intake) -> Intake:
    """A call whose reporting party was typed, changed, emptied and typed again."""
    for column, texts in CANARIES.items():
        typed = [*texts, "", texts[-1]]
        for base, text in enumerate(typed):
            at = NOW + timedelta(minutes=base)
            put(worker, call, f"reporter.{column}", text, base=base, at=at)
    assert FieldRevision.objects.filter(intake=call).exists()
    return call


def needles() -> list[bytes]:
    return [word.encode() for texts in CANARIES.values() for word in texts]


def test_no_table_holds_it(worker: User, told: Intake) -> None:
    put(worker, told, "narrative.text", "A word that is in the clear")
    submission = submit(worker, told)
    stored = everything_stored()
    assert b"A word that is in the clear" in stored  # the search finds what is there
    for needle in needles():
        assert needle not in stored
    reporter = Reporter.objects.get(intake=told)
    for column, texts in CANARIES.items():
        assert reporter.read(column) == texts[-1]
        assert texts[-1] in submission.reporter.read()


def test_no_log_and_no_export_holds_it(
    client: Client, worker: User, told: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(worker)
    client.raise_request_exception = False
    with caplog.at_level(logging.DEBUG):
        body = {"field": "reporter.name", "text": "Ulalume Zephyrine", "base": 0, "key": "no key"}
        client.post(reverse("call_save", args=[told.pk]), body, content_type="application/json")
        client.get(reverse("call", args=[told.pk]))
        submit(worker, told)
        pdf = client.get(reverse("intake_pdf", args=[told.pk])).content
        exported = client.get(reverse("intake_json", args=[told.pk])).content
        record = client.get(reverse("intake", args=[told.pk])).content
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).encode()
    logged = "\n".join(f"{one.getMessage()} {one.__dict__}" for one in caplog.records).encode()
    for needle in needles():
        for place in (logged, text, exported, record):
            assert needle not in place


def test_only_the_owner_of_the_open_call_reads_it(
    client: Client, worker: User, supervisor: User, told: Intake
) -> None:
    client.force_login(worker)
    assert b"Ulalume" in client.get(reverse("call", args=[told.pk])).content
    client.force_login(supervisor)
    assert b"Ulalume" not in client.get(reverse("intake", args=[told.pk])).content


def test_a_sealed_value_does_not_open_elsewhere(worker: User, told: Intake) -> None:
    reporter = Reporter.objects.get(intake=told)
    Reporter.objects.filter(pk=reporter.pk).update(phone=reporter.name)
    with pytest.raises(SealBroken):
        Reporter.objects.get(intake=told).read("phone")
    other = Reporter.objects.create(intake=make_call(worker), name=reporter.name)
    with pytest.raises(SealBroken):
        other.read("name")
