"""What a decision leans on stays with it: through returns, resubmissions and amendments."""

import hashlib
import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake import worksheet
from intake.actions import reviews, wrap_up
from intake.errors import InvalidValue
from intake.models import Amendment, Answer, DecisionReference, Intake, User
from tests.factory import NOW, core_prompt, make_call, make_ready, put

words = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80
).filter(str.strip)
SAID = "The aunt brings soup every evening."


def referring(worker: User) -> Intake:
    """A call whose decision leans on one answer."""
    call = make_call(worker)
    well = core_prompt(call, side="working_well")
    put(worker, call, f"answer.{well.pk}.text", SAID)
    make_ready(worker, call)
    put(worker, call, f"reference.{well.pk}.stands", "yes")
    return call


@given(amendments=st.lists(st.tuples(words, words), max_size=4))
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_references_survive_amendments(
    as_worker: Client, worker: User, supervisor: User, amendments: list[tuple[str, str]]
) -> None:
    call = referring(worker)
    submission = wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    before = submission.content.text
    for reason, text in amendments:
        Amendment.objects.create(intake=call, author=supervisor, at=NOW, reason=reason, text=text)
    submission.content.refresh_from_db()
    assert submission.content.text == before
    assert hashlib.sha256(before.encode()).hexdigest() == submission.sha256
    sheet = worksheet.from_json(submission.content.text)
    assert [one.prompt.answer.text for one in sheet.referred_to] == [SAID]
    page = as_worker.get(reverse("intake", args=[call.pk])).content.decode()
    assert "Answers it leans on" in page
    assert page.count("Amended by") == len(amendments)
    assert json.loads(before)["decision"]["references"][0]["stands"] is True


def test_references_survive_a_return_and_can_be_taken_back(worker: User, supervisor: User) -> None:
    call = referring(worker)
    well = core_prompt(call, side="working_well")
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    comment = reviews.NewComment(anchor="decision.rationale", text="Why?")
    reviews.return_intake(actor=supervisor, intake_id=call.pk, comments=[comment], at=NOW)
    again = wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    assert worksheet.from_json(again.content.text).referred_to
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    reviews.return_intake(actor=supervisor, intake_id=call.pk, comments=[comment], at=NOW)
    put(worker, call, f"reference.{well.pk}.stands", "", base=1)
    last = wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    sheet = worksheet.from_json(last.content.text)
    assert sheet.referred_to == ()
    assert sheet.decision.references == ()
    assert escape(SAID) in str(worksheet.build(call).answered)


def test_what_was_not_said_cannot_be_leant_on(worker: User, call: Intake) -> None:
    well = core_prompt(call, side="working_well")
    for make in (lambda: None, lambda: put(worker, call, f"answer.{well.pk}.status", "unknown")):
        make()
        with pytest.raises(InvalidValue, match="no answer to refer to"):
            put(worker, call, f"reference.{well.pk}.stands", "yes")
    assert not DecisionReference.objects.exists()
    assert Answer.objects.get().text == ""
