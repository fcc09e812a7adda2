"""Saving what is typed: one action for every field of a call (the save protocol)."""

import dataclasses
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from intake import fields
from intake.actions.rows import find_row
from intake.errors import HeldElsewhere, InvalidValue, NotPossibleNow, StaleRevision
from intake.fields import FieldName, Save
from intake.models import (
    Answer,
    FieldRevision,
    Intake,
    Person,
    Prompt,
    Quotation,
    Reporter,
    ResponseOption,
    Support,
    User,
)
from intake.models.audit import record_event
from intake.models.base import SavedRecord, YesNo
from intake.search.index import FOUND_BY, index_person, words_of_person
from intake.text import clean_text, is_named

THINNING = timedelta(seconds=30)  # one earlier text is kept per this much typing
BASICS = (
    *("reference", "status", "agency", "worker", "edition", "holder"),
    *("is_practice", "started_at"),  # where search finds it
)
SHRINKING = 50  # code points: a save that takes away more keeps the earlier text in any case


@dataclass(frozen=True)
class Saved:
    """A field as it is stored now; `changed` are other fields that the save changed with it."""

    field: str
    revision: int
    at: datetime
    changed: dict[str, tuple[str, int]] = dataclasses.field(default_factory=dict)


def save_field(*, actor: User, intake_id: UUID, save: Save, at: datetime) -> Saved:
    """Store one field of the actor's own open call and return its new revision.

    A save that was stored already, and a text that stands already, change nothing and succeed.
    Raises Intake.DoesNotExist, NotPossibleNow, HeldElsewhere, UnknownField, InvalidValue or
    StaleRevision; then nothing was changed. The revisions are the evidence; an audit event is only
    danger that is marked or taken back, which supervisors watch.
    """
    with transaction.atomic():
        is_own_column = save.field.noun == "call"
        intake = lock_writable(actor=actor, intake_id=intake_id, whole=is_own_column)
        if save.page is not None and intake.holder_id not in (None, save.page):
            raise HeldElsewhere(
                "This call is being written in another tab or on another machine. What you typed "
                "stays here: take over to send it."
            )
        row, is_new = find_row(intake, save, at)
        column = save.field.column
        last = row.saves.get(column, {})
        follows = ["status"] if isinstance(row, Answer) and column == "text" else []
        if last.get("key") == str(save.key):
            return _saved(save.field, row, at, also=follows)

        stored = fields.show_value(row, column)
        text = clean_text(text_of(save, row, stored))
        if text == stored and not is_new:
            return _saved(save.field, row, at, also=follows)
        follows_unacknowledged = follows_on(save, last)
        if save.base != row.revision_of(column) and not follows_unacknowledged:
            raise StaleRevision(
                field=str(save.field), revision=row.revision_of(column), text=stored
            )

        value = fields.parse_value(save.field, text)
        _check_words(save, row, text, stored)
        _check_reference(intake, save.field, value)
        _check_hearer(intake, save.field, text)
        columns = {column: (text, value)}
        if isinstance(row, Answer):
            columns |= _answer_follows(row, column, text)
        person = row if isinstance(row, Person) and column in FOUND_BY else None
        found_by = words_of_person(person) if person and not is_new else set()
        earlier: list[FieldRevision] = []
        for name, (new_text, new_value) in columns.items():
            earlier += _put(intake, row, name, new_text, new_value, save=save, actor=actor, at=at)
        FieldRevision.objects.bulk_create(earlier)
        if is_new:
            row.save(force_insert=True)
        else:
            row.save(update_fields=[*columns, "saves"])
        if person:
            index_person(intake, person, found_by)
        if str(save.field) == "call.danger_now" and YesNo.YES in (text, stored):
            verb = "marked" if text == YesNo.YES else "taken_back"
            record_event(f"intake.danger_{verb}", actor=actor, at=at, subject=intake)
        return _saved(save.field, row, at, also=[name for name in columns if name != column])


def lock_writable(*, actor: User, intake_id: UUID, whole: bool = True) -> Intake:
    """Return the actor's own intake, locked until the transaction ends, if it takes text.

    `whole` is false where few of its columns are needed, as for most saves: sixty take their time.
    Raises Intake.DoesNotExist for one that is not the actor's, NotPossibleNow for a frozen one.
    """
    locked = Intake.objects.of_worker(actor).select_for_update(no_key=True)
    intake = (locked if whole else locked.only(*BASICS)).get(pk=intake_id)
    if not intake.is_writable:
        raise frozen(Intake.objects.open_to(actor).get(pk=intake_id))
    return intake


def frozen(intake: Intake) -> NotPossibleNow:
    """Return the refusal for an intake that takes no more text."""
    return NotPossibleNow(
        f"Intake {intake.reference} is {intake.get_status_display().lower()} and takes no more "
        "changes. What was saved is kept; a supervisor can return it to you."
    )


def _saved(name: FieldName, row: SavedRecord, at: datetime, also: list[str] | None = None) -> Saved:
    entry = row.saves.get(name.column, {})
    changed = {
        str(FieldName(name.noun, name.row, other)): (
            fields.show_value(row, other),
            row.revision_of(other),
        )
        for other in also or []
    }
    return Saved(
        field=str(name),
        revision=row.revision_of(name.column),
        at=datetime.fromisoformat(entry["at"]) if entry else at,
        changed=changed,
    )


