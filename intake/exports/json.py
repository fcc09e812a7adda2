"""The record as canonical JSON, for machines; `docs/submission.schema.json` describes it."""

from intake.models import Submission


def export_json(submission: Submission) -> bytes:
    """Return the bytes that the submission's SHA-256 was made of."""
    return submission.content.text.encode()
