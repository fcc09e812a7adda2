"""Exports: who may ask, what is fixed, and who ends what when roles and workers change."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from intake.actions import calls, exports
from intake.actions.exports import Made
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import AuditEvent, ExportItem, ExportJob, ExportPart, Intake, Submission, User
from intake.models.exports import KEPT, SILENT, ExportFailure
from intake.search import Criteria
from tests.factory import NOW, make_call, make_user, submit

EVERYTHING = Criteria()


def submitted(worker: User, count: int = 1) -> list[Intake]:
    """Intakes that were submitted, the newest first as a search finds them."""
    made = []
    for number in range(count):
        call = make_call(worker, NOW + timedelta(minutes=number))
        submit(worker, call, NOW + timedelta(minutes=number))
        made.append(call)
    return made[::-1]


def ask(actor: User, kind: str = "jsonl", criteria: Criteria = EVERYTHING) -> ExportJob:
    return exports.request_export(actor=actor, kind=kind, criteria=criteria, at=NOW)


def take(at_minutes: float = 0) -> ExportJob:
    job = exports.take_export(at=NOW + timedelta(minutes=at_minutes))
    assert job is not None
    return job


def write(job: ExportJob, count: int = 1, *, at_minutes: float = 0) -> bool:
    """Store the next parts as a worker does, with a word in place of what it would render."""
    made = [
        Made(item, Submission.objects.filter(intake=item.intake).latest("number"), b"part")
        for item in exports.next_items(job, count=count)
    ]
    return exports.store_parts(job=job, made=made, at=NOW + timedelta(minutes=at_minutes))


def done_job(supervisor: User) -> ExportJob:
    """A finished export of everything."""
    job = ask(supervisor)
    assert not write(take(), 100)
    job.refresh_from_db()
    return job


def verbs(subject_id: uuid.UUID) -> list[str]:
    events = AuditEvent.objects.filter(subject_id=subject_id).order_by("at", "id")
    return sorted(events.filter(verb__contains="export").values_list("verb", flat=True))


def test_the_intakes_are_fixed_in_the_order_of_the_search(worker: User, supervisor: User) -> None:
    intakes = submitted(worker, 3)
    make_call(worker, NOW + timedelta(minutes=9))  # in progress: not submitted
    practice = make_call(worker)
    submit(worker, practice)
    Intake.objects.filter(pk=practice.pk).update(is_practice=True)
    job = ask(supervisor, criteria=Criteria(status="submitted"))
    assert (job.total, job.done, job.status, job.has_more) == (3, 0, "waiting", False)
    assert list(job.items.values_list("position", "intake")) == [
        (position, one.pk) for position, one in enumerate(intakes, start=1)
    ]
    submitted(worker)  # later: it is not in it
    assert job.items.count() == 3
    event = AuditEvent.objects.get(verb="export.requested")
    assert (event.actor, event.subject_id) == (supervisor, job.pk)
    assert event.details == {"kind": "jsonl", "intakes": 3, "criteria": "status"}


def test_a_returned_intake_and_a_closed_call_have_a_submission(
    worker: User, supervisor: User
) -> None:
    call = make_call(worker)
    calls.close_no_report(actor=worker, intake_id=call.pk, reason="mistake", at=NOW)
    assert [item.intake_id for item in ask(supervisor).items.all()] == [call.pk]


def test_more_than_fit_is_said(
    worker: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "LARGEST", 2)
    intakes = submitted(worker, 3)
    job = ask(supervisor)
    assert (job.total, job.has_more) == (2, True)
    assert [item.intake_id for item in job.items.all()] == [one.pk for one in intakes[:2]]


def test_exactly_as_many_as_fit_are_all(
    worker: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "LARGEST", 2)
    submitted(worker, 2)
    assert not ask(supervisor).has_more


@pytest.mark.parametrize("who", ["worker", "administrator", "privacy"])
def test_other_roles_get_none(
    who: str, worker: User, administrator: User, privacy: User, supervisor: User
) -> None:
    submitted(worker)
    actor = {"worker": worker, "administrator": administrator, "privacy": privacy}[who]
    with pytest.raises(NotAllowed, match="Only supervisors"):
        ask(actor)
    assert not ExportJob.objects.exists()


def test_another_agency_finds_nothing(worker: User, stranger: User) -> None:
    submitted(worker)
    with pytest.raises(InvalidValue, match="No submitted intake fits"):
        ask(stranger)
    assert not ExportJob.objects.exists()
    assert not AuditEvent.objects.filter(verb="export.requested").exists()


def test_an_unknown_kind_makes_nothing(worker: User, supervisor: User) -> None:
    submitted(worker)
    with pytest.raises(InvalidValue, match="Choose what to make"):
        ask(supervisor, "docx")
    assert not ExportJob.objects.exists()


def test_one_at_a_time_and_the_second_says_which(worker: User, supervisor: User) -> None:
    submitted(worker, 2)
    first = ask(supervisor, "pdf")
    with pytest.raises(NotPossibleNow, match=r"2 intakes \(PDFs in a zip\).*not finished"):
        ask(supervisor)
    take()
    with pytest.raises(NotPossibleNow):
        ask(supervisor)
    ask(make_user(supervisor.agency, "other", "supervisors"))  # type: ignore[arg-type]
    exports.cancel_export(actor=supervisor, job_id=first.pk, at=NOW)
    ask(supervisor)


def test_the_database_holds_that_too(worker: User, supervisor: User) -> None:
    submitted(worker)
    job = ask(supervisor)
    job.pk = uuid.uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        job.save(force_insert=True)


def test_from_the_first_part_to_the_last(worker: User, supervisor: User) -> None:
    intakes = submitted(worker, 3)
    job = ask(supervisor)
    run = take()
    assert write(run, 2)
    job.refresh_from_db()
    assert (job.status, job.done, job.started_at) == ("running", 2, NOW)
    assert not write(run, 2, at_minutes=1)
    job.refresh_from_db()
    end = NOW + timedelta(minutes=1)
    assert (job.status, job.done, job.left_out, job.runner) == ("done", 3, 0, None)
    assert (job.finished_at, job.expires_at) == (end, end + KEPT)
    assert verbs(job.pk) == ["export.finished", "export.requested"]
    for intake in intakes:
        event = AuditEvent.objects.get(subject_id=intake.pk, verb="intake.exported")
        item = job.items.get(intake=intake)
        assert (event.actor, event.subject_label) == (supervisor, intake.reference)
        assert event.details == {
            "kind": "jsonl",
            "submission": 1,
            "copy": str(item.pk),
            "export": str(job.pk),
        }


def test_parts_are_sealed(worker: User, supervisor: User) -> None:
    submitted(worker)
    job = done_job(supervisor)
    part = job.parts.get()
    assert b"part" not in bytes(part.sealed)
    assert part.read() == b"part"


def test_what_became_invisible_meanwhile_is_left_out(worker: User, supervisor: User) -> None:
    hidden, shown = submitted(worker, 2)
    job = ask(supervisor)
    Intake.objects.filter(pk=hidden.pk).update(is_practice=True)
    assert not write(take(), 2)
    job.refresh_from_db()
    assert (job.status, job.done, job.left_out, job.written) == ("done", 2, 1, 1)
    assert [part.item.intake_id for part in job.parts.all()] == [shown.pk]
    assert "intake.exported" not in verbs(hidden.pk)


@pytest.mark.parametrize("change", ["role", "account", "agency"])
def test_who_lost_the_role_ends_the_export(
    change: str, worker: User, supervisor: User, stranger: User
) -> None:
    intakes = submitted(worker, 2)
    job = ask(supervisor)
    run = take()
    assert write(run)
    if change == "role":
        supervisor.groups.set([Group.objects.get(name="workers")])
    elif change == "account":
        User.objects.filter(pk=supervisor.pk).update(is_active=False)
    else:
        User.objects.filter(pk=supervisor.pk).update(agency=stranger.agency)
    assert not write(run)
    job.refresh_from_db()
    assert (job.status, job.failure, job.done) == ("failed", ExportFailure.ROLE, 1)
    assert not ExportPart.objects.exists()
    assert not ExportItem.objects.exists()
    assert "intake.exported" not in verbs(intakes[1].pk)
    event = AuditEvent.objects.get(verb="export.failed")
    assert (event.actor, event.agency, event.details) == (None, job.agency, {"why": "role"})


def test_a_silent_worker_is_followed_after_a_minute_and_not_before(
    worker: User, supervisor: User
) -> None:
    submitted(worker, 3)
    job = ask(supervisor)
    killed = take()
    assert write(killed)
    assert exports.take_export(at=NOW + SILENT) is None
    second = take(1.1)
    assert (second.pk, second.done, second.stalls) == (job.pk, 1, 1)
    # Had the first one only slept, it writes no more.
    assert not write(killed)
    assert ExportPart.objects.count() == 1
    assert write(second, at_minutes=1.2)
    job.refresh_from_db()
    assert (job.done, job.stalls, job.started_at) == (2, 0, NOW)


def test_an_intake_that_ends_every_worker_ends_the_export(worker: User, supervisor: User) -> None:
    submitted(worker)
    job = ask(supervisor)
    for minutes in range(exports.MOST_STALLS + 1):
        take(minutes * 1.1)
    assert exports.take_export(at=NOW + timedelta(minutes=10)) is None
    job.refresh_from_db()
    assert (job.status, job.failure) == ("failed", ExportFailure.STALLED)
    assert not ExportItem.objects.exists()


def test_requesters_take_turns(worker: User, supervisor: User) -> None:
    submitted(worker, 3)
    first = ask(supervisor)
    second = ask(make_user(supervisor.agency, "other", "supervisors"))  # type: ignore[arg-type]
    turns = []
    for minutes in range(4):
        run = take(minutes)
        turns.append(run.pk)
        assert minutes > 1 or write(run, at_minutes=minutes)
        exports.release_export(job=run, at=NOW + timedelta(minutes=minutes, seconds=5))
    assert turns[0] != turns[1]
    assert turns[:2] == turns[2:]
    assert set(turns) == {first.pk, second.pk}


def test_cancelling_ends_it_at_once(worker: User, supervisor: User) -> None:
    submitted(worker, 2)
    job = ask(supervisor, criteria=Criteria(status="submitted"))
    run = take()
    assert write(run)
    exports.cancel_export(actor=supervisor, job_id=job.pk, at=NOW)
    assert not write(run)
    job.refresh_from_db()
    assert (job.status, job.done, job.criteria, job.dropped_at) == ("cancelled", 1, {}, NOW)
    assert not ExportPart.objects.exists()
    assert not ExportItem.objects.exists()
    assert exports.take_export(at=NOW + timedelta(hours=1)) is None
    assert AuditEvent.objects.get(verb="export.cancelled").details == {"done": 1}
    with pytest.raises(NotPossibleNow, match="had ended"):
        exports.cancel_export(actor=supervisor, job_id=job.pk, at=NOW)


def test_deleting_before_its_time(worker: User, supervisor: User) -> None:
    submitted(worker)
    job = ask(supervisor)
    with pytest.raises(NotPossibleNow, match="cancel it instead"):
        exports.delete_export(actor=supervisor, job_id=job.pk, at=NOW)
    write(take())
    exports.delete_export(actor=supervisor, job_id=job.pk, at=NOW)
    job.refresh_from_db()
    assert not job.is_there(NOW)
    assert not ExportPart.objects.exists()
    with pytest.raises(NotPossibleNow, match="gone already"):
        exports.delete_export(actor=supervisor, job_id=job.pk, at=NOW)
    assert verbs(job.pk).count("export.deleted") == 1


def test_what_is_anothers_is_not_there(worker: User, supervisor: User, stranger: User) -> None:
    submitted(worker)
    job = ask(supervisor)
    colleague = make_user(supervisor.agency, "other", "supervisors")  # type: ignore[arg-type]
    for other in (colleague, worker, stranger):
        for action in (exports.cancel_export, exports.delete_export):
            with pytest.raises(ExportJob.DoesNotExist):
                action(actor=other, job_id=job.pk, at=NOW)
    job.refresh_from_db()
    assert job.status == "waiting"


def test_content_goes_after_24_hours_and_the_row_stays(worker: User, supervisor: User) -> None:
    submitted(worker)
    job = done_job(supervisor)
    exports.drop_old_exports(at=NOW + KEPT - timedelta(seconds=1))
    assert ExportPart.objects.count() == 1
    exports.drop_old_exports(at=NOW + KEPT)
    exports.drop_old_exports(at=NOW + KEPT + timedelta(hours=1))
    assert not ExportPart.objects.exists()
    job.refresh_from_db()
    assert (job.status, job.dropped_at) == ("done", NOW + KEPT)
    event = AuditEvent.objects.get(verb="export.deleted")
    assert (event.actor, event.agency) == (None, job.agency)


def test_what_is_not_finished_after_a_day_ends(worker: User, supervisor: User) -> None:
    submitted(worker, 2)
    job = ask(supervisor)
    write(take())
    exports.drop_old_exports(at=NOW + KEPT - timedelta(seconds=1))
    job.refresh_from_db()
    assert job.status == "running"
    exports.drop_old_exports(at=NOW + KEPT)
    job.refresh_from_db()
    assert (job.status, job.failure) == ("failed", ExportFailure.LATE)
    assert not ExportPart.objects.exists()


def test_a_failure_is_only_told_by_who_works_on_it(worker: User, supervisor: User) -> None:
    submitted(worker)
    ask(supervisor)
    killed = take()
    second = take(2)
    exports.fail_export(job=killed, failure=ExportFailure.ERROR, at=NOW)
    second.refresh_from_db()
    assert second.status == "running"
    exports.fail_export(job=second, failure=ExportFailure.ERROR, at=NOW)
    second.refresh_from_db()
    assert (second.status, second.failure) == ("failed", ExportFailure.ERROR)
