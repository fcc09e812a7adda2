"""Pages: what they show, what plain forms save, and a fixed number of queries."""

import re
import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from intake.actions import calls, reviews
from intake.models import (
    Agency,
    Answer,
    AuditEvent,
    Intake,
    Narrative,
    Prompt,
    ReviewComment,
    User,
)
from tests.factory import (
    NOW,
    PASSWORD,
    core_prompt,
    make_call,
    make_ready,
    make_user,
    option,
    put,
    submit,
)


def count_queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def fill(worker: User, call: Intake) -> None:
    prompts = Prompt.objects.filter(edition=call.edition, kind="question", bound_to="")
    for prompt in prompts[:30]:
        put(worker, call, f"answer.{prompt.pk}.text", "Something was said.")
    for index in range(8):
        put(worker, call, f"person.{uuid.uuid4()}.name", f"Child {index}", role="child")


@pytest.mark.parametrize("name", ["call", "wrap_up"])
def test_the_call_takes_a_fixed_number_of_queries(
    as_worker: Client, worker: User, call: Intake, name: str
) -> None:
    address = reverse(name, args=[call.pk])
    put(worker, call, "reporter.name", "Ines")
    as_worker.get(address)  # makes the key of the journal, once
    few = count_queries(as_worker, address)
    fill(worker, call)
    assert count_queries(as_worker, address) == few


def test_list_and_record_take_a_fixed_number_of_queries(
    client: Client, supervisor: User, worker: User
) -> None:
    client.force_login(supervisor)
    first, second = make_call(worker), make_call(worker)
    few = count_queries(client, reverse("intakes"))
    for _ in range(12):
        make_call(worker)
    assert count_queries(client, reverse("intakes")) == few
    fill(worker, second)
    for one in (first, second):
        submit(worker, one)
    addresses = [reverse("intake", args=[one.pk]) for one in (first, second)]
    assert count_queries(client, addresses[0]) == count_queries(client, addresses[1])


def test_signing_in_and_out_is_audited(client: Client, worker: User) -> None:
    wrong = client.post(reverse("login"), {"username": "worker", "password": "guess"})
    assert wrong.status_code == 200
    client.post(reverse("login"), {"username": "worker", "password": PASSWORD})
    assert client.get("/", follow=True).status_code == 200
    client.post(reverse("logout"))
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"user.signed_in", "user.signed_out", "user.sign_in_failed"} <= verbs


def test_the_own_password_is_changed(as_worker: Client, worker: User) -> None:
    new = "a sentence nobody guesses"
    form = {"old_password": "wrong", "new_password1": new, "new_password2": new}
    assert b"not changed" in as_worker.post(reverse("password"), form).content
    form["old_password"] = PASSWORD
    short = form | {"new_password1": "short", "new_password2": "short"}
    refused = as_worker.post(reverse("password"), short)
    assert b"not changed" in refused.content
    assert set(refused.context["form"].errors) == {"new_password1"}
    twice = as_worker.post(reverse("password"), form | {"new_password2": f"{new}!"})
    assert twice.context["form"].errors == {
        "new_password2": ["This is not the same as above. Type the new password twice."]
    }
    other = Client()
    other.force_login(worker)
    done = as_worker.post(reverse("password"), form, follow=True)
    assert b"Your password was changed." in done.content
    assert as_worker.get(reverse("calls")).status_code == 200
    assert other.get(reverse("calls")).status_code == 302  # signed out there
    worker.refresh_from_db()
    assert worker.check_password(new)
    assert AuditEvent.objects.filter(verb="user.changed_password", actor=worker).exists()


def test_a_role_that_is_lost_is_lost_at_once(as_worker: Client, worker: User) -> None:
    assert as_worker.get(reverse("calls")).status_code == 200
    worker.groups.remove(Group.objects.get(name="workers"))
    assert as_worker.get(reverse("calls")).status_code == 404
    assert b"no role yet" in as_worker.get("/").content


