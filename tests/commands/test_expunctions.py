"""The list of expunctions, and doing them again in a database that was restored."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from intake.actions import calls, hand_overs, retention, reviews
from intake.actions.audit import seal_events
from intake.management.commands.expunctions import lines, read
from intake.models import (
    Agency,
    AuditEvent,
    Expunction,
    HandOver,
    Intake,
    Measure,
    Narrative,
    Review,
    User,
)
from intake.worksheet.audit_proof import find_faults
from intake.worksheet.retention import ToldExpunction, list_expunctions
from tests.factory import NOW, make_call, make_user, put, submit

WORD = "Quillfeather"  # stands in no word of ours
THEN = datetime(2026, 3, 9, 8, 15, tzinfo=UTC)


@pytest.fixture
def privacy2(agency: Agency) -> User:
    """The second privacy officer."""
    return make_user(agency, "privacy2", "privacy_officers")


@pytest.fixture
def record(worker: User, call: Intake) -> Intake:
    """A submitted record with words of its own."""
    put(worker, call, "narrative.text", f"Said {WORD}.")
    submit(worker, call)
    return call


@pytest.fixture
def told(record: Intake, privacy: User, privacy2: User) -> ToldExpunction:
    """That the record was expunged, as a list from after the backup tells it."""
    return ToldExpunction(
        intake=record.pk,
        reference=record.reference,
        at=THEN,
        kind="court",
        asked=privacy.pk,
        confirmed=privacy2.pk,
    )


def listing(path: Path, *some: ToldExpunction) -> Path:
    """A file as the command writes it."""
    rows = [
        {
            "intake": str(one.intake),
            "reference": one.reference,
            "at": one.at.isoformat(),
            "kind": one.kind,
            "asked": str(one.asked),
            "confirmed": str(one.confirmed),
        }
        for one in some
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in [*rows, {"expunctions": len(rows)}]))
    return path


def again(path: Path) -> str:
    out = StringIO()
    call_command("expunctions", again=path, stdout=out)
    return out.getvalue()


def refuses(path: Path) -> tuple[str, str]:
    """What a command that ends with an error had said before, and its error."""
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("expunctions", again=path, stdout=out)
    return out.getvalue(), str(error.value)


def expunge(one: User, other: User, intake: Intake) -> Expunction:
    asked = retention.request_measure(
        actor=one,
        intake_id=intake.pk,
        kind="expunction",
        authority=f"Order {WORD}",
        dated=date(2026, 3, 1),
        at=THEN,
    )
    retention.confirm_measure(actor=other, measure_id=asked.pk, reference=intake.reference, at=THEN)
    return Expunction.objects.get(intake=intake)


def untouched(record: Intake) -> bool:
    """Whether the record has its words, and nobody told of an expunction."""
    assert not Expunction.objects.exists()
    assert not AuditEvent.objects.filter(verb__startswith="intake.expunged").exists()
    assert not Measure.objects.filter(kind="expunction", confirmed_at__isnull=False).exists()
    return WORD in Narrative.objects.get(intake=record).text


def test_the_list_tells_which_when_and_by_whom_and_nothing_else(
    worker: User,
    record: Intake,
    told: ToldExpunction,
    privacy: User,
    privacy2: User,
    tmp_path: Path,
) -> None:
    assert list(lines()) == ['{"expunctions": 0}']
    expunge(privacy, privacy2, record)
    submit(worker, make_call(worker))  # is in no list
    assert list(list_expunctions()) == [told]
    out = StringIO()
    call_command("expunctions", stdout=out)
    printed = [json.loads(line) for line in out.getvalue().splitlines()]
    assert printed == [
        {
            "intake": str(record.pk),
            "reference": record.reference,
            "at": "2026-03-09T08:15:00+00:00",
            "kind": "court",
            "asked": str(privacy.pk),
            "confirmed": str(privacy2.pk),
        },
        {"expunctions": 1},
    ]
    file = tmp_path / "expunctions.jsonl"
    call_command("expunctions", to=file, stdout=StringIO())
    assert file.read_text() == out.getvalue()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == [file.name]
    assert read(file) == [told]
    file.write_text(out.getvalue() * 2)  # added to the end of one that was shipped before
    assert read(file) == [told, told]


def test_a_list_that_cannot_be_written_leaves_what_was_there(
    agency: Agency, tmp_path: Path
) -> None:
    place = tmp_path / "list"
    place.mkdir()
    for path in (place, tmp_path / "nowhere" / "list"):
        with pytest.raises(CommandError, match="was not written"):
            call_command("expunctions", to=path, stdout=StringIO())
    assert place.is_dir()


def test_it_is_done_again_once_and_the_audit_tells(
    record: Intake, told: ToldExpunction, privacy: User, privacy2: User, tmp_path: Path
) -> None:
    file = listing(tmp_path / "list", told)
    said = again(file)
    assert "Of 1 expunctions 1 were carried out again, 0 stood already, and 0 are of" in said
    assert not Narrative.objects.filter(intake=record).exists()
    record.refresh_from_db()
    assert record.is_hidden
    made = Expunction.objects.get(intake=record)
    assert made.people == (privacy, privacy2)
    assert made.measure is not None
    assert "done again after a restore (first 2026-03-09 08:15 UTC)" in made.measure.authority
    assert made.measure.confirmed_at == THEN
    event = AuditEvent.objects.get(verb="intake.expunged_again")
    assert (event.actor, event.agency, event.subject_id) == (None, record.agency, record.pk)
    assert event.details == {
        "asked": str(privacy.pk),
        "confirmed": str(privacy2.pk),
        "first": "2026-03-09T08:15:00+00:00",
        "kind": "court",
    }
    at = timezone.now()
    seal_events(at=at)
    assert list(find_faults(at=at)) == []

    assert "0 were carried out again, 1 stood already" in again(file)
    assert Expunction.objects.get() == made
    assert AuditEvent.objects.filter(verb__startswith="intake.expunged").count() == 2


def test_the_request_that_waits_here_is_the_one_that_was_confirmed(
    record: Intake, told: ToldExpunction, privacy: User, tmp_path: Path
) -> None:
    waiting = retention.request_measure(
        actor=privacy,
        intake_id=record.pk,
        kind="expunction",
        authority="Court 26-1",
        dated=date(2026, 3, 1),
        at=NOW,
    )
    again(listing(tmp_path / "list", told))
    made = Expunction.objects.get()
    assert made.measure == waiting == Measure.objects.get()
    assert Measure.objects.get().authority == "Court 26-1"


def test_a_record_on_hold_is_refused_and_the_others_are_done(
    worker: User,
    record: Intake,
    told: ToldExpunction,
    privacy: User,
    privacy2: User,
    tmp_path: Path,
) -> None:
    other = make_call(worker)
    submit(worker, other)
    hold = retention.request_measure(
        actor=privacy, intake_id=record.pk, kind="hold", authority="Court 26-2", at=NOW
    )
    after = replace(told, intake=other.pk, reference=other.reference, kind="retention")
    file = listing(tmp_path / "list", told, after)
    said, error = refuses(file)
    assert f"Intake {record.reference} is on legal hold in this database" in said
    assert "1 were carried out again" in said
    assert "1 of the list could not be carried out again" in error
    assert WORD in Narrative.objects.get(intake=record).text
    assert Expunction.objects.get().intake == other
    lift = retention.request_measure(
        actor=privacy, intake_id=record.pk, kind="lift", authority="x", ends=hold.pk, at=NOW
    )
    retention.confirm_measure(actor=privacy2, measure_id=lift.pk, at=NOW)
    assert "1 were carried out again, 1 stood already" in again(file)


def test_what_is_not_here_is_passed_by(
    record: Intake, told: ToldExpunction, tmp_path: Path
) -> None:
    said = again(listing(tmp_path / "list", replace(told, intake=uuid.uuid4())))
    assert "and 1 are of records that are not in this database" in said
    assert untouched(record)


@pytest.mark.parametrize("wrong", ["reference", "unknown", "alone", "elsewhere"])
def test_another_record_or_other_people_are_refused(
    record: Intake, told: ToldExpunction, stranger: User, wrong: str, tmp_path: Path
) -> None:
    changes: dict[str, dict[str, Any]] = {
        "reference": {"reference": "26-999999"},
        "unknown": {"confirmed": uuid.uuid4()},
        "alone": {"confirmed": told.asked},
        "elsewhere": {"asked": stranger.pk},
    }
    said, error = refuses(listing(tmp_path / "list", replace(told, **changes[wrong])))
    assert "are not here as the list names them" in said
    assert "1 of the list could not be carried out" in error
    assert untouched(record)


DAMAGE: dict[str, Callable[[str], str]] = {
    "cut after a line": lambda text: "".join(text.splitlines(keepends=True)[:-1]),
    "cut within a line": lambda text: text[:-10],
    "a line is gone": lambda text: "".join(text.splitlines(keepends=True)[1:]),
    "empty": lambda text: "",
    "no list": lambda text: "[]\n",
    "no object": lambda text: f"7\n{text}",
    "another kind": lambda text: text.replace("court", "whim"),
    "no time zone": lambda text: text.replace("+00:00", ""),
    "no key": lambda text: text.replace('"asked"', '"asker"'),
    "no id": lambda text: text.replace('"intake": "', '"intake": "x'),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_list_changes_nothing(
    record: Intake, told: ToldExpunction, damage: str, tmp_path: Path
) -> None:
    file = listing(tmp_path / "list", told)
    file.write_text(DAMAGE[damage](file.read_text()))
    assert "is no whole list" in refuses(file)[1]
    assert "cannot be read" in refuses(tmp_path / "nothing")[1]
    assert untouched(record)


def test_a_claim_of_then_ends(
    supervisor: User, record: Intake, told: ToldExpunction, tmp_path: Path
) -> None:
    reviews.claim_intake(actor=supervisor, intake_id=record.pk, at=NOW)
    again(listing(tmp_path / "list", told))
    record.refresh_from_db()
    assert (record.status, Review.objects.get().outcome) == ("submitted", "released")


@pytest.mark.parametrize("is_ended", [False, True])
def test_a_call_that_went_on_when_the_backup_was_made(
    worker: User, worker2: User, told: ToldExpunction, is_ended: bool, tmp_path: Path
) -> None:
    live = make_call(worker)
    hand_overs.offer_call(actor=worker, intake_id=live.pk, colleague_id=worker2.pk, at=NOW)
    if is_ended:
        calls.end_call(actor=worker, intake_id=live.pk, at=NOW + timedelta(minutes=1))
    again(listing(tmp_path / "list", replace(told, intake=live.pk, reference=live.reference)))
    live.refresh_from_db()
    assert not live.is_live
    assert live.ended_at == (NOW + timedelta(minutes=1) if is_ended else THEN)
    assert HandOver.objects.get().answer == "withdrawn"
    assert Expunction.objects.filter(intake=live).exists()
