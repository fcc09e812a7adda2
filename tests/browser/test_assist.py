"""Silent assist with two people at once: a worker types, a supervisor follows and sends a line."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.actions import assist, calls
from intake.models import AssistLine, HelpFlag, Intake, User
from tests import factory
from tests.browser.checks import Inspection, expect_accessible
from tests.browser.conftest import Watch
from tests.browser.test_call import (
    expect_saved,
    narrative,
    shown,
    sign_in,
    start_call,
    wait_for_scripts,
)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

WITHIN = 5_000  # ms
LINE = "Ask where he sleeps tonight."


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """The browser of the supervisor."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def told(page: Page) -> Locator:
    return page.locator(".told")


def ask_for_help(page: Page) -> Locator:
    return page.get_by_role("button", name="Ask for help")


def no_sideways_scroll(page: Page) -> None:
    assert page.locator("html").evaluate("e => e.scrollWidth - e.clientWidth") <= 0


def open_call(desk: Page, live_server: LiveServer, call: Intake) -> None:
    sign_in(desk, live_server, "supervisor")
    expect(desk.get_by_role("heading", name="Review queue")).to_be_visible()
    desk.goto(live_server.url + reverse("assist_follow", args=[call.pk]))
    expect(desk.get_by_role("heading", name=f"Follow {call.reference}")).to_be_visible()


@pytest.mark.main_path
def test_a_supervisor_follows_and_sends_a_line_that_the_worker_dismisses(
    page: Page,
    desk: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    supervisor: User,
    inspection: Inspection,
) -> None:
    sign_in(desk, live_server, "supervisor")
    expect(desk.get_by_role("heading", name="Review queue")).to_be_visible()
    nav = desk.get_by_role("navigation", name="Main")
    start_call(page, live_server)
    wait_for_scripts(page)
    page.keyboard.type("A neighbour calls.")
    page.keyboard.press("Alt+KeyH")
    expect(page.get_by_role("button", name="Help asked – take back")).to_be_visible()
    expect(told(page)).to_contain_text("Nobody follows yet.")
    expect(narrative(page)).to_be_focused()
    call = Intake.objects.get()

    link = nav.get_by_role("link", name="Live calls 1 ask for help")
    expect(link).to_be_visible(timeout=2 * WITHIN)
    link.click()
    row = desk.get_by_role("row").filter(has_text="Help asked")
    expect(row).to_contain_text("Worker Example")
    expect_accessible(desk)
    row.get_by_role("link", name="Follow").click()
    expect(desk.get_by_role("region", name="Narrative")).to_contain_text("A neighbour calls.")
    expect(told(page)).to_contain_text("Followed by Supervisor Example", timeout=WITHIN)

    # What is typed is there without a reload.
    where = desk.url
    page.keyboard.type(" Shouting at night.")
    expect(desk.get_by_role("region", name="Narrative")).to_have_text(
        "A neighbour calls. Shouting at night.", timeout=WITHIN
    )
    page.get_by_role("tab", name="Social Connections").click()
    shown(page, "Worry").get_by_role("textbox").first.fill("They moved away.")
    board = desk.get_by_role("table", name="Social Connections")
    expect(board).to_contain_text("They moved away.", timeout=WITHIN)
    assert desk.url == where

    desk.get_by_role("textbox", name="Send a line to the worker").fill(LINE)
    desk.get_by_role("button", name="Send").click()
    expect(told(page)).to_contain_text(LINE, timeout=WITHIN)
    expect(told(page)).to_contain_text(re.compile(r"Supervisor Example, \d\d:\d\d:"))
    expect(page.get_by_role("status")).to_have_text(re.compile("^Saved"))  # the line is beside it
    expect(desk.get_by_text("Not seen yet")).to_be_visible()
    expect(desk.get_by_role("textbox", name="Send a line to the worker")).to_have_value("")
    inspection.look("worker-told")
    expect_accessible(desk)
    inspection.check("followed", desk)
    size = page.locator("html").evaluate("e => e.scrollHeight - e.clientHeight")
    assert size <= 0  # all of the call is on the screen still
    page.get_by_role("button", name="Dismiss").click()
    expect(told(page)).not_to_contain_text(LINE)
    expect(desk.get_by_text(re.compile(r"^Seen \d\d:\d\d$"))).to_be_visible(timeout=WITHIN)
    assert AssistLine.objects.get().seen_at is not None

    page.get_by_role("button", name="Help asked – take back").click()
    expect(ask_for_help(page)).to_be_visible()
    assert not HelpFlag.objects.raised().exists()
    for one in (page, desk):
        one.set_viewport_size({"width": 320, "height": 640})
        no_sideways_scroll(one)
        expect_accessible(one)
    desk.goto(live_server.url + reverse("assist"))
    expect(desk.get_by_role("row").filter(has_text=call.reference)).to_be_visible()
    no_sideways_scroll(desk)
    expect_accessible(desk)
    inspection.check("live-calls", desk)
    desk.goto(where)
    calls.end_call(actor=worker, intake_id=call.pk, at=timezone.now())
    over = desk.get_by_text(re.compile(rf"^Call {call.reference} ended at \d\d:\d\d\."))
    expect(over).to_be_visible(timeout=WITHIN)
    expect(desk.get_by_role("button", name="Send")).to_be_hidden()
    expect_accessible(desk)
    inspection.check("over", desk)
    desk.get_by_role("link", name="Open the record").click()
    expect(desk.get_by_role("heading", name=re.compile(call.reference))).to_be_visible()
    watch.expect_silence()


