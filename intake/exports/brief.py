"""The responder brief: one page for whoever knocks at the door, also while the call goes on.

It leaves out the narrative and everything of the reporting party.
"""

from dataclasses import dataclass, replace

from django.template.loader import render_to_string

from intake.exports.pdf import ExportStamp, lay_out, write_pdf
from intake.worksheet import QuoteView, Worksheet

# Type in points, and how many characters a text may have: smaller until it is one page.
SIZES: tuple[tuple[int, int], ...] = ((11, 0), (10, 0), (9, 0), (8, 0), (8, 400), (8, 160), (8, 60))
MORE = " … (more in the record)"


@dataclass(frozen=True)
class Said:
    """What was said, and what it was said to."""

    about: str
    text: str


@dataclass(frozen=True)
class Brief:
    """What a responder needs of a worksheet, and nothing else."""

    sheet: Worksheet
    hazards: str
    reported: tuple[Said, ...]
    languages: tuple[str, ...]
    protectors: tuple[Said, ...]
    first_hand: tuple[Said, ...]
    quotes: tuple[QuoteView, ...]


def build_brief(sheet: Worksheet) -> Brief:
    """Return the brief of a worksheet; what nobody asked stands as not asked."""
    answers = sheet.answered
    protectors = [
        Said(one.prompt.text, one.prompt.answer.text)
        for one in answers
        if one.prompt.answer.kind == "act_of_protection"
        or (one.section.key == "social_connections" and one.prompt.side == "working_well")
    ]
    protectors += [
        Said(f"Volunteered at {note.call_time}", note.text)
        for section in sheet.factors
        if section.key == "social_connections"
        for note in section.heard_well
    ]
    first_hand = [
        Said(concern.type_label, "; ".join(filter(None, (concern.what, concern.injury))))
        for concern in sheet.concerns
        if concern.source == "first_hand" and not concern.is_removed and concern.what
    ]
    first_hand += [
        Said(one.prompt.text, one.prompt.answer.text)
        for one in answers
        if one.prompt.answer.source == "first_hand"
    ]
    spoken = [
        f"{person.label}: {person.language}"
        for person in sheet.people
        if person.language and not person.is_removed
    ]
    return Brief(
        sheet=sheet,
        hazards=sheet.call.responder_safety_details,
        reported=tuple(
            Said(one.type_label or "Concern", one.what)
            for one in sheet.concerns
            if not one.is_removed and (one.type or one.what)
        ),
        languages=tuple(spoken),
        protectors=tuple(protectors),
        first_hand=tuple(first_hand),
        quotes=sheet.exact_words,
    )


def export_brief(sheet: Worksheet, stamp: ExportStamp) -> bytes:
    """Return the brief as a PDF of exactly one page, in type that shrinks with the text.

    What does not fit in the smallest type is shortened, and says so.
    """
    brief = build_brief(sheet)
    for points, limit in SIZES:
        shown = _shorten(brief, limit) if limit else brief
        context = {"brief": shown, "sheet": shown.sheet, "stamp": stamp, "points": points}
        document = lay_out(render_to_string("intake/brief/pdf.html", context))
        if len(document.pages) == 1:
            break
    return write_pdf(document.copy(document.pages[:1]))


def _shorten(brief: Brief, limit: int) -> Brief:
    """Return the brief with every text cut after `limit` characters; at most eight of a kind."""

    def cut(text: str) -> str:
        return text if len(text) <= limit else text[:limit].rstrip() + MORE

    def few(said: tuple[Said, ...]) -> tuple[Said, ...]:
        kept = tuple(Said(cut(one.about), cut(one.text)) for one in said[:8])
        return kept if len(said) <= 8 else (*kept, Said("", MORE.strip()))

    people = tuple(
        replace(
            one,
            name=cut(one.name),
            address=cut(one.address),
            current_location=cut(one.current_location),
            disability=cut(one.disability),
            access_to_child=cut(one.access_to_child),
        )
        for one in brief.sheet.people
        if not one.is_removed
    )
    call = replace(
        brief.sheet.call,
        child_now_at=cut(brief.sheet.call.child_now_at),
        tribal_basis=cut(brief.sheet.call.tribal_basis),
        interpreter=cut(brief.sheet.call.interpreter),
    )
    return Brief(
        sheet=replace(brief.sheet, people=people[:10], call=call),
        hazards=cut(brief.hazards),
        reported=few(brief.reported),
        languages=tuple(cut(one) for one in brief.languages[:8]),
        protectors=few(brief.protectors),
        first_hand=few(brief.first_hand),
        quotes=tuple(replace(one, text=cut(one.text)) for one in brief.quotes[:6]),
    )
