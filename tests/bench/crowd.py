"""A million invented intakes of one agency, for benches: the same seed gives the same rows.

`fill(count, seed)` fills an empty PostgreSQL database of the migrated schema by COPY, in batches,
with flat memory, in two processes; `python -m tests.bench.crowd` does it in the one that
DATABASE_URL names (BENCH_INTAKES, BENCH_YEARS, BENCH_SEED). Whoever needs more tables gives
`each`: it gets the documents of every batch, inside the batch's transaction.

A hotline of a million calls in three years: more intakes are more years, not busier days. Each
has some 2 KB of notes, which is what five million leave room for. Left out, since no figure and no
list of a page reads it: the content of submissions, earlier texts, the audit, what the reporting
party said. Keys of the rows below an intake ascend; those of intakes are as random as real ones.
Only the keys of what the fixtures ship (prompts, options) are new every time.
"""

import multiprocessing
import os
import sys
import time
import uuid
from bisect import bisect, bisect_left
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from random import Random
from typing import Any, NamedTuple

if __name__ == "__main__":
    from tests.bench import start

    start()

from django.contrib.auth.models import Group
from django.db import connection, connections, transaction
from django.db.models import Model

from intake.actions.agency_tables import load_tables
from intake.actions.question_sets import load_question_sets, load_response_options
from intake.actions.summaries import monday_of
from intake.management.commands.load_question_sets import read_fixtures, read_tables
from intake.models import (
    Agency,
    Answer,
    CallSummary,
    Concern,
    Decision,
    Dispatch,
    Edition,
    HeardNote,
    Intake,
    Narrative,
    Person,
    Prompt,
    ReferenceCounter,
    Reporter,
    ResponseOption,
    Review,
    Submission,
    User,
)
from intake.models.insights import BITS
from intake.models.question_sets import FACTORS
from tests.bench import crowd_words as words

INTAKES = 1_000_000
BATCH = 2_000
PARTS = 2  # that are written side by side; always two, so that a seed gives the same rows
A_YEAR = 333_333  # intakes
UNTIL = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)  # the latest call began just before
WORKERS, SUPERVISORS = 48, 8
SIDES = ("worry", "working_well")
UNREAD = (Reporter, Dispatch, Submission)  # by nothing that is measured
CONTENT = (Narrative, Answer, HeardNote, Person, Concern, Decision)  # read by a page's intakes
NULL = "\\N"

# Phrases that stand in so many narratives, however many intakes there are.
PHRASES = {
    "the copper kettle on the back porch": 3,
    "a lullaby about the tin lighthouse": 20,
    "behind the blue ice machine": 200,
    "the red notebook of appointments": 2_000,
}
# How busy the hotline is, hour by hour of Los Angeles' standard time.
HOURS = (2, 1, 1, 1, 1, 1, 2, 4, 7, 9, 9, 9, 9, 9, 10, 10, 9, 8, 7, 6, 5, 5, 4, 3)
ASKED = {  # of how many calls a side of a factor is asked: worry, working well
    "parental_resilience": (0.93, 0.62),
    "social_connections": (0.68, 0.71),
    "concrete_support": (0.74, 0.41),
    "parenting_knowledge": (0.58, 0.35),
    "child_competence": (0.66, 0.52),
}
TYPES = (
    ("general_neglect",) * 9
    + ("physical_abuse",) * 4
    + ("emotional_abuse",) * 3
    + (
        *(
            "sexual_abuse",
            "sexual_abuse",
            "severe_neglect",
            "caretaker_absence",
            "at_risk",
            "other",
        ),
    )
)


class Document(NamedTuple):
    """What a search finds a real intake by."""

    intake_id: str
    agency_id: str
    worker_id: str
    status: str
    started_at: str  # ISO, UTC
    narrative: str
    answers: tuple[str, ...]  # not the empty ones
    names: tuple[str, ...]
    birth_dates: tuple[str, ...]  # ISO, of `names`; empty where unknown
    addresses: tuple[str, ...]  # of `names`
    people: tuple[str, ...]  # keys, of `names`
    sentences: tuple[tuple[str, ...], ...]  # of the narrative, then of each answer


