"""Silent assist: the flag is a fact, a line is one line, and a call's end puts both away."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from intake.actions import assist, calls, hand_overs, wrap_up
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.exports.json import export_json
from intake.models import AssistLine, AuditEvent, Follower, HelpFlag, Intake, User
from intake.models.assist import FOLLOWS, LINE_LIMIT
from intake.worksheet import build_help, build_live
from tests.factory import NOW, make_call, make_ready, make_user, submit

LATER = NOW + timedelta(minutes=4)


def ask(worker: User, call: Intake, minutes: float = 0) -> HelpFlag:
    return assist.ask_help(actor=worker, intake_id=call.pk, at=NOW + timedelta(minutes=minutes))


def send(
    actor: User, call: Intake, text: str = "Ask where he sleeps.", minutes: float = 0
) -> AssistLine:
    at = NOW + timedelta(minutes=minutes)
    return assist.send_line(actor=actor, intake_id=call.pk, key=uuid.uuid4(), text=text, at=at)


def verbs(call: Intake) -> list[str]:
    found = AuditEvent.objects.filter(subject_id=call.pk, verb__startswith="assist.")
    return sorted(found.values_list("verb", flat=True))


def test_the_flag_is_raised_once_and_taken_back(worker: User, call: Intake) -> None:
    flag = ask(worker, call)
    assert (flag.raised_at, flag.raised_by, flag.lowered_at) == (NOW, worker, None)
    assert ask(worker, call, minutes=1) == flag  # pressed twice
    assert HelpFlag.objects.get().raised_at == NOW
    assert build_help(call.pk, at=NOW).asked_at == NOW
    assist.take_help_back(actor=worker, intake_id=call.pk, at=LATER)
    assist.take_help_back(actor=worker, intake_id=call.pk, at=LATER)  # again: nothing
    flag.refresh_from_db()
    assert (flag.lowered_at, flag.lowered_by) == (LATER, worker)
    assert build_help(call.pk, at=LATER).is_quiet
    assert verbs(call) == ["assist.asked", "assist.taken_back"]
    ask(worker, call, minutes=5)  # a fact of its own
    assert HelpFlag.objects.count() == 2


def test_the_database_holds_one_flag_up(worker: User, call: Intake) -> None:
    ask(worker, call)
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpFlag.objects.create(intake=call, raised_at=NOW, raised_by=worker)
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpFlag.objects.update(lowered_at=NOW)  # by nobody


@pytest.mark.parametrize("who", ["worker2", "supervisor", "administrator", "privacy", "stranger"])
def test_nobody_else_raises_or_lowers_it(
    worker: User, call: Intake, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    with pytest.raises(Intake.DoesNotExist):
        ask(user, call)
    ask(worker, call)
    with pytest.raises(Intake.DoesNotExist):
        assist.take_help_back(actor=user, intake_id=call.pk, at=NOW)
    assert HelpFlag.objects.raised().count() == 1


def test_a_practice_call_and_one_that_is_over_have_no_flag(
    worker: User, supervisor: User, call: Intake
) -> None:
    practice = calls.start_call(actor=worker, at=NOW, is_practice=True)
    with pytest.raises(NotPossibleNow, match="no supervisor follows"):
        ask(worker, practice)
    with pytest.raises(Intake.DoesNotExist):
        send(supervisor, practice)
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    with pytest.raises(NotPossibleNow, match="is over"):
        ask(worker, call)
    with pytest.raises(NotPossibleNow, match="was not sent"):
        send(supervisor, call)
    assert not HelpFlag.objects.exists()
    assert not AssistLine.objects.exists()


def test_a_dropped_call_is_waited_for(worker: User, supervisor: User, call: Intake) -> None:
    ask(worker, call)
    calls.interrupt_call(actor=worker, intake_id=call.pk, reason="dropped", at=NOW)
    assert HelpFlag.objects.raised().exists()
    assert send(supervisor, call).seen_at is None


def end(worker: User, _: User, call: Intake) -> None:
    calls.end_call(actor=worker, intake_id=call.pk, at=LATER)


def hand_over(worker: User, worker2: User, call: Intake) -> None:
    offer = hand_overs.offer_call(actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=NOW)
    assert HelpFlag.objects.raised().exists()  # the offer alone changes nothing
    hand_overs.answer_offer(actor=worker2, hand_over_id=offer.pk, answer="accepted", at=LATER)


def close(worker: User, _: User, call: Intake) -> None:
    calls.close_no_report(actor=worker, intake_id=call.pk, reason="information", at=LATER)


def submit_it(worker: User, _: User, call: Intake) -> None:
    make_ready(worker, call)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=LATER)


@pytest.mark.parametrize("deed", [end, hand_over, close, submit_it])
def test_what_ends_a_call_for_its_worker_lowers_the_flag_and_puts_lines_away(
    worker: User,
    worker2: User,
    supervisor: User,
    call: Intake,
    deed: Callable[[User, User, Intake], None],
) -> None:
    ask(worker, call)
    line = send(supervisor, call)
    deed(worker, worker2, call)
    flag = HelpFlag.objects.get()
    assert flag.lowered_at == LATER
    assert flag.lowered_by == (worker2 if deed is hand_over else worker)
    line.refresh_from_db()
    assert (line.put_away_at, line.seen_at) == (LATER, None)
    assert build_help(call.pk, at=LATER).is_quiet
    assert verbs(call) == ["assist.asked", "assist.line_sent", "assist.lowered"]


def test_a_resumed_call_begins_without_flag_and_lines(
    worker: User, supervisor: User, call: Intake
) -> None:
    ask(worker, call)
    send(supervisor, call)
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    calls.resume_call(actor=worker, intake_id=call.pk, at=LATER)
    assert build_help(call.pk, at=LATER).is_quiet


def test_the_newest_line_is_shown_until_it_is_dismissed(
    worker: User, supervisor: User, call: Intake
) -> None:
    first, second = send(supervisor, call), send(supervisor, call, "Take your time.", minutes=1)
    told = build_help(call.pk, at=LATER)
    assert told.line == second
    done = assist.dismiss_line(actor=worker, intake_id=call.pk, line_id=second.pk, at=LATER)
    assert done.seen_at == LATER
    again = assist.dismiss_line(
        actor=worker, intake_id=call.pk, line_id=second.pk, at=LATER + timedelta(hours=1)
    )
    assert again.seen_at == LATER
    assert build_help(call.pk, at=LATER).line is None  # the older one does not come back
    first.refresh_from_db()
    assert first.seen_at is None
    assert verbs(call) == ["assist.line_seen", "assist.line_sent", "assist.line_sent"]


def test_a_line_is_sent_once(supervisor: User, call: Intake, worker: User) -> None:
    key = uuid.uuid4()
    for text in ("Once.", "Changed meanwhile."):
        line = assist.send_line(actor=supervisor, intake_id=call.pk, key=key, text=text, at=NOW)
        assert line.text == "Once."
    assert AssistLine.objects.count() == 1
    other = make_call(worker)
    with pytest.raises(InvalidValue, match="out of date"):
        assist.send_line(actor=supervisor, intake_id=other.pk, key=key, text="x", at=NOW)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write a line first"),
        (" \n ", "Write a line first"),
        ("One\nTwo", "more than one line"),
        ("One\r\nTwo", "more than one line"),
        ("One\u2028Two", "more than one line"),
        ("x" * (LINE_LIMIT + 1), f"{LINE_LIMIT + 1} characters"),
    ],
)
def test_what_is_no_line_is_refused(
    supervisor: User, call: Intake, text: str, sentence: str
) -> None:
    with pytest.raises(InvalidValue, match=sentence):
        send(supervisor, call, text)
    assert not AssistLine.objects.exists()
    assert verbs(call) == []


def test_the_longest_line_counts_code_points(supervisor: User, call: Intake) -> None:
    assert send(supervisor, call, f"  {'😀' * LINE_LIMIT}\n").text == "😀" * LINE_LIMIT
    with pytest.raises(IntegrityError), transaction.atomic():
        AssistLine.objects.update(text="x" * (LINE_LIMIT + 1))


@pytest.mark.parametrize("who", ["worker2", "administrator", "privacy", "stranger"])
def test_who_is_no_supervisor_of_the_agency_sends_nothing(
    call: Intake, who: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(Intake.DoesNotExist):
        send(request.getfixturevalue(who), call)
    assert not AssistLine.objects.exists()


def test_workers_send_no_lines_and_nobody_sends_them_to_himself(worker: User, call: Intake) -> None:
    with pytest.raises(NotAllowed):
        send(worker, call)
    both = make_user(call.agency, "both", "workers", "supervisors")
    own = make_call(both)
    with pytest.raises(NotAllowed):
        send(both, own)
    assert send(both, call).author == both


def test_only_the_worker_of_the_call_dismisses(
    worker: User, worker2: User, supervisor: User, stranger: User, call: Intake
) -> None:
    line = send(supervisor, call)
    for user in (worker2, supervisor, stranger):
        with pytest.raises(Intake.DoesNotExist):
            assist.dismiss_line(actor=user, intake_id=call.pk, line_id=line.pk, at=NOW)
    other = make_call(worker)
    with pytest.raises(AssistLine.DoesNotExist):
        assist.dismiss_line(actor=worker, intake_id=other.pk, line_id=line.pk, at=NOW)
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    with pytest.raises(AssistLine.DoesNotExist):
        assist.dismiss_line(actor=worker, intake_id=call.pk, line_id=line.pk, at=NOW)
    line.refresh_from_db()
    assert line.seen_at is None


def test_who_follows_is_told_and_forgotten_when_the_page_is_silent(
    worker: User, supervisor: User, call: Intake
) -> None:
    assist.follow_call(actor=supervisor, intake=call, at=NOW)
    assert build_help(call.pk, at=NOW).followers == ("Supervisor Example",)
    assert build_help(call.pk, at=NOW).is_near
    for seconds in range(2, 13, 2):  # a page asks every 2 s; that is written every 5 s
        at = NOW + timedelta(seconds=seconds)
        assist.go_on_following(actor=supervisor, intake=call, at=at)
    seen_at = Follower.objects.get().seen_at
    assert seen_at == NOW + timedelta(seconds=12)
    assert build_help(call.pk, at=seen_at + FOLLOWS - timedelta(seconds=1)).followers
    assert build_help(call.pk, at=seen_at + FOLLOWS).is_quiet
    assist.go_on_following(actor=supervisor, intake=call, at=LATER)
    assert build_help(call.pk, at=LATER).followers
    calls.end_call(actor=worker, intake_id=call.pk, at=LATER)
    assert build_help(call.pk, at=LATER).is_quiet
    assert AuditEvent.objects.filter(verb="intake.followed").count() == 1


def test_nothing_of_it_is_part_of_the_submission(
    worker: User, supervisor: User, call: Intake
) -> None:
    ask(worker, call)
    send(supervisor, call, "Canary line.")
    assist.follow_call(actor=supervisor, intake=call, at=NOW)
    content = export_json(submit(worker, call)).decode()
    assert "Canary line" not in content
    assert "Supervisor Example" not in content


def test_live_calls_are_those_that_go_on_and_flags_come_first(
    worker: User, worker2: User, supervisor: User, stranger: User
) -> None:
    def minutes_ago(minutes: float, by: User = worker) -> Intake:
        return make_call(by, NOW - timedelta(minutes=minutes))

    old, young, danger, first, second = (minutes_ago(one) for one in (50, 1, 9, 2, 30))
    Intake.objects.filter(pk=danger.pk).update(danger_now="yes")
    ask(worker, second, minutes=2)
    ask(worker, first, minutes=1)
    over = minutes_ago(3, worker2)
    calls.end_call(actor=worker2, intake_id=over.pk, at=NOW)
    calls.start_call(actor=worker, at=NOW, is_practice=True)
    minutes_ago(1, stranger)
    rows = build_live(supervisor, at=NOW, limit=10)
    assert [row.intake for row in rows] == [first, second, danger, young, old]
    assert [row.elapsed for row in rows] == [120, 1800, 540, 60, 3000]
    assert [bool(row.asked_at) for row in rows] == [True, True, False, False, False]
    assert [row.is_in_danger for row in rows] == [False, False, True, False, False]
    assert len(build_live(supervisor, at=NOW, limit=3)) == 3
