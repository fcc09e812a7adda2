"""Lines: by which a call is known again, and what of a narrative was filed."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models.functions import Left

from intake.models import Intake, Narrative, Person, Reporter
from intake.worksheet.views import HeardView, Worksheet

GLIMPSE = 80  # code points of a narrative in a list


def glimpses(intakes: Iterable[Intake]) -> dict[UUID, str]:
    """Return a line by which the worker knows an own call again, for each key.

    The children's names, else how the narrative begins: for the worker's own list only. Two
    queries, however many intakes.
    """
    keys = [intake.pk for intake in intakes]
    begins = Narrative.objects.filter(intake__in=keys).annotate(begin=Left("text", GLIMPSE + 1))
    lines = {one.intake_id: _first_line(one.begin) for one in begins.defer("text", "saves")}
    children = Person.objects.filter(intake__in=keys, role=Person.Role.CHILD, is_removed=False)
    names: dict[UUID, list[str]] = {}
    for child in children.exclude(name="").only("intake_id", "name", "age", "role"):
        known = f"{child.name} ({child.age})" if child.age else child.name
        names.setdefault(child.intake_id, []).append(known)
    return lines | {key: ", ".join(known) for key, known in names.items()}


def _first_line(begin: str) -> str:
    """Return the first line of what a narrative begins with; what is cut says so."""
    line, _, rest = begin.strip().partition("\n")
    if not rest and len(begin) > GLIMPSE:
        return f"{line[:GLIMPSE].rpartition(' ')[0] or line[:GLIMPSE]} …"
    return line


def numbers_to_call(intakes: Iterable[Intake]) -> dict[UUID, str]:
    """Return the number on which the caller can be reached, for each key where one was typed.

    The callback number, else the phone. One query. The caller of this has made sure that who asks
    may see the reporting party of every one (`permissions.can_see_reporter`).
    """
    parties = Reporter.objects.filter(intake__in=[intake.pk for intake in intakes])
    numbers = {one.intake_id: one.read("callback_number") or one.read("phone") for one in parties}
    return {key: number for key, number in numbers.items() if number}


def find_passage(narrative: str, note: HeardView) -> range:
    """Return where a note's words stand in the narrative now, in code points.

    The offsets of a note are those of its filing; typing above it has moved the words since. Of
    several places the nearest counts; words that are nowhere have an empty range.
    """
    places = []
    place = narrative.find(note.text)
    while note.text and place >= 0:
        places.append(place)
        place = narrative.find(note.text, place + 1)
    start = min(places, key=lambda one: abs(one - note.start), default=0)
    return range(start, start + len(note.text) if places else start)


def unfiled_lines(sheet: Worksheet) -> list[str]:
    """Return the lines of the narrative of which nothing was filed under a factor."""
    filed = [
        find_passage(sheet.narrative, note)
        for section in sheet.sections
        for note in section.heard
        if not note.is_removed
    ]
    lines, start = [], 0
    for line in sheet.narrative.split("\n"):
        end = start + len(line)
        is_filed = any(note.start < end and start < note.stop for note in filed)
        if line.strip() and not is_filed:
            lines.append(line.strip())
        start = end + 1
    return lines
