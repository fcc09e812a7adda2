"""A call goes from one worker's screen to another's, in two browsers side by side."""

import re
from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.actions import calls, hand_overs
from intake.models import HandOver, Intake, Narrative, User
from tests import factory
from tests.browser.checks import Inspection, expect_accessible
from tests.browser.conftest import Watch
from tests.browser.test_call import (
    expect_saved,
    narrative,
    sign_in,
    start_call,
    wait_for_scripts,
)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

WITHIN = 5_000  # ms


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """The browser of the colleague."""
    context = browser.new_context(viewport={"width": 1366, "height": 625})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def offered_to_me(page: Page) -> Locator:
    return page.get_by_role("region", name="Offered to you")


def line(page: Page) -> Locator:
    return page.get_by_role("region", name="Hand-over")


def offer(page: Page, name: str = "Worker2 Example") -> None:
    page.get_by_role("button", name="Hand over").click()
    dialog = page.get_by_role("dialog", name=re.compile("Hand over call"))
    dialog.get_by_label("Colleague").select_option(label=name)
    dialog.get_by_role("button", name="Offer the call").click()
    expect(dialog).to_be_hidden()
    expect(line(page).get_by_text(f"Offered to {name} at")).to_be_visible()


def place_of(one: Locator) -> tuple[float, float]:
    box = one.bounding_box()
    assert box is not None
    return (box["x"], box["y"])


def test_a_call_goes_to_a_colleague_who_accepts_it(
    page: Page,
    desk: Page,
    live_server: LiveServer,
    worker: User,
    worker2: User,
    inspection: Inspection,
) -> None:
    sign_in(desk, live_server, "worker2")
    expect(offered_to_me(desk).get_by_text("No call is offered to you.")).to_be_visible()
    own = factory.make_call(worker2)
    desk.reload()
    link = desk.get_by_role("link", name="Intakes", exact=True)
    places = [place_of(link), place_of(desk.get_by_role("heading", name="Open"))]

    start_call(page, live_server)
    wait_for_scripts(page)
    narrative(page).fill("What was told.")
    expect_saved(page)
    page.get_by_role("button", name="Hand over").click()
    inspection.look("dialog")
    page.keyboard.press("Escape")
    offer(page)
    inspection.look("offered")
    narrative(page).press("Control+End")
    page.keyboard.type(" And more.")  # the sender goes on
    expect_saved(page)

    # Seen where the colleague is, without a touch; nothing has moved.
    accept = desk.get_by_role("button", name="Accept call")
    expect(accept).to_be_visible(timeout=WITHIN)
    expect(desk.get_by_role("link", name="Calls 1 offered to you")).to_be_visible()
    assert [place_of(link), place_of(desk.get_by_role("heading", name="Open"))] == places
    expect_accessible(desk)
    accept.click()
    expect(narrative(desk)).to_have_value("What was told. And more.")
    wait_for_scripts(desk)
    expect(desk.get_by_role("alert").filter(has_text="Take over here")).to_be_hidden()

    done = line(page).get_by_text(re.compile(r"^Handed over to Worker2 Example at \d\d:\d\d\.$"))
    expect(done).to_be_visible(timeout=WITHIN)
    expect(narrative(page)).to_have_value("What was told. And more.")
    expect(narrative(page)).not_to_be_editable()
    expect(page.get_by_role("status")).to_have_text("Paused – handed over")
    inspection.look("handed-over")
    narrative(desk).press("Control+End")
    desk.keyboard.type(" The end.")
    expect_saved(desk)
    call = Intake.objects.exclude(pk=own.pk).get()
    assert call.worker == worker2
    assert Narrative.objects.get(intake=call).text == "What was told. And more. The end."
    page.get_by_role("link", name="Open the record").click()
    expect(page.get_by_text("And more. The end.")).to_be_visible()
    expect(page.get_by_text("Handed over by Worker Example to Worker2 Example")).to_be_visible()


def test_the_call_screen_counts_offers_too_and_one_that_is_gone_keeps_its_place(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, worker2: User
) -> None:
    first, second = factory.make_call(worker2), factory.make_call(worker2)
    start_call(page, live_server)
    wait_for_scripts(page)
    title = page.get_by_role("heading", name=re.compile("^Call 26-"))
    where = place_of(title)
    hand_overs.offer_call(actor=worker2, intake_id=first.pk, colleague_id=worker.pk, at=factory.NOW)
    expect(page.get_by_role("link", name="Calls 1 offered to you")).to_be_visible(timeout=WITHIN)
    assert place_of(title) == where
    page.get_by_role("link", name="Calls 1 offered to you").click()
    accept = page.get_by_role("button", name=f"Accept call {first.reference}")
    expect(accept).to_be_visible()
    heading = page.get_by_role("heading", name="Open")
    where = place_of(heading)
    hand_overs.offer_call(
        actor=worker2, intake_id=second.pk, colleague_id=worker.pk, at=factory.NOW
    )
    later = page.get_by_role("button", name=f"Accept call {second.reference}")
    expect(later).to_be_attached(timeout=WITHIN)
    assert place_of(heading) == where
    at_second = place_of(later)
    hand_overs.withdraw_offer(actor=worker2, intake_id=first.pk, at=factory.NOW)
    expect(page.get_by_text("Not offered any more")).to_be_visible(timeout=WITHIN)
    expect(accept).to_be_hidden()
    assert place_of(later) == at_second
    assert place_of(heading) == where
    page.get_by_role("button", name=f"Decline call {second.reference}").click()
    expect(page.get_by_text(f"You declined call {second.reference}")).to_be_visible()
    watch.expect_silence()


