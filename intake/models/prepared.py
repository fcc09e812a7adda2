"""Queries that are asked all day, put together once: that takes Django longer than their answer."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, UUIDField
from django.db.models.expressions import Expression
from django.db.models.sql import Query

_KEY: UUIDField[UUID, UUID] = UUIDField()


class _Words(NamedTuple):
    """A query in SQL; `places` are those of its values that were given, or lie so long after it.

    What the database answers `is_converted` into what Python takes, or is so already.
    """

    query: Query
    columns: list[Expression]
    sql: str
    values: tuple[Any, ...]
    places: dict[int, tuple[int, timedelta]]
    is_converted: bool


class Prepared:
    """Decorates a function that returns a query of values, from what can be a key, and a time.

    The query is put together once for all that it may be about: other keys of rows and other times
    only change its values.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Any]"]) -> None:
        self.build = build
        self._once = lru_cache(1024)(self._put_together)

    def rows(self, *about: Any, at: datetime) -> list[Sequence[Any]]:
        """Return the rows of the query about this, at that time, as the query itself would."""
        words, values = self._words(*about, at)
        with connection.cursor() as cursor:
            cursor.execute(words.sql, values)
            rows = cursor.fetchall()
        if not words.is_converted:
            return list(rows)
        compiler = words.query.get_compiler(connection=connection)
        return list(compiler.apply_converters(rows, compiler.get_converters(words.columns)))

    def sql(self, *about: Any, at: datetime) -> tuple[str, list[Any]]:
        """Return the query in SQL with its values, to stand in another one."""
        words, values = self._words(*about, at)
        return words.sql, values

    def _words(self, *given: Any) -> tuple[_Words, list[Any]]:
        words = self._once(*(_kind(one) for one in given))
        values = list(words.values)
        for place, (number, span) in words.places.items():
            values[place] = _adapted(given[number], span)
        return words, values

    def _put_together(self, *about: Any) -> _Words:
        given = [_stand_in(one, number) for number, one in enumerate(about)]
        query = self.build(*given[:-1], at=given[-1]).query
        compiler = query.get_compiler(connection=connection)
        sql, values = compiler.as_sql()
        places: dict[int, tuple[int, timedelta]] = {}
        for number, one in enumerate(about):
            if one in (UUID, datetime):
                spans = [_after(value, given[number]) for value in values]
                places |= {
                    place: (number, span) for place, span in enumerate(spans) if span is not None
                }
        columns = [one for one, *_ in compiler.select]
        is_converted = bool(compiler.get_converters(columns))
        return _Words(query, columns, sql, tuple(values), places, is_converted)


def _kind(one: Any) -> Any:
    """Return the class of a key or a moment, whichever it is; other things stay."""
    return next((kind for kind in (UUID, datetime) if isinstance(one, kind)), one)


def _stand_in(one: Any, number: int) -> Any:
    """Return what stands for a key or a moment that is given later; other things stay."""
    if one is UUID:
        return UUID(int=2**100 + number)
    if one is datetime:
        return datetime(1000 + number, 7, 1, tzinfo=UTC)
    return one


def _after(value: Any, stand_in: UUID | datetime) -> timedelta | None:
    """Return how long after what stands for it a value lies, or None when it has another source."""
    if isinstance(stand_in, UUID):
        return timedelta() if value == _adapted(stand_in, timedelta()) else None
    if isinstance(value, str):  # SQLite's moments are texts without a zone
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    span = value.replace(tzinfo=UTC) - stand_in
    return span if abs(span) < timedelta(days=180) else None


def _adapted(one: UUID | datetime, span: timedelta) -> Any:
    """Return a key, or the moment so long after the one given, as the database takes it."""
    if isinstance(one, UUID):
        return _KEY.get_db_prep_value(one, connection)
    return connection.ops.adapt_datetimefield_value(one + span)
