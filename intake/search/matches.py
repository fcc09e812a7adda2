"""Possible matches of a call: other intakes of the agency with the same people or address.

By the names, birth dates and addresses of the call's people, never by the reporting party's. Every
step is bounded; the few that are left are compared word by word. Whether one is the same family is
for people to say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from intake.models import Intake, NameWord, Person, PersonWord, User
from intake.models.searches import PersonWordKind
from intake.search import engines
from intake.search.terms import MOST_SPELLINGS
from intake.text import is_near, name_words, spellings, words_of

MOST = 50  # matches that are shown
CANDIDATES = 300  # people that are compared word by word, for each way
BEARERS = 5_000  # the newest people with one word that are looked at
RARE = 2_000  # people; what more of them have is common
Kind = PersonWordKind
_KINDS_OF_STREET = frozenset(
    re.split(
        r"\s",
        "street st avenue ave road rd lane ln drive dr court ct place pl boulevard blvd way terrace"
        " circle highway hwy apartment apt unit suite floor number no the of",
    )
)


@dataclass(frozen=True)
class MatchedPerson:
    """A person of the call and who may be the same one, with what is the same."""

    name: str
    other: str
    by: tuple[str, ...]  # "name", "birth date", "address"


@dataclass(frozen=True)
class Match:
    """Another intake with people who may be the same."""

    intake: Intake
    people: tuple[MatchedPerson, ...]


class Matches(list[Match]):
    """Possible matches, and whether there is one that is restricted: told, and nothing of it."""

    may_be_restricted = False

    @property
    def number(self) -> int:
        """How many there are; those that are restricted count as one."""
        return len(self) + self.may_be_restricted


def possible_matches(intake: Intake, *, viewer: User) -> Matches:
    """Return the intakes of the agency that may be about the same people, at most 50.

    Those with the most in common come first, then the newest. Practice has none. Restricted ones
    that the viewer may not read are not among them.
    """
    matches = Matches()
    people = list(Person.objects.filter(intake=intake, is_removed=False))
    if intake.is_practice or not people:
        return matches
    looked = _Looked(intake, people)
    found: dict[UUID, list[MatchedPerson]] = {}
    for person in people:
        others = Person.objects.filter(pk__in=looked.candidates(person), is_removed=False)
        for other in others:
            by = tuple(same(person, other))
            if by:
                named = MatchedPerson(_called(person), _called(other), by)
                found.setdefault(other.intake_id, []).append(named)
    here = Intake.objects.for_real().shown().filter(agency=intake.agency_id, pk__in=found)
    for one in (
        here.with_kept(viewer).select_related("worker", "decision__screening").newest_first()
    ):
        if one.is_kept:
            matches.may_be_restricted = True
        else:
            matches.append(Match(one, _most_alike(found[one.pk])))
    matches.sort(key=lambda one: sum(len(person.by) for person in one.people), reverse=True)
    del matches[MOST:]
    return matches


def same(one: Person, other: Person) -> list[str]:
    """Return by what two people may be one and the same: name, birth date, address."""
    alike, shared = _alike(_names(one), _names(other))
    is_born = one.birth_date is not None and one.birth_date == other.birth_date and shared > 0
    by = []
    if is_born or (alike and shared > 1):  # one first name alone is no match
        by.append("name")
    if is_born:
        by.append("birth date")
    if same_address(one.address, other.address):
        by.append("address")
    return by


def same_address(one: str, other: str) -> bool:
    """Whether two addresses agree as far as both go: number and street, near spellings too."""
    mine, theirs = _parts(one), _parts(other)
    if not all((*mine, *theirs)):
        return False
    numbers, other_numbers = sorted((mine[0], theirs[0]), key=len)
    return numbers <= other_numbers and _alike(list(mine[1]), list(theirs[1]))[0]


def _names(person: Person) -> list[str]:
    return [word for word in words_of(person.name) if len(word) > 1 or not word.isascii()]


def _parts(address: str) -> tuple[set[str], set[str]]:
    """Return the numbers and the words of an address, without `Street` and the like."""
    words = set(words_of(address))
    numbers = {word for word in words if any(letter.isdigit() for letter in word)}
    return numbers, words - numbers - _KINDS_OF_STREET


def _is_near(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) > 2 and is_near(one, other))


def _alike(mine: list[str], theirs: list[str]) -> tuple[bool, int]:
    """Return whether all words of the shorter one are in the longer, and how many they share."""
    shorter, longer = sorted((mine, list(theirs)), key=len)
    left = list(longer)
    shared = 0
    for word in shorter:
        near = next((one for one in left if one == word), None)
        near = near or next((one for one in left if _is_near(one, word)), None)
        if near is not None:
            left.remove(near)
            shared += 1
    return bool(shorter) and shared == len(shorter), shared


def _called(person: Person) -> str:
    return person.name or "Name not known"


def _most_alike(people: Iterable[MatchedPerson]) -> tuple[MatchedPerson, ...]:
    """Return each other person once, with who is most alike."""
    best: dict[str, MatchedPerson] = {}
    for one in sorted(people, key=lambda one: len(one.by), reverse=True):
        best.setdefault(one.other, one)
    # One person of the call stands with an address that half a family shares once is enough.
    strong = [one for one in best.values() if one.by != ("address",)]
    return tuple(strong or list(best.values())[:3])


class _Looked:
    """The words of a call's people, how they may be spelled, and who else has them."""

    def __init__(self, intake: Intake, people: list[Person]) -> None:
        self.intake = intake
        words = {
            word
            for person in people
            for text in (person.name, person.address)
            for word in name_words(text)
        }
        known = NameWord.objects.filter(
            agency=intake.agency_id,
            spelling__in={one for word in words for one in spellings(word)},
        )
        others = set(known.values_list("word", flat=True))
        by_spelling: dict[str, set[str]] = {}
        for other in others:
            for one in spellings(other):
                by_spelling.setdefault(one, set()).add(other)
        self.known = {
            word: sorted(
                {
                    other
                    for one in spellings(word)
                    for other in by_spelling.get(one, ())
                    if _is_near(word, other)
                }
            )[:MOST_SPELLINGS]
            for word in words
        }
        self._bearers: dict[tuple[str, str], int] = {}

    def candidates(self, person: Person) -> set[UUID]:
        """Return the keys of people who have enough in common to be compared."""
        names = self._rarest(Kind.NAME, _names(person))
        found: set[UUID] = set()
        for place, word in enumerate(names[:2]):
            others = [one for number, one in enumerate(names) if number != place]
            if others:
                found |= self._with(Kind.NAME, self.known[word], Kind.NAME, self._any(others))
        if person.birth_date and names:
            born = [person.birth_date.isoformat()]
            found |= self._with(Kind.BIRTH_DATE, born, Kind.NAME, self._any(names))
        numbers, words = _parts(person.address)
        streets = self._rarest(Kind.ADDRESS, [one for one in words if one in self.known])
        if numbers and streets:
            first = self.known[streets[0]]
            found |= self._with(Kind.ADDRESS, first, Kind.ADDRESS, sorted(numbers))
            if len(streets) > 1:  # the one may leave the town out, the other the estate
                second = self.known[streets[1]]
                found |= self._with(Kind.ADDRESS, second, Kind.ADDRESS, sorted(numbers))
        return found

    def _any(self, words: Iterable[str]) -> list[str]:
        return sorted({other for word in words for other in self.known[word]})

    def _rarest(self, kind: PersonWordKind, words: list[str]) -> list[str]:
        known = [one for one in dict.fromkeys(words) if self.known.get(one)]
        return sorted(known, key=lambda word: self._count(kind, word))

    def _count(self, kind: PersonWordKind, word: str) -> int:
        if (kind, word) not in self._bearers:
            rows = PersonWord.objects.filter(
                agency=self.intake.agency_id, kind=kind, word__in=self.known[word]
            )
            self._bearers[kind, word] = rows.values("kind")[:RARE].count()
        return self._bearers[kind, word]

    def _with(
        self, kind: PersonWordKind, words: list[str], other: PersonWordKind, others: list[str]
    ) -> set[UUID]:
        """Return people of other intakes who have one of `words` and one of `others`."""
        if not words or not others:
            return set()
        has_first, first = engines.is_one_of("p.word", words)
        has_other, second = engines.is_one_of("o.word", others)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT n.person_id FROM (SELECT p.person_id, p.word, p.started_at"
                f" FROM intake_personword p WHERE p.agency_id = %s AND p.kind = %s AND {has_first}"
                f" AND p.intake_id <> %s ORDER BY p.started_at DESC LIMIT {BEARERS}) n"
                " WHERE EXISTS (SELECT 1 FROM intake_personword o"
                f" WHERE o.person_id = n.person_id AND o.kind = %s AND {has_other}"
                f"{' AND o.word <> n.word' if kind == other else ''}) LIMIT {CANDIDATES}",
                [
                    *(engines.key(self.intake.agency_id), kind.value, *first),
                    *(engines.key(self.intake.pk), other.value, *second),
                ],
            )
            return {UUID(str(key)) for (key,) in cursor.fetchall()}
