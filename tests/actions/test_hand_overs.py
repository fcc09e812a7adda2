"""A call in progress goes to a colleague who accepts it, and to nobody else."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import Group

from intake import permissions
from intake.actions import calls, reviews, wrap_up
from intake.actions.hand_overs import answer_offer, offer_call, withdraw_offer
from intake.actions.pages import hold_call
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import Agency, AuditEvent, CallPage, HandOver, Intake, Submission, User
from tests.actions.test_frozen import everything
from tests.factory import NOW, make_call, make_ready, make_user, put, submit

LATER = NOW + timedelta(minutes=5)
PAGE = UUID("9d3ad0a5-7fd6-4bf4-8bd9-1f1c4ac3f4f4")


def offer(worker: User, call: Intake, colleague: User) -> HandOver:
    return offer_call(actor=worker, intake_id=call.pk, colleague_id=colleague.pk, at=NOW)


def accept(colleague: User, offered: HandOver) -> Intake:
    return answer_offer(actor=colleague, hand_over_id=offered.pk, answer="accepted", at=LATER)


def hand_over(worker: User, call: Intake, colleague: User) -> None:
    accept(colleague, offer(worker, call, colleague))
    call.refresh_from_db()


def verbs(call: Intake) -> list[tuple[str, str]]:
    events = AuditEvent.objects.filter(subject_id=call.pk, verb__startswith="hand_over.")
    return [(one.verb, one.actor_label) for one in events.order_by("at")]


def test_accepting_moves_the_call_and_frees_its_page(
    worker: User, worker2: User, call: Intake
) -> None:
    put(worker, call, "narrative.text", "What was told.")
    put(worker, call, "reporter.name", "Ines Caller")
    assert hold_call(actor=worker, intake_id=call.pk, page=PAGE, at=NOW).is_held
    offered = offer(worker, call, worker2)
    put(worker, call, "narrative.text", "What was told, and more.", base=1)  # still the sender's
    assert not Intake.objects.visible_to(worker2).exists()
    accept(worker2, offered)
    call.refresh_from_db()
    assert (call.worker, call.holder, call.status) == (worker2, None, "in_progress")
    assert CallPage.objects.filter(pk=PAGE).exists()
    offered.refresh_from_db()
    assert (offered.answer, offered.answered_at) == ("accepted", LATER)
    assert verbs(call) == [("hand_over.offered", "worker"), ("hand_over.accepted", "worker2")]

    # The receiver writes and sees who called; the sender reads.
    put(worker2, call, "narrative.text", "And the end.", base=2)
    assert permissions.can_see_reporter(worker2, call)
    assert not permissions.can_see_reporter(worker, call)
    with pytest.raises(Intake.DoesNotExist):
        put(worker, call, "narrative.text", "Late", base=3)
    assert Intake.objects.visible_to(worker).get() == call
    assert not Intake.objects.open_to(worker).exists()
    assert Intake.objects.open_to(worker2).get() == call


def test_the_author_of_the_submission_is_who_submits(
    worker: User, worker2: User, call: Intake
) -> None:
    hand_over(worker, call, worker2)
    submit(worker2, call)
    assert Submission.objects.get().author == worker2
    assert not permissions.can_call_back(worker, call)
    assert permissions.can_call_back(worker2, call)


def test_the_audit_holds_ids_alone(worker: User, worker2: User, call: Intake) -> None:
    hand_over(worker, call, worker2)
    offered = HandOver.objects.get()
    told = AuditEvent.objects.get(verb="hand_over.accepted").details
    assert told == {"hand_over": str(offered.pk), "from": str(worker.pk), "to": str(worker2.pk)}


def test_it_goes_on_and_comes_back(
    agency: Agency, worker: User, worker2: User, call: Intake
) -> None:
    third = make_user(agency, "worker3", "workers")
    hand_over(worker, call, worker2)
    hand_over(worker2, call, third)
    for one in (worker, worker2, third):
        assert Intake.objects.visible_to(one).get() == call
    hand_over(third, call, worker)
    assert call.worker == worker
    assert Intake.objects.visible_to(worker).count() == 1
    put(worker, call, "narrative.text", "Mine again.")


@pytest.mark.parametrize("answer", ["declined", "withdrawn"])
def test_without_acceptance_the_call_stays(
    worker: User, worker2: User, call: Intake, answer: str
) -> None:
    offered = offer(worker, call, worker2)
    if answer == "declined":
        answer_offer(actor=worker2, hand_over_id=offered.pk, answer=answer, at=LATER)
    else:
        withdraw_offer(actor=worker, intake_id=call.pk, at=LATER)
    call.refresh_from_db()
    assert call.worker == worker
    assert HandOver.objects.get().answer == answer
    assert not Intake.objects.visible_to(worker2).exists()
    assert verbs(call)[-1][0] == f"hand_over.{answer}"
    with pytest.raises(NotPossibleNow, match=r"nothing was changed|stayed with"):
        accept(worker2, offered)
    offer(worker, call, worker2)  # it can be offered anew


def test_one_offer_at_a_time(agency: Agency, worker: User, worker2: User, call: Intake) -> None:
    offer(worker, call, worker2)
    before = everything()
    with pytest.raises(NotPossibleNow, match="offered to Worker2 Example already"):
        offer(worker, call, make_user(agency, "worker3", "workers"))
    after = everything()
    assert after["HandOver"] == before["HandOver"]
    withdraw_offer(actor=worker, intake_id=call.pk, at=LATER)
    with pytest.raises(NotPossibleNow, match="not offered to anybody"):
        withdraw_offer(actor=worker, intake_id=call.pk, at=LATER)


@pytest.mark.parametrize("who", ["worker", "supervisor", "privacy", "stranger", "left", "nobody"])
def test_only_a_colleague_who_takes_calls_is_asked(
    worker: User, call: Intake, who: str, request: pytest.FixtureRequest
) -> None:
    if who == "left":
        other = make_user(call.agency, "left", "workers")
        User.objects.filter(pk=other.pk).update(is_active=False)
    elif who != "nobody":
        other = request.getfixturevalue(who)
    before = everything()
    with pytest.raises(InvalidValue, match="Choose a colleague"):
        offer_call(
            actor=worker,
            intake_id=call.pk,
            colleague_id=None if who == "nobody" else other.pk,
            at=NOW,
        )
    assert everything() == before


@pytest.mark.parametrize("state", ["ended", "submitted", "closed", "practice"])
def test_a_call_that_is_over_and_practice_are_not_handed_over(
    worker: User, worker2: User, state: str
) -> None:
    call = calls.start_call(actor=worker, at=NOW, is_practice=state == "practice")
    if state == "ended":
        calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    if state == "submitted":
        submit(worker, call)
    if state == "closed":
        calls.close_no_report(actor=worker, intake_id=call.pk, reason="mistake", at=NOW)
    before = everything()
    with pytest.raises(NotPossibleNow) as refusal:
        offer(worker, call, worker2)
    assert refusal.value.sentence.endswith(".")
    assert everything() == before


@pytest.mark.parametrize("end", ["end", "close", "submit"])
def test_the_end_of_a_call_withdraws_its_offer(
    worker: User, worker2: User, call: Intake, end: str
) -> None:
    offered = offer(worker, call, worker2)
    if end == "end":
        calls.end_call(actor=worker, intake_id=call.pk, at=LATER)
    if end == "close":
        calls.close_no_report(actor=worker, intake_id=call.pk, reason="mistake", at=LATER)
    if end == "submit":
        make_ready(worker, call)
        wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=LATER)
    assert HandOver.objects.get().answer == "withdrawn"
    with pytest.raises(NotPossibleNow, match="does not stand any more"):
        accept(worker2, offered)
    call.refresh_from_db()
    assert call.worker == worker


def test_a_dropped_call_is_handed_over_as_it_is(worker: User, worker2: User, call: Intake) -> None:
    calls.interrupt_call(actor=worker, intake_id=call.pk, reason="worker_left", at=NOW)
    hand_over(worker, call, worker2)
    assert call.interrupted_at == NOW
    calls.resume_call(actor=worker2, intake_id=call.pk, at=LATER)


@pytest.mark.parametrize("who", ["worker", "third", "supervisor", "stranger"])
def test_nobody_else_answers(
    worker: User, worker2: User, call: Intake, who: str, request: pytest.FixtureRequest
) -> None:
    offered = offer(worker, call, worker2)
    is_third = who == "third"
    other = make_user(call.agency, who, "workers") if is_third else request.getfixturevalue(who)
    before = everything()
    with pytest.raises(HandOver.DoesNotExist):
        accept(other, offered)
    assert everything() == before


def test_who_lost_the_role_does_not_take_over(worker: User, worker2: User, call: Intake) -> None:
    offered = offer(worker, call, worker2)
    worker2.groups.remove(Group.objects.get(name="workers"))
    fresh = User.objects.with_roles().get(pk=worker2.pk)
    with pytest.raises(HandOver.DoesNotExist):
        accept(fresh, offered)


def test_another_word_is_no_answer(worker: User, worker2: User, call: Intake) -> None:
    offered = offer(worker, call, worker2)
    for word in ("", "withdrawn", "yes"):
        with pytest.raises(InvalidValue, match="Accept or decline"):
            answer_offer(actor=worker2, hand_over_id=offered.pk, answer=word, at=LATER)
    accept(worker2, offered)
    with pytest.raises(NotPossibleNow, match="is yours already"):
        accept(worker2, offered)


def test_only_the_present_worker_offers_and_withdraws(
    worker: User, worker2: User, supervisor: User, stranger: User, call: Intake
) -> None:
    for other in (worker2, supervisor, stranger):
        with pytest.raises(Intake.DoesNotExist):
            offer(other, call, worker)
    offer(worker, call, worker2)
    for other in (worker2, supervisor, stranger):
        with pytest.raises(Intake.DoesNotExist):
            withdraw_offer(actor=other, intake_id=call.pk, at=LATER)
    assert HandOver.objects.get().answer == ""


def test_who_handed_over_reads_real_calls_of_the_own_agency_alone(
    worker: User, worker2: User, supervisor: User
) -> None:
    call, other = make_call(worker), make_call(worker2)
    hand_over(worker, call, worker2)
    assert set(Intake.objects.visible_to(worker)) == {call}
    assert set(Intake.objects.visible_to(worker2)) == {call, other}
    assert set(Intake.objects.visible_to(supervisor)) == {call, other}
    worker.agency_id = None
    assert not Intake.objects.visible_to(worker).exists()


def test_nobody_reviews_what_they_wrote_before_handing_it_over(
    agency: Agency, worker2: User, supervisor: User
) -> None:
    both = make_user(agency, "both", "workers", "supervisors")
    call = make_call(both)
    hand_over(both, call, worker2)
    submit(worker2, call)
    with pytest.raises(NotAllowed):
        reviews.claim_intake(actor=both, intake_id=call.pk, at=LATER)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=LATER)
