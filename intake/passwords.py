"""What a password has to be: long, and known from no breach; nothing of how it is composed.

After NIST SP 800-63B-4, section 3.1.1: 15 characters where the password is the only factor, 12 (the
standard asks for 8) where a second one is asked for too; a list of breached passwords, offline; no
rules of composition, no expiry, no hints; Unicode in the form NFKC.

A list is a file: the word `BREACHED`, one byte with the width of a suffix, 65,537 big-endian counts
of eight bytes – how many entries stand before each value of the first two bytes – and the sorted
suffixes. An entry is the beginning of the SHA-1 of the password in UTF-8, as the known lists of
breached passwords have it: two bytes that choose the place, and `width` bytes that stand there.
"""

import hashlib
import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError

ALONE = 15  # characters, where nothing but the password is asked for
WITH_FACTOR = 12
AT_MOST = 1024
MAGIC = b"BREACHED"
PLACES = 1 << 16
HEADER = len(MAGIC) + 1 + (PLACES + 1) * 8
LONGEST_TYPED = 4096
HELP = (
    f"A sentence that nobody guesses: at least {ALONE} characters, {WITH_FACTOR} for who has to "
    "have a second factor too. Spaces and every letter count."
)


def normalised(password: str) -> str:
    """Return the password as it is hashed, however a keyboard makes its letters.

    One that is longer than anybody types stays as it is, and is wrong: to put a million marks in
    order takes many minutes.
    """
    if len(password) > LONGEST_TYPED:
        return password
    return unicodedata.normalize("NFKC", password)


class LengthValidator:
    """Fifteen characters, or twelve for who signs in with a second factor."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password that is too short or far too long."""
        needed = WITH_FACTOR if getattr(user, "must_have_factor", False) else ALONE
        length = len(normalised(password))
        if length < needed:
            raise ValidationError(
                f"This password is too short: it has {length} characters and needs {needed}.",
                code="password_too_short",
            )
        if length > AT_MOST:
            raise ValidationError(
                f"This password is too long: {AT_MOST} characters are the most.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        """Return what Django's pages would say."""
        return HELP


class BreachedValidator:
    """No password that everybody knows who guesses."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password of the list, in capitals or not."""
        plain = normalised(password)
        if any(is_breached(one) for one in {plain, plain.lower(), plain.strip().lower()}):
            raise ValidationError(
                "This password is known from a breach elsewhere, so it is among the first that are "
                "tried. Choose another one.",
                code="password_breached",
            )

    def get_help_text(self) -> str:
        """Return what Django's pages would say."""
        return "Passwords that are known from breaches are refused."


# Words that whoever guesses here tries first, beside the agency's own (OWASP ASVS 5.0, 6.1.2).
WORDS_OF_THE_PLACE = (
    *("hotline", "intake", "child", "children", "kinder", "abuse", "neglect", "protective"),
    *("protection", "services", "social", "worker", "supervisor", "administrator", "county"),
    *("safety", "organized", "practice", "password", "welcome", "login", "secret", "qwerty"),
    *("spring", "summer", "autumn", "winter", "january", "february", "march", "april", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
LEFT = 6  # letters that a password has beside such words


class PlaceValidator:
    """No password that is made of words of the place, a year and a mark."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where too little is left without the words of the place."""
        agency = getattr(user, "agency", None)
        named = re.findall(r"\w{3,}", f"{agency.name} {agency.slug}".casefold()) if agency else []
        plain = left = normalised(password).casefold()
        for word in sorted({*WORDS_OF_THE_PLACE, *named}, key=len, reverse=True):
            left = left.replace(word, " ")
        if left != plain and sum(one.isalpha() for one in left) < LEFT:
            raise ValidationError(
                "This password is hardly more than words that everybody thinks of here (the "
                "agency, the hotline, seasons, months) and digits. Add words that have nothing to "
                "do with it.",
                code="password_of_the_place",
            )

    def get_help_text(self) -> str:
        """Return what Django's pages would say."""
        return "A password made of words of the place is refused."


class BreachedList:
    """One list, of which nothing is read into memory but what is looked at."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap(file.fileno(), 0, access=ACCESS_READ)
        if self._bytes[: len(MAGIC)] != MAGIC:
            raise ValueError(f"{path} is no list of breached passwords.")
        self._width = self._bytes[len(MAGIC)]
        if len(self._bytes) != HEADER + self._before(PLACES) * self._width:
            raise ValueError(f"{path} is not complete.")

    def __len__(self) -> int:
        return self._before(PLACES)

    def has(self, digest: bytes) -> bool:
        """Whether the list has a password of this SHA-1."""
        place = int.from_bytes(digest[:2])
        wanted = digest[2 : 2 + self._width]
        low, high = self._before(place), self._before(place + 1)
        while low < high:
            middle = (low + high) // 2
            start = HEADER + middle * self._width
            found = self._bytes[start : start + self._width]
            if found == wanted:
                return True
            low, high = (middle + 1, high) if found < wanted else (low, middle)
        return False

    def _before(self, place: int) -> int:
        return int(struct.unpack_from(">Q", self._bytes, len(MAGIC) + 1 + place * 8)[0])


def is_breached(password: str) -> bool:
    """Whether the installation's list of breached passwords has this one."""
    return _list(Path(settings.BREACHED_PASSWORDS)).has(_sha1(password))


def write_list(file: BinaryIO, digests: Iterable[bytes], *, width: int) -> int:
    """Write SHA-1 digests, which come sorted, as a list; return how many it has.

    `file` is open for writing at its beginning. Raises ValueError where they are not sorted.
    """
    counts = [0] * PLACES
    file.write(b"\0" * HEADER)
    last = b""
    for digest in digests:
        entry = digest[: 2 + width]
        if entry < last:
            raise ValueError("The hashes are not sorted. Take the list that is ordered by hash.")
        if entry == last:
            continue
        last = entry
        counts[int.from_bytes(entry[:2])] += 1
        file.write(entry[2:])
    file.seek(0)
    file.write(MAGIC + bytes([width]))
    total = 0
    for count in [*counts, 0]:
        file.write(struct.pack(">Q", total))
        total += count
    return total


def digests_of(passwords: Iterable[str]) -> Iterator[bytes]:
    """Return the sorted SHA-1 digests of passwords."""
    return iter(sorted({_sha1(one) for one in passwords}))


def _sha1(password: str) -> bytes:
    return hashlib.sha1(password.encode(errors="replace"), usedforsecurity=False).digest()


@cache
def _list(path: Path) -> BreachedList:
    return BreachedList(path)
