"""The crowd of the benches keeps every constraint, and one seed gives one crowd."""

import hashlib
from uuid import UUID

import pytest
from django.db import connection, transaction

from intake.actions.summaries import count_missing
from intake.models import (
    Answer,
    CallSummary,
    HeardNote,
    Intake,
    Narrative,
    Person,
    ReferenceCounter,
)
from intake.search import engines
from intake.search.index import words_of_person
from intake.text import words_of
from tests.bench import crowd, crowd_index

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
    summaries = list(CallSummary.objects.order_by("pk").values())
    CallSummary.objects.all().delete()
    assert count_missing() == len(summaries) == Intake.objects.counted().count()
    assert list(CallSummary.objects.order_by("pk").values()) == summaries
    phrase, times = next(iter(crowd.PHRASES.items()))
    assert Narrative.objects.filter(text__contains=phrase).count() == times


def test_what_makes_them_findable_is_what_the_application_writes() -> None:
    documents: list[crowd.Document] = []
    crowd.fill(60, 7, each=documents.extend, is_checked=True)
    for document in documents:
        texts = [words_of(document.narrative), *map(words_of, document.answers)]
        assert crowd_index.vector_of(document) == engines.vector_of(texts)
        people = Person.objects.filter(intake=UUID(document.intake_id))
        assert {one.hex for one in people.values_list("pk", flat=True)} == set(document.people)
        assert sorted(crowd_index.people_of(document)) == sorted(
            (one.pk.hex, kind, word) for one in people for kind, word in words_of_person(one)
        )


def test_numbers_go_up_with_the_years_and_leave_none_out() -> None:
    agency = crowd.fill(2_600, 7, is_checked=True)  # more than a batch: of both parts
    given: dict[tuple[int, bool], list[str]] = {}
    for intake in Intake.objects.order_by("started_at", "reference"):
        year = intake.started_at.astimezone(agency.zone).year
        given.setdefault((year, intake.is_practice), []).append(intake.reference)
    assert len(given) == 8  # real and practice, in three years from a July on
    for (year, is_practice), references in given.items():
        sign = "P" if is_practice else ""
        numbers = range(1, len(references) + 1)
        assert references == [f"{sign}{year % 100}-{number:06d}" for number in numbers]
        counter = ReferenceCounter.objects.get(agency=agency, year=year, is_practice=is_practice)
        assert counter.last == len(references)
