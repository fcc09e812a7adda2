"""The blank form: every prompt, the caller on a sheet of its own, and no word of any call."""

import re
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from intake.actions import question_sets
from intake.exports.blank_form import export_blank_form, render_blank_form
from intake.models import Agency, AuditEvent, Edition, Prompt, PromptText, QuestionSet, User
from intake.worksheet import show_status
from tests.exports.test_pdf_extremes import kinds_of, squeezed
from tests.factory import NOW

pytestmark = pytest.mark.one_engine  # what is on the paper, not what is in the rows

CORNERS = re.compile(r"(Edition \d+ · \w+ .*?Page \d+ of \d+)|(CONFIDENTIAL once written.*$)")


@pytest.fixture
def edition(agency: Agency) -> Edition:
    """The live edition of the agency."""
    return Edition.objects.get(agency=agency)


@pytest.fixture
def draft(agency: Agency, edition: Edition) -> Edition:
    """A copy that still takes changes."""
    return question_sets.copy_edition(source=edition, agency=agency, at=NOW)


_made: dict[str, bytes] = {}


def form_of(edition: Edition, language: str) -> bytes:
    """The form as PDF."""
    assert edition.agency is not None
    row = show_status(edition, at=NOW)
    return export_blank_form(row=row, agency=edition.agency, language=language)


def shipped_form(edition: Edition, language: str) -> bytes:
    """The form of the live edition as it is shipped, which is made once for all tests."""
    if language not in _made:
        _made[language] = form_of(edition, language)
    return _made[language]


def read(content: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def texts(edition: Edition, language: str) -> list[str]:
    """Every wording and every note of the edition in a language."""
    found = PromptText.objects.filter(prompt__edition=edition, language=language)
    return [one for text in found for one in (text.text, text.helper) if one]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_prompt_and_note_of_the_edition_is_on_it(edition: Edition, language: str) -> None:
    whole = squeezed("".join(read(shipped_form(edition, language))))
    wanted = texts(edition, language)
    assert len(wanted) > 100
    for text in wanted:
        assert squeezed(text) in whole, text
    for section in QuestionSet.objects.filter(edition=edition):
        assert squeezed(section.title_es if language == "es" else section.title) in whole
        assert squeezed(section.title) in whole  # by which it is found on the screen
    assert "NoSpanishtext" not in whole
    assert "noSpanishtext" not in whole


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_is_tagged_and_says_what_it_is(edition: Edition, language: str) -> None:
    content = shipped_form(edition, language)
    label = {"en": "English", "es": "Español"}[language]
    with pikepdf.open(BytesIO(content)) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"} <= kinds_of(pdf.Root.StructTreeRoot)
        assert {[float(n) for n in page.mediabox][3] for page in pdf.pages} == {792.0}  # Letter
        with pdf.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"] == f"Blank form, question sets edition 1, {label}"


@pytest.mark.parametrize("language", ["en", "es"])
def test_who_called_is_on_a_leaf_of_its_own(edition: Edition, language: str) -> None:
    pages = read(shipped_form(edition, language))
    asked = Prompt.objects.filter(edition=edition, bound_to__startswith="reporter.")
    wordings = PromptText.objects.filter(prompt__in=asked, language=language)
    assert len(wordings) > 5
    for wording in wordings:
        on = [n for n, page in enumerate(pages, 1) if squeezed(wording.text) in squeezed(page)]
        assert on == [len(pages)], wording.text
    assert len(pages) % 2 == 1  # printed on both sides, nothing stands on its back
    assert "Keep this sheet apart" in pages[-1]
    assert "Narrative" not in pages[-1]
    # The confidentiality words are read out before the name is asked for.
    script = PromptText.objects.get(
        prompt__edition=edition, prompt__key="opening.confidentiality", language=language
    )
    assert squeezed(script.text) in squeezed(pages[-1])
    assert squeezed(script.text) not in squeezed("".join(pages[:-1]))


def test_every_sheet_says_of_which_call_it_is_and_which_edition(edition: Edition) -> None:
    pages = read(shipped_form(edition, "en"))
    for number, page in enumerate(pages, 1):
        line = " ".join(page.split())
        assert "Edition 1 · English" in line
        assert f"Page {number} of {len(pages)}" in line
        assert "CONFIDENTIAL once written on · Demo County" in line
        assert ("Date ____" in line) == (number > 1)  # the first has boxes for it
    first = " ".join(pages[0].split())
    for box in ("Reference", "Date of the call", "Began", "Ended", "Worker", "Danger now?"):
        assert box in first


def test_a_factor_has_both_sides_and_four_blanks_for_each_prompt(edition: Edition) -> None:
    whole = " ".join(" ".join(read(shipped_form(edition, "en"))).split())
    paired = Prompt.objects.filter(edition=edition, pair__isnull=False).count()
    assert whole.count("Volunteered") == paired == 64
    assert whole.count("Not asked") > paired


def test_the_agency_s_own_options_stand_in_the_decision(edition: Edition) -> None:
    assert edition.agency is not None
    options = edition.agency.response_options
    options.filter(key="in_person").update(label="Somebody goes there")
    options.filter(key="evaluated_out").update(is_active=False)
    whole = " ".join(" ".join(read(form_of(edition, "en"))).split())
    assert "Somebody goes there" in whole
    assert "Evaluated out: kept on record" not in whole


def test_english_stands_in_and_is_marked_where_there_is_no_spanish(draft: Edition) -> None:
    prompt = Prompt.objects.get(edition=draft, key="closing.missed")
    script = Prompt.objects.get(edition=draft, key="opening.welcome")
    PromptText.objects.filter(prompt__in=[prompt, script], language="es").delete()
    QuestionSet.objects.filter(edition=draft, key="next_steps").update(title_es="")
    assert draft.agency is not None
    html = render_blank_form(row=show_status(draft, at=NOW), agency=draft.agency, language="es")
    html = " ".join(html.split())
    mark = '<span class="substitute">[English: no Spanish text]</span>'
    assert f'<span lang="en">What have I missed?</span> {mark}' in html
    assert f'<span lang="en">Next steps</span> {mark}' in html
    assert html.count(mark) == 3
    assert '<span lang="es">Gracias por preocuparse' in html
    whole = squeezed("".join(read(form_of(draft, "es"))))
    assert squeezed("What have I missed? [English: no Spanish text]") in whole


def test_a_form_that_is_not_live_says_so_on_every_page(draft: Edition) -> None:
    for page in read(form_of(draft, "en")):
        assert "DRAFT – Edition 2" in " ".join(page.split())


HOSTILE = (
    "<script>alert(1)</script><style>*{display:none}</style></td></tr></table>",
    "{{ settings.SECRET_KEY }} {% debug %} &amp; \x01\x1b[31m ",
    '"><img src=https://example.org/x.png> ',
    "李雷 Nguyễn أحمد Олександр 김민준 ",
)


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("Who " + "and then who else " * 400 + "theend", id="long"),
        pytest.param("x" * 5000 + "theend", id="without a space"),
        pytest.param("".join(HOSTILE) + "theend", id="markup, controls and scripts"),
    ],
)
def test_a_hostile_prompt_prints_whole_and_moves_nothing_else_away(
    draft: Edition, hostile: str
) -> None:
    for key in (
        "social_connections.people_around.worry",
        "opening.danger",
        "opening.reporter_name",
        "closing.thanks",
    ):
        prompt = Prompt.objects.get(edition=draft, key=key)
        prompt.texts.update(text=hostile)
    pages = read(form_of(draft, "en"))
    whole = squeezed("".join(CORNERS.sub("", " ".join(page.split())) for page in pages))
    assert whole.count("theend") == 4
    for text in texts(draft, "en"):
        if "theend" not in text:
            assert squeezed(text) in whole, text
    name = next(n for n, page in enumerate(pages) if "Keep this sheet apart" in page)
    assert name % 2 == 0  # still a new leaf
    assert "What is the best phone number" in "".join(pages[name:])
    assert "What is the best phone number" not in "".join(pages[:name])


