"""The audit is proved: every way of tampering with it, or with a submission, is found and named."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from intake import jobs, triggers
from intake.actions.audit import seal_events, sign_checkpoint
from intake.models import (
    AuditCheckpoint,
    AuditEvent,
    AuditSeal,
    Intake,
    Submission,
    SubmissionContent,
    SubmissionReporter,
    SubmissionReporterKey,
    User,
)
from intake.models.audit import record_event
from intake.worksheet.audit_proof import find_faults
from tests.factory import make_call, put, submit

NOW = timezone.now


def faults(**about: Any) -> list[str]:
    return list(find_faults(at=NOW(), **about))


@pytest.fixture
def sealed(worker: User) -> Intake:
    """A submitted intake, everything that was done sealed, and a checkpoint of it."""
    call = make_call(worker, NOW())
    put(worker, call, "reporter.name", "Ines Caller", at=NOW())
    put(worker, call, "narrative.text", "What was told", at=NOW())
    submit(worker, call, NOW())
    for number in range(6):
        record_event("intake.viewed", actor=worker, at=NOW(), subject=call, details={"n": number})
    seal_events(at=NOW())
    sign_checkpoint(at=NOW())
    return call


@pytest.fixture
def unguarded() -> Iterator[None]:
    """As for somebody who got past the application, its triggers and the foreign keys."""
    triggers.remove()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = 'replica'")
        else:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
    yield
    # The end of a test looks for rows whose event is gone.
    AuditSeal.objects.exclude(event__in=AuditEvent.objects.all())._raw_delete("default")


def test_what_was_left_alone_is_whole(sealed: Intake) -> None:
    assert faults() == []
    assert AuditSeal.objects.count() == AuditEvent.objects.count() > 8
    assert seal_events(at=NOW()) == 0 and sign_checkpoint(at=NOW()) is None


def test_events_are_sealed_in_whatever_order_they_come_into_view(
    sealed: Intake, worker: User
) -> None:
    before = AuditSeal.objects.count()
    early = NOW() - timedelta(minutes=5)
    for at in (NOW(), early):  # the second began before and was committed after
        record_event("intake.viewed", actor=worker, at=at, subject=sealed)
        assert seal_events(at=NOW(), since=NOW() - jobs.SEALED_LATE) == 1
    long_ago = NOW() - timedelta(days=3)
    record_event("intake.viewed", actor=worker, at=long_ago, subject=sealed)
    assert seal_events(at=NOW(), since=NOW() - jobs.SEALED_LATE) == 0
    assert any("have no seal" in one for one in faults())
    assert seal_events(at=NOW()) == 1
    assert list(AuditSeal.objects.values_list("number", flat=True).order_by("number")) == list(
        range(1, before + 4)
    )
    assert faults() == []


def change(column: str, value: Any) -> Callable[[AuditEvent], object]:
    return lambda event: AuditEvent.objects.filter(pk=event.pk).update(**{column: value})


@pytest.mark.parametrize(
    "tamper",
    [
        change("verb", "intake.exported"),
        change("actor_label", "somebody else"),
        change("details", {"n": 7}),
        change("at", timezone.now() - timedelta(days=400)),
        change("subject_id", None),
    ],
)
def test_a_changed_event_is_named(
    sealed: Intake, unguarded: None, tamper: Callable[[AuditEvent], object]
) -> None:
    event = AuditEvent.objects.filter(verb="intake.viewed").order_by("seal__number")[2]
    number = event.seal.number
    tamper(event)
    assert faults() == [
        f"The event of seal {number} ({event.pk}), or the seal, is not as it was sealed."
    ]


def test_a_removed_event_is_named(sealed: Intake, unguarded: None) -> None:
    event = AuditEvent.objects.filter(verb="intake.viewed").order_by("seal__number")[2]
    number, key = event.seal.number, event.pk
    AuditEvent.objects.filter(pk=key)._raw_delete("default")
    assert faults() == [f"The event of seal {number} is gone ({key})."]
    AuditSeal.objects.filter(number=number)._raw_delete("default")
    found = faults()
    assert found[0] == f"Seals {number} to {number} are gone." and len(found) == 1


def test_the_end_cut_off_is_known_by_the_checkpoint(sealed: Intake, unguarded: None) -> None:
    last = AuditSeal.objects.order_by("-number")[0]
    number, event = last.number, last.event_id
    last.delete()
    AuditEvent.objects.filter(pk=event)._raw_delete("default")
    assert len(faults()) == 1 and f"Seal {number}, which the checkpoint" in faults()[0]


def test_events_that_changed_places_are_named(sealed: Intake, unguarded: None) -> None:
    first, second = AuditSeal.objects.order_by("number")[2:4]
    AuditSeal.objects.filter(pk=first.pk)._raw_delete("default")
    AuditSeal.objects.filter(pk=second.pk).update(event_id=first.event_id)
    first.event_id, second.event_id = second.event_id, first.event_id
    first.save(force_insert=True)
    found = faults()
    assert len(found) == 2 and f"seal {first.number} " in found[0]
    assert f"seal {second.number} " in found[1]


def test_an_inserted_event_does_not_get_into_the_chain(
    sealed: Intake, worker: User, unguarded: None
) -> None:
    forged = record_event("intake.viewed", actor=worker, at=NOW(), subject=sealed)
    third = AuditSeal.objects.order_by("number")[2]
    later = AuditSeal.objects.filter(number__gte=third.number).order_by("-number")
    for one in later:  # make room
        AuditSeal.objects.filter(pk=one.pk).update(number=one.number + 1)
    sha256 = hashlib.sha256(b"x").hexdigest()
    AuditSeal.objects.create(number=third.number, event=forged, sha256=sha256, sealed_at=NOW())
    found = faults()
    assert f"seal {third.number} ({forged.pk})" in found[0]
    assert any("is not the one that its checkpoint" in one for one in found)


def test_a_forged_checkpoint_is_named(sealed: Intake, unguarded: None) -> None:
    AuditCheckpoint.objects.update(sha256="0" * 64)
    assert "signature" in faults()[0] and "is not the one" in faults()[1]


@pytest.mark.parametrize("what", ["content", "content and hash", "reporter", "gone"])
def test_a_changed_submission_is_named(sealed: Intake, unguarded: None, what: str) -> None:
    frozen = Submission.objects.get(intake=sealed)
    name = f"Submission 1 of intake {sealed.reference}"
    if what.startswith("content"):
        content = SubmissionContent.objects.get(submission=frozen)
        text = content.text.replace("What was told", "Something else")
        SubmissionContent.objects.update(text=text)
        expected = f"{name} was changed."
        if what == "content and hash":
            sha256 = hashlib.sha256(text.encode()).hexdigest()
            Submission.objects.update(sha256=sha256)
            expected = f"{name} has another hash than was audited."
    elif what == "reporter":
        row = SubmissionReporter.objects.get(submission=frozen)
        SubmissionReporter.objects.update(sealed=bytes(row.sealed)[:-1] + b"\0\0")
        expected = f"{name}: what it keeps of the reporting party was changed."
    else:
        SubmissionReporterKey.objects.all()._raw_delete("default")
        SubmissionReporter.objects.all()._raw_delete("default")
        SubmissionContent.objects.all()._raw_delete("default")
        Submission.objects.all()._raw_delete("default")
        expected = f"{name} is gone."
    assert faults() == [expected]


def test_the_commands_tell_and_ship(sealed: Intake, tmp_path: Path, request: Any) -> None:
    told, shipped = io.StringIO(), io.StringIO()
    call_command("verify_audit", stdout=told)
    assert "As they were: " in told.getvalue()
    call_command("audit_checkpoints", stdout=shipped)
    [line] = shipped.getvalue().splitlines()
    kept = tmp_path / "kept.jsonl"
    kept.write_text(line + "\n")
    call_command("verify_audit", "--kept", str(kept), stdout=told)
    request.getfixturevalue("unguarded")
    AuditCheckpoint.objects.all()._raw_delete("default")
    AuditSeal.objects.all()._raw_delete("default")
    seal_events(at=NOW())
    AuditEvent.objects.filter(verb="intake.viewed").update(verb="intake.exported")
    AuditSeal.objects.all()._raw_delete("default")
    seal_events(at=NOW())  # a whole chain made anew, which only what was kept elsewhere tells
    call_command("verify_audit", stdout=told)
    with pytest.raises(CommandError, match="1 fault found"):
        call_command("verify_audit", "--kept", str(kept), stdout=told)
    after = json.loads(line)["number"]
    again = io.StringIO()
    call_command("audit_checkpoints", "--after", str(after), stdout=again)
    assert again.getvalue() == ""
    kept.write_text('{"number": 1}\n')
    with pytest.raises(CommandError, match="no checkpoint"):
        call_command("verify_audit", "--kept", str(kept))


def test_the_job_comes_again_and_the_hour_signs(sealed: Intake, worker: User) -> None:
    record_event("intake.viewed", actor=worker, at=NOW(), subject=sealed)
    jobs.seal_audit.func()
    assert not AuditEvent.objects.filter(seal=None).exists()
    before = AuditCheckpoint.objects.count()
    jobs.housekeeping.func()
    assert AuditCheckpoint.objects.count() == before + 1
    assert faults() == []
