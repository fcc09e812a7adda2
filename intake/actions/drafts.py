"""Editing a draft of the question sets: words that are saved while they are typed, and its rows.

Every change is kept as the cells that it changed (`DraftChange`), by which it can be told, and
undone by who made it.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from intake import fields
from intake.actions.draft_cells import (
    ROWS,
    Cell,
    Kind,
    Row,
    cells_of,
    next_place,
    read_cell,
    stale_with,
    write_cells,
)
from intake.actions.question_sets import lock_edition
from intake.actions.saves import Saved, follows_on, text_of
from intake.errors import InvalidValue, NotPossibleNow, StaleRevision, UnknownField
from intake.fields import FieldName, Save, Step
from intake.models import (
    DraftChange,
    Edition,
    Prompt,
    PromptPair,
    PromptText,
    QuestionSet,
    User,
)
from intake.models.base import Language, Side
from intake.text import clean_text

PAUSE = timedelta(seconds=30)  # typing in one field without such a pause is one change


def save_draft_field(*, actor: User, edition_id: UUID, save: Save, at: datetime) -> Saved:
    """Store one field of a draft and return its new revision; the protocol is that of a call.

    A save that was stored already, and a text that stands already, change nothing and succeed.
    When the English changes, its translation is marked as stale; a translation that is typed is
    fresh. Raises Edition.DoesNotExist, NotAllowed, NotPossibleNow, UnknownField, InvalidValue or
    StaleRevision; then nothing was changed.
    """
    with transaction.atomic():
        edition = lock_draft(actor, edition_id)
        row, column = _row_of(edition, save.field), save.field.column
        last, stored = row.saves.get(column, {}), read_cell(row, column)
        if last.get("key") == str(save.key):
            return _saved(save.field, row, at)
        text = clean_text(text_of(save, row, stored))
        if text == stored:
            return _saved(save.field, row, at)
        if save.base != row.revision_of(column) and not follows_on(save, last):
            raise StaleRevision(
                field=str(save.field), revision=row.revision_of(column), text=stored
            )
        fields.check_length(text, fields.DRAFT_FIELDS[save.field.noun][column])
        cells = [Cell(save.field.noun, str(row.pk), column, stored, text)]
        cells += stale_with(row, column, stored, text)
        write_cells(edition, cells, actor=actor, at=at, keys={column: save.key})
        keep_change(edition, Kind.WORDED, row.key, cells, actor=actor, at=at)
        row.refresh_from_db(fields=["saves"])
        return _saved(save.field, row, at)


def add_pair(*, actor: User, edition_id: UUID, set_key: str, at: datetime) -> PromptPair:
    """Add an empty pair at the end of a factor's set; its keys are new and never used again."""
    with transaction.atomic():
        edition = lock_draft(actor, edition_id)
        section = edition.question_sets.filter(kind=QuestionSet.Kind.FACTOR, key=set_key).first()
        if section is None:
            raise InvalidValue("A pair belongs to one of the five factors.")
        pair = new_pair(section, key=_new_key(section))
        _note_added(edition, pair, "pair", actor=actor, at=at)
    return pair


def add_prompt(*, actor: User, edition_id: UUID, set_key: str, at: datetime) -> Prompt:
    """Add an empty prompt without a pair at the end of the opening, next steps or closing set."""
    with transaction.atomic():
        edition = lock_draft(actor, edition_id)
        sets = edition.question_sets.exclude(kind=QuestionSet.Kind.FACTOR)
        section = sets.filter(key=set_key).first()
        if section is None:
            raise InvalidValue("Prompts of a factor come in pairs: add a pair.")
        prompt = new_prompt(
            section, key=_new_key(section), side=Side.OPEN, position=next_place(section)
        )
        _note_added(edition, prompt, "prompt", actor=actor, at=at)
    return prompt


