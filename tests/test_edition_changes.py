"""What differs between two editions: found whole, as little as can be, and applied again."""

import copy
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from intake.edition_changes import apply_changes, changes, lacking
from intake.management.commands.load_question_sets import read_fixtures

SHIPPED = read_fixtures()[0]
FACTORS = [at for at, one in enumerate(SHIPPED) if one["kind"] == "factor"]
words = st.text(alphabet="aé ñ?", min_size=0, max_size=6)
edits = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "word",
                "translate",
                "helper",
                "stale",
                "move",
                "order",
                "add",
                "remove",
                "core",
                "title",
                "arrange",
            ]
        ),
        st.integers(0, 40),
        st.integers(0, 40),
        words,
    ),
    max_size=8,
)


def shipped() -> list[dict[str, Any]]:
    return copy.deepcopy(SHIPPED)


def edited(sets: list[dict[str, Any]], steps: list[tuple[str, int, int, str]]) -> Any:
    """The sets after some edits, as an editor or a file could have made them."""
    result = with_rows_edited(sets, [step for step in steps if step[0] != "arrange"])
    for what, one, other, _ in steps:
        if what == "arrange":
            pair = result[FACTORS[one % 5]], result[FACTORS[other % 5]]
            places = [section["position"] for section in pair]
            for section, place in zip(pair, places[::-1], strict=True):
                section["position"] = place
    return sorted(result, key=lambda section: section["position"])


def with_rows_edited(sets: list[dict[str, Any]], steps: list[tuple[str, int, int, str]]) -> Any:
    """The sets after edits of their rows and titles."""
    result = copy.deepcopy(sets)
    for number, (what, one, other, text) in enumerate(steps):
        section = result[FACTORS[one % 5]]
        pairs = section["pairs"]
        if what == "add":
            key = f"{section['key']}.new{number}"
            pair: dict[str, Any] = {"key": key, "is_core": False}
            for side in ("worry", "working_well"):
                pair[side] = {"key": f"{key}.{side}", **({"en": text} if text else {})}
            pairs.insert(other % (len(pairs) + 1), pair)
            continue
        if not pairs:
            continue
        chosen = pairs[other % len(pairs)]
        prompt = chosen["worry" if other % 2 else "working_well"]
        match what:
            case "word" | "translate":
                prompt["en" if what == "word" else "es"] = text or "x"
            case "helper" | "stale":
                prompt[what] = {"es": text or "x"}
            case "move" | "order" | "remove":
                pairs.remove(chosen)
                target = pairs if what == "order" else result[FACTORS[other % 5]]["pairs"]
                if what != "remove":
                    target.insert(one % (len(target) + 1), chosen)
            case "core":
                for pair in pairs:
                    pair["is_core"] = pair is chosen
            case "title":
                section["help"]["es"] = text
    return result


@given(first=edits, second=edits)
@settings(deadline=None, max_examples=200)
def test_all_changes_applied_make_the_other(first: Any, second: Any) -> None:
    old, new = edited(SHIPPED, first), edited(SHIPPED, second)
    found = changes(old, new)
    assert apply_changes(old, found) == new
    assert changes(new, new) == ()
    assert len({one.id for one in found}) == len(found)


@given(steps=edits)
@example(steps=[("add", 18, 0, ""), ("order", 28, 4, ""), ("order", 28, 4, "")])
@settings(deadline=None, max_examples=100)
def test_what_was_taken_over_is_not_lacking(steps: Any) -> None:
    newer = edited(SHIPPED, steps)
    own = shipped()
    found = changes(SHIPPED, newer)
    missing = lacking(SHIPPED, newer, own)
    assert not any(one.has_own for one in missing)
    # A row that stands behind the right one lacks nothing, unless that one is to move.
    assert {one for one in found if one.kind != "moved"} <= {one.change for one in missing}
    for _ in range(len(found) + 1):
        own = apply_changes(own, [one.change for one in lacking(SHIPPED, newer, own)])
    assert lacking(SHIPPED, newer, own) == () and own == newer


def test_one_pair_that_moved_is_one_change() -> None:
    new = shipped()
    pairs = new[FACTORS[0]]["pairs"]
    pairs.append(pairs.pop(1))
    (moved,) = changes(SHIPPED, new)
    assert (moved.kind, moved.key, moved.follows) == ("moved", pairs[-1]["key"], pairs[-2]["key"])


def test_own_words_are_told_apart() -> None:
    newer, own = shipped(), shipped()
    key = newer[FACTORS[0]]["pairs"][0]["worry"]["key"]
    newer[FACTORS[0]]["pairs"][0]["worry"]["en"] = "The state's words?"
    own[FACTORS[0]]["pairs"][0]["worry"]["en"] = "The county's words?"
    (one,) = lacking(SHIPPED, newer, own)
    assert one.has_own and one.own == "The county's words?" and one.change.key == key
    own[FACTORS[0]]["pairs"].pop(0)
    assert lacking(SHIPPED, newer, own) == ()  # there is nothing left to reword


def test_every_kind_is_told_in_words() -> None:
    old, new = shipped(), shipped()
    first = new[FACTORS[0]]["pairs"][0]
    first["worry"]["en"], first["worry"]["es"] = "Other words?", "¿Otras palabras?"
    first["working_well"]["helper"] = {"en": "A note"}
    new[FACTORS[1]]["title"]["en"] = "Friends"
    gone = new[FACTORS[2]]["pairs"].pop(2)
    new[0]["prompts"][0]["kind"] = "script"
    found = {(one.label, one.key) for one in changes(old, new)}
    assert ("Reworded", first["worry"]["key"]) in found
    assert ("Translation", first["worry"]["key"]) in found
    assert ("Taken out", gone["key"]) in found
    assert ("Title or help of the set", new[FACTORS[1]]["key"]) in found
    assert any(label == "Note to the worker" for label, _ in found)
