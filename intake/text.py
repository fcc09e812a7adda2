"""What happens to typed text on its way in, once and nowhere else."""

import re
import unicodedata

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return `text` as it is stored: CRLF and CR as LF, NUL and lone surrogates as U+FFFD.

    Nothing is stripped or normalised: the words are the caller's. Offsets elsewhere count the
    Unicode code points of this result.
    """
    return _UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def fold_words(text: str) -> set[str]:
    """Return the words of `text` without accents and in small letters, for comparing names."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return set(re.findall(r"\w+", plain.casefold()))


def is_named(name: str, text: str) -> bool:
    """Whether all words of a person's name stand in `text`; single letters are passed by."""
    words = {one for one in fold_words(name) if len(one) >= 2} - {"the", "caller", "anonymous"}
    return bool(words) and words <= fold_words(text)
