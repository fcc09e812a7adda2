"""Editing a draft of the question sets: words that are saved while they are typed, and its rows.

Every change is kept as the cells that it changed (`DraftChange`), by which it can be told, and
undone by who made it.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from intake import fields, worksheet
from intake.actions.question_sets import lock_edition
from intake.actions.saves import Saved, follows_on, text_of
from intake.edition_changes import Change, place_of
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

Kind = DraftChange.Kind
Row = QuestionSet | PromptPair | Prompt
ROWS: dict[str, type[QuestionSet] | type[PromptPair] | type[Prompt]] = {
    "set": QuestionSet,
    "pair": PromptPair,
    "prompt": Prompt,
}
PAUSE = timedelta(seconds=30)  # typing in one field without such a pause is one change
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


def save_draft_field(*, actor: User, edition_id: UUID, save: Save, at: datetime) -> Saved:
    """Store one field of a draft and return its new revision; the protocol is that of a call.

    A save that was stored already, and a text that stands already, change nothing and succeed.
    When the English changes, its translation is marked as stale; a translation that is typed is
    fresh. Raises Edition.DoesNotExist, NotAllowed, NotPossibleNow, UnknownField, InvalidValue or
    StaleRevision; then nothing was changed.
    """
    with transaction.atomic():
        edition = _lock(actor, edition_id)
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
        cells += _stale_with(row, column, stored, text)
        _put(edition, cells, actor=actor, at=at, keys={column: save.key})
        _note(edition, Kind.WORDED, row.key, cells, actor=actor, at=at)
        row.refresh_from_db(fields=["saves"])
        return _saved(save.field, row, at)


def add_pair(*, actor: User, edition_id: UUID, set_key: str, at: datetime) -> PromptPair:
    """Add an empty pair at the end of a factor's set; its keys are new and never used again."""
    with transaction.atomic():
        edition = _lock(actor, edition_id)
        section = edition.question_sets.filter(kind=QuestionSet.Kind.FACTOR, key=set_key).first()
        if section is None:
            raise InvalidValue("A pair belongs to one of the five factors.")
        pair = _new_pair(section, key=_new_key(section))
        _note_added(edition, pair, "pair", actor=actor, at=at)
    return pair


def add_prompt(*, actor: User, edition_id: UUID, set_key: str, at: datetime) -> Prompt:
    """Add an empty prompt without a pair at the end of the opening, next steps or closing set."""
    with transaction.atomic():
        edition = _lock(actor, edition_id)
        sets = edition.question_sets.exclude(kind=QuestionSet.Kind.FACTOR)
        section = sets.filter(key=set_key).first()
        if section is None:
            raise InvalidValue("Prompts of a factor come in pairs: add a pair.")
        prompt = _new_prompt(
            section, key=_new_key(section), side=Side.OPEN, position=_next_place(section)
        )
        _note_added(edition, prompt, "prompt", actor=actor, at=at)
    return prompt


def _new_pair(section: QuestionSet, *, key: str) -> PromptPair:
    """Make a pair at the end of a draft's factor set; taken out until its change is noted."""
    pair = PromptPair.objects.create(
        edition_id=section.edition_id,
        question_set=section,
        key=key,
        position=_next_place(section),
        is_removed=True,
    )
    for side in (Side.WORRY, Side.WORKING_WELL):
        _new_prompt(section, key=f"{key}.{side}", side=side, position=pair.position, pair=pair)
    return pair


