"""What differs between two editions, and what an agency's copy lacks of the state's.

Sets come described as in the shipped files. Every change can be applied by itself; all changes from
one edition to another, applied, make the other.
"""

import copy
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from intake.sets import SIDES, Sets, prompts_of

KINDS = {
    "removed": "Taken out",
    "added": "New",
    "moved": "Moved",
    "core": "Core pair",
    "reworded": "Reworded",
    "translated": "Translation",
    "helper": "Note to the worker",
    "titled": "Title or help of the set",
    "arranged": "Order of the sets",
    "stale": "Mark of a stale translation",
    "marked": "Kind of the prompt",
}
_TEXTS = {
    ("en",): "reworded",
    ("es",): "translated",
    ("helper", "en"): "helper",
    ("helper", "es"): "helper",
    ("stale", "es"): "stale",
    ("kind",): "marked",
    ("bound_to",): "marked",
}
_POSITION = ("position",)
_TITLES = (("title", "en"), ("title", "es"), ("help", "en"), ("help", "es"))


@dataclass(frozen=True)
class Change:
    """One change: of which row (its key), in which set, and what was and is.

    `path` leads to a text in a prompt or set. `follows` is the key of the row before it in the set
    where it comes to stand, empty for the first. `row` is the whole row, of one that was added or
    taken out, as JSON.
    """

    kind: str
    key: str
    set_key: str
    path: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    follows: str = ""
    row: Any = None

    @property
    def id(self) -> str:
        """By which it is chosen; the same for the same change."""
        return ":".join((self.kind, self.key, *self.path))

    @property
    def label(self) -> str:
        """What kind of change it is, in words."""
        language = {"en": "", "es": ", Spanish"}.get(self.path[-1] if self.path else "", "")
        return KINDS[self.kind] + ("" if self.kind in ("translated", "stale") else language)

    def __hash__(self) -> int:
        return hash(self.id)


class _Place(NamedTuple):
    """A row and where it stands; `rows` is "pairs" or "prompts"."""

    set_key: str
    rows: str
    follows: str
    row: dict[str, Any]


def changes(old: Sets, new: Sets) -> tuple[Change, ...]:
    """Return what made `new` out of `old`, in its order; what was taken out comes first."""
    was, now = _places(old), _places(new)
    found = [
        Change("removed", key, place.set_key, row=place.row)
        for key, place in was.items()
        if key not in now
    ]
    moved = _moved(was, now)
    for one in new:
        before = next((other for other in old if other["key"] == one["key"]), None)
        for path in _TITLES:
            texts = [_at(before or {}, path), _at(one, path)]
            if texts[0] != texts[1]:
                found.append(Change("titled", one["key"], one["key"], path, *texts))
        if before is not None and before["position"] != one["position"]:
            places = str(before["position"]), str(one["position"])
            found.append(Change("arranged", one["key"], one["key"], _POSITION, *places))
    for key, place in now.items():
        if key not in was:
            found.append(Change("added", key, place.set_key, follows=place.follows, row=place.row))
            continue
        if key in moved:
            found.append(
                Change(
                    "moved", key, place.set_key, (), was[key].set_key, place.set_key, place.follows
                )
            )
        found += _of_row(key, was[key].row, place)
    return tuple(found)


def apply_changes(sets: Sets, chosen: Iterable[Change]) -> Sets:
    """Return a copy of `sets` with changes applied; one whose row is not there changes nothing."""
    result = copy.deepcopy(sets)
    for change in chosen:
        _apply(result, change)
    return sorted(result, key=lambda one: int(one["position"]))


@dataclass(frozen=True)
class Lacking:
    """A change of the state's edition that the agency's does not have.

    `has_own` says that the agency changed the same place itself: taking over would replace that.
    """

    change: Change
    has_own: bool
    own: str = ""


def lacking(base: Sets, newer: Sets, own: Sets) -> tuple[Lacking, ...]:
    """Return what came from `base` to `newer` and is not in `own`, which was copied from `base`.

    A row that stands behind the right one moves with it nevertheless, if that one is to move.
    """
    mine = _places(own)
    found = []
    placed: set[str] = set()  # rows that taking over puts somewhere
    for change in changes(base, newer):
        place = mine.get(change.key)
        if change.kind in ("titled", "arranged"):
            row: dict[str, Any] | None = next(
                (one for one in own if one["key"] == change.key), None
            )
        else:
            row = _prompt_in(own, change.key) if change.path else (place.row if place else None)
        is_left = change.kind == "moved" and place is not None and change.follows in placed
        if _is_there(change, place, row) and not is_left:
            continue
        if change.kind in ("added", "moved"):
            placed.add(change.key)
        text = _text_at(row or {}, change.path) if change.path else ""
        found.append(Lacking(change, bool(change.path) and text != change.before, text))
    return tuple(found)