def _put(
    intake: Intake,
    row: SavedRecord,
    column: str,
    text: str,
    value: Any,
    *,
    save: Save,
    actor: User,
    at: datetime,
) -> list[FieldRevision]:
    """Set a column of `row`, count its revision; return the earlier text when it is to be kept."""
    earlier: list[FieldRevision] = []
    last = row.saves.get(column)
    entry = {
        "revision": row.revision_of(column) + 1,
        "key": str(save.key) if column == save.field.column else "",
        "at": at.isoformat(),
        "by": str(actor.pk),
        "kept": last["kept"] if last else at.isoformat(),
    }
    if last:
        stored = fields.show_value(row, column)
        is_due = at - datetime.fromisoformat(last["kept"]) >= THINNING
        is_emptied = not text and fields.spec_of(save.field).kind == "text"  # however short it was
        if is_due or is_emptied or save.keep or len(stored) - len(text) > SHRINKING:
            earlier.append(_earlier(intake, row, column, stored, last))
            entry["kept"] = at.isoformat()
    row.saves[column] = entry
    if isinstance(row, Reporter) and column in Reporter.SEALED:
        row.write(column, text)
    else:
        setattr(row, row._meta.get_field(column).attname, value)  # type: ignore[union-attr]
    return earlier


def _earlier(
    intake: Intake, row: SavedRecord, column: str, stored: str, last: dict[str, Any]
) -> FieldRevision:
    is_sealed = isinstance(row, Reporter) and column in Reporter.SEALED
    return FieldRevision(
        intake_id=intake.pk,
        row=row.pk,
        field=f"{fields.NOUN_OF[type(row)]}.{column}",
        revision=last["revision"],
        text="" if is_sealed else stored,
        sealed=getattr(row, column) if is_sealed else None,
        saved_at=datetime.fromisoformat(last["at"]),
        saved_by_id=UUID(last["by"]),
    )


def text_of(save: Save, row: SavedRecord, stored: str) -> str:
    """Return the whole text that a save carries; a splice needs the very text it was made on."""
    if save.splice is None:
        return save.text or ""
    splice = save.splice
    last = row.saves.get(save.field.column, {})
    on_base = save.base == row.revision_of(save.field.column)
    if save.after and not splice.sha256:
        on_base = follows_on(save, last)  # made on the text of a save that was on its way
    elif save.after:
        on_base = on_base or follows_on(save, last)
    text = stored[: splice.start] + splice.insert + stored[splice.start + splice.delete :]
    is_exact = not splice.sha256 or splice.sha256 == _sha256(text)
    if on_base and is_exact and splice.start + splice.delete <= len(stored):
        return text
    if splice.sha256 and splice.sha256 == _sha256(stored):
        return stored
    raise StaleRevision(
        field=str(save.field), revision=row.revision_of(save.field.column), text=stored
    )


def follows_on(save: Save, last: dict[str, Any]) -> bool:
    """Whether the stored text is one of the sender's own whose answer was lost."""
    return last.get("key") in {str(key) for key in save.after}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _answer_follows(row: Answer, column: str, text: str) -> dict[str, tuple[str, Any]]:
    """Return the status that follows from typing: a typed text makes an answer, an empty none.

    So a status that was marked by mistake goes with the next key; one that is marked after the
    last key stands.

    Raises InvalidValue for a status that contradicts the text.
    """
    if column == "text":
        status = row.status
        if text:
            status = Answer.Status.ANSWERED
        elif not text and status == Answer.Status.ANSWERED:
            status = Answer.Status.NOT_ASKED
        return {"status": (status, status)} if status != row.status else {}
    if column == "status" and text == Answer.Status.NOT_ASKED and row.text:
        raise InvalidValue("There is an answer here. Empty it to mark the prompt as not asked.")
    if column == "status" and text == Answer.Status.ANSWERED and not row.text:
        raise InvalidValue("There is no answer yet. Type what the caller said.")
    return {}


def _check_words(save: Save, row: SavedRecord, text: str, stored: str) -> None:
    """Raise InvalidValue for words that may not go, or not unasked.

    A quotation is locked: a save that changes its words says that the worker was asked
    (`row` has `unlocked`).
    """
    is_quote = isinstance(row, Quotation) and save.field.column == "text"
    is_needed = is_quote or (isinstance(row, Support) and save.field.column == "service")
    if is_needed and not text.strip():
        raise InvalidValue("This cannot be empty. Take the row out instead.")
    if is_quote and stored and save.row.get("unlocked") != "yes":
        raise InvalidValue(
            "These are exact words, kept as they were said. Choose “Change the words” first."
        )


def _check_hearer(intake: Intake, name: FieldName, text: str) -> None:
    """Raise InvalidValue where who heard a child's words is named like the reporting party.

    Exact words stand in the record, which never says who reported.
    """
    if (name.noun, name.column) != ("quote", "hearer") or not text:
        return
    reporter = Reporter.objects.filter(intake=intake).first()
    if reporter is not None and is_named(reporter.read("name"), text):
        raise InvalidValue(
            "This looks like the reporting party’s name, which the record keeps apart. Write “the "
            "caller” instead."
        )


def _check_reference(intake: Intake, name: FieldName, value: Any) -> None:
    """Raise InvalidValue unless the option or prompt that a save names belongs to this call."""
    spec = fields.spec_of(name)
    if value is None:
        return
    if spec.kind == "option":
        is_known = ResponseOption.objects.filter(
            pk=value, agency=intake.agency_id, decides=spec.decides, is_active=True
        ).exists()
    elif spec.kind == "prompt":
        is_known = Prompt.objects.filter(pk=value, edition=intake.edition_id).exists()
    else:
        return
    if not is_known:
        raise InvalidValue("This is not one of the choices of this field.")
