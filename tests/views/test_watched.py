"""Reading leaves a trace, nothing is kept by browsers, and nobody sees another agency's traces."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from intake.models import AuditEvent, Edition, Intake, User
from intake.models.audit import record_event
from tests.actions.test_frozen import everything
from tests.factory import NOW, make_call, make_user, put, submit
from tests.views.test_access import TABLE, address


def seen(verb: str, call: Intake) -> list[User | None]:
    """Who did `verb` to the call, in order."""
    events = AuditEvent.objects.filter(verb=verb, subject_id=call.pk).order_by("at")
    return [event.actor for event in events]


def test_opening_a_call_its_wrap_up_and_its_record_is_audited(
    as_worker: Client, worker: User, supervisor: User, call: Intake
) -> None:
    as_worker.get(reverse("call", args=[call.pk]))
    assert seen("intake.viewed", call) == [worker]
    as_worker.get(reverse("wrap_up", args=[call.pk]))
    assert seen("intake.viewed", call) == [worker] * 2
    submit(worker, call)
    as_worker.get(reverse("intake", args=[call.pk]))
    assert seen("intake.viewed", call) == [worker] * 3
    as_worker.force_login(supervisor)
    as_worker.get(reverse("intake", args=[call.pk]))
    assert seen("intake.viewed", call)[-1] == supervisor
    for name in ("intake_pdf", "intake_json"):
        as_worker.get(reverse(name, args=[call.pk]))
    assert seen("intake.exported", call) == [supervisor] * 2


def test_what_one_may_not_see_leaves_no_view(client: Client, call: Intake, stranger: User) -> None:
    client.force_login(stranger)
    for name in ("call", "wrap_up", "intake"):
        assert client.get(reverse(name, args=[call.pk])).status_code == 404
    assert seen("intake.viewed", call) == []


def test_the_audit_is_the_own_agency_s(client: Client, privacy: User, stranger: User) -> None:
    record_event("user.signed_in", actor=stranger, at=NOW, subject=stranger)
    record_event("user.signed_in", actor=privacy, at=NOW, subject=privacy)
    client.force_login(privacy)
    page = client.get(reverse("audit"))
    assert {event.agency_id for event in page.context["page"]} == {privacy.agency_id}
    assert "stranger" not in page.content.decode()


def test_question_sets_are_the_own_agency_s(
    client: Client, administrator: User, stranger: User
) -> None:
    Edition.objects.create(agency=stranger.agency, number=7, created_at=NOW)
    client.force_login(administrator)
    assert "Edition 7" not in client.get(reverse("editions")).content.decode()
    assert client.get(reverse("edition", args=[7])).status_code == 404


def test_no_page_is_kept_by_a_browser(as_worker: Client, worker: User, call: Intake) -> None:
    for name, (method, _) in TABLE.items():
        if method == "get" and name not in ("healthz", "readyz"):
            response = as_worker.get(address(name, call))
            assert {"no-store", "private"} <= set(response["Cache-Control"].split(", ")), name
    submit(worker, call)
    for name in ("intake", "intake_pdf", "intake_json"):
        response = as_worker.get(reverse(name, args=[call.pk]))
        assert response["Cache-Control"] == "no-store, private", name


@pytest.mark.parametrize("who", ["worker2", "supervisor", "administrator", "privacy", "stranger"])
def test_a_refused_post_changes_nothing(
    client: Client, call: Intake, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    client.force_login(user)
    before = everything()
    for name, (method, _) in TABLE.items():
        if (
            method == "post"
            and name.startswith("call_")
            and name not in ("call_start", "call_save")
        ):
            form = {"reason": "mistake", "base:narrative.text": "0-0", "narrative.text": "late"}
            assert client.post(address(name, call), form).status_code == 404, name
    assert everything() == before


def local(day: int, hour: int, minute: int) -> datetime:
    """A moment of March 2026 in Los Angeles before the clocks change, as UTC."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) + timedelta(hours=8)


def listed(client: Client, **wanted: str) -> set[str]:
    """The references that the list shows for a filter."""
    return {one.reference for one in client.get(reverse("intakes"), wanted).context["page"]}


def test_days_begin_and_end_in_the_agency_s_zone(as_worker: Client, worker: User) -> None:
    last, first, noon, end, after = (
        make_call(worker, at=at).reference
        for at in (
            local(1, 23, 59),
            local(2, 0, 0),
            local(2, 12, 0),
            local(2, 23, 59),
            local(3, 0, 0),
        )
    )
    assert listed(as_worker, since="2026-03-02") == {first, noon, end, after}
    assert listed(as_worker, until="2026-03-02") == {last, first, noon, end}
    assert listed(as_worker, since="2026-03-02", until="2026-03-02") == {first, noon, end}


@pytest.mark.parametrize("name", ["calls", "intakes"])
def test_lists_take_a_fixed_number_of_queries(as_worker: Client, worker: User, name: str) -> None:
    def fill() -> None:
        call = make_call(worker)
        put(worker, call, "narrative.text", "Words")
        put(worker, call, f"person.{call.pk}.name", "Amir", role="child")

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_worker.get(reverse(name)).status_code == 200
        return len(captured)

    fill()
    few = count()
    for _ in range(7):
        fill()
    assert count() == few


def test_a_supervisor_who_is_a_worker_too_writes_in_own_calls_only(
    client: Client, call: Intake
) -> None:
    both = make_user(call.agency, "both", "workers", "supervisors")
    client.force_login(both)
    assert client.get(reverse("intake", args=[call.pk])).status_code == 200
    assert client.get(reverse("call", args=[call.pk])).status_code == 404
