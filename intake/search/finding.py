"""Which intakes fit: all of them as a queryset, or a page of the newest by its keys.

A page never ranks and never counts everything. Words that are in many intakes are looked for
from the newest one backwards; rare ones have all that have them fetched first, then sorted. Names
are walked from their newest bearer; of several that are all common, who bears all of them is found
by laying the lists of their bearers over each other, those of the last weeks first.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from intake.models import Answer, Intake, PersonWord, User
from intake.models.intakes import IntakeQuerySet, is_open_to_eyes_of, keys_kept_from
from intake.search import engines
from intake.search.criteria import Criteria
from intake.search.engines import Sql
from intake.search.terms import Term, phrases_of, terms_of
from intake.text import words_of

COUNTED = 1_000  # more are not counted
NARROWING = ("status", "reference", "outcome", "worker", "factor", "side", "asked")
WALK = 20_000  # documents that are looked through before all that match are fetched instead
WALK_FAR = 50_000  # where far too many would have to be fetched
FETCHED = 100_000  # documents that may have to be read to know all that match
FEW = 30_000  # of which nobody minds fetching all
SAMPLE = 1_000
# Microseconds, measured among a million: a document that is passed while walking; before fetching,
# one that the index has of the rarest word; one that is fetched, and one whose words have to be
# looked at for that.
PASSING, SCANNING, FETCHING, FETCHING_PHRASE = 4, 0.2, 2, 8
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
ADJACENT = 0.05  # of the documents with two words: they follow each other there
OFTEN = (100, 2_000)  # people; up to so many bearers of a word are counted in turn
WEEKS = (4, 32, 256)  # that are looked through in turn for words that all are borne more often
# Asked of each row by the index: never turned into a join with all that bear a common word.
_EACH = " LIMIT 1 OFFSET 0"


@dataclass(frozen=True)
class Edge:
    """A place in the list: the intake before or after which a page begins."""

    at: datetime
    key: UUID

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.key}"

    @classmethod
    def of(cls, intake: Intake) -> "Edge":
        """Return the place of an intake."""
        return cls(intake.started_at, intake.pk)

    @classmethod
    def parse(cls, text: str) -> "Edge | None":
        """Return the place that an address names, or None for what is none."""
        at, _, key = text.partition("_")
        try:
            moment = datetime.fromisoformat(at)
            if timezone.is_naive(moment):
                return None
            edge = cls(moment.astimezone(UTC), UUID(key))
        except (ValueError, OverflowError):  # also: a moment at the end of all time
            return None
        return edge if edge.at.year > 1900 else None


@dataclass(frozen=True)
class Slice:
    """Which part of the list is wanted: the newest, or what follows or precedes an edge."""

    limit: int
    edge: Edge | None = None
    is_newer: bool = False


@dataclass(frozen=True)
class Found:
    """Keys of intakes, newest first; `looked_to` where looking stopped before the list's end."""

    keys: list[UUID]
    looked_to: Edge | None = None


def find(user: User, criteria: Criteria) -> IntakeQuerySet:
    """Return the real intakes that `user` may read and that fit, newest first."""
    intakes = _filtered(Intake.objects.visible_to(user).for_real(), criteria).newest_first()
    if user.agency_id is None:
        return intakes
    for condition, values in _conditions(user.agency_id, criteria):
        intakes = intakes.filter(pk__in=RawSQL(condition, values))  # noqa: S611 (all are values)
    return intakes


def find_keys(user: User, criteria: Criteria, part: Slice) -> Found:
    """Return the keys of a part of what fits, newest first.

    With `is_beyond` all of the agency's intakes count, also those that the user may not read, but
    for restricted ones.
    """
    assert user.agency_id is not None
    if _is_empty(criteria):
        return Found([])
    phrases, terms = phrases_of(criteria.words), terms_of(user.agency_id, criteria)
    asked = _Asked(user, criteria, part, phrases, terms)
    if terms:
        found = asked.by_names()
    elif phrases:
        found = asked.by_words()
    elif asked.filters is None:
        found = asked.by_time()
    else:
        filtered = _filtered(_scope(user, criteria), criteria)
        return Found(list(_cut(filtered, part).values_list("pk", flat=True)))
    return Found(found.keys[::-1] if part.is_newer else found.keys, found.looked_to)


