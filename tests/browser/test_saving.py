"""What the worker does quickly, or what the network does badly, in a real browser."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.models import Answer, Intake, Narrative, User
from tests.browser.conftest import Watch
from tests.browser.test_call import expect_saved, narrative, shown, start_call, wait_for_scripts
from tests.browser.test_keeping import sign_in_again

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]


def test_a_status_chosen_right_after_typing_stands(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.get_by_role("tab", name="Parental Resilience").click()
    prompt = shown(page, "Worry")
    prompt.get_by_role("textbox").first.fill("Asked twice.")
    prompt.get_by_role("radio", name="Declined").first.check()
    expect_saved(page)
    assert Answer.objects.get().status == "declined"
    expect(prompt.get_by_role("radio", name="Declined").first).to_be_checked()
    watch.expect_silence()


def test_a_status_that_cannot_be_goes_back(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.get_by_role("tab", name="Parental Resilience").click()
    prompt = shown(page, "Worry")
    prompt.get_by_role("textbox").first.fill("She has her mother.")
    expect_saved(page)
    prompt.get_by_role("radio", name="Not asked").first.click()  # it may be back at once
    expect(prompt.get_by_text("There is an answer here.")).to_be_visible()
    expect(prompt.get_by_role("radio", name="Not asked").first).not_to_be_checked()
    expect_saved(page)
    prompt.get_by_role("radio", name="Doesn't know").first.check()  # by mistake
    expect_saved(page)
    prompt.get_by_role("textbox").first.press("End")
    page.keyboard.type(" And her aunt.")
    expect(prompt.get_by_role("radio", name="Doesn't know").first).not_to_be_checked()
    expect_saved(page)
    assert Answer.objects.get().status == "answered"


def test_a_refusal_stays_when_the_box_is_left(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.get_by_role("tab", name="People").click()
    page.get_by_role("button", name="Add a child").click()
    page.keyboard.insert_text("x" * 501)
    expect(page.get_by_role("status")).to_contain_text("needs a look")
    refusal = page.get_by_role("tabpanel", name="People").get_by_text(
        "This text has 501 characters"
    )
    expect(refusal).to_be_visible()
    page.keyboard.press("Tab")
    expect(refusal).to_be_visible()
    page.get_by_role("tab", name="Closing").click()
    page.get_by_role("group", name="Danger now?").get_by_role(
        "radio", name="No", exact=True
    ).check()
    page.get_by_role("button", name="End call").click()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()


def test_closing_the_key_help_ends_the_wait_for_a_key(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.keyboard.press("Control+/")
    page.get_by_role("button", name="Change: Save now").click()
    page.get_by_role("button", name="Close").last.click()
    narrative(page).click()
    page.keyboard.type("abc")
    expect(narrative(page)).to_have_value("abc")


def test_a_page_not_found_in_between_is_tried_again(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.route("**/save/", lambda route: route.fulfill(status=404, body="<h1>no</h1>"), times=1)
    narrative(page).fill("kept")
    expect_saved(page)
    assert Narrative.objects.get().text == "kept"


@pytest.mark.parametrize("button", ["End call", "Submit for review"])
def test_leaving_while_signed_out_says_why_and_goes_on_afterwards(
    page: Page, live_server: LiveServer, worker: User, button: str
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.get_by_role("group", name="Danger now?").get_by_role(
        "radio", name="No", exact=True
    ).check()
    expect_saved(page)
    if button != "End call":
        page.get_by_role("button", name="End call").click()
        expect(page.get_by_role("heading", name="Wrap-up")).to_be_visible()
        wait_for_scripts(page)
    here = page.url
    leave = page.get_by_role("button", name=button).element_handle()
    page.context.clear_cookies(name="hotline_session")
    # Pressed at once: what the page asks by itself may cover it before the pointer gets there.
    leave.evaluate("button => button.click()")
    sign_in_again(page)
    assert page.url == here
    page.get_by_role("button", name=button).click()
    expect(page).not_to_have_url(here)


def test_leaving_without_a_network_says_so(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    page.get_by_role("group", name="Danger now?").get_by_role(
        "radio", name="No", exact=True
    ).check()
    expect_saved(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="End call").click()
    expect(page.get_by_role("status")).to_contain_text("but the server cannot be reached")
    page.context.set_offline(False)
    page.get_by_role("button", name="End call").click()
    expect(page.get_by_role("heading", name="Wrap-up")).to_be_visible()


def test_the_safety_strip_goes_back_to_not_asked(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    strip = page.get_by_role("group", name="Tribal information?")
    strip.get_by_role("radio", name="Yes").check()
    expect_saved(page)
    strip.get_by_text("Yes", exact=True).click()
    expect(strip.get_by_role("radio", name="Yes")).not_to_be_checked()
    expect_saved(page)
    assert Intake.objects.get().tribal_information == ""
    strip.get_by_role("radio", name="No", exact=True).check()
    page.keyboard.press("Backspace")
    expect(strip.get_by_role("radio", name="No", exact=True)).not_to_be_checked()
    expect_saved(page)
    assert Intake.objects.get().tribal_information == ""


def test_filed_words_are_found_again_after_typing_above_them(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    lines = "\n".join(f"Line {number} of the story." for number in range(60))
    narrative(page).fill(f"{lines}\nShe has an aunt next door.")
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="File as working well").click()
    narrative(page).press("Control+Home")
    page.keyboard.type("Typed above. ")
    expect_saved(page)
    assert narrative(page).evaluate("box => box.scrollTop") < 20
    page.get_by_role("button", name="Show in narrative").click()
    box = narrative(page)
    chosen = box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)")
    assert chosen == "She has an aunt next door."
    assert box.evaluate("box => box.scrollTop") > 100
    expect_saved(page)
