"""Remarks of a review: noted with the claim, seen after the return, answered there."""

from datetime import timedelta
from typing import Any

import pytest

from intake.actions import comments, reviews
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import AuditEvent, Intake, ReviewComment, User
from tests.actions.test_frozen import everything
from tests.factory import NOW, core_prompt, make_user, put, submit

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def claimed(worker: User, supervisor: User, call: Intake) -> Intake:
    """A submitted call that the supervisor has claimed."""
    put(worker, call, "narrative.text", "They moved away in spring, nobody knows where.")
    put(worker, call, f"answer.{core_prompt(call).pk}.text", "No friends near.")
    submit(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    return call


def add(
    actor: User, call: Intake, anchor: str, text: str = "Who?", passage: str = ""
) -> ReviewComment:
    return comments.add_comment(
        actor=actor, intake_id=call.pk, anchor=anchor, text=text, passage=passage, at=NOW
    )


def test_a_remark_is_anchored_and_goes_with_the_return(
    supervisor: User, worker: User, claimed: Intake
) -> None:
    person = claimed.people.get()
    anchors = [
        f"answer.{core_prompt(claimed).pk}",
        f"person.{person.pk}",
        "decision.rationale",
        "narrative.text",
    ]
    for anchor in anchors:
        add(supervisor, claimed, anchor, passage="in spring" if "narr" in anchor else "")
    reviews.return_intake(actor=supervisor, intake_id=claimed.pk, at=LATER)
    assert {one.anchor for one in ReviewComment.objects.all()} == set(anchors)
    event = AuditEvent.objects.get(verb="intake.returned")
    assert event.details == {"comments": 4}


@pytest.mark.parametrize(
    ("anchor", "text", "passage"),
    [
        ("", "Who?", ""),
        ("answer.none", "Who?", ""),
        ("person.00000000-0000-4000-8000-000000000000", "Who?", ""),
        ("reporter.name", "Who?", ""),
        ("decision.nothing", "Who?", ""),
        ("narrative.text", " \n", ""),
        ("narrative.text", "x" * 5001, ""),
        ("narrative.text", "Who?", "in autumn"),
        ("decision.rationale", "Who?", "in spring"),
    ],
)
def test_what_has_no_place_or_words_is_refused(
    supervisor: User, claimed: Intake, anchor: str, text: str, passage: str
) -> None:
    before = everything()
    with pytest.raises(InvalidValue):
        add(supervisor, claimed, anchor, text, passage)
    assert everything() == before


def test_only_the_claim_lets_remark(
    supervisor: User, worker: User, stranger: User, claimed: Intake
) -> None:
    colleague = make_user(claimed.agency, "colleague", "supervisors")
    with pytest.raises(NotAllowed):
        add(colleague, claimed, "narrative.text")
    for somebody in (worker, stranger):
        with pytest.raises(Intake.DoesNotExist):
            add(somebody, claimed, "narrative.text")
    remark = add(supervisor, claimed, "narrative.text")
    with pytest.raises(NotAllowed):
        comments.remove_comment(actor=colleague, intake_id=claimed.pk, comment_id=remark.pk)
    comments.remove_comment(actor=supervisor, intake_id=claimed.pk, comment_id=remark.pk)
    assert not ReviewComment.objects.exists()


def test_a_return_needs_a_remark(supervisor: User, claimed: Intake) -> None:
    with pytest.raises(InvalidValue):
        reviews.return_intake(actor=supervisor, intake_id=claimed.pk, at=LATER)


def test_own_remarks_come_along_after_a_release(supervisor: User, claimed: Intake) -> None:
    colleague = make_user(claimed.agency, "colleague", "supervisors")
    add(supervisor, claimed, "narrative.text")
    reviews.release_intake(actor=supervisor, intake_id=claimed.pk, at=LATER)
    reviews.claim_intake(actor=colleague, intake_id=claimed.pk, at=LATER)
    with pytest.raises(InvalidValue):  # somebody else's remarks are not sent
        reviews.return_intake(actor=colleague, intake_id=claimed.pk, at=LATER)
    reviews.release_intake(actor=colleague, intake_id=claimed.pk, at=LATER)
    reviews.claim_intake(actor=supervisor, intake_id=claimed.pk, at=LATER)
    reviews.return_intake(actor=supervisor, intake_id=claimed.pk, at=LATER)
    assert ReviewComment.objects.get().review.outcome == "returned"


def test_the_worker_answers_and_marks_as_dealt_with(
    worker: User, worker2: User, supervisor: User, claimed: Intake
) -> None:
    remark = add(supervisor, claimed, "narrative.text")
    about: dict[str, Any] = {"intake_id": claimed.pk, "comment_id": remark.pk, "at": LATER}
    with pytest.raises(ReviewComment.DoesNotExist):  # not sent yet
        comments.reply(actor=worker, text="The aunt.", **about)
    reviews.return_intake(actor=supervisor, intake_id=claimed.pk, at=LATER)
    for somebody in (worker2, supervisor):
        with pytest.raises(Intake.DoesNotExist):
            comments.reply(actor=somebody, text="The aunt.", **about)
    with pytest.raises(InvalidValue):
        comments.reply(actor=worker, text=" ", **about)
    comments.reply(actor=worker, text="The aunt.", **about)
    comments.resolve(actor=worker, is_resolved=True, **about)
    remark.refresh_from_db()
    assert (remark.resolved_by, remark.replies.get().text) == (worker, "The aunt.")
    comments.resolve(actor=worker, is_resolved=False, **about)
    remark.refresh_from_db()
    assert remark.resolved_at is None
    verbs = AuditEvent.objects.filter(verb__startswith="intake.comment_", details={})
    assert verbs.count() == 3
    Intake.objects.filter(pk=claimed.pk).update(status="submitted")
    with pytest.raises(NotPossibleNow):
        comments.resolve(actor=worker, is_resolved=True, **about)
