"""The fields of a call that are saved while they are typed, and what each can hold.

A field's name is its address in the save protocol:

    call.<column>                 narrative.text
    answer.<prompt id>.<column>   heard.<note id>.<column>
    person.<person id>.<column>   concern.<concern id>.<column>
    reporter.<column>             decision.<column>
    reference.<prompt id>.stands  cross_report.<recipient id>.<column>
    support.<id>.<column>         quote.<id>.<column>         correction.<id>.<column>

Every value travels as text; an empty text is "nothing chosen".
"""

import dataclasses
import re
import zlib
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models

from intake.errors import InvalidValue, UnknownField
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
    Quotation,
    Reporter,
    Support,
)
from intake.models.base import Language, SavedRecord, Source, YesNo
from intake.models.decisions import ResponseOptionDecides
from intake.models.intakes import NARRATIVE_LIMIT

LINE = 500  # code points of a short field
TEXT = 20_000  # code points of a long one

_INTEGER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class SavedField:
    """What one field can hold.

    `kind` is text, choice, flag, date, option (a response option of the agency) or prompt (a
    prompt of the call's edition); `limit` counts code points.
    """

    kind: str = "text"
    limit: int = TEXT
    choices: tuple[str, ...] = ()
    may_be_blank: bool = True
    decides: str = ""


@dataclass(frozen=True)
class FieldName:
    """A field's name, taken apart; `row` is None where a call has one such row."""

    noun: str
    row: UUID | None
    column: str

    def __str__(self) -> str:
        return ".".join(part for part in (self.noun, str(self.row or ""), self.column) if part)


@dataclass(frozen=True)
class Splice:
    """A change of a long text: `insert` in place of `delete` code points at `start`."""

    start: int
    delete: int
    insert: str
    sha256: str = ""  # of the whole resulting text in UTF-8


@dataclass(frozen=True)
class Save:
    """One save: a field's name, its new text (or a splice), and what it is based on.

    `base` is the revision that the text was typed over; `key` makes the save idempotent; `after`
    are the keys of earlier saves of this field that were sent but not acknowledged. `row` tells
    what a new row is (a person's role, a note's factor and side). `keep` asks to put the stored
    text aside in any case: the save settles a conflict. `page` is the page that sends it; a plain
    form has none.
    """

    field: FieldName
    base: int
    key: UUID
    text: str | None = None
    splice: Splice | None = None
    after: frozenset[UUID] = frozenset()
    row: dict[str, str] = dataclasses.field(default_factory=dict)
    keep: bool = False
    page: UUID | None = None


def _choice(choices: type[models.TextChoices], *, may_be_blank: bool = True) -> SavedField:
    return SavedField(
        kind="choice", choices=tuple(choices.values), limit=LINE, may_be_blank=may_be_blank
    )


def _option(decides: ResponseOptionDecides) -> SavedField:
    return SavedField(kind="option", decides=decides.value, limit=LINE)


_line = SavedField(limit=LINE)
_text = SavedField()
_flag = SavedField(kind="flag", limit=LINE)

FIELDS: dict[str, dict[str, SavedField]] = {
    "call": {
        "method": _choice(Intake.Method, may_be_blank=False),
        "language": _choice(Language, may_be_blank=False),
        "interpreter": _line,
        "callback_wanted": _choice(YesNo),
        "callback_time": _line,
        "danger_now": _choice(YesNo),
        "child_now_at": _text,
        "responder_safety": _choice(YesNo),
        "responder_safety_details": _text,
        "tribal_information": _choice(YesNo),
        "tribe": _line,
        "tribal_basis": _text,
        "is_fatality": _flag,
        "is_sexual_exploitation": _flag,
        "is_safe_surrender": _flag,
        "is_out_of_home_care": _flag,
        "is_domestic_violence": _flag,
        "is_protected_address": _flag,
    },
    "narrative": {"text": SavedField(limit=NARRATIVE_LIMIT)},
    "answer": {
        "text": _text,
        "status": _choice(Answer.Status, may_be_blank=False),
        "source": _choice(Source),
        "kind": _choice(Answer.Kind),
        "not_asked_reason": _choice(Answer.NotAskedReason),
    },
    "heard": {
        "text": _text,
        "prompt": SavedField(kind="prompt", limit=LINE),
        "is_removed": _flag,
    },
    "person": {
        "name": _line,
        "is_unknown": _flag,
        "birth_date": SavedField(kind="date", limit=LINE),
        "age": _line,
        "gender": _line,
        "relationship": _line,
        "address": _text,
        "current_location": _text,
        "school_or_care": _text,
        "language": _line,
        "culture": _line,
        "disability": _text,
        "last_seen": _text,
        "access_to_child": _text,
        "in_household": _choice(YesNo),
        "is_alleged_victim": _flag,
        "is_alleged_maltreater": _flag,
        "is_removed": _flag,
    },
    "concern": {
        "type": _choice(Concern.Type),
        "what": _text,
        "when": _text,
        "where": _text,
        "injury": _text,
        "witnesses": _text,
        "source": _choice(Source),
        "is_removed": _flag,
    },
    "reporter": {
        "kind": _choice(Reporter.Kind),
        "confidentiality_advised": _choice(YesNo),
        "name": _line,
        "phone": _line,
        "callback_number": _line,
        "address": _text,
        "relationship": _line,
        "capacity": _line,
        "basis_of_knowledge": _text,
        "refusal_reason": _text,
    },
    "decision": {
        "screening": _option(ResponseOptionDecides.SCREENING),
        "priority": _option(ResponseOptionDecides.PRIORITY),
        "path": _option(ResponseOptionDecides.PATH),
        "rationale": _text,
        "working_well_bearing": _text,
        "harm_statement": _text,
        "danger_statement": _text,
        "next_steps": _text,
        "cross_reports": _text,
        "transfer_agency": _line,
        "transfer_person": _line,
        "transfer_method": _line,
        "transfer_time": _line,
        "known_referral": _line,
        "concrete_help": _choice(YesNo),
        "concrete_help_reason": _text,
    },
    "reference": {"stands": _flag},
    "cross_report": {"decided": _choice(CrossReport.Decided), "note": _text},
    "support": {
        "service": _line,
        "accepted": SavedField(
            kind="choice", choices=tuple(key for key, _ in Support.ACCEPTED), limit=LINE
        ),
        "accepted_by": _line,
        "is_removed": _flag,
    },
    "quote": {"text": _text, "speaker": _line, "hearer": _line, "is_removed": _flag},
    "correction": {"text": _text, "is_removed": _flag},
}

