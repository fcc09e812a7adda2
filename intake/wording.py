"""Checks of the words of an edition: what blocks it from being published, and what to look at.

They judge words, not people, and decide nothing: a warning is passed by whoever knows better. No
grade ever blocks: such formulas find bad questions less than half the time. Sets come described as
in the shipped files (`actions/question_sets.py: describe`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from textstat import textstat

from intake.sets import standing_in
from intake.text import fold, words_of

BLOCKING, WARNING = "blocking", "warning"
MOST_WORDS = 20
HIGHEST_GRADE = 8.0
LANGUAGES = {"en": "English", "es": "Spanish"}
SIDES = {"worry": "worry", "working_well": "working well", "open": ""}

_CLAUSE = re.compile(r"[.,;:!?¿¡–—]+")
_SECOND = {
    "en": re.compile(r"[,;] and (what|how|who|whom|whose|where|when|which|why|does|did|is|are)\b"),
    "es": re.compile(r"[,;] y (que|como|quien|quienes|donde|cuando|cual|cuales|cuanto|cuanta)\b"),
}
_WHY = {"en": re.compile(r"\bwhy\b"), "es": re.compile(r"\bpor que\b")}
_AUXILIARY = re.compile(
    r"(?:am|are|can|could|did|do|does|had|has|have|is|may|might|should|was|were|will|would)"
    r"(?:n't)?\b|(?:can't|won't)\b"
)
# Of a question without its mark: who or what it is about stands behind the first word.
_ASKING_ENGLISH = re.compile(
    _AUXILIARY.pattern.replace("(?:am|", "(?:(?:am|", 1) + r") "
    r"(?:i|you|he|she|it|they|we|there|this|that|these|those|the|an?|any\w*|some\w*|every\w*|no\w*"
    r"|your|his|her|their|its|my|our|mom|mum|dad|mother|father|children|kids|people)\b"
)
# Of a question without its marks, in folded letters; other verbs begin statements as often.
_ASKING_SPANISH = re.compile(
    r"(?:hay|hubo|habia|ha|han|tiene|tienen|puede|pueden|sabe|saben|cree|conoce|existen?|"
    r"esta|estan|es|son|vive|viven|va|van|come|comen|duerme|duermen|"
    r"(?:le|les|lo|la|los|las|se) \w+)\b"
)
_CLOSING = " \n\t)]”\"'’»"
_OPEN_ENGLISH = re.compile(r"\b(?:what|how|who|whom|whose|where|which|why)\b")
# With their accents: “que” without one opens nothing.
_OPEN_SPANISH = re.compile(r"\b(?:qué|cómo|quién(?:es)?|a?dónde|cuándo|cuál(?:es)?|cuánt[oa]s?)\b")
_LEADING = {
    "en": re.compile(
        r"(?:^|[,;:?] )(?:do|does|did|is|are|was|were|wo|would|should|ca|could|have|has)n't "
        r"(?:you|he|she|it|they|we|the)\b|, right\?|\bsurely\b|\bof course\b|\byou must\b"
    ),
    "es": re.compile(r"¿verdad\?|¿no\?|¿cierto\?|\bclaro que\b|\bno cree\b|\bseguramente\b"),
}


@dataclass(frozen=True)
class Jargon:
    """A word of the trade that callers may not know; `plainer` is what to say instead."""

    language: str
    words: str
    plainer: str = ""


@dataclass(frozen=True)
class Finding:
    """What a check found, where, why it matters and how to mend it, in sentences."""

    level: str
    code: str
    place: str  # which set and side, in words
    anchor: str  # id of the element that it is about
    why: str
    mend: str
    words: str = ""  # the text that it is about
    language: str = ""


@dataclass(frozen=True)
class _Text:
    """One text of one prompt, where it stands."""

    place: str
    anchor: str
    language: str
    words: str
    asks: bool = True  # for an answer; a script is read out

    def find(self, level: str, code: str, why: str, mend: str) -> Finding:
        return Finding(
            level, code, self.place, self.anchor, why, mend, self.words, LANGUAGES[self.language]
        )


def check_sets(sets: Iterable[dict[str, Any]], *, jargon: Iterable[Jargon]) -> tuple[Finding, ...]:
    """Return what the checks find in described sets, what blocks first, else in their order."""
    ordered = list(sets)
    known = tuple(jargon)
    found: list[Finding] = []
    seen: dict[str, list[_Text]] = defaultdict(list)
    for one in ordered:
        found += _of_set(one)
        for standing in standing_in(one):
            described, place = standing.prompt, _place(one, standing.side)
            anchor = f"prompt-{described['key'].replace('.', '-')}"
            is_paired = bool(standing.other.get("en", "").strip())
            found += _missing(described, place, anchor, is_paired=is_paired)
            asks = described.get("kind") != "script"
            for language in LANGUAGES:
                if words := described.get(language, "").strip():
                    text = _Text(place, anchor, language, words, asks)
                    found += _of_text(text, known)
                    if language == "en":
                        seen[" ".join(words_of(words))].append(text)
            if "es" in described.get("stale", {}) and described.get("es"):
                text = _Text(place, anchor, "es", described["es"])
                found.append(_stale(text, described["stale"]["es"]))
    for twins in seen.values():
        found += [_duplicate(one, twins[0]) for one in twins[1:]]
    return tuple(sorted(found, key=lambda one: one.level != BLOCKING))


def count_words(text: str) -> int:
    """Return how many words a prompt has, as somebody hears them."""
    return len([word for word in text.split() if any(letter.isalnum() for letter in word)])


def grade_of(text: str, language: str) -> float:
    """Return the years of school that a text asks for; 0 for what no formula is for.

    English: Flesch-Kincaid. Spanish: Crawford, which was made for what children read.
    """
    return _grade(" ".join(text.split()), language)


_ONE_LANGUAGE = Lock()  # textstat has one for the whole process, and requests are threads


@lru_cache(maxsize=4096)  # the editor asks for all of them again after each change of one
def _grade(text: str, language: str) -> float:
    with _ONE_LANGUAGE:
        textstat.set_lang(language)
        if language == "en":
            return float(textstat.flesch_kincaid_grade(text))
        return float(textstat.crawford(text))


def _place(one: dict[str, Any], side: str) -> str:
    title = one["title"].get("en") or one["key"]
    return f"{title}, {SIDES[side]}" if SIDES[side] else str(title)


def _of_set(one: dict[str, Any]) -> Iterator[Finding]:
    """Yield what a set lacks as a whole."""
    title, anchor = _place(one, "open"), f"set-{one['key']}"
    if not one["title"].get("en", "").strip():
        yield Finding(
            BLOCKING,
            "missing_title",
            one["key"],
            anchor,
            "The set has no English title, by which workers find its tab.",
            "Write one.",
        )
    if one["kind"] != "factor":
        return
    if not one["pairs"]:
        yield Finding(
            BLOCKING,
            "empty_set",
            title,
            anchor,
            "The factor has no pair: nothing would be asked about it.",
            "Add a pair, or move one here.",
        )
    elif not any(pair["is_core"] for pair in one["pairs"]):
        yield Finding(
            BLOCKING,
            "no_core",
            title,
            anchor,
            "The factor has no core pair, the one that every call shows opened.",
            "Choose “Make core” on the pair that matters most.",
        )


def _missing(
    described: dict[str, Any], place: str, anchor: str, *, is_paired: bool
) -> Iterator[Finding]:
    """Yield what is not written yet."""
    if not described.get("en", "").strip():
        if is_paired:
            yield Finding(
                BLOCKING,
                "unpaired",
                place,
                anchor,
                "The other side of this pair has words and this one has none: a worry and what "
                "works well are asked for together.",
                "Write this side, or take the pair out.",
            )
        else:
            yield Finding(
                BLOCKING,
                "missing_english",
                place,
                anchor,
                "There are no English words yet; workers read them in every call.",
                "Write them, or take it out.",
            )
    elif not described.get("es", "").strip():
        yield Finding(
            WARNING,
            "missing_translation",
            place,
            anchor,
            "There is no Spanish: a call in Spanish would show the English.",
            "Write the translation.",
            described["en"],
            LANGUAGES["es"],
        )


def _stale(text: _Text, made_from: str) -> Finding:
    return text.find(
        WARNING,
        "stale_translation",
        f"The English was changed after this was translated from “{made_from}”.",
        "Translate what is new, or say “Still right”.",
    )


def _duplicate(text: _Text, first: _Text) -> Finding:
    return text.find(
        BLOCKING,
        "duplicate",
        f"The same question stands in {first.place}: what is answered there would be asked again.",
        "Word one of them otherwise, or take it out.",
    )


def _of_text(text: _Text, jargon: Iterable[Jargon]) -> Iterator[Finding]:
    """Yield the warnings on the words of one text."""
    plain = _fold(text.words)
    if (count := count_words(text.words)) > MOST_WORDS:
        yield text.find(
            WARNING,
            "long",
            f"It has {count} words; heard once, on the phone, few remember more than {MOST_WORDS}.",
            "Say it shorter, or put a part of it into the note to the worker.",
        )
    if text.words.count("?") > 1 or _SECOND[text.language].search(plain):
        yield text.find(
            WARNING,
            "two_questions",
            "It asks two things at once; callers answer the second one.",
            "Keep one, and make the other a prompt of its own or a note to the worker.",
        )
    if _WHY[text.language].search(plain):
        yield text.find(
            WARNING,
            "why",
            "“Why” sounds like blame and brings guesses.",
            "Ask what happened, or what the caller saw.",
        )
    yield from _closed(text, plain)
    yield from _jargon(text, jargon)
    if (grade := grade_of(text.words, text.language)) > HIGHEST_GRADE:
        yield text.find(
            WARNING,
            "grade",
            f"It reads like {grade:.0f} years of school; longer and harder questions are "
            "misheard more often.",
            "Use shorter words and shorter sentences, if that keeps the meaning.",
        )


def _closed(text: _Text, plain: str) -> Iterator[Finding]:
    """Yield what can be answered with a yes or a no, and what puts the answer into the mouth."""
    if _LEADING[text.language].search(plain):
        yield text.find(
            WARNING,
            "leading",
            "It tells the caller what to answer.",
            "Ask openly: what did you see, how was it?",
        )
    elif _is_yes_or_no(text, plain):
        yield text.find(
            WARNING,
            "yes_or_no",
            "It can be answered with yes or no, and then nothing more may come.",
            "Begin with what, how, who, where or when.",
        )


def _is_yes_or_no(text: _Text, plain: str) -> bool:
    """Whether a question has no word that opens it; a forgotten question mark hides nothing.

    English: a part of it begins with “does”, “is” and their like, and asks nothing openly; without
    a mark, so that “Do tell me” is no question, what is asked about follows at once.
    Spanish: no question word is there. Without marks it is told by a verb at the beginning.
    """
    has_mark = text.words.rstrip(_CLOSING).endswith("?")
    if not has_mark and ("?" in text.words or not text.asks):
        return False
    if text.language == "es":
        if not (has_mark or "¿" in text.words or _ASKING_SPANISH.match(plain)):
            return False
        return not _OPEN_SPANISH.search(text.words.lower())
    begins = _AUXILIARY if has_mark else _ASKING_ENGLISH
    clauses = [clause.strip() for clause in _CLAUSE.split(plain)]
    return any(begins.match(one) and not _OPEN_ENGLISH.search(one) for one in clauses)


def _jargon(text: _Text, jargon: Iterable[Jargon]) -> Iterator[Finding]:
    heard = f" {' '.join(words_of(text.words))} "
    for one in jargon:
        sought = " ".join(words_of(one.words))
        if one.language == text.language and sought and f" {sought} " in heard:
            yield text.find(
                WARNING,
                "jargon",
                f"“{one.words}” is a word of the trade; callers may not know it.",
                f"Say “{one.plainer}”." if one.plainer else "Say it in everyday words.",
            )


def _fold(text: str) -> str:
    """Return a text for comparing: small, without accents, with plain apostrophes."""
    return fold(text.replace("\u2019", "'"))