class Table:
    """Rows of a model on their way into the database, as lines of COPY.

    `names` are the fields that every row brings; the others have the model's defaults.
    """

    def __init__(self, model: type[Model], *names: str) -> None:
        self.model, self.lines = model, list[str]()
        fields: dict[str, Any] = {one.name: one for one in model._meta.concrete_fields}
        rest = [one for name, one in fields.items() if name not in names]
        columns = [fields[name].column for name in names] + [one.column for one in rest]
        self._tail = "".join(f"\t{_constant(one.get_default())}" for one in rest) + "\n"
        self._copy = f"COPY {model._meta.db_table} ({', '.join(map(_quoted, columns))}) FROM STDIN"

    def add(self, *values: str) -> None:
        """Add a row; no value holds a tab, a line's end or a backslash but NULL."""
        self.lines.append("\t".join(values) + self._tail)

    def send(self, cursor: Any) -> None:
        """Copy the rows into the database."""
        if self.lines:
            with cursor.copy(self._copy) as copy:
                copy.write("".join(self.lines))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _constant(value: object) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)  # numbers, texts and the empty {}


@dataclass(frozen=True)
class Somebody:
    """A worker of the crowd, with own habits of asking."""

    id: str
    supervisor: str
    worry: float
    working_well: float
    care: float  # how seldom the own intakes are returned


@dataclass
class Place:
    """The agency, its people and its tables, as keys in texts."""

    agency: Agency
    edition: Edition
    workers: list[Somebody]
    supervisors: list[str]
    prompts: dict[tuple[str, str], list[str]]  # of a factor's side, the core prompt first
    others: list[str]  # open questions
    options: dict[str, ResponseOption]


@dataclass
class Family:
    """People who live together, as rows that later intakes may hold again."""

    people: list[tuple[str, ...]]
    names: tuple[str, ...]
    births: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclass
class Seen:
    """What figures will know of the intake that is being written; times are seconds since 1970."""

    asked: int = 0
    volunteered: int = 0
    unknown: int = 0
    returns: int = 0
    submitted: int = 0
    dispatched: int | None = None
    approved: int | None = None


@dataclass
class Tables:
    """Where the rows of a batch wait, in the order in which they are written."""

    intake: Table = field(
        default_factory=lambda: Table(
            Intake,
            *("id", "agency", "reference", "worker", "edition", "status", "is_practice"),
            *("is_danger_first", "due_at", "started_at", "ended_at", "submitted_at"),
            *("no_report_reason", "danger_now", "responder_safety", "tribal_information"),
            *("language", "is_domestic_violence"),
        )
    )
    narrative: Table = field(default_factory=lambda: Table(Narrative, "id", "intake", "text"))
    reporter: Table = field(default_factory=lambda: Table(Reporter, "id", "intake", "kind"))
    answer: Table = field(
        default_factory=lambda: Table(
            Answer, "id", "intake", "prompt", "text", "status", "source", "kind"
        )
    )
    heard: Table = field(
        default_factory=lambda: Table(
            HeardNote, "id", "intake", "factor", "side", "text", "call_seconds", "filed_at"
        )
    )
    person: Table = field(
        default_factory=lambda: Table(
            Person,
            *("id", "intake", "created_at", "role", "name", "birth_date", "gender"),
            *("relationship", "address", "is_alleged_victim", "is_alleged_maltreater"),
        )
    )
    concern: Table = field(
        default_factory=lambda: Table(Concern, "id", "intake", "created_at", "type", "what")
    )
    decision: Table = field(
        default_factory=lambda: Table(
            Decision, "id", "intake", "screening", "priority", "rationale", "cross_reports"
        )
    )
    dispatch: Table = field(
        default_factory=lambda: Table(
            Dispatch, "id", "intake", "told", "who", "how", "told_at", "told_by"
        )
    )
    submission: Table = field(
        default_factory=lambda: Table(
            Submission, "id", "intake", "number", "sha256", "author", "at"
        )
    )
    review: Table = field(
        default_factory=lambda: Table(
            Review,
            *("id", "intake", "submission", "reviewer"),
            *("claimed_at", "active_at", "decided_at", "outcome"),
        )
    )
    summary: Table = field(
        default_factory=lambda: Table(
            CallSummary,
            *("intake", "agency", "worker", "started_at", "week"),
            *("asked", "volunteered", "unknown", "returns"),
            *("dispatched_after", "submitted_after", "approved_after"),
        )
    )

    def all(self) -> list[Table]:
        """Return the tables, those that others point at first."""
        return list(vars(self).values())