NOUN_OF: dict[type[SavedRecord], str] = {
    Intake: "call",
    Narrative: "narrative",
    Answer: "answer",
    HeardNote: "heard",
    Person: "person",
    Concern: "concern",
    Reporter: "reporter",
    Decision: "decision",
    DecisionReference: "reference",
    CrossReport: "cross_report",
    Support: "support",
    Quotation: "quote",
    Correction: "correction",
}
MANY_ROWS = frozenset(NOUN_OF.values()) - {"call", "narrative", "reporter", "decision"}


# What the editor of question sets saves in the same way: prompt.<id>.en, set.<id>.title
DRAFT_FIELDS: dict[str, dict[str, SavedField]] = {
    "prompt": {
        "en": SavedField(limit=LINE),
        "es": SavedField(limit=LINE),
        "helper_en": SavedField(limit=LINE),
        "helper_es": SavedField(limit=LINE),
    },
    "set": {
        "title": SavedField(limit=120),
        "title_es": SavedField(limit=120),
        "help": SavedField(limit=LINE),
        "help_es": SavedField(limit=LINE),
    },
}


@dataclass(frozen=True)
class Step:
    """What a button of the editor does to a row of a draft: its kind, its key, and what."""

    row: str  # pair or prompt
    id: UUID
    what: str  # up, down, remove, core, confirm, or to:<key of a set>


def parse_draft_name(name: str) -> FieldName:
    """Return the parts of the name of a draft's field, or raise UnknownField."""
    noun, _, rest = name.partition(".")
    key, _, column = rest.partition(".")
    if column not in DRAFT_FIELDS.get(noun, {}):
        raise UnknownField("This draft has no such field; nothing was changed.")
    try:
        return FieldName(noun, UUID(key), column)
    except ValueError:
        raise UnknownField("This draft has no such field; nothing was changed.") from None


def parse_name(name: str) -> FieldName:
    """Return the parts of a field's name, or raise UnknownField."""
    noun, _, rest = name.partition(".")
    row: UUID | None = None
    if noun in MANY_ROWS:
        key, _, rest = rest.partition(".")
        try:
            row = UUID(key)
        except ValueError:
            raise _unknown() from None
    if rest not in FIELDS.get(noun, {}):
        raise _unknown()
    return FieldName(noun, row, rest)


def spec_of(name: FieldName) -> SavedField:
    """Return what the field can hold."""
    return FIELDS[name.noun][name.column]


def parse_value(name: FieldName, text: str) -> Any:
    """Return the column's value for `text`, or raise InvalidValue with a sentence.

    Options and prompts come back as UUID or None; whether they belong to the call is the
    action's to find out.
    """
    spec = spec_of(name)
    check_length(text, spec)
    match spec.kind:
        case "choice":
            if text not in spec.choices and not (text == "" and spec.may_be_blank):
                raise InvalidValue("This is not one of the choices of this field.")
            return text
        case "flag":
            if text not in ("", "yes"):
                raise InvalidValue("This is not one of the choices of this field.")
            return text == "yes"
        case "date":
            return _parse_date(text)
        case "option" | "prompt":
            try:
                return UUID(text) if text else None
            except ValueError:
                raise InvalidValue("This is not one of the choices of this field.") from None
    return text


def check_length(text: str, spec: SavedField) -> None:
    """Raise InvalidValue for a text that is longer than its field."""
    if len(text) > spec.limit:
        raise InvalidValue(
            f"This text has {len(text):,} characters; the field holds {spec.limit:,}. "
            "Nothing was cut: shorten it and it will be saved."
        )


def show_value(row: SavedRecord, column: str) -> str:
    """Return the stored value of a column as the text that travels."""
    if isinstance(row, Reporter) and column in Reporter.SEALED:
        return row.read(column)
    field = row._meta.get_field(column)
    value = getattr(row, getattr(field, "attname", column))
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    return value.isoformat() if isinstance(value, date) else str(value)


def check_sum(text: str) -> str:
    """Return a short sum of a value, by which a plain form tells what was not touched."""
    return f"{zlib.crc32(text.encode()):08x}"


def parse_count(text: str) -> int:
    """Return a count that a script sent as text: 0 unless it is a plain number."""
    return int(text) if _INTEGER.fullmatch(text) else 0


def _parse_date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(
            "This is not a date. Choose one, or leave it empty and write the age instead."
        ) from None


def _unknown() -> UnknownField:
    return UnknownField("This call has no such field; nothing was changed.")
