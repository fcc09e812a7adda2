"""Takes the pictures of the documents from the demonstration's own call: `make pictures`."""

import os
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.models import Intake
from tests.factory import PASSWORD


@pytest.mark.browser
@pytest.mark.main_path
@pytest.mark.usefixtures("transactional_db")
def test_take_pictures(page: Page, live_server: LiveServer) -> None:
    os.environ["DEMO_PASSWORD"] = PASSWORD
    call_command("seed_demo", stdout=StringIO())
    call = Intake.objects.filter(worker__username="worker", status="in_progress").newest_first()[0]
    page.goto(live_server.url)
    page.get_by_label("Username").fill("worker")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.goto(live_server.url + reverse("call", args=[call.pk]))
    page.get_by_role("tab", name="Social Connections").click()
    page.screenshot(path=settings.BASE_DIR / "docs" / "call.png")
