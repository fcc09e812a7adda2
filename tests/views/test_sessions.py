"""A session ends when nobody touches the screen, and after twelve hours in any case."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intake.models import AuditEvent, User
from tests.factory import PASSWORD

Later = Callable[[float], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Let so many minutes pass."""
    passed = timedelta()
    now = timezone.now

    def pass_minutes(minutes: float) -> None:
        nonlocal passed
        passed += timedelta(minutes=minutes)
        monkeypatch.setattr(timezone, "now", lambda: now() + passed)

    return pass_minutes


@pytest.fixture
def signed_in(client: Client, worker: User) -> Client:
    """A browser in which the worker signed in with a password."""
    form = {"username": "worker", "password": PASSWORD}
    assert client.post(reverse("login"), form).status_code == 302
    return client


def status(client: Client, **headers: str) -> int:
    return client.get(reverse("csrf"), headers={"Accept": "application/json"} | headers).status_code


def test_a_session_ends_when_nobody_touches_it(signed_in: Client, later: Later) -> None:
    later(16.2)  # the page locks itself first; what the server knows may be a minute old
    assert status(signed_in) == 200
    later(16.4)
    assert status(signed_in) == 401
    assert AuditEvent.objects.filter(verb="user.timed_out").count() == 1
    assert signed_in.get(reverse("calls")).status_code == 302


def test_what_a_page_asks_by_itself_is_no_activity(signed_in: Client, later: Later) -> None:
    for _ in range(16):
        later(1)
        assert status(signed_in, **{"X-Background": "yes"}) == 200
    later(0.5)
    assert status(signed_in, **{"X-Background": "yes"}) == 401


def test_activity_keeps_it_for_twelve_hours_and_no_longer(signed_in: Client, later: Later) -> None:
    for _ in range(71):
        later(10)
        assert status(signed_in) == 200
    later(10)
    assert status(signed_in) == 401


def test_the_agency_says_how_long(signed_in: Client, worker: User, later: Later) -> None:
    agency = worker.agency
    assert agency is not None
    agency.idle_lock_minutes = 5
    agency.save()
    assert f'data-idle="{5 * 60}"' in signed_in.get(reverse("calls")).content.decode()
    later(6.4)
    assert status(signed_in) == 401


def test_activity_is_written_every_half_minute_at_most(signed_in: Client, later: Later) -> None:
    status(signed_in)
    with CaptureQueriesContext(connection) as captured:
        status(signed_in)
    assert len(captured) == 2  # session and user
    later(0.6)
    status(signed_in)
    active = signed_in.session["active"]
    status(signed_in)
    assert signed_in.session["active"] == active


def test_locking_ends_the_session_and_signing_in_goes_on_in_place(
    signed_in: Client, worker: User
) -> None:
    script = {"Accept": "application/json"}
    assert signed_in.post(reverse("lock"), headers=script).status_code == 204
    assert status(signed_in) == 401
    who = signed_in.get(reverse("login"), headers=script).json()
    assert who["user"] == ""
    wrong = {"username": "worker", "password": "wrong-wrong-wrong"}
    refused = signed_in.post(reverse("login"), wrong, headers=script)
    assert refused.status_code == 422
    assert refused.json()["error"].endswith(".")
    right = {"username": "worker", "password": PASSWORD}
    answer = signed_in.post(reverse("login"), right, headers=script)
    assert answer.json()["user"] == str(worker.pk)
    assert status(signed_in) == 200
    again = signed_in.post(reverse("login"), right, headers=script)  # another tab was faster
    assert again.json()["user"] == str(worker.pk)
    assert again.json()["session"] == answer.json()["session"]
    assert str(signed_in.session.session_key) not in again.content.decode()
    events = AuditEvent.objects.filter(subject_id=worker.pk)
    verbs = events.values_list("verb", flat=True)
    assert sorted(verbs) == [
        "user.locked",
        "user.sign_in_failed",
        "user.signed_in",
        "user.signed_in",
    ]


def test_storage_is_cleared_only_when_nothing_unsent_is_in_the_browser(
    client: Client, worker: User
) -> None:
    for form, header in (
        ({}, None),
        ({"storage": "kept"}, None),
        ({"storage": "empty"}, '"storage"'),
    ):
        client.force_login(worker)
        assert client.post(reverse("logout"), form).headers.get("Clear-Site-Data") == header


def test_a_session_is_known_by_a_mark_that_changes_with_it(signed_in: Client, worker: User) -> None:
    script = {"Accept": "application/json"}
    mark = signed_in.get(reverse("csrf"), headers=script).json()["session"]
    assert f'data-session="{mark}"' in signed_in.get(reverse("calls")).content.decode()
    signed_in.post(reverse("lock"), headers=script)
    assert signed_in.get(reverse("login"), headers=script).json()["session"] == ""
    right = {"username": "worker", "password": PASSWORD}
    again = signed_in.post(reverse("login"), right, headers=script).json()["session"]
    assert again
    assert again != mark


def test_a_browser_that_is_closed_forgets_who_was_signed_in(client: Client, worker: User) -> None:
    signed_in = client.post(reverse("login"), {"username": "worker", "password": PASSWORD})
    assert signed_in.cookies["hotline_session"]["max-age"] == ""