def count(user: User, criteria: Criteria) -> tuple[int, bool]:
    """Return how many fit, counted up to a limit, and whether there are more."""
    found = find_keys(user, criteria, Slice(COUNTED + 1))
    is_more = len(found.keys) > COUNTED or found.looked_to is not None
    return min(len(found.keys), COUNTED), is_more


def _scope(user: User, criteria: Criteria) -> IntakeQuerySet:
    if criteria.is_beyond:
        here = Intake.objects.filter(is_open_to_eyes_of(user), agency=user.agency_id)
        return here.for_real().shown()
    return Intake.objects.visible_to(user).for_real()


def may_be_restricted(user: User, criteria: Criteria) -> bool:
    """Whether a restricted intake that the user may not read may fit: one or more, which is all.

    Asked of the name alone, or else of the address, or else of the reference. Everything beside
    that is passed by: a name with a reference, a date or words would tell who is in which record
    and what it says. So nothing is learned of it but that somebody is to be asked.
    """
    scope = Intake.objects.filter(agency=user.agency_id).for_real().shown()
    if not criteria.is_beyond:
        scope = Intake.objects.within_role_of(user).for_real()
    kept = scope.kept_from(user)
    if user.agency_id is None or _is_empty(criteria):
        return False
    if criteria.name or criteria.address:
        alone = Criteria(
            name=criteria.name,
            address="" if criteria.name else criteria.address,
            is_exact=criteria.is_exact,
        )
        # First of all whether there are any: then most searches cost one look at a short index.
        terms = terms_of(user.agency_id, alone) if kept.exists() else []
        return bool(terms) and kept.filter(Exists(_borne(user.agency_id, terms))).exists()
    if criteria.reference:
        return kept.filter(reference__in=references_of(criteria.reference)).exists()
    return False


def _is_empty(criteria: Criteria) -> bool:
    """Whether something was typed in which there is no word: then nothing fits."""
    typed = (criteria.words, criteria.name, criteria.address)
    return any(one.strip() and not words_of(one) for one in typed)


def _filtered(intakes: IntakeQuerySet, criteria: Criteria) -> IntakeQuerySet:
    """Narrow by everything but names, addresses and words."""
    since, until = _days(criteria)
    if since:
        intakes = intakes.filter(started_at__gte=since)
    if until:
        intakes = intakes.filter(started_at__lt=until)
    return _narrowed(intakes, criteria)


def _narrowed(intakes: IntakeQuerySet, criteria: Criteria) -> IntakeQuerySet:
    if criteria.status:
        intakes = intakes.filter(status=criteria.status)
    if criteria.reference:
        intakes = intakes.filter(reference__in=references_of(criteria.reference))
    if criteria.outcome:
        intakes = intakes.filter(decision__screening__key=criteria.outcome)
    if criteria.worker:
        intakes = intakes.filter(worker=UUID(criteria.worker))
    if criteria.factor or criteria.side or criteria.asked:
        asked = Answer.objects.filter(intake=OuterRef("pk"))
        asked = asked.exclude(status=Answer.Status.NOT_ASKED)
        asked = asked.filter(prompt__question_set__kind="factor")
        if criteria.factor:
            asked = asked.filter(prompt__question_set__key=criteria.factor)
        if criteria.side:
            asked = asked.filter(prompt__side=criteria.side)
        is_asked = Exists(asked)
        intakes = intakes.filter(~is_asked if criteria.asked == "not_asked" else is_asked)
    return intakes


def references_of(typed: str) -> list[str]:
    """Return the references that a typed one can mean: 412 is one of any year."""
    text = typed.strip().upper()
    year, _, number = text.rpartition("-")
    if number.isascii() and number.isdigit() and len(number) <= 6:
        if not year:
            return [f"{one:02d}-{int(number):06d}" for one in range(100)]
        if year.isascii() and year.isdigit() and len(year) <= 2:
            return [f"{int(year):02d}-{int(number):06d}"]
    return [text]


