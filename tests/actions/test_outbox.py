"""The outbox's key: one for a user and a call, sealed, released to that user alone."""

import base64

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from intake.actions.outbox import KEPT, forget_keys, release_key
from intake.crypto import SealBroken
from intake.models import AuditEvent, Intake, OutboxKey, User
from tests.factory import NOW, make_call, submit


def release(user: User, call: Intake) -> str:
    return release_key(actor=user, intake_id=call.pk, at=NOW)


def test_a_key_is_made_once_and_outlives_the_call(worker: User, call: Intake) -> None:
    key = release(worker, call)
    assert len(base64.b64decode(key)) == 32
    assert release(worker, call) == key
    other = make_call(worker)
    assert release(worker, other) != key
    submit(worker, call)
    assert release(worker, call) == key
    assert OutboxKey.objects.count() == 2


def test_a_colleague_who_has_the_call_now_gets_another_key(
    worker: User, worker2: User, call: Intake
) -> None:
    key = release(worker, call)
    Intake.objects.filter(pk=call.pk).update(worker=worker2)
    assert release(worker2, call) != key
    assert release(worker, call) == key  # what was left behind is still the first one's


def test_nobody_else_gets_a_key(
    worker2: User, supervisor: User, privacy: User, stranger: User, worker: User, call: Intake
) -> None:
    release(worker, call)
    for somebody in (worker2, supervisor, privacy, stranger):
        with pytest.raises(Intake.DoesNotExist):
            release(somebody, call)
    assert OutboxKey.objects.count() == 1


def test_no_key_is_made_for_a_frozen_call(worker: User, call: Intake) -> None:
    submit(worker, call)
    with pytest.raises(Intake.DoesNotExist):
        release(worker, call)


def test_the_key_lies_sealed_and_opens_in_its_own_row_only(worker: User, call: Intake) -> None:
    key = release(worker, call)
    row = OutboxKey.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM intake_outboxkey")
        raw = bytes(cursor.fetchone()[0])
    assert key.encode() not in raw
    assert base64.b64decode(key) not in raw
    moved = OutboxKey(sealed=row.sealed)
    with pytest.raises(SealBroken):
        moved.read()


def test_a_key_that_the_ring_does_not_open_any_more_is_replaced(
    worker: User, call: Intake, settings: Settings
) -> None:
    old = release(worker, call)
    settings.ENCRYPTION_KEYS = {"new": bytes(32)}
    fresh = release(worker, call)
    assert fresh != old
    assert release(worker, call) == fresh
    event = AuditEvent.objects.get(verb="outbox_key.replaced")
    assert (event.actor, event.subject_id) == (worker, call.pk)


def test_the_address_releases_it_uncached(as_worker: Client, worker: User, call: Intake) -> None:
    answer = as_worker.post(reverse("call_outbox_key", args=[call.pk]))
    assert answer.json() == {"key": release(worker, call)}
    assert "no-store" in answer["Cache-Control"]


def test_keys_go_two_days_after_their_call_took_the_last_text(
    worker: User, worker2: User, call: Intake
) -> None:
    released = release(worker, call)
    other = make_call(worker2)
    release(worker2, other)
    submit(worker, call)
    call.refresh_from_db()
    assert call.submitted_at is not None
    assert forget_keys(at=call.submitted_at + KEPT) == 0
    assert forget_keys(at=call.submitted_at + KEPT * 2) == 1
    assert [one.intake_id for one in OutboxKey.objects.all()] == [other.pk]  # it takes text still
    with pytest.raises(Intake.DoesNotExist):
        release(worker, call)
    assert released
