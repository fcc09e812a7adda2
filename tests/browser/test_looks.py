"""Every page of every role in a real browser: axe, valid HTML, and no sideways scroll at 320 px."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from intake.actions import calls, dispatches, hand_overs, practice, reviews
from intake.models import User
from tests import factory
from tests.browser.checks import Inspection, expect_accessible
from tests.browser.conftest import Watch
from tests.browser.test_call import expect_saved, narrative, sign_in, wait_for_scripts
from tests.factory import NOW

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1366, "height": 625}


def look_at(page: Page, inspection: Inspection, address: str, state: str) -> None:
    """Look at the page at `address`, wide and narrow."""
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        assert page.locator("html").evaluate("e => e.scrollWidth") <= size["width"], state
        expect_accessible(page)
    inspection.check(state, page)


def test_pages_of_a_worker(
    page: Page,
    live_server: LiveServer,
    worker: User,
    supervisor: User,
    inspection: Inspection,
) -> None:
    submitted, returned, dropped, ended, closed = (factory.make_call(worker) for _ in range(5))
    for one in (submitted, returned):
        factory.put(worker, one, "narrative.text", "What was told.\n" * 4)
        factory.submit(worker, one)
    reviews.claim_intake(actor=supervisor, intake_id=returned.pk, at=NOW)
    remark = reviews.NewComment(anchor="decision.rationale", text="Who saw this?\nPlease add it.")
    reviews.return_intake(actor=supervisor, intake_id=returned.pk, comments=[remark], at=NOW)
    calls.interrupt_call(actor=worker, intake_id=dropped.pk, reason="dropped", at=NOW)
    factory.put(worker, dropped, "reporter.phone", "555-0100")
    colleague = factory.make_user(worker.agency, "colleague", "workers")  # type: ignore[arg-type]
    for _ in range(2):
        offered = factory.make_call(colleague)
        hand_overs.offer_call(actor=colleague, intake_id=offered.pk, colleague_id=worker.pk, at=NOW)
    calls.end_call(actor=worker, intake_id=ended.pk, at=NOW)
    calls.close_no_report(actor=worker, intake_id=closed.pk, reason="wrong_number", at=NOW)
    factory.put(worker, ended, "call.language", "es")
    for side in ("worry", "working_well"):
        prompt = factory.core_prompt(ended, side=side)
        factory.put(worker, ended, f"answer.{prompt.pk}.text", "Said on the phone.")
    factory.put(worker, ended, f"person.{uuid.uuid4()}.name", "Amir Example", role="child")
    factory.put(worker, ended, f"concern.{uuid.uuid4()}.type", "general_neglect")
    factory.put(worker, ended, "call.responder_safety", "yes")

    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    for name, one, state in (
        ("call", returned, "call-returned"),
        ("wrap_up", returned, "wrap-up-returned"),
        ("call", dropped, "call-dropped"),
        ("call_hand_over", dropped, "hand-over"),
        ("call", ended, "call-in-spanish"),
        ("wrap_up", ended, "wrap-up"),
        ("intake", submitted, "record"),
        ("intake", closed, "record-no-report"),
    ):
        look_at(page, inspection, live_server.url + reverse(name, args=[one.pk]), state)
    for name in ("calls", "call_from_paper", "intakes", "editions", "password"):
        look_at(page, inspection, live_server.url + reverse(name), name)
    intakes = live_server.url + reverse("intakes")
    look_at(page, inspection, f"{intakes}?status=approved", "intakes-none")
    page.goto(f"{intakes}?since=x")
    expect_accessible(page)  # the checker minds the date that somebody made up
    look_at(page, inspection, live_server.url + "/nothing/", "not-found")
    page.goto(live_server.url + reverse("call", args=[ended.pk]))
    page.get_by_role("tab", name="Opening").click()
    inspection.look("opening-in-spanish")


def test_pages_of_a_response(
    page: Page, live_server: LiveServer, worker: User, supervisor: User, inspection: Inspection
) -> None:
    told, submitted = factory.make_call(worker), factory.make_call(worker)
    factory.put(worker, told, "call.danger_now", "yes")
    factory.put(worker, told, "reporter.kind", "mandated")
    factory.put(worker, told, f"concern.{uuid.uuid4()}.type", "severe_neglect")
    prompt = factory.core_prompt(told)
    factory.put(worker, told, f"answer.{prompt.pk}.text", "Nobody was home. " * 30)
    factory.put(worker, told, f"answer.{prompt.pk}.source", "first_hand")
    factory.put(worker, told, f"quote.{uuid.uuid4()}.text", "I want to go home.")
    dispatches.tell(
        actor=worker, intake_id=told.pk, told="tribe", who="Office", how="Telephone", at=NOW
    )
    factory.put(worker, submitted, "narrative.text", "What was told. " * 900)
    factory.submit(worker, submitted)
    played = practice.start_practice(
        actor=worker, scenario="school-nurse", language="es", at=timezone.now()
    )
    practice.hear(actor=worker, intake_id=played.pk, prompt_id=None, at=timezone.now())
    calls.end_call(actor=worker, intake_id=played.pk, at=timezone.now())

    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    for name, one in (
        ("intake_dispatch", told),
        ("intake_brief", told),
        ("intake_cross_reports", told),
        ("call_read_back", told),
        ("wrap_up", told),
        ("intake_copy_out", submitted),
        ("practice_replay", played),
        ("call", played),
    ):
        look_at(
            page, inspection, live_server.url + reverse(name, args=[one.pk]), f"{name}-response"
        )
    for name in ("practice", "written_reports", "preferences"):
        look_at(page, inspection, live_server.url + reverse(name), name)
    page.goto(live_server.url + reverse("written_reports"))
    row = page.get_by_role("row").filter(has_text=told.reference)
    row.get_by_label("Received").fill("1989-01-01T10:00")
    row.get_by_label("How it came").select_option(label="Fax")
    row.get_by_role("button", name="Enter the written report").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a day between 1990 and 2199.")
    expect(row.get_by_label("How it came")).to_have_value("fax")
    inspection.look("written-reports-refused")
    page.context.clear_cookies()
    sign_in(page, live_server, "supervisor")
    expect(page.get_by_role("heading", name="Review queue")).to_be_visible()
    look_at(page, inspection, live_server.url + reverse("danger"), "danger")


def test_pages_of_the_other_roles(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    supervisor: User,
    administrator: User,
    privacy: User,
    inspection: Inspection,
) -> None:
    factory.make_user(supervisor.agency, "newcomer")  # type: ignore[arg-type]
    for username, address, state in (
        ("supervisor", reverse("intakes"), "supervisor"),
        ("administrator", reverse("edition", args=[1]), "edition"),
        ("administrator", reverse("agency_tables"), "agency"),
        ("administrator", reverse("agency_table", args=["cross-reports"]), "agency-table"),
        ("administrator", reverse("agency_row_add", args=["services"]), "agency-row"),
        ("privacy", reverse("audit"), "audit"),
        ("newcomer", reverse("home"), "no-role"),
    ):
        page.context.clear_cookies()
        sign_in(page, live_server, username)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        look_at(page, inspection, live_server.url + address, state)
    watch.expect_silence()
    page.context.clear_cookies()
    page.goto(live_server.url)
    page.get_by_label("Username").fill("privacy")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("You are not signed in")).to_be_visible()
    inspection.look("sign-in-refused")


def test_pages_without_scripts(
    browser: Browser, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    """axe is a script; what these pages hold is looked at with scripts elsewhere."""
    call = factory.make_call(worker)
    context = browser.new_context(java_script_enabled=False, viewport=NARROW)
    page = context.new_page()
    sign_in(page, live_server)
    for name in ("call", "wrap_up"):
        page.goto(live_server.url + reverse(name, args=[call.pk]))
        expect(page.get_by_role("button", name="Save").first).to_be_visible()
        inspection.check(f"{name}-without-scripts", page)
    context.close()


def test_states_of_saving(
    page: Page, live_server: LiveServer, worker: User, inspection: Inspection
) -> None:
    call = factory.make_call(worker)
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.goto(live_server.url + reverse("call", args=[call.pk]))
    wait_for_scripts(page)
    factory.put(worker, call, "narrative.text", "Theirs")
    factory.put(worker, call, "call.danger_now", "no")
    narrative(page).fill("Mine")
    danger = page.get_by_role("group", name="Danger now?")
    danger.get_by_role("radio", name="Yes").check()
    expect(danger.get_by_role("region", name="Theirs, stored")).to_have_text("No")
    expect(page.get_by_role("status")).to_contain_text("Paused")
    inspection.look("conflicts")
    for left in (1, 0):
        page.get_by_role("button", name="Keep mine").first.click()
        expect(page.get_by_role("button", name="Keep mine")).to_have_count(left)
    expect_saved(page)


# Whether the element with the focus is seen: something of it lies on top where it stands.
IS_SEEN = """() => {
  const one = document.activeElement;
  const label = one.closest("label") ?? one;
  const box = label.getBoundingClientRect();
  const points = [0.1, 0.5, 0.9].flatMap(x => [0.2, 0.5, 0.8].map(y => [x, y]));
  return points.some(([x, y]) => {
    const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return top && (label.contains(top) || top.contains(label) && top.matches("label"));
  });
}"""


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_what_has_the_focus_is_seen(
    page: Page, live_server: LiveServer, worker: User, size: ViewportSize
) -> None:
    call = factory.make_call(worker)
    factory.put(worker, call, f"person.{uuid.uuid4()}.name", "Amir Example", role="child")
    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    page.set_viewport_size(size)
    page.goto(live_server.url + reverse("call", args=[call.pk]))
    wait_for_scripts(page)
    for tab in ("Parental Resilience", "People"):
        page.get_by_role("tab", name=tab).click()
        page.get_by_role("link", name="Skip to main content").focus()
        stops = 0
        for _ in range(120):
            page.keyboard.press("Tab")
            name = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
            if name.startswith("<body"):
                break
            assert page.evaluate(IS_SEEN), name
            stops += 1
        assert 20 < stops < 120