def _new_prompt(
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
        edition = _lock(actor, edition_id)
        row = _find(edition, step.row, step.id)
        kind, cells = _cells_of(edition, row, step)
        if not cells:
            return None
        _put(edition, cells, actor=actor, at=at)
        return _note(edition, kind, row.key, cells, actor=actor, at=at)


def undo_change(*, actor: User, edition_id: UUID, at: datetime) -> DraftChange:
    """Undo the actor's own last change of rows that stands; words are undone where they are typed.

    Raises NotPossibleNow where there is none, or where somebody changed the same since.
    """
    with transaction.atomic():
        edition = _lock(actor, edition_id)
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
        edition = _lock(actor, edition_id)
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


def take_over(
    *, actor: User, edition_id: UUID, newer: Edition, change_id: str, at: datetime
) -> DraftChange:
    """Bring one change of an edition of the state into a draft; it can be undone whole.

    Raises InvalidValue for what the draft does not lack (any more).
    """
    with transaction.atomic():
        edition = _lock(actor, edition_id)
        change = worksheet.find_lacking(edition, newer).get(change_id)
        if change is None:
            raise InvalidValue("The draft has this change already. Nothing was changed.")
        cells = _cells_of_change(edition, change)
        if not cells:
            raise InvalidValue("There is no place for this in the draft. Nothing was changed.")
        _put(edition, cells, actor=actor, at=at)
        return _note(edition, Kind.TAKEN_OVER, change.key, cells, actor=actor, at=at)


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
        return _cells_of(edition, row, Step(kind, row.pk, "remove"))[1]
    if change.kind == "core" and change.after == "True":
        return _cells_of(edition, row, Step(kind, row.pk, "core"))[1]
    if change.kind == "core":
        return [Cell(kind, str(row.pk), "is_core", True, False)]
    if row.is_removed:
        cells.append(Cell(kind, str(row.pk), "is_removed", True, False))
    if row.question_set.key != change.set_key:
        cells += _cells_to_set(edition, row, Step(kind, row.pk, f"to:{change.set_key}"))
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
    }.get(change.path)
    row: QuestionSet | Prompt | None
    if change.kind == "titled":
        row = edition.question_sets.filter(key=change.key).first()
    else:
        row = Prompt.objects.filter(edition=edition, key=change.key).first()
    if row is None or column is None:
        return []
    kind = "set" if change.kind == "titled" else "prompt"
    before = read_cell(row, column)
    cells = [Cell(kind, str(row.pk), column, before, change.after)]
    return cells + _stale_with(row, column, before, change.after)


def _new_row(section: QuestionSet, described: dict[str, Any]) -> PromptPair | Prompt:
    """Make a row with the words that it has in the state's edition; taken out until noted."""
    if "worry" not in described:
        single = _new_prompt(
            section, key=described["key"], side=Side.OPEN, position=_next_place(section)
        )
        Prompt.objects.filter(pk=single.pk).update(
            kind=described["kind"], bound_to=described["bound_to"]
        )
        _write_words(single, described)
        return single
    pair = _new_pair(section, key=described["key"])
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


def read_cell(row: Row, column: str) -> Any:
    """Return a column of a row of a draft, as it travels and as changes keep it."""
    if isinstance(row, Prompt) and column in WORDS:
        language, name = WORDS[column]
        text = PromptText.objects.filter(prompt=row, language=language).first()
        return getattr(text, name) if text else ""
    value = getattr(row, row._meta.get_field(column).attname)  # type: ignore[union-attr]
    return str(value) if isinstance(value, UUID) else value


def _cells_of(edition: Edition, row: Row, step: Step) -> tuple[str, list[Cell]]:
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
    return Kind.MOVED, _cells_to_set(edition, row, step)


def _cells_to_set(edition: Edition, row: Row, step: Step) -> list[Cell]:
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
    cells.append(Cell(step.row, str(row.pk), "position", row.position, _next_place(target)))
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


def _stale_with(row: Row, column: str, stored: str, text: str) -> list[Cell]:
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


def _put(
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


def _note(
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
    _put(edition, cells, actor=actor, at=at)
    row.is_removed = False
    _note(edition, Kind.ADDED, row.key, cells, actor=actor, at=at)


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
            _put(edition, cells, actor=actor, at=at)
    except IntegrityError:  # a set has another core pair now
        raise changed from None


def _new_key(section: QuestionSet) -> str:
    """Return a key under a set's that no edition ever had."""
    return f"{section.key}.n{secrets.token_hex(5)}"


def _next_place(section: QuestionSet) -> int:
    """Return the place after every row of a set, those that were taken out too."""
    rows = section.pairs if section.kind == QuestionSet.Kind.FACTOR else section.prompts
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


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


def _lock(actor: User, edition_id: UUID) -> Edition:
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
