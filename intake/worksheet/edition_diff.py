"""The changes from one edition to another, in the words of the page that shows them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.edition_changes import Change, Lacking, changes, lacking
from intake.models import Agency, Edition
from intake.sets import SIDES, Sets, standing_in
from intake.wording import LANGUAGES
from intake.worksheet.described import describe
from intake.worksheet.versions import Part, differences, share_of

LEAST_SHARED = 1 / 3  # of the words of two texts: where it is less, both are shown whole
LABELS = {"worry": "Worry", "working_well": "Working well", "open": "Prompt"}


@dataclass(frozen=True)
class Whole:
    """A text that is shown whole: what it is, whether it is `new` or `gone`, and its language."""

    label: str
    kind: str
    text: str
    language: str


@dataclass(frozen=True)
class ChangeView:
    """One change: what kind, of what, and its words.

    `parts` tell word by word what differs; `wholes` are texts by themselves, each under what it
    is: those of a row that is new or gone, or an old and a new text that share little.
    """

    id: str
    label: str
    place: str  # which side, and the question, as far as the words do not say it
    parts: tuple[Part, ...]
    lines: tuple[str, ...] = ()
    wholes: tuple[Whole, ...] = ()
    has_own: bool = False
    own: str = ""


@dataclass(frozen=True)
class DiffView:
    """All changes under the titles of their sets, and how many there are of each kind."""

    sets: tuple[tuple[str, tuple[ChangeView, ...]], ...]
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """How many changes there are."""
        return sum(count for _, count in self.counts)


def build_diff(old: Edition, new: Edition) -> DiffView:
    """Return what differs from one edition to another."""
    return build_sets_diff(old, describe(new))


def build_sets_diff(old: Edition | None, sets: Sets) -> DiffView:
    """Return what described sets, as they were read from a file, would change of an edition."""
    before = describe(old) if old else []
    return _view([Lacking(one, False) for one in changes(before, sets)], before, sets)


def build_lacking(agency: Agency, newer: Edition, *, at: datetime) -> tuple[Edition, DiffView]:
    """Return the agency's edition that is looked at, and what it lacks of an edition of the state.

    That is its newest draft, else the one that is live. What the state changed is known by the
    state's edition from which the agency's was copied, however many copies ago.
    """
    own = own_edition(agency, at=at)
    before, after = _both(own, newer)
    return own, _view(lacking(before, after, describe(own)), before, after)


def own_edition(agency: Agency, *, at: datetime) -> Edition:
    """Return the agency's newest draft, else the edition that is live."""
    drafts = Edition.objects.filter(agency=agency, status=Edition.Status.DRAFT)
    found = drafts.order_by("-number").first() or Edition.objects.live(agency=agency, at=at).first()
    if found is None:
        raise Edition.DoesNotExist("The agency has no edition.")
    return found


def find_lacking(own: Edition, newer: Edition) -> dict[str, Change]:
    """Return the changes that an edition lacks of the state's, by their ids."""
    found = lacking(*_both(own, newer), describe(own))
    return {one.change.id: one.change for one in found}


def _both(own: Edition, newer: Edition) -> tuple[Sets, Sets]:
    """Return the sets of the state's edition that an edition goes back to, and of a newer one."""
    base: Edition | None = own
    while base is not None and base.agency_id is not None:
        base = base.copied_from
    return describe(base) if base else [], describe(newer)


def _view(found: Iterable[Lacking], old: Sets, new: Sets) -> DiffView:
    titles = {one["key"]: one["title"].get("en") or one["key"] for one in [*old, *new]}
    order = {one["key"]: at for at, one in enumerate([*new, *old])}
    wordings = _wordings([*old, *new])
    by_set: dict[str, list[ChangeView]] = {}
    counts: dict[str, int] = {}
    for one in found:
        change = one.change
        view = _change_view(one, titles, wordings)
        by_set.setdefault(change.set_key, []).append(view)
        counts[view.label] = counts.get(view.label, 0) + 1
    ordered = sorted(by_set, key=lambda key: order.get(key, 0))
    return DiffView(
        tuple((titles.get(key, key), tuple(by_set[key])) for key in ordered),
        tuple(counts.items()),
    )


def _wordings(sets: Sets) -> dict[str, tuple[str, str]]:
    """Return the side and the English words of every prompt and pair, by key."""
    found: dict[str, tuple[str, str]] = {}
    for one in sets:
        for prompt, side, pair in standing_in(one):
            found[prompt["key"]] = (LABELS[side], prompt.get("en", ""))
            if pair is not None:
                found[pair["key"]] = ("Pair", pair["worry"].get("en", ""))
    return found


def _change_view(
    one: Lacking, titles: dict[str, str], wordings: dict[str, tuple[str, str]]
) -> ChangeView:
    change = one.change
    side, words = wordings.get(change.key, ("", ""))
    parts: tuple[Part, ...] = ()
    lines: tuple[str, ...] = ()
    wholes: tuple[Whole, ...] = ()
    if change.kind == "arranged":
        lines = (f"From place {change.before} to place {change.after}.",)
    elif change.path:
        if share_of(change.before, change.after) >= LEAST_SHARED:
            parts = tuple(differences(change.before, change.after))
        else:
            wholes = tuple(_rewritten(change))
        if change.kind == "reworded":
            words = ""
    elif change.kind in ("added", "removed"):
        kind = "new" if change.kind == "added" else "gone"
        wholes = tuple(_texts_of(change.row, kind))
        words = ""
    elif change.kind == "moved":
        lines = (_moved(change, titles, wordings),)
    elif change.kind == "core":
        lines = ("Is the core pair now." if change.after == "True" else "Is not any more.",)
    place = f"{side}: {words}" if words else side
    return ChangeView(change.id, change.label, place, parts, lines, wholes, one.has_own, one.own)


def _rewritten(change: Change) -> Iterator[Whole]:
    """Yield the old and the new text; where there was none, or is none, only the other."""
    language = change.path[-1] if change.path[-1] in LANGUAGES else "en"
    before, now = ("Before", "Now")
    if change.kind == "stale":
        before, now = ("No longer stale; it was made from", "Made from")
    for label, kind, text in ((before, "gone", change.before), (now, "new", change.after)):
        if text:
            yield Whole(label, kind, text, language)


def _texts_of(row: dict[str, Any], kind: str) -> Iterator[Whole]:
    """Yield every text of a row that is new or gone, each with its side and language."""
    prompts = [(LABELS[side], row[side]) for side in SIDES] if "worry" in row else [("", row)]
    for side, prompt in prompts:
        found = False
        for language, words in LANGUAGES.items():
            for what, text in (
                ("", prompt.get(language, "")),
                (", note to the worker", prompt.get("helper", {}).get(language, "")),
            ):
                if text:
                    found = True
                    label = f"{side}, {words}{what}" if side else f"{words}{what}"
                    yield Whole(label, kind, text, language)
        if not found:
            yield Whole(side or "Prompt", kind, "(nothing written)", "en")


def _moved(change: Change, titles: dict[str, str], wordings: dict[str, tuple[str, str]]) -> str:
    behind = wordings.get(change.follows, ("", ""))[1]
    where = f"after “{behind}”" if behind else "to the top"
    if change.before != change.after:
        source, target = (titles.get(one, one) for one in (change.before, change.after))
        return f"From {source} to {target}, {where}."
    return f"Within the set, {where}."