def _cut(intakes: IntakeQuerySet, part: Slice) -> IntakeQuerySet:
    """Return a part of a list, its newest intake first."""
    edge = part.edge
    if edge is not None and part.is_newer:
        ahead = intakes.filter(started_at__gte=edge.at)
        ahead = ahead.exclude(started_at=edge.at, pk__lte=edge.key).order_by("started_at", "pk")
        keys = list(ahead.values_list("pk", flat=True)[: part.limit])
        return Intake.objects.filter(pk__in=keys).newest_first()
    if edge is not None:
        intakes = intakes.filter(started_at__lte=edge.at)
        intakes = intakes.exclude(started_at=edge.at, pk__gte=edge.key)
    return intakes.newest_first()[: part.limit]


def _days(criteria: Criteria) -> tuple[datetime | None, datetime | None]:
    """Return the moments from which and before which calls are wanted."""
    since = _midnight(criteria.since) if criteria.since else None
    until = _midnight(criteria.until + timedelta(days=1)) if criteria.until else None
    return since, until


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _conditions(agency: UUID, criteria: Criteria) -> list[Sql]:
    """Return queries whose rows are the keys of all intakes that have the words and names."""
    queries: list[Sql] = []
    if _is_empty(criteria):
        return [("SELECT id FROM intake_intake WHERE 1 = 0", [])]
    if phrases := phrases_of(criteria.words):
        condition, values = engines.has_words("d", phrases)
        query = "SELECT d.intake_id FROM intake_searchdocument d WHERE d.agency_id = %s AND "
        queries.append((query + condition, [engines.key(agency), *values]))
    if terms := terms_of(agency, criteria):
        condition, values = _bears(agency, terms[0], terms[1:])
        queries.append((f"SELECT p.intake_id FROM intake_personword p WHERE {condition}", values))
    return queries


def _bears(agency: UUID, first: Term, others: Sequence[Term], *, word: str = "") -> Sql:
    """Return the condition that the person word `p` is `first`, and the others are there too.

    Words of a name are borne by one person; words of an address stand in the same intake.
    """
    is_known, known = engines.is_one_of("p.word", first.known)
    if word:
        is_known, known = f"p.word = {word}", []
    parts = ["p.agency_id = %s", "p.kind = %s", is_known]
    values: list[Any] = [engines.key(agency), first.kind, *known]
    for place, term in enumerate(others):
        one = f"o{place}"
        is_known, known = engines.is_one_of(f"{one}.word", term.known)
        if term.kind == first.kind == "n":
            where = f"{one}.person_id = p.person_id AND {one}.kind = 'n' AND {is_known}"
            of_others: list[Any] = list(known)
        else:
            where = (
                f"{one}.agency_id = %s AND {one}.kind = %s AND {is_known}"
                f" AND {one}.started_at = p.started_at AND {one}.intake_id = p.intake_id"
            )
            of_others = [engines.key(agency), term.kind, *known]
        parts.append(f"EXISTS (SELECT 1 FROM intake_personword {one} WHERE {where}{_EACH})")
        values += of_others
    return " AND ".join(parts), values


def _borne(agency: UUID, terms: Sequence[Term]) -> "QuerySet[PersonWord]":
    """Return the words of an intake, which the outer query names, that fit the first term.

    Those of a person, or of an address, who has the others too. By the index of words alone.
    """
    first, *others = terms
    words = PersonWord.objects.filter(
        agency=agency,
        kind=first.kind,
        word__in=first.known,
        started_at=OuterRef("started_at"),
        intake=OuterRef("pk"),
    )
    for term in others:
        beside = PersonWord.objects.filter(
            agency=agency,
            kind=term.kind,
            word__in=term.known,
            started_at=OuterRef("started_at"),
            intake=OuterRef("intake"),
        )
        if term.kind == first.kind == "n":
            beside = beside.filter(person=OuterRef("person"))
        words = words.filter(Exists(beside))
    return words


