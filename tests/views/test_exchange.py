"""Question sets as files: exported, read without writing anything, and confirmed."""

import copy
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from intake import worksheet
from intake.actions.question_sets import forget_imports
from intake.exchange import READERS, WRITERS, shape
from intake.exchange.shape import MOST_BYTES, normal
from intake.exports.question_sets import export_edition as make_file
from intake.models import AuditEvent, Edition, EditionImport, Intake, PromptText, User
from intake.models.question_sets import FACTORS
from tests.exchange.test_formats import every_item
from tests.factory import NOW, core_prompt, make_user, put, submit

IMPORT = reverse("edition_import")


def bring(client: Client, content: bytes, name: str) -> Any:
    """Choose a file and send it."""
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content)})


def changed(live: Edition) -> list[dict[str, Any]]:
    """What is live, with one other word."""
    sets = copy.deepcopy(worksheet.describe(live))
    sets[2]["pairs"][0]["worry"]["en"] = "What has you worried?"
    return sets


@pytest.mark.parametrize("kind", [*WRITERS, "fhir"])
def test_an_edition_is_exported(as_administrator: Client, live: Edition, kind: str) -> None:
    answer = as_administrator.get(reverse("edition_export", args=[live.number, kind]))
    assert answer.status_code == 200 and "edition-1." in answer["Content-Disposition"]
    if kind == "fhir":
        made = json.loads(answer.content)
        assert Questionnaire.model_validate(made).status == "active"
    else:
        described = [normal(one) for one in worksheet.describe(live)]
        assert READERS[kind](answer.content) == described
    event = AuditEvent.objects.get(verb="edition.exported")
    assert event.details == {"as": kind}


def test_only_known_formats_and_own_editions(as_administrator: Client, stranger: User) -> None:
    assert as_administrator.get(reverse("edition_export", args=[1, "exe"])).status_code == 404
    assert as_administrator.get(reverse("edition_export", args=[9, "json"])).status_code == 404


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_is_read_shown_and_confirmed(
    as_administrator: Client, administrator: User, live: Edition, kind: str
) -> None:
    before = PromptText.objects.count()
    content = WRITERS[kind][1](changed(live), title="x")
    answer = bring(as_administrator, content, f"Edition.{kind.upper()}")
    shown = as_administrator.get(answer["Location"]).content.decode()
    assert "2 changes" in shown and "What has" in shown and "Confirm" in shown
    # The state's, and that of each agency of the cast.
    assert PromptText.objects.count() == before and Edition.objects.count() == 3
    kept = EditionImport.objects.get()
    confirmed = as_administrator.post(reverse("edition_import_confirm", args=[kept.pk]))
    draft = Edition.objects.get(agency=administrator.agency, number=2)
    assert confirmed["Location"] == reverse("edition_edit", args=[2])
    assert (draft.status, draft.copied_from) == ("draft", live)
    expected = changed(live)
    shape.mark_stale(expected, worksheet.describe(live))
    assert [normal(one) for one in worksheet.describe(draft)] == [normal(one) for one in expected]
    assert not EditionImport.objects.exists()
    assert AuditEvent.objects.filter(verb="edition.imported").count() == 1
    again = as_administrator.post(reverse("edition_import_confirm", args=[kept.pk]))
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.json", b"{}", "not of the format"),
        ("x.exe", b"{}", "ends with .json"),
        ("x", b"{}", "ends with .json"),
        ("x.csv", b"x" * 3_000_000, "at most 2 MB"),
        ("x.xlsx", b"no", "no XLSX"),
    ],
)
def test_what_is_no_edition_is_refused_in_a_sentence(
    as_administrator: Client, name: str, content: bytes, words: str
) -> None:
    answer = bring(as_administrator, content, name)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not EditionImport.objects.exists()
    assert as_administrator.post(IMPORT).status_code == 422


