"""Queries that are asked all day, put together once: that takes Django longer than their answer."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import Expression
from django.db.models.sql import Query

# Two moments that stand for the present: what differs between the two queries is a time.
_THEN, _LATER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 2, tzinfo=UTC)


class _Words(NamedTuple):
    """A query in SQL; `spans` are the places of its values that lie so long after the present."""

    query: Query
    columns: list[Expression]
    sql: str
    values: tuple[Any, ...]
    spans: dict[int, timedelta]


class Prepared:
    """Decorates a function that returns a query of values, from what can be a key, and a time.

    The query is put together once for what it is about; later only the times in it change.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Any]"]) -> None:
        self.build = build
        self._once = lru_cache(1024)(self._put_together)

    def rows(self, *about: Any, at: datetime) -> list[Sequence[Any]]:
        """Return the rows of the query about this, at that time, as the query itself would."""
        words = self._once(*about)
        with connection.cursor() as cursor:
            cursor.execute(words.sql, _values(words, at))
            rows = cursor.fetchall()
        compiler = words.query.get_compiler(connection=connection)
        if converters := compiler.get_converters(words.columns):
            return list(compiler.apply_converters(rows, converters))
        return list(rows)

    def sql(self, *about: Any, at: datetime) -> tuple[str, list[Any]]:
        """Return the query in SQL with its values, to stand in another one."""
        words = self._once(*about)
        return words.sql, _values(words, at)

    def _put_together(self, *about: Any) -> _Words:
        query = self.build(*about, at=_THEN).query
        compiler = query.get_compiler(connection=connection)
        sql, values = compiler.as_sql()
        later = self.build(*about, at=_LATER).query.sql_with_params()[1]
        pairs = enumerate(zip(values, later, strict=True))
        spans = {place: _after_then(one) for place, (one, other) in pairs if one != other}
        return _Words(query, [one for one, *_ in compiler.select], sql, tuple(values), spans)


def _after_then(value: datetime | str) -> timedelta:
    """Return how long after `_THEN` a value lies; SQLite's are texts without a zone."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) - _THEN


def _values(words: _Words, at: datetime) -> list[Any]:
    """Return the values with the times that they are at this one."""
    values = list(words.values)
    for place, span in words.spans.items():
        values[place] = connection.ops.adapt_datetimefield_value(at + span)
    return values
