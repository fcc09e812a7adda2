"""Restricted records: who restricts, names and opens; who reads then; what the database refuses."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from intake.actions import restrictions, reviews
from intake.actions.callbacks import start_callback
from intake.actions.calls import start_call
from intake.actions.exports import request_export
from intake.actions.written_reports import start_written_report
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import (
    Agency,
    AuditEvent,
    BreakGlass,
    ExportItem,
    ExportPart,
    Intake,
    NamedViewer,
    Restriction,
    Review,
    User,
)
from intake.models.intakes import keys_kept_from
from intake.search import Criteria
from tests.factory import NOW, make_call, make_user, put, submit

REFUSALS = (IntegrityError, InternalError)
WHY = "Zebulon is a cousin of somebody here."


@pytest.fixture
def supervisor2(agency: Agency) -> User:
    return make_user(agency, "supervisor2", "supervisors")


@pytest.fixture
def record(worker: User, call: Intake) -> Intake:
    """A submitted intake of the worker."""
    submit(worker, call)
    return call


def restrict(actor: User, intake: Intake, *viewers: User) -> Restriction:
    made = restrictions.restrict_intake(
        actor=actor,
        intake_id=intake.pk,
        reason=WHY,
        viewers=[one.pk for one in viewers],
        at=timezone.now(),
    )
    intake.refresh_from_db()
    return made


def sees(user: User, intake: Intake) -> bool:
    return Intake.objects.visible_to(user).filter(pk=intake.pk).exists()


def kept(user: User) -> set[UUID]:
    """Return what is kept from the user, as the query says that is put together once."""
    keys = {key for (key,) in keys_kept_from.rows(user.pk, user.agency_id, at=timezone.now())}
    assert keys == set(Intake.objects.kept_from(user).values_list("pk", flat=True))
    return keys


def opens(user: User, intake: Intake) -> BreakGlass:
    return restrictions.break_glass(
        actor=user, intake_id=intake.pk, reason="A child waits.", at=timezone.now()
    )


def verbs(intake: Intake) -> list[str]:
    events = AuditEvent.objects.filter(subject_id=intake.pk).order_by("at", "id")
    return [one.verb for one in events if "rest" in one.verb or "view" in one.verb]


def test_who_restricts_reads_it_and_the_others_do_not(
    worker: User, supervisor: User, supervisor2: User, record: Intake
) -> None:
    restriction = restrict(supervisor, record)
    assert record.is_restricted
    assert (restriction.reason, restriction.by) == (WHY, supervisor)
    assert sees(supervisor, record)
    assert not sees(supervisor2, record)
    assert not sees(worker, record)  # submitted: the own record is kept from its worker, too
    assert not Intake.objects.open_to(worker).filter(pk=record.pk).exists()
    assert Intake.objects.kept_from(supervisor2).get() == record
    assert Intake.objects.within_role_of(supervisor2).filter(pk=record.pk).exists()


def test_a_worker_restricts_the_own_call_and_goes_on_with_it(
    worker: User, supervisor: User, supervisor2: User, call: Intake
) -> None:
    restrict(worker, call, supervisor2)
    assert sees(worker, call)
    assert sees(supervisor2, call)
    assert not sees(supervisor, call)
    put(worker, call, "narrative.text", "Still writing.")
    submit(worker, call)
    assert not sees(worker, call)
    assert sees(supervisor2, call)


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001])
def test_a_reason_is_needed(supervisor: User, record: Intake, reason: str) -> None:
    with pytest.raises(InvalidValue):
        restrictions.restrict_intake(
            actor=supervisor, intake_id=record.pk, reason=reason, at=timezone.now()
        )
    record.refresh_from_db()
    assert not record.is_restricted
    assert not Restriction.objects.exists()


def test_others_cannot_restrict(
    worker: User,
    worker2: User,
    administrator: User,
    privacy: User,
    stranger: User,
    record: Intake,
) -> None:
    for user in (worker, worker2, administrator, privacy, stranger):  # the worker: too late
        with pytest.raises(Intake.DoesNotExist):
            restrict(user, record)
    assert not Restriction.objects.exists()


def test_what_is_restricted_is_not_restricted_again_and_practice_never(
    worker: User, supervisor: User, record: Intake
) -> None:
    restrict(supervisor, record)
    with pytest.raises(NotPossibleNow):
        restrict(supervisor, record)
    practice = start_call(actor=worker, is_practice=True, at=NOW)
    with pytest.raises(Intake.DoesNotExist):
        restrict(worker, practice)
    assert Restriction.objects.count() == 1


def test_only_who_could_read_it_is_named(
    worker: User,
    worker2: User,
    supervisor: User,
    administrator: User,
    stranger: User,
    record: Intake,
) -> None:
    restrict(supervisor, record)
    for user in (worker2, administrator, stranger):
        with pytest.raises(InvalidValue):
            restrictions.name_viewer(
                actor=supervisor, intake_id=record.pk, user_id=user.pk, at=timezone.now()
            )
        assert not sees(user, record)
    restrictions.name_viewer(
        actor=supervisor, intake_id=record.pk, user_id=worker.pk, at=timezone.now()
    )
    assert sees(worker, record)


def test_a_name_ends_by_itself_and_by_hand(
    supervisor: User, supervisor2: User, record: Intake
) -> None:
    restrict(supervisor, record)
    long_ago = timezone.now() - timedelta(days=2)
    NamedViewer.objects.create(
        intake=record,
        user=supervisor2,
        given_by=supervisor,
        at=long_ago,
        until=long_ago + timedelta(days=1),
    )
    assert not sees(supervisor2, record)
    viewer = restrictions.name_viewer(
        actor=supervisor, intake_id=record.pk, user_id=supervisor2.pk, days=1, at=timezone.now()
    )
    assert sees(supervisor2, record)
    restrictions.remove_viewer(
        actor=supervisor, intake_id=record.pk, viewer_id=viewer.pk, at=timezone.now()
    )
    assert not sees(supervisor2, record)


def test_privacy_officers_name_and_lift_and_read_nothing(
    supervisor: User, supervisor2: User, privacy: User, record: Intake
) -> None:
    restrict(supervisor, record)
    restrictions.name_viewer(
        actor=privacy, intake_id=record.pk, user_id=supervisor2.pk, at=timezone.now()
    )
    assert sees(supervisor2, record)
    assert not sees(privacy, record)
    restrictions.lift_restriction(
        actor=privacy, intake_id=record.pk, reason="No kin.", at=timezone.now()
    )
    record.refresh_from_db()
    assert not record.is_restricted
    assert not NamedViewer.objects.filter(ended_at=None).exists()
    assert sorted(verbs(record)) == [
        "intake.restricted",
        "intake.restriction_lifted",
        "intake.viewer_named",
        "intake.viewer_named",
    ]


def test_nobody_names_oneself_and_who_restricted_does_not_lift(
    agency: Agency, supervisor: User, record: Intake
) -> None:
    restrict(supervisor, record)
    both = make_user(agency, "both", "supervisors", "privacy_officers")
    with pytest.raises(NotAllowed):
        restrictions.name_viewer(
            actor=both, intake_id=record.pk, user_id=both.pk, at=timezone.now()
        )
    with pytest.raises(NotAllowed):
        restrictions.lift_restriction(
            actor=supervisor, intake_id=record.pk, reason="Done.", at=timezone.now()
        )
    assert not sees(both, record)
    record.refresh_from_db()
    assert record.is_restricted


def test_who_is_not_named_manages_nothing(
    worker: User, supervisor: User, supervisor2: User, stranger: User, record: Intake
) -> None:
    restrict(supervisor, record)
    viewer = NamedViewer.objects.get()
    opens(supervisor2, record)  # reading for an hour names nobody while somebody is named
    for user in (supervisor2, worker, stranger):
        with pytest.raises(Intake.DoesNotExist):
            restrictions.name_viewer(
                actor=user, intake_id=record.pk, user_id=supervisor2.pk, at=timezone.now()
            )
        with pytest.raises(Intake.DoesNotExist):
            restrictions.remove_viewer(
                actor=user, intake_id=record.pk, viewer_id=viewer.pk, at=timezone.now()
            )
        with pytest.raises(Intake.DoesNotExist):
            restrictions.lift_restriction(
                actor=user, intake_id=record.pk, reason="So.", at=timezone.now()
            )
    assert NamedViewer.objects.filter(ended_at=None).get().user == supervisor


def test_a_record_that_nobody_could_review_is_taken_up_by_break_glass(
    worker: User, supervisor: User, call: Intake
) -> None:
    restrict(worker, call)  # names nobody
    submit(worker, call)
    opens(supervisor, call)
    with pytest.raises(NotAllowed, match="ask to be named"):
        reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=timezone.now())
    restrictions.name_viewer(
        actor=supervisor, intake_id=call.pk, user_id=supervisor.pk, at=timezone.now()
    )
    reviews.claim_intake(actor=supervisor, intake_id=call.pk, at=timezone.now())
    reviews.approve_intake(actor=supervisor, intake_id=call.pk, at=timezone.now())


def test_break_glass_lasts_an_hour_by_the_clock(
    supervisor: User, supervisor2: User, record: Intake
) -> None:
    restrict(supervisor, record)
    glass = opens(supervisor2, record)
    assert glass.ends_at - glass.at == timedelta(minutes=60)
    assert sees(supervisor2, record)
    assert kept(supervisor2) == set()
    assert opens(supervisor2, record) == glass  # pressed twice
    restrictions.close_glass(actor=supervisor2, intake_id=record.pk, at=timezone.now())
    assert not sees(supervisor2, record)
    assert kept(supervisor2) == {record.pk}
    an_hour_ago = timezone.now() - timedelta(minutes=60)
    BreakGlass.objects.create(
        intake=record,
        user=supervisor2,
        at=an_hour_ago,
        ends_at=an_hour_ago + timedelta(minutes=60),
        reason="Earlier.",
    )
    assert not sees(supervisor2, record)
    assert kept(supervisor2) == {record.pk}
    assert kept(supervisor) == set()


def test_break_glass_gives_nothing_that_the_role_does_not(
    worker2: User,
    supervisor: User,
    administrator: User,
    privacy: User,
    stranger: User,
    record: Intake,
) -> None:
    restrict(supervisor, record)
    for user in (worker2, administrator, privacy, stranger):
        with pytest.raises(Intake.DoesNotExist):
            opens(user, record)
    with pytest.raises(NotPossibleNow):
        opens(supervisor, record)  # named
    with pytest.raises(Intake.DoesNotExist):
        restrictions.close_glass(actor=supervisor, intake_id=record.pk, at=timezone.now())
    assert not BreakGlass.objects.exists()


def test_the_audit_says_who_and_never_why(
    supervisor: User, supervisor2: User, record: Intake
) -> None:
    restrict(supervisor, record)
    opens(supervisor2, record)
    told = str(list(AuditEvent.objects.values()))
    assert "intake.glass_broken" in told
    assert "Zebulon" not in told
    assert "A child waits" not in told


def test_a_callback_and_a_written_report_are_restricted_alike(
    worker: User, worker2: User, supervisor: User, supervisor2: User, record: Intake
) -> None:
    restrict(supervisor, record, worker, supervisor2)
    callback = start_callback(actor=worker, intake_id=record.pk, at=timezone.now())
    report = start_written_report(
        actor=worker2,
        follows_id=None,
        reference=record.reference,
        medium="fax",
        received_at=NOW + timedelta(days=1),
        at=timezone.now(),
    )
    third = make_user(record.agency, "supervisor3", "supervisors")
    for one in (callback, report):
        one.refresh_from_db()
        assert one.is_restricted
        assert sees(supervisor2, one)
        assert not sees(third, one)
    assert sees(worker2, report)  # whoever types it
    assert not sees(worker2, record)


def test_a_callback_of_a_kept_record_is_refused(
    worker: User, supervisor: User, record: Intake
) -> None:
    restrict(supervisor, record)
    with pytest.raises(Intake.DoesNotExist):
        start_callback(actor=worker, intake_id=record.pk, at=timezone.now())


def test_exports_leave_restricted_records_out_and_count_those_one_may_read(
    worker: User, supervisor: User, supervisor2: User, record: Intake
) -> None:
    other = make_call(worker)
    submit(worker, other)
    restrict(supervisor, record)
    mine = request_export(actor=supervisor, kind="csv", criteria=Criteria(), at=timezone.now())
    assert (mine.total, mine.restricted) == (1, 1)
    theirs = request_export(actor=supervisor2, kind="csv", criteria=Criteria(), at=timezone.now())
    assert (theirs.total, theirs.restricted) == (1, 0)  # a count would tell what is in it
    assert set(ExportItem.objects.values_list("intake", flat=True)) == {other.pk}


def test_an_export_that_holds_it_loses_it(
    worker: User, supervisor: User, supervisor2: User, record: Intake
) -> None:
    jobs = [
        request_export(actor=user, kind="jsonl", criteria=Criteria(), at=NOW)
        for user in (supervisor, supervisor2)
    ]
    for job in jobs:
        item = job.items.get()
        item.submission = record.submissions.get()
        item.save()
        part = ExportPart(job=job, item=item)
        part.write(b"{}")
        part.save()
        job.done, job.status = 1, "running"
        job.save()
    done = jobs[0]
    done.status, done.finished_at, done.expires_at = "done", NOW, NOW + timedelta(days=9999)
    done.save()
    restrict(supervisor, record)
    assert not ExportPart.objects.exists()
    for job in jobs:
        job.refresh_from_db()
        assert job.dropped_at is not None
    assert (jobs[0].status, jobs[1].status) == ("done", "failed")


def refused(statement: str) -> None:
    with pytest.raises(REFUSALS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_practice_is_not_restricted_in_the_database(worker: User, supervisor: User) -> None:
    practice = start_call(actor=worker, is_practice=True, at=NOW)
    Restriction.objects.create(intake=practice, by=supervisor, at=NOW, reason="So.")
    with pytest.raises(REFUSALS), transaction.atomic():
        Intake.objects.filter(pk=practice.pk).update(is_restricted=True)


def test_a_sealed_record_is_restricted_and_opened_by_nobody(
    privacy: User, supervisor: User, supervisor2: User, record: Intake
) -> None:
    restrict(supervisor, record)
    Intake.objects.filter(pk=record.pk).update(is_hidden=True)
    assert not sees(supervisor, record)
    with pytest.raises(Intake.DoesNotExist):
        opens(supervisor2, record)
    with pytest.raises(Intake.DoesNotExist):
        restrictions.name_viewer(
            actor=privacy, intake_id=record.pk, user_id=supervisor2.pk, at=timezone.now()
        )


def test_the_database_keeps_mark_and_rows_together(
    supervisor: User, supervisor2: User, record: Intake
) -> None:
    with pytest.raises(REFUSALS), transaction.atomic():
        Intake.objects.filter(pk=record.pk).update(is_restricted=True)  # by no row
    restrict(supervisor, record)
    opens(supervisor2, record)
    with pytest.raises(REFUSALS), transaction.atomic():
        Intake.objects.filter(pk=record.pk).update(is_restricted=False)
    for table in ("restriction", "namedviewer", "breakglass"):
        refused(f"DELETE FROM intake_{table}")
        refused(f"UPDATE intake_{table} SET at = at")
    refused("UPDATE intake_breakglass SET ends_at = at")
    restrictions.close_glass(actor=supervisor2, intake_id=record.pk, at=timezone.now())
    refused("UPDATE intake_breakglass SET closed_at = NULL")


@pytest.mark.parametrize("minutes", [0, 61])
def test_glass_lasts_an_hour_at_most(supervisor: User, record: Intake, minutes: int) -> None:
    with pytest.raises(REFUSALS), transaction.atomic():
        BreakGlass.objects.create(
            intake=record,
            user=supervisor,
            at=NOW,
            ends_at=NOW + timedelta(minutes=minutes),
            reason="So.",
        )


def test_who_set_it_cannot_end_it_in_the_database(supervisor: User, record: Intake) -> None:
    restriction = restrict(supervisor, record)
    with pytest.raises(REFUSALS), transaction.atomic():
        Restriction.objects.filter(pk=restriction.pk).update(
            ended_at=timezone.now(), ended_by=supervisor, end_reason="So."
        )


def test_nothing_crosses_agencies(stranger: User, supervisor: User, record: Intake) -> None:
    restrict(supervisor, record)
    assert not Intake.objects.within_role_of(stranger).filter(pk=record.pk).exists()
    with pytest.raises(Intake.DoesNotExist):
        opens(stranger, record)


def test_a_claim_from_before_decides_nothing_through_broken_glass(
    supervisor: User, supervisor2: User, record: Intake
) -> None:
    """Who was named for a day has the claim still when that is over."""
    restrict(supervisor2, record)
    at = timezone.now() - timedelta(days=1, minutes=1)
    NamedViewer.objects.create(
        intake=record, user=supervisor, given_by=supervisor2, at=at, until=at + timedelta(days=1)
    )
    Review.objects.create(
        intake=record,
        submission=record.submissions.get(),
        reviewer=supervisor,
        claimed_at=at,
        active_at=at,
    )
    Intake.objects.filter(pk=record.pk).update(status=Intake.Status.IN_REVIEW)
    opens(supervisor, record)
    with pytest.raises(NotAllowed, match="break-glass"):
        reviews.approve_intake(actor=supervisor, intake_id=record.pk, at=timezone.now())
    record.refresh_from_db()
    assert record.status == Intake.Status.IN_REVIEW
    reviews.release_intake(actor=supervisor, intake_id=record.pk, at=timezone.now())
    record.refresh_from_db()
    assert record.status == Intake.Status.SUBMITTED


def claimed(by: User, record: Intake) -> Review:
    return reviews.claim_intake(actor=by, intake_id=record.pk, at=timezone.now())


def released(record: Intake, review: Review) -> list[User | None]:
    """Who ended the claim, as the audit says; it stands where nobody did."""
    record.refresh_from_db()
    review.refresh_from_db()
    events = AuditEvent.objects.filter(subject_id=record.pk, verb="intake.released")
    if review.outcome == "":
        assert record.status == Intake.Status.IN_REVIEW
        assert not events.exists()
    else:
        assert (record.status, review.outcome) == (Intake.Status.SUBMITTED, "released")
    return [one.actor for one in events]


def test_restricting_ends_the_claim_of_who_is_not_named(
    supervisor: User, supervisor2: User, record: Intake
) -> None:
    review = claimed(supervisor, record)
    restrict(supervisor2, record)
    assert released(record, review) == [supervisor2]
    claimed(supervisor2, record)


def test_restricting_leaves_the_claim_of_who_is_named(
    agency: Agency, supervisor: User, supervisor2: User, record: Intake
) -> None:
    review = claimed(supervisor, record)
    restrict(supervisor2, record, supervisor)
    assert released(record, review) == []
    reviews.approve_intake(actor=supervisor, intake_id=record.pk, at=timezone.now())


def test_who_restricts_keeps_the_own_claim(supervisor: User, record: Intake) -> None:
    review = claimed(supervisor, record)
    restrict(supervisor, record)
    assert released(record, review) == []


def test_who_is_taken_off_the_list_has_no_claim_any_more(
    supervisor: User, supervisor2: User, privacy: User, record: Intake
) -> None:
    restrict(supervisor2, record, supervisor)
    review = claimed(supervisor, record)
    names = {one.user: one.pk for one in record.named_viewers.all()}
    restrictions.remove_viewer(
        actor=privacy, intake_id=record.pk, viewer_id=names[supervisor2], at=timezone.now()
    )
    assert released(record, review) == []  # somebody else's name
    for _ in range(2):  # who is off stays off
        restrictions.remove_viewer(
            actor=privacy, intake_id=record.pk, viewer_id=names[supervisor], at=timezone.now()
        )
        assert released(record, review) == [privacy]


def test_a_claim_stays_where_nobody_may_restrict(
    supervisor: User, worker2: User, privacy: User, stranger: User, record: Intake
) -> None:
    review = claimed(supervisor, record)
    for user in (worker2, privacy, stranger):
        with pytest.raises(Intake.DoesNotExist):
            restrict(user, record)
    assert released(record, review) == []


def test_an_approved_record_is_restricted_and_stays_approved(
    supervisor: User, supervisor2: User, record: Intake
) -> None:
    review = claimed(supervisor, record)
    reviews.approve_intake(actor=supervisor, intake_id=record.pk, at=timezone.now())
    restrict(supervisor2, record)
    record.refresh_from_db()
    review.refresh_from_db()
    assert (record.status, review.outcome) == (Intake.Status.APPROVED, "approved")


def test_nobody_makes_an_hour_last_while_another_is_named(
    supervisor: User, supervisor2: User, record: Intake
) -> None:
    restrict(supervisor2, record)
    opens(supervisor, record)
    restrictions.name_viewer(
        actor=supervisor2, intake_id=record.pk, user_id=supervisor.pk, days=1, at=timezone.now()
    )
    with pytest.raises(NotAllowed):
        restrictions.name_viewer(
            actor=supervisor, intake_id=record.pk, user_id=supervisor.pk, at=timezone.now()
        )
