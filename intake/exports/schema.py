"""The JSON Schema of a record, made from the worksheet's own dataclasses."""

from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from intake.worksheet import NOT_EXPORTED, Worksheet

NAMES = {str: "string", int: "integer", bool: "boolean"}


def make_schema() -> dict[str, Any]:
    """Return the schema (2020-12) that `worksheet.to_canonical_json` of a worksheet satisfies."""
    schema = _describe(Worksheet)
    schema["properties"]["salt"] = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
    schema["required"].append("salt")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A submitted intake, without the reporting party",
        **schema,
    }


def _describe(kind: Any) -> dict[str, Any]:
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        exported = [one for one in fields(kind) if one.name not in NOT_EXPORTED]
        names = [one.name for one in exported]
        return {
            "type": "object",
            "additionalProperties": False,
            "required": [one.name for one in exported if not one.metadata.get("is_added")],
            "properties": {name: _describe(hints[name]) for name in names},
        }
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _describe(get_args(kind)[0])}
    return {"type": NAMES[kind]}
