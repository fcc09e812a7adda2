"""Exports and two at once on PostgreSQL: one export of a requester, one worker of an export."""

from datetime import timedelta

import pytest

from intake.actions import exports
from intake.actions.exports import Made
from intake.errors import NotPossibleNow
from intake.models import ExportJob, ExportPart, Submission, User
from intake.search import Criteria
from tests.actions.test_concurrency import at_once
from tests.factory import NOW, make_call, make_user, submit

pytestmark = [pytest.mark.postgresql_only, pytest.mark.usefixtures("transactional_db")]

ROUNDS = 5


def ask(actor: User) -> ExportJob:
    return exports.request_export(actor=actor, kind="csv", criteria=Criteria(), at=NOW)


def write(job: ExportJob) -> bool:
    made = [
        Made(item, Submission.objects.get(intake=item.intake), b"part")
        for item in exports.next_items(job, count=1)
    ]
    return exports.store_parts(job=job, made=made, at=NOW)


def test_asking_twice_at_once_makes_one(worker: User, supervisor: User) -> None:
    submit(worker, make_call(worker))
    for number in range(1, ROUNDS + 1):
        outcomes = at_once(lambda: ask(supervisor), lambda: ask(supervisor))
        assert ExportJob.objects.count() == number
        assert {type(one) for one in outcomes} == {ExportJob, NotPossibleNow}
        job = ExportJob.objects.unfinished().get()
        exports.cancel_export(actor=supervisor, job_id=job.pk, at=NOW)


def test_two_workers_take_two_exports(worker: User, supervisor: User) -> None:
    submit(worker, make_call(worker))
    for number in range(ROUNDS):
        others = [make_user(worker.agency, f"s{number}-{one}", "supervisors") for one in "ab"]  # type: ignore[arg-type]
        jobs = {ask(one).pk for one in others}
        first, second = at_once(
            lambda: exports.take_export(at=NOW), lambda: exports.take_export(at=NOW)
        )
        assert {first.pk, second.pk} == jobs
        for job in (first, second):
            exports.fail_export(job=job, failure=ExportJob.Failure.ERROR, at=NOW)


def test_cancelling_while_a_part_is_stored_leaves_none(worker: User, supervisor: User) -> None:
    for number in range(2):
        submit(worker, make_call(worker, NOW + timedelta(minutes=number)))
    for _ in range(ROUNDS):
        job = ask(supervisor)
        taken = exports.take_export(at=NOW)
        assert taken is not None

        def cancel(key: object = job.pk) -> ExportJob:
            return exports.cancel_export(actor=supervisor, job_id=key, at=NOW)  # type: ignore[arg-type]

        outcomes = at_once(cancel, lambda run=taken: write(run))  # type: ignore[misc]
        assert isinstance(outcomes[0], ExportJob)
        assert outcomes[1] in (True, False)
        assert not ExportPart.objects.exists()
