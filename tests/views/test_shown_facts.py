"""What a record shows of telling and sending: who noted it, who took it back, and which clock."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.actions import cross_reports, dispatches, reviews
from intake.models import CrossReport, Dispatch, Intake, ResponseOption, User
from tests.factory import make_call, option, put, submit

NOW = timezone.now() - timedelta(days=30)  # every clock of a response has run out


@pytest.fixture
def report(worker: User) -> Intake:
    """A report of long ago, whose response was due within ten days."""
    call = make_call(worker, at=NOW)
    submit(worker, call, at=NOW)
    return call


def tell(actor: User, call: Intake, told: str) -> Dispatch:
    return dispatches.tell(
        actor=actor,
        intake_id=call.pk,
        told=told,
        who="Unit 4",
        how="Radio",
        at=call.started_at,
    )


def acknowledge(actor: User, call: Intake, told: str) -> None:
    dispatches.acknowledge(
        actor=actor,
        intake_id=call.pk,
        dispatch_id=tell(actor, call, told).pk,
        by="R. Moss",
        at=call.started_at,
    )


def page(client: Client, name: str, call: Intake) -> str:
    return " ".join(client.get(reverse(name, args=[call.pk])).content.decode().split())


def test_a_response_is_overdue_until_a_responding_worker_knows(
    as_worker: Client, worker: User, report: Intake
) -> None:
    acknowledge(worker, report, "supervisor")
    tell(worker, report, "responding_worker")  # told is not yet known
    assert "Response overdue by" in page(as_worker, "intake", report)
    assert "response overdue by" in page(as_worker, "intake_brief", report)
    acknowledge(worker, report, "responding_worker")
    for name in ("intake", "intake_brief"):
        text = page(as_worker, name, report)
        assert re.search(r"response was due [A-Z][a-z]{2} \d", text, re.IGNORECASE), name
        assert "overdue" not in text.split('id="r-cross"')[0], name


def test_the_clock_of_an_approved_record_has_ended(
    as_worker: Client, supervisor: User, report: Intake
) -> None:
    reviews.claim_intake(actor=supervisor, intake_id=report.pk, at=NOW)
    reviews.approve_intake(actor=supervisor, intake_id=report.pk, at=NOW)
    assert "Response was due" in page(as_worker, "intake", report)
    assert "response was due" in page(as_worker, "intake_brief", report)


def test_what_is_due_later_is_not_said_to_be_past(as_worker: Client, worker: User) -> None:
    call = make_call(worker, at=timezone.now())
    submit(worker, call, at=timezone.now())
    assert re.search(r"Response 9 d \d+ h left", page(as_worker, "intake", call))
    acknowledge(worker, call, "responding_worker")
    assert re.search(r"Response due [A-Z][a-z]{2} \d", page(as_worker, "intake", call))


def test_the_wrap_up_counts_no_longer_either(as_worker: Client, worker: User) -> None:
    call = make_call(worker, at=NOW)
    put(worker, call, "decision.priority", option(worker.agency, "priority", "ten_days"))
    hint = "runs from receipt of the report: overdue by"
    assert hint in page(as_worker, "wrap_up", call).lower()
    acknowledge(worker, call, "responding_worker")
    text = page(as_worker, "wrap_up", call)
    assert hint not in text.lower()
    assert "counted from receipt of the report; a responding worker knows" in text


def test_who_noted_and_who_took_back_is_shown(
    as_worker: Client, worker: User, supervisor: User, report: Intake
) -> None:
    slip = tell(worker, report, "tribe")
    dispatches.withdraw(actor=supervisor, intake_id=report.pk, dispatch_id=slip.pk, at=NOW)
    known = tell(worker, report, "law_enforcement")
    dispatches.acknowledge(
        actor=supervisor, intake_id=report.pk, dispatch_id=known.pk, by="R. Moss", at=NOW
    )
    police = uuid.UUID(option(report.agency, "cross_report", "law_enforcement"))
    sending = cross_reports.note_sending(
        actor=worker,
        intake_id=report.pk,
        recipient_id=police,
        method="Fax",
        to_whom="Desk",
        is_written=True,
        at=NOW,
    )
    cross_reports.withdraw_sending(
        actor=supervisor, intake_id=report.pk, sending_id=sending.pk, at=NOW
    )
    by = f"by {supervisor.display_name}"
    for name in ("intake", "intake_dispatch"):
        text = page(as_worker, name, report)
        assert re.search(rf"taken back [^<]* {by}", text), name
        assert f"R. Moss, noted {by}" in text, name
    record = page(as_worker, "intake", report)
    assert record.count("<s>") == 3  # both columns of the telling, and the sending
    assert "Noted by mistake, taken back" in page(as_worker, "intake_cross_reports", report)
    assert re.search(rf"</s> Noted by mistake, taken back [^<]* {by}", record)


def test_who_was_told_by_a_dispatch_is_said_beside_the_cross_report(
    as_worker: Client, worker: User
) -> None:
    call = make_call(worker, at=NOW)
    slip = tell(worker, call, "tribe")
    dispatches.withdraw(actor=worker, intake_id=call.pk, dispatch_id=slip.pk, at=NOW)
    for name in ("wrap_up", "intake_cross_reports"):
        assert "Told by dispatch" not in page(as_worker, name, call)
    tell(worker, call, "law_enforcement")
    tell(worker, call, "responding_worker")  # no recipient of cross-reports
    for name in ("wrap_up", "intake_cross_reports"):
        text = page(as_worker, name, call)
        assert text.count("Told by dispatch") == 1
        before, _, after = text.partition("Told by dispatch")
        named = re.findall(r"Law enforcement|District Attorney|Licensing|Tribe", before)
        assert named[-1] == "Law enforcement", name
        assert ", Unit 4." in after[:60]


def test_of_a_transfer_each_part_has_its_name(as_worker: Client, worker: User) -> None:
    call = make_call(worker, at=NOW)
    for part, text in (("person", "Ms. Vale"), ("method", "Telephone"), ("time", "14:05")):
        put(worker, call, f"decision.transfer_{part}", text)
    submit(worker, call, at=NOW)
    text = page(as_worker, "intake", call)
    assert "Agency not noted; person: Ms. Vale; how: Telephone; time: 14:05" in text


def test_in_the_wrap_up_only_what_is_to_be_made_has_a_clock(
    as_worker: Client, worker: User
) -> None:
    call = make_call(worker, at=NOW)
    assert "data-cross-clock>" not in page(as_worker, "wrap_up", call)
    put(worker, call, f"concern.{uuid.uuid4()}.type", "physical_abuse")
    assert page(as_worker, "wrap_up", call).count("data-cross-clock>· first report: overdue") >= 1
    for recipient in ResponseOption.objects.filter(
        agency=call.agency, decides=ResponseOption.Decides.CROSS_REPORT
    ):
        put(worker, call, f"cross_report.{recipient.pk}.decided", CrossReport.Decided.NO)
    text = page(as_worker, "wrap_up", call)
    assert "data-cross-clock>" not in text  # those that are there are hidden
    assert "data-cross-clock hidden>· first report" in text


def test_the_record_shows_both_clocks_until_what_they_count_was_sent(
    as_worker: Client, worker: User
) -> None:
    call = make_call(worker, at=NOW)
    police = uuid.UUID(option(call.agency, "cross_report", "law_enforcement"))
    put(worker, call, f"cross_report.{police}.decided", CrossReport.Decided.YES)
    submit(worker, call, at=NOW)

    def clocks() -> list[bool]:
        part = page(as_worker, "intake", call).split('id="r-cross"')[1]
        return [
            bool(re.search(f"{name} report due</dt><dd>[^<]*<strong>overdue by", part))
            for name in ("First", "Written")
        ]

    assert clocks() == [True, True]
    for is_written, left in ((False, [False, True]), (True, [False, False])):
        cross_reports.note_sending(
            actor=worker,
            intake_id=call.pk,
            recipient_id=police,
            method="Telephone",
            to_whom="Desk",
            is_written=is_written,
            at=NOW,
        )
        assert clocks() == left
