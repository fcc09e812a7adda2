"""The earlier versions of a field: which they are, for whom, and how they became the present."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from intake import permissions
from intake.actions import calls
from intake.fields import parse_name
from intake.models import AuditEvent, FieldRevision, Intake, Narrative, User
from intake.worksheet import build_versions, differences
from intake.worksheet.versions import COMPARED, PAGE
from tests.factory import NOW, core_prompt, make_call, option, put, submit

MINUTE = timedelta(minutes=1)


def type_in(worker: User, call: Intake, name: str, *texts: str, **row: str) -> None:
    """Save one text after the other, a minute apart, so that each earlier one is kept."""
    for base, text in enumerate(texts):
        put(worker, call, name, text, base=base, at=NOW + base * MINUTE, **row)


def ask(client: Client, call: Intake, field: str, **more: str) -> Any:
    """What the dialog asks for."""
    address = reverse("call_versions", args=[call.pk])
    return client.get(address, {"field": field} | more, headers={"accept": "application/json"})


def texts(call: Intake, name: str) -> list[str]:
    """The present text and the earlier ones, as they are called on the screen."""
    call.refresh_from_db()
    versions = build_versions(call, parse_name(name))
    present = [versions.present.words] if versions.present else []
    return present + [one.words for one in versions.earlier]


def test_versions_are_the_newest_first_with_time_and_person(
    as_worker: Client, worker: User, call: Intake
) -> None:
    type_in(worker, call, "narrative.text", "He left.", "He left at noon.", "She left at noon.")
    html = ask(as_worker, call, "narrative.text").json()["html"]
    assert html.index("09:32:00") < html.index("09:31:00") < html.index("09:30:00")  # Pacific
    assert html.count("by Worker Example") == 3
    assert "Mar 2, 2026" in html
    assert "<del>" in html
    assert "She left at noon." in html
    assert texts(call, "narrative.text") == ["She left at noon.", "He left at noon.", "He left."]


def test_a_page_shows_the_same_without_scripts(
    as_worker: Client, worker: User, call: Intake
) -> None:
    type_in(worker, call, "narrative.text", "He left.", "She left.")
    address = reverse("call_versions", args=[call.pk])
    page = as_worker.get(address, {"field": "narrative.text"})
    assert page.status_code == 200
    assert page.templates[0].name == "intake/calls/versions.html"
    shown = page.content.decode()
    assert "Use this version" in shown
    assert "left" not in shown.partition("</title>")[0]


def test_the_form_of_the_page_puts_a_version_back_and_keeps_what_stood(
    as_worker: Client, worker: User, call: Intake
) -> None:
    type_in(worker, call, "narrative.text", "He left.\nAt noon.", "She left.")
    versions = build_versions(call, parse_name("narrative.text"))
    posted = {
        "section": "",
        "base:narrative.text": f"{versions.revision}-{versions.check_sum}",
        "keep:narrative.text": "yes",
        "narrative.text": versions.earlier[0].text,
    }
    answer = as_worker.post(reverse("call_section", args=[call.pk]), posted)
    assert (answer.status_code, answer["Location"]) == (302, reverse("call", args=[call.pk]))
    assert Narrative.objects.get(intake=call).text == "He left.\nAt noon."
    assert FieldRevision.objects.filter(intake=call, text="She left.").exists()


def test_the_call_screen_links_to_versions_where_there_may_be_any(
    as_worker: Client, worker: User, call: Intake
) -> None:
    type_in(worker, call, "narrative.text", "One", "Two")
    put(worker, call, "call.child_now_at", "At school")
    for page in ("call", "wrap_up"):
        shown = as_worker.get(reverse(page, args=[call.pk])).content.decode()
        assert shown.count('class="versions-link no-js-only"') == 1
        assert f"{reverse('call_versions', args=[call.pk])}?field=narrative.text" in shown


def test_a_field_in_which_nothing_stood(as_worker: Client, call: Intake) -> None:
    unsaved = f"person.{uuid.uuid4()}.name"
    for field in ("decision.rationale", "reporter.name", unsaved):
        assert "Nothing stood in this field before." in ask(as_worker, call, field).json()["html"]
    assert texts(call, "call.language") == ["English"]  # it was never saved
    put(call.worker, call, "narrative.text", "Once")
    assert "There is no earlier version." in ask(as_worker, call, "narrative.text").json()["html"]


@pytest.mark.parametrize("field", ["", "narrative", "narrative.saves", "answer.text", "x.y", "é"])
def test_an_unknown_field_is_not_found(as_worker: Client, call: Intake, field: str) -> None:
    before = AuditEvent.objects.count()
    assert ask(as_worker, call, field).status_code == 404
    assert as_worker.get(reverse("call_versions", args=[call.pk])).status_code == 404
    assert AuditEvent.objects.count() == before


def test_a_row_of_another_call_has_no_versions_here(
    as_worker: Client, worker: User, worker2: User, call: Intake
) -> None:
    others = [make_call(worker), make_call(worker2)]
    for other in others:
        person = f"person.{uuid.uuid4()}.name"
        put(other.worker, other, person, "Ottoline", role="child")
        put(other.worker, other, person, "Zebulon", base=1, at=NOW + MINUTE)
        shown = ask(as_worker, call, person).json()["html"]
        assert "Nothing stood in this field before." in shown
        assert "Ottoline" not in shown
    assert ask(as_worker, others[1], "narrative.text").status_code == 404


def test_a_frozen_call_shows_none(as_worker: Client, worker: User, call: Intake) -> None:
    type_in(worker, call, "narrative.text", "One", "Two")
    submit(worker, call)
    before = AuditEvent.objects.count()
    refused = ask(as_worker, call, "narrative.text")
    assert (refused.status_code, refused.json()["reason"]) == (409, "state")
    assert "takes no more changes" in refused.json()["error"]
    page = as_worker.get(reverse("call_versions", args=[call.pk]), {"field": "narrative.text"})
    assert (page.status_code, page["Location"]) == (302, reverse("intake", args=[call.pk]))
    closed = make_call(worker)
    calls.close_no_report(actor=worker, intake_id=closed.pk, reason="wrong_number", at=NOW)
    assert ask(as_worker, closed, "narrative.text").status_code == 409
    events = AuditEvent.objects.all()[before:]
    assert "intake.versions_viewed" not in {event.verb for event in events}


def test_signed_out_it_says_so(client: Client, call: Intake) -> None:
    assert ask(client, call, "narrative.text").json()["reason"] == "signed_out"


def test_an_opening_is_audited_once_by_its_column(
    as_worker: Client, worker: User, call: Intake
) -> None:
    name = f"person.{uuid.uuid4()}.name"
    type_in(worker, call, name, "Ottoline", "Zebulon", role="child")
    ask(as_worker, call, name)
    event = AuditEvent.objects.get(verb="intake.versions_viewed")
    assert event.details == {"field": "person.name"}
    assert (event.actor, event.subject_id) == (worker, call.pk)


def test_the_reporting_partys_open_for_whoever_may_see_it(
    as_worker: Client, worker: User, call: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(worker, call, "reporter.name", "Quillfeather", "Quillfeather-Smith")
    type_in(worker, call, "reporter.kind", "mandated", "non_mandated")
    html = ask(as_worker, call, "reporter.name").json()["html"]
    assert 'value="Quillfeather"' in html
    assert texts(call, "reporter.kind") == ["Not a mandated reporter", "Mandated reporter"]
    monkeypatch.setattr(permissions, "can_see_reporter", lambda *_: False)
    for field in ("reporter.name", "reporter.kind"):
        assert ask(as_worker, call, field).status_code == 404


def test_choices_are_told_in_words(worker: User, call: Intake) -> None:
    screening = [option(worker.agency, "screening", key) for key in ("in_person", "evaluated_out")]
    person, prompt = uuid.uuid4(), core_prompt(call)
    heard = f"heard.{uuid.uuid4()}"
    type_in(worker, call, "call.danger_now", "yes", "no", "")
    type_in(worker, call, "decision.screening", *screening)
    type_in(worker, call, f"person.{person}.is_removed", "yes", "", role="child")
    type_in(worker, call, f"person.{person}.birth_date", "2019-03-01", "2018-03-01")
    type_in(worker, call, f"answer.{prompt.pk}.source", "first_hand", "second_hand")
    put(worker, call, f"{heard}.text", "Moved away.", factor="social_connections", side="worry")
    type_in(worker, call, f"{heard}.prompt", str(prompt.pk), "")
    assert texts(call, "call.danger_now") == ["", "No", "Yes"]
    assert len(set(texts(call, "decision.screening"))) == 2
    assert not set(screening) & set(texts(call, "decision.screening"))
    assert texts(call, f"person.{person}.is_removed") == ["No", "Yes"]
    assert texts(call, f"person.{person}.birth_date") == ["2018-03-01", "2019-03-01"]
    assert texts(call, f"answer.{prompt.pk}.source") == ["Second-hand", "First-hand"]
    assert texts(call, f"{heard}.prompt") == ["", prompt.texts.get(language="en").text]


def test_references_and_cross_reports_have_versions_too(worker: User, call: Intake) -> None:
    prompt, recipient = core_prompt(call), option(worker.agency, "cross_report", "law_enforcement")
    type_in(worker, call, f"answer.{prompt.pk}.text", "One", "Two")
    type_in(worker, call, f"reference.{prompt.pk}.stands", "yes", "")
    type_in(worker, call, f"cross_report.{recipient}.note", "Sent", "Sent at noon")
    assert texts(call, f"answer.{prompt.pk}.text") == ["Two", "One"]
    assert texts(call, f"reference.{prompt.pk}.stands") == ["No", "Yes"]
    assert texts(call, f"cross_report.{recipient}.note") == ["Sent at noon", "Sent"]


def test_exact_words_stay_locked_on_the_page(as_worker: Client, worker: User, call: Intake) -> None:
    name = f"quote.{uuid.uuid4()}.text"
    type_in(worker, call, name, "I want to go home.", "I want to go home!", unlocked="yes")
    page = as_worker.get(reverse("call_versions", args=[call.pk]), {"field": name})
    assert b"Use this version" not in page.content
    assert "Change the words" in page.content.decode()
    # The dialog knows whether they were unlocked there.
    assert "Use this version" in ask(as_worker, call, name).json()["html"]


def test_many_versions_come_in_parts(as_worker: Client, worker: User, call: Intake) -> None:
    said = [f"Text {number}" for number in range(PAGE + 6)]
    type_in(worker, call, "narrative.text", *said)
    first = build_versions(call, parse_name("narrative.text"))
    assert len(first.earlier) == PAGE
    assert first.before == first.earlier[-1].revision
    older = build_versions(call, parse_name("narrative.text"), before=first.before)
    assert [one.text for one in (*first.earlier, *older.earlier)] == said[-2::-1]
    assert older.before is None
    html = ask(as_worker, call, "narrative.text").json()["html"]
    assert f"before={first.before}" in html
    rest = ask(as_worker, call, "narrative.text", before=str(first.before)).json()["html"]
    assert "Present text" not in rest
    assert "Text 0" in rest
    assert "Text 9" in ask(as_worker, call, "narrative.text", before="x").json()["html"]


@pytest.mark.parametrize("field", ["narrative.text", "reporter.name", "decision.screening"])
def test_more_versions_take_no_more_queries(
    as_worker: Client, worker: User, call: Intake, field: str
) -> None:
    keys = [option(worker.agency, "screening", key) for key in ("in_person", "evaluated_out")]
    said = keys * 6 if field == "decision.screening" else [f"Text {one}" for one in range(12)]
    counts = []
    for base, text in enumerate(said):
        put(worker, call, field, text, base=base, at=NOW + base * MINUTE)
        with CaptureQueriesContext(connection) as queries:
            ask(as_worker, call, field)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 10


def told(old: str, new: str) -> list[tuple[str, str]]:
    return [(part.kind, part.text) for part in differences(old, new)]


def test_differences_are_told_word_by_word() -> None:
    assert told("He left at noon.", "She left at noon.") == [
        ("gone", "He"),
        ("new", "She"),
        ("same", " left at noon."),
    ]
    assert told("He left.", "He left.\nShe came. ") == [
        ("same", "He left."),
        ("new", "\nShe came. "),
    ]
    assert told("Same.", "Same.") == [("same", "Same.")]
    assert told("", "New.") == [("new", "New.")]
    assert told("Gone.", "") == [("gone", "Gone.")]
    assert told("", "") == []
    assert told("他说三点", "他说四点") == [
        ("same", "他说"),
        ("gone", "三"),
        ("new", "四"),
        ("same", "点"),
    ]


def test_long_stretches_that_are_the_same_are_left_out_but_not_lost() -> None:
    middle = " ".join(f"word{number}" for number in range(200))
    old, new = f"First {middle} last", f"Begin {middle} end"
    parts = told(old, new)
    assert [kind for kind, _ in parts] == [
        "gone", "new", "same", "left_out", "same", "gone", "new"
    ]  # fmt: skip
    assert "".join(text for kind, text in parts if kind != "new") == old
    assert "".join(text for kind, text in parts if kind != "gone") == new


def test_very_long_differences_are_shown_as_wholes() -> None:
    old = " ".join(f"a{number}" for number in range(COMPARED))
    new = " ".join(f"b{number}" for number in range(COMPARED))
    assert [kind for kind, _ in told(old, new)] == ["gone", "new"]