def test_a_plain_form_saves_a_section(as_worker: Client, worker: User, call: Intake) -> None:
    prompt, child, blank = core_prompt(call), uuid.uuid4(), uuid.uuid4()
    form = {
        "section": "social_connections",
        f"base:answer.{prompt.pk}.text": "0",
        f"answer.{prompt.pk}.text": "They moved away.",
        f"base:answer.{prompt.pk}.status": "0",
        f"answer.{prompt.pk}.status": "not_asked",
        f"row:person:{child}:role": "child",
        f"base:person.{child}.name": "0",
        f"person.{child}.name": "Amir",
        f"row:person:{blank}:role": "other",
        f"base:person.{blank}.name": "0",
        f"person.{blank}.name": "",
    }
    response = as_worker.post(reverse("call_section", args=[call.pk]), form)
    assert response.status_code == 302
    assert response["Location"].endswith("#panel-social_connections")
    assert Answer.objects.get(intake=call).status == "answered"
    assert [one.name for one in call.people.all()] == ["Amir"]


def test_a_plain_form_shows_both_texts_of_a_conflict(
    as_worker: Client, worker: User, call: Intake
) -> None:
    put(worker, call, "narrative.text", "Theirs")
    form = {"section": "narrative", "base:narrative.text": "0", "narrative.text": "Mine"}
    response = as_worker.post(reverse("call_section", args=[call.pk]), form)
    assert response.status_code == 409
    assert b"Theirs" in response.content
    assert b"Mine" in response.content
    assert Narrative.objects.get(intake=call).text == "Theirs"


@pytest.mark.parametrize("name", ["base:narrative.saves", "base:narrative.text"])
def test_a_strange_form_changes_nothing(as_worker: Client, call: Intake, name: str) -> None:
    response = as_worker.post(reverse("call_section", args=[call.pk]), {name: "x"})
    assert response.status_code == 409


def test_a_plain_form_changes_only_what_was_touched(
    as_worker: Client, worker: User, call: Intake
) -> None:
    prompt = core_prompt(call)
    put(worker, call, f"answer.{prompt.pk}.status", "unknown")
    page = as_worker.get(reverse("call", args=[call.pk])).content.decode()
    form = dict(re.findall(r'name="(base:[^"]+)"\s+value="([^"]+)"', page))
    put(worker, call, "narrative.text", "Written in another tab meanwhile.")
    form |= {"call.method": "phone", "call.language": "en", "narrative.text": ""}
    form |= {f"answer.{prompt.pk}.status": "not_asked", "call.child_now_at": "At school"}
    form |= {
        name.removeprefix("base:"): "not_asked"
        for name in form
        if name.startswith("base:answer.") and name.endswith(".status")
    }
    done = as_worker.post(reverse("call_section", args=[call.pk]), form)
    assert done.status_code == 302
    call.refresh_from_db()
    assert call.child_now_at == "At school"
    assert call.narrative.text == "Written in another tab meanwhile."
    assert Answer.objects.get(intake=call).status == "not_asked"


def test_a_plain_form_corrects_an_answer_in_one_go(
    as_worker: Client, worker: User, call: Intake
) -> None:
    name = f"answer.{core_prompt(call).pk}"
    form = {f"base:{name}.text": "0", f"{name}.text": "Half", f"base:{name}.status": "0"}
    form[f"{name}.status"] = "declined"
    assert as_worker.post(reverse("call_section", args=[call.pk]), form).status_code == 302
    answer = Answer.objects.get(intake=call)
    assert (answer.text, answer.status) == ("Half", "declined")
    form |= {f"base:{name}.text": "1", f"base:{name}.status": "2"}
    form |= {f"{name}.text": "", f"{name}.status": "unknown"}
    assert as_worker.post(reverse("call_section", args=[call.pk]), form).status_code == 302
    answer.refresh_from_db()
    assert (answer.text, answer.status) == ("", "unknown")


def test_a_refused_new_row_comes_back_with_its_words(as_worker: Client, call: Intake) -> None:
    child, note = uuid.uuid4(), uuid.uuid4()
    form = {f"row:person:{child}:role": "child", f"base:person.{child}.name": "0"}
    form |= {f"person.{child}.name": "x" * 501}
    form |= {f"row:heard:{note}:factor": "social_connections", f"row:heard:{note}:side": "worry"}
    form |= {f"base:heard.{note}.text": "0", f"heard.{note}.text": "y" * 20_001}
    answer = as_worker.post(reverse("call_section", args=[call.pk]), form)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f'name="person.{child}.name"' in page
    assert "x" * 501 in page
    assert "y" * 20_001 in page


