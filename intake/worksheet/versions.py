"""The texts that one field of a call had, newest first, and how each became the present one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from django.conf import settings

from intake import crypto, fields
from intake.fields import FieldName
from intake.models import FieldRevision, Intake, PromptText, ResponseOption, User
from intake.models.base import Language, SavedRecord

PAGE = 20  # earlier versions at a time
COMPARED = 2_000  # words; what is longer beside what it became is shown as two wholes
AROUND = 12  # words that stay at the ends of a long stretch in which nothing differs

MODELS = {noun: model for model, noun in fields.NOUN_OF.items()}

# A word with the space before it; of scripts that write without spaces every sign.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"\s*(?:[{_UNSPACED}]|[^\s{_UNSPACED}]+)|\s+")


@dataclass(frozen=True)
class Part:
    """A stretch of words: `same` in both texts, `gone` since, `new` since, or `left_out`."""

    kind: str
    text: str


@dataclass(frozen=True)
class VersionView:
    """One text of a field: who saved it when; `words` is it as the screen says it.

    `parts` tell how it differs from the present text; a choice has none.
    """

    revision: int
    text: str
    words: str
    at: datetime | None
    who: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class VersionsView:
    """The versions of a field; `present` is None for a field in which nothing ever stood.

    `before` is the revision from which older versions go on, or None when these are all;
    `is_first` tells whether the list begins here.
    """

    name: str
    title: str
    revision: int
    present: VersionView | None
    earlier: tuple[VersionView, ...]
    before: int | None
    is_first: bool
    is_text: bool
    check_sum: str


def build_versions(intake: Intake, name: FieldName, *, before: int = 0) -> VersionsView:
    """Return the versions of a field, 20 earlier ones at most: those before revision `before`.

    A row that the call does not have has no versions. The query count is fixed. Whether the user
    may see the field is the caller's to know: a reporting party's is unsealed here.
    """
    row = _find_row(intake, name)
    kind = fields.spec_of(name).kind
    stored = fields.show_value(row, name.column) if row else ""
    kept: list[FieldRevision] = []
    if row is not None:
        of_field = FieldRevision.objects.filter(
            intake=intake, row=row.pk, field=f"{name.noun}.{name.column}"
        )
        if before:
            of_field = of_field.filter(revision__lt=before)
        kept = list(of_field.select_related("saved_by").order_by("-revision")[: PAGE + 1])
    texts = [_read(one, name) for one in kept]
    labels = _labels(name, {stored, *texts})
    last = row.saves.get(name.column) if row else None
    present = None
    if row is not None and (last or stored):
        by = User.objects.filter(pk=last["by"]).first() if last else None
        present = VersionView(
            revision=row.revision_of(name.column),
            text=stored,
            words=labels.get(stored, stored),
            at=datetime.fromisoformat(last["at"]) if last else None,
            who=by.display_name if by else "",
        )
    earlier = tuple(
        VersionView(
            revision=one.revision,
            text=text,
            words=labels.get(text, text),
            at=one.saved_at,
            who=one.saved_by.display_name,
            parts=tuple(differences(text, stored)) if kind == "text" else (),
        )
        for one, text in list(zip(kept, texts, strict=True))[:PAGE]
    )
    return VersionsView(
        name=str(name),
        title=_title(name),
        revision=row.revision_of(name.column) if row else 0,
        present=present,
        earlier=earlier,
        before=earlier[-1].revision if len(kept) > PAGE else None,
        is_first=not before,
        is_text=kind == "text",
        check_sum=fields.check_sum(stored),
    )


def differences(old: str, new: str) -> Iterator[Part]:
    """Yield how `new` came out of `old`, word by word; long stretches that are the same shrink.

    Without the `new` parts (and with what was left out) it is `old`.
    """
    a, b = _WORD.findall(old), _WORD.findall(new)
    shorter = min(len(a), len(b))
    start = next((at for at in range(shorter) if a[at] != b[at]), shorter)
    rest = shorter - start
    end = next((at for at in range(rest) if a[-1 - at] != b[-1 - at]), rest)
    gone, came = a[start : len(a) - end], b[start : len(b) - end]

    yield from _same(a[:start], is_first=True, is_last=not (gone or came or end))
    if len(gone) + len(came) > COMPARED:
        yield from _part("gone", gone)
        yield from _part("new", came)
    else:
        for what, i, j, k, m in SequenceMatcher(None, gone, came).get_opcodes():
            if what == "equal":
                yield from _same(gone[i:j])
            else:
                yield from _part("gone", gone[i:j])
                yield from _part("new", came[k:m])
    yield from _same(a[len(a) - end :], is_last=True)


def share_of(old: str, new: str) -> float:
    """Return how much of two texts is the same words in the same order: 0 nothing, 1 all."""
    a, b = ([word.strip() for word in _WORD.findall(text)] for text in (old, new))
    if len(a) + len(b) > COMPARED:
        return 1.0 if a == b else 0.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def _part(kind: str, words: list[str]) -> Iterator[Part]:
    if words:
        yield Part(kind, "".join(words))


def _same(words: list[str], *, is_first: bool = False, is_last: bool = False) -> Iterator[Part]:
    """Yield a stretch that is the same in both texts; a long one without its middle.

    What begins or ends the text stays only where it touches a difference.
    """
    lead = 0 if is_first and not is_last else AROUND
    tail = 0 if is_last and not is_first else AROUND
    if len(words) <= lead + tail + AROUND:
        yield from _part("same", words)
        return
    yield from _part("same", words[:lead])
    yield Part("left_out", "".join(words[lead : len(words) - tail]))
    yield from _part("same", words[len(words) - tail :] if tail else [])


def _find_row(intake: Intake, name: FieldName) -> SavedRecord | None:
    """Return the stored row of a field of this call, or None."""
    if name.noun == "call":
        return intake
    where: dict[str, Any] = {"intake": intake}
    match name.noun:
        case "narrative" | "reporter" | "decision":
            pass
        case "answer":
            where["prompt"] = name.row
        case "reference":
            where = {"decision__intake": intake, "answer__prompt": name.row}
        case "cross_report":
            where["recipient"] = name.row
        case _:
            where["pk"] = name.row
    return MODELS[name.noun]._default_manager.filter(**where).first()


def _read(kept: FieldRevision, name: FieldName) -> str:
    if kept.sealed is None:
        return kept.text
    return crypto.unseal(
        bytes(kept.sealed),
        ring=settings.ENCRYPTION_KEYS,
        table="reporter",
        row=kept.row,
        field=name.column,
    )


def _labels(name: FieldName, values: set[str]) -> dict[str, str]:
    """Return what stored values of a choice are called on the screen; a text is itself."""
    spec = fields.spec_of(name)
    keys = [UUID(value) for value in values if value] if spec.kind in ("option", "prompt") else []
    match spec.kind:
        case "flag":
            return {"yes": "Yes", "": "No"}
        case "option":
            options = ResponseOption.objects.filter(pk__in=keys)
            return {"": "", **{str(one.pk): one.label for one in options}}
        case "prompt":
            wordings = PromptText.objects.filter(prompt__in=keys, language=Language.ENGLISH)
            return {"": "", **{str(one.prompt_id): one.text for one in wordings}}
        case "choice":
            column = MODELS[name.noun]._meta.get_field(name.column)
            return {str(key): str(label) for key, label in getattr(column, "flatchoices", ())}
    return {}


def _title(name: FieldName) -> str:
    """Return what a field is called, roughly: its noun, and its column where there are several."""
    noun = {"call": "Safety and course of the call", "reporter": "Reporting party"}.get(
        name.noun, name.noun.replace("_", " ").capitalize()
    )
    return noun if name.column == "text" else f"{noun}: {name.column.replace('_', ' ')}"
