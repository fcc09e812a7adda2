"""A call that was taken on paper, typed in afterwards."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.models import Intake, Narrative, User
from tests.browser.checks import Inspection
from tests.browser.conftest import Watch
from tests.browser.test_call import expect_saved, narrative, sign_in, wait_for_scripts

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]


def test_a_call_from_paper_is_typed_in(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    began = (timezone.now() - timedelta(days=1)).replace(second=0, microsecond=0)
    zone = ZoneInfo("America/Los_Angeles")
    sign_in(page, live_server)
    page.get_by_role("link", name="From paper").click()
    for label, moment in (
        ("The call began", began),
        ("The call ended", began + timedelta(minutes=20)),
    ):
        page.get_by_label(label, exact=True).fill(f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Type it in").click()
    wait_for_scripts(page)
    inspection.look("call-from-paper")
    expect(page.get_by_role("button", name="Hide timer")).to_have_count(0)
    narrative(page).fill("Neighbor told of two nights.")
    expect_saved(page)
    intake = Intake.objects.get()
    assert (intake.started_at, intake.ended_at) == (began, began + timedelta(minutes=20))
    page.reload()  # opening it again does not make it a call that goes on
    wait_for_scripts(page)
    expect(narrative(page)).to_have_value("Neighbor told of two nights.")
    intake.refresh_from_db()
    assert intake.ended_at == began + timedelta(minutes=20)
    page.get_by_role("link", name="Wrap-up").click()
    expect(page.get_by_role("heading", name="Wrap-up")).to_be_visible()
    inspection.look("wrap-up-from-paper")
    assert Narrative.objects.get().text == "Neighbor told of two nights."
    watch.expect_silence()