def test_withdrawn_and_declined_the_call_stays(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, worker2: User
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    offer(page)
    opener = page.get_by_role("button", name="Hand over")
    expect(opener).to_be_hidden()
    page.get_by_role("button", name="Withdraw").click()
    expect(line(page)).to_be_hidden()
    expect(opener).to_be_focused()
    offer(page)
    narrative(page).focus()
    place = place_of(narrative(page))
    hand_overs.answer_offer(
        actor=worker2,
        hand_over_id=HandOver.objects.standing().get().pk,
        answer="declined",
        at=factory.NOW,
    )
    said = line(page).get_by_text("Worker2 Example declined at")
    expect(said).to_be_visible(timeout=WITHIN)
    expect(narrative(page)).to_be_focused()
    assert place_of(narrative(page)) == place
    page.keyboard.type("Mine")
    expect_saved(page)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(said).to_be_hidden()
    watch.expect_silence()


def test_what_was_not_sent_stays_in_view_and_is_marked(
    page: Page, live_server: LiveServer, worker: User, worker2: User, inspection: Inspection
) -> None:
    start_call(page, live_server)
    wait_for_scripts(page)
    call = Intake.objects.get()
    offered = hand_overs.offer_call(
        actor=worker, intake_id=call.pk, colleague_id=worker2.pk, at=factory.NOW
    )
    hand_overs.answer_offer(
        actor=worker2, hand_over_id=offered.pk, answer="accepted", at=factory.NOW
    )
    narrative(page).fill("Typed too late")
    expect(page.get_by_role("status")).to_have_text(re.compile("^Not saved – handed over"))
    expect(line(page).get_by_text("Handed over to Worker2 Example at")).to_be_visible()
    expect(narrative(page)).to_have_value("Typed too late")
    expect(narrative(page)).not_to_be_editable()
    expect(page.locator("[data-unsent]")).to_have_count(1)
    inspection.look("not-sent")
    assert Narrative.objects.get().text == ""


def test_the_way_without_scripts(
    browser: Browser,
    live_server: LiveServer,
    worker: User,
    worker2: User,
    inspection: Inspection,
) -> None:
    call = factory.make_call(worker)
    dropped = factory.make_call(worker2)
    factory.put(worker2, dropped, "reporter.callback_number", "555-0199")
    calls.interrupt_call(actor=worker2, intake_id=dropped.pk, reason="dropped", at=factory.NOW)
    sender = browser.new_context(java_script_enabled=False).new_page()
    receiver = browser.new_context(java_script_enabled=False).new_page()
    sign_in(sender, live_server)
    sender.goto(live_server.url + reverse("call", args=[call.pk]))
    sender.get_by_role("link", name="Hand over").click()
    sender.get_by_label("Colleague").select_option(label="Worker2 Example")
    inspection.check("hand-over", sender)
    sender.get_by_role("button", name="Offer the call").click()
    expect(sender.get_by_text("Offered to Worker2 Example")).to_be_visible()
    inspection.check("offered", sender)
    sign_in(receiver, live_server, "worker2")
    expect(receiver.get_by_role("link", name="Calls 1 offered to you")).to_be_visible()
    inspection.check("calls", receiver)
    receiver.get_by_role("button", name="Accept").click()
    expect(receiver.get_by_role("heading", name=f"Call {call.reference}")).to_be_visible()
    box = sender.get_by_role("textbox", name="Narrative")
    box.fill("Typed too late")
    sender.get_by_role("button", name="Save the narrative").click()
    expect(sender.get_by_role("heading", name="was handed over")).to_be_visible()
    expect(sender.get_by_label("Narrative")).to_have_value("Typed too late")
    inspection.check("handed-over", sender)
    for one in (sender, receiver):
        one.context.close()


def test_a_dropped_call_is_taken_up_with_one_press(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    call = factory.make_call(worker)
    factory.put(worker, call, "reporter.phone", "555-0100")
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.goto(live_server.url + reverse("call", args=[call.pk]))
    wait_for_scripts(page)
    page.get_by_text("Other endings").click()
    page.get_by_role("button", name="Call dropped").click()
    dropped = page.get_by_role("region", name="Dropped – to be resumed")
    expect(dropped.get_by_text("555-0100")).to_be_visible()
    expect(dropped.get_by_text(re.compile(r"^00:0[2-9]$"))).to_be_visible()  # it runs
    inspection.look("dropped")
    dropped.get_by_role("button", name=f"Resume call {call.reference}").click()
    expect(page.get_by_role("heading", name=f"Call {call.reference}")).to_be_visible()
    call.refresh_from_db()
    assert call.interrupted_at is None
    watch.expect_silence()


def test_a_record_is_called_back_from(
    page: Page, watch: Watch, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    record = factory.make_call(worker)
    factory.put(worker, record, "reporter.name", "Ines Caller")
    factory.put(worker, record, "reporter.callback_number", "555-0199")
    factory.submit(worker, record)
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.goto(live_server.url + reverse("intake", args=[record.pk]))
    inspection.look("record")
    page.get_by_role("button", name="Call back").click()
    expect(page.get_by_text(f"Calls back {record.reference}")).to_be_visible()
    expect(page.get_by_text("number to call: 555-0199")).to_be_visible()
    page.get_by_role("tab", name="Reporting party").click()
    expect(page.get_by_role("textbox", name="Name", exact=True).last).to_have_value("Ines Caller")
    inspection.look("callback")
    page.get_by_role("link", name=record.reference).click()
    expect(page.get_by_text("Called back in")).to_be_visible()
    watch.expect_silence()
