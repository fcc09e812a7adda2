"""What sets that are read from a file have to be, whichever format they came in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from intake.sets import SIDES, Sets, prompts_of
from intake.text import clean_text

MOST_BYTES = 2 * 1024 * 1024  # of a file that is read
MOST_ROWS = 2_000
LIMITS = {"title": 120, "help": 500, "text": 500, "helper": 500}  # code points
FACTORS = (
    *("parental_resilience", "social_connections", "concrete_support"),
    *("parenting_knowledge", "child_competence"),
)
KINDS = ("opening", "factor", "next_steps", "closing")
PROMPT_KINDS = ("question", "script")
LANGUAGES = ("en", "es")
BOUND = {
    "call": ("danger_now", "child_now_at", "responder_safety", "tribal_information"),
    "reporter": (
        *("kind", "confidentiality_advised", "name", "phone", "callback_number", "address"),
        *("relationship", "capacity", "basis_of_knowledge", "refusal_reason"),
    ),
}
BOUND_TO = {"", *(f"{noun}.{column}" for noun, columns in BOUND.items() for column in columns)}
KEY = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
LONGEST_KEY = 100
LONGEST_SET_KEY = 64


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: a row and column of a sheet, or a path of a JSON file."""

    where: str
    sentence: str
    part: str = ""  # what of it: key, kind, text.en, ...; a sheet has a column for each


class Unreadable(Exception):
    """A file that is no edition; `problems` says everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{one.where}: {one.sentence}" for one in problems[:5]))
        self.problems = problems


def refuse(sentence: str, where: str = "The file") -> Unreadable:
    """Return the refusal of a whole file."""
    return Unreadable([Problem(where, sentence)])


def quoted(text: str) -> str:
    """Return the beginning of what a file has, for a sentence; any page can hold it."""
    return f"“{clean_text(text[:40])}”"


def checked(sets: Sets, places: dict[str, str]) -> Sets:
    """Return sets in their normal form, or raise Unreadable with everything that is wrong.

    `places` tells where a row of a key stood in its file.
    """
    rows = sum(1 + 2 * len(one["pairs"]) + len(one["prompts"]) for one in sets)
    if rows > MOST_ROWS:
        raise refuse(f"It has {rows:,} prompts; an edition has {MOST_ROWS:,} at most.")
    problems = problems_in(sets, places)
    if problems:
        raise Unreadable(problems)
    return [normal(one) for one in sets]


def problems_in(sets: Sets, places: dict[str, str]) -> list[Problem]:
    """Return everything that is wrong with sets; each pair in them has both sides."""
    return [*_problems(sets, places), *_of_positions(sets, places)]


def expect_whole(sets: Sets) -> Sets:
    """Return the sets of a whole edition, or raise Unreadable: pages and figures know these."""
    problems: list[Problem] = []
    kinds = {one["key"]: one["kind"] for one in sets}
    for key in FACTORS:
        if kinds.get(key) != "factor":
            problems.append(Problem("The file", f"The set of the factor “{key}” is missing."))
    for key, kind in kinds.items():
        if kind == "factor" and key not in FACTORS:
            problems.append(Problem(key, "There are five factors, and this is none of them."))
    for kind in ("opening", "next_steps", "closing"):
        if list(kinds.values()).count(kind) != 1:
            problems.append(Problem("The file", f"An edition has one set of the kind “{kind}”."))
    if problems:
        raise Unreadable(problems)
    return sets


def expect_same_sides(sets: Sets, live: Sets) -> None:
    """Raise Unreadable where a known pair's sides have other keys: answers are counted by them."""
    known = {pair["key"]: pair for one in live for pair in one["pairs"]}
    problems = [
        Problem(
            pair["key"],
            "This pair is there already, and its sides have other keys. Keep the keys, or give "
            "the pair a key of its own.",
        )
        for one in sets
        for pair in one["pairs"]
        if pair["key"] in known
        and any(pair[side]["key"] != known[pair["key"]][side]["key"] for side in SIDES)
    ]
    if problems:
        raise Unreadable(problems)


def mark_stale(sets: Sets, live: Sets) -> None:
    """Mark the translations of prompts whose English is another one than in `live`, but not they.

    Whoever changes only the English in a file has the mark that the editor sets.
    """
    known = {prompt["key"]: prompt for prompt in prompts_of(live)}
    for prompt in prompts_of(sets):
        before = known.get(prompt["key"], {})
        is_same = prompt.get("es") and prompt.get("es") == before.get("es")
        is_other = before.get("en") and prompt.get("en") and prompt["en"] != before["en"]
        if is_same and is_other and "es" not in prompt.get("stale", {}):
            made_from = before.get("stale", {}).get("es") or before["en"]
            if made_from != prompt["en"]:
                prompt["stale"] = prompt.get("stale", {}) | {"es": made_from}


