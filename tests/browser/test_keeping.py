"""Not a word lost: the network, the session, the browser or the tab goes, and the text stays."""

import re
import uuid
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.actions.outbox import release_key
from intake.models import Answer, FieldRevision, Intake, Narrative, Person, User
from tests import factory
from tests.browser.checks import Inspection, all_of, wait_until
from tests.browser.conftest import Watch
from tests.browser.test_call import (
    expect_saved,
    narrative,
    shown,
    sign_in,
    start_call,
    wait_for_scripts,
)
from tests.torture.watch import SHOW

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

KEEP_NOTE = "(note) => sessionStorage.setItem('hotline.flushed', JSON.stringify(note))"
# All that this browser keeps of our origin, as one text; sealed bytes are read as letters too.
EVERYTHING_KEPT = """async () => {
  const found = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})];
  const letters = (one) => one instanceof ArrayBuffer || ArrayBuffer.isView(one)
    ? new TextDecoder("utf-8").decode(one) + new TextDecoder("utf-16le").decode(one) : String(one);
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => done(request.result);
    });
    for (const store of db.objectStoreNames) {
      const rows = await new Promise((done) => {
        const request = db.transaction(store).objectStore(store).getAll();
        request.onsuccess = () => done(request.result);
      });
      for (const row of rows) {
        const parts = Object.entries(row).map(([key, one]) => `${key}=${letters(one)}`);
        found.push(`${store} ${parts.join(" ")}`);
      }
    }
    db.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found.push(await (await cache.match(request)).text());
  }
  return found;
}"""


def kept(page: Page) -> list[str]:
    found: list[str] = page.evaluate(EVERYTHING_KEPT)
    return found


def wait_until_kept(page: Page, entries: int) -> list[str]:
    """What the browser holds once so many entries are in its outbox."""
    look = """async (entries) => {
      const found = await (%s)();
      return found.filter((one) => one.startsWith("outbox ")).length === entries && found;
    }"""
    found: list[str] = wait_until(page, look % EVERYTHING_KEPT, entries)
    return found


def wait_for_journal(page: Page) -> None:
    expect(page.locator("[data-kept]")).to_be_attached()


def sign_in_again(page: Page, username: str = "worker") -> None:
    """Sign in on the cover of a page whose session is over."""
    cover = page.get_by_role("dialog", name="Sign in again")
    expect(cover).to_be_visible()
    cover.get_by_label("Username").fill(username)
    cover.get_by_label("Password").fill(factory.PASSWORD)
    cover.get_by_role("button", name="Sign in").click()
    expect(cover).to_be_hidden()


def expect_nothing_of(page: Page, words: str) -> None:
    """Neither the page's content nor what stands in a box of it has the words."""
    expect(narrative(page)).to_have_count(0)
    boxes = "[...document.querySelectorAll('textarea, input')].map((one) => one.value)"
    assert words not in "\n".join([*page.evaluate(boxes), all_of(page)])


def open_again(page: Page, server: LiveServer) -> Page:
    """A new page of the same browser, signed in, on the list of calls."""
    other = page.context.new_page()
    other.goto(server.url)
    if other.get_by_role("heading", name="Sign in").is_visible():
        sign_in(other, server)
    expect(other.get_by_role("heading", name="Calls")).to_be_visible()
    return other


def stored(call: Intake) -> str:
    return Narrative.objects.get(intake=call).text


