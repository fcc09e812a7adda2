"""The pages of exports: asking, watching, downloading, and what is another's."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from intake.actions import exports
from intake.exports import bulk
from intake.models import AuditEvent, ExportJob, Intake, User
from intake.models.exports import KEPT
from intake.search import Criteria
from tests.factory import NOW, make_agency, make_call, make_user, submit


@pytest.fixture
def told(worker: User) -> list[Intake]:
    """Two submitted calls, and one that goes on."""
    calls = [make_call(worker, NOW + timedelta(minutes=number)) for number in range(3)]
    for call in calls[:2]:
        submit(worker, call)
    return calls


@pytest.fixture
def as_supervisor(client: Client, supervisor: User) -> Client:
    client.force_login(supervisor)
    return client


def criteria_of(client: Client, query: str = "") -> str:
    """What the list of intakes carries for an export."""
    page = client.get(f"{reverse('intakes')}{query}").content.decode()
    found = re.search(r'name="criteria" value="([^"]+)"', page)
    assert found
    return found[1]


def ask(client: Client, kind: str = "jsonl", query: str = "") -> ExportJob:
    data = {"kind": kind, "criteria": criteria_of(client, query)}
    assert client.post(reverse("export_ask"), data)["Location"] == reverse("exports")
    return ExportJob.objects.latest("requested_at")


def page_of(client: Client) -> str:
    return " ".join(client.get(reverse("exports")).content.decode().split())


def make(supervisor: User) -> ExportJob:
    """A finished export of everything."""
    job = exports.request_export(
        actor=supervisor, kind="jsonl", criteria=Criteria(), at=timezone.now()
    )
    bulk.work_on_exports(seconds=600)
    job.refresh_from_db()
    return job


def test_from_the_list_to_the_file(
    told: list[Intake], as_supervisor: Client, supervisor: User
) -> None:
    job = ask(as_supervisor, query="?status=submitted&since=2026-03-02")
    assert job.criteria == {"status": "submitted", "since": "2026-03-02"}
    assert (job.requested_by, job.kind, job.total) == (supervisor, "jsonl", 2)
    assert DBTaskResult.objects.get(status="READY").task_path == "intake.jobs.work_exports"
    page = page_of(as_supervisor)
    assert "An export of 2 submitted intakes was asked for" in page
    assert "Waiting for its turn" in page
    assert bulk.work_on_exports(seconds=600)
    assert "Ready" in page_of(as_supervisor)
    answer = as_supervisor.get(reverse("export_download", args=[job.pk]))
    content = b"".join(answer)
    assert answer.status_code == 200
    assert content.count(b"\n") == 2
    assert answer["Content-Length"] == str(len(content))
    assert answer["Content-Type"] == "application/x-ndjson"
    at = timezone.localtime(job.requested_at, job.agency.zone)
    name = f"intakes-{at:%Y-%m-%d-%H%M%S}.jsonl"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Cache-Control"] == "no-store, private"
    event = AuditEvent.objects.get(verb="export.downloaded")
    assert (event.actor, event.subject_id) == (supervisor, job.pk)


def test_it_is_not_compressed_again(told: list[Intake], as_supervisor: Client) -> None:
    job = ask(as_supervisor)
    bulk.work_on_exports(seconds=600)
    place = reverse("export_download", args=[job.pk])
    answer = as_supervisor.get(place, headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "identity"
    assert answer["Content-Length"] == str(len(b"".join(answer)))


def test_only_what_the_filter_shows_is_exported(
    told: list[Intake], as_supervisor: Client, worker: User
) -> None:
    later = make_call(worker, NOW + timedelta(days=3))
    submit(worker, later)
    job = ask(as_supervisor, query="?since=2026-03-05")
    assert [item.intake_id for item in job.items.all()] == [later.pk]


def test_workers_are_offered_none(told: list[Intake], as_worker: Client) -> None:
    page = as_worker.get(reverse("intakes")).content.decode()
    assert "Export these intakes" not in page
    assert as_worker.post(reverse("export_ask"), {"kind": "csv"}).status_code == 404
    assert not ExportJob.objects.exists()


@pytest.mark.parametrize("criteria", ["", "forged", "another's"])
def test_criteria_that_are_not_the_lists_own_make_nothing(
    criteria: str, told: list[Intake], as_supervisor: Client, supervisor: User
) -> None:
    if criteria == "another's":
        other = Client()
        other.force_login(make_user(supervisor.agency, "other", "supervisors"))  # type: ignore[arg-type]
        criteria = criteria_of(other)
    data = {"kind": "csv", "criteria": criteria}
    as_supervisor.post(reverse("export_ask"), data)
    assert not ExportJob.objects.exists()
    assert "It is not known which intakes were meant" in page_of(as_supervisor)


def test_a_second_one_is_refused_in_words(told: list[Intake], as_supervisor: Client) -> None:
    ask(as_supervisor, "pdf")
    ask(as_supervisor)
    assert ExportJob.objects.count() == 1
    assert "Your export of 2 intakes (PDFs in a zip)" in page_of(as_supervisor)


def test_more_than_one_export_holds_is_said(
    told: list[Intake], as_supervisor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "LARGEST", 1)
    ask(as_supervisor)
    page = page_of(as_supervisor)
    assert "More intakes fit than one export holds: it has the first 1 of the list." in page
    assert "the first 1: more fit" in page_of(as_supervisor)  # and it stays there


def test_nothing_submitted_is_said(call: Intake, as_supervisor: Client) -> None:
    data = {"kind": "csv", "criteria": criteria_of(as_supervisor)}
    as_supervisor.post(reverse("export_ask"), data)
    assert "No submitted intake fits" in page_of(as_supervisor)


def test_the_page_tells_how_far_it_is(
    told: list[Intake], as_supervisor: Client, supervisor: User
) -> None:
    job = ask(as_supervisor, "pdf")
    bulk.work_on_exports(seconds=0)
    page = page_of(as_supervisor)
    assert '<progress max="2" value="1" aria-label="Intakes written"></progress>' in page
    assert "1 of 2" in page
    answer = as_supervisor.get(reverse("exports_state"), {"id": [str(job.pk), "x"]}).json()
    row = answer["rows"][str(job.pk)]
    assert "1 of 2" in row["state"]
    assert "Cancel" in row["actions"]
    assert row["is_unfinished"] is True
    bulk.work_on_exports(seconds=0)
    row = as_supervisor.get(reverse("exports_state"), {"id": str(job.pk)}).json()["rows"]
    assert "Download" in row[str(job.pk)]["actions"]
    assert row[str(job.pk)]["is_unfinished"] is False


def test_what_is_not_finished_is_not_downloaded(told: list[Intake], as_supervisor: Client) -> None:
    job = ask(as_supervisor)
    answer = as_supervisor.get(reverse("export_download", args=[job.pk]), follow=True)
    assert "not finished yet" in answer.content.decode()
    assert not AuditEvent.objects.filter(verb="export.downloaded").exists()


def test_it_is_cancelled_and_deleted_by_post_alone(
    told: list[Intake], as_supervisor: Client
) -> None:
    job = ask(as_supervisor)
    for name in ("export_cancel", "export_delete", "export_ask"):
        place = reverse(name) if name == "export_ask" else reverse(name, args=[job.pk])
        assert as_supervisor.get(place).status_code == 405
    as_supervisor.post(reverse("export_cancel", args=[job.pk]))
    assert "The export was cancelled." in page_of(as_supervisor)
    job = ask(as_supervisor)
    bulk.work_on_exports(seconds=600)
    as_supervisor.post(reverse("export_delete", args=[job.pk]))
    page = page_of(as_supervisor)
    assert "The content of the export was deleted." in page
    assert "Deleted " in page
    as_supervisor.post(reverse("export_cancel", args=[job.pk]))
    assert "had ended before" in page_of(as_supervisor)


@pytest.mark.parametrize("end", ["age", "by hand", "cancelled"])
def test_what_has_gone_is_said(
    end: str, told: list[Intake], as_supervisor: Client, supervisor: User
) -> None:
    job = ask(as_supervisor) if end == "cancelled" else make(supervisor)
    now = timezone.now()
    if end == "age":  # before housekeeping has come by
        ExportJob.objects.filter(pk=job.pk).update(expires_at=now)
    elif end == "by hand":
        exports.delete_export(actor=supervisor, job_id=job.pk, at=now)
    else:
        exports.cancel_export(actor=supervisor, job_id=job.pk, at=now)
    answer = as_supervisor.get(reverse("export_download", args=[job.pk]))
    assert answer.status_code == 410
    page = " ".join(answer.content.decode().split())
    assert "This export has gone" in page
    assert ("never finished" in page) == (end == "cancelled")
    assert not AuditEvent.objects.filter(verb="export.downloaded").exists()
    assert "Download" not in page_of(as_supervisor)


def test_what_is_anothers_is_nowhere(
    told: list[Intake], supervisor: User, stranger: User, worker: User, privacy: User
) -> None:
    job = make(supervisor)
    colleague = make_user(supervisor.agency, "other", "supervisors")  # type: ignore[arg-type]
    for other in (colleague, stranger, worker, privacy):
        client = Client()
        client.force_login(other)
        assert client.get(reverse("export_download", args=[job.pk])).status_code == 404
        for name in ("export_cancel", "export_delete"):
            assert client.post(reverse(name, args=[job.pk])).status_code == 404
        if "supervisors" in other.roles:
            assert str(job.pk) not in page_of(client)
            rows = client.get(reverse("exports_state"), {"id": str(job.pk)}).json()["rows"]
            assert rows == {}
    job.refresh_from_db()
    assert job.is_there(timezone.now())


def test_whoever_lost_the_role_downloads_no_more(
    told: list[Intake], as_supervisor: Client, supervisor: User
) -> None:
    job = make(supervisor)
    supervisor.groups.clear()
    assert as_supervisor.get(reverse("export_download", args=[job.pk])).status_code == 404


def test_whoever_moved_to_another_agency_downloads_no_more(
    told: list[Intake], as_supervisor: Client, supervisor: User
) -> None:
    job = make(supervisor)
    User.objects.filter(pk=supervisor.pk).update(agency=make_agency("other"))
    assert as_supervisor.get(reverse("export_download", args=[job.pk])).status_code == 404


def test_the_navigation_shows_them_while_there_are_any(
    told: list[Intake], as_supervisor: Client, supervisor: User
) -> None:
    in_navigation = f'<a href="{reverse("exports")}" '
    assert in_navigation not in as_supervisor.get(reverse("intakes")).content.decode()
    job = make(supervisor)
    assert in_navigation in as_supervisor.get(reverse("intakes")).content.decode()
    ExportJob.objects.filter(pk=job.pk).update(expires_at=timezone.now())
    assert in_navigation not in as_supervisor.get(reverse("intakes")).content.decode()


def test_who_viewed_a_record_shows_its_exports(
    told: list[Intake], as_supervisor: Client, supervisor: User
) -> None:
    make(supervisor)
    page = as_supervisor.get(f"{reverse('review', args=[told[0].pk])}?tab=viewed")
    assert "Exported the record" in page.content.decode()


def test_more_exports_take_no_more_queries(
    told: list[Intake], as_supervisor: Client, supervisor: User
) -> None:
    counts = []
    for _ in range(2):
        make(supervisor)
        make(supervisor)
        as_supervisor.get(reverse("exports"))
        with CaptureQueriesContext(connection) as queries:
            as_supervisor.get(reverse("exports"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


def test_old_rows_stay_on_further_pages(
    told: list[Intake], as_supervisor: Client, supervisor: User
) -> None:
    for number in range(30):
        ExportJob.objects.create(
            agency=supervisor.agency,  # type: ignore[misc]
            requested_by=supervisor,
            kind="csv",
            status="done",
            total=1,
            requested_at=NOW - timedelta(days=number),
            heartbeat_at=NOW,
            finished_at=NOW,
            expires_at=NOW + KEPT,
        )
    assert "Page 1 of 2" in page_of(as_supervisor)
    second = as_supervisor.get(reverse("exports"), {"page": 2}).content.decode()
    assert "Gone since" in second
