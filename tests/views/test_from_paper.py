"""Entering a call from paper: the page that asks, the screens and lists that say so."""

from datetime import timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from intake.actions import calls
from intake.models import AuditEvent, CrossReportSending, Dispatch, HeardNote, Intake, User
from tests.actions.test_frozen import everything
from tests.factory import make_call, option, put, submit

PAGE = reverse("call_from_paper")


def typed(days: int = 2, minutes: int = 25, **more: str) -> dict[str, str]:
    """What is typed for a call of so many minutes, so many days ago."""
    began = timezone.now() - timedelta(days=days)
    ended = began + timedelta(minutes=minutes)
    zone = ZoneInfo("America/Los_Angeles")
    shown = {"began": began, "ended": ended}
    return {name: f"{one.astimezone(zone):%Y-%m-%dT%H:%M}" for name, one in shown.items()} | more


def enter(client: Client) -> Intake:
    response = client.post(PAGE, typed())
    intake = Intake.objects.get(from_paper_at__isnull=False)
    assert response["Location"] == reverse("call", args=[intake.pk])
    return intake


def test_the_page_asks_when_and_opens_the_call(as_worker: Client, worker: User) -> None:
    link = f'<a href="{PAGE}">From paper</a>'
    assert link in as_worker.get(reverse("calls")).content.decode()
    page = as_worker.get(PAGE).content.decode()
    assert "The call began" in page
    assert "came twice" not in page
    intake = enter(as_worker)
    assert intake.worker == worker
    assert intake.ended_at is not None
    assert intake.ended_at - intake.started_at == timedelta(minutes=25)
    assert AuditEvent.objects.filter(verb="intake.from_paper").count() == 1
    assert not AuditEvent.objects.filter(verb="intake.started").exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Say the date and the time."),
        ({"began": "x", "ended": "y"}, "This is no date and time."),
        (typed(days=31), "more than 30 days ago"),
        (typed(days=-1), "later than now"),
        (typed(minutes=-5), "ended after it began"),
        (typed() | {"began": "2026-03-08T02:30"}, "it was skipped that night"),
    ],
)
def test_bad_times_change_nothing_and_stay_in_the_form(
    as_worker: Client, data: dict[str, str], sentence: str
) -> None:
    before = everything()
    response = as_worker.post(PAGE, data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Nothing was entered yet" in page
    assert sentence in page
    for value in data.values():
        assert f'value="{value}"' in page
    assert everything() == before


def test_an_hour_that_came_twice_is_asked_for(as_worker: Client) -> None:
    data = {"began": "2025-11-02T01:30", "ended": "2025-11-02T03:00"}
    page = as_worker.post(PAGE, data).content.decode()
    assert "Say which one it was." in page
    assert 'name="began_hour"' in page
    assert 'name="ended_hour"' not in page
    page = as_worker.post(PAGE, data | {"began_hour": "again"}).content.decode()
    assert "more than 30 days ago" in page  # which it is
    assert 'name="began_hour"' in page


@pytest.mark.parametrize("who", ["supervisor", "administrator", "privacy"])
def test_others_do_not_find_it(client: Client, who: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))
    before = everything()
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, typed()).status_code == 404
    assert client.put(PAGE).status_code == 405
    assert everything() == before
    assert PAGE not in client.get(reverse("editions")).content.decode()


def test_the_call_screen_has_no_timer_and_no_end(as_worker: Client, worker: User) -> None:
    intake = enter(as_worker)
    page = as_worker.get(reverse("call", args=[intake.pk])).content.decode()
    assert "call-timer" not in page
    assert reverse("call_end", args=[intake.pk]) not in page
    assert f'href="{reverse("wrap_up", args=[intake.pk])}"' in page
    assert "Resume the call" not in page
    assert "data-fresh" in page
    assert "<strong>From paper:</strong> took place" in page
    assert ", from paper" in as_worker.get(reverse("wrap_up", args=[intake.pk])).content.decode()
    own = make_call(worker, at=timezone.now())
    page = as_worker.get(reverse("call", args=[own.pk])).content.decode()
    assert "call-timer" in page
    assert "From paper" not in page


def test_lists_say_that_it_is_from_paper(as_worker: Client, supervisor: User) -> None:
    intake = enter(as_worker)
    page = as_worker.get(reverse("calls")).content.decode()
    assert "From paper, to be submitted" in page
    assert f'>Go on<span class="visually-hidden"> with call {intake.reference}' in page
    submit(intake.worker, intake)
    as_worker.force_login(supervisor)
    assert "(from paper)" in as_worker.get(reverse("intakes")).content.decode()


def words(content: bytes) -> str:
    return " ".join(
        " ".join(one.extract_text() for one in PdfReader(BytesIO(content)).pages).split()
    )


def test_the_record_its_pdf_and_its_json_say_so(as_worker: Client, worker: User) -> None:
    intake = enter(as_worker)
    put(worker, intake, "narrative.text", "From the paper.")
    name = f"heard.{intake.pk}.text"
    put(
        worker,
        intake,
        name,
        "Nobody visits.",
        factor="social_connections",
        side="worry",
        call_seconds="0",
    )
    assert HeardNote.objects.get().call_seconds == 0
    submit(worker, intake)
    page = " ".join(as_worker.get(reverse("intake", args=[intake.pk])).content.decode().split())
    text = words(as_worker.get(reverse("intake_pdf", args=[intake.pk])).content)
    assert "<strong>From paper:</strong> took place" in page
    assert "00:00 Nobody" not in page
    assert "From paper: took place" in text
    assert ", typed in" in text
    record = as_worker.get(reverse("intake_json", args=[intake.pk])).json()
    assert intake.from_paper_at is not None
    assert record["from_paper_at"] == intake.from_paper_at.isoformat(timespec="seconds")


def test_other_records_say_nothing_of_paper(as_worker: Client, call: Intake) -> None:
    submit(call.worker, call)
    assert "From paper" not in as_worker.get(reverse("intake", args=[call.pk])).content.decode()


def test_resuming_from_the_list_leaves_its_end(as_worker: Client, worker: User) -> None:
    intake = enter(as_worker)
    calls.interrupt_call(actor=worker, intake_id=intake.pk, reason="dropped", at=timezone.now())
    as_worker.post(reverse("call_resume", args=[intake.pk]))
    ended_at = intake.ended_at
    intake.refresh_from_db()
    assert (intake.ended_at, intake.interrupted_at) == (ended_at, None)


def test_what_was_told_and_sent_that_day_is_of_that_day(as_worker: Client, worker: User) -> None:
    intake = enter(as_worker)  # two days ago
    when = intake.started_at + timedelta(minutes=10)
    shown = f"{when.astimezone(ZoneInfo('America/Los_Angeles')):%H:%M}"
    as_worker.post(
        reverse("intake_tell", args=[intake.pk]),
        {"told": "tribe", "who": "Desk", "time": shown},
    )
    police = option(intake.agency, "cross_report", "law_enforcement")
    as_worker.post(
        reverse("intake_sent", args=[intake.pk, police]), {"method": "Fax", "time": shown}
    )
    assert Dispatch.objects.get().told_at == when
    assert CrossReportSending.objects.get().sent_at == when