class _Asked:
    """One search for a part of the list."""

    def __init__(
        self,
        user: User,
        criteria: Criteria,
        part: Slice,
        phrases: list[tuple[str, ...]],
        terms: list[Term],
    ) -> None:
        assert user.agency_id is not None
        self.agency, self.part = user.agency_id, part
        self.phrases, self.terms = phrases, terms
        self.since, self.until = _days(criteria)
        self.filters = self._filters(user, criteria)
        # A few, that are nowhere in what is found or counted, whatever is asked for.
        self.kept = keys_kept_from.sql(user.pk, user.agency_id, at=timezone.now())
        self.order = "ASC" if part.is_newer else "DESC"

    def _filters(self, user: User, criteria: Criteria) -> Sql | None:
        """Return what else narrows, as a query for keys; None where nothing does."""
        is_whole = criteria.is_beyond or "supervisors" in user.roles
        if is_whole and not any(getattr(criteria, name) for name in NARROWING):
            return None  # what is indexed is real, and the agency's
        whole = Intake.objects.filter(agency=user.agency_id).shown()
        narrowed = _narrowed(whole if is_whole else _scope(user, criteria), criteria)
        query, values = narrowed.values("pk").query.sql_with_params()
        return query, list(values)

    def _narrows(self, alias: str, *, is_filtered: bool = True, key: str = "intake_id") -> Sql:
        """Return the conditions of days, edge, filters and restrictions on rows of `alias`."""
        parts, values = list[str](), list[Any]()
        for limit, sign in ((self.since, ">="), (self.until, "<")):
            if limit is not None:
                parts.append(f"{alias}.started_at {sign} %s")
                values.append(engines.moment(limit))
        if self.part.edge is not None:
            sign = ">" if self.part.is_newer else "<"
            parts.append(f"({alias}.started_at, {alias}.{key}) {sign} (%s, %s)")
            values += [engines.moment(self.part.edge.at), engines.key(self.part.edge.key)]
        parts.append(f"{alias}.{key} NOT IN ({self.kept[0]})")
        values += self.kept[1]
        if self.filters and is_filtered:
            query, of_filters = self.filters
            parts.append(f"{alias}.intake_id IN ({query})")
            values += of_filters
        return "".join(f" AND {one}" for one in parts), values

    def _run(self, query: str, values: list[Any]) -> list[UUID]:
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            keys = [row[1] for row in cursor.fetchall()]
        return keys if engines.is_postgresql() else [UUID(one) for one in keys]

    def _in_order(self, alias: str = "") -> str:
        dot = f"{alias}." if alias else ""
        return f" ORDER BY {dot}started_at {self.order}, {dot}intake_id {self.order}"

    def by_time(self) -> Found:
        """Walk the agency's list from the newest intake, or from the edge."""
        narrows, values = self._narrows("i", key="id")
        query = (
            "SELECT i.started_at, i.id FROM intake_intake i"
            f" WHERE i.agency_id = %s AND NOT i.is_practice AND NOT i.is_hidden{narrows}"
            f" ORDER BY i.started_at {self.order}, i.id {self.order} LIMIT {self.part.limit}"
        )
        return Found(self._run(query, [engines.key(self.agency), *values]))

    # Names and addresses -----------------------------------------------------------------------

    def by_names(self) -> Found:
        """Walk the bearers of the rarest word from the newest intake on."""
        first = self._rarest()
        if first is None:
            return self._together()
        others = [term for term in self.terms if term is not first]
        narrows, of_narrows = self._narrows_people("p")
        limit = self.part.limit
        if engines.is_postgresql():
            bears, of_bears = _bears(self.agency, first, others, word="one.word")
            query = (
                "SELECT DISTINCT f.started_at, f.intake_id FROM unnest(%s::text[]) AS one(word)"
                " CROSS JOIN LATERAL (SELECT DISTINCT p.started_at, p.intake_id"
                f" FROM intake_personword p WHERE {bears}{narrows}{self._in_order('p')}"
                f" LIMIT {limit}) f{self._in_order('f')} LIMIT {limit}"
            )
            values = [list(first.known), *of_bears, *of_narrows]
        else:
            bears, of_bears = _bears(self.agency, first, others)
            query = (
                "SELECT DISTINCT p.started_at, p.intake_id FROM intake_personword p"
                f" WHERE {bears}{narrows}{self._in_order('p')} LIMIT {limit}"
            )
            values = [*of_bears, *of_narrows]
        return Found(self._run(query, values))

    def _narrows_people(self, alias: str) -> Sql:
        """Return the conditions of all that is asked for but names, on rows of `alias`."""
        narrows, values = self._narrows(alias)
        if self.phrases:
            has_words, of_words = engines.has_words("d", self.phrases)
            narrows += (
                " AND EXISTS (SELECT 1 FROM intake_searchdocument d"
                f" WHERE d.intake_id = {alias}.intake_id AND {has_words}{_EACH})"
            )
            values = [*values, *of_words]
        return narrows, values

    def _rarest(self) -> Term | None:
        """Return the term that the fewest people bear; None where many bear each of several.

        One of several words of a name it is before those of an address: one person bears them all.
        """
        if len(self.terms) == 1:
            return self.terms[0]
        names = [term for term in self.terms if term.kind == "n"]
        first = names if len(names) > 1 else self.terms
        for limit in OFTEN:
            bearers = {term: self._bearers(term, limit) for term in first}
            rarest = min(bearers, key=bearers.__getitem__)
            if bearers[rarest] < limit:
                return rarest
        return None

    def _together(self) -> Found:
        """Find who bears all words, in ever longer times before the edge, or after it.

        To ask each bearer of a common word for the others takes twenty times as long as to read
        the bearers of both (measured: 15 µs each beside 0.7), and few may bear both.
        """
        narrows, of_narrows = self._narrows_people("f")
        for first, last in self._times():
            lists, of_lists = self._lists(first, last)
            query = (
                f"SELECT DISTINCT f.started_at, f.intake_id FROM ({lists}) f WHERE true{narrows}"
                f"{self._in_order('f')} LIMIT {self.part.limit}"
            )
            keys = self._run(query, [*of_lists, *of_narrows])
            if len(keys) >= self.part.limit:
                break
        return Found(keys)

    def _times(self) -> Iterator[tuple[datetime, datetime]]:
        """Yield ever longer times, from where the part begins to all that is asked for."""
        first, last = self.since or EARLIEST, self.until or LATEST
        spans = [timedelta(weeks=weeks) for weeks in WEEKS]
        edge = self.part.edge
        if edge is not None and self.part.is_newer:
            first = min(max(first, edge.at), last)
            yield from ((first, first + span) for span in spans if first + span < last)
        else:
            last = last if edge is None else max(min(last, edge.at), first)
            newest = min(last, timezone.now())
            yield from ((newest - span, last) for span in spans if newest - span > first)
        yield first, last

    def _lists(self, first: datetime, last: datetime) -> Sql:
        """Return the query for who bears all words, from the moment `first` to `last`.

        Words of a name are borne by one person; words of an address stand in the same intake.
        """
        first_term, *others = sorted(self.terms, key=lambda term: term.kind, reverse=True)
        lists, values = self._list(first_term, "started_at, intake_id", first, last)
        for term in others:
            of_person = term.kind == first_term.kind == "n"
            columns = "person_id" if of_person else "started_at, intake_id"
            query, more = self._list(term, columns, first, last)
            lists += f" AND ({columns}) IN ({query})"
            values += more
        return lists, values

    def _list(self, term: Term, columns: str, first: datetime, last: datetime) -> Sql:
        """Return the query for the bearers of a term from the moment `first` to `last`."""
        is_known, known = engines.is_one_of("word", term.known)
        query = (
            f"SELECT {columns} FROM intake_personword WHERE agency_id = %s AND kind = %s"
            f" AND {is_known} AND started_at BETWEEN %s AND %s"
        )
        times = engines.moment(first), engines.moment(last)
        return query, [engines.key(self.agency), term.kind, *known, *times]

    def _bearers(self, term: Term, limit: int) -> int:
        """Return how many people bear a word, counted up to `limit`."""
        is_known, known = engines.is_one_of("word", term.known)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM (SELECT 1 FROM intake_personword WHERE agency_id = %s"
                f" AND kind = %s AND {is_known} LIMIT {limit}) AS bearers",
                [engines.key(self.agency), term.kind, *known],
            )
            return int(cursor.fetchone()[0])

    # Words -------------------------------------------------------------------------------------

    def by_words(self) -> Found:
        """Look for the words by the way that costs less."""
        if not engines.is_postgresql():
            return Found(self._fetch())
        known = engines.statistics
        shares = known.of({word for one in self.phrases for word in one})
        has_all = math.prod(known.least if one is None else one for one in shares)
        following = sum(len(phrase) - 1 for phrase in self.phrases)
        fetched = known.documents * has_all  # at most, where a word is not known
        if None in shares and fetched > FEW:
            return self._sample()
        if None in shares or not fetched:
            return Found(self._fetch())
        if fetched > FETCHED:
            return self._walk(WALK_FAR)
        passed = self.part.limit / (has_all * ADJACENT**following)
        scanned = known.documents * min(one for one in shares if one is not None)
        fetching = scanned * SCANNING + fetched * (FETCHING_PHRASE if following else FETCHING)
        if passed > WALK or passed * PASSING > fetching:
            return Found(self._fetch())
        found = self._walk(WALK)
        return Found(self._fetch()) if found.looked_to else found

    def _sample(self) -> Found:
        """Look at some of the newest documents to learn how common unknown words are."""
        found = self._walk(SAMPLE)
        if found.looked_to is None:
            return found
        passed = SAMPLE * self.part.limit / max(len(found.keys), 0.1)
        return self._walk(WALK) if passed < WALK else Found(self._fetch())

    def _walk(self, far: int) -> Found:
        """Look through so many documents from the newest on, or from the edge."""
        narrows, of_narrows = self._narrows("d", is_filtered=False)
        inner = (
            "SELECT d.started_at, d.intake_id, d.vector FROM intake_searchdocument d"
            f" WHERE d.agency_id = %s{narrows}{self._in_order('d')} LIMIT {far}"
        )
        of_inner = [engines.key(self.agency), *of_narrows]
        has_words, of_words = engines.has_words("w", self.phrases)
        filters = ""
        if self.filters:
            filters = f" AND w.intake_id IN ({self.filters[0]})"
            of_words = [*of_words, *self.filters[1]]
        keys = self._run(
            f"SELECT w.started_at, w.intake_id FROM ({inner}) w WHERE {has_words}{filters}"
            f"{self._in_order('w')} LIMIT {self.part.limit}",
            [*of_inner, *of_words],
        )
        if len(keys) >= self.part.limit:
            return Found(keys)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT d.started_at, d.intake_id FROM intake_searchdocument d"
                f" WHERE d.agency_id = %s{narrows}{self._in_order('d')} OFFSET {far - 1} LIMIT 1",
                of_inner,
            )
            row = cursor.fetchone()
        return Found(keys, Edge(row[0], row[1]) if row else None)

    def _fetch(self) -> list[UUID]:
        """Fetch all that match, then sort them: no order is wanted of what is fetched."""
        narrows, of_narrows = self._narrows("d")
        has_words, of_words = engines.has_words("d", self.phrases)
        fetch = (
            "SELECT d.started_at, d.intake_id FROM intake_searchdocument d"
            f" WHERE d.agency_id = %s AND {has_words}{narrows}"
        )
        return self._run(
            f"WITH m AS MATERIALIZED ({fetch}) SELECT started_at, intake_id FROM m"
            f"{self._in_order()} LIMIT {self.part.limit}",
            [engines.key(self.agency), *of_words, *of_narrows],
        )
