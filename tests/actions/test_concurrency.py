"""Two at once on PostgreSQL: the row lock of the intake puts them in order, and nothing is lost."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from intake import fields
from intake.actions import assist, calls, hand_overs, reviews, users, wrap_up
from intake.actions.pages import Held, hold_call, leave_call
from intake.actions.saves import Saved, save_field
from intake.actions.written_reports import start_written_report
from intake.errors import HeldElsewhere, NotPossibleNow, Refused, StaleRevision
from intake.fields import Save
from intake.models import (
    Agency,
    Answer,
    CallPage,
    HandOver,
    HelpFlag,
    Intake,
    Narrative,
    Person,
    Review,
    Submission,
    User,
)
from tests.factory import NOW, core_prompt, make_call, make_ready, make_user, submit

pytestmark = [pytest.mark.postgresql_only, pytest.mark.usefixtures("transactional_db")]

ROUNDS = 8  # a race that is lost now and then shows itself
PATIENCE = 30  # seconds


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all deeds at the same moment, each on its own connection; return results or refusals."""
    outcomes: list[Any] = [None] * len(deeds)
    start = threading.Barrier(len(deeds))

    def run(index: int, deed: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            outcomes[index] = deed()
        except Exception as refusal:  # noqa: BLE001 - `split` looks at what it was
            outcomes[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return outcomes


def saving(worker: User, call: Intake, name: str, text: str, **about: Any) -> Callable[[], Saved]:
    save = Save(
        field=fields.parse_name(name),
        base=about.get("base", 0),
        key=about.get("key") or uuid.uuid4(),
        text=text,
        row=about.get("row", {}),
        page=about.get("page"),
    )
    return lambda: save_field(actor=worker, intake_id=call.pk, save=save, at=NOW)


def split(outcomes: list[Any]) -> tuple[list[Any], list[Any]]:
    """What was done and what was refused; anything else is a defect."""
    refused = [one for one in outcomes if isinstance(one, Refused)]
    done = [one for one in outcomes if not isinstance(one, Exception)]
    assert len(done) + len(refused) == len(outcomes), outcomes
    return done, refused


@pytest.mark.parametrize("name", ["narrative.text", "answer.text"])
def test_of_two_texts_on_one_base_one_is_told_of_the_other(worker: User, name: str) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        field = name.replace("answer", f"answer.{core_prompt(call).pk}")
        texts = ("Mine", "Theirs")
        done, refused = split(at_once(*(saving(worker, call, field, one) for one in texts)))
        assert (len(done), len(refused)) == (1, 1)
        assert isinstance(refused[0], StaleRevision)
        model = Narrative if name == "narrative.text" else Answer
        stored = model.objects.get(intake=call).text
        assert refused[0].text == stored
        assert stored in texts


def test_one_save_sent_twice_is_stored_once(worker: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        key = uuid.uuid4()
        twice = [saving(worker, call, "narrative.text", "Once", key=key) for _ in range(2)]
        done, refused = split(at_once(*twice))
        assert not refused
        assert {one.revision for one in done} == {1}


def test_a_new_row_is_made_once_and_holds_both_fields(worker: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        row, about = uuid.uuid4(), {"role": "child"}
        done, _ = split(
            at_once(
                saving(worker, call, f"person.{row}.name", "Amir", row=about),
                saving(worker, call, f"person.{row}.age", "7", row=about),
            )
        )
        assert len(done) == 2
        person = Person.objects.get(intake=call)
        assert (person.name, person.age) == ("Amir", "7")


def holding(worker: User, call: Intake, page: uuid.UUID, **about: Any) -> Callable[[], Held]:
    return partial(
        hold_call,
        actor=worker,
        intake_id=call.pk,
        page=page,
        at=NOW + timedelta(seconds=1),
        **about,
    )


def test_of_two_pages_that_open_a_call_one_writes(worker: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        pages = [uuid.uuid4() for _ in range(3)]
        done, refused = split(at_once(*(holding(worker, call, page) for page in pages)))
        assert not refused
        assert [one.is_held for one in done].count(True) == 1
        call.refresh_from_db()
        assert call.holder_id == pages[[one.is_held for one in done].index(True)]


def test_a_save_and_a_taking_over_are_put_in_order(worker: User) -> None:
    """Either the save came first and stands, or its page is told; the holder's text is whole."""
    for _ in range(ROUNDS):
        call = make_call(worker)
        first, second = uuid.uuid4(), uuid.uuid4()
        holding(worker, call, first)()
        saved, held = at_once(
            saving(worker, call, "narrative.text", "Typed", page=first),
            holding(worker, call, second, takes_over=True),
        )
        assert held.is_held
        narrative = Narrative.objects.filter(intake=call).first()
        if isinstance(saved, HeldElsewhere):
            assert narrative is None or narrative.text == ""
        else:
            assert isinstance(saved, Saved)
            assert narrative is not None
            assert narrative.text == "Typed"


def test_a_page_that_leaves_while_another_comes_leaves_nobody_out(worker: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        first, second = uuid.uuid4(), uuid.uuid4()
        holding(worker, call, first)()
        leaving = partial(leave_call, actor=worker, intake_id=call.pk, page=first)
        _, refused = split(at_once(leaving, holding(worker, call, second)))
        assert not refused
        assert holding(worker, call, second)().is_held  # at its next ping at the latest
        assert not CallPage.objects.filter(pk=first).exists()


def test_of_two_written_reports_of_a_call_one_is_told_of_the_other(
    worker: User, worker2: User
) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        entering = (
            partial(
                start_written_report,
                actor=actor,
                follows_id=None,
                reference=call.reference,
                medium="paper",
                received_at=NOW,
                at=NOW,
            )
            for actor in (worker, worker2)
        )
        done, refused = split(at_once(*entering))
        assert [one.follows_id for one in done] == [call.pk]
        assert "was entered already" in refused[0].sentence
        assert Intake.objects.filter(follows=call).count() == 1


def test_a_save_beside_a_submission_is_in_it_or_refused(worker: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        make_ready(worker, call)
        saved, submitted = at_once(
            saving(worker, call, "narrative.text", "A last word"),
            partial(wrap_up.submit_intake, actor=worker, intake_id=call.pk, at=NOW),
        )
        assert isinstance(submitted, Submission)
        is_in_it = "A last word" in Submission.objects.get(intake=call).content.text
        assert is_in_it != isinstance(saved, NotPossibleNow)
        assert is_in_it == (Narrative.objects.get(intake=call).text == "A last word")


def test_two_submissions_at_once_make_one(worker: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        make_ready(worker, call)
        deed = partial(wrap_up.submit_intake, actor=worker, intake_id=call.pk, at=NOW)
        done, refused = split(at_once(deed, deed))
        assert (len(done), len(refused)) == (1, 1)
        assert Submission.objects.filter(intake=call).count() == 1


def test_calls_that_start_at_once_have_references_of_their_own(worker: User, worker2: User) -> None:
    for _ in range(ROUNDS):
        deeds = [partial(make_call, who) for who in (worker, worker2) * 2]
        done, refused = split(at_once(*deeds))
        assert not refused
        assert len({one.reference for one in done}) == 4


def test_an_intake_is_claimed_once(worker: User, supervisor: User) -> None:
    assert supervisor.agency is not None
    second = make_user(supervisor.agency, "supervisor2", "supervisors")
    for _ in range(ROUNDS):
        call = make_call(worker)
        submit(worker, call)
        deeds = [
            partial(reviews.claim_intake, actor=who, intake_id=call.pk, at=NOW)
            for who in (supervisor, second)
        ]
        done, refused = split(at_once(*deeds))
        assert (len(done), len(refused)) == (1, 1)


def test_no_report_beside_a_person_is_one_or_the_other(worker: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        row = uuid.uuid4()
        saved, closed = at_once(
            saving(worker, call, f"person.{row}.name", "Amir", row={"role": "child"}),
            partial(
                calls.close_no_report, actor=worker, intake_id=call.pk, reason="mistake", at=NOW
            ),
        )
        call.refresh_from_db()
        is_closed = call.status == "closed_no_report"
        assert is_closed == isinstance(saved, NotPossibleNow)
        assert is_closed != isinstance(closed, NotPossibleNow)


def test_a_save_beside_an_acceptance_is_stored_or_refused(worker: User, worker2: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        offered = hand_overs.offer_call(
            actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=NOW
        )
        saved, accepted = at_once(
            saving(worker, call, "narrative.text", "A last word"),
            partial(
                hand_overs.answer_offer,
                actor=worker2,
                hand_over_id=offered.pk,
                answer="accepted",
                at=NOW,
            ),
        )
        assert isinstance(accepted, Intake)
        text = Narrative.objects.get(intake=call).text
        assert isinstance(saved, Intake.DoesNotExist) == (text == "")
        call.refresh_from_db()
        assert call.worker == worker2


def test_of_accepting_and_withdrawing_one_happens(worker: User, worker2: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        offered = hand_overs.offer_call(
            actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=NOW
        )
        accepted, withdrawn = at_once(
            partial(
                hand_overs.answer_offer,
                actor=worker2,
                hand_over_id=offered.pk,
                answer="accepted",
                at=NOW,
            ),
            partial(hand_overs.withdraw_offer, actor=worker, intake_id=call.pk, at=NOW),
        )
        answer = HandOver.objects.get(pk=offered.pk).answer
        call.refresh_from_db()
        assert (answer == "accepted") == isinstance(accepted, Intake) == (call.worker == worker2)
        assert (answer == "withdrawn") == isinstance(withdrawn, Intake)
        assert isinstance(accepted, Intake | NotPossibleNow)
        assert isinstance(withdrawn, Intake | Intake.DoesNotExist)


def test_one_call_is_offered_once(worker: User, worker2: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        offer = partial(
            hand_overs.offer_call,
            actor=worker,
            intake_id=call.pk,
            colleague_id=worker2.pk,
            at=NOW,
        )
        done, refused = split(at_once(offer, offer))
        assert (len(done), len(refused)) == (1, 1)


def test_of_approve_and_return_at_the_same_moment_one_wins(
    worker: User, supervisor: User, agency: Agency
) -> None:
    """Two supervisors: the claim of one was left idle, and the other took it."""
    colleague = make_user(agency, "colleague", "supervisors")
    later = NOW + timedelta(minutes=20)

    def take_and_return(call: Intake) -> Review:
        reviews.claim_intake(actor=colleague, intake_id=call.pk, at=later)
        comment = reviews.NewComment("narrative.text", "Who saw it?")
        return reviews.return_intake(
            actor=colleague, intake_id=call.pk, comments=[comment], at=later
        )

    for _ in range(ROUNDS):
        call = make_call(worker)
        submit(worker, call)
        reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
        approving = partial(reviews.approve_intake, actor=supervisor, intake_id=call.pk, at=later)
        done, refused = split(at_once(approving, partial(take_and_return, call)))
        assert (len(done), len(refused)) == (1, 1)
        call.refresh_from_db()
        assert call.status == done[0].outcome
        assert refused[0].sentence.endswith(".")
        assert Review.objects.filter(intake=call, outcome=call.status).count() == 1


def test_of_two_claims_at_the_same_moment_one_wins(
    worker: User, supervisor: User, agency: Agency
) -> None:
    colleague = make_user(agency, "colleague", "supervisors")
    for _ in range(ROUNDS):
        call = make_call(worker)
        submit(worker, call)
        claims = (
            partial(reviews.claim_intake, actor=actor, intake_id=call.pk, at=NOW)
            for actor in (supervisor, colleague)
        )
        done, refused = split(at_once(*claims))
        assert (len(done), len(refused)) == (1, 1)
        assert isinstance(refused[0], NotPossibleNow)


def test_two_flags_at_once_are_one(worker: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        asking = partial(assist.ask_help, actor=worker, intake_id=call.pk, at=NOW)
        done, refused = split(at_once(asking, asking))
        assert not refused
        assert done[0] == done[1]
        assert HelpFlag.objects.filter(intake=call).count() == 1


def test_a_flag_and_the_end_of_the_call_leave_no_flag_up(worker: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        _, refused = split(
            at_once(
                partial(assist.ask_help, actor=worker, intake_id=call.pk, at=NOW),
                partial(calls.end_call, actor=worker, intake_id=call.pk, at=NOW),
            )
        )
        assert len(refused) <= 1
        assert not HelpFlag.objects.raised().filter(intake=call).exists()


def test_a_line_and_the_end_of_the_call_leave_no_line_in_view(worker: User, agency: Agency) -> None:
    supervisor = make_user(agency, "supervisor", "supervisors")
    for _ in range(ROUNDS):
        call = make_call(worker)
        sending = partial(
            assist.send_line,
            actor=supervisor,
            intake_id=call.pk,
            key=uuid.uuid4(),
            text="Go on.",
            at=NOW,
        )
        ending = partial(calls.end_call, actor=worker, intake_id=call.pk, at=NOW)
        split(at_once(sending, ending))
        assert not call.assist_lines.standing().exists()


def test_of_two_administrators_who_end_each_other_one_stays(
    administrator: User, agency: Agency
) -> None:
    other = make_user(agency, "administrator2", "administrators")
    pairs = [(administrator, other), (other, administrator)]

    def ending(actor: User, user: User) -> Callable[[], Any]:
        who = User.objects.get(pk=actor.pk)
        return lambda: users.deactivate_user(actor=who, user_id=user.pk, gives_to=None, at=NOW)

    for _ in range(ROUNDS):
        done, refused = split(at_once(*(ending(*pair) for pair in pairs)))
        assert (len(done), len(refused)) == (1, 1)
        assert User.objects.filter(is_active=True, groups__name="administrators").count() == 1
        User.objects.filter(pk__in=[administrator.pk, other.pk]).update(
            is_active=True, password=administrator.password
        )


@pytest.mark.parametrize("deed", ["start", "accept", "given"])
def test_who_is_deactivated_meanwhile_keeps_no_call(
    administrator: User, worker: User, worker2: User, supervisor: User, deed: str
) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        if deed == "accept":
            hand_overs.offer_call(actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=NOW)
        if deed == "given":
            submit(worker, call)
            reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
        actor = User.objects.get(pk=worker2.pk)
        remark = reviews.NewComment(anchor="narrative.text", text="Who?")
        gets: Callable[[], Any]
        if deed == "start":
            gets = partial(calls.start_call, actor=actor, at=NOW)
        elif deed == "accept":
            key = HandOver.objects.standing().get().pk
            gets = partial(
                hand_overs.answer_offer, actor=actor, hand_over_id=key, answer="accepted", at=NOW
            )
        else:
            gets = partial(
                reviews.return_intake,
                actor=supervisor,
                intake_id=call.pk,
                comments=[remark],
                to=worker2.pk,
                at=NOW,
            )
        outcomes = at_once(
            gets,
            partial(
                users.deactivate_user,
                actor=administrator,
                user_id=worker2.pk,
                gives_to=worker.pk,
                at=NOW,
            ),
        )
        assert not isinstance(outcomes[1], Exception), outcomes
        assert isinstance(outcomes[0], (Intake, Review, Refused, HandOver.DoesNotExist)), outcomes
        assert not Intake.objects.filter(worker=worker2).being_written().exists()
        assert not HandOver.objects.standing().exists()
        User.objects.filter(pk=worker2.pk).update(is_active=True)
        for one in Review.objects.filter(outcome=""):
            reviews.release_intake(actor=supervisor, intake_id=one.intake_id, at=NOW)


def test_a_return_beside_the_end_of_its_reviewer_is_kept_or_refused(
    administrator: User, worker: User, supervisor: User
) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        submit(worker, call)
        reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
        remark = reviews.NewComment(anchor="narrative.text", text="Who?")
        outcomes = at_once(
            partial(
                reviews.return_intake,
                actor=supervisor,
                intake_id=call.pk,
                comments=[remark],
                at=NOW,
            ),
            partial(
                users.deactivate_user,
                actor=administrator,
                user_id=supervisor.pk,
                gives_to=None,
                at=NOW,
            ),
        )
        done, _ = split(outcomes)
        assert outcomes[1] in done
        call.refresh_from_db()
        outcome = Review.objects.get(intake=call).outcome
        assert (call.status, outcome) in {("returned", "returned"), ("submitted", "released")}
        assert (outcomes[0] in done) == (outcome == "returned")
        User.objects.filter(pk=supervisor.pk).update(is_active=True)
