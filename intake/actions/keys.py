"""The key ring's keys change: what older ones sealed is sealed anew under the first."""

import base64
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, Func, Q, Value

from intake import crypto
from intake.factors import PLACE
from intake.models import SubmissionReporter
from intake.models.sealed import SEALED_TABLES, SealedTable

BATCH = 100  # rows that are locked at a time; a save of one of them waits for so many
MISSING = "(another key)"
SECRETS = ("secret", "seed")  # of an authenticator app, of recovery codes


@dataclass(frozen=True)
class Unopened:
    """A value that does not open: its key is not in the ring (`MISSING`), or it was damaged."""

    table: str
    row: str
    column: str
    key: str


class _Mark(Func):
    """The first bytes of a sealed value, which tell its key."""

    function = "SUBSTR"
    output_field = models.BinaryField()


def reseal(*, batch: int = BATCH) -> Generator[int | Unopened]:
    """Seal everything anew that another than the ring's first key sealed.

    Yields after each batch, committed, how many values it sealed, and each value that does not
    open, which stays as it is. Rows that somebody is writing just now are passed by: call it again
    until nothing is left (`count_by_key`). A kill leaves whole batches; a second run at the same
    time does no harm.
    """
    for table in SEALED_TABLES:
        yield from _walk(partial(_older, table), partial(_reseal_row, table), batch)
    yield from _walk(_factors, _reseal_factor, batch)
    yield from _unopened_parties()


def _walk(
    read: Callable[[Any, int], list[Any]],
    reseal_row: Callable[[Any], Iterator[int | Unopened]],
    batch: int,
) -> Iterator[int | Unopened]:
    """Seal the rows anew that `read(last, batch)` locks, batch by batch, each in a transaction."""
    last = None
    while True:
        with transaction.atomic():
            rows = read(last, batch)
            outcomes = [one for row in rows for one in reseal_row(row)]
        yield sum(one for one in outcomes if isinstance(one, int))
        yield from (one for one in outcomes if isinstance(one, Unopened))
        if len(rows) < batch:
            return
        last = rows[-1].pk


def count_by_key() -> dict[str, int]:
    """Return how many values each key of the ring has sealed, in the ring's order.

    Under `MISSING` are those that no key of the ring sealed.
    """
    names = list(settings.ENCRYPTION_KEYS)
    counts = dict.fromkeys([*names, MISSING], 0)
    for table in SEALED_TABLES:
        found = table.model._default_manager.aggregate(
            **{
                f"{column}_{place}": Count("pk", filter=_is_of(column, name))
                for column in table.columns
                for place, name in enumerate(names)
            },
            **{f"{column}_all": Count(column) for column in table.columns},
        )
        for column in table.columns:
            known = [found[f"{column}_{place}"] for place in range(len(names))]
            for name, count in zip(names, known, strict=True):
                counts[name] += count
            counts[MISSING] += found[f"{column}_all"] - sum(known)
    for data in Authenticator.objects.values_list("data", flat=True).iterator():
        for name in SECRETS:  # in no column of the list, but in the library's JSON
            if name in data:
                counts[_key_of(base64.b64decode(data[name]))] += 1
    for one in _frozen_parties():
        counts[_key_of(one.sealed)] += 1
    return counts


def count_frozen() -> Counter[str]:
    """Return how many frozen reporting parties open with each key and can have no other one.

    They did not open when the others got keys of their own, for want of the ring's key.
    """
    lost = {one.row for one in _unopened_parties()}
    return Counter(_key_of(one.sealed) for one in _frozen_parties() if str(one.pk) not in lost)


def _frozen_parties() -> Iterator[SubmissionReporter]:
    """Those that the ring itself has sealed, which the database lets nobody seal anew."""
    bare = SubmissionReporter.objects.filter(key=None).select_related("key")
    return bare.order_by("pk").iterator()


def _unopened_parties() -> Iterator[Unopened]:
    """Yield the frozen reporting parties of older keys that do not open."""
    first = next(iter(settings.ENCRYPTION_KEYS))
    for one in _frozen_parties():
        try:
            if _key_of(one.sealed) != first:
                one.read()
        except crypto.SealBroken:
            yield _unopened(one, "sealed", one.sealed)


def _unopened(row: models.Model, column: str, value: bytes | memoryview) -> Unopened:
    return Unopened(row._meta.db_table, str(row.pk), column, _key_of(value))


def _key_of(value: bytes | memoryview) -> str:
    """Return the key of the ring that sealed a value, as it says; `MISSING` for another."""
    begin = bytes(value[: 1 + value[0]]) if value else b""
    marks = {crypto.mark_of(name): name for name in settings.ENCRYPTION_KEYS}
    return marks.get(begin, MISSING)


def _factors(last: Any, batch: int) -> list[Authenticator]:
    """Return the next second factors, locked."""
    rows = Authenticator.objects.filter(pk__gt=last or 0).order_by("pk")
    return list(rows.select_for_update(skip_locked=True, no_key=True)[:batch])


def _reseal_factor(row: Authenticator) -> Iterator[int | Unopened]:
    """Seal a locked factor's older secrets anew; yield 1 for each, or what does not open."""
    anew: dict[str, str] = {}
    for name in set(SECRETS) & row.data.keys():
        try:
            sealed = _anew(base64.b64decode(row.data[name]), PLACE)
        except crypto.SealBroken:
            yield _unopened(row, name, base64.b64decode(row.data[name]))
            continue
        if sealed is not None:
            anew[name] = base64.b64encode(sealed).decode()
            yield 1
    if anew:
        row.data |= anew
        row.save(update_fields=["data"])


def _anew(value: bytes | None, place: Any) -> bytes | None:
    """Return a value sealed by the first key; None where it is, and of None."""
    ring = settings.ENCRYPTION_KEYS
    if value is None or bytes(value).startswith(crypto.mark_of(next(iter(ring)))):
        return None
    content = crypto.unseal_bytes(bytes(value), ring=ring, **place)
    return crypto.seal_bytes(content, ring=ring, **place)


def _is_of(column: str, name: str) -> Q:
    mark = crypto.mark_of(name)
    begins = _Mark(F(column), Value(1), Value(len(mark)))
    return Q(models.lookups.Exact(begins, Value(mark, output_field=models.BinaryField())))


def _older(table: SealedTable, last: Any, batch: int) -> list[Any]:
    """Return the next rows, locked, that hold something of another key than the first."""
    first = next(iter(settings.ENCRYPTION_KEYS))
    older = Q()
    for column in table.columns:
        older |= Q(**{f"{column}__isnull": False}) & ~_is_of(column, first)
    rows = table.model._default_manager.filter(older).order_by("pk")
    if last is not None:
        rows = rows.filter(pk__gt=last)
    # What is locked is passed by, so that nothing is waited for while rows are held.
    locked = rows.select_for_update(skip_locked=True, no_key=True)
    return list(locked.only("pk", *table.columns, *table.needs)[:batch])


def _reseal_row(table: SealedTable, row: Any) -> Iterator[int | Unopened]:
    """Seal a locked row's older values anew; yield 1 for each, or what does not open."""
    anew: dict[str, bytes] = {}
    for column in table.columns:
        try:
            sealed = _anew(getattr(row, column), table.place(row, column))
        except crypto.SealBroken:
            yield _unopened(row, column, getattr(row, column))
            continue
        if sealed is not None:
            anew[column] = sealed
            yield 1
    if anew:
        table.model._default_manager.filter(pk=row.pk).update(**anew)
