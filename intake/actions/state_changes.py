"""Taking over what the state changed: one change of its edition into a draft of the agency."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from intake import worksheet
from intake.actions.draft_cells import (
    Cell,
    cells_of,
    cells_to_set,
    next_place,
    read_cell,
    stale_with,
    write_cells,
)
from intake.actions.drafts import keep_change, lock_draft, new_pair, new_prompt
from intake.edition_changes import Change, place_of
from intake.errors import InvalidValue
from intake.fields import Step
from intake.models import DraftChange, Edition, Prompt, PromptPair, PromptText, QuestionSet, User
from intake.models.base import Language, Side


def take_over(
    *, actor: User, edition_id: UUID, newer: Edition, change_id: str, at: datetime
) -> DraftChange:
    """Bring one change of an edition of the state into a draft; it can be undone whole.

    Raises InvalidValue for what the draft does not lack (any more).
    """
    with transaction.atomic():
        edition = lock_draft(actor, edition_id)
        change = worksheet.find_lacking(edition, newer).get(change_id)
        if change is None:
            raise InvalidValue("The draft has this change already. Nothing was changed.")
        cells = _cells_of_change(edition, change)
        if not cells:
            raise InvalidValue("There is no place for this in the draft. Nothing was changed.")
        write_cells(edition, cells, actor=actor, at=at)
        return keep_change(
            edition, DraftChange.Kind.TAKEN_OVER, change.key, cells, actor=actor, at=at
        )


def _cells_of_change(edition: Edition, change: Change) -> list[Cell]:
    """Return what taking a change over changes; a row that was added is made here."""
    if change.path:
        return _cells_of_text(edition, change)
    row: PromptPair | Prompt | None = PromptPair.objects.filter(
        edition=edition, key=change.key
    ).first()
    row = row or Prompt.objects.filter(edition=edition, key=change.key, pair=None).first()
    cells: list[Cell] = []
    if row is None:
        section = edition.question_sets.filter(key=change.set_key).first()
        if section is None or change.kind != "added":
            return []
        row = _new_row(section, change.row)
    kind = "pair" if isinstance(row, PromptPair) else "prompt"
    if change.kind == "removed":
        return cells_of(edition, row, Step(kind, row.pk, "remove"))[1]
    if change.kind == "core" and change.after == "True":
        return cells_of(edition, row, Step(kind, row.pk, "core"))[1]
    if change.kind == "core":
        return [Cell(kind, str(row.pk), "is_core", True, False)]
    if row.is_removed:
        cells.append(Cell(kind, str(row.pk), "is_removed", True, False))
    if row.question_set.key != change.set_key:
        cells += cells_to_set(edition, row, Step(kind, row.pk, f"to:{change.set_key}"))
        cells = [one for one in cells if one.column != "position"]
    return cells + _cells_of_order(edition, row, kind, change)


def _cells_of_text(edition: Edition, change: Change) -> list[Cell]:
    column = {
        ("title", "en"): "title",
        ("title", "es"): "title_es",
        ("help", "en"): "help",
        ("help", "es"): "help_es",
        ("en",): "en",
        ("es",): "es",
        ("helper", "en"): "helper_en",
        ("helper", "es"): "helper_es",
        ("stale", "es"): "es_from",
        ("kind",): "kind",
        ("bound_to",): "bound_to",
        ("position",): "position",
    }.get(change.path)
    row: QuestionSet | Prompt | None
    if change.kind in ("titled", "arranged"):
        row = edition.question_sets.filter(key=change.key).first()
    else:
        row = Prompt.objects.filter(edition=edition, key=change.key).first()
    if row is None or column is None:
        return []
    kind = "set" if isinstance(row, QuestionSet) else "prompt"
    before = read_cell(row, column)
    after = int(change.after) if column == "position" else change.after
    cells = [Cell(kind, str(row.pk), column, before, after)]
    return cells + stale_with(row, column, before, change.after)


def _new_row(section: QuestionSet, described: dict[str, Any]) -> PromptPair | Prompt:
    """Make a row with the words that it has in the state's edition; taken out until noted."""
    if "worry" not in described:
        single = new_prompt(
            section, key=described["key"], side=Side.OPEN, position=next_place(section)
        )
        Prompt.objects.filter(pk=single.pk).update(
            kind=described["kind"], bound_to=described["bound_to"]
        )
        _write_words(single, described)
        return single
    pair = new_pair(section, key=described["key"])
    for prompt in pair.prompts.all():
        words = described[prompt.side]
        Prompt.objects.filter(pk=prompt.pk).update(key=words["key"])
        _write_words(prompt, words)
    return pair


def _write_words(prompt: Prompt, described: dict[str, Any]) -> None:
    for language in Language.values:
        PromptText.objects.filter(prompt=prompt, language=language).update(
            text=described.get(language, ""),
            helper=described.get("helper", {}).get(language, ""),
        )


def _cells_of_order(
    edition: Edition, row: PromptPair | Prompt, kind: str, change: Change
) -> list[Cell]:
    """Return the places that put a row behind the one that it follows in the state's edition."""
    target = edition.question_sets.get(key=change.set_key)
    rows: Any = target.pairs if kind == "pair" else target.prompts.filter(pair=None)
    others = [
        one for one in rows.filter(is_removed=False).order_by("position", "key") if one != row
    ]
    others.insert(place_of([one.key for one in others], change), row)
    return [
        Cell(kind, str(one.pk), "position", one.position, place)
        for place, one in enumerate(others)
        if one.position != place
    ]
