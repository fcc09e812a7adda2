"""The shape of saves: whatever comes in, a save or a named refusal comes out."""

import json
import uuid
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from intake import fields
from intake.errors import UnknownField
from intake.fields import Save
from intake.forms.saves import Malformed, parse_form_saves, parse_json_save

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
names = st.sampled_from([f"{noun}.{column}" for noun in fields.FIELDS for column in ("text", "x")])


@given(st.binary(max_size=200))
def test_any_bytes_make_a_save_or_a_refusal(body: bytes) -> None:
    with pytest.raises((Malformed, UnknownField)):
        parse_json_save(body)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "field": names | json_values,
            "base": st.integers() | json_values,
            "key": st.uuids().map(str) | json_values,
            "after": st.lists(st.uuids().map(str)) | json_values,
            "text": st.text() | json_values,
            "splice": json_values,
            "row": st.dictionaries(st.text(), st.text(), max_size=2) | json_values,
        },
    )
)
def test_any_object_makes_a_save_or_a_refusal(data: dict[str, Any]) -> None:
    try:
        save = parse_json_save(json.dumps(data).encode())
    except (Malformed, UnknownField):
        return
    assert isinstance(save, Save)
    assert (save.text is None) != (save.splice is None)


@given(st.text(), st.uuids(), st.integers(min_value=0, max_value=2**31 - 1))
def test_a_good_save_is_read_as_it_was_sent(text: str, key: uuid.UUID, base: int) -> None:
    body = {"field": "narrative.text", "text": text, "key": str(key), "base": base}
    save = parse_json_save(json.dumps(body).encode())
    assert (str(save.field), save.text, save.key, save.base) == ("narrative.text", text, key, base)


@given(
    st.dictionaries(
        st.sampled_from(["base:", "row:", ""]).flatmap(
            lambda start: (names | st.text(max_size=20)).map(lambda name: start + name)
        ),
        st.text(max_size=20),
        max_size=5,
    )
)
def test_any_form_makes_saves_or_a_refusal(data: dict[str, str]) -> None:
    post = QueryDict(mutable=True)
    post.update(data)
    try:
        saves = parse_form_saves(post)
    except (Malformed, UnknownField):
        return
    assert len(saves) == sum(name.startswith("base:") for name in data)


def test_a_form_describes_its_new_rows() -> None:
    row = uuid.uuid4()
    post = QueryDict(mutable=True)
    post.update(
        {
            f"base:person.{row}.name": "0",
            f"person.{row}.name": "Amir\r\nExample",
            f"row:person:{row}:role": "child",
            f"row:person:{uuid.uuid4()}:role": "other",
        }
    )
    (save,) = parse_form_saves(post)
    assert (save.text, save.row, save.base) == ("Amir\nExample", {"role": "child"}, 0)