def test_what_is_read_stays_where_it_is_while_the_call_goes_on(
    desk: Page, live_server: LiveServer, worker: User, supervisor: User
) -> None:
    call = factory.make_call(worker, timezone.now())
    said = "\n".join(f"Line {number} of what was told." for number in range(60))
    factory.put(worker, call, "narrative.text", said)
    answer = f"answer.{factory.core_prompt(call, 'child_competence').pk}.text"
    factory.put(worker, call, answer, "He draws what he sees.")
    open_call(desk, live_server, call)
    region = desk.get_by_role("region", name="Narrative")
    assert region.evaluate("e => e.scrollHeight - e.scrollTop - e.clientHeight") < 2  # its end
    region.evaluate("e => { e.scrollTop = 40; }")
    desk.set_viewport_size({"width": 1366, "height": 500})
    desk.evaluate("window.scrollTo(0, 150)")
    box = desk.get_by_role("textbox", name="Send a line to the worker")
    desk.evaluate(
        """() => {
          const text = document.querySelector(".follow-narrative p").firstChild;
          const range = document.createRange();
          range.setStart(text, 0);
          range.setEnd(text, 6);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }"""
    )
    before = desk.evaluate("scrollY")
    factory.put(worker, call, "narrative.text", f"{said}\nThe last line.", base=1)
    factory.put(worker, call, answer, "He draws what he sees, every day.", base=1)
    expect(region).to_contain_text("The last line.", timeout=WITHIN)
    board = desk.get_by_role("table", name=re.compile("^Social & Emotional"))
    expect(board).to_contain_text("every day")
    assert desk.evaluate("getSelection().toString()") == "Line 0"
    assert desk.evaluate("scrollY") == before
    assert region.evaluate("e => e.scrollTop") == 40
    assert region.evaluate("e => 'fresh' in e.dataset")
    box.fill("Half a li")
    box.press("End")
    factory.put(worker, call, "narrative.text", "Cut.", base=2)
    expect(region).to_have_text("Cut.", timeout=WITHIN)
    expect(box).to_be_focused()
    expect(box).to_have_value("Half a li")


