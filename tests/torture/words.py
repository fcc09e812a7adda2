"""Texts of which every character's place is known, and what became of one."""

import random
from collections import Counter

SYLLABLES = ("ba", "ke", "lo", "mi", "nu", "ra", "se", "to", "vi", "zé", "ño", "ша", "李", "😀")


def make_text(rng: random.Random, letter: str, length: int) -> str:
    """Return about `length` characters of words, no two of which are the same.

    A word ends with its number and its field's letter, so that one that is missing, doubled or
    in another field is known.
    """
    words: list[str] = []
    size = 0
    while size < length:
        syllables = "".join(rng.choices(SYLLABLES, k=rng.randint(1, 3)))
        words.append(f"{syllables}{len(words)}{letter}")
        size += len(words[-1]) + 1
    return " ".join(words)


def doubled(text: str) -> list[str]:
    """Return the words that a text holds more than once."""
    return [word for word, count in Counter(text.split()).items() if count > 1]


def missing(known: str, text: str) -> int:
    """Return how many characters of the words of `known` a text lacks."""
    there = Counter(text.split())
    return sum(len(word) for word in known.split() if not there[word])
