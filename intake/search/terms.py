"""What was typed, taken apart: phrases of words, and names with their near spellings."""

import re
from dataclasses import dataclass
from uuid import UUID

from intake.models import NameWord, PersonWord
from intake.search.criteria import Criteria
from intake.text import is_near, name_words, spellings, words_of

MOST_TERMS = 12  # words of a name, phrases of a text: what is typed beyond is passed by
MOST_SPELLINGS = 100  # of one word
# How parts of an address are written, each in its ways.
_WRITTEN = (
    *("street st", "avenue ave av", "road rd", "lane ln", "drive dr", "court ct", "place pl"),
    *("boulevard blvd", "highway hwy", "parkway pkwy", "circle cir", "terrace ter", "square sq"),
    *("trail trl", "apartment apt", "building bldg", "suite ste", "north n", "south s", "east e"),
    "west w",
)
_OTHERWISE = {word: one.split() for one in _WRITTEN for word in one.split()}
_QUOTED = re.compile('["\u201c\u201d\u201e\u00ab\u00bb]([^"\u201c\u201d\u201e\u00ab\u00bb]*)'
                     '["\u201c\u201d\u201e\u00ab\u00bb]')  # fmt: skip


@dataclass(frozen=True)
class Term:
    """One word of a name or an address, with every known word that it may stand for."""

    kind: str
    word: str
    known: tuple[str, ...]


def phrases_of(typed: str) -> list[tuple[str, ...]]:
    """Return what is looked for: each quoted phrase, and each word beside them, once."""
    phrases: dict[tuple[str, ...], None] = {}
    for quoted in _QUOTED.findall(typed):
        phrases[tuple(words_of(quoted))] = None
    for chunk in _QUOTED.sub(" ", typed).split():
        phrases[tuple(words_of(chunk))] = None  # Ann's, 3-4: what is written together
    return [phrase for phrase in phrases if phrase][:MOST_TERMS]


def terms_of(agency: UUID, criteria: Criteria) -> list[Term]:
    """Return the words of the name and the address that are asked for.

    A street is found as `Ln` and as `Lane`, whichever is typed.
    """
    typed = [(PersonWord.Kind.NAME, word) for word in sorted(_typed_words(criteria.name))]
    typed += [(PersonWord.Kind.ADDRESS, word) for word in sorted(_typed_words(criteria.address))]
    terms = []
    for kind, word in typed[: 2 * MOST_TERMS]:
        known = known_spellings(agency, word, is_exact=criteria.is_exact)
        if kind == PersonWord.Kind.ADDRESS:
            known = tuple(dict.fromkeys((*known, *_OTHERWISE.get(word, ()))))
        terms.append(Term(kind.value, word, known))
    return terms


def known_spellings(agency: UUID, word: str, *, is_exact: bool = False) -> tuple[str, ...]:
    """Return the words of the agency's people that `word` may stand for, itself first."""
    if is_exact:
        return (word,)
    known = NameWord.objects.filter(agency=agency, spelling__in=spellings(word))
    words = {one for one in known.values_list("word", flat=True) if is_near(one, word)} - {word}
    return (word, *sorted(words))[:MOST_SPELLINGS]


def _typed_words(text: str) -> set[str]:
    """Return the words of a typed name; O'Brien is looked for as it is written, as one."""
    words = name_words(text)
    joined = set(words_of(re.sub("['\u2019\u02bc`\u00b4]", "", text)))
    return joined or words
