"""The crowd of the benches keeps every constraint, and one seed gives one crowd."""

import hashlib

import pytest
from django.db import connection, transaction

from intake.models import Answer, HeardNote, Intake, Narrative, Person
from tests.bench import crowd

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql_only]


class Undone(Exception):
    """Takes a crowd back."""


def look(seed: int, documents: list[crowd.Document]) -> str:
    """Fill, return a digest of what was written, and take it back."""
    digest = hashlib.sha256()
    try:
        with transaction.atomic():
            crowd.fill(60, seed, each=documents.extend, is_checked=True)
            for model, fields in (
                (Intake, ("pk", "reference", "worker", "status", "started_at")),
                (Narrative, ("intake", "text")),
                (Answer, ("pk", "intake", "text", "status")),
                (Person, ("pk", "name", "birth_date", "address")),
                (HeardNote, ("pk", "factor", "side", "text")),
            ):
                for row in model._default_manager.order_by("pk").values_list(*fields):
                    digest.update(repr(row).encode())
            raise Undone
    except Undone:
        return digest.hexdigest()


def test_the_same_seed_gives_the_same_rows() -> None:
    documents: list[crowd.Document] = []
    again: list[crowd.Document] = []
    other: list[crowd.Document] = []
    assert look(3, documents) == look(3, again) != look(4, other)
    assert documents == again


def test_every_constraint_holds_and_documents_say_what_is_there() -> None:
    documents: list[crowd.Document] = []
    agency = crowd.fill(200, 7, each=documents.extend, is_checked=True)
    connection.check_constraints()

    real = Intake.objects.filter(agency=agency).for_real()
    assert {one.intake_id for one in documents} == {
        one.hex for one in real.values_list("pk", flat=True)
    }
    assert set(real.values_list("status", flat=True)) == set(Intake.Status.values)
    for document in documents[:20]:
        intake = Intake.objects.get(pk=document.intake_id)
        assert intake.narrative.text == document.narrative
        assert intake.started_at.isoformat() == document.started_at
        assert set(intake.people.values_list("name", flat=True)) == set(document.names)
        texts = intake.answers.exclude(text="").values_list("text", flat=True)
        assert sorted(texts) == sorted(document.answers)
    phrase, times = next(iter(crowd.PHRASES.items()))
    assert Narrative.objects.filter(text__contains=phrase).count() == times
