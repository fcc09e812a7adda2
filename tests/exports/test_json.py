"""The canonical JSON of a submission: the same bytes, hash and worksheet, whoever reads it."""

import hashlib
import json
import uuid
from dataclasses import replace

import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from intake import worksheet
from intake.exports.json import export_json
from intake.exports.schema import make_schema
from intake.models import Intake, User
from tests.factory import core_prompt, make_call, put, submit


def test_the_bytes_are_canonical_and_hashed(worker: User, call: Intake) -> None:
    put(worker, call, "narrative.text", 'Größe "1"\n\u2028 😀 \u007f')
    submission = submit(worker, call)
    content = export_json(submission)
    assert content == rfc8785.dumps(json.loads(content))
    assert hashlib.sha256(content).hexdigest() == submission.sha256
    assert export_json(submission) == content


def test_two_submissions_of_the_same_words_have_different_hashes(
    worker: User, worker2: User
) -> None:
    """The salt keeps a hash from telling what a short record says."""
    first, second = (
        json.loads(export_json(submit(one, make_call(one)))) for one in (worker, worker2)
    )
    assert len(first["salt"]) >= 32
    assert first["salt"] != second["salt"]


def test_every_prompt_stands_with_its_wording(worker: User, call: Intake) -> None:
    prompt = core_prompt(call)
    put(worker, call, f"answer.{prompt.pk}.status", "declined")
    data = json.loads(export_json(submit(worker, call)))
    pairs = [pair for section in data["sections"] for pair in section["pairs"]]
    sides = [pair[side] for pair in pairs for side in ("worry", "working_well")]
    assert all(one["text"] and one["text_es"] for one in sides)
    assert [one["answer"]["status"] for one in sides if one["id"] == str(prompt.pk)] == ["declined"]
    assert {one["answer"]["status"] for one in sides} == {"declined", "not_asked"}


def test_what_was_taken_out_stays_out(worker: User, call: Intake) -> None:
    person = uuid.uuid4()
    put(worker, call, f"person.{person}.name", "Taken Out", role="other")
    put(worker, call, f"person.{person}.is_removed", "yes")
    assert b"Taken Out" not in export_json(submit(worker, call))


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_text_comes_back_to_the_letter(worker: User, call: Intake, text: str) -> None:
    sheet = worksheet.build(call)
    canonical = worksheet.to_canonical_json(replace(sheet, narrative=text), salt="0" * 32)
    assert worksheet.from_json(canonical).narrative == text
    Draft202012Validator(make_schema()).validate(json.loads(canonical))