def test_many_problems_are_told_in_part(as_administrator: Client) -> None:
    rows = "type,name,label::English (en)\n" + "geopoint,x,y\n" * 70
    page = bring(as_administrator, rows.encode(), "x.csv").content.decode()
    assert page.count("geopoint") == 50 and "and 20 more" in page


def test_what_was_read_is_its_bringers_for_a_day(
    as_administrator: Client, administrator: User, live: Edition, supervisor: User
) -> None:
    bring(as_administrator, WRITERS["json"][1](changed(live), title="x"), "x.json")
    kept = EditionImport.objects.get()
    shown = reverse("edition_imported", args=[kept.pk])
    confirm = reverse("edition_import_confirm", args=[kept.pk])
    assert administrator.agency is not None
    other = make_user(administrator.agency, "administrator2", "administrators")
    for user in (other, supervisor):
        as_administrator.force_login(user)
        assert as_administrator.get(shown).status_code == 404
        assert as_administrator.post(confirm).status_code == 404
    as_administrator.force_login(supervisor)
    assert as_administrator.get(IMPORT).status_code == 404
    assert bring(as_administrator, b"{}", "x.json").status_code == 404
    as_administrator.force_login(administrator)
    EditionImport.objects.update(made_at=kept.made_at - timedelta(days=1, seconds=1))
    assert as_administrator.get(shown).status_code == 404
    assert as_administrator.post(confirm).status_code == 404
    assert forget_imports(at=kept.made_at) == 1
    unknown = reverse("edition_imported", args=[uuid.uuid4()])
    assert as_administrator.get(unknown).status_code == 404


def test_a_file_without_a_token_is_refused(administrator: User, live: Edition) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(administrator)
    assert bring(strict, b"{}", "x.json").status_code == 403


def test_a_submission_is_a_response_without_the_reporting_party(
    as_worker: Client, worker: User, call: Intake
) -> None:
    asked = core_prompt(call)
    put(worker, call, f"answer.{asked.pk}.text", "They moved away.")
    put(worker, call, f"answer.{core_prompt(call, side='working_well').pk}.status", "unknown")
    put(worker, call, f"answer.{core_prompt(call, 'concrete_support').pk}.status", "declined")
    put(worker, call, "reporter.name", "Ines Caller")
    address = reverse("intake_fhir", args=[call.pk])
    assert as_worker.get(address).status_code == 404
    submit(worker, call)
    answer = as_worker.get(address)
    assert answer["Content-Type"] == "application/fhir+json" and b"Ines" not in answer.content
    made = json.loads(answer.content)
    assert QuestionnaireResponse.model_validate(made).status == "completed"
    given = {item["linkId"]: item["answer"][0] for item in every_item(made) if "answer" in item}
    assert given[asked.key] == {"valueString": "They moved away."}
    reasons = {
        key: one["_valueString"]["extension"][0]["valueCode"]
        for key, one in given.items()
        if "_valueString" in one
    }
    assert {"not-asked", "asked-unknown", "asked-declined"} == set(reasons.values())
    assert reasons[core_prompt(call, side="working_well").key] == "asked-unknown"
    assert AuditEvent.objects.filter(verb="intake.exported", at__gte=NOW).exists()
    # FHIR asks that a response nests as its Questionnaire does.
    asks = json.loads(make_file(worksheet.show_status(call.edition, at=NOW), "fhir")[2])
    assert made["questionnaire"] == f"{asks['url']}|{asks['version']}"
    assert paths(made) <= paths(asks)


