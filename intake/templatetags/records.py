"""Filters for reading a record: times, labels, and text that a page can carry."""

import re
import uuid
from collections.abc import Iterable
from datetime import date, datetime

from django import template
from django.utils import dateformat, timezone

from intake.deadlines import time_left
from intake.models.base import Language, Source, YesNo
from intake.models.intakes import Intake
from intake.models.reviews import Review
from intake.worksheet import CrossReportView, DispatchView, PairView, PromptView, Worksheet

register = template.Library()

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LONG_RUN = re.compile(r"(\S{60})(?=\S)")


@register.filter
def moment(iso: str) -> str:
    """Return an ISO time in the active zone, as Mar 1, 2026, 14:05 PST; empty for none."""
    if not iso:
        return ""
    return dateformat.format(timezone.localtime(datetime.fromisoformat(iso)), "M j, Y, H:i T")


@register.filter
def day(iso: str) -> str:
    """Return an ISO date as Mar 1, 2026; empty for none."""
    return dateformat.format(date.fromisoformat(iso), "M j, Y") if iso else ""


@register.filter
def left(due: str | datetime | None) -> str:
    """Return the time left until a deadline, ISO or a moment, in words; empty for none."""
    if not due:
        return ""
    moment_due = datetime.fromisoformat(due) if isinstance(due, str) else due
    return time_left(moment_due, now=timezone.now())


@register.filter
def response_due(sheet: Worksheet, intake: Intake) -> str:
    """Return how the response's deadline stands: `5 h left`, or `due Mar 1, 2026, 14:05 PST`.

    The clock has run out of use once a responding worker acknowledged, or the record is approved.
    """
    if not sheet.response_due_at:
        return ""
    due = datetime.fromisoformat(sheet.response_due_at)
    if not sheet.is_responded and intake.status != Intake.Status.APPROVED:
        return left(due)
    return f"{'was due' if due < timezone.now() else 'due'} {moment(sheet.response_due_at)}"


@register.filter
def words(value: str) -> str:
    """Return the label of a stored choice ("unknown" → "Don't know"), or "Not asked"."""
    for choices in (YesNo, Source, Language, Intake.Method):
        if value in choices.values:
            return str(choices(value).label)
    return value or "Not asked"


@register.filter
def printable(text: str) -> str:
    """Return text that can be set on paper: no control characters, long runs breakable."""
    return _LONG_RUN.sub("\\1\u200b", _CONTROLS.sub("\ufffd", text))


@register.filter
def asked_in(prompt: PromptView, language: str) -> str:
    """Return the wording of a prompt in the language of the call."""
    return prompt.text_es if language == "es" and prompt.text_es else prompt.text


@register.filter
def sides(pair: PairView) -> tuple[PromptView, PromptView]:
    """Return both prompts of a pair, worry first."""
    return pair.worry, pair.working_well


@register.filter
def was_asked(pair: PairView) -> bool:
    """Return whether either prompt of a pair was put to the caller."""
    return pair.worry.answer.is_asked or pair.working_well.answer.is_asked


@register.filter
def person_facts(person: object) -> list[tuple[str, str]]:
    """Return what is known of a person as (label, text), without what is empty."""
    names = (
        ("relationship", "Relationship"),
        ("birth_date", "Date of birth"),
        ("age", "Age"),
        ("gender", "Gender"),
        ("current_location", "Now at"),
        ("school_or_care", "School or care"),
        ("last_seen", "Last seen"),
        ("access_to_child", "Access to the child"),
        ("in_household", "In the household"),
        ("language", "Language"),
        ("culture", "Culture"),
        ("disability", "Disability or health needs"),
        ("address", "Address"),
    )
    in_words = {"birth_date": day, "in_household": words}
    facts = [(name, label, str(getattr(person, name))) for name, label in names]
    return [(label, in_words.get(name, str)(text)) for name, label, text in facts if text]


@register.filter
def without_places(facts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return a person's facts for a reader from whom the address is kept."""
    places = ("Address", "Now at", "School or care", "Last seen")
    return [one for one in facts if one[0] not in places]


@register.filter
def factor_title(sheet: Worksheet, key: str) -> str:
    """Return the title of a factor set."""
    return next((one.title for one in sheet.factors if one.key == key), "")


@register.filter
def cross_reports_shown(sheet: Worksheet) -> list[CrossReportView]:
    """Return the recipients of which anything is to be said: due, decided or sent."""
    return [one for one in sheet.cross_reports if one.is_due or one.decided or one.sendings]


@register.filter
def told_to(dispatches: Iterable[DispatchView], key: str) -> list[DispatchView]:
    """Return the dispatches that stand by which a recipient of cross-reports was told."""
    return [one for one in dispatches if one.told == key and not one.withdrawn_at]


@register.filter
def correction(sheet: Worksheet, of: str) -> str:
    """Return what the caller corrected of a field when it was read back, or nothing."""
    return sheet.corrected.get(of, "")


@register.simple_tag
def new_key() -> str:
    """Return a key for what a form is about to note, so that noting it twice is harmless."""
    return str(uuid.uuid4())


@register.filter
def corrections_named(sheet: Worksheet) -> list[tuple[str, str]]:
    """Return (what was corrected, the caller's correction) for those that stand."""
    return [(place_of(sheet, of), text) for of, text in sheet.corrected.items()]


def place_of(sheet: Worksheet, of: str) -> str:
    """Return a field's name in the words of the record; of a row, what it says.

    `answer.<prompt>.text` is the prompt's wording, `heard.<note>.text` what was heard.
    """
    noun, _, rest = of.partition(".")
    key = rest.partition(".")[0]
    if noun == "answer":
        prompts = [one for section in sheet.sections for one in section.all_prompts]
        return next((one.text for one in prompts if one.id == key), "An answer")
    if noun == "heard":
        notes = [note for section in sheet.sections for note in section.heard]
        return next((f"Heard: {one.text}" for one in notes if one.id == key), "A note")
    if noun == "concern":
        return next(
            (f"Concern: {one.type_label}" for one in sheet.concerns if one.id == key), "A concern"
        )
    if noun == "quote":
        return "Exact words"
    return of.rpartition(".")[2].replace("_", " ").capitalize()


@register.filter
def decided_otherwise(reviews: Iterable[Review] | None) -> Review | None:
    """Return the latest review with an own decision of the supervisor's beside the worker's."""
    own = [one for one in reviews or () if one.own_screening_id is not None]
    return own[-1] if own else None