def normal(one: dict[str, Any]) -> dict[str, Any]:
    """Return a set with its parts in one order and nothing that says nothing."""
    return {
        "key": one["key"],
        "kind": one["kind"],
        "position": one["position"],
        "title": {language: one["title"].get(language, "") for language in LANGUAGES},
        "help": {language: one["help"].get(language, "") for language in LANGUAGES},
        "pairs": [
            {"key": pair["key"], "is_core": pair["is_core"]}
            | {side: _normal_prompt(pair[side]) for side in SIDES}
            for pair in one["pairs"]
        ],
        "prompts": [
            _normal_prompt(prompt) | {"kind": prompt["kind"], "bound_to": prompt["bound_to"]}
            for prompt in one["prompts"]
        ],
    }


def _normal_prompt(prompt: dict[str, Any]) -> dict[str, Any]:
    words = {language: prompt[language] for language in LANGUAGES if prompt.get(language)}
    result = {"key": prompt["key"], **words}
    for name in ("helper", "stale"):
        inner = {one: text for one, text in sorted(prompt.get(name, {}).items()) if text}
        if inner:
            result[name] = inner
    return result


def _problems(sets: Sets, places: dict[str, str]) -> Iterator[Problem]:
    seen: set[str] = set()
    if not sets:
        yield Problem("The file", "There is no question set in it.")
    for one in sets:
        where = str(places.get(one["key"], one["key"]))
        yield from _of_key(one["key"], where, seen, longest=LONGEST_SET_KEY)
        if "." in one["key"]:
            yield Problem(where, "The key of a set has no dot.", "key")
        if one["kind"] not in KINDS:
            known = ", ".join(KINDS)
            yield Problem(where, f"A set is one of {known}, not {quoted(one['kind'])}.", "set_kind")
        yield from _of_words(where, "title", one["title"])
        yield from _of_words(where, "help", one["help"])
        if one["pairs"] and one["kind"] != "factor":
            yield Problem(where, "Only the sets of the five factors have pairs.", "set_kind")
        if one["prompts"] and one["kind"] == "factor":
            yield Problem(where, "The prompts of a factor come in pairs.", "set_kind")
        cores = [pair["key"] for pair in one["pairs"] if pair["is_core"]]
        for key in cores[1:]:
            yield Problem(places.get(key, key), "This set has another core pair already.", "core")
        for pair in one["pairs"]:
            yield from _of_key(pair["key"], places.get(pair["key"], pair["key"]), seen, part="pair")
            for side in SIDES:
                yield from _of_prompt(pair[side], places, seen)
        for prompt in one["prompts"]:
            yield from _of_prompt(prompt, places, seen)
            yield from _of_purpose(prompt, places)


def _of_positions(sets: Sets, places: dict[str, str]) -> Iterator[Problem]:
    """Two sets in one place would stand now this way, now that."""
    taken: set[int] = set()
    for one in sets:
        if one["position"] in taken:
            yield Problem(
                str(places.get(one["key"], one["key"])),
                f"Another set has the position {one['position']} already.",
                "position",
            )
        taken.add(one["position"])


def _of_purpose(prompt: dict[str, Any], places: dict[str, str]) -> Iterator[Problem]:
    where = places.get(prompt["key"], prompt["key"])
    if prompt["kind"] not in PROMPT_KINDS:
        yield Problem(where, "A prompt is a question or a script that is read out.", "kind")
    if prompt["bound_to"] not in BOUND_TO:
        yield Problem(
            where,
            f"There is no field {quoted(prompt['bound_to'])} that a prompt could fill; "
            "one that there is, is call.danger_now.",
            "bound_to",
        )


def _of_prompt(prompt: dict[str, Any], places: dict[str, str], seen: set[str]) -> Iterator[Problem]:
    where = places.get(prompt["key"], prompt["key"])
    yield from _of_key(prompt["key"], where, seen)
    yield from _of_words(where, "text", {one: prompt.get(one, "") for one in LANGUAGES})
    yield from _of_words(where, "helper", prompt.get("helper", {}))
    yield from _of_words(where, "text", prompt.get("stale", {}), part="stale")


def _of_key(
    key: str, where: str, seen: set[str], *, longest: int = LONGEST_KEY, part: str = "key"
) -> Iterator[Problem]:
    if not KEY.fullmatch(key) or len(key) > longest:
        yield Problem(
            where,
            f"{quoted(key)} is no key: small letters, digits and underscores, parted by dots, "
            f"{longest} at most.",
            part,
        )
    elif key in seen:
        yield Problem(where, f"The key “{key}” stands in the file twice.", part)
    seen.add(key)


def _of_words(where: str, what: str, texts: dict[str, str], *, part: str = "") -> Iterator[Problem]:
    for language, text in texts.items():
        place = f"{part or what}.{language}"
        if language not in LANGUAGES:
            yield Problem(where, f"The languages are en and es, not {quoted(language)}.", place)
        if len(text) > LIMITS[what]:
            sentence = f"A {what} has {len(text):,} characters; {LIMITS[what]} fit."
            yield Problem(where, sentence, place)
        if clean_text(text) != text:
            yield Problem(where, f"A {what} has characters that no text can hold.", place)
