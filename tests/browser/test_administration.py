"""Administration in a real browser: somebody is invited, comes, leaves, and hands the call on."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.models import User
from tests.browser.checks import Inspection
from tests.browser.conftest import Watch
from tests.browser.test_call import sign_in
from tests.browser.test_looks import look_at

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]
PASSWORD = "seven quiet rivers"


def test_somebody_comes_and_leaves(
    page: Page,
    browser: Browser,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    administrator: User,
    inspection: Inspection,
) -> None:
    sign_in(page, live_server, "administrator")
    page.get_by_role("link", name="Agency").click()
    page.get_by_role("link", name="Users").click()
    page.get_by_role("link", name="Invite somebody").click()
    for label, words in (("Username", "newcomer"), ("First name", "Nia"), ("Last name", "Okoro")):
        page.get_by_role("textbox", name=label).fill(words)
    page.get_by_role("checkbox", name="Worker: takes calls").check()
    inspection.look("invite")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_role("textbox", name="Link").input_value()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.reload()
    expect(page.get_by_role("textbox", name="Link")).to_have_value(link)
    inspection.look("link")

    guest = browser.new_context(viewport={"width": 1366, "height": 625}).new_page()
    guest.goto(link)
    for label in ("Password", "Password again"):
        guest.get_by_label(label, exact=True).fill(PASSWORD)
    guest.get_by_role("button", name="Set the password").click()
    used = guest.context.new_page()
    used.goto(link)
    expect(used.get_by_role("heading", name="This invitation was used")).to_be_visible()
    expect(used.get_by_role("button", name="Set the password")).to_be_hidden()
    used.close()
    guest.get_by_label("Username").fill("newcomer")
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Sign in").click()
    guest.get_by_role("button", name="Start a call").click()
    reference = guest.get_by_role("heading", name="Call ").inner_text().split()[-1]

    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Nia Okoro").click()
    page.get_by_role("combobox", name="Who takes the 1 open call").select_option("Worker Example")
    inspection.look("account")
    page.get_by_role("button", name="Deactivate newcomer").click()
    expect(page.get_by_text("1 open call went to the colleague")).to_be_visible()
    other = browser.new_context(viewport={"width": 1366, "height": 625}).new_page()
    sign_in(other, live_server, "worker")
    expect(other.get_by_text(reference).first).to_be_visible()

    for address in ("", "users/", "policies/", "history/", "response-options/", "jargon/"):
        look_at(
            page, inspection, f"{live_server.url}/agency/{address}", address.strip("/") or "desk"
        )
    watch.expect_silence()
