"""A page of what was found: the intakes, whose names matched, and the passage with the words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from intake.models import Intake, Person, User
from intake.search.criteria import Criteria
from intake.search.finding import Edge, Slice, find_keys
from intake.search.index import Text, texts_of
from intake.search.terms import Term, phrases_of, terms_of
from intake.text import name_words, words_in

PER_PAGE = 25
BEFORE, AFTER = 60, 140  # code points of a passage around where its words begin


@dataclass(frozen=True)
class Hit:
    """One intake that fits.

    `people` are the names by which it does, `passage` the words with what is around them, both
    with the words marked; of an intake that is not `is_readable` there is no passage.
    """

    intake: Intake
    is_readable: bool
    people: tuple[SafeString, ...] = ()
    label: str = ""
    passage: str = ""


@dataclass(frozen=True)
class Page:
    """A part of the list; `older` and `newer` are where its neighbours begin, if there are any.

    `is_cut` says that looking stopped before the end: the older page goes on there.
    """

    hits: tuple[Hit, ...]
    older: Edge | None
    newer: Edge | None
    is_cut: bool = False

    def __iter__(self) -> Iterator[Intake]:
        """Yield the intakes."""
        return (hit.intake for hit in self.hits)


def find_page(
    user: User, criteria: Criteria, *, older: Edge | None = None, newer: Edge | None = None
) -> Page:
    """Return the newest page, or the one that begins after `older` or ends before `newer`."""
    part = Slice(PER_PAGE + 1, newer or older, is_newer=newer is not None)
    found = find_keys(user, criteria, part)
    if newer is not None and len(found.keys) <= PER_PAGE:
        return find_page(user, criteria)  # the top of the list, filled
    keys = found.keys[-PER_PAGE:] if newer is not None else found.keys[:PER_PAGE]
    intakes = list(
        Intake.objects.filter(pk__in=keys)
        .select_related("worker", "decision__screening")
        .newest_first()
    )
    if not intakes:
        return Page((), found.looked_to, None, found.looked_to is not None)
    has_older = newer is not None or len(found.keys) > PER_PAGE
    return Page(
        hits=tuple(_hits(user, criteria, intakes)),
        older=Edge.of(intakes[-1]) if has_older else found.looked_to,
        newer=Edge.of(intakes[0]) if newer is not None or older is not None else None,
        is_cut=found.looked_to is not None,
    )


def _hits(user: User, criteria: Criteria, intakes: list[Intake]) -> Iterator[Hit]:
    keys = [one.pk for one in intakes]
    readable = set(keys)
    if criteria.is_beyond:
        visible = Intake.objects.visible_to(user).filter(pk__in=keys)
        readable = set(visible.values_list("pk", flat=True))
    assert user.agency_id is not None
    people = matched_people(keys, terms_of(user.agency_id, criteria))
    phrases = phrases_of(criteria.words)
    texts = texts_of([one for one in intakes if one.pk in readable]) if phrases else {}
    for intake in intakes:
        label, passage = find_passage(texts.get(intake.pk, ()), phrases)
        # Of a record that is not to be read, an address that was typed gives no name away.
        may_name = intake.pk in readable or bool(criteria.name)
        names = tuple(people.get(intake.pk, ())) if may_name else ()
        yield Hit(intake, intake.pk in readable, names, label, passage)


def matched_people(keys: Iterable[UUID], terms: Sequence[Term]) -> dict[UUID, list[SafeString]]:
    """Return for each intake the names of the people who have one of the words, marked."""
    if not terms:
        return {}
    known = {kind: {w for one in terms if one.kind == kind for w in one.known} for kind in "na"}
    found: dict[UUID, list[SafeString]] = {}
    for person in Person.objects.filter(intake__in=keys, is_removed=False):
        words = {"n": name_words(person.name), "a": name_words(person.address)}
        kind = "n" if known["n"] else "a"
        if all(words[kind] & set(term.known) for term in terms if term.kind == kind):
            name = mark(person.name, known["n"]) if person.name else "Name not known"
            found.setdefault(person.intake_id, []).append(format_html("{}", name))
    return found


def mark(text: str, words: set[str]) -> SafeString:
    """Return a text escaped, with every one of the words marked."""
    places = [(begin, end) for word, begin, end in words_in(text) if word in words]
    for joined in re.finditer(r"\S*['\u2019\u02bc`\u00b4]\S*", text):  # O'Brien is one word too
        if name_words(joined.group()) & words:
            places = [one for one in places if not joined.start() <= one[0] < joined.end()]
            places.append(joined.span())
    return _marked(text, sorted(places), 0, len(text))


def find_passage(
    texts: Sequence[Text], phrases: Sequence[tuple[str, ...]]
) -> tuple[str, SafeString]:
    """Return where the words stand first and what is around them, escaped and marked."""
    if not phrases:
        return "", SafeString("")
    best: tuple[int, Text, list[tuple[int, int]]] | None = None
    for text in texts:
        places = places_of(text.text, phrases)
        kinds = len({kind for kind, _, _ in places})
        if kinds and (best is None or kinds > best[0]):
            best = (kinds, text, [(begin, end) for _, begin, end in places])
            if kinds == len(phrases):
                break
    if best is None:
        return "", SafeString("")
    _, text, spans = best
    begin = max(0, spans[0][0] - BEFORE)
    end = min(len(text.text), spans[0][0] + AFTER)
    if begin:
        space = text.text.find(" ", begin, spans[0][0])
        begin = space + 1 if space >= 0 else begin
    space = text.text.rfind(" ", spans[0][1], end)
    end = space if end < len(text.text) and space >= 0 else end
    spans = [one for one in spans if one[1] <= end]
    passage = _marked(text.text, spans, begin, end)
    return text.label, format_html(
        "{}{}{}", "… " if begin else "", passage, " …" if end < len(text.text) else ""
    )


def places_of(text: str, phrases: Sequence[tuple[str, ...]]) -> list[tuple[int, int, int]]:
    """Return (which phrase, begin, end) of every place of a phrase in a text, in order."""
    words = list(words_in(text))
    first: dict[str, list[int]] = {}
    for number, phrase in enumerate(phrases):
        first.setdefault(phrase[0], []).append(number)
    places = []
    for at, (word, begin, _) in enumerate(words):
        for number in first.get(word, ()):
            phrase = phrases[number]
            if tuple(one for one, _, _ in words[at : at + len(phrase)]) == phrase:
                places.append((number, begin, words[at + len(phrase) - 1][2]))
    return places


def _marked(text: str, places: Sequence[tuple[int, int]], begin: int, end: int) -> SafeString:
    parts, at = [], begin
    for start, stop in places:
        if start < at:
            continue
        parts.append(format_html("{}<mark>{}</mark>", text[at:start], text[start:stop]))
        at = stop
    parts.append(format_html("{}", text[at : max(at, end)]))
    return mark_safe("".join(parts))  # noqa: S308 (each part is escaped)