def new_pair(section: QuestionSet, *, key: str) -> PromptPair:
    """Make a pair at the end of a draft's factor set; taken out until its change is noted."""
    pair = PromptPair.objects.create(
        edition_id=section.edition_id,
        question_set=section,
        key=key,
        position=next_place(section),
        is_removed=True,
    )
    for side in (Side.WORRY, Side.WORKING_WELL):
        new_prompt(section, key=f"{key}.{side}", side=side, position=pair.position, pair=pair)
    return pair


def new_prompt(
    section: QuestionSet, *, key: str, side: str, position: int, pair: PromptPair | None = None
) -> Prompt:
    """Make a prompt with its empty texts; one without a pair is taken out until noted."""
    prompt = Prompt.objects.create(
        edition_id=section.edition_id,
        question_set=section,
        pair=pair,
        key=key,
        side=side,
        position=position,
        is_removed=pair is None,
    )
    PromptText.objects.bulk_create(
        PromptText(prompt=prompt, language=one) for one in Language.values
    )
    return prompt


def change_row(*, actor: User, edition_id: UUID, step: Step, at: datetime) -> DraftChange | None:
    """Move a row, take it out, make a pair the core one, or say that a translation still stands.

    Returns None where nothing was to be done: the first row cannot go further up. Raises
    UnknownField for a row that is not there (any more), InvalidValue for what cannot be.
    """
    with transaction.atomic():
        edition = lock_draft(actor, edition_id)
        row = _find(edition, step.row, step.id)
        if isinstance(row, Prompt) and row.pair_id is not None and step.what != "confirm":
            raise InvalidValue("A side stays with its pair: move or take out the pair.")
        kind, cells = cells_of(edition, row, step)
        if not cells:
            return None
        write_cells(edition, cells, actor=actor, at=at)
        return keep_change(edition, kind, row.key, cells, actor=actor, at=at)


def undo_change(*, actor: User, edition_id: UUID, at: datetime) -> DraftChange:
    """Undo the actor's own last change of rows that stands; words are undone where they are typed.

    Raises NotPossibleNow where there is none, or where somebody changed the same since.
    """
    with transaction.atomic():
        edition = lock_draft(actor, edition_id)
        change = _of_rows(edition, actor).filter(undone_at=None).first()
        if change is None:
            raise NotPossibleNow("There is nothing of yours to undo.")
        back = [Cell(*cell)._replace(before=cell[4], after=cell[3]) for cell in change.cells]
        _put_again(edition, back[::-1], actor=actor, at=at)
        change.undone_at = at
        change.save(update_fields=["undone_at"])
    return change


def redo_change(*, actor: User, edition_id: UUID, at: datetime) -> DraftChange:
    """Do again what the actor undid last; raises NotPossibleNow like `undo_change`."""
    with transaction.atomic():
        edition = lock_draft(actor, edition_id)
        standing = _of_rows(edition, actor).filter(undone_at=None).first()
        undone = _of_rows(edition, actor).filter(undone_at__isnull=False)
        if standing is not None:
            undone = undone.filter(number__gt=standing.number)
        change = undone.last()
        if change is None:
            raise NotPossibleNow("There is nothing of yours to do again.")
        cells = [Cell(*cell) for cell in change.cells]
        _put_again(edition, cells, actor=actor, at=at)
        change.undone_at = None
        change.save(update_fields=["undone_at"])
    return change


def keep_change(
    edition: Edition, kind: str, about: str, cells: list[Cell], *, actor: User, at: datetime
) -> DraftChange:
    """Keep a change; words that go on without a pause belong to the change before."""
    last = DraftChange.objects.filter(edition=edition).first()
    if kind == Kind.WORDED and last is not None and _goes_on(last, cells, actor, at):
        before = {tuple(cell[:3]): cell[3] for cell in last.cells}
        merged = {tuple(cell[:3]): cell for cell in map(list, last.cells)}
        for cell in cells:
            merged[cell[:3]] = [*cell[:3], before.get(cell[:3], cell.before), cell.after]
        last.cells, last.made_at = list(merged.values()), at
        last.save(update_fields=["cells", "made_at"])
        return last
    if kind != Kind.WORDED:  # what was undone before it cannot be done again
        _of_rows(edition, actor).filter(undone_at__isnull=False).delete()
    number = DraftChange.objects.filter(edition=edition).aggregate(last=Max("number"))["last"]
    return DraftChange.objects.create(
        edition=edition,
        number=(number or 0) + 1,
        actor=actor,
        made_at=at,
        kind=kind,
        about=about,
        cells=[list(cell) for cell in cells],
    )