@given(
    text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80),
    bound=st.sampled_from(["", "call.danger_now", "reporter.name", "reporter.unheard_of", "x"]),
    kind=st.sampled_from(["question", "script"]),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_wherever_a_prompt_is_bound_it_stands_once(
    draft: Edition, text: str, bound: str, kind: str
) -> None:
    """Also where it is bound to something that the form has no place for."""
    prompt = Prompt.objects.filter(edition=draft, key="closing.missed")
    prompt.update(bound_to=bound, kind=kind)
    wording = f"Marked {text} so"
    PromptText.objects.filter(prompt__in=prompt, language="en").update(text=wording)
    assert draft.agency is not None
    html = render_blank_form(row=show_status(draft, at=NOW), agency=draft.agency, language="en")
    assert html.count(">Marked ") == 1
    assert (html.index(">Marked ") > html.index("Keep this sheet apart")) == (
        bound.startswith("reporter.")
    )


def test_the_page_gives_the_form_and_no_other_agency_s(
    client: Client, worker: User, stranger: User, draft: Edition
) -> None:
    client.force_login(worker)
    place = reverse("edition_print", args=[draft.number])
    for language in ("en", "es"):
        for name in ("editions", "edition"):
            page = client.get(reverse(name, args=[draft.number] if name == "edition" else []))
            assert f'href="{place}?language={language}"' in page.content.decode()
        response = client.get(f"{place}?language={language}")
        assert response["Content-Type"] == "application/pdf"
        named = f'filename="blank-form-edition-2-{language}.pdf"'
        assert named in response["Content-Disposition"]
    assert client.get(f"{place}?language=fr").status_code == 404
    assert client.get(reverse("edition_print", args=[99])).status_code == 404
    assert client.post(place).status_code == 405
    assert not AuditEvent.objects.filter(actor=worker, verb__contains="view").exists()
    client.force_login(stranger)
    assert client.get(place).status_code == 404  # their agency has one edition


def test_a_privacy_officer_gets_no_link_and_no_form(client: Client, privacy: User) -> None:
    client.force_login(privacy)
    for name, args in (("editions", []), ("edition", [1])):
        assert "Print blank form" not in client.get(reverse(name, args=args)).content.decode()
    assert client.get(reverse("edition_print", args=[1])).status_code == 404


def test_a_form_whose_time_has_come_is_the_live_one(
    as_worker: Client, agency: Agency, edition: Edition
) -> None:
    """By the clock, before any job has set the status."""
    scheduled = question_sets.copy_edition(source=edition, agency=agency, at=NOW)
    began = timezone.now() - timedelta(minutes=1)
    Edition.objects.filter(pk=scheduled.pk).update(status="scheduled", live_from=began)
    for number, is_live in ((scheduled.number, True), (edition.number, False)):
        answer = as_worker.get(reverse("edition_print", args=[number]))
        text = squeezed(PdfReader(BytesIO(answer.content)).pages[0].extract_text())
        assert ("notthe" in text.lower()) != is_live, number
