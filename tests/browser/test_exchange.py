"""What goes out and comes in, in a real browser: in others' widget, as a file, as figures."""

import copy
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from intake.exchange import fhir, xlsform
from intake.management.commands.load_question_sets import read_fixtures
from intake.models import User
from tests import factory
from tests.browser.checks import Inspection
from tests.browser.conftest import Watch
from tests.browser.test_call import sign_in
from tests.browser.test_editor import wait_for_editor
from tests.browser.test_looks import look_at

pytestmark = pytest.mark.browser

SCRIPTS = (
    "webcomponent/assets/lib/zone.min.js",
    "webcomponent/lhc-forms.js",
    "fhir/{}/lformsFHIR.min.js",
)


@pytest.mark.parametrize("release", ["R4", "R4B"])
def test_both_sides_of_every_pair_are_rendered(page: Page, release: str) -> None:
    sets = read_fixtures()[0]
    made = fhir.questionnaire(
        sets, url="urn:uuid:x", version=1, title="Edition 1", status="active", date="2026-03-02"
    )
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content('<!doctype html><html lang="en"><title>Form</title><div id="form"></div>')
    for script in SCRIPTS:
        page.add_script_tag(path=Path(os.environ["LFORMS"]) / script.format(release))
    page.evaluate(
        "([form, release]) => LForms.Util.addFormToPage(form, 'form', {fhirVersion: release})",
        [made, release],
    )
    pairs = [pair for one in sets for pair in one["pairs"]]
    page.get_by_text(pairs[-1]["working_well"]["en"]).first.wait_for()
    shown = page.locator("#form").inner_text()
    asked = [pair[side]["en"] for pair in pairs for side in ("worry", "working_well")]
    assert [one for one in asked if one not in shown] == []
    assert page.get_by_role("textbox").count() >= len(asked)
    assert errors == []


def test_a_file_is_read_dry_and_confirmed(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    administrator: User,
    inspection: Inspection,
    transactional_db: None,
) -> None:
    sets = copy.deepcopy(read_fixtures()[0])
    pair = sets[1]["pairs"][0]
    pair["worry"]["en"] = "What has been hardest since the move?"
    sign_in(page, live_server, "administrator")
    page.get_by_role("link", name="Question sets").click()
    page.get_by_role("link", name="Import").click()
    inspection.look("import")
    broken = {"name": "sets.csv", "mimeType": "text/csv", "buffer": b"type,name\ngeopoint,x\n"}
    page.get_by_label("File").set_input_files(broken)  # type: ignore[arg-type]
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed")
    inspection.look("refused")
    assert all("422" in complaint for complaint in watch.complaints)
    watch.complaints.clear()
    content = xlsform.dump_xlsx(sets, title="Ours")
    page.get_by_label("File").set_input_files(
        {"name": "sets.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("2 changes: reworded 1")).to_be_visible()
    look_at(page, inspection, page.url, "dry run")
    page.get_by_role("button", name="Confirm: make a draft of it").click()
    wait_for_editor(page)
    expect(page.get_by_role("textbox", name="Worry, English").first).to_be_visible()
    watch.expect_silence()


def test_the_use_of_prompts_is_shown(
    page: Page,
    watch: Watch,
    live_server: LiveServer,
    worker: User,
    administrator: User,
    inspection: Inspection,
    transactional_db: None,
) -> None:
    sign_in(page, live_server, "administrator")
    look_at(page, inspection, f"{live_server.url}/question-sets/1/use/", "none")
    expect(page.get_by_text("there are no figures yet")).to_be_visible()
    for _ in range(11):
        factory.submit(worker, factory.make_call(worker))
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{live_server.url}/question-sets/")
    page.get_by_role("link", name="Edition 1", exact=True).first.click()
    page.get_by_role("link", name="Use").click()
    expect(page.get_by_text("Shown in 11 calls that were submitted")).to_be_visible()
    look_at(page, inspection, page.url, "use")
    watch.expect_silence()
