"""After approval: amendments and the mark of an error, neither of which alters a submission."""

from datetime import timedelta
from typing import Any

import pytest

from intake.actions import amendments, reviews
from intake.errors import InvalidValue, NotPossibleNow
from intake.exports.pdf import ExportStamp, render_html
from intake.models import Amendment, AuditEvent, Intake, Submission, User
from tests.actions.test_frozen import everything
from tests.factory import NOW, submit

LATER = NOW + timedelta(days=2)


@pytest.fixture
def approved(worker: User, supervisor: User, call: Intake) -> Intake:
    """An approved record."""
    submit(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    call.refresh_from_db()
    return call


def amend(
    actor: User, call: Intake, reason: str = "Corrected", text: str = "Moved in May."
) -> Amendment:
    return amendments.amend_intake(
        actor=actor, intake_id=call.pk, reason=reason, text=text, at=LATER
    )


def printed(call: Intake) -> str:
    """What the PDF of the latest submission is made of."""
    submission = Submission.objects.select_related("content").get(intake=call)
    stamp = ExportStamp(by="x", at=LATER, copy_id="1")
    return render_html(intake=call, submission=submission, stamp=stamp)


def test_an_amendment_stands_in_record_and_pdf_and_alters_nothing(
    supervisor: User, approved: Intake
) -> None:
    kept = everything()
    amend(supervisor, approved)
    now = everything()
    assert {name for name in now if now[name] != kept[name]} == {
        "Amendment",
        "Intake",
    }  # retention runs anew
    words = printed(approved)
    assert "Moved in May." in words
    assert "DRAFT" not in words
    event = AuditEvent.objects.get(verb="intake.amended")
    assert (event.subject_id, event.details) == (approved.pk, {})


def test_only_an_approved_record_is_amended(
    worker: User, supervisor: User, stranger: User, call: Intake
) -> None:
    submit(worker, call)
    before = everything()
    with pytest.raises(NotPossibleNow):
        amend(supervisor, call)
    for somebody in (worker, stranger):
        with pytest.raises(Intake.DoesNotExist):
            amend(somebody, call)
    assert everything() == before


@pytest.mark.parametrize(
    ("reason", "text"), [("", "x"), ("x", " "), ("x" * 501, "x"), ("x", "x" * 20_001)]
)
def test_an_amendment_needs_its_words(
    supervisor: User, approved: Intake, reason: str, text: str
) -> None:
    with pytest.raises(InvalidValue):
        amend(supervisor, approved, reason, text)
    assert not Amendment.objects.exists()


def test_entered_in_error_is_a_mark_once(
    worker: User, supervisor: User, stranger: User, approved: Intake
) -> None:
    about: dict[str, Any] = {"intake_id": approved.pk, "reason": "Another family.", "at": LATER}
    for somebody in (worker, stranger):
        with pytest.raises(Intake.DoesNotExist):
            amendments.enter_in_error(actor=somebody, **about)
    with pytest.raises(InvalidValue):
        amendments.enter_in_error(actor=supervisor, **about | {"reason": ""})
    before = everything()
    amendments.enter_in_error(actor=supervisor, **about)
    now = everything()
    # No figure counts it any more.
    assert {name for name in now if now[name] != before[name]} == {"CallSummary", "Intake"}
    approved.refresh_from_db()
    assert (approved.status, approved.entered_in_error_at) == ("approved", LATER)
    with pytest.raises(NotPossibleNow):
        amendments.enter_in_error(actor=supervisor, **about)
    event = AuditEvent.objects.get(verb="intake.entered_in_error")
    assert event.details == {}
    words = printed(approved)
    assert "approved, entered in error" in words.lower()
    assert "Another family." in words
