"""Break-glass in a browser: a restricted record is opened for a reason, and closed again."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.actions.restrictions import restrict_intake
from intake.models import Agency, BreakGlass, User
from tests import factory
from tests.browser.checks import expect_accessible
from tests.browser.test_call import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]


def test_a_supervisor_breaks_the_glass_and_closes_it(
    page: Page, live_server: LiveServer, agency: Agency, worker: User, supervisor: User
) -> None:
    call = factory.make_call(worker, timezone.now())
    factory.put(worker, call, "narrative.text", "The aunt works here.")
    factory.submit(worker, call, timezone.now())
    named = factory.make_user(agency, "named", "supervisors")
    restrict_intake(actor=named, intake_id=call.pk, reason="Kin.", at=timezone.now())

    sign_in(page, live_server, "supervisor")
    page.get_by_role("link", name="Review queue").click()
    row = page.get_by_role("row", name=re.compile(call.reference))
    expect(row).to_contain_text("Restricted")
    expect(row).not_to_contain_text(worker.display_name)
    row.get_by_role("link", name=call.reference).click()

    # Who signed in just now has proved it: the page asks for the reason at once.
    expect(
        page.get_by_role("heading", name=f"Record {call.reference} is restricted")
    ).to_be_visible()
    expect_accessible(page)
    page.get_by_label("Reason").fill("A child waits.")
    page.get_by_role("button", name="Open for 60 minutes").click()

    expect(page.get_by_role("heading", name=f"Intake {call.reference}")).to_be_visible()
    expect(page.get_by_text("Opened by break-glass until")).to_be_visible()
    expect_accessible(page)
    page.get_by_role("button", name="Close it now").click()
    expect(page.get_by_text("The restricted record is closed.")).to_be_visible()
    assert BreakGlass.objects.get().closed_at is not None
