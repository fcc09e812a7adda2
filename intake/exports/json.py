"""The record as canonical JSON, for machines; the schema is `submission.schema.json` beside it."""

import json
from pathlib import Path
from typing import Any

from intake.models import Submission


def export_json(submission: Submission) -> bytes:
    """Return the bytes that the submission's SHA-256 was made of."""
    return submission.content.text.encode()


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that every exported record satisfies."""
    text = Path(__file__).with_name("submission.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
