"""Scripted callers: invented calls that a trainee plays against, read from `fixtures/practice/`."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "practice"
DIFFICULTIES = {1: "Easy", 2: "Medium", 3: "Hard"}


@dataclass(frozen=True)
class Words:
    """The same words in every language that a caller speaks."""

    en: str
    es: str

    def in_language(self, language: str) -> str:
        """Return the words in `language`, else in English."""
        return self.es if language == "es" else self.en


@dataclass(frozen=True)
class Line:
    """What the caller says unasked, and the (factor, side) pairs that are volunteered in it."""

    words: Words
    volunteers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Scenario:
    """One scripted caller; `replies` are by the key of the prompt that is put."""

    key: str
    difficulty: int
    title: Words
    about: Words
    lines: tuple[Line, ...]
    replies: dict[str, Words]
    otherwise: tuple[Words, ...]
    ending: Words

    @property
    def difficulty_label(self) -> str:
        """The difficulty in words."""
        return DIFFICULTIES[self.difficulty]


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Return the shipped scenarios, the easier ones first."""
    read = [parse(json.loads(path.read_text(encoding="utf-8"))) for path in FOLDER.glob("*.json")]
    return tuple(sorted(read, key=lambda one: (one.difficulty, one.key)))


def find_scenario(key: str) -> Scenario | None:
    """Return the scenario of that key, or None where a release dropped it."""
    return next((one for one in scenarios() if one.key == key), None)


def parse(content: dict[str, Any]) -> Scenario:
    """Return the scenario that a file holds."""
    return Scenario(
        key=content["key"],
        difficulty=content["difficulty"],
        title=_words(content["title"]),
        about=_words(content["about"]),
        lines=tuple(
            Line(
                words=_words(line),
                volunteers=tuple((one["factor"], one["side"]) for one in line["volunteers"]),
            )
            for line in content["lines"]
        ),
        replies={key: _words(reply) for key, reply in content["replies"].items()},
        otherwise=tuple(_words(one) for one in content["otherwise"]),
        ending=_words(content["ending"]),
    )


def _words(content: dict[str, str]) -> Words:
    return Words(en=content["en"], es=content["es"])
