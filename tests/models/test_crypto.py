"""Sealed values open at their own place and nowhere else."""

import base64
import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured

from intake.crypto import SealBroken, parse_key_ring, seal, unseal

OLD, NEW = b"o" * 32, b"n" * 32


def test_a_value_opens_only_where_it_was_sealed() -> None:
    row = uuid.uuid4()
    value = seal("Ines", ring={"new": NEW}, table="reporter", row=row, field="name")
    both = {"newer": OLD, "new": NEW}
    assert unseal(value, ring=both, table="reporter", row=row, field="name") == "Ines"
    for table, at, field in (("x", row, "name"), ("reporter", uuid.uuid4(), "name")):
        with pytest.raises(SealBroken):
            unseal(value, ring=both, table=table, row=at, field=field)
    for broken in (value[:-1] + bytes([value[-1] ^ 1]), b"", value[:4]):
        with pytest.raises(SealBroken):
            unseal(broken, ring=both, table="reporter", row=row, field="name")
    with pytest.raises(SealBroken):
        unseal(value, ring={"old": OLD}, table="reporter", row=row, field="name")


def test_a_key_ring_is_read_in_order() -> None:
    text = f"a:{base64.b64encode(NEW).decode()}, b:{base64.b64encode(OLD).decode()}"
    assert list(parse_key_ring(text)) == ["a", "b"]


@pytest.mark.parametrize("text", ["", "a:short", "a:!!", ":" + base64.b64encode(NEW).decode()])
def test_a_bad_key_ring_stops_the_start(text: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        parse_key_ring(text)