def _is_there(change: Change, place: _Place | None, row: dict[str, Any] | None) -> bool:
    """Whether an agency's edition has a change already, or has nothing left to change."""
    match change.kind:
        case "added":
            return place is not None
        case "removed":
            return place is None
        case "moved":
            return place is None or (place.set_key, place.follows) == (
                change.set_key,
                change.follows,
            )
        case "core":
            return place is None or str(place.row["is_core"]) == change.after
    return row is None or _text_at(row, change.path) == change.after


def _text_at(row: dict[str, Any], path: tuple[str, ...]) -> str:
    """Return what stands at a change's path as the change has it."""
    return str(row.get("position", "")) if path == _POSITION else _at(row, path)


def _of_row(key: str, before: dict[str, Any], place: _Place) -> Iterator[Change]:
    """Yield what differs within a row that both have."""
    if place.rows == "prompts":
        yield from _of_prompt(before, place.row, place.set_key)
        return
    if before["is_core"] != place.row["is_core"]:
        yield Change(
            "core",
            key,
            place.set_key,
            (),
            str(before["is_core"]),
            str(place.row["is_core"]),
        )
    for side in SIDES:
        yield from _of_prompt(before[side], place.row[side], place.set_key)


def _of_prompt(before: dict[str, Any], now: dict[str, Any], set_key: str) -> Iterator[Change]:
    for path, kind in _TEXTS.items():
        texts = [_at(before, path), _at(now, path)]
        if texts[0] != texts[1]:
            yield Change(kind, now["key"], set_key, path, *texts)


def _places(sets: Sets) -> dict[str, _Place]:
    """Return every row by its key, in order."""
    places: dict[str, _Place] = {}
    for one in sets:
        for rows in ("pairs", "prompts"):
            last = ""
            for row in one[rows]:
                places[row["key"]] = _Place(one["key"], rows, last, row)
                last = row["key"]
    return places


def _moved(was: dict[str, _Place], now: dict[str, _Place]) -> set[str]:
    """Return the keys of rows that stand elsewhere: as few as make the order."""
    moved = {key for key in now if key in was and was[key].set_key != now[key].set_key}
    order = {key: at for at, key in enumerate(was)}
    for set_key in {place.set_key for place in now.values()}:
        kept = [
            key
            for key, place in now.items()
            if place.set_key == set_key and key in was and key not in moved
        ]
        moved |= set(kept) - _longest_rising(kept, order)
    return moved


def _longest_rising(keys: list[str], order: dict[str, int]) -> set[str]:
    """Return the most keys that stand in the same order as before."""
    ends: list[int] = []  # places in `keys` at which the best rise of each length ends
    before: list[int | None] = []
    for at, key in enumerate(keys):
        length = bisect_left([order[keys[one]] for one in ends], order[key])
        before.append(ends[length - 1] if length else None)
        ends[length : length + 1] = [at]
    found: set[str] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(keys[last])
        last = before[last]
    return found


def _apply(sets: Sets, change: Change) -> None:
    by_key = {one["key"]: one for one in sets}
    places = _places(sets)
    if change.kind == "arranged":
        if change.key in by_key:
            by_key[change.key]["position"] = int(change.after)
        return
    if change.kind == "titled":
        if change.key in by_key:
            _put(by_key[change.key], change.path, change.after, keep_empty=True)
        return
    if change.path:
        prompt = _prompt_in(sets, change.key)
        if prompt is not None:
            _put(prompt, change.path, change.after, keep_empty=change.kind == "marked")
        return
    place = places.get(change.key)
    if change.kind == "core":
        if place is not None:
            place.row["is_core"] = change.after == "True"
        return
    row = place.row if place else None
    if place is not None and change.kind in ("removed", "moved"):
        by_key[place.set_key][place.rows].remove(place.row)
    if change.kind == "added" and place is None:
        row = copy.deepcopy(change.row)
    is_new_place = change.kind == "moved" or (change.kind == "added" and place is None)
    if is_new_place and row is not None and change.set_key in by_key:
        rows = by_key[change.set_key]["pairs" if "worry" in row else "prompts"]
        rows.insert(place_of([one["key"] for one in rows], change), row)


def place_of(keys: list[str], change: Change) -> int:
    """Return where among rows one comes to stand: behind the one that it follows, else last."""
    if not change.follows:
        return 0
    return keys.index(change.follows) + 1 if change.follows in keys else len(keys)


def _prompt_in(sets: Sets, key: str) -> dict[str, Any] | None:
    """Return the prompt of a key, of a pair or alone."""
    return next((prompt for prompt in prompts_of(sets) if prompt["key"] == key), None)


def _at(described: dict[str, Any], path: tuple[str, ...]) -> str:
    """Return the text at a path, empty where there is none."""
    value: Any = described
    for one in path:
        value = value.get(one, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, str) else ""


def _put(described: dict[str, Any], path: tuple[str, ...], text: str, *, keep_empty: bool) -> None:
    """Put a text at a path; an empty one is taken away, with what held only that."""
    *outer, name = path
    place = described
    for one in outer:
        place = place.setdefault(one, {})
    if text or keep_empty:
        place[name] = text
    else:
        place.pop(name, None)
        if outer and not place:
            described.pop(outer[0], None)
