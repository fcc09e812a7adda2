"""What happens to typed text on its way in, once and nowhere else."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans(
    {
        "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t", "ŋ": "n",
        "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss", "ƒ": "f", "ɓ": "b", "ɗ": "d", "ə": "e",
    }
)  # fmt: skip
_ASCII = re.compile(r"[A-Za-z0-9]+")
# Chinese and Japanese are written without spaces: each sign stands for itself.
_SIGN = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARK = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_WORD = re.compile(f"[{_SIGN}]|(?:(?![{_SIGN}])[^\\W_])(?:(?![{_SIGN}])(?:[^\\W_]|[{_MARK}]))*")
_APOSTROPHES = re.compile("(?<=\\w)['\u2019\u02bc`\u00b4](?=\\w)")
_NUMBER = re.compile(r"\d(?:[\s().\-\u2010-\u2015/+]{0,3}\d)*")
DIGITS = 7  # of a number that are compared: what is left of it without an area code
# What is typed in place of a name, or before one.
NO_NAMES = frozenset(
    {
        "anonymous", "caller", "unknown", "declined", "refused", "the", "miss", "missus", "mister",
        "nurse", "doctor", "teacher", "officer", "deputy", "sergeant", "counselor", "school",
        "hospital", "neighbor", "neighbour", "friend", "mother", "father", "parent", "aunt",
        "uncle", "sister", "brother", "cousin", "grandmother", "grandfather",
    }
)  # fmt: skip
LONGEST_WORD = 64  # code points that are compared


def clean_text(text: str) -> str:
    """Return `text` as it is stored: CRLF and CR as LF, NUL and lone surrogates as U+FFFD.

    Nothing is stripped or normalised: the words are the caller's. Offsets elsewhere count the
    Unicode code points of this result.
    """
    return _UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def is_named(name: str, text: str) -> bool:
    """Whether all words of a person's name stand in `text`; single letters are passed by."""
    words = {one for one in words_of(name) if len(one) >= 2} - {"the", "caller", "anonymous"}
    return bool(words) and words <= set(words_of(text))


def seems_to_name(text: str, *, name: str, numbers: Iterable[str] = (), beside: str = "") -> bool:
    """Whether `text` seems to name who is called `name` or is reached on one of `numbers`.

    Compared is without case, accents and signs. It does where it has

    - the whole name, its words side by side (`Ann Lee`, also `An Li` and `李雷`); one of a single
      word needs three letters, or two signs of a script without spaces;
    - one word of the name with four letters or more, alone: so that "An" or "Lee" does not always
      match. A word that is also in `beside`, the names of others, does not count alone, nor does
      one that says what somebody is (`Aunt`, `Caller`);
    - the last seven digits of a number, whatever stands between them; shorter ones are not
      looked for, an extension or a year would match everywhere.

    It may be wrong either way: a warning follows from it, and nothing is refused.
    """
    called, words = words_of(name), words_of(text)
    if _has_name(called, words) or _has_word(called, set(words), set(words_of(beside))):
        return True
    wanted = {one[-DIGITS:] for one in map(_digits, numbers) if len(one) >= DIGITS}
    if not wanted:
        return False
    runs = [_digits(run.group()) for run in _NUMBER.finditer(text)]
    return any(number in run for number in wanted for run in runs)


def _has_name(called: list[str], words: list[str]) -> bool:
    """Whether the words of a name stand in their order side by side."""
    is_long = len("".join(called)) >= (3 if "".join(called).isascii() else 2)
    if not is_long or not set(called) - NO_NAMES:
        return False
    size = len(called)
    return any(words[at : at + size] == called for at in range(len(words) - size + 1))


def _has_word(called: list[str], words: set[str], beside: set[str]) -> bool:
    telling = {one for one in called if len(one) >= 4 and one.isalpha()}
    return bool((telling - NO_NAMES - beside) & words)


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(sign)) for sign in text if sign.isdecimal())


def fold(text: str) -> str:
    """Return `text` in small letters without accents, for comparing: Nguyễn is nguyen, Łódź lodz.

    Python does it when something is written, so that every database compares the same.
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN)
    plain = unicodedata.normalize("NFKD", plain)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """Return the folded words of `text` in their order: letters and digits, nothing else."""
    if text.isascii():
        return [word[:LONGEST_WORD] for word in _ASCII.findall(text.lower())]
    return [word for word, _, _ in words_in(text)]


def words_in(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each folded word with where it begins and ends in `text`, in code points."""
    if text.isascii():
        for found in _ASCII.finditer(text):
            yield found.group().lower()[:LONGEST_WORD], found.start(), found.end()
        return
    for found in _WORD.finditer(text):
        word = "".join(letter for letter in fold(found.group()) if letter.isalnum())
        if word:
            yield word[:LONGEST_WORD], found.start(), found.end()


def name_words(text: str) -> set[str]:
    """Return the words by which a name or an address is found: O'Brien is obrien, o and brien."""
    joined = _APOSTROPHES.sub("", text)
    return set(words_of(text)) | (set(words_of(joined)) if joined != text else set())


def is_near(one: str, other: str) -> bool:
    """Whether two words are the same but for one letter: another, one more or less, two swapped."""
    if one == other:
        return True
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start : start + 2] == other[start : start + 2][::-1]
    return one[start + 1 :] == other[start + 1 :] or (
        swapped and one[start + 2 :] == other[start + 2 :]
    )


def spellings(word: str) -> set[str]:
    """Return a word and what is left of it when any one letter is missing.

    Two words that are near (`is_near`) have at least one of these in common. Numbers and words of
    two letters stand for themselves only.
    """
    if len(word) < 3 or any(letter.isdigit() for letter in word):
        return {word}
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}