def _goes_on(last: DraftChange, cells: list[Cell], actor: User, at: datetime) -> bool:
    is_mine = last.kind == Kind.WORDED and last.actor_id == actor.pk
    return is_mine and last.cells[0][:3] == list(cells[0][:3]) and at - last.made_at < PAUSE


def _note_added(
    edition: Edition, row: PromptPair | Prompt, kind: str, *, actor: User, at: datetime
) -> None:
    cells = [Cell(kind, str(row.pk), "is_removed", True, False)]
    write_cells(edition, cells, actor=actor, at=at)
    row.is_removed = False
    keep_change(edition, Kind.ADDED, row.key, cells, actor=actor, at=at)


def _of_rows(edition: Edition, actor: User) -> QuerySet[DraftChange]:
    """Return the actor's changes of rows, the newest first."""
    mine = DraftChange.objects.filter(edition=edition, actor=actor)
    return mine.exclude(kind=Kind.WORDED).order_by("-number")


def _put_again(edition: Edition, cells: list[Cell], *, actor: User, at: datetime) -> None:
    """Write cells back or again; raises NotPossibleNow where the same was changed since."""
    changed = NotPossibleNow(
        "The same was changed since, by somebody else or by you. Nothing was undone: look at what "
        "stands, and change it."
    )
    for cell in cells:
        row = ROWS[cell.row].objects.filter(edition=edition, pk=cell.id).first()
        if row is None or read_cell(row, cell.column) != cell.before:
            raise changed
    try:
        with transaction.atomic():
            write_cells(edition, cells, actor=actor, at=at)
    except IntegrityError:  # a set has another core pair now
        raise changed from None


def _new_key(section: QuestionSet) -> str:
    """Return a key under a set's that no edition ever had."""
    return f"{section.key}.n{secrets.token_hex(5)}"


def _row_of(edition: Edition, name: FieldName) -> QuestionSet | Prompt:
    row = _find(edition, name.noun, name.row or uuid4())
    assert not isinstance(row, PromptPair)
    return row


def _find(edition: Edition, kind: str, row_id: UUID) -> Row:
    """Return a row of a draft that is not taken out; raises UnknownField for any other."""
    rows: Any = ROWS[kind].objects.filter(edition=edition, pk=row_id)
    if kind == "pair":
        rows = rows.filter(is_removed=False)
    if kind == "prompt":
        rows = rows.filter(is_removed=False).exclude(pair__is_removed=True)
    row: Row | None = rows.first()
    if row is None:
        raise UnknownField(
            "This was taken out of the draft. What you typed stays here: whoever took it out can "
            "undo that."
        )
    return row


def _saved(name: FieldName, row: QuestionSet | Prompt, at: datetime) -> Saved:
    entry = row.saves.get(name.column, {})
    moment = datetime.fromisoformat(entry["at"]) if entry else at
    return Saved(field=str(name), revision=row.revision_of(name.column), at=moment)


def lock_draft(actor: User, edition_id: UUID) -> Edition:
    """Return a draft of the actor's agency, locked until the transaction ends.

    Raises Edition.DoesNotExist for any other agency's, NotAllowed for who does not edit question
    sets, NotPossibleNow for what is no draft (any more).
    """
    edition = lock_edition(actor, edition_id)
    if edition.status != Edition.Status.DRAFT:
        raise NotPossibleNow(
            f"Edition {edition.number} is {edition.get_status_display().lower()} and takes no "
            "changes. What was saved is kept; start a draft to go on."
        )
    return edition
