"""Submissions of every version ever written are read and printed for ever."""

import json
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from jsonschema import Draft202012Validator

from intake import worksheet
from intake.exports.schema import make_schema

KEPT = Path(__file__).parent / "kept"


@pytest.mark.parametrize("version", worksheet.READABLE)
def test_a_submission_of_an_earlier_release_is_read(version: int) -> None:
    sheet = worksheet.from_json((KEPT / f"submission-v{version}.json").read_text())
    assert sheet.schema_version == version
    assert sheet.narrative
    assert len(sheet.factors) == 5
    assert sheet.decision.rationale
    page = render_to_string("intake/records/_body.html", {"sheet": sheet})
    assert sheet.people[0].name in page


def test_a_version_of_a_later_release_is_refused_in_a_sentence() -> None:
    with pytest.raises(worksheet.UnknownVersion, match="This submission has version 99"):
        worksheet.from_json('{"schema_version": 99}')


def test_the_schema_fits_what_was_written_before_something_was_added() -> None:
    newest = max(worksheet.READABLE)
    kept = json.loads((KEPT / f"submission-v{newest}.json").read_text())
    Draft202012Validator(make_schema()).validate(kept)
