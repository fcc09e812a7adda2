"""Question sets as our JSON: written the same way each time, so that two files can be compared."""

import json
from typing import Any

from intake.exchange.shape import (
    LANGUAGES,
    MOST_BYTES,
    Problem,
    Unreadable,
    checked,
    normal,
    quoted,
    refuse,
)
from intake.sets import SIDES, Sets

FORMAT, VERSION = "sop-question-sets", 1


def dump(sets: Sets, *, title: str) -> bytes:
    """Return described sets as a file; `title` is for people and not in it."""
    about = {"format": FORMAT, "version": VERSION, "sets": [normal(one) for one in sets]}
    return (json.dumps(about, ensure_ascii=False, indent=2) + "\n").encode()


def load(content: bytes, *, is_kept: bool = False) -> Sets:
    """Return the sets of a file, or raise Unreadable with every problem and its path.

    What was read before and is kept may be longer than a file: it is written out with its indents.
    """
    if len(content) > MOST_BYTES and not is_kept:
        raise refuse("It is larger than 2 MB, which no edition is.")
    try:
        data = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise refuse("Its letters are not in UTF-8. Save it as UTF-8 and try again.") from None
    except (ValueError, RecursionError):
        raise refuse("It is not JSON.") from None
    except _Twice as found:
        raise refuse(f"An object in it has {quoted(str(found))} twice.") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise refuse(f"It is not of the format “{FORMAT}”.")
    if data.get("version") != VERSION:
        raise refuse("It is of a version that is not known here.")
    problems: list[Problem] = []
    places: dict[str, str] = {}
    sets = [
        _set(one, f"sets[{at}]", problems, places)
        for at, one in enumerate(_list(data, "sets", "sets", problems))
    ]
    if problems:
        raise Unreadable(problems)
    return checked([one for one in sets if one is not None], places)


class _Twice(Exception):
    """A name that stands in an object twice; which of the two is meant, nobody knows."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


def _set(
    one: Any, where: str, problems: list[Problem], places: dict[str, str]
) -> dict[str, Any] | None:
    if not isinstance(one, dict):
        problems.append(Problem(where, "A set is an object."))
        return None
    position = one.get("position")
    if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position < 1000:
        problems.append(Problem(f"{where}.position", "A position is a small whole number."))
    key = _text(one, "key", where, problems)
    places[key] = where
    pairs = []
    for at, pair in enumerate(_list(one, "pairs", where, problems)):
        place = f"{where}.pairs[{at}]"
        if not isinstance(pair, dict) or not isinstance(pair.get("is_core"), bool):
            problems.append(Problem(place, "A pair has a key, both sides, and is_core."))
            continue
        pair_key = _text(pair, "key", place, problems)
        places[pair_key] = place
        sides = {
            side: _prompt(pair.get(side), f"{place}.{side}", problems, places) for side in SIDES
        }
        pairs.append({"key": pair_key, "is_core": pair["is_core"], **sides})
    prompts = []
    for at, prompt in enumerate(_list(one, "prompts", where, problems)):
        place = f"{where}.prompts[{at}]"
        words = _prompt(prompt, place, problems, places)
        about = prompt if isinstance(prompt, dict) else {}
        kinds = {name: _text(about, name, place, problems) for name in ("kind", "bound_to")}
        prompts.append(words | kinds)
    return {
        "key": key,
        "kind": _text(one, "kind", where, problems),
        "position": position,
        "title": _texts(one.get("title"), f"{where}.title", problems),
        "help": _texts(one.get("help"), f"{where}.help", problems),
        "pairs": pairs,
        "prompts": prompts,
    }


def _prompt(
    one: Any, where: str, problems: list[Problem], places: dict[str, str]
) -> dict[str, Any]:
    if not isinstance(one, dict):
        problems.append(Problem(where, "A prompt is an object."))
        return {"key": ""}
    key = _text(one, "key", where, problems)
    places[key] = where
    result: dict[str, Any] = {"key": key}
    for language in LANGUAGES:
        if language in one:
            result[language] = _text(one, language, where, problems)
    for name in ("helper", "stale"):
        if name in one:
            result[name] = _texts(one[name], f"{where}.{name}", problems)
    return result


def _texts(value: Any, where: str, problems: list[Problem]) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        problems.append(Problem(where, "This is an object of texts by language."))
        return {}
    return {str(language): text for language, text in value.items()}


def _text(one: dict[str, Any], name: str, where: str, problems: list[Problem]) -> str:
    value = one.get(name)
    if not isinstance(value, str):
        problems.append(Problem(f"{where}.{name}", "This is missing, or is no text."))
        return ""
    return value


def _list(one: dict[str, Any], name: str, where: str, problems: list[Problem]) -> list[Any]:
    value = one.get(name)
    if not isinstance(value, list):
        problems.append(Problem(f"{where}.{name}", "This is missing, or is no list."))
        return []
    return value
