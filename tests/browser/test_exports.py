"""An export in a real browser with a real job worker: from the list of intakes to the file."""

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.actions import exports
from intake.models import AuditEvent, ExportJob, Intake, User
from intake.search import Criteria
from tests import factory
from tests.browser.checks import Inspection, expect_accessible
from tests.browser.conftest import Watch
from tests.browser.test_call import sign_in
from tests.browser.test_looks import NARROW, WIDE
from tests.worker import a_worker

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

SOON = 90_000  # ms: a worker starts, and sets its first PDF


def submitted(worker: User, count: int) -> list[Intake]:
    made = []
    for number in range(count):
        call = factory.make_call(worker, timezone.now() - timedelta(minutes=number))
        factory.submit(worker, call, timezone.now())
        made.append(call)
    return made


def look_twice(page: Page, inspection: Inspection, state: str) -> None:
    """Look at the page as it stands, narrow and wide."""
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        assert page.locator("html").evaluate("e => e.scrollWidth") <= size["width"], state
        expect_accessible(page)
    inspection.check(state, page)


@pytest.mark.main_path
def test_from_the_intakes_to_the_file(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    supervisor: User,
    inspection: Inspection,
    tmp_path: Path,
) -> None:
    calls = submitted(worker, 2)
    sign_in(page, live_server, "supervisor")
    page.get_by_role("link", name="Intakes").click()
    page.get_by_text("Export these intakes").click()
    expect(page.get_by_role("radio", name="PDFs in a zip")).to_be_checked()
    look_twice(page, inspection, "ask")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_text("An export of 2 submitted intakes was asked for.")).to_be_visible()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    look_twice(page, inspection, "waiting")
    with a_worker(tmp_path / "work.log") as process:
        process.start()
        # Nobody touches the page. Two intakes may be written between two looks at the server, so
        # the bar has a test of its own, below.
        expect(page.get_by_role("link", name="Download")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("status").filter(has_text="Ready until")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    look_twice(page, inspection, "ready")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download").click()
    path = tmp_path / "export.zip"
    downloading.value.save_as(path)
    assert downloading.value.suggested_filename.endswith(".zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = [f"intake-{call.reference}.pdf" for call in calls]
        assert archive.namelist() == [*names, "manifest.csv"]
    page.get_by_role("button", name="Delete now").click()
    expect(page.get_by_text("The content of the export was deleted.")).to_be_visible()
    look_twice(page, inspection, "deleted")
    gone = page.goto(
        live_server.url + reverse("export_download", args=[ExportJob.objects.get().pk])
    )
    assert gone is not None
    assert gone.status == 410
    expect(page.get_by_role("heading", name="This export has gone")).to_be_visible()
    look_twice(page, inspection, "gone")
    verbs = AuditEvent.objects.filter(verb__startswith="export.").order_by("at")
    assert list(verbs.values_list("verb", flat=True)) == [
        "export.requested",
        "export.finished",
        "export.downloaded",
        "export.deleted",
    ]
    assert [one for one in watch.complaints if "status of 410" not in one] == []


def test_the_bar_goes_on_by_itself_and_the_focus_stays(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, supervisor: User
) -> None:
    submitted(worker, 2)
    exports.request_export(actor=supervisor, kind="csv", criteria=Criteria(), at=timezone.now())
    job = ExportJob.objects.get()
    sign_in(page, live_server, "supervisor")
    page.goto(live_server.url + reverse("exports"))
    cancel = page.get_by_role("button", name="Cancel")
    cancel.focus()
    for done in (0, 1):
        ExportJob.objects.filter(pk=job.pk).update(
            status="running", done=done, runner=job.pk, heartbeat_at=timezone.now()
        )
        expect(page.get_by_text(f"{done} of 2")).to_be_visible()
    bar = page.get_by_role("progressbar", name="Intakes written")
    expect(bar).to_be_visible()
    expect(bar).to_have_js_property("value", 1)
    expect(cancel).to_be_focused()
    cancel.press("Enter")
    expect(page.get_by_text("The export was cancelled.")).to_be_visible()
    expect(page.get_by_text("Cancelled", exact=False).last).to_be_visible()
    watch.expect_silence()


def test_without_scripts_a_reload_tells(
    browser: Browser, live_server: LiveServer, worker: User, supervisor: User
) -> None:
    submitted(worker, 1)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, "supervisor")
    page.goto(live_server.url + reverse("intakes"))
    page.get_by_text("Export these intakes").click()
    page.get_by_text("CSV", exact=False).first.click()
    page.get_by_role("button", name="Export").click()
    job = ExportJob.objects.get()
    assert job.kind == "csv"
    ExportJob.objects.filter(pk=job.pk).update(status="running", runner=job.pk)
    page.reload()
    expect(page.get_by_text("0 of 1")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The export was cancelled.")).to_be_visible()
    context.close()
