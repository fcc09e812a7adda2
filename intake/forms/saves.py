"""The shape of a save, as JSON from a script or as fields of a plain form."""

import json
import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import QueryDict

from intake import fields
from intake.fields import FieldName, Save, Splice
from intake.models import Person
from intake.text import clean_text

BODY_LIMIT = 512 * 1024  # bytes of a JSON save
AFTER = 20  # saves of a field without an answer that a save may name


class Malformed(Exception):
    """A body that is no save; `sentence` says what is wrong with it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


NameParser = Callable[[str], FieldName]


def parse_json_save(body: bytes, parse_name: NameParser = fields.parse_name) -> Save:
    """Return the save in a JSON body; raises Malformed, or UnknownField for a strange name."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("The body is not JSON.") from None
    if not isinstance(data, dict):
        raise Malformed("The body is not a JSON object.")
    text, splice = data.get("text"), data.get("splice")
    if (text is None) == (splice is None) or not isinstance(text, str | None):
        raise Malformed("A save carries either a text or a splice.")
    row = data.get("row", {})
    if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
        raise Malformed("A row is described by texts.")
    return Save(
        field=parse_name(_string(data, "field")),
        base=_count(data, "base"),
        key=_key(data, "key"),
        after=frozenset(_keys(data, "after")),
        text=text,
        splice=None if splice is None else _splice(splice),
        row={str(key): value for key, value in row.items()},
        keep=data.get("keep") is True,
        page=_key(data, "page") if "page" in data else None,
    )


def parse_form_saves(post: QueryDict, parse_name: NameParser = fields.parse_name) -> list[Save]:
    """Return a save for every field that a plain form carries.

    A field is in the form when its `base:<name>` is, which holds the revision and the check sum
    of what was served: what still has it was not touched and makes no save. A checkbox or radio
    group that sends nothing is empty. `row:<noun>:<row>:<what>` describes a new row, and
    `keep:<name>` says that a conflict is settled. Strange names raise UnknownField.
    """
    saves = []
    for name in post:
        if not name.startswith("base:"):
            continue
        field = parse_name(name.removeprefix("base:"))
        base, _, served = str(post[name]).partition("-")
        if not base.isdecimal() or len(base) > 9:
            raise Malformed("A revision is a number.")
        text = clean_text(post.get(str(field), ""))
        if served == fields.check_sum(text):
            continue  # as it was served
        prefix = f"row:{field.noun}:{field.row}:"
        saves.append(
            Save(
                field=field,
                base=int(base),
                key=uuid.uuid4(),
                text=text,
                keep=f"keep:{field}" in post,
                row={
                    key.removeprefix(prefix): value
                    for key, value in post.items()
                    if key.startswith(prefix) and isinstance(value, str)
                },
            )
        )
    return saves


def posted_rows(post: QueryDict) -> dict[str, Any]:
    """Return the keys of new rows that a plain form sent, as `new_rows` of the call screen.

    A page that is shown again because such a row was refused has its words in the same place.
    """
    rows: dict[str, Any] = {"heard": {}}
    for name, value in post.items():
        start, _, rest = name.partition(":")
        noun, _, rest = rest.partition(":")
        key, _, about = rest.partition(":")
        if start != "row" or f"base:{noun}.{key}.is_removed" in post:
            continue
        side = post.get(f"row:heard:{key}:side", "")
        match noun, about:
            case "person", "role" if value in Person.Role.values:
                rows[str(value)] = key
            case ("concern" | "quote", "new") | ("support", "factor"):
                rows[noun] = key
            case "heard", "factor":
                rows["heard"].setdefault(value, {})[side] = key
    return rows


def _splice(value: Any) -> Splice:
    if not isinstance(value, dict):
        raise Malformed("A splice is an object.")
    sha256 = value.get("sha256", "")
    if not isinstance(sha256, str):
        raise Malformed("A splice's sha256 is a text.")
    return Splice(
        start=_count(value, "start"),
        delete=_count(value, "delete"),
        insert=clean_text(_string(value, "insert")),
        sha256=sha256,
    )


def _string(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise Malformed(f"'{name}' is missing or is not a text.")
    return value


def _count(data: dict[str, Any], name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise Malformed(f"'{name}' is missing or is not a count.")
    return value


def _keys(data: dict[str, Any], name: str) -> list[UUID]:
    values = data.get(name, [])
    if not isinstance(values, list) or len(values) > AFTER:
        raise Malformed(f"'{name}' is not a list of at most {AFTER} keys.")
    return [_key({name: value}, name) for value in values]


def _key(data: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(_string(data, name))
    except ValueError:
        raise Malformed(f"'{name}' is not a UUID.") from None
