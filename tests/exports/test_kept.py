"""Submissions of every version ever written are read and printed for ever."""

from pathlib import Path

import pytest
from django.template.loader import render_to_string

from intake import worksheet

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
