"""CSV: submissions as rows (`docs/exports.md` has the columns), and tables of figures."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from intake import worksheet
from intake.models import Answer, Intake, Review, Submission
from intake.models.base import Language, YesNo
from intake.models.question_sets import FACTORS
from intake.worksheet import EditionUse, SectionView, Table, Worksheet

SIDES = ("worry", "working_well")
# The same whatever the edition: a column never moves because a prompt was changed.
COLUMNS = (
    "reference",
    "status",
    "entered_in_error",
    "submission",
    "submitted_at",
    "submission_sha256",
    "amendments",
    "call_started_at",
    "call_ended_at",
    "method",
    "language",
    "worker",
    "edition",
    "no_report",
    "danger_now",
    "responder_safety",
    "tribal_information",
    "flags",
    "children",
    "concerns",
    "screening_decision",
    "response_priority",
    "path",
    "response_due_at",
    "rationale",
    "working_well_bearing",
    "harm_statement",
    "danger_statement",
    "next_steps",
    *(f"{factor}_{side}{part}" for factor in FACTORS for side in SIDES for part in ("", "_asked")),
    "supervisor_decision",
    "supervisor_reason",
)
# Of the use of an edition's prompts, on its page and in its table.
USE_COLUMNS = ("Asked", "Answered", "Doesn’t know", "Declined", "Volunteered", "Median words")
USE_SIDES = {"worry": "Worry", "working_well": "Working well"}
BOM = "\ufeff"
# A spreadsheet takes a cell that begins so for a formula, or loses its beginning.
HARMFUL = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_head() -> bytes:
    """Return the byte order mark and the line with the names of the columns."""
    return BOM.encode() + csv_line(COLUMNS)


def export_table(table: Table) -> bytes:
    """Return a table of figures as it stands on the page: what is hidden there is hidden here."""
    rows = [(row.label, *(cell.text for cell in row.cells)) for row in table.rows]
    return BOM.encode() + b"".join(csv_line(row) for row in ((table.first, *table.columns), *rows))


def export_use(use: EditionUse) -> bytes:
    """Return how an edition's prompts were used: a row each, empty where the page has a dash.

    With fewer than ten calls there are no rows, as there is no table on the page.
    """
    rows: list[tuple[str, ...]] = [("Set", "Side", "Key", "Prompt", "Shown", *USE_COLUMNS)]
    for section, prompts in use.sets if use.shown is not None else ():
        for one in prompts:
            cells = ("" if cell is None else str(cell) for cell in (use.shown, *one.cells))
            about = (section.title, USE_SIDES.get(one.prompt.side, ""), one.prompt.key)
            rows.append((*about, one.prompt.text, *cells))
    return BOM.encode() + b"".join(csv_line(row) for row in rows)


def export_row(
    *, intake: Intake, submission: Submission, amendments: int, own: Review | None
) -> bytes:
    """Return the line of one submission, with the status that its intake has now.

    `own` is the review with the supervisor's own decision beside the worker's, where there is one.
    """
    sheet = worksheet.from_json(submission.content.text)
    cells = _cells(sheet, intake, submission, intake.agency.zone) | {
        "amendments": str(amendments),
        "supervisor_decision": own.own_screening.label if own and own.own_screening else "",
        "supervisor_reason": own.own_reason if own else "",
    }
    return csv_line([cells[name] for name in COLUMNS])


def csv_line(cells: Iterable[str]) -> bytes:
    """Return one line of a table, ended by CR LF; no cell of it is taken for a formula."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([harmless(one) for one in cells])
    return buffer.getvalue().encode()


def harmless(cell: str) -> str:
    """Return a cell's text, with ' before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(HARMFUL) else cell


def _cells(
    sheet: Worksheet, intake: Intake, submission: Submission, zone: ZoneInfo
) -> dict[str, str]:
    def when(moment: str | datetime | None) -> str:
        if not moment:
            return ""
        known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return known.astimezone(zone).isoformat(timespec="seconds")

    call, decision = sheet.call, sheet.decision
    cells = {
        "reference": intake.reference,
        "status": intake.get_status_display(),
        "entered_in_error": "Yes" if intake.entered_in_error_at else "No",
        "submission": str(submission.number),
        "submitted_at": when(submission.at),
        "submission_sha256": submission.sha256,
        "call_started_at": when(sheet.started_at),
        "call_ended_at": when(sheet.ended_at),
        "method": str(Intake.Method(call.method).label),
        "language": str(Language(call.language).label),
        "worker": sheet.worker,
        "edition": str(sheet.edition),
        "no_report": intake.get_no_report_reason_display() if sheet.no_report_reason else "",
        "danger_now": _yes_no(call.danger_now),
        "responder_safety": _yes_no(call.responder_safety),
        "tribal_information": _yes_no(call.tribal_information),
        "flags": "; ".join(sheet.flags),
        "children": str(len(sheet.children)),
        "concerns": "; ".join(
            one.type_label for one in sheet.concerns if one.type_label and not one.is_removed
        ),
        "screening_decision": decision.screening_label,
        "response_priority": decision.priority_label,
        "path": decision.path_label,
        "response_due_at": when(sheet.response_due_at),
        "rationale": decision.rationale,
        "working_well_bearing": decision.working_well_bearing,
        "harm_statement": decision.harm_statement,
        "danger_statement": decision.danger_statement,
        "next_steps": decision.next_steps,
    }
    sections = {one.key: one for one in sheet.factors}
    for factor in FACTORS:
        for side in SIDES:
            section = sections.get(factor)
            cells[f"{factor}_{side}"] = _texts(section, side) if section else ""
            cells[f"{factor}_{side}_asked"] = _states(section, side) if section else ""
    return cells


def _texts(section: SectionView, side: str) -> str:
    """Return what was answered and what was volunteered on a side, a line for each."""
    answered = [
        prompt.answer.text
        for prompt in section.all_prompts
        if prompt.side == side and prompt.answer.text and not prompt.bound_to
    ]
    heard = section.heard_worry if side == "worry" else section.heard_well
    return "\n".join([*answered, *(f"Heard: {note.text}" for note in heard)])


def _states(section: SectionView, side: str) -> str:
    """Return how many prompts of a side have which status, in words."""
    counts = Counter(one.answer.status for one in section.all_prompts if one.side == side)
    return "; ".join(f"{status.label}: {counts[status]}" for status in Answer.Status)


def _yes_no(value: str) -> str:
    return str(YesNo(value).label) if value else "Not asked"
