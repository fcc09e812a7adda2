"""A security key in a real browser: set up, used to sign in, and a locked screen that it guards."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from intake.models import User
from tests.browser.checks import Inspection
from tests.browser.conftest import Watch
from tests.browser.test_call import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]


def plug_in_key(page: Page) -> None:
    """Give the browser a security key that is touched at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": False,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_security_key_is_set_up_and_opens(
    page: Page,
    live_server: LiveServer,
    supervisor: User,
    settings: Settings,
    watch: Watch,
    inspection: Inspection,
) -> None:
    settings.SECOND_FACTOR = "required"
    plug_in_key(page)
    sign_in(page, live_server, "supervisor")
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    inspection.look("to be set up")
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    inspection.look("app")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Add a security key").click()
    page.get_by_label("Name of the key").fill("On the key ring")
    inspection.look("key")
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(
        10
    )
    inspection.look("codes")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download").click()
    assert len(kept.value.path().read_text().split("\n")) == 11
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Review queue")).to_be_visible()
    page.get_by_role("link", name="Account").click()
    expect(page.get_by_text("On the key ring")).to_be_visible()
    inspection.look("account")
    page.get_by_role("button", name="Sign out everywhere", exact=True).click()
    sign_in(page, live_server, "supervisor")
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    inspection.look("second factor")
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("heading", name="Review queue")).to_be_visible()
    watch.expect_silence()


def test_a_locked_screen_goes_on_after_the_second_factor_in_another_tab(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    plug_in_key(page)
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/accounts/factors/key/")
    page.get_by_label("Name of the key").fill("Mine")
    page.get_by_role("button", name="Add the key").click()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.context.clear_cookies()  # as when the twelve hours are over: nothing is left to unlock
    page.evaluate("document.dispatchEvent(new CustomEvent('session:lost'))")
    cover = page.get_by_role("dialog", name="Sign in again")
    cover.get_by_label("Password").fill("correct horse battery")
    cover.get_by_role("button", name="Sign in").click()
    expect(cover.get_by_role("alert")).to_contain_text("second factor")
    with page.context.expect_page() as opened:
        cover.get_by_role("link", name="Give the second factor on a new tab").click()
    expect(opened.value.get_by_role("heading", name="Second factor")).to_be_visible()
    opened.value.get_by_label("Code").fill("no code")
    opened.value.get_by_role("button", name="Go on").click()
    expect(opened.value.get_by_text("This was not accepted").first).to_be_visible()
    expect(cover).to_be_visible()
