"""The row that a save writes to, found or made new from what the save says of it."""

from datetime import datetime

from intake import fields
from intake.errors import InvalidValue, UnknownField
from intake.fields import FieldName, Save
from intake.models import (
    Answer,
    Concern,
    Correction,
    CrossReport,
    Decision,
    DecisionReference,
    HeardNote,
    Intake,
    Narrative,
    Person,
    Prompt,
    Quotation,
    Reporter,
    ResponseOption,
    Support,
)
from intake.models.base import SavedRecord
from intake.models.question_sets import FACTORS

ROWS: dict[str, type[SavedRecord]] = {
    "heard": HeardNote,
    "person": Person,
    "concern": Concern,
    "support": Support,
    "quote": Quotation,
    "correction": Correction,
}


def find_row(intake: Intake, save: Save, at: datetime) -> tuple[SavedRecord, bool]:
    """Return the row that a save writes to, and whether it is a new one."""
    name = save.field
    match name.noun:
        case "call":
            return intake, False
        case "narrative":
            return Narrative.objects.get(intake=intake), False
        case "reporter":
            reporter = Reporter.objects.filter(intake=intake).first()
            return reporter or Reporter(intake=intake), reporter is None
        case "decision":
            decision = Decision.objects.filter(intake=intake).first()
            return decision or Decision(intake=intake), decision is None
        case "answer":
            # One at most, and the most frequent of all saves: first() would put it in an order.
            answer = next(iter(Answer.objects.filter(intake=intake, prompt=name.row)), None)
            return answer or _new_answer(intake, name), answer is None
        case "reference":
            return _find_reference(intake, name)
        case "cross_report":
            report = CrossReport.objects.filter(intake=intake, recipient=name.row).first()
            return report or _new_cross_report(intake, name), report is None
    row: SavedRecord | None = ROWS[name.noun].objects.filter(pk=name.row).first()  # type: ignore[attr-defined]
    if row is None:
        return _new_row(intake, save, at), True
    if row.intake_id != intake.pk:  # type: ignore[attr-defined]
        raise UnknownField("This call has no such field; nothing was changed.")
    return row, False


def _new_answer(intake: Intake, name: FieldName) -> Answer:
    """Return an unsaved answer, if the prompt of the call's edition takes one."""
    unknown = UnknownField("This call has no such field; nothing was changed.")
    if name.row is None:
        raise unknown
    takes_answer = Prompt.objects.filter(
        pk=name.row, edition=intake.edition_id, kind=Prompt.Kind.QUESTION, bound_to=""
    )
    if not takes_answer.exists():
        raise unknown
    return Answer(intake=intake, prompt_id=name.row)


def _find_reference(intake: Intake, name: FieldName) -> tuple[SavedRecord, bool]:
    """Return the decision's reference to a prompt's answer; a new one needs an answer with text."""
    answers = Answer.objects.filter(intake=intake, prompt=name.row)
    answer = answers.select_related("intake__decision").first()
    decision = getattr(answer.intake, "decision", None) if answer else None
    if decision is not None:
        reference = DecisionReference.objects.filter(decision=decision, answer=answer).first()
        if reference is not None:
            return reference, False
    if answer is None or not answer.text:
        raise InvalidValue("There is no answer to refer to yet; nothing was changed.")
    decision = decision or Decision.objects.create(intake=intake)
    return DecisionReference(decision=decision, answer=answer), True


def _new_cross_report(intake: Intake, name: FieldName) -> CrossReport:
    """Return an unsaved cross-report to one of the agency's recipients."""
    recipient = ResponseOption.objects.filter(
        pk=str(name.row), agency=intake.agency_id, decides=ResponseOption.Decides.CROSS_REPORT
    ).first()
    if recipient is None:
        raise UnknownField("This call has no such field; nothing was changed.")
    return CrossReport(intake=intake, recipient=recipient)


def _new_row(intake: Intake, save: Save, at: datetime) -> SavedRecord:
    """Return an unsaved row with the client's key, made from what the save says of it."""
    key, about = save.field.row, save.row
    incomplete = InvalidValue("A new row needs to say what it is; nothing was changed.")
    match save.field.noun:
        case "person":
            if about.get("role") not in Person.Role.values:
                raise incomplete
            return Person(id=key, intake=intake, role=about["role"], created_at=at)
        case "concern":
            return Concern(id=key, intake=intake, created_at=at)
        case "correction":
            if not about.get("of"):
                raise incomplete
            of = fields.parse_name(about["of"])
            if of.noun in ("reporter", "correction"):  # neither is read back
                raise incomplete
            return Correction(id=key, intake=intake, created_at=at, of=str(of))
    # What follows is made of words and begins with them.
    first = "service" if save.field.noun == "support" else "text"
    if save.field.column != first or not (save.text or "").strip():
        raise incomplete
    if save.field.noun == "quote":
        return Quotation(id=key, intake=intake, created_at=at)
    if save.field.noun == "support":
        if about.get("factor") not in FACTORS:
            raise incomplete
        return Support(
            id=key,
            intake=intake,
            factor=about["factor"],
            offered_at=at,
            offered_by_id=intake.worker_id,
        )
    if about.get("factor") not in FACTORS or about.get("side") not in ("worry", "working_well"):
        raise incomplete
    start, end = (fields.parse_count(about.get(place, "")) for place in ("start", "end"))
    return HeardNote(
        id=key,
        intake=intake,
        factor=about["factor"],
        side=about["side"],
        start=start,
        end=max(start, end),
        call_seconds=fields.parse_count(about.get("call_seconds", "")),
        filed_at=at,
    )