def test_days_beyond_all_zones_are_refused_with_a_sentence(as_worker: Client) -> None:
    for query in ("until=9999-12-31", "since=0001-01-01"):
        answer = as_worker.get(f"{reverse('intakes')}?{query}")
        assert answer.status_code == 200
        assert b"Choose a day" in answer.content


def test_a_press_after_the_session_ended_leads_to_the_sign_in(client: Client, call: Intake) -> None:
    for name in ("call_submit", "call_end"):
        answer = client.post(reverse(name, args=[call.pk]))
        assert answer.headers["Location"] == reverse("login")


def test_frozen_calls_take_no_forms(as_worker: Client, worker: User, call: Intake) -> None:
    submit(worker, call)
    for name in ("call_section", "call_end", "call_interrupt", "call_no_report", "call_submit"):
        response = as_worker.post(reverse(name, args=[call.pk]), {"reason": "dropped"}, follow=True)
        assert response.status_code == 200
        assert b"takes no more changes" in response.content, name
    call.refresh_from_db()
    assert call.status == "submitted"


def test_the_wrap_up_names_what_is_missing_and_then_submits(
    as_worker: Client, worker: User, call: Intake
) -> None:
    put(worker, call, "call.danger_now", "no")
    address = reverse("call_submit", args=[call.pk])
    refused = as_worker.post(address)
    assert refused.status_code == 422
    assert b"#f-decision-rationale" in refused.content
    decision = 'data-task="decision">{}<'
    assert decision.format("To do") in refused.content.decode()
    form: dict[str, str] = {}
    wanted = {
        "call.responder_safety": "no",
        "call.tribal_information": "unknown",
        "decision.screening": option(worker.agency, "screening", "transfer"),
        "decision.rationale": "Family lives in the next county.",
    }
    for name, text in wanted.items():
        form |= {f"base:{name}": "0", name: text}
    refused = as_worker.post(address, form)
    assert refused.status_code == 422
    assert b"Say to whom it was transferred, how and when." in refused.content
    assert decision.format("Incomplete") in refused.content.decode()
    for part in ("agency", "person", "method", "time"):
        name = f"decision.transfer_{part}"
        form = form | {f"base:{name}": "0", name: f"The {part}"}
    form = {name: text for name, text in form.items() if "transfer_" in name}
    assert as_worker.post(address, form).status_code == 302
    call.refresh_from_db()
    assert call.status == "submitted"


def test_the_course_of_a_call_by_forms(as_worker: Client, call: Intake) -> None:
    def step(name: str, **form: str) -> str:
        response = as_worker.post(reverse(name, args=[call.pk]), form)
        assert response.status_code == 302
        return str(response["Location"])

    assert step("call_interrupt", reason="") == reverse("call", args=[call.pk])
    assert step("call_interrupt", reason="dropped") == reverse("calls")
    assert step("call_resume") == reverse("call", args=[call.pk])
    assert step("call_end") == reverse("wrap_up", args=[call.pk])
    assert step("call_no_report", reason="information") == reverse("calls")
    call.refresh_from_db()
    assert call.status == "closed_no_report"


def test_the_list_filters_and_turns_pages(client: Client, supervisor: User, worker: User) -> None:
    client.force_login(supervisor)
    for minute in range(26):
        make_call(worker, at=NOW + timedelta(minutes=minute))
    first = client.get(reverse("intakes"))
    assert b"26 intakes" in first.content
    assert b"26-000001" not in first.content
    older = client.get(f"{reverse('intakes')}?{first.context['older']}")
    assert b"26-000001" in older.content
    newer = client.get(f"{reverse('intakes')}?{older.context['newer']}")
    assert list(newer.context["page"]) == list(first.context["page"])
    nothing = client.get(reverse("intakes") + "?status=approved&since=2026-01-01&until=2026-12-31")
    assert b"No intake fits" in nothing.content


