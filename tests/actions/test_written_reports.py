"""Written reports: due after a mandated reporter's call, entered once, followed."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from intake import worksheet
from intake.actions import calls
from intake.actions.written_reports import start_written_report
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import Intake, User
from tests.actions.test_frozen import everything
from tests.factory import NOW, make_call, put, submit

LATER = NOW + timedelta(hours=20)


@pytest.fixture
def mandated(worker: User) -> Intake:
    """A call of a mandated reporter."""
    call = make_call(worker)
    put(worker, call, "reporter.kind", "mandated")
    return call


def due(user: User) -> set[str]:
    return {one.reference for one in Intake.objects.visible_to(user).written_report_due()}


def test_it_is_due_until_it_is_entered(worker: User, worker2: User, mandated: Intake) -> None:
    anonymous = make_call(worker)
    put(worker, anonymous, "reporter.kind", "anonymous")
    practice = calls.start_call(actor=worker, at=NOW, is_practice=True)
    put(worker, practice, "reporter.kind", "mandated")
    assert due(worker) == {mandated.reference}
    report = start_written_report(
        actor=worker2, medium="fax", follows_id=mandated.pk, received_at=LATER, at=LATER
    )
    assert (report.worker, report.method, report.started_at) == (worker2, "written", LATER)
    assert due(worker) == {mandated.reference}  # only begun: somebody may be called away from it
    submit(worker2, report)
    assert due(worker) == set()
    sheet = worksheet.build(report)
    assert (sheet.follows, sheet.call.method) == (mandated.reference, "written")
    first = start_written_report(
        actor=worker2, medium="fax", follows_id=None, received_at=LATER, at=LATER
    )
    put(worker2, first, "reporter.kind", "mandated")  # the paper itself is no call
    assert due(worker2) == set()


def test_one_opened_by_mistake_does_not_count(worker: User, mandated: Intake) -> None:
    report = start_written_report(
        actor=worker, medium="fax", follows_id=mandated.pk, received_at=LATER, at=LATER
    )
    with pytest.raises(NotPossibleNow, match="was entered already"):
        start_written_report(
            actor=worker, medium="fax", follows_id=mandated.pk, received_at=LATER, at=LATER
        )
    calls.close_no_report(actor=worker, intake_id=report.pk, reason="mistake", at=LATER)
    assert due(worker) == {mandated.reference}
    start_written_report(
        actor=worker, medium="fax", follows_id=mandated.pk, received_at=LATER, at=LATER
    )


def test_the_time_of_receipt_is_between_the_call_and_now(worker: User, mandated: Intake) -> None:
    before = everything()
    for received in (LATER + timedelta(minutes=1), NOW - timedelta(minutes=1)):
        with pytest.raises(InvalidValue):
            start_written_report(
                actor=worker, medium="fax", follows_id=mandated.pk, received_at=received, at=LATER
            )
    assert everything() == before


def test_a_colleague_s_call_is_named_by_its_reference(
    worker2: User, stranger: User, mandated: Intake
) -> None:
    def enter(actor: User, reference: str) -> Intake:
        return start_written_report(
            actor=actor,
            follows_id=None,
            reference=reference,
            medium="paper",
            received_at=LATER,
            at=LATER,
        )

    practice = calls.start_call(actor=worker2, at=NOW, is_practice=True)
    for actor, reference in (
        (stranger, mandated.reference),
        (worker2, "26-999999"),
        (worker2, practice.reference),
    ):
        with pytest.raises(InvalidValue, match="No call of your agency has the reference"):
            enter(actor, reference)
    report = enter(worker2, f" {mandated.reference} ")
    assert (report.follows, report.written_medium) == (mandated, "paper")
    assert worksheet.build(report).written_medium == "Paper"
    with pytest.raises(NotPossibleNow, match="was entered already"):
        enter(worker2, mandated.reference)


def test_a_refused_form_keeps_what_was_typed(
    as_worker: Client, worker2: User, mandated: Intake
) -> None:
    start = reverse("written_report_start")
    when = timezone.localtime(LATER).strftime("%Y-%m-%dT%H:%M")
    form = {"reference": "26-999999", "received_at": when, "medium": "fax"}
    before = everything()
    refused = as_worker.post(start, form)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Nothing was entered" in page
    assert "No call of your agency has the reference 26-999999." in page
    assert 'value="26-999999"' in page
    assert page.count('<option value="fax" selected>') == 1  # in the form that was sent only
    long = as_worker.post(start, form | {"reference": "26-" + "9" * 20}).content.decode()
    assert "A reference is shorter" in long
    for strange in ("x", "%", "%s", "\0"):
        assert as_worker.post(start, form | {"follows": strange}).status_code == 404
    assert everything() == before
    start_written_report(
        actor=worker2, medium="fax", follows_id=mandated.pk, received_at=LATER, at=LATER
    )
    again = as_worker.post(start, form | {"reference": mandated.reference})
    assert "was entered already" in again.content.decode()
    assert mandated.written_reports.count() == 1


def test_it_follows_a_call_that_stands(worker: User, worker2: User, mandated: Intake) -> None:
    def enter(follows: Intake, *, by_reference: bool) -> Intake:
        return start_written_report(
            actor=worker2,
            follows_id=None if by_reference else follows.pk,
            reference=follows.reference if by_reference else "",
            medium="paper",
            received_at=LATER,
            at=LATER,
        )

    report = enter(mandated, by_reference=False)
    wrong = make_call(worker)
    calls.close_no_report(actor=worker, intake_id=wrong.pk, reason="wrong_number", at=NOW)
    before = everything()
    for by_reference in (True, False):
        with pytest.raises(NotPossibleNow, match="was closed as no report"):
            enter(wrong, by_reference=by_reference)
    with pytest.raises(InvalidValue, match="No call of your agency"):
        enter(report, by_reference=True)
    with pytest.raises(Intake.DoesNotExist):
        enter(report, by_reference=False)
    assert everything() == before


def test_the_record_and_the_pdf_say_how_it_came(
    as_worker: Client, worker: User, worker2: User, mandated: Intake
) -> None:
    report = start_written_report(
        actor=worker2, medium="fax", follows_id=mandated.pk, received_at=NOW, at=LATER
    )
    submit(worker, mandated)
    submit(worker2, report)
    record = as_worker.get(reverse("intake", args=[mandated.pk])).content.decode()
    assert f"Written report: {report.reference}, fax, received" in record  # a colleague's: no link
    own = Client()
    own.force_login(worker2)
    page = own.get(reverse("intake", args=[report.pk])).content.decode()
    assert "<dt>Came as</dt><dd>Fax</dd>" in page
    printed = BytesIO(own.get(reverse("intake_pdf", args=[report.pk])).content)
    words = " ".join(" ".join(one.extract_text() for one in PdfReader(printed).pages).split())
    assert "Came as Fax" in words
    assert f"Follows the call {mandated.reference}" in words


def test_another_agency_s_call_is_not_there(stranger: User, mandated: Intake) -> None:
    before = everything()
    with pytest.raises(Intake.DoesNotExist):
        start_written_report(
            actor=stranger, medium="fax", follows_id=mandated.pk, received_at=LATER, at=LATER
        )
    assert everything() == before


def test_the_tracker_says_what_is_overdue_and_enters_it(
    as_worker: Client, worker: User, mandated: Intake
) -> None:
    page = as_worker.get(reverse("written_reports"))
    assert "overdue by" in page.content.decode()
    start = reverse("written_report_start")
    for key in (mandated.pk, f"{{{mandated.pk}}}", mandated.pk.hex.upper()):  # one key, written so
        refused = as_worker.post(start, {"follows": key, "received_at": "soon"})
        assert refused.status_code == 422
        assert "This is not a day with a time." in refused.content.decode()
        assert refused.content.decode().count('value="soon"') == 1
    when = timezone.localtime(NOW + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    form = {"follows": str(mandated.pk), "received_at": when}
    refused = as_worker.post(start, form | {"medium": "pigeon"})
    assert "on paper, by fax or through the portal" in refused.content.decode()
    form["medium"] = "portal"
    answer = as_worker.post(start, form, follow=True)
    page_of_it = answer.content.decode()
    assert "Written report" in page_of_it
    assert mandated.reference in page_of_it
    assert "call-timer" not in page_of_it
    report = Intake.objects.get(follows=mandated)
    record = as_worker.get(reverse("intake", args=[report.pk]), follow=True)
    assert record.status_code == 200
    tracker = as_worker.get(reverse("written_reports")).content.decode()
    link = f'<a href="{reverse("call", args=[report.pk])}">{report.reference}</a>'
    assert f"{link}, portal" in tracker
    submit(worker, report)
    assert "No written report is due." in as_worker.get(reverse("written_reports")).content.decode()


def test_a_supervisor_sees_the_agency_s_and_enters_none(
    client: Client, supervisor: User, mandated: Intake
) -> None:
    client.force_login(supervisor)
    page = client.get(reverse("written_reports")).content.decode()
    assert mandated.reference in page
    assert "Enter the written report" not in page


def test_the_tracker_takes_a_fixed_number_of_queries(as_worker: Client, worker: User) -> None:
    def count() -> int:
        call = make_call(worker)
        put(worker, call, "reporter.kind", "mandated")
        with CaptureQueriesContext(connection) as captured:
            assert as_worker.get(reverse("written_reports")).status_code == 200
        return len(captured)

    few = count()
    for _ in range(4):
        assert count() == few
