"""What differs between PostgreSQL and SQLite when words are looked for.

Both keep the same words, folded and taken apart by `intake.text`: PostgreSQL as a `tsvector` with a
GIN index in `intake_searchdocument.vector`, SQLite in the FTS5 table `intake_words`, whose rowid is
the document's id. A phrase is a tuple of words that follow each other.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from intake.models import Intake, SearchDocument

Sql = tuple[str, list[Any]]

_LAST_PLACE = 16_383  # of a word in a tsvector
_MOST_PLACES = 255  # of one word
_VECTOR_ROOM = 900_000  # bytes; PostgreSQL's own limit is 1 MiB
_BETWEEN = "\ue000"  # parts two texts on SQLite; nothing that is looked for has it
_NAMES = 0x4A3E5  # of PostgreSQL's advisory locks
_TRUSTED = 600  # seconds that statistics of the words are remembered


def is_postgresql() -> bool:
    """Whether the database is PostgreSQL."""
    return connection.vendor == "postgresql"


def key(value: UUID) -> Any:
    """Return a key as the database compares it."""
    return value if connection.features.has_native_uuid_field else value.hex


def moment(value: datetime) -> Any:
    """Return a time as the database compares it."""
    return connection.ops.adapt_datetimefield_value(value)


def put_words(intake: Intake, texts: Sequence[Sequence[str]]) -> None:
    """Store the folded words of an intake's texts in place of those that are stored."""
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO intake_searchdocument (intake_id, agency_id, started_at, vector)"
                " VALUES (%s, %s, %s, %s::tsvector)"
                " ON CONFLICT (intake_id) DO UPDATE SET vector = excluded.vector",
                [intake.pk, intake.agency_id, intake.started_at, vector_of(texts)],
            )
        return
    document, _ = SearchDocument.objects.get_or_create(
        intake=intake,
        defaults={"agency_id": intake.agency_id, "started_at": intake.started_at},
    )
    words = f" {_BETWEEN} ".join(" ".join(text) for text in texts)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM intake_words WHERE rowid = %s", [document.pk])
        cursor.execute(
            "INSERT INTO intake_words (rowid, words) VALUES (%s, %s)", [document.pk, words]
        )


def drop_words(intake: Intake) -> None:
    """Take the words of an intake's texts away: nobody finds it by them."""
    documents = SearchDocument.objects.filter(intake=intake)
    if not is_postgresql():
        with connection.cursor() as cursor:
            for key in documents.values_list("pk", flat=True):
                cursor.execute("DELETE FROM intake_words WHERE rowid = %s", [key])
    documents.delete()


def purge_words() -> None:
    """Leave nothing of words that were taken away: FTS5 keeps them until its parts are merged."""
    if not is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO intake_words (intake_words) VALUES ('optimize')")


def lock_names(*, whole: bool = False) -> None:
    """Keep `NameWord` from being cleaned until the transaction ends; `whole`: from being written.

    It is the last lock that a transaction takes. SQLite has one writer anyway.
    """
    if is_postgresql():
        shared = "" if whole else "_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{shared}(%s)", [_NAMES])


def vector_of(texts: Iterable[Sequence[str]]) -> str:
    """Return folded words as the text of a tsvector; between two texts no phrase is found."""
    places: dict[str, list[str]] = {}
    place, room = 0, _VECTOR_ROOM
    for words in texts:
        for word in words:
            place += 1
            found = places.get(word)
            if found is None:
                room -= len(word.encode()) + 8
                if room < 0:
                    break
                found = places[word] = []
            if place <= _LAST_PLACE and len(found) < _MOST_PLACES:
                found.append(str(place))
                room -= 2
        place += 1
    return " ".join(
        f"'{word}':{','.join(found)}" if found else f"'{word}'" for word, found in places.items()
    )


def query_of(phrases: Sequence[tuple[str, ...]]) -> str:
    """Return what is asked for in the database's own language: every phrase has to be there."""
    if is_postgresql():
        return " & ".join(
            "(" + " <-> ".join(f"'{word}'" for word in phrase) + ")" for phrase in phrases
        )
    return " AND ".join('"' + " ".join(phrase) + '"' for phrase in phrases)


def has_words(alias: str, phrases: Sequence[tuple[str, ...]]) -> Sql:
    """Return the condition that the document `alias` has all of the phrases."""
    if is_postgresql():
        return f"{alias}.vector @@ %s::tsquery", [query_of(phrases)]
    return (
        f"{alias}.id IN (SELECT rowid FROM intake_words WHERE intake_words MATCH %s)",
        [query_of(phrases)],
    )


def is_one_of(column: str, words: Sequence[str]) -> Sql:
    """Return the condition that a column is one of the words."""
    if is_postgresql():
        return f"{column} = ANY(%s)", [list(words)]
    return f"{column} IN ({', '.join(['%s'] * len(words))})", list(words)


class Statistics:
    """In which part of the documents the common words are, as PostgreSQL's own statistics say.

    They are read every ten minutes. A word that they do not know is in fewer documents than
    `least`; where there are none, as on SQLite, no word is common.
    """

    def __init__(self) -> None:
        self.shares: dict[str, float] = {}
        self.documents = 0.0
        self.least = 0.0
        self._read_at = float("-inf")

    def of(self, words: Iterable[str]) -> list[float | None]:
        """Return the share of each word, between 0 and 1, or None for one that is not known."""
        if is_postgresql() and time.monotonic() - self._read_at > _TRUSTED:
            self._read()
        return [self.shares.get(word) for word in words]

    def forget(self) -> None:
        """Read them anew with the next search."""
        self._read_at = float("-inf")

    def _read(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats"
                " WHERE schemaname = ANY(current_schemas(false))"
                " AND tablename = 'intake_searchdocument' AND attname = 'vector'"
            )
            row = cursor.fetchone()
            cursor.execute(
                "SELECT reltuples FROM pg_class WHERE oid = 'intake_searchdocument'::regclass"
            )
            self.documents = max(0.0, cursor.fetchone()[0])
        # Behind the shares stand their least, their greatest, and that of empty documents.
        self.shares = dict(zip(*row, strict=False)) if row and row[0] else {}
        self.least = min(self.shares.values(), default=0.0)
        self._read_at = time.monotonic()


statistics = Statistics()
