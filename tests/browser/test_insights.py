"""Insights in a real browser: tables, drawings with their numbers, one own worker, the CSV."""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.models import Agency, User
from intake.models.insights import BITS
from intake.models.question_sets import FACTORS
from tests import factory
from tests.browser.checks import Inspection
from tests.browser.conftest import Watch
from tests.browser.test_call import sign_in
from tests.browser.test_looks import NARROW, WIDE
from tests.figures import count, join

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

WORRY = BITS[FACTORS[0], "worry"]
BOTH = WORRY | BITS[FACTORS[0], "working_well"]


def test_a_supervisor_looks_at_figures(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    agency: Agency,
    worker: User,
    worker2: User,
    supervisor: User,
    inspection: Inspection,
    tmp_path: Path,
) -> None:
    colleague = factory.make_user(agency, "colleague", "supervisors")
    join(worker, supervisor)
    join(worker2, colleague)
    for days in (0, 7, 21):
        count(worker, 12, days_ago=days, asked=WORRY)
        count(worker, 12, days_ago=days, asked=BOTH)
        count(worker2, 11, days_ago=days, asked=BOTH, dispatched_after=600)
    count(worker2, 4, days_ago=14)

    sign_in(page, live_server, "supervisor")
    page.get_by_role("link", name="Insights").click()
    expect(page.get_by_role("heading", name="Insights", level=1)).to_be_visible()
    shares = page.get_by_role("table", name="Asked, by factor")
    row = shares.get_by_role("row", name="Parental Resilience")
    expect(row.get_by_role("cell").first).to_have_text("96%")
    expect(row.get_by_role("cell").last).to_have_text("109")
    teams = page.get_by_role("table", name="Teams by factor: both sides asked")
    expect(teams.get_by_role("row", name="Supervisor Example")).to_contain_text("50%")
    expect(teams.get_by_role("row", name="Colleague Example")).to_contain_text("89%")
    chart = page.get_by_role("img", name="Parental Resilience, share of calls asked by week")
    expect(chart).to_be_visible()
    expect(page.get_by_role("figure")).to_have_count(5)
    page.get_by_text("Numbers of Parental Resilience").click()
    weeks = page.get_by_role("table", name="Parental Resilience, share of calls asked by week")
    expect(weeks.get_by_role("row").filter(has_text="under 10")).not_to_have_count(0)
    course = page.get_by_role("table", name="From call to approval")
    told = course.get_by_role("row", name="Call’s end to a responding worker told")
    expect(told).to_contain_text("10 min")

    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert page.locator("html").evaluate("e => e.scrollWidth") <= size["width"]
        inspection.look(f"figures-{size['width']}")
    page.set_viewport_size(WIDE)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV of Asked, by factor").click()
    download.value.save_as(tmp_path / "shares.csv")
    text = (tmp_path / "shares.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].startswith("Parental Resilience,96%,")

    page.get_by_label("Calls of").select_option("Worker Example")
    expect(page.get_by_role("option", name="Worker2 Example")).to_have_count(0)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Calls of Worker Example")).to_be_visible()
    expect(page.get_by_role("figure")).to_have_count(0)
    expect(page.get_by_role("table")).to_have_count(2)
    inspection.look("one-worker")
    page.goto(live_server.url + reverse("insights") + "?period=range")
    expect(page.get_by_role("link", name="Give both days, from and until.")).to_be_visible()
    inspection.look("no-period")
    page.goto(live_server.url + reverse("insights") + "?factor=concrete_support&period=year")
    expect(page.get_by_role("figure")).to_have_count(1)
    page.goto(
        live_server.url + reverse("insights") + "?period=range&since=2026-01-05&until=2026-01-06"
    )
    expect(page.get_by_text("no figure is shown")).to_be_visible()
    inspection.look("nothing")
    watch.expect_silence()
