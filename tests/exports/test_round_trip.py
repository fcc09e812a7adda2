"""Any worksheet at all comes back from its canonical JSON, with the same bytes again."""

import dataclasses
import json
from typing import Any, get_args, get_origin, get_type_hints

import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake import worksheet
from intake.worksheet import Worksheet

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
counts = st.integers(0, 2**31 - 1)


def made_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type of the worksheet, so far as they are exported."""
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        kept = {
            one.name: made_of(hints[one.name])
            for one in dataclasses.fields(kind)
            if one.name not in worksheet.NOT_EXPORTED
        }
        if "is_removed" in kept:  # what was taken out is left out of a submission
            kept["is_removed"] = st.just(False)
        if "stands" in kept:  # and so is a reference that was taken back
            kept["stands"] = st.just(True)
        if "schema_version" in kept:
            kept["schema_version"] = st.sampled_from(worksheet.READABLE)
        return st.builds(kind, **kept)  # type: ignore[arg-type]
    if get_origin(kind) is tuple:
        return st.lists(made_of(get_args(kind)[0]), max_size=2).map(tuple)
    return {str: words, int: counts, bool: st.booleans()}[kind]


@given(sheet=made_of(Worksheet))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_worksheet_comes_back(sheet: Worksheet) -> None:
    text = worksheet.to_canonical_json(sheet, salt="0" * 32)
    back = worksheet.from_json(text)
    assert back == sheet
    assert text == worksheet.to_canonical_json(back, salt="0" * 32)
    assert text.encode() == rfc8785.dumps(json.loads(text))
