"""Lists of calls: their days are the agency's days, and more calls take no more queries."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from intake.actions import calls, reviews
from intake.models import Agency, Intake, User
from tests.factory import NOW, core_prompt, make_call, make_user, put, submit

DAY = "2026-03-02"
AROUND = {  # by the clock on the agency's wall
    "before": datetime(2026, 3, 1, 23, 59, 59, 999999),
    "first": datetime(2026, 3, 2),
    "last": datetime(2026, 3, 2, 23, 59, 59, 999999),
    "after": datetime(2026, 3, 3),
}


def make_calls(worker: User, times: dict[str, datetime]) -> dict[str, str]:
    """Calls that started at these times of the agency's zone; {reference: name}."""
    assert worker.agency is not None
    zone = worker.agency.zone
    return {
        make_call(worker, at=at.replace(tzinfo=zone)).reference: name for name, at in times.items()
    }


def listed(client: Client, calls: dict[str, str], **wanted: str) -> set[str]:
    """The names of the calls that the list shows for a filter."""
    answer = client.get(reverse("intakes"), wanted)
    assert answer.context["form"].is_valid()
    return {calls[one.reference] for one in answer.context["page"]}


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo", "Pacific/Chatham"])
@pytest.mark.parametrize("who", ["worker", "supervisor"])
def test_a_day_is_the_agency_s(
    client: Client, agency: Agency, worker: User, supervisor: User, zone: str, who: str
) -> None:
    agency.time_zone = zone
    agency.save()
    times = {name: at.replace(tzinfo=ZoneInfo(zone)) for name, at in AROUND.items()}
    assert any(at.astimezone(UTC).date() != at.date() for at in times.values())
    made = {make_call(worker, at=at).reference: name for name, at in times.items()}
    client.force_login({"worker": worker, "supervisor": supervisor}[who])
    assert listed(client, made) == {"before", "first", "last", "after"}
    assert listed(client, made, since=DAY) == {"first", "last", "after"}
    assert listed(client, made, until=DAY) == {"before", "first", "last"}
    assert listed(client, made, since=DAY, until=DAY) == {"first", "last"}
    assert listed(client, made, since="2026-03-01", until=DAY) == {"before", "first", "last"}
    assert listed(client, made, since=DAY, until="2026-03-03") == {"first", "last", "after"}
    assert listed(client, made, since="2026-03-03", until="2026-03-01") == set()


def test_the_days_on_which_clocks_change_are_whole(as_worker: Client, worker: User) -> None:
    times = {
        "before spring": datetime(2026, 3, 7, 23, 59),
        "spring": datetime(2026, 3, 8),
        "late spring": datetime(2026, 3, 8, 23, 59),
        "after spring": datetime(2026, 3, 9),
        "before autumn": datetime(2026, 10, 31, 23, 59),
        "autumn": datetime(2026, 11, 1),
        "late autumn": datetime(2026, 11, 1, 23, 59),
        "after autumn": datetime(2026, 11, 2),
    }
    made = make_calls(worker, times)
    spring, autumn = "2026-03-08", "2026-11-01"
    assert listed(as_worker, made, since=spring, until=spring) == {"spring", "late spring"}
    assert listed(as_worker, made, since=autumn, until=autumn) == {"autumn", "late autumn"}


def test_a_status_narrows_a_day_further(as_worker: Client, worker: User) -> None:
    made = make_calls(worker, AROUND)
    for reference, name in made.items():
        if name in ("before", "first"):
            one = Intake.objects.get(reference=reference)
            calls.close_no_report(actor=worker, intake_id=one.pk, reason="mistake", at=NOW)
    closed = {"status": "closed_no_report"}
    assert listed(as_worker, made, **closed) == {"before", "first"}
    assert listed(as_worker, made, since=DAY, **closed) == {"first"}
    assert listed(as_worker, made, until="2026-03-01", **closed) == {"before"}


def test_the_list_tells_the_time_on_the_agency_s_wall(as_worker: Client, worker: User) -> None:
    make_calls(worker, {"late": datetime(2026, 3, 2, 23, 59)})  # the 3rd in UTC
    page = as_worker.get(reverse("intakes")).content.decode()
    assert "Mar 2, 2026, 23:59" in page


def fill(worker: User, call: Intake) -> None:
    """Put something into every kind of row that a list could ask for call by call."""
    put(worker, call, "narrative.text", "What was told.\nMore of it.")
    put(worker, call, f"answer.{core_prompt(call).pk}.text", "They moved away.")
    put(worker, call, "reporter.name", "Ines Caller")
    for role, name in (("child", "Amir"), ("child", "Nuri"), ("caregiver", "Ana")):
        put(worker, call, f"person.{uuid.uuid4()}.name", name, role=role)
    for text in ("Filed", "Filed too"):
        heard = f"heard.{uuid.uuid4()}.text"
        put(worker, call, heard, text, factor="social_connections", side="worry")
        put(worker, call, f"concern.{uuid.uuid4()}.what", "Bruise")


def make_of_every_kind(workers: list[User], supervisor: User) -> None:
    """A call of each worker in every state in which a list shows it."""
    for worker in workers:
        one, dropped, ended, submitted, returned = (make_call(worker) for _ in range(5))
        for call in (one, dropped, ended, submitted, returned):
            fill(worker, call)
        put(worker, one, "call.danger_now", "yes")
        calls.interrupt_call(actor=worker, intake_id=dropped.pk, reason="dropped", at=NOW)
        calls.end_call(actor=worker, intake_id=ended.pk, at=NOW)
        for call in (submitted, returned):
            submit(worker, call)
        about: dict[str, Any] = {"actor": supervisor, "intake_id": returned.pk, "at": NOW}
        reviews.claim_intake(**about)
        remark = reviews.NewComment(anchor="decision.rationale", text="Why?")
        reviews.return_intake(**about, comments=[remark])


@pytest.mark.parametrize(
    ("name", "who"), [("calls", "worker"), ("intakes", "worker"), ("intakes", "supervisor")]
)
def test_more_calls_take_no_more_queries(
    client: Client,
    agency: Agency,
    worker: User,
    worker2: User,
    supervisor: User,
    name: str,
    who: str,
) -> None:
    client.force_login({"worker": worker, "supervisor": supervisor}[who])

    def count() -> tuple[int, int]:
        """How many queries the list takes, and how many calls it names."""
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(reverse(name))
        assert answer.status_code == 200
        known = Intake.objects.filter(agency=agency).values_list("reference", flat=True)
        page = answer.content.decode()
        return len(captured), sum(f">{reference}</a>" in page for reference in known)

    make_of_every_kind([worker], supervisor)
    queries, few = count()
    others = [worker2, make_user(agency, "worker3", "workers")]
    make_of_every_kind([worker, worker, *others], supervisor)
    assert few == 5
    assert count() == (queries, 15 if who == "worker" else 25)
    for minute in range(30):  # more than a page, and more than the recent ones
        make_call(worker, at=NOW + timedelta(minutes=minute))
    assert count()[0] == queries
