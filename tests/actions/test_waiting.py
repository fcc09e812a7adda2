"""Two at once in a known order on PostgreSQL: the second waits for the first, seen in its locks."""

import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from intake.actions import wrap_up
from intake.actions.submissions import freeze
from intake.errors import NotPossibleNow
from intake.models import Intake, Narrative, Person, Submission, User
from tests.actions.test_concurrency import PATIENCE, ROUNDS, at_once, saving, split
from tests.factory import NOW, make_call, make_ready

pytestmark = [pytest.mark.postgresql_only, pytest.mark.usefixtures("transactional_db")]

LOOKS = 20_000  # at the locks, until the other one is seen to wait


def is_waiting(backend: int) -> bool:
    """Whether the connection waits for a lock of another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [backend])
        return bool(cursor.fetchone()[0])


def test_a_save_that_comes_while_the_record_is_frozen_waits_and_is_refused(
    worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = make_call(worker)
    make_ready(worker, call)
    save = saving(worker, call, "narrative.text", "Too late")
    backends: list[int] = []
    outcomes: list[Any] = []
    connected = threading.Event()

    def run() -> None:
        try:
            connection.ensure_connection()
            backends.append(connection.connection.info.backend_pid)
            connected.set()
            outcomes.append(save())
        except Exception as refusal:  # noqa: BLE001 - looked at below
            outcomes.append(refusal)
        finally:
            connection.close()

    saver = threading.Thread(target=run)

    def freeze_and_wait(intake: Intake, **about: Any) -> Submission:
        submission = freeze(intake, **about)
        saver.start()
        assert connected.wait(PATIENCE)
        for _ in range(LOOKS):
            if outcomes or is_waiting(backends[0]):
                break
        else:
            pytest.fail("The save neither ended nor waited.")
        return submission

    monkeypatch.setattr(wrap_up, "freeze", freeze_and_wait)
    wrap_up.submit_intake(actor=worker, intake_id=call.pk, at=NOW)
    saver.join(PATIENCE)
    assert isinstance(outcomes[0], NotPossibleNow)
    assert Narrative.objects.get(intake=call).text == ""
    assert "Too late" not in Submission.objects.get(intake=call).content.text


def test_a_new_row_that_is_sent_twice_is_made_once(worker: User) -> None:
    for _ in range(ROUNDS):
        call = make_call(worker)
        row, key, about = uuid.uuid4(), uuid.uuid4(), {"role": "child"}
        save = saving(worker, call, f"person.{row}.name", "Amir", key=key, row=about)
        done, refused = split(at_once(save, save))
        assert not refused
        assert {one.revision for one in done} == {1}
        assert Person.objects.get(intake=call).saves["name"]["key"] == str(key)
