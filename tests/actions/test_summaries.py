"""What figures are made of: the row of a call equals a recount, whatever was done before."""

import uuid
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.actions import amendments, calls, comments, dispatches, reviews, summaries, wrap_up
from intake.actions.summaries import count_missing
from intake.errors import Refused
from intake.models import Answer, CallSummary, HeardNote, Intake, Prompt, User
from intake.models.insights import PLACES
from tests.factory import NOW, make_call, make_ready, put, submit

Bits = tuple[int, int, int]


def read_bits(call: Intake) -> Bits:
    """Asked, volunteered, unknown: counted from the rows, one by one."""
    asked, volunteered, unknown = set(), set(), set()
    for answer in Answer.objects.filter(intake=call).select_related("prompt__question_set"):
        place = (answer.prompt.question_set.key, answer.prompt.side)
        if answer.status != "not_asked":
            asked.add(place)
        if answer.status == "unknown":
            unknown.add(place)
    for note in HeardNote.objects.filter(intake=call):
        if not note.is_removed:
            volunteered.add((note.factor, note.side))

    def bits(places: set[tuple[str, str]]) -> int:
        return sum(2 ** PLACES.index(one) for one in places if one in PLACES)

    return bits(asked), bits(volunteered), bits(unknown)


def seconds(call: Intake, times: list[datetime]) -> int | None:
    assert call.ended_at is not None
    return max(0, int((min(times) - call.ended_at).total_seconds())) if times else None


def expect_recount(call: Intake, bits: Bits) -> None:
    """Fail unless the call's row says what a recount says; `bits` are those last submitted."""
    call.refresh_from_db()
    row = CallSummary.objects.filter(intake=call).first()
    if call.submitted_at is None or call.entered_in_error_at is not None:
        assert row is None
        return
    assert row is not None
    assert (row.asked, row.volunteered, row.unknown) == bits
    if call.status != "returned":  # else the worker may be writing again
        assert bits == read_bits(call)
    found = list(call.reviews.all())
    assert row.worker_id == call.worker_id
    assert (row.agency_id, row.started_at) == (call.agency_id, call.started_at)
    assert row.returns == sum(one.outcome == "returned" for one in found)
    assert row.approved_after == seconds(
        call, [one.decided_at for one in found if one.outcome == "approved" and one.decided_at]
    )
    assert row.submitted_after == seconds(call, [one.at for one in call.submissions.all()])
    told = call.dispatches.filter(told="responding_worker", withdrawn_at=None)
    assert row.dispatched_after == seconds(call, [one.told_at for one in told])


class Course:
    """One call, and what is done with it; what is not possible now is refused."""

    def __init__(self, worker: User, supervisor: User) -> None:
        self.worker, self.supervisor = worker, supervisor
        self.at = NOW
        self.call = make_call(worker, self.at)
        make_ready(worker, self.call)
        self.prompts = list(
            Prompt.objects.filter(edition=self.call.edition, kind="question", bound_to="")
            .exclude(side="open")
            .order_by("key")[::7]
        )
        self.notes: list[uuid.UUID] = []
        self.bits: Bits = (0, 0, 0)

    def do(self, verb: str, number: int) -> None:
        self.at += timedelta(seconds=40 + number)
        with suppress(Refused):
            getattr(self, verb)(number)
        expect_recount(self.call, self.bits)

    def _put(self, name: str, text: str, **row: str) -> None:
        noun, key, column = name.split(".")
        found: Answer | HeardNote | None = (
            Answer.objects.filter(intake=self.call, prompt_id=key).first()
            if noun == "answer"
            else HeardNote.objects.filter(pk=key).first()
        )
        base = found.revision_of(column) if found else 0
        put(self.worker, self.call, name, text, base=base, at=self.at, **row)

    def answer(self, number: int) -> None:
        prompt = self.prompts[number % len(self.prompts)]
        status = ("text", "unknown", "declined", "not_asked")[number % 4]
        if status == "text":
            self._put(f"answer.{prompt.pk}.text", f"Said {number}.")
        else:
            self._put(f"answer.{prompt.pk}.text", "")
            self._put(f"answer.{prompt.pk}.status", status)

    def hear(self, number: int) -> None:
        factor, side = PLACES[number % len(PLACES)]
        key = uuid.uuid4()
        self._put(f"heard.{key}.text", f"Told {number}.", factor=factor, side=side)
        self.notes.append(key)

    def take_out(self, number: int) -> None:
        if self.notes:
            key = self.notes[number % len(self.notes)]
            self._put(f"heard.{key}.is_removed", "yes" if number % 3 else "no")

    def end(self, number: int) -> None:
        calls.end_call(actor=self.worker, intake_id=self.call.pk, at=self.at)

    def submit(self, number: int) -> None:
        wrap_up.submit_intake(actor=self.worker, intake_id=self.call.pk, at=self.at)
        self.bits = read_bits(self.call)

    def claim(self, number: int) -> None:
        reviews.claim_intake(actor=self.supervisor, intake_id=self.call.pk, at=self.at)

    def release(self, number: int) -> None:
        reviews.release_intake(actor=self.supervisor, intake_id=self.call.pk, at=self.at)

    def give_back(self, number: int) -> None:
        comments.add_comment(
            actor=self.supervisor,
            intake_id=self.call.pk,
            anchor="narrative.text",
            text="Who?",
            at=self.at,
        )
        reviews.return_intake(actor=self.supervisor, intake_id=self.call.pk, at=self.at)

    def approve(self, number: int) -> None:
        if number % 2:
            reviews.approve_intake(actor=self.supervisor, intake_id=self.call.pk, at=self.at)

    def tell(self, number: int) -> None:
        dispatches.tell(
            actor=self.worker,
            intake_id=self.call.pk,
            told=("responding_worker", "tribe")[number % 2],
            who="On call",
            how="",
            at=self.at,
            told_at=self.call.started_at + timedelta(seconds=number),
        )

    def withdraw(self, number: int) -> None:
        told = self.call.dispatches.filter(withdrawn_at=None).first()
        if told is not None:
            dispatches.withdraw(
                actor=self.worker, intake_id=self.call.pk, dispatch_id=told.pk, at=self.at
            )

    def mistake(self, number: int) -> None:
        if number % 5 == 0:
            amendments.enter_in_error(
                actor=self.supervisor, intake_id=self.call.pk, reason="Twice", at=self.at
            )


