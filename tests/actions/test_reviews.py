"""Reviews: every step × every state × every person, and what a review leaves behind."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group

from intake.actions import people, reviews, wrap_up
from intake.actions.reviews import NewComment
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow, Refused
from intake.exports.csv import export_row
from intake.exports.pdf import ExportStamp, render_html
from intake.models import (
    Agency,
    AuditEvent,
    Intake,
    Review,
    ReviewComment,
    Submission,
    User,
)
from intake.models.reviews import CLAIM_IDLE
from tests.actions.test_frozen import everything
from tests.factory import NOW, make_call, make_user, option, put, submit

LATER = NOW + timedelta(hours=1)
COMMENTS = [NewComment("decision.rationale", "How so?"), NewComment("narrative.text", "Who?")]

Step = Callable[[User, Intake], Review]


def claim(actor: User, call: Intake) -> Review:
    return reviews.claim_intake(actor=actor, intake_id=call.pk, at=NOW)


def release(actor: User, call: Intake) -> Review:
    return reviews.release_intake(actor=actor, intake_id=call.pk, at=LATER)


def give_back(actor: User, call: Intake) -> Review:
    return reviews.return_intake(actor=actor, intake_id=call.pk, comments=COMMENTS, at=LATER)


def approve(actor: User, call: Intake) -> Review:
    return reviews.approve_intake(actor=actor, intake_id=call.pk, at=LATER)


# step: (the state it begins in, the state it ends in, its fact in the audit)
STEPS: dict[Step, tuple[str, str, str]] = {
    claim: ("submitted", "in_review", "intake.claimed"),
    release: ("in_review", "submitted", "intake.released"),
    give_back: ("in_review", "returned", "intake.returned"),
    approve: ("in_review", "approved", "intake.approved"),
}


@pytest.fixture
def colleague(agency: Agency) -> User:
    """A second supervisor of the agency."""
    return make_user(agency, "colleague", "supervisors")


def bring_to(status: str, call: Intake, supervisor: User) -> None:
    """Take a call in progress to `status` by the steps that lead there."""
    if status == "closed_no_report":
        Intake.objects.filter(pk=call.pk).update(status=status, no_report_reason="mistake")
    elif status != "in_progress":
        submit(call.worker, call)
    last = {"in_review": [], "returned": [give_back], "approved": [approve]}
    for step in [claim, *last[status]] if status in last else []:
        step(supervisor, call)
    call.refresh_from_db()
    assert call.status == status


def facts(call: Intake) -> list[str]:
    events = AuditEvent.objects.filter(subject_id=call.pk, verb__startswith="intake.")
    return sorted(events.values_list("verb", flat=True))


@pytest.mark.parametrize("status", Intake.Status.values)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_begins_in_its_state_only(
    supervisor: User, call: Intake, step: Step, status: str
) -> None:
    begins, ends, fact = STEPS[step]
    bring_to(status, call, supervisor)
    before, known = everything(), facts(call)
    if status == begins:
        step(supervisor, call)
        call.refresh_from_db()
        assert call.status == ends
        assert facts(call) == sorted([*known, fact])
        return
    if (step, status) == (claim, "in_review"):  # the own claim just goes on
        step(supervisor, call)
        assert (everything(), facts(call)) == (before, known)
        return
    with pytest.raises(NotPossibleNow) as refusal:
        step(supervisor, call)
    shown = call.get_status_display().lower()
    assert refusal.value.sentence.startswith(f"Intake {call.reference} cannot be ")
    assert f"it is {shown}. " in refusal.value.sentence
    assert (everything(), facts(call)) == (before, known)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_is_a_supervisors_of_the_agency(
    worker: User,
    worker2: User,
    supervisor: User,
    administrator: User,
    privacy: User,
    stranger: User,
    call: Intake,
    step: Step,
) -> None:
    bring_to(STEPS[step][0], call, supervisor)
    before, known = everything(), facts(call)
    for actor in (worker, worker2, administrator, privacy):
        with pytest.raises(NotAllowed):
            step(actor, call)
    with pytest.raises(Intake.DoesNotExist):
        step(stranger, call)  # of another agency: it is not there
    User.objects.filter(pk=supervisor.pk).update(is_active=False)
    gone = User.objects.with_roles().get(pk=supervisor.pk)
    with pytest.raises(NotAllowed):
        step(gone, call)
    assert (everything(), facts(call)) == (before, known)


@pytest.mark.parametrize("step", [release, give_back, approve], ids=lambda step: step.__name__)
def test_only_who_claimed_it_decides(
    supervisor: User, colleague: User, call: Intake, step: Step
) -> None:
    bring_to("in_review", call, supervisor)
    before, known = everything(), facts(call)
    with pytest.raises(NotAllowed):
        step(colleague, call)
    assert (everything(), facts(call)) == (before, known)
    step(supervisor, call)


def test_nobody_reviews_the_own_intake(agency: Agency, supervisor: User) -> None:
    both = make_user(agency, "both", "workers", "supervisors")
    own = make_call(both)
    submit(both, own)
    with pytest.raises(NotAllowed):
        claim(both, own)
    assert not Review.objects.exists()
    claim(supervisor, own)
    for step in (release, give_back, approve):
        with pytest.raises(NotAllowed):
            step(both, own)


def test_an_agency_may_allow_own_reviews(agency: Agency) -> None:
    people.set_policy(agency_slug=agency.slug, name="allows_own_review", value="yes", at=NOW)
    both = make_user(Agency.objects.get(pk=agency.pk), "both", "workers", "supervisors")
    own = make_call(both)
    submit(both, own)
    claim(both, own)
    approve(both, own)
    own.refresh_from_db()
    assert own.status == "approved"
    event = AuditEvent.objects.get(verb="agency.policy_set")
    assert (event.agency, event.details) == (agency, {"policy": "allows_own_review"})


def test_a_released_intake_is_claimed_by_another(
    supervisor: User, colleague: User, call: Intake
) -> None:
    bring_to("in_review", call, supervisor)
    release(supervisor, call)
    claim(colleague, call)
    with pytest.raises(NotAllowed):
        approve(supervisor, call)
    approve(colleague, call)
    kept = Review.objects.filter(intake=call).order_by("pk").values_list("reviewer", "outcome")
    assert set(kept) == {(supervisor.pk, "released"), (colleague.pk, "approved")}


@pytest.mark.parametrize(
    "comments",
    [
        [],
        [NewComment("decision.rationale", "")],
        [NewComment("decision.rationale", " \n\t")],
        [NewComment("", "Where?")],
        [*COMMENTS, NewComment("decision.rationale", " ")],
    ],
)
def test_an_intake_is_returned_with_words(
    supervisor: User, call: Intake, comments: list[NewComment]
) -> None:
    bring_to("in_review", call, supervisor)
    before, known = everything(), facts(call)
    with pytest.raises(InvalidValue):
        reviews.return_intake(actor=supervisor, intake_id=call.pk, comments=comments, at=LATER)
    assert (everything(), facts(call)) == (before, known)


def test_a_return_leaves_its_comments_and_no_words_in_the_audit(
    worker: User, supervisor: User, call: Intake
) -> None:
    bring_to("returned", call, supervisor)
    review = Review.objects.get(intake=call)
    assert (review.outcome, review.decided_at, review.claimed_at) == ("returned", LATER, NOW)
    kept = ReviewComment.objects.filter(review=review)
    assert {(one.anchor, one.text, one.author_id, one.at) for one in kept} == {
        (one.anchor, one.text, supervisor.pk, LATER) for one in COMMENTS
    }
    event = AuditEvent.objects.get(verb="intake.returned")
    assert (event.actor_id, event.subject_id, event.details) == (
        supervisor.pk,
        call.pk,
        {"comments": 2},
    )


def test_each_round_reviews_the_submission_that_was_claimed(
    worker: User, supervisor: User, call: Intake
) -> None:
    bring_to("returned", call, supervisor)
    first = Submission.objects.get(intake=call)
    before = (first.sha256, first.content.text)
    put(worker, call, "decision.rationale", "A neighbor saw it.", base=1)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=LATER)
    claim(supervisor, call)
    approve(supervisor, call)
    rounds = Review.objects.filter(intake=call).order_by("submission__number")
    assert list(rounds.values_list("submission__number", "outcome")) == [
        (1, "returned"),
        (2, "approved"),
    ]
    first = Submission.objects.get(intake=call, number=1)
    assert (first.sha256, first.content.text) == before
    assert "A neighbor saw it." not in first.content.text
    assert "A neighbor saw it." in Submission.objects.get(intake=call, number=2).content.text
    assert ReviewComment.objects.filter(review__intake=call).count() == len(COMMENTS)


def test_a_returned_intake_takes_text_again_and_stays_a_report(
    worker: User, supervisor: User, call: Intake
) -> None:
    bring_to("returned", call, supervisor)
    assert put(worker, call, "narrative.text", "More").revision == 1
    for step in STEPS:
        with pytest.raises(Refused):
            step(supervisor, call)


def test_a_review_changes_nothing_that_was_written(
    worker: User, supervisor: User, call: Intake
) -> None:
    """From claim to approval only the state, the review, its comments and the audit change."""
    put(worker, call, "narrative.text", "What was told")
    put(worker, call, "reporter.name", "Ines Caller")
    bring_to("submitted", call, supervisor)
    before = everything()
    for step in (claim, release, claim, give_back):
        step(supervisor, call)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=LATER)
    for step in (claim, approve):
        step(supervisor, call)
    after = everything()
    moved = {name for name in before if before[name] != after[name]}
    assert moved == {
        "CallSummary",  # the figures follow
        "Intake",
        "Review",
        "ReviewComment",
        "Submission",
        "SubmissionContent",
        "SubmissionReporter",
        "SubmissionReporterKey",
    }
    moved = {"status", "submitted_at", "retained_from"}
    assert columns_changed(before["Intake"], after["Intake"]) <= moved


def columns_changed(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> set[str]:
    return {
        column
        for old, new in zip(before, after, strict=True)
        for column in old
        if old[column] != new[column]
    }


def test_a_claim_that_is_left_idle_is_anybodys(
    supervisor: User, colleague: User, call: Intake
) -> None:
    bring_to("in_review", call, supervisor)
    almost, idle = NOW + CLAIM_IDLE - timedelta(seconds=1), NOW + CLAIM_IDLE
    with pytest.raises(NotPossibleNow):
        reviews.claim_intake(actor=colleague, intake_id=call.pk, at=almost)
    reviews.note_presence(actor=supervisor, intake_id=call.pk, is_active=False, at=almost)
    reviews.claim_intake(actor=colleague, intake_id=call.pk, at=idle)
    with pytest.raises(NotAllowed):
        approve(supervisor, call)
    approve(colleague, call)
    lapsed = AuditEvent.objects.get(verb="intake.claim_lapsed")
    assert (lapsed.actor, lapsed.subject_id) == (None, call.pk)


def test_the_own_idle_claim_goes_on(supervisor: User, colleague: User, call: Intake) -> None:
    bring_to("in_review", call, supervisor)
    later = NOW + 2 * CLAIM_IDLE
    mine = reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=later)
    assert mine.is_held(later) and Review.objects.get() == mine
    with pytest.raises(NotPossibleNow):
        reviews.claim_intake(actor=colleague, intake_id=call.pk, at=later)
    approve(supervisor, call)


def test_work_on_the_page_keeps_the_claim(supervisor: User, colleague: User, call: Intake) -> None:
    bring_to("in_review", call, supervisor)
    later = NOW + timedelta(minutes=10)
    reviews.note_presence(actor=supervisor, intake_id=call.pk, is_active=True, at=later)
    with pytest.raises(NotPossibleNow):
        reviews.claim_intake(actor=colleague, intake_id=call.pk, at=NOW + CLAIM_IDLE)
    reviews.note_presence(actor=colleague, intake_id=call.pk, is_active=True, at=later)
    claimed = Review.objects.get(intake=call)
    assert (claimed.reviewer_id, claimed.active_at) == (supervisor.pk, later)


def test_an_own_decision_stands_beside_the_workers(
    worker: User, supervisor: User, call: Intake
) -> None:
    bring_to("in_review", call, supervisor)
    before = everything()["Decision"]
    other = UUID(option(worker.agency, "screening", "evaluated_out"))
    for reason in ("", " \n", "x" * 5001):
        with pytest.raises(InvalidValue):
            decide(supervisor, call, other, reason)
    with pytest.raises(InvalidValue):
        decide(supervisor, call, UUID(option(worker.agency, "path", "path_1")), "Why not")
    same = call.decision.screening_id
    assert same is not None
    with pytest.raises(InvalidValue, match="This is what the worker decided"):
        decide(supervisor, call, same, "I agree.")
    decide(supervisor, call, other, "Everybody is well.")
    take_back(supervisor, call)
    review = Review.objects.get(intake=call)
    assert (review.own_screening_id, review.own_reason) == (None, "")
    take_back(supervisor, call)
    assert facts(call).count("intake.own_decision_taken_back") == 1
    decide(supervisor, call, other, "Nobody is hurt.")
    approve(supervisor, call)
    with pytest.raises(NotAllowed):
        take_back(supervisor, call)
    review = Review.objects.get(intake=call)
    assert (review.own_screening_id, review.own_reason) == (other, "Nobody is hurt.")
    assert everything()["Decision"] == before
    noted = AuditEvent.objects.filter(verb="intake.decided_otherwise")
    assert [one.details for one in noted] == [{}, {}]
    # It stands beside the worker's wherever that is read.
    submission = call.submissions.select_related("content").get()
    stamp = ExportStamp(by="x", at=LATER, copy_id="1")
    printed = render_html(intake=call, submission=submission, stamp=stamp)
    assert printed.count("Supervisor decided otherwise") == 2
    assert "Nobody is hurt." in printed
    line = export_row(intake=call, submission=submission, amendments=0, own=review).decode()
    assert line.rstrip().endswith("Nobody is hurt.")


def take_back(actor: User, call: Intake) -> Review:
    return reviews.take_back_decision(actor=actor, intake_id=call.pk, at=LATER)


def decide(actor: User, call: Intake, screening: UUID, reason: str) -> Review:
    return reviews.decide_otherwise(
        actor=actor, intake_id=call.pk, screening=screening, reason=reason, at=LATER
    )


def test_a_return_can_go_to_another_worker(
    worker: User, worker2: User, supervisor: User, stranger: User, call: Intake
) -> None:
    bring_to("in_review", call, supervisor)
    before = everything()
    for nobody in (stranger.pk, supervisor.pk, UUID(int=1)):
        with pytest.raises(InvalidValue):
            give_back_to(supervisor, call, nobody)
        assert everything() == before
    give_back_to(supervisor, call, worker2.pk)
    call.refresh_from_db()
    assert (call.worker_id, call.status) == (worker2.pk, "returned")
    assert put(worker2, call, "narrative.text", "More").revision == 1
    with pytest.raises(Intake.DoesNotExist):
        put(worker, call, "narrative.text", "Mine")
    assert Intake.objects.visible_to(worker).filter(pk=call.pk).exists()
    event = AuditEvent.objects.get(verb="intake.moved")
    assert event.details == {"from": str(worker.pk), "to": str(worker2.pk)}
    wrap_up.submit_intake(actor=worker2, intake_id=call.pk, at=LATER)
    for somebody in (worker, worker2):  # neither who wrote it first nor who wrote it last
        somebody.groups.add(Group.objects.get(name="supervisors"))
        with pytest.raises(NotAllowed):
            claim(User.objects.with_roles().get(pk=somebody.pk), call)


def give_back_to(actor: User, call: Intake, to: UUID) -> Review:
    return reviews.return_intake(actor=actor, intake_id=call.pk, comments=COMMENTS, to=to, at=LATER)