def test_the_pdf_says_what_was_said_but_not_who_called(
    as_worker: Client, worker: User, supervisor: User, call: Intake
) -> None:
    put(worker, call, f"answer.{core_prompt(call).pk}.text", "They moved away in May.")
    put(worker, call, "narrative.text", "李雷 Nguyễn Şükrü")
    put(worker, call, "reporter.name", "Canary Caller")
    submission = submit(worker, call)
    response = as_worker.get(reverse("intake_pdf", args=[call.pk]))
    assert response["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(response.content)).pages
    text = " ".join(page.extract_text() for page in pages).replace("\n", " ")
    for words in ("They moved away in May.", "李雷", "Nguyễn", submission.sha256, "DRAFT"):
        assert words in text
    assert "Canary" not in text
    record = as_worker.get(reverse("intake", args=[call.pk])).content.decode()
    assert "They moved away in May." in record
    assert "Canary" not in record
    exported = as_worker.get(reverse("intake_json", args=[call.pk]))
    assert exported.content.decode() == submission.content.text
    kinds = [one.details["kind"] for one in AuditEvent.objects.filter(verb="intake.exported")]
    assert sorted(kinds) == ["json", "pdf"]


def test_an_agency_without_question_sets_says_so(client: Client, db: None) -> None:
    user = make_user(Agency.objects.create(slug="new", name="New"), "fresh", "workers")
    client.force_login(user)
    response = client.post(reverse("call_start"), follow=True)
    assert b"No question sets are published" in response.content


def test_a_retired_option_that_was_chosen_stays(
    as_worker: Client, worker: User, call: Intake
) -> None:
    make_ready(worker, call)
    chosen = call.agency.response_options.get(decides="priority", key="ten_days")
    chosen.is_active = False
    chosen.save(update_fields=["is_active"])
    page = as_worker.get(reverse("wrap_up", args=[call.pk])).content.decode()
    assert "(no longer offered)" in page
    other = call.agency.response_options.filter(decides="priority").exclude(pk=chosen.pk)
    other.update(is_active=False)
    page = as_worker.get(reverse("wrap_up", args=[call.pk])).content.decode()
    assert page.count("(no longer offered)") == 1


def test_a_returned_comment_links_to_its_place(
    as_worker: Client, worker: User, supervisor: User, call: Intake
) -> None:
    submit(worker, call)
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    prompt = core_prompt(call)
    reviews.return_intake(
        actor=supervisor,
        intake_id=call.pk,
        at=NOW,
        comments=[
            reviews.NewComment(anchor=f"answer.{prompt.pk}", text="Who?"),
            reviews.NewComment(anchor="decision.rationale", text="Why?"),
        ],
    )
    page = as_worker.get(reverse("wrap_up", args=[call.pk])).content.decode()
    assert f"{reverse('call', args=[call.pk])}#f-answer-{prompt.pk}-text" in page
    assert page.count('data-remark="f-decision-rationale"') == 1
    assert page.count("Change it on the call screen") == 1
    page = as_worker.get(reverse("call", args=[call.pk])).content.decode()
    comment = ReviewComment.objects.get(anchor="decision.rationale")
    assert f"{reverse('wrap_up', args=[call.pk])}#remark-{comment.pk}" in page
    assert "Change it on the call screen" not in page


def test_the_reporting_party_is_shown_while_the_intake_takes_text(
    as_worker: Client, worker: User, supervisor: User, call: Intake
) -> None:
    put(worker, call, "reporter.name", "Rosalind Quill")
    submit(worker, call)
    pages = [reverse("call", args=[call.pk]), reverse("wrap_up", args=[call.pk])]
    for url in pages:
        assert "Rosalind Quill" not in as_worker.get(url, follow=True).content.decode()
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=NOW)
    comment = reviews.NewComment(anchor="decision.rationale", text="Why?")
    reviews.return_intake(actor=supervisor, intake_id=call.pk, at=NOW, comments=[comment])
    assert "Rosalind Quill" in as_worker.get(pages[0]).content.decode()


def test_an_ended_call_waits_for_nobody(as_worker: Client, worker: User, call: Intake) -> None:
    calls.interrupt_call(actor=worker, intake_id=call.pk, reason="dropped", at=NOW)
    assert as_worker.get(reverse("calls")).context["interrupted"] == [call]
    calls.end_call(actor=worker, intake_id=call.pk, at=NOW)
    page = as_worker.get(reverse("calls"))
    assert page.context["interrupted"] == []
    assert page.context["open_calls"] == [call]
