"""The cells of a draft, one value each: how they are read and written, and what a step changes.

A cell is kept with its change (`DraftChange`), so that the change can be told and undone.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max

from intake import fields
from intake.errors import InvalidValue
from intake.fields import Step
from intake.models import DraftChange, Edition, Prompt, PromptPair, PromptText, QuestionSet, User
from intake.models.base import Language

Kind = DraftChange.Kind
Row = QuestionSet | PromptPair | Prompt
ROWS: dict[str, type[QuestionSet] | type[PromptPair] | type[Prompt]] = {
    "set": QuestionSet,
    "pair": PromptPair,
    "prompt": Prompt,
}
# Columns of a prompt that stand in its texts: the language and the column there.
WORDS = {
    "en": (Language.ENGLISH, "text"),
    "es": (Language.SPANISH, "text"),
    "helper_en": (Language.ENGLISH, "helper"),
    "helper_es": (Language.SPANISH, "helper"),
    "es_from": (Language.SPANISH, "translated_from"),
}


class Cell(NamedTuple):
    """One value that a change changed; `row` is a key of ROWS."""

    row: str
    id: str
    column: str
    before: Any
    after: Any


def read_cell(row: Row, column: str) -> Any:
    """Return a column of a row of a draft, as it travels and as changes keep it."""
    if isinstance(row, Prompt) and column in WORDS:
        language, name = WORDS[column]
        text = PromptText.objects.filter(prompt=row, language=language).first()
        return getattr(text, name) if text else ""
    value = getattr(row, row._meta.get_field(column).attname)  # type: ignore[union-attr]
    return str(value) if isinstance(value, UUID) else value


def write_cells(
    edition: Edition,
    cells: list[Cell],
    *,
    actor: User,
    at: datetime,
    keys: dict[str, UUID] | None = None,
) -> None:
    """Write cells; a field that is saved while it is typed counts its revision."""
    for cell in cells:
        row = ROWS[cell.row].objects.get(edition=edition, pk=cell.id)
        is_field = cell.column in fields.DRAFT_FIELDS.get(cell.row, {})
        if isinstance(row, Prompt) and cell.column in WORDS:
            language, name = WORDS[cell.column]
            PromptText.objects.update_or_create(
                prompt=row, language=language, defaults={name: cell.after}
            )
        else:
            field = row._meta.get_field(cell.column)
            setattr(row, field.attname, cell.after)  # type: ignore[union-attr]
            row.save(update_fields=[cell.column])
        if is_field and not isinstance(row, PromptPair):
            row.saves[cell.column] = {
                "revision": row.revision_of(cell.column) + 1,
                "key": str((keys or {}).get(cell.column, "")),
                "at": at.isoformat(),
                "by": str(actor.pk),
            }
            row.save(update_fields=["saves"])


def cells_of(edition: Edition, row: Row, step: Step) -> tuple[str, list[Cell]]:
    """Return what a step changes, in the order in which it has to be written."""

    def cell(kind: str, one: Row, column: str, after: Any) -> Cell:
        return Cell(kind, str(one.pk), column, read_cell(one, column), after)

    match step.what:
        case "up" | "down":
            other = _neighbour(edition, row, step)
            if other is None:
                return Kind.MOVED, []
            # Two rows that were made at once may have one place: then they get two.
            places = sorted((row.position, other.position))
            places[1] += places[0] == places[1]
            mine, its = places if step.what == "up" else reversed(places)
            return Kind.MOVED, [
                cell(step.row, row, "position", mine),
                cell(step.row, other, "position", its),
            ]
        case "remove":
            was_core = isinstance(row, PromptPair) and row.is_core
            core = [cell(step.row, row, "is_core", False)] if was_core else []
            return Kind.REMOVED, [*core, cell(step.row, row, "is_removed", True)]
        case "core" if isinstance(row, PromptPair):
            if row.is_core:
                return Kind.CORE, []
            before = PromptPair.objects.filter(question_set=row.question_set_id, is_core=True)
            return Kind.CORE, [
                *(cell("pair", one, "is_core", False) for one in before),
                cell("pair", row, "is_core", True),
            ]
        case "confirm" if isinstance(row, Prompt):
            is_stale = read_cell(row, "es_from") != ""
            return Kind.CONFIRMED, [cell("prompt", row, "es_from", "")] if is_stale else []
    return Kind.MOVED, cells_to_set(edition, row, step)


def cells_to_set(edition: Edition, row: Row, step: Step) -> list[Cell]:
    """Return what moving a row to the end of another set changes."""
    target = edition.question_sets.filter(key=step.what.removeprefix("to:")).first()
    is_pair = isinstance(row, PromptPair)
    if not step.what.startswith("to:") or target is None or isinstance(row, QuestionSet):
        raise InvalidValue("There is no such set in this edition. Nothing was changed.")
    if is_pair != (target.kind == QuestionSet.Kind.FACTOR):
        raise InvalidValue("Pairs belong to factors, single prompts to the other sets.")
    if row.question_set_id == target.pk:
        return []
    rows: list[tuple[str, PromptPair | Prompt]] = [(step.row, row)]
    if isinstance(row, PromptPair):
        rows += [("prompt", one) for one in row.prompts.order_by("side")]
    core = isinstance(row, PromptPair) and row.is_core  # the other set has one, or will choose
    cells = [Cell("pair", str(row.pk), "is_core", True, False)] if core else []
    for kind, one in rows:
        cells.append(
            Cell(kind, str(one.pk), "question_set", str(one.question_set_id), str(target.pk))
        )
    cells.append(Cell(step.row, str(row.pk), "position", row.position, next_place(target)))
    return cells


def _neighbour(edition: Edition, row: Row, step: Step) -> PromptPair | Prompt | None:
    """Return the row above or below, among those of the same set that are not taken out."""
    if isinstance(row, QuestionSet):
        return None
    if isinstance(row, PromptPair) and row.is_core:
        return None
    rows: Any = type(row)._default_manager.filter(
        edition=edition, question_set=row.question_set_id, is_removed=False
    )
    # The core pair stands first wherever it is asked, whatever its place.
    rows = rows.filter(is_core=False) if isinstance(row, PromptPair) else rows.filter(pair=None)
    beside = list(rows.order_by("position", "key"))
    place = [one.pk for one in beside].index(row.pk) + (-1 if step.what == "up" else 1)
    return beside[place] if 0 <= place < len(beside) else None


def stale_with(row: Row, column: str, stored: str, text: str) -> list[Cell]:
    """Return what a change of words does to the mark of the translation.

    What the English was when the translation was made stays known, so that an English that is
    changed back has a fresh translation again.
    """
    if not isinstance(row, Prompt) or column not in ("en", "es"):
        return []
    made_from = read_cell(row, "es_from")
    if column == "es":
        after = ""
    elif not read_cell(row, "es") or not (made_from or stored):
        return []
    else:
        after = "" if text == made_from else (made_from or stored)
    return [Cell("prompt", str(row.pk), "es_from", made_from, after)] if after != made_from else []


def next_place(section: QuestionSet) -> int:
    """Return the place after every row of a set, those that were taken out too."""
    rows = section.pairs if section.kind == QuestionSet.Kind.FACTOR else section.prompts
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1