def test_no_plain_text_of_a_call_is_in_the_browser(
    page: Page, watch: Watch, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    page.context.set_offline(True)
    narrative(page).fill("Zebulon hid under the stairs.")
    page.get_by_role("tab", name="Social Connections").click()
    shown(page, "Worry").get_by_role("textbox").first.fill("Persimmon lane, nobody near.")
    page.get_by_role("tab", name="Reporting party").click()
    page.get_by_role("tabpanel").get_by_role("textbox", name="Name", exact=True).fill("Quillon")
    found = wait_until_kept(page, 3)
    told = "\n".join(found)
    key = release_key(actor=worker, intake_id=Intake.objects.get().pk, at=timezone.now())
    for word in ("Zebulon", "stairs", "Persimmon", "Quillon", key):
        assert word not in told
    assert key not in all_of(page)  # it came with the page, which keeps it from everybody
    page.context.set_offline(False)
    expect_saved(page)
    found = wait_until_kept(page, 0)  # entries go when they are acknowledged
    assert "Zebulon" not in "\n".join(found)


def test_a_dead_network_is_told_calmly_and_everything_is_sent_once(
    page: Page, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    saves: list[str] = []
    page.on("request", lambda one: saves.append(one.url) if one.url.endswith("/save/") else None)
    page.context.set_offline(True)
    narrative(page).fill("First line.")
    status = page.get_by_role("status")
    expect(status).to_contain_text(re.compile(r"^Not saved since \d\d:\d\d"))
    page.get_by_role("tab", name="Social Connections").click()
    shown(page, "Worry").get_by_role("textbox").first.fill("They moved away.")
    expect(status).to_contain_text("2 fields wait")
    expect(narrative(page)).to_be_editable()
    inspection.look("offline")
    page.context.set_offline(False)
    expect_saved(page)
    assert Narrative.objects.get().text == "First line."
    assert Answer.objects.get().text == "They moved away."
    assert Narrative.objects.get().saves["text"]["revision"] == 1


def test_a_network_that_dies_at_once_leaves_no_page_without_a_journal(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    page.context.route("**/outbox-key/", lambda route: route.abort())
    start_call(page, live_server)
    wait_for_journal(page)
    block(page.context)
    narrative(page).fill("Typed in the dark.")
    wait_until_kept(page, 1)
    url = page.url
    kill(page)
    other = open_again(page, live_server)
    other.goto(url)
    expect_saved(other)
    assert Narrative.objects.get().text == "Typed in the dark."


@pytest.mark.parametrize("reopened", ["call", "calls"])
def test_what_a_killed_page_left_is_sent_when_the_server_is_back(
    page: Page, live_server: LiveServer, worker: User, reopened: str
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    narrative(page).fill("Saved before.")
    expect_saved(page)
    block(page.context)
    narrative(page).press("Control+End")
    page.keyboard.type(" Typed in the dark.")
    page.get_by_role("tab", name="People").click()
    page.get_by_role("button", name="Add a child").click()
    page.keyboard.type("Amir")
    wait_until_kept(page, 2)
    url = page.url
    kill(page)
    assert stored(Intake.objects.get()) == "Saved before."
    assert not Person.objects.exists()
    other = open_again(page, live_server)
    if reopened == "call":
        other.goto(url)
        expect(narrative(other)).to_have_value("Saved before. Typed in the dark.")
    wait_until_kept(other, 0)
    assert Narrative.objects.get().text == "Saved before. Typed in the dark."
    assert Person.objects.get().name == "Amir"
    expect(other.get_by_text("Unsent text of yours")).to_be_hidden()
    other.goto(url)
    expect(narrative(other)).to_have_value("Saved before. Typed in the dark.")
    other.get_by_role("tab", name="People").click()
    expect(other.get_by_role("textbox", name="Name", exact=True)).to_have_value("Amir")


def test_what_was_left_over_a_text_that_changed_since_is_shown_beside_it(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    block(page.context)
    narrative(page).fill("Typed in the dark.")
    wait_until_kept(page, 1)
    url = page.url
    kill(page)
    factory.put(worker, Intake.objects.get(), "narrative.text", "Written elsewhere meanwhile.")
    other = open_again(page, live_server)
    notice = other.get_by_role("region", name="Unsent text of yours is on this computer")
    expect(notice).to_be_visible()
    notice.get_by_role("link", name="Open the call").click()
    expect(other).to_have_url(url)
    expect(other.get_by_role("region", name="Theirs, stored")).to_have_text(
        "Written elsewhere meanwhile."
    )
    expect(other.get_by_role("region", name="Mine")).to_have_text("Typed in the dark.")
    other.get_by_role("button", name="Join").click()
    expect_saved(other)
    assert Narrative.objects.get().text == "Written elsewhere meanwhile.\nTyped in the dark."
    wait_until_kept(other, 0)


def test_a_new_row_that_was_left_comes_back_and_disturbs_nobody_who_types(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    url = page.url
    block(page.context)
    page.get_by_role("tab", name="People").click()
    page.get_by_role("button", name="Add another person").click()
    page.get_by_role("textbox", name="Name", exact=True).last.fill("Aunt Lea")
    wait_until_kept(page, 1)
    kill(page)
    other = page.context.new_page()
    sign_in(other, live_server)
    other.goto(url)
    wait_for_scripts(other)
    other.evaluate("() => { window.isSame = true; }")
    place = other.get_by_role("textbox", name="Child now at")
    place.click()
    other.keyboard.type("At the aunt's house, since Monday.", delay=20)
    wait_for_journal(other)
    expect_saved(other)
    expect(place).to_be_focused()
    expect(place).to_have_value("At the aunt's house, since Monday.")
    assert other.evaluate("window.isSame")  # it was not loaded anew
    other.get_by_role("tab", name="People").click()
    expect(other.get_by_role("textbox", name="Name", exact=True).last).to_have_value("Aunt Lea")
    assert Person.objects.get().name == "Aunt Lea"
    assert Intake.objects.get().child_now_at == "At the aunt's house, since Monday."


def test_a_page_made_before_a_row_was_sent_from_another_page_is_loaded_anew(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    """The list of calls sends what was left just while the call is opened."""
    start_call(page, live_server)
    wait_for_journal(page)
    call, row = Intake.objects.get(), f"person.{uuid.uuid4()}.name"
    old = page.request.get(page.url).text()
    factory.put(worker, call, row, "Aunt Lea", role="other")
    url = reverse("call_save", args=[call.pk])
    page.evaluate(KEEP_NOTE, {"url": url, "revisions": {row: 0}, "reloads": 0})
    page.route(page.url, lambda route: route.fulfill(body=old, content_type="text/html"), times=1)
    page.goto(page.url)
    wait_for_journal(page)
    page.get_by_role("tab", name="People").click()
    expect(page.locator(f'[data-field="{row}"]')).to_have_value("Aunt Lea")


def test_a_conflict_in_another_section_is_marked_and_found(
    page: Page, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    call = Intake.objects.get()
    prompt = factory.core_prompt(call, "social_connections")
    field = f"answer.{prompt.pk}.text"
    page.get_by_role("tab", name="Social Connections").click()
    block(page.context)
    page.locator(f'[data-field="{field}"]').fill("Mine.")
    page.get_by_role("tab", name="Closing").click()
    factory.put(worker, call, field, "Theirs.")
    page.context.unroute("**/save/")
    expect(page.get_by_role("status")).to_contain_text("Paused", timeout=20_000)
    tab = page.get_by_role("tab", name="Social Connections")
    expect(tab).to_contain_text("needs a look")
    expect(page.get_by_role("button", name="Keep mine")).to_be_hidden()
    inspection.look("conflict-elsewhere")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("button", name="Keep mine")).to_be_visible()
    page.get_by_role("button", name="Keep mine").click()
    expect_saved(page)
    expect(tab).not_to_contain_text("needs a look")
    expect(page.get_by_role("button", name="Show it")).to_be_hidden()


def test_what_a_frozen_call_does_not_take_can_be_copied(
    page: Page, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    block(page.context)
    narrative(page).fill("Typed in the dark.")
    wait_until_kept(page, 1)
    kill(page)
    assert stored(Intake.objects.get()) == ""
    factory.submit(worker, Intake.objects.get())
    other = open_again(page, live_server)
    notice = other.get_by_role("region", name="Unsent text of yours is on this computer")
    notice.get_by_text("Narrative could not be stored").click()
    expect(notice.get_by_text("Typed in the dark.")).to_be_visible()
    inspection.page = other
    inspection.look("unsent")
    notice.get_by_role("button", name="I have copied it").click()
    expect(notice).to_be_hidden()
    wait_until_kept(other, 0)


def test_signing_in_again_happens_in_place_and_the_caret_is_where_it_was(
    page: Page, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    narrative(page).fill("One three")
    expect_saved(page)
    narrative(page).evaluate("box => box.setSelectionRange(4, 4)")
    page.context.clear_cookies(name="hotline_session")
    page.keyboard.type("two ")
    cover = page.get_by_role("dialog", name="Sign in again")
    expect(cover).to_be_visible()
    expect(narrative(page)).to_be_hidden()
    inspection.look("locked")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(cover).to_be_visible()
    cover.get_by_label("Password").fill("not the password")
    cover.get_by_role("button", name="Sign in").click()
    expect(cover.get_by_role("alert")).to_contain_text("do not belong together")
    assert Narrative.objects.get().text == "One three"
    sign_in_again(page)
    expect(narrative(page)).to_be_focused()
    page.keyboard.type("and ")
    expect_saved(page)
    assert Narrative.objects.get().text == "One two and three"
    # The page's forms have the new token too.
    page.get_by_role("group", name="Danger now?").get_by_role("radio", name="No").first.check()
    page.get_by_role("button", name="End call").click()
    expect(page.get_by_role("heading", name="Wrap-up")).to_be_visible()


def test_signing_in_in_another_tab_unlocks_this_one(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    page.context.clear_cookies()
    narrative(page).fill("Typed after the session ended.")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in on a new tab").click()
    other = opened.value
    sign_in(other, live_server)
    expect(other.get_by_role("heading", name="Calls")).to_be_visible()
    page.bring_to_front()
    expect_saved(page)
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_hidden()
    assert Narrative.objects.get().text == "Typed after the session ended."


def test_another_user_who_signs_in_there_gets_nothing(
    page: Page, live_server: LiveServer, worker: User, worker2: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    call = Intake.objects.get()
    page.context.clear_cookies(name="hotline_session")
    narrative(page).fill("Only the first worker knows.")
    sign_in_again(page, "worker2")
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    expect_nothing_of(page, "Only the first worker knows")
    found = wait_until_kept(page, 1)  # it waits, sealed, for who typed it
    assert "first worker" not in "\n".join(found)
    page.go_back()
    expect_nothing_of(page, "Only the first worker knows")
    assert stored(call) == ""
    page.goto(live_server.url)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, live_server)
    wait_until_kept(page, 0)
    assert stored(call) == "Only the first worker knows."


def test_an_untouched_screen_warns_and_locks(
    page: Page, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    page.clock.install()
    start_call(page, live_server)
    wait_for_journal(page)
    narrative(page).fill("Kept.")
    page.clock.run_for(4000)
    expect_saved(page)
    page.clock.fast_forward("13:30")
    page.clock.run_for(2000)
    warning = page.get_by_role("alert").filter(has_text="It locks at")
    expect(warning).to_be_visible()
    inspection.look("idle-warning")
    page.keyboard.press("Shift")  # one key is enough
    expect(warning).to_be_hidden()
    with page.expect_response(re.compile(re.escape(reverse("lock")))):
        page.clock.fast_forward("14:59")
        page.clock.run_for(3000)
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    assert page.context.cookies()  # the cookie of a session that the server has ended
    assert page.request.get(f"{live_server.url}{reverse('csrf')}", max_redirects=0).status == 302


def take_two(page: Page) -> Page:
    """The same call in a second tab."""
    second = page.context.new_page()
    second.goto(page.url)
    wait_for_scripts(second)
    return second


def test_a_second_tab_looks_on_until_it_takes_over(
    page: Page, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    narrative(page).fill("Typed in the first tab.")
    expect_saved(page)
    second = take_two(page)
    notice = second.get_by_role("alert").filter(has_text="open in another tab")
    expect(notice).to_be_visible()
    expect(narrative(second)).to_have_value("Typed in the first tab.")
    expect(narrative(second)).not_to_be_editable()
    expect(second.get_by_role("button", name="End call")).to_be_disabled()
    expect(second.get_by_role("status")).to_contain_text("Paused")
    second.get_by_role("tab", name="Social Connections").click()
    expect(shown(second, "Worry")).to_be_visible()
    inspection.page = second
    inspection.look("read-only")
    page.route("**/hold/", lambda route: route.abort())  # the first tab learns it from its save
    notice.get_by_role("button", name="Take over here").click()
    expect(narrative(second)).to_be_editable()
    narrative(second).press("Control+End")
    second.keyboard.type(" And in the second.")
    expect_saved(second)
    # The first tab is told, and what it could not send stays in its box.
    narrative(page).press("Control+End")
    page.keyboard.type(" Not sent.")
    told = page.get_by_role("alert").filter(has_text="in another tab")
    expect(told).to_contain_text("What was typed here and not sent is marked")
    expect(narrative(page)).to_have_value("Typed in the first tab. Not sent.")
    expect(narrative(page)).not_to_be_editable()
    expect(page.get_by_role("status")).to_contain_text("Not saved")
    assert Narrative.objects.get().text == "Typed in the first tab. And in the second."
    page.unroute("**/hold/")
    # It takes over again: both texts are there, and one is chosen.
    told.get_by_role("button", name="Take over here").click()
    expect(page.get_by_role("region", name="Theirs, stored")).to_contain_text("in the second")
    page.get_by_role("button", name="Join").click()
    expect_saved(page)
    text = Narrative.objects.get().text
    assert "And in the second." in text
    assert "Not sent." in text


def test_a_reload_does_not_look_like_a_second_tab(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    narrative(page).fill("Kept.")
    expect_saved(page)
    for _ in range(3):
        page.reload()
        wait_for_journal(page)
        expect(narrative(page)).to_be_editable()
        expect(page.get_by_role("alert").filter(has_text="another tab")).to_have_count(0)


def conflict(page: Page, server: LiveServer, worker: User) -> None:
    """A narrative that somebody changed behind the page."""
    start_call(page, server)
    wait_for_journal(page)
    factory.put(worker, Intake.objects.get(), "narrative.text", "Theirs")
    narrative(page).fill("Mine")
    expect(page.get_by_role("status")).to_contain_text("Paused")


@pytest.mark.parametrize(
    ("button", "stands", "aside"),
    [
        ("Keep mine", "Mine", {"Theirs"}),
        ("Keep theirs", "Theirs", {"Mine", "Theirs"}),
        ("Join", "Theirs\nMine", {"Theirs"}),
    ],
)
def test_a_conflict_shows_both_texts_and_loses_neither(
    page: Page,
    live_server: LiveServer,
    worker: User,
    inspection: Inspection,
    button: str,
    stands: str,
    aside: set[str],
) -> None:
    conflict(page, live_server, worker)
    expect(page.get_by_role("region", name="Theirs, stored")).to_have_text("Theirs")
    expect(page.get_by_role("region", name="Mine")).to_have_text("Mine")
    inspection.look("conflict")
    page.get_by_role("button", name=button).click()
    expect_saved(page)
    expect(narrative(page)).to_have_value(stands)
    assert Narrative.objects.get().text == stands
    assert set(FieldRevision.objects.values_list("text", flat=True)) >= aside - {stands}


def test_signing_out_waits_for_what_is_unsent_or_asks(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    list_of_calls = page.context.new_page()
    list_of_calls.goto(live_server.url)
    block(page.context)
    narrative(page).fill("Not sent yet.")
    wait_until_kept(page, 1)
    list_of_calls.get_by_role("button", name="Sign out").click()
    asked = list_of_calls.get_by_role("dialog", name="Not everything you typed is saved yet")
    expect(asked).to_be_visible(timeout=15_000)
    asked.get_by_role("button", name="Stay signed in").click()
    expect(asked).to_be_hidden()
    page.context.unroute("**/save/")
    page.bring_to_front()
    expect(page.get_by_role("status")).to_have_text(re.compile("^Saved"), timeout=15_000)
    page.close()
    list_of_calls.get_by_role("button", name="Sign out").click()
    expect(list_of_calls.get_by_role("heading", name="Sign in")).to_be_visible()
    assert Narrative.objects.get().text == "Not sent yet."


def test_pages_of_who_signed_out_show_nothing_to_who_signs_in(
    page: Page, live_server: LiveServer, worker: User, worker2: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    narrative(page).fill("Only the first worker knows.")
    expect_saved(page)
    page.evaluate(SHOW, "hidden")  # as a tab behind another one is
    other = page.context.new_page()
    other.goto(live_server.url)
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    expect(narrative(page)).to_be_hidden()
    sign_in(other, live_server, "worker2")
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    expect_nothing_of(page, "Only the first worker knows")


def test_a_page_that_missed_the_change_of_users_shows_nothing_once_it_is_looked_at(
    page: Page, live_server: LiveServer, worker: User, worker2: User
) -> None:
    page.add_init_script("delete globalThis.BroadcastChannel")
    start_call(page, live_server)
    wait_for_journal(page)
    narrative(page).fill("Only the first worker knows.")
    expect_saved(page)
    other = page.context.new_page()
    other.add_init_script("delete globalThis.BroadcastChannel")
    other.goto(live_server.url)
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(other, live_server, "worker2")
    expect(other.get_by_role("heading", name="Calls")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    expect_nothing_of(page, "Only the first worker knows")


def test_an_idle_lock_opens_with_the_password_alone(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    """Also where the server did not hear of the lock, and the session still stands."""
    page.clock.install()
    start_call(page, live_server)
    wait_for_journal(page)
    narrative(page).fill("Kept.")
    page.clock.run_for(4000)
    expect_saved(page)
    lock = re.compile(re.escape(reverse("lock")))
    page.route(lock, lambda route: route.abort())
    page.clock.fast_forward("16:00")
    cover = page.get_by_role("dialog", name="Sign in again")
    expect(cover).to_be_visible()
    with page.expect_event("requestfailed", lambda request: lock.search(request.url) is not None):
        page.clock.run_for(4000)  # it looks around, and the session still stands
    expect(cover).to_be_visible()
    cover.get_by_label("Password").fill("not the password")
    cover.get_by_role("button", name="Sign in").click()
    expect(cover.get_by_role("alert")).to_contain_text("cannot be reached")
    page.unroute(lock)
    cover.get_by_label("Password").fill("not the password")
    cover.get_by_role("button", name="Sign in").click()
    expect(cover.get_by_role("alert")).to_contain_text("do not belong together")
    sign_in_again(page)
    expect(narrative(page)).to_have_value("Kept.")


def test_signing_out_works_after_another_page_did(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    """A sign-out clears the browser's storage, and with it closes the store of every page."""
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    other = open_again(page, live_server)
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in_again(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_machine_that_wakes_up_is_locked_by_the_first_key(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    # The clock of the wall goes on while the machine sleeps; the first thing that happens is a key.
    page.evaluate(
        """() => {
          const now = Date.now.bind(Date);
          Date.now = () => now() + 20 * 60 * 1000;
          document.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
        }"""
    )
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible()


def test_a_page_that_looked_on_writes_on_the_newest_text(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    second = take_two(page)
    expect(narrative(second)).not_to_be_editable()
    narrative(page).fill("Typed since the second tab was opened.")
    expect_saved(page)
    page.close()
    expect(narrative(second)).to_be_editable(timeout=20_000)
    expect(narrative(second)).to_have_value("Typed since the second tab was opened.")
    narrative(second).press("Control+End")
    second.keyboard.type(" And on.")
    expect_saved(second)
    assert Narrative.objects.get().text == "Typed since the second tab was opened. And on."


def test_a_browser_that_keeps_nothing_says_so_while_text_waits(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    page.add_init_script("IDBFactory.prototype.open = () => { throw new Error('no storage'); }")
    start_call(page, live_server)
    wait_for_journal(page)
    page.context.set_offline(True)
    narrative(page).fill("In this page alone.")
    expect(page.get_by_role("status")).to_contain_text("1 field waits in this page only")
    page.context.set_offline(False)
    expect_saved(page)
    assert Narrative.objects.get().text == "In this page alone."


def kill(page: Page) -> None:
    """End a page like a browser that crashed: what it sends while it goes reaches nobody."""
    context = page.context
    context.clear_cookies()  # a last request is not routed, but nobody is signed in any more
    page.close(run_before_unload=False)
    context.unroute("**/save/")


def block(context: BrowserContext) -> None:
    """No save arrives, everything else does."""
    context.route("**/save/", lambda route: route.abort())


def test_the_status_line_announces_only_changes_to_and_from_failure(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    page.evaluate(
        """() => {
          window.told = [];
          const line = document.getElementById("save-announcer");
          new MutationObserver(() => window.told.push(line.textContent)).observe(
            line, { childList: true, characterData: true, subtree: true });
        }"""
    )
    assert page.get_by_role("status").get_attribute("aria-live") == "off"
    for number in range(3):
        narrative(page).fill(f"Saved {number}")
        expect_saved(page)
    assert page.evaluate("window.told") == []
    page.context.set_offline(True)
    narrative(page).fill("Not saved")
    expect(page.get_by_role("status")).to_contain_text("Not saved")
    narrative(page).fill("Not saved yet")
    page.context.set_offline(False)
    expect_saved(page)
    told: list[Any] = page.evaluate("window.told")
    assert [one.split()[0] for one in told] == ["Not", "Saved"]


def test_leaving_a_half_typed_note_asks_first(
    page: Page, live_server: LiveServer, worker: User
) -> None:
    start_call(page, live_server)
    wait_for_journal(page)
    page.get_by_role("tab", name="Dispatch").click()
    note = page.get_by_role("tabpanel", name="Dispatch").get_by_label("Name or unit")
    note.press_sequentially("Deputy Ru")
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect(note).to_have_value("Deputy Ru")