class Crowd:
    """The writer: draws one intake after another, in the order of time.

    What is the same in all parts – when a call began, which is practice, what its number is – is
    drawn before or follows from the intake's place in the list; all else is drawn for each part.
    """

    def __init__(self, place: Place, count: int, seed: int) -> None:
        self.place, self.count, self.rng = place, count, Random(seed)
        self.seed = seed
        self.tables = Tables()
        self.documents: list[Document] = []
        self._seen = Seen()
        self._row, self._salt = 0, ""
        self._vocabulary(self.rng)
        self._families: list[Family] = []
        self._begin = int((UNTIL - timedelta(days=365 * years_of(count))).timestamp())
        self._span = int(UNTIL.timestamp()) - self._begin
        self._late = self._statuses(self.rng)
        self._planted = _plant(count)
        self._hours = [sum(HOURS[:hour]) / sum(HOURS) for hour in range(24)]
        self._crew = self._crew_bag()
        some = range(63, count, 100)
        self._practice = [n for n in some if n not in self._late and n not in self._planted]
        zone = place.agency.zone
        first = datetime.fromtimestamp(self._begin, zone).year
        self._years = {  # the number of the first intake of each
            year: bisect_left(
                range(count), datetime(year, 1, 1, tzinfo=zone).timestamp(), key=self._moment
            )
            for year in range(first, UNTIL.year + 1)
        }

    def _vocabulary(self, rng: Random) -> None:
        known = words.COMMON + words.MIDDLE + words.RARER + words.make_words(rng, 24_000)
        bag = words.bag_of(known, rng, size=words.BAG * 8, power=1.02)
        self._sentences = words.make_sentences(rng, bag)
        self._rare = words.bag_of(
            [one.capitalize() for one in words.make_words(rng, words.TAIL_WORDS)],
            rng,
            size=words.BAG * 8,
            power=0.5,
        )
        self._origins, self._surnames = words.make_names(rng)

    def _statuses(self, rng: Random) -> dict[int, str]:
        """Return the intakes that are not finished, all of them of the last days."""
        some = min(360, self.count // 12)
        late = rng.sample(range(max(0, self.count - some * 6), self.count), some)
        kinds = ["submitted"] * 5 + ["in_review", "returned"] + ["submitted"] * 4 + ["returned"]
        found = {number: kinds[place % len(kinds)] for place, number in enumerate(late)}
        for number in range(self.count - min(8, self.count // 50), self.count):
            found[number] = "in_progress"
        return found

    def _crew_bag(self) -> list[Somebody]:
        """Return workers as often as they take calls: some work nights, some half days."""
        weights = [1 + (7 * place) % 5 for place in range(len(self.place.workers))]
        return [
            one
            for one, weight in zip(self.place.workers, weights, strict=True)
            for _ in "x" * weight
        ]

    @property
    def numbers(self) -> dict[tuple[int, bool], int]:
        """The last number that was given in each year, for real and for practice."""
        ends = [*list(self._years.values())[1:], self.count]
        given: dict[tuple[int, bool], int] = {}
        for (year, first), end in zip(self._years.items(), ends, strict=True):
            practice = bisect_left(self._practice, end) - bisect_left(self._practice, first)
            given |= {(year, True): practice, (year, False): end - first - practice}
        return {key: last for key, last in given.items() if last}

    def _key(self) -> str:
        self._row += 1
        return f"{self._row:012x}40008000{self._salt}"

    def write(
        self, part: int, each: Callable[[list[Document]], None] | None, *, is_whole: bool = True
    ) -> None:
        """Write the batches of a part, each with its documents in a transaction of its own.

        Rows of `UNREAD` are written only where the crowd is to be whole.
        """
        self.rng = Random(f"{self.seed} {part}")
        for first in range(part * BATCH, self.count, PARTS * BATCH):
            self.documents = []
            for number in range(first, min(first + BATCH, self.count)):
                self._one(number)
            with transaction.atomic(), connection.cursor() as cursor:
                for table in self.tables.all():
                    if is_whole or table.model not in UNREAD:
                        table.send(cursor)
                    table.lines.clear()
                if each:
                    each(self.documents)

    def _moment(self, number: int) -> int:
        """Return when the intake's call began: evenly over the days, busier by day."""
        inside = number * 0x9E3779B1 % (1 << 32) / (1 << 32)  # as good as drawn
        at = self._begin + int((number + inside) * self._span / self.count)
        day, inside = divmod(at - 8 * 3600, 86400)
        share = inside / 86400
        hour = bisect(self._hours, share) - 1
        width = HOURS[hour] / sum(HOURS)
        return day * 86400 + 8 * 3600 + int((hour + (share - self._hours[hour]) / width) * 3600)

    def _reference(self, number: int, *, is_practice: bool) -> str:
        year, first = max(one for one in self._years.items() if one[1] <= number)
        practice = bisect_left(self._practice, number) - bisect_left(self._practice, first)
        before = practice if is_practice else number - first - practice
        return f"{'P' if is_practice else ''}{year % 100:02d}-{before + 1:06d}"

    def _one(self, number: int) -> None:
        """Draw one intake with everything that hangs on it."""
        rng = self.rng.random
        worker = self._crew[int(rng() * len(self._crew))]
        status = self._late.get(number, "approved")
        is_plain = status == "approved" and number not in self._planted
        place = bisect_left(self._practice, number)
        is_practice = self._practice[place : place + 1] == [number]
        if is_practice:
            status = "in_progress"
        elif is_plain and rng() < 0.04:
            status = "closed_no_report"
        began = min(self._moment(number), int(UNTIL.timestamp()) - 60)
        ended = began + 240 + int(self.rng.gammavariate(3, 320))
        submitted = ended + 120 + int(self.rng.gammavariate(2, 900))
        key = f"{self.rng.getrandbits(128):032x}"
        self._salt = key[:12]  # of the keys of the rows below it
        self._intake(key, number, worker, status, began, ended, submitted, is_practice=is_practice)
        narrative = self._narrative(key, number, is_short=status == "closed_no_report")
        if status == "closed_no_report":
            self._submission(key, worker, 1, ended)
            self._document(key, worker, status, began, narrative, [], None, [])
            return
        self._seen = Seen()
        answers = self._answers(key, worker)
        self._heard(key, worker, began, ended)
        family, people = self._people(key, began)
        if not is_practice:
            self._document(key, worker, status, began, narrative, answers, family, people)
            self._dispatches(key, worker, began, ended)
        if not is_practice and status != "in_progress":
            self._submissions(key, worker, status, submitted, ended)
            self._summary(key, worker, began, ended)

    def _intake(
        self,
        key: str,
        number: int,
        worker: Somebody,
        status: str,
        began: int,
        ended: int,
        submitted: int,
        *,
        is_practice: bool,
    ) -> None:
        rng = self.rng.random
        is_open = status == "in_progress" and not is_practice
        is_report = status not in ("in_progress", "closed_no_report")
        is_danger = status != "closed_no_report" and rng() < 0.03
        options = self.place.options
        chance = rng()
        priority = None
        if is_report and chance < 0.5:
            level = "immediate" if is_danger or chance < 0.07 else "five_days"
            priority = options[level if chance < 0.2 else "ten_days"]
        due = ""
        if priority is not None and priority.deadline_hours is not None:
            due = _iso(began + priority.deadline_hours * 3600)
        self.tables.intake.add(
            key,
            str(self.place.agency.pk),
            self._reference(number, is_practice=is_practice),
            worker.id,
            str(self.place.edition.pk),
            status,
            "t" if is_practice else "f",
            "t" if is_danger and is_report else "f",
            due or NULL,
            _iso(began),
            NULL if is_open else _iso(ended),
            _iso(submitted) if is_report else NULL,
            "information" if status == "closed_no_report" else "",
            "yes" if is_danger else "no",
            "yes" if rng() < 0.06 else "unknown",
            "yes" if rng() < 0.02 else "no",
            "es" if rng() < 0.17 else "en",
            "t" if rng() < 0.12 else "f",
        )
        kinds = ("mandated", "mandated", "mandated", "non_mandated", "anonymous")
        self.tables.reporter.add(self._key(), key, kinds[number % 5])
        if is_report:
            screening = "in_person" if priority else "evaluated_out"
            self.tables.decision.add(
                *(self._key(), key, str(options[screening].pk)),
                str(priority.pk) if priority else NULL,
                self._sentence(),
                "None due.",
            )
            for _ in range(1 + (rng() < 0.3)):
                kind = TYPES[int(rng() * len(TYPES))]
                self.tables.concern.add(self._key(), key, _iso(began), kind, self._sentence())

    def _sentence(self) -> str:
        return self._sentences[int(self.rng.random() * len(self._sentences))]

    def _narrative(self, key: str, number: int, *, is_short: bool) -> list[str]:
        """Write 0.7 to 1.1 KB, in a closed call one or two sentences; return the sentences."""
        rng = self.rng.random
        wanted = 700 + int(rng() * 400)
        place = self._rare[int(rng() * len(self._rare))]
        parts = [f"The caller lives near {place} and called about the children."]
        if is_short:
            wanted = 120
        elif phrases := self._planted.get(number):
            parts += [f"She mentioned {phrase}." for phrase in phrases]
        length = sum(map(len, parts))
        while length < wanted:
            parts.append(self._sentence())
            length += len(parts[-1]) + 1
        self.tables.narrative.add(self._key(), key, " ".join(parts))
        return parts

    def _answers(self, key: str, worker: Somebody) -> list[str]:
        """Write 5 to 15 answers; return the texts."""
        rng, add, texts = self.rng.random, self.tables.answer.add, list[str]()
        for (factor, side), prompts in self.place.prompts.items():
            worry, well = ASKED[factor]
            share = worry * worker.worry if side == "worry" else well * worker.working_well
            if rng() >= share:
                continue
            more = int(rng() * 1.3)
            for prompt in [prompts[0], *self.rng.sample(prompts[1:], more)]:
                self._answer(key, prompt, side, add, texts, BITS[factor, side])
        for prompt in self.rng.sample(self.place.others, 2):
            self._answer(key, prompt, "open", add, texts)
        return texts

    def _answer(
        self,
        key: str,
        prompt: str,
        side: str,
        add: Callable[..., None],
        texts: list[str],
        bit: int = 0,
    ) -> None:
        chance, text, status, source, kind = self.rng.random(), "", "answered", "", ""
        if chance < 0.82:
            text = self._sentence()
            texts.append(text)
            source = ("first_hand", "second_hand", "", "")[int(chance * 40) % 4]
            if side == "working_well":
                kind = ("strength", "strength", "act_of_protection", "")[int(chance * 400) % 4]
        else:
            status = "unknown" if chance < 0.95 else "declined" if chance < 0.98 else "not_asked"
        if status != "not_asked":
            self._seen.asked |= bit
        if status == "unknown":
            self._seen.unknown |= bit
        add(self._key(), key, prompt, text, status, source, kind)

    def _heard(self, key: str, worker: Somebody, began: int, ended: int) -> None:
        """File what the caller volunteered: more worries than what is working well."""
        rng = self.rng.random
        for factor in FACTORS:
            for side, share in (("worry", 0.24), ("working_well", 0.11 * worker.working_well)):
                while rng() < share:
                    self._seen.volunteered |= BITS[factor, side]
                    after = int(rng() * (ended - began))
                    self.tables.heard.add(
                        *(self._key(), key, factor, side, self._sentence()),
                        str(after),
                        _iso(began + after),
                    )

    def _people(self, key: str, began: int) -> tuple[Family, list[str]]:
        """Write the family: a new one, or one that was heard of before; also return the keys."""
        rng = self.rng.random
        if self._families and rng() < 0.2:
            family = self._families[int(rng() * len(self._families))]
        else:
            family = self._family()
            if len(self._families) < 4_000:
                self._families.append(family)
            else:
                self._families[int(rng() * 4_000)] = family
        at, people = _iso(began), [self._key() for _ in family.people]
        for row, about in zip(people, family.people, strict=True):
            self.tables.person.add(row, key, at, *about)
        return family, people

    def _family(self) -> Family:
        rng = self.rng.random
        firsts, lasts, is_surname_first = self._origins[int(rng() * len(self._origins))]
        last = lasts[int(rng() * len(lasts))]
        if rng() < 0.25:
            last = self._surnames[int(rng() * len(self._surnames))]
        address = (
            f"{1 + int(rng() * rng() * 9900)} {words.STREETS[int(rng() * len(words.STREETS))]} "
            f"{words.KINDS[int(rng() * rng() * len(words.KINDS))]}, "
            f"{words.TOWNS[int(rng() * rng() * len(words.TOWNS))]}"
        )
        people, births = list[tuple[str, ...]](), list[str]()
        children, grown = 1 + int(rng() * rng() * 4), 1 + int(rng() * 2.3)
        for place in range(children + grown):
            first = firsts[int(rng() * len(firsts))]
            is_child = place < children
            years = int(rng() * 18) if is_child else 19 + int(rng() * 40)
            born = ""
            if rng() < (0.7 if is_child else 0.45):
                born = date.fromordinal(739_000 - years * 365 - int(rng() * 365)).isoformat()
            births.append(born)
            people.append(
                (
                    "child" if is_child else "caregiver" if place < children + 2 else "other",
                    f"{last} {first}" if is_surname_first else f"{first} {last}",
                    born or NULL,
                    "girl" if is_child and rng() < 0.5 else "",
                    "" if is_child else ("mother", "father", "grandmother")[place - children],
                    address if rng() < 0.3 else "",
                    "t" if is_child and (place == 0 or rng() < 0.4) else "f",
                    "t" if place == children else "f",
                )
            )
        names, addresses = tuple(one[1] for one in people), tuple(one[5] for one in people)
        return Family(people, names, tuple(births), addresses)

    def _dispatches(self, key: str, worker: Somebody, began: int, ended: int) -> None:
        rng = self.rng.random
        if rng() < 0.09:
            told = _iso(began + int(rng() * (ended - began)))
            self.tables.dispatch.add(
                self._key(), key, "law_enforcement", "Desk", "phone", told, worker.id
            )
        if rng() < 0.45:
            self._seen.dispatched = ended + int(self.rng.lognormvariate(6.6, 0.9))
            told = _iso(self._seen.dispatched)
            self.tables.dispatch.add(
                self._key(), key, "responding_worker", "On call", "phone", told, worker.id
            )

    def _submissions(self, key: str, worker: Somebody, status: str, at: int, ended: int) -> None:
        """Write submissions and their reviews up to `status`; the last submission was at `at`."""
        is_second = status == "approved" and self.rng.random() > worker.care
        earliest = ended + (at - ended) // 3 if is_second else at
        self._seen.submitted = earliest
        last = self._submission(key, worker, 1, earliest)
        if is_second:
            self._review(key, last, worker, "returned", (earliest + at) // 2)
            last = self._submission(key, worker, 2, at)
        if status == "approved":
            self._seen.approved = at + int(self.rng.gammavariate(2, 9_000))
            self._review(key, last, worker, "approved", self._seen.approved)
        elif status in ("in_review", "returned"):
            outcome = "returned" if status == "returned" else ""
            self._review(key, last, worker, outcome, at + 900)

    def _summary(self, key: str, worker: Somebody, began: int, ended: int) -> None:
        """Write what the actions would have counted, which a test compares."""
        seen = self._seen
        day = datetime.fromtimestamp(began, self.place.agency.zone).date()
        self.tables.summary.add(
            *(key, str(self.place.agency.pk), worker.id, _iso(began)),
            monday_of(day).isoformat(),
            *(str(seen.asked), str(seen.volunteered), str(seen.unknown), str(seen.returns)),
            NULL if seen.dispatched is None else str(seen.dispatched - ended),
            str(seen.submitted - ended),
            NULL if seen.approved is None else str(seen.approved - ended),
        )

    def _submission(self, key: str, worker: Somebody, number: int, at: int) -> str:
        row, digest = self._key(), f"{self.rng.getrandbits(256):064x}"
        self.tables.submission.add(row, key, str(number), digest, worker.id, _iso(at))
        return row

    def _review(
        self, key: str, submission: str, worker: Somebody, outcome: str, decided: int
    ) -> None:
        self._seen.returns += outcome == "returned"
        others = self.place.supervisors
        reviewer = worker.supervisor
        if not reviewer or self.rng.random() < 0.2:
            reviewer = others[int(self.rng.random() * len(others))]
        claimed = _iso(decided - 300)
        self.tables.review.add(
            *(self._key(), key, submission, reviewer, claimed, claimed),
            _iso(decided) if outcome else NULL,
            outcome,
        )

    def _document(
        self,
        key: str,
        worker: Somebody,
        status: str,
        began: int,
        narrative: list[str],
        answers: list[str],
        family: Family | None,
        people: list[str],
    ) -> None:
        about = (family.names, family.births, family.addresses) if family else ((), (), ())
        agency, text = str(self.place.agency.pk), " ".join(narrative)
        self.documents.append(
            Document(
                *(key, agency, worker.id, status, _iso(began), text, tuple(answers), *about),
                people=tuple(people),
                sentences=(tuple(narrative), *((one,) for one in answers)),
            )
        )


_CLOCK = [
    f"T{hour:02}:{minute:02}:{second:02}+00:00"
    for hour in range(24)
    for minute in range(60)
    for second in range(60)
]


def _iso(at: int) -> str:
    day, second = divmod(at, 86400)
    return _day(day) + _CLOCK[second]


@cache
def _day(number: int) -> str:
    return datetime.fromtimestamp(number * 86400, UTC).date().isoformat()


def _plant(count: int) -> dict[int, list[str]]:
    """Return which intakes hold which rare phrases, spread over all of them."""
    planted: dict[int, list[str]] = {}
    for place, (phrase, times) in enumerate(PHRASES.items()):
        for turn in range(min(times, count // 4)):
            number = (turn * count // min(times, count // 4) + 17 * (place + 1)) % count
            planted.setdefault(number, []).append(phrase)
    return planted


def years_of(count: int) -> float:
    """Return over how many years so many intakes are spread (BENCH_YEARS)."""
    return float(os.environ.get("BENCH_YEARS") or max(3, count / A_YEAR))


def make_place(rng: Random, count: int) -> Place:
    """Make the agency with its people, editions and tables, dated before the first call."""
    began = UNTIL - timedelta(days=365 * years_of(count) + 30)
    agency = Agency.objects.create(id=_uuid(rng), name="Crowd County", slug="crowd")
    sets, options = read_fixtures()
    load_question_sets(sets=sets, at=began)
    load_response_options(options=options)
    load_tables(**read_tables())
    supervisors = [_make_user(rng, agency, f"chief{n}", "supervisors") for n in range(SUPERVISORS)]
    workers = []
    for place in range(WORKERS):
        user = _make_user(rng, agency, f"crowd{place}", "workers")
        team = place % (SUPERVISORS + 1)  # the last ones belong to none
        if team < SUPERVISORS:
            user.supervisor = supervisors[team]
            user.save(update_fields=["supervisor"])
        supervisor = str(user.supervisor_id or "")
        habits = (0.8 + 0.3 * rng.random(), 0.6 + 0.1 * (team % 4) + 0.3 * rng.random())
        workers.append(Somebody(str(user.pk), supervisor, *habits, care=0.8 + 0.19 * rng.random()))
    edition = Edition.objects.get(agency=agency)
    prompts: dict[tuple[str, str], list[str]] = {}
    asked = Prompt.objects.filter(edition=edition, kind="question", bound_to="")
    for prompt in asked.select_related("question_set", "pair").order_by(
        "question_set__position", "-pair__is_core", "position", "side"
    ):
        prompts.setdefault((prompt.question_set.key, prompt.side), []).append(str(prompt.pk))
    return Place(
        agency=agency,
        edition=edition,
        workers=workers,
        supervisors=[str(one.pk) for one in supervisors],
        prompts={key: found for key, found in prompts.items() if key[0] in FACTORS},
        others=[one for key, found in prompts.items() if key[0] not in FACTORS for one in found],
        options={one.key: one for one in ResponseOption.objects.filter(agency=agency)},
    )


def _uuid(rng: Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def _make_user(rng: Random, agency: Agency, name: str, role: str) -> User:
    user = User(id=_uuid(rng), agency=agency, username=name, first_name=name.capitalize())
    user.set_unusable_password()
    user.save()
    user.groups.add(Group.objects.get(name=role))
    return user


def fill(
    count: int = INTAKES,
    seed: int = 1,
    *,
    each: Callable[[list[Document]], None] | None = None,
    beside: Sequence[type[Model]] = (),
    is_checked: bool = False,
) -> Agency:
    """Fill the empty database with `count` intakes; return their agency.

    `each` gets the documents of every batch, in the process that wrote it, and fills the tables
    of `beside`. What only costs time and room is left out (`bared`, `UNREAD`), unless
    `is_checked`, which is for tests.
    """
    rng = Random(seed)
    place = make_place(rng, count)
    writer = Crowd(place, count, rng.getrandbits(32))
    if is_checked:
        for part in range(PARTS):
            writer.write(part, each)
    else:
        with bared(*beside, *(one.model for one in writer.tables.all())):
            side_by_side(_write, [(writer, part, each) for part in range(PARTS)])
    for (year, is_practice), last in writer.numbers.items():
        ReferenceCounter.objects.create(
            agency=place.agency, year=year, is_practice=is_practice, last=last
        )
    return place.agency


def _write(writer: Crowd, part: int, each: Callable[[list[Document]], None] | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no trigger fires
    writer.write(part, each, is_whole=False)


def side_by_side(call: Callable[..., None], given: Sequence[tuple[Any, ...]]) -> None:
    """Make a call with each of what is given, two at a time in processes of their own."""
    connections.close_all()
    _given[:] = given  # too much to be sent: a fork has it
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(PARTS, mp_context=context) as pool:
        list(pool.map(partial(_call, call), range(len(given))))


_given: list[tuple[Any, ...]] = []


def _call(call: Callable[..., None], place: int) -> None:
    call(*_given[place])


@contextmanager
def bared(*models: type[Model]) -> Iterator[None]:
    """While it lasts the models' tables have no index, no constraint and no log.

    Afterwards they have what is read: every index and key, but of the tables of `CONTENT` only
    those by the intake. Foreign keys and checks do not come back; tests make the same rows with
    all of them. Two tables at a time are worked on, the first one first: it should be the longest.
    """
    tables = [one._meta.db_table for one in models]
    content = [one._meta.db_table for one in models if one in CONTENT]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype"
            " FROM pg_constraint WHERE conrelid::regclass::text = ANY(%s) ORDER BY conname",
            [tables],
        )
        constraints = cursor.fetchall()
        cursor.execute(
            "SELECT tablename, indexdef, indexname FROM pg_indexes WHERE tablename = ANY(%s) AND "
            "NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname) ORDER BY indexname",
            [tables],
        )
        indexes = cursor.fetchall()
        for table, name, _, _ in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {_quoted(name)} CASCADE")
        for _, _, name in indexes:
            cursor.execute(f"DROP INDEX {_quoted(name)}")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} SET UNLOGGED")
    yield
    again = [
        (table, f"ALTER TABLE {table} ADD CONSTRAINT {_quoted(name)} {definition}")
        for table, name, definition, kind in constraints
        if kind in "pu"
    ] + [(table, definition) for table, definition, _ in indexes]
    of_table = {
        table: [
            statement
            for of, statement in again
            if of == table and (table not in content or statement.endswith("(intake_id)"))
        ]
        for table in tables
    }
    side_by_side(_build, list(of_table.items()))


def _build(table: str, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '2GB'")
        for statement in [*statements, f"VACUUM (ANALYZE, INDEX_CLEANUP off) {table}"]:
            cursor.execute(statement)


def main() -> int:
    """Fill the database that DATABASE_URL names; say how long it took."""
    count = int(os.environ.get("BENCH_INTAKES") or INTAKES)
    began = time.monotonic()
    fill(count, int(os.environ.get("BENCH_SEED") or 1))
    spent = time.monotonic() - began
    print(f"{count} intakes in {spent:.0f} s, {count / spent:.0f}/s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
