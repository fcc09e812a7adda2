"""An exported Questionnaire in the widget that others render it with, in a real browser."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from intake.exchange import fhir
from intake.management.commands.load_question_sets import read_fixtures

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
