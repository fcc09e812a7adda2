"""What changed from one submission to the next, word by word."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from intake.worksheet.versions import Part, differences
from intake.worksheet.views import CallView, ConcernView, DecisionView, PersonView, Worksheet


@dataclass(frozen=True)
class Change:
    """One text that is not what it was, under the names of section and place."""

    section: str
    place: str
    parts: tuple[Part, ...]


def changes_between(before: Worksheet, after: Worksheet) -> tuple[Change, ...]:
    """Return what differs in the texts of two submissions, in the order of the record."""
    old, new = dict(_texts(before)), dict(_texts(after))
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(
        Change(section, place, tuple(differences(old.get(key, ""), new.get(key, ""))))
        for key in keys
        for section, place in [key[1:]]
        if old.get(key, "") != new.get(key, "")
    )


Key = tuple[str, str, str]  # what stays the same, the section, the place


def _texts_of(view: type, *, but: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a view's columns that are texts."""
    return tuple(
        one.name for one in fields(view) if one.type in (str, "str") and one.name not in but
    )


CALL = _texts_of(CallView, but=("method", "language"))
PERSON = _texts_of(PersonView, but=("id", "role"))
CONCERN = _texts_of(ConcernView, but=("id", "type", "source"))
DECISION = _texts_of(DecisionView, but=("screening", "priority", "path"))


def _texts(sheet: Worksheet) -> Iterator[tuple[Key, str]]:
    yield ("narrative", "Narrative", "Narrative"), sheet.narrative
    yield from _columns("call", "Call", sheet.call, CALL)
    for section in sheet.sections:
        for prompt in section.all_prompts:
            answer = prompt.answer
            text = answer.text or (answer.status_label if answer.is_asked else "")
            yield (f"answer.{prompt.id}", section.title, prompt.text), text
        for note in section.heard:
            if not note.is_removed:
                yield (f"heard.{note.id}", section.title, "Heard"), note.text
    for person in sheet.people:
        if not person.is_removed:
            yield from _columns(person.id, "People", person, PERSON)
    for concern in sheet.concerns:
        if not concern.is_removed:
            yield from _columns(concern.id, "Concerns", concern, CONCERN)
    yield from _columns("decision", "Decision", sheet.decision, DECISION)


def _columns(
    row: str, section: str, view: object, names: tuple[str, ...]
) -> Iterator[tuple[Key, str]]:
    for name in names:
        place = name.removesuffix("_label").replace("_", " ").capitalize()
        yield (f"{row}.{name}", section, place), getattr(view, name)
