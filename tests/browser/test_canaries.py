"""What a browser keeps of a reporting party: nothing that can be read, typed or shown."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.models import Intake, User
from tests import factory
from tests.browser.conftest import Watch
from tests.browser.test_call import expect_saved, sign_in, start_call
from tests.browser.test_keeping import kept, wait_for_journal, wait_until_kept

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

CANARIES = ("Xylophanes Quokka", "555 0177 4242")
ELSEWHERE = """async () => {
  const told = [document.cookie, window.name, location.href, document.title, document.referrer];
  told.push(JSON.stringify(history.state), JSON.stringify(performance.getEntries()));
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      told.push(request.url, await (await cache.match(request)).text());
    }
  }
  const workers = await navigator.serviceWorker?.getRegistrations() ?? [];
  told.push(`workers ${workers.length}`);
  return told;
}"""


def expect_nothing_kept(page: Page) -> None:
    """Look through everything in which a browser keeps what outlives a page."""
    cookies = [str(cookie) for cookie in page.context.cookies()]
    told = "\n".join([*kept(page), *page.evaluate(ELSEWHERE), *cookies]).lower()
    assert "workers 0" in told
    for canary in ("xylophanes", "quokka", CANARIES[1], CANARIES[1].replace(" ", "")):
        assert canary not in told


def test_a_browser_keeps_nothing_of_who_reported(
    browser: Browser,
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    supervisor: User,
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    call = Intake.objects.get()
    page.get_by_role("tab", name="Reporting party").click()
    panel = page.get_by_role("tabpanel")
    page.context.set_offline(True)
    panel.get_by_role("textbox", name="Name", exact=True).fill(CANARIES[0])
    panel.get_by_role("textbox", name="Phone").fill(CANARIES[1])
    wait_until_kept(page, 2)  # they wait in the journal, sealed
    page.context.set_offline(False)
    expect_saved(page)
    expect_nothing_kept(page)
    page.reload()
    wait_for_journal(page)
    expect_nothing_kept(page)
    watch.complaints.clear()  # of the network that was away

    factory.submit(worker, call)
    User.objects.filter(pk=supervisor.pk).update(may_reveal_reporter=True)
    desk = browser.new_context().new_page()
    sign_in(desk, live_server, "supervisor")
    record = live_server.url + reverse("intake", args=[call.pk])
    desk.goto(record)
    expect(desk.get_by_text("On file, not shown")).to_have_count(2)
    desk.get_by_role("link", name="Show the reporting party").click()
    desk.get_by_role("radio", name="Somebody’s safety depends on it").check()
    desk.get_by_role("textbox", name="Reason, in your own words").fill("The officer asks.")
    desk.get_by_role("button", name="Show once").click()
    expect(desk.get_by_text(CANARIES[0])).to_be_visible()
    expect_nothing_kept(desk)
    desk.reload()  # sends the same reason again, which opens nothing
    expect(desk.get_by_text("The reporting party was shown once for that reason.")).to_be_visible()
    expect(desk.get_by_text(CANARIES[0])).to_have_count(0)
    desk.get_by_role("link", name="Cancel").click()
    expect(desk.get_by_text("On file, not shown")).to_have_count(2)
    expect_nothing_kept(desk)
    desk.context.close()