def test_a_line_that_is_none_is_refused_in_place_and_trouble_is_said(
    desk: Page, live_server: LiveServer, worker: User, supervisor: User
) -> None:
    call = factory.make_call(worker, timezone.now())
    open_call(desk, live_server, call)
    box = desk.get_by_role("textbox", name="Send a line to the worker")
    box.fill("   ")
    box.press("Enter")
    refusal = desk.get_by_role("alert").filter(has_text="Write a line first")
    expect(refusal).to_be_visible()
    expect(box).to_be_focused()
    expect_accessible(desk)
    desk.context.set_offline(True)
    box.fill(LINE)
    box.press("Enter")
    expect(desk.get_by_text("The server cannot be reached.")).to_be_visible()
    expect(box).to_have_value(LINE)
    expect(desk.get_by_text("what stands here may be old")).to_be_visible(timeout=2 * WITHIN)
    desk.context.set_offline(False)
    expect(desk.get_by_text("what stands here may be old")).to_be_hidden(timeout=2 * WITHIN)
    box.press("Enter")
    expect(desk.get_by_text("Not seen yet")).to_be_visible(timeout=WITHIN)
    assert AssistLine.objects.count() == 1


def test_who_is_followed_unasked_is_told_quietly(
    page: Page, live_server: LiveServer, worker: User, supervisor: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    expect(told(page)).to_be_empty()
    call = Intake.objects.get()
    assist.follow_call(actor=supervisor, intake=call, at=timezone.now())
    expect(told(page)).to_contain_text("Followed by Supervisor Example", timeout=3 * WITHIN)
    expect(ask_for_help(page)).to_be_visible()
    place = page.get_by_role("textbox", name="Narrative").bounding_box()
    expect(told(page)).to_be_empty(timeout=6 * WITHIN)  # the page did not ask again: it is gone
    assert page.get_by_role("textbox", name="Narrative").bounding_box() == place
    expect_saved_or_nothing_typed(page)


def expect_saved_or_nothing_typed(page: Page) -> None:
    expect(page.get_by_role("status")).to_have_text(re.compile("^Saved"))
    page.keyboard.type("x")
    expect_saved(page)


# Where what a worker presses and reads stands, in every frame since the page was first shown.
WATCH_PLACES = """
const seen = new Set();
window.seen = seen;
const names = [".bar", "[data-end-call]", ".narrative textarea", "[data-file]", "#tabs", ".panels"];
(function look() {
  const places = names.map((name) => document.querySelector(name));
  if (places.every(Boolean) && document.querySelector(".told")) {
    seen.add(JSON.stringify(places.map((place) => place.getBoundingClientRect().top.toFixed(2))));
  }
  requestAnimationFrame(look);
})();
"""


def test_nothing_moves_whatever_is_said(
    page: Page, live_server: LiveServer, worker: User, supervisor: User
) -> None:
    """The bar says that it looks for text, saves and cannot; somebody follows and sends a line.

    At a width at which the bar has no room to spare.
    """
    page.set_viewport_size({"width": 1200, "height": 625})
    page.add_init_script(WATCH_PLACES)
    start_call(page, live_server)
    wait_for_scripts(page)
    page.keyboard.type("A neighbor calls.")
    expect_saved(page)
    page.context.set_offline(True)
    page.keyboard.type(" They shout.")
    expect(page.get_by_role("button", name="Save now")).to_be_visible()
    page.context.set_offline(False)
    expect_saved(page)
    call = Intake.objects.get()
    now = timezone.now()
    assist.follow_call(actor=supervisor, intake=call, at=now)
    line = LINE + " Who is with him now? Ask it twice." * 5
    assist.send_line(actor=supervisor, intake_id=call.pk, key=uuid.uuid4(), text=line[:200], at=now)
    expect(told(page)).to_contain_text(LINE, timeout=2 * WITHIN)
    # The whole line can be read.
    assert told(page).evaluate("row => row.scrollHeight <= row.clientHeight")
    ask_for_help(page).click()
    expect(page.get_by_role("button", name="Help asked – take back")).to_be_visible()
    second = page.context.new_page()
    second.goto(page.url)
    expect(page.get_by_text("Also open elsewhere, to read")).to_be_visible(timeout=15_000)
    expect_accessible(page)
    assert len(page.evaluate("[...seen]")) == 1, page.evaluate("[...seen]")
