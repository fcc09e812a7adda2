"""Copy-out: a worksheet as plain text, in the order and field lengths of another system.

What is longer than a field goes in parts, cut at ends of lines or words; nothing is left out.
The reporting party is in none of it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from intake.models import CopyOutField
from intake.models.base import Language, Source, YesNo
from intake.models.copy_out import SOURCES as WORDS
from intake.models.intakes import IntakeMethod
from intake.worksheet import PersonView, Worksheet

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class CopyOutBlock:
    """What goes into one field of the other system, or one part of it."""

    field_id: str
    page: str
    label: str
    text: str
    limit: int
    part: int
    parts: int

    @property
    def length(self) -> int:
        """How many characters the other system counts."""
        return measure(self.text)

    @property
    def sha256(self) -> str:
        """What a tick remembers of the text, without keeping it."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def key(self) -> str:
        """The block's own name on the page."""
        return f"{self.field_id}-{self.part}"


def build_blocks(
    sheet: Worksheet, fields: Iterable[CopyOutField], zone: ZoneInfo
) -> tuple[CopyOutBlock, ...]:
    """Return the blocks of the agency's fields, in their order; empty ones are left out."""
    blocks = []
    for field in fields:
        source = SOURCES.get(field.source)
        parts = split(plain(source(sheet, zone)) if source else "", field.limit)
        blocks += [
            CopyOutBlock(
                field_id=str(field.pk),
                page=field.page,
                label=field.label,
                text=text,
                limit=field.limit,
                part=number,
                parts=len(parts),
            )
            for number, text in enumerate(parts, start=1)
        ]
    return tuple(blocks)


def empty_fields(
    blocks: Iterable[CopyOutBlock], fields: Iterable[CopyOutField]
) -> tuple[CopyOutField, ...]:
    """Return the fields of the other system for which nothing is recorded."""
    filled = {block.field_id for block in blocks}
    return tuple(field for field in fields if str(field.pk) not in filled)


def unmapped(sheet: Worksheet, fields: Iterable[CopyOutField], zone: ZoneInfo) -> tuple[str, ...]:
    """Return what is recorded but has no field in the agency's mapping, in words."""
    mapped = {field.source for field in fields}
    return tuple(
        WORDS[key]
        for key, source in SOURCES.items()
        if key not in mapped and source(sheet, zone).strip()
    )


