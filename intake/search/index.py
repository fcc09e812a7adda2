"""What is written so that an intake is found. Of the reporting party nothing is ever read here.

Words of the narrative and of answers are written when a call ends and at every transition after
it; names, addresses and birth dates of people with the save that changes them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from intake.models import (
    Agency,
    Amendment,
    Answer,
    Concern,
    Correction,
    Decision,
    HeardNote,
    Intake,
    NameWord,
    Narrative,
    Person,
    PersonWord,
    Quotation,
)
from intake.search import engines
from intake.text import name_words, spellings, words_of

Kind = PersonWord.Kind
FOUND_BY = ("name", "address", "birth_date", "is_removed")  # columns of a person

# Not read: who heard a child, who witnessed and who accepted help, since that may be the caller.
_OF_CALL = (
    ("Child now at", "child_now_at"),
    ("Responder safety", "responder_safety_details"),
    ("Tribe", "tribe"),
)
_OF_CONCERN = ("what", "when", "where", "injury")
_OF_DECISION = (
    "rationale",
    "working_well_bearing",
    "harm_statement",
    "danger_statement",
    "next_steps",
    "known_referral",
)


@dataclass(frozen=True)
class Text:
    """A text of an intake in which words are found, and what it is called."""

    label: str
    text: str


def texts_of(intakes: Sequence[Intake]) -> dict[UUID, list[Text]]:
    """Return the texts in which words of each intake are found, the narrative first.

    A fixed number of queries, however many intakes.
    """
    keys = [one.pk for one in intakes]
    texts: dict[UUID, list[Text]] = {key: [] for key in keys}

    def add(key: UUID, label: str, text: str) -> None:
        if text:
            texts[key].append(Text(label, text))

    for key, text in Narrative.objects.filter(intake__in=keys).values_list("intake", "text"):
        add(key, "Narrative", text)
    answers = Answer.objects.filter(intake__in=keys).exclude(text="")
    for key, title, text in answers.order_by("id").values_list(
        "intake", "prompt__question_set__title", "text"
    ):
        add(key, title, text)
    standing = {"intake__in": keys, "is_removed": False}
    others: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
        ("Heard", HeardNote.objects.filter(**standing), ("text",)),
        (
            "Exact words",
            Quotation.objects.filter(**standing),
            ("text",),
        ),  # who spoke may have called
        ("Corrected", Correction.objects.filter(**standing), ("text",)),
        ("Concern", Concern.objects.filter(**standing), _OF_CONCERN),
        ("Decision", Decision.objects.filter(intake__in=keys), _OF_DECISION),
        ("Amendment", Amendment.objects.filter(intake__in=keys), ("text",)),
    )
    for label, rows, columns in others:
        for key, *parts in rows.values_list("intake", *columns):
            for text in parts:
                add(key, label, text)
    for intake in intakes:
        for label, column in _OF_CALL:
            add(intake.pk, label, getattr(intake, column))
    return texts


def index_words(*intakes: Intake) -> None:
    """Make the words of real intakes findable as they stand now; practice never is."""
    real = [one for one in intakes if not one.is_practice]
    texts = texts_of(real) if real else {}
    for intake in real:
        engines.put_words(intake, [words_of(one.text) for one in texts[intake.pk]])


def words_of_person(person: Person) -> set[tuple[str, str]]:
    """Return (kind, word) by which a person is found; one who was taken out again is not."""
    if person.is_removed:
        return set()
    found = {(Kind.NAME.value, word) for word in name_words(person.name)}
    found |= {(Kind.ADDRESS.value, word) for word in name_words(person.address)}
    if person.birth_date:
        found.add((Kind.BIRTH_DATE.value, person.birth_date.isoformat()))
    return found


def index_person(
    intake: Intake,
    person: Person,
    before: set[tuple[str, str]] = frozenset(),  # type: ignore[assignment]
) -> None:
    """Make a person of an intake findable; `before` is what stands (`words_of_person`)."""
    if intake.is_practice:
        return
    now = words_of_person(person)
    gone, come = before - now, now - before
    if gone:
        dead = Q()
        for kind, word in gone:
            dead |= Q(kind=kind, word=word)
        PersonWord.objects.filter(dead, person=person).delete()
    if come:
        write_words([(intake, person.pk, come)])


def write_words(found: Iterable[tuple[Intake, UUID, set[tuple[str, str]]]]) -> None:
    """Write the words of people, each with its intake; those that are there already stay."""
    rows, words = [], set[tuple[UUID, str]]()
    for intake, person, pairs in found:
        for kind, word in sorted(pairs):
            rows.append(
                PersonWord(
                    person_id=person,
                    kind=kind,
                    word=word,
                    agency_id=intake.agency_id,
                    intake_id=intake.pk,
                    started_at=intake.started_at,
                )
            )
            if kind != Kind.BIRTH_DATE:
                words.add((intake.agency_id, word))
    if words:
        engines.lock_names()
    # In one order for all, so that two who write the same words wait and do not deadlock.
    known = sorted((agency, one, word) for agency, word in words for one in spellings(word))
    NameWord.objects.bulk_create(
        [NameWord(agency_id=agency, spelling=one, word=word) for agency, one, word in known],
        ignore_conflicts=True,
    )
    PersonWord.objects.bulk_create(rows, ignore_conflicts=True)


def drop_index(intake: Intake) -> None:
    """Let nobody find an intake any more; `index_words` and `index_people` bring it back."""
    engines.drop_words(intake)
    PersonWord.objects.filter(intake=intake).delete()


def clean_names(agency: Agency) -> int:
    """Delete the words of names that no person of the agency's intakes has; return how many rows.

    Half-typed names, and those of people who were taken out, stay in `NameWord` until then.
    """
    engines.lock_names(whole=True)
    bears = PersonWord.objects.filter(
        agency=OuterRef("agency"), kind__in=(Kind.NAME, Kind.ADDRESS), word=OuterRef("word")
    )
    gone, _ = NameWord.objects.filter(~Exists(bears), agency=agency).delete()
    engines.purge_words()
    return gone


def index_missing(*, batch: int = 500) -> int:
    """Index the real intakes that are not found yet, batch by batch; return how many there were.

    A call that goes on is found by its people only. Stopped at any moment, it goes on where it
    was the next time.
    """
    done, last = 0, None
    missing = (
        Intake.objects.for_real()
        .shown()
        .filter(document=None)
        .exclude(status=Intake.Status.IN_PROGRESS, ended_at=None)
        .order_by("started_at", "id")
    )
    while True:
        left = missing
        if last is not None:  # what was passed is not looked at again
            left = missing.filter(started_at__gte=last.started_at)
            left = left.exclude(started_at=last.started_at, id__lte=last.pk)
        with transaction.atomic():
            # Locked: a transition beside it writes the words as they are then, not older ones.
            intakes = list(left.select_for_update(of=("self",))[:batch])
            index_people(intakes)
            index_words(*intakes)
        if not intakes:
            break
        done, last = done + len(intakes), intakes[-1]
    live = Intake.objects.for_real().filter(status=Intake.Status.IN_PROGRESS, ended_at=None)
    index_people(list(live))
    if done and engines.is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE intake_searchdocument, intake_personword, intake_nameword")
        engines.statistics.forget()
    return done


def index_people(intakes: list[Intake]) -> None:
    """Make the people of real intakes findable."""
    by_key = {one.pk: one for one in intakes}
    people = Person.objects.filter(intake__in=by_key, is_removed=False)
    write_words([(by_key[one.intake_id], one.pk, words_of_person(one)) for one in people])