def paths(resource: dict[str, Any], before: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Where each item stands: the linkIds from the outermost to its own."""
    found: set[tuple[str, ...]] = set()
    for one in resource.get("item", []):
        here = (*before, one["linkId"])
        found |= {here} | paths(one, here)
    return found


def test_a_file_without_the_five_factors_is_refused(
    as_administrator: Client, live: Edition
) -> None:
    whole = worksheet.describe(live)
    weather = copy.deepcopy(next(one for one in whole if one["kind"] == "factor"))
    weather["key"] = "weather"
    others = [one for one in whole if one["kind"] != "factor"]
    for sets, words in (
        ([*others, weather], "is none of them"),
        (whole[:-1], "is missing" if whole[-1]["kind"] == "factor" else "one set of the kind"),
    ):
        answer = bring(as_administrator, WRITERS["json"][1](sets, title="x"), "x.json")
        assert answer.status_code == 422 and words in answer.content.decode()
    assert not EditionImport.objects.exists()


def test_more_prompts_than_an_edition_has_are_refused_whatever_the_format(
    as_administrator: Client, live: Edition
) -> None:
    sets = copy.deepcopy(worksheet.describe(live))
    opening = next(one for one in sets if one["kind"] == "opening")
    prompt = {"kind": "question", "bound_to": "", "en": "x?"}
    opening["prompts"] += [prompt | {"key": f"opening.x{n}"} for n in range(2_500)]
    content = json.dumps({"format": "sop-question-sets", "version": 1, "sets": sets}).encode()
    answer = bring(as_administrator, content, "x.json")
    assert answer.status_code == 422 and "an edition has 2,000 at most" in answer.content.decode()


def test_what_is_kept_of_a_file_may_be_longer_than_it(
    as_administrator: Client, live: Edition
) -> None:
    sets = copy.deepcopy(worksheet.describe(live))
    opening = next(one for one in sets if one["kind"] == "opening")
    prompt = {"kind": "question", "bound_to": "", "en": "x" * 499, "es": "y" * 499}
    opening["prompts"] += [prompt | {"key": f"opening.x{n}"} for n in range(1_850)]
    about = {"format": "sop-question-sets", "version": 1, "sets": sets}
    content = json.dumps(about, separators=(",", ":"), ensure_ascii=False).encode()
    assert 1_900_000 < len(content) < MOST_BYTES
    answer = bring(as_administrator, content, "x.json")
    assert answer.status_code == 302
    assert len(EditionImport.objects.get().sets.encode()) > MOST_BYTES
    assert as_administrator.get(answer["Location"]).status_code == 200


def test_the_factors_of_files_are_those_of_the_records() -> None:
    assert shape.FACTORS == FACTORS


def test_the_order_of_sets_is_a_change_and_sides_keep_their_keys(
    as_administrator: Client, live: Edition
) -> None:
    sets = copy.deepcopy(worksheet.describe(live))
    first, second = [one for one in sets if one["kind"] == "factor"][:2]
    first["position"], second["position"] = second["position"], first["position"]
    answer = bring(as_administrator, WRITERS["json"][1](sets, title="x"), "x.json")
    shown = as_administrator.get(answer["Location"]).content.decode()
    assert "order of the sets 2" in shown and f"to place {first['position']}" in shown
    pair = first["pairs"][0]
    keys = [pair[side]["key"] for side in ("worry", "working_well")]
    pair["worry"]["key"], pair["working_well"]["key"] = keys[::-1]
    answer = bring(as_administrator, WRITERS["json"][1](sets, title="x"), "x.json")
    assert answer.status_code == 422 and "its sides have other keys" in answer.content.decode()


def test_a_translation_that_stayed_while_its_english_changed_is_stale(
    as_administrator: Client, administrator: User, live: Edition
) -> None:
    sets = changed(live)
    was = worksheet.describe(live)[2]["pairs"][0]["worry"]["en"]
    answer = bring(as_administrator, WRITERS["xlsx"][1](sets, title="x"), "x.xlsx")
    shown = as_administrator.get(answer["Location"]).content.decode()
    assert "mark of a stale translation 1" in shown
    kept = EditionImport.objects.get()
    as_administrator.post(reverse("edition_import_confirm", args=[kept.pk]))
    draft = Edition.objects.get(agency=administrator.agency, number=2)
    assert worksheet.describe(draft)[2]["pairs"][0]["worry"]["stale"] == {"es": was}
