"""A worksheet as the content of a submission, and back from it."""

import json
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import rfc8785

from intake.worksheet.views import Worksheet

READABLE = (1, 2, 3)  # versions of a submission's content; none is ever dropped
NOT_EXPORTED = ("revisions", "narrative_revision")  # of the call screen, not of the record


class UnknownVersion(Exception):
    """A submission's content has a version that this release does not know."""


def to_canonical_json(view: Any, *, salt: str) -> str:
    """Return `view` as RFC 8785 canonical JSON with a random salt, without revisions."""
    return rfc8785.dumps({"salt": salt} | _plain(view)).decode()


def from_json(text: str) -> Worksheet:
    """Return the worksheet that a submission's content holds, of any version ever written.

    Raises UnknownVersion for one that a later release wrote.
    """
    content = json.loads(text)
    if content["schema_version"] not in READABLE:
        raise UnknownVersion(
            f"This submission has version {content['schema_version']}; this release reads "
            f"{', '.join(map(str, READABLE))}. Use the release that wrote it, or a later one."
        )
    return _read(Worksheet, content)  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            one.name: _plain(getattr(value, one.name))
            for one in fields(value)
            if one.name not in NOT_EXPORTED
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value if not getattr(item, "is_removed", False)]
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    """Return the types of a dataclass's fields, put together once for all its rows."""
    return get_type_hints(kind)


def _read(kind: Any, value: Any) -> Any:
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(
            **{
                one.name: _read(hints[one.name], value[one.name])
                for one in fields(kind)
                if one.name in value
            }
        )
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in value)
    return value
