"""What the application's search keeps of the crowd, as lines of COPY.

Made of sentences and names that were folded once: `engines.vector_of` and `words_of_person` say the
same, at several times the cost. A test compares.
"""

from collections.abc import Iterator
from functools import lru_cache

from intake.text import name_words, words_of
from tests.bench.crowd import Document

_PLACES = [str(place) for place in range(4_000)]  # of words in an intake, and more


@lru_cache(1 << 16)
def _folded(sentence: str) -> tuple[str, ...]:
    return tuple(f"'{word}'" for word in words_of(sentence))


@lru_cache(1 << 16)
def _names(name: str) -> tuple[str, ...]:
    return tuple(sorted(name_words(name)))


def vector_of(document: Document) -> str:
    """Return the text of the document's tsvector."""
    places: dict[str, str] = {}
    place = 0
    for text in document.sentences:
        for sentence in text:
            for word in _folded(sentence):
                place += 1
                if word in places:
                    places[word] += "," + _PLACES[place]
                else:
                    places[word] = ":" + _PLACES[place]
        place += 1
    return " ".join([word + found for word, found in places.items()])


def people_of(document: Document) -> Iterator[tuple[str, str, str]]:
    """Yield (key of the person, kind, word) of each word by which a person is found."""
    for key, name, born, address in zip(
        document.people, document.names, document.birth_dates, document.addresses, strict=True
    ):
        for word in _names(name):
            yield key, "n", word
        for word in _names(address):
            yield key, "a", word
        if born:
            yield key, "b", born