def plain(text: str) -> str:
    """Return text as another system takes it: LF, no tabs and no control characters."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "))


def split(text: str, limit: int) -> list[str]:
    """Return `text` in parts of at most `limit` characters (0: one part), cut at white space.

    A run without white space is cut where it must be; nothing but the white space at a cut goes.
    """
    rest, parts = text.strip(), []
    while limit and measure(rest) > limit:
        room = _room(rest, limit)
        window = rest[: room + 1]
        cut = max(window.rfind("\n"), window.rfind(" "))
        if "\n" in window and window.rfind("\n") > room // 2:
            cut = window.rfind("\n")
        end = cut if cut > 0 else room
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*parts, rest] if rest else parts


def measure(text: str) -> int:
    """Return how many characters another system counts, as Windows pastes them.

    UTF-16 units: a character outside the basic plane is two, and so is a line end.
    """
    return len(text.encode("utf-16-le")) // 2 + text.count("\n")


def _room(text: str, limit: int) -> int:
    """Return how many characters of `text` fit into `limit`; one at least."""
    room, used = 0, 0
    while room < len(text) and used + measure(text[room]) <= limit:
        used += measure(text[room])
        room += 1
    return max(1, room)


def _moment(iso: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(iso).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z") if iso else ""


def _named(*texts: tuple[str, str], between: str = "\n") -> str:
    """Return what is there as `name: text`; what has no name says it by itself."""
    return between.join(f"{name}: {text}" if name else text for name, text in texts if text)


def _yes_no(value: str) -> str:
    return str(YesNo(value).label) if value else "Not asked"


def _with_details(value: str, *details: str) -> str:
    return ": ".join([_yes_no(value), "; ".join(filter(None, details))]).removesuffix(": ")


def _person(one: PersonView) -> str:
    named = (
        ("", one.label),
        ("Age", one.age),
        ("Born", one.birth_date),
        ("Gender", one.gender),
        ("Relationship", one.relationship),
        ("Address", one.address),
        ("Now at", one.current_location),
        ("School or care", one.school_or_care),
        ("Language", one.language),
        ("Culture", one.culture),
        ("Disability", one.disability),
        ("Last seen", one.last_seen),
        ("Access to the child", one.access_to_child),
        ("", "Alleged victim" if one.is_alleged_victim else ""),
        ("", "Alleged to have done it" if one.is_alleged_maltreater else ""),
    )
    return _named(*named, between="; ")


def _source(value: str) -> str:
    return str(Source(value).label).lower() if value else ""


def _people(people: tuple[PersonView, ...]) -> str:
    return "\n".join(_person(one) for one in people)


def _concerns(sheet: Worksheet) -> str:
    lines = []
    for one in sheet.concerns:
        if one.is_removed:
            continue
        about = (
            ("When", one.when),
            ("Where", one.where),
            ("Injury", one.injury),
            ("Known", _source(one.source)),
        )
        details = _named(*about, between="; ")
        what = _corrected(sheet, f"concern.{one.id}.what", one.what)
        lines.append(" – ".join(filter(None, (one.type_label, what, details))))
    return "\n".join(lines)


def _side(sheet: Worksheet, side: str) -> str:
    """What stands on one side of the five factors, answered and volunteered."""
    lines = []
    for section in sheet.factors:
        said = [
            f"{one.prompt.text} "
            + _corrected(sheet, f"answer.{one.prompt.id}.text", one.prompt.answer.text)
            + (f" ({_source(one.prompt.answer.source)})" if one.prompt.answer.source else "")
            for one in sheet.answered
            if one.section.key == section.key and one.prompt.side == side
        ]
        notes = section.heard_worry if side == "worry" else section.heard_well
        said += [
            f"Volunteered: {_corrected(sheet, f'heard.{note.id}.text', note.text)}"
            for note in notes
        ]
        if said:
            lines += [f"{section.title}:", *said]
    return "\n".join(lines)


def _corrected(sheet: Worksheet, of: str, text: str) -> str:
    """Return a text with what the caller corrected of it behind it."""
    correction = sheet.corrected.get(of)
    return f"{text} [corrected by the caller: {correction}]" if correction else text


def _narrative(sheet: Worksheet, _: ZoneInfo) -> str:
    """The narrative, and what the caller corrected of a text that stands in no other block."""
    beside = _stand_elsewhere(sheet)
    answers = {f"answer.{one.prompt.id}.text": one.prompt for one in sheet.answered}
    said = []
    for of, correction in sheet.corrected.items():
        if of in beside:
            continue
        if of in answers:
            answer = answers[of].answer.text
            said.append(f"{answers[of].text} {_corrected(sheet, of, answer)}")
        else:
            said.append(f"Corrected by the caller when read back: {correction}")
    return "\n".join((sheet.narrative, *said)) if said else sheet.narrative


def _stand_elsewhere(sheet: Worksheet) -> set[str]:
    """Return the names of the texts that have their correction beside them in a block."""
    return {
        *(f"concern.{one.id}.what" for one in sheet.concerns if not one.is_removed),
        *(f"quote.{one.id}.text" for one in sheet.exact_words),
        *(
            f"answer.{one.prompt.id}.text"
            for one in sheet.answered
            if one.section.is_factor and one.prompt.side in ("worry", "working_well")
        ),
        *(
            f"heard.{note.id}.text"
            for section in sheet.factors
            for note in (*section.heard_worry, *section.heard_well)
        ),
    }


def _decision(sheet: Worksheet, _: ZoneInfo) -> str:
    one = sheet.decision
    labels = "; ".join(filter(None, (one.screening_label, one.priority_label, one.path_label)))
    return "\n".join(filter(None, (labels, one.rationale)))


def _bearing(sheet: Worksheet, _: ZoneInfo) -> str:
    leaning = [
        f"{one.section.title}, {one.side_label}: "
        + _corrected(sheet, f"answer.{one.prompt.id}.text", one.prompt.answer.text)
        for one in sheet.referred_to
    ]
    return "\n".join(filter(None, (sheet.decision.working_well_bearing, *leaning)))


def _cross_reports(sheet: Worksheet, zone: ZoneInfo) -> str:
    lines = [sheet.decision.cross_reports] if sheet.decision.cross_reports else []
    for one in sheet.cross_reports:
        if one.is_due or one.decided or one.sendings:
            sent = "; ".join(f"{_moment(s.sent_at, zone)} {s.method}" for s in one.sent)
            note = f" ({one.note})" if one.note else ""
            lines.append(f"{one.label}: {one.decided_label}{note}; sent: {sent or 'not yet'}")
    return "\n".join(lines)


def _dispatches(sheet: Worksheet, zone: ZoneInfo) -> str:
    return "\n".join(
        f"{one.told_label}{f' ({one.who})' if one.who else ''}, {_moment(one.told_at, zone)}"
        f"{f', {one.how}' if one.how else ''}; acknowledged: "
        f"{_moment(one.acknowledged_at, zone) or 'not yet'}"
        for one in sheet.told
    )


def _transfer(sheet: Worksheet, _: ZoneInfo) -> str:
    one = sheet.decision
    named = (
        ("", one.transfer_agency),
        ("Person", one.transfer_person),
        ("How", one.transfer_method),
        ("Time", one.transfer_time),
    )
    return _named(*named, between="; ")


SOURCES: dict[str, Callable[[Worksheet, ZoneInfo], str]] = {
    "first_child": lambda sheet, _: sheet.children[0].label if sheet.children else "",
    "received": lambda sheet, zone: _moment(sheet.started_at, zone),
    "method": lambda sheet, _: ", ".join(
        filter(
            None,
            (
                str(IntakeMethod(sheet.call.method).label),
                sheet.written_medium.lower(),
                str(Language(sheet.call.language).label),
                sheet.call.interpreter and f"interpreter {sheet.call.interpreter}",
            ),
        )
    ),
    "priority": lambda sheet, _: sheet.decision.priority_label,
    "narrative": _narrative,
    "danger": lambda sheet, _: _named(
        ("Danger now", _yes_no(sheet.call.danger_now)), ("Child now at", sheet.call.child_now_at)
    ),
    "marks": lambda sheet, _: "; ".join(sheet.flags),
    "callback": lambda sheet, _: (
        _with_details(sheet.call.callback_wanted, sheet.call.callback_time)
        if sheet.call.callback_wanted
        else ""
    ),
    "responder_safety": lambda sheet, _: _with_details(
        sheet.call.responder_safety, sheet.call.responder_safety_details
    ),
    "children": lambda sheet, _: _people(sheet.children),
    "caregivers": lambda sheet, _: _people(sheet.caregivers),
    "others": lambda sheet, _: _people(sheet.others),
    "tribal": lambda sheet, _: _with_details(
        sheet.call.tribal_information, sheet.call.tribe, sheet.call.tribal_basis
    ),
    "concerns": lambda sheet, _: _concerns(sheet),
    "quotes": lambda sheet, _: "\n".join(
        f"{_corrected(sheet, f'quote.{one.id}.text', f'“{one.text}”')} – "
        f"{one.speaker or 'speaker not noted'}; {one.heard_by}"
        for one in sheet.exact_words
    ),
    "worries": lambda sheet, _: _side(sheet, "worry"),
    "working_well": lambda sheet, _: _side(sheet, "working_well"),
    "decision": _decision,
    "working_well_bearing": _bearing,
    "statements": lambda sheet, _: _named(
        ("Harm", sheet.decision.harm_statement), ("Danger", sheet.decision.danger_statement)
    ),
    "concrete_help": lambda sheet, _: (
        _with_details(sheet.decision.concrete_help, sheet.decision.concrete_help_reason)
        if sheet.decision.concrete_help or sheet.decision.concrete_help_reason
        else ""
    ),
    "next_steps": lambda sheet, _: sheet.decision.next_steps,
    "transfer": _transfer,
    "known_referral": lambda sheet, _: sheet.decision.known_referral,
    "cross_reports": _cross_reports,
    "dispatches": _dispatches,
    "supports": lambda sheet, _: "\n".join(
        f"{one.service}: {one.accepted_label}"  # who accepted it may be the caller
        for one in sheet.offered
    ),
}
