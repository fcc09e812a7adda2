"""The responder brief: one page for whoever knocks at the door, also while the call goes on.

It leaves out the narrative, and everything of the reporting party but in a copy that is made to
name it.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

from django.template.loader import render_to_string

from intake.exports.pdf import ExportStamp, lay_out, write_pdf
from intake.worksheet import AnsweredView, PersonView, ReportingPartyView, Worksheet

# Type in points, how many characters a text may have, and how many of a kind are told (0: all):
# smaller until it is one page.
SIZES: tuple[tuple[int, int, int], ...] = (
    (11, 0, 0),
    (10, 0, 0),
    (9, 0, 0),
    (8, 0, 0),
    (8, 400, 12),
    (8, 160, 8),
    (8, 60, 6),
    (7, 40, 4),
    (7, 30, 2),
)
HOPELESS = 3  # pages: more than this never become one in type of 8 points
MORE = " … (more in the record)"


@dataclass(frozen=True)
class Said:
    """What was said, and what it was said to."""

    about: str
    text: str
    corrected: str = ""  # by the caller, when it was read back


@dataclass(frozen=True)
class Brief:
    """What a responder needs of a worksheet, and nothing else."""

    sheet: Worksheet
    hazards: str
    reported: tuple[Said, ...]
    languages: tuple[str, ...]
    protectors: tuple[Said, ...]
    first_hand: tuple[Said, ...]
    quotes: tuple[Said, ...]
    left_out: str = ""  # what did not fit, in words


def build_brief(sheet: Worksheet) -> Brief:
    """Return the brief of a worksheet; what nobody asked stands as not asked."""
    answers = sheet.answered
    protectors = [
        _answered(sheet, one)
        for one in answers
        if one.prompt.answer.kind == "act_of_protection"
        or (one.section.key == "social_connections" and one.prompt.side == "working_well")
    ]
    protectors += [
        Said(
            "Volunteered" if sheet.from_paper_at else f"Volunteered at {note.call_time}", note.text
        )
        for section in sheet.factors
        if section.key == "social_connections"
        for note in section.heard_well
    ]
    first_hand = [
        Said(
            concern.type_label,
            "; ".join(filter(None, (concern.what, concern.injury))),
            sheet.corrected.get(f"concern.{concern.id}.what", ""),
        )
        for concern in sheet.concerns
        if concern.source == "first_hand" and not concern.is_removed and concern.what
    ]
    first_hand += [
        _answered(sheet, one) for one in answers if one.prompt.answer.source == "first_hand"
    ]
    spoken = [
        f"{person.label}: {person.language}"
        for person in sheet.people
        if person.language and not person.is_removed
    ]
    return Brief(
        sheet=replace(sheet, people=_most_needed_first(sheet.people)),
        hazards=sheet.call.responder_safety_details,
        reported=tuple(
            Said(
                one.type_label or "Concern",
                one.what,
                sheet.corrected.get(f"concern.{one.id}.what", ""),
            )
            for one in sheet.concerns
            if not one.is_removed and (one.type or one.what)
        ),
        languages=tuple(spoken),
        protectors=tuple(protectors),
        first_hand=tuple(first_hand),
        quotes=tuple(
            Said(
                f"{one.speaker or 'speaker not noted'}; {one.heard_by}",
                one.text,
                sheet.corrected.get(f"quote.{one.id}.text", ""),
            )
            for one in sheet.exact_words
        ),
    )


def export_brief(
    sheet: Worksheet,
    stamp: ExportStamp,
    *,
    is_restricted: bool,
    party: ReportingPartyView | None = None,
) -> bytes:
    """Return the brief as a PDF of exactly one page, in type that shrinks with the text.

    That of a restricted record says so. `party` is None but for a copy that names who reported,
    which stands first on the page.

    What does not fit in the smallest type is shortened, and says so.
    """
    brief, document = build_brief(sheet), None
    for points, limit, most in SIZES:
        if document and not limit and len(document.pages) > HOPELESS:
            continue
        shown = _shorten(brief, limit, most) if limit else brief
        context: dict[str, object] = {"brief": shown, "sheet": shown.sheet, "stamp": stamp}
        context |= {"party": party, "is_restricted": is_restricted, "points": points}
        document = lay_out(render_to_string("intake/brief/pdf.html", context))
        if len(document.pages) == 1:
            break
    assert document
    return write_pdf(document.copy(document.pages[:1]))


def _answered(sheet: Worksheet, one: AnsweredView) -> Said:
    corrected = sheet.corrected.get(f"answer.{one.prompt.id}.text", "")
    return Said(one.prompt.text, one.prompt.answer.text, corrected)


def _most_needed_first(people: tuple[PersonView, ...]) -> tuple[PersonView, ...]:
    """Return who stands, whom a responder must know of first: who may have done it, children."""
    standing = [one for one in people if not one.is_removed]
    rank = {"child": 1, "caregiver": 2}
    return tuple(
        sorted(standing, key=lambda one: 0 if one.is_alleged_maltreater else rank.get(one.role, 3))
    )


def _shorten(brief: Brief, limit: int, most: int) -> Brief:
    """Return the brief with every text cut after `limit` characters and `most` of each kind.

    `left_out` says how many of what are missing.
    """
    missing: list[str] = []

    def cut(text: str) -> str:
        return text if len(text) <= limit else text[:limit].rstrip() + MORE

    def few(kind: str, all_of_them: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(all_of_them) > most:
            missing.append(f"{len(all_of_them) - most} more {kind}")
        return all_of_them[:most]

    def said(kind: str, all_of_them: tuple[Said, ...]) -> tuple[Said, ...]:
        return tuple(
            Said(cut(one.about), cut(one.text), cut(one.corrected))
            for one in few(kind, all_of_them)
        )

    def texts_cut(view: Any) -> Any:
        texts = {one.name: getattr(view, one.name) for one in fields(view)}
        kept = ("id", "role")
        return replace(
            view,
            **{
                name: cut(text)
                for name, text in texts.items()
                if isinstance(text, str) and name not in kept
            },
        )

    people = tuple(texts_cut(one) for one in few("people", brief.sheet.people))
    return Brief(
        sheet=replace(brief.sheet, people=people, call=texts_cut(brief.sheet.call)),
        hazards=cut(brief.hazards),
        reported=said("concerns", brief.reported),
        languages=tuple(cut(one) for one in few("languages", brief.languages)),
        protectors=said("protectors", brief.protectors),
        first_hand=said("first-hand reports", brief.first_hand),
        quotes=said("exact words", brief.quotes),
        left_out="; ".join(missing),
    )