SAVES = ("answer", "answer", "hear", "take_out")
MOVES = (
    *("end", "submit", "submit", "claim", "claim", "release", "give_back", "give_back"),
    *("approve", "tell", "withdraw", "mistake"),
)


@pytest.fixture
def pair(worker: User, supervisor: User) -> tuple[User, User]:
    return worker, supervisor


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(SAVES + MOVES), st.integers(0, 59)), min_size=4, max_size=16
    ),
    ending=st.lists(st.sampled_from(MOVES), max_size=6),
)
def test_the_row_equals_a_recount_after_whatever_was_done(
    pair: tuple[User, User], steps: list[tuple[str, int]], ending: list[str]
) -> None:
    course = Course(*pair)
    for verb, number in steps:
        course.do(verb, number)
    course.do("submit", 1)
    for verb in ending:
        course.do(verb, 1)
    if course.call.status == "returned":
        course.do("submit", 1)
    CallSummary.objects.all().delete()
    count_missing()
    course.bits = read_bits(course.call)
    expect_recount(course.call, course.bits)


def test_every_step_of_a_course_does_something(worker: User, supervisor: User) -> None:
    """What the property relies on: saves and moves of a course are not all refused."""
    course = Course(worker, supervisor)
    for verb, number in (
        *(("answer", 0), ("answer", 1), ("hear", 3), ("hear", 4), ("take_out", 1)),
        *(("end", 0), ("tell", 30), ("submit", 1), ("claim", 1), ("give_back", 1)),
        *(("answer", 2), ("submit", 1), ("claim", 1), ("approve", 1), ("tell", 0)),
    ):
        course.do(verb, number)
    row = CallSummary.objects.get()
    assert row.asked and row.unknown
    assert row.volunteered == 2 ** (3 if HeardNote.objects.get(text="Told 4.").is_removed else 4)
    assert row.returns == 1
    assert row.dispatched_after == 0
    assert row.submitted_after > 0
    assert row.approved_after is not None
    assert row.approved_after > row.submitted_after


def test_nothing_that_is_typed_counts(worker: User, call: Intake) -> None:
    for prompt in Prompt.objects.filter(edition=call.edition, pair__is_core=True):
        put(worker, call, f"answer.{prompt.pk}.status", "unknown")
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    assert not CallSummary.objects.exists()
    submit(worker, call)
    assert CallSummary.objects.get().asked == CallSummary.objects.get().unknown == 2**10 - 1


def test_what_is_no_call_for_the_figures_has_no_row(worker: User, supervisor: User) -> None:
    practice = calls.start_call(actor=worker, at=NOW, is_practice=True)
    submit(worker, practice)
    closed = make_call(worker)
    calls.close_no_report(actor=worker, intake_id=closed.pk, reason="hung_up", at=NOW)
    paper = make_call(worker)
    Intake.objects.filter(pk=paper.pk).update(method=Intake.Method.WRITTEN)
    submit(worker, paper)
    wrong = make_call(worker)
    submit(worker, wrong)
    assert list(CallSummary.objects.values_list("intake", flat=True)) == [wrong.pk]
    amendments.enter_in_error(actor=supervisor, intake_id=wrong.pk, reason="Twice", at=NOW)
    assert not CallSummary.objects.exists()
    assert count_missing() == 0


def test_a_week_begins_on_the_agencys_monday(worker: User) -> None:
    sunday_night = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)  # 23:30 in Los Angeles
    monday = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    for at in (sunday_night, monday):
        submit(worker, make_call(worker, at), at)
    weeks = CallSummary.objects.order_by("started_at").values_list("week", flat=True)
    assert list(weeks) == [date(2026, 2, 23), date(2026, 3, 2)]


def test_a_returned_intake_that_another_goes_on_with_counts_for_that_one(
    worker: User, worker2: User, supervisor: User, call: Intake
) -> None:
    submit(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    comment = reviews.NewComment("narrative.text", "Who?")
    reviews.return_intake(
        actor=supervisor, intake_id=call.pk, comments=[comment], to=worker2.pk, at=NOW
    )
    assert CallSummary.objects.get().worker_id == worker2.pk


def test_the_command_counts_what_is_missing_once(
    worker: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "BATCH", 2)
    for _ in range(5):
        submit(worker, make_call(worker))
    submit(stranger, make_call(stranger, NOW + timedelta(hours=1)))
    kept = CallSummary.objects.first()
    assert kept is not None
    before = list(CallSummary.objects.order_by("pk").values())
    CallSummary.objects.exclude(pk=kept.pk).delete()
    CallSummary.objects.update(asked=512)  # what is there is left alone
    for expected in ("5 calls", "0 calls"):
        out = StringIO()
        call_command("count_calls", stdout=out)
        assert out.getvalue().startswith(expected)
    assert CallSummary.objects.get(pk=kept.pk).asked == 512
    CallSummary.objects.filter(pk=kept.pk).update(asked=0)
    assert list(CallSummary.objects.order_by("pk").values()) == before
