"""An edition as a file that others read, and a submission as the answers to its Questionnaire."""

import json
from datetime import UTC
from typing import Any

from intake.exchange import WRITERS, fhir
from intake.models import Edition, Submission
from intake.worksheet import EditionRow, PromptView, Worksheet, describe, from_json

# What an edition is exported as, in the words of its page.
KINDS = {"xlsx": "XLSX", "csv": "CSV", "json": "JSON", "fhir": "FHIR Questionnaire"}
FHIR_TYPE = "application/fhir+json"
STATUSES = {"draft": "draft", "in_review": "draft", "scheduled": "draft", "live": "active"}


def export_edition(row: EditionRow, kind: str) -> tuple[str, str, bytes]:
    """Return the type, the ending of its name, and the bytes of an edition as `kind`.

    `row` has the edition with its status by the clock.
    """
    edition = row.edition
    title = f"Question sets, edition {edition.number}"
    if kind == "fhir":
        made = fhir.questionnaire(
            describe(edition),
            url=url_of(edition),
            version=edition.number,
            title=title,
            status=STATUSES.get(row.status, "retired"),
            date=(edition.live_from or edition.created_at).astimezone(UTC).date().isoformat(),
        )
        return FHIR_TYPE, "fhir.json", _written(made)
    mime, write = WRITERS[kind]
    return mime, kind, write(describe(edition), title=title)


def export_response(submission: Submission) -> bytes:
    """Return a submission as a QuestionnaireResponse, without the reporting party.

    Made of what was frozen: the words that were asked, and what was answered to them.
    """
    sheet = from_json(submission.content.text)
    made = fhir.response(
        _answers(sheet),
        url=url_of(submission.intake.edition),
        version=sheet.edition,
        status="completed" if submission.number == 1 else "amended",
        authored=submission.at.astimezone(UTC).isoformat(timespec="seconds"),
        key=str(submission.pk),
    )
    return _written(made)


def url_of(edition: Edition) -> str:
    """Return the name under which an edition's Questionnaire is known anywhere."""
    return f"urn:uuid:{edition.pk}"


def _answers(sheet: Worksheet) -> list[dict[str, Any]]:
    return [
        {
            "key": section.key,
            "title": section.title,
            "pairs": [
                {
                    "key": pair.key,
                    "is_core": pair.is_core,
                    "prompts": [_answer(pair.worry), _answer(pair.working_well)],
                }
                for pair in section.pairs
            ],
            "prompts": [
                _answer(prompt)
                for prompt in section.prompts
                if prompt.kind != "script" and not prompt.bound_to.startswith("reporter.")
            ],
        }
        for section in sheet.sections
    ]


def _answer(prompt: PromptView) -> dict[str, str]:
    return {
        "key": prompt.key,
        "text": prompt.text,
        "status": prompt.answer.status,
        "answer": prompt.answer.text,
    }


def _written(resource: dict[str, Any]) -> bytes:
    return (json.dumps(resource, ensure_ascii=False, indent=2) + "\n").encode()
