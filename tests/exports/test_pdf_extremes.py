"""Records that are hard to print: empty, very long, hostile, in many scripts."""

import re
from io import BytesIO

import pikepdf
import pytest
from pypdf import PdfReader

from intake.actions import calls
from intake.exports.pdf import ExportStamp, export_pdf
from intake.models import Intake, User
from tests.factory import NOW, core_prompt, put, submit

# What is on the paper, not what is in the rows.
pytestmark = pytest.mark.one_engine

STAMP = ExportStamp(by="Rosa Example", at=NOW, copy_id="copy-1")
LINE = "On Tuesday the caller heard shouting and a door, then a child crying on the landing."


def read(content: bytes) -> tuple[int, str]:
    """Return the number of pages and all text of a PDF, on one line."""
    pages = PdfReader(BytesIO(content)).pages
    return len(pages), " ".join(" ".join(page.extract_text() for page in pages).split())


def printed(worker: User, call: Intake, **texts: str) -> bytes:
    """Submit the call with these texts and print it."""
    for name, text in texts.items():
        put(worker, call, name.replace("__", "."), text)
    return export_pdf(intake=call, submission=submit(worker, call), stamp=STAMP)


def test_an_empty_call_prints(worker: User, call: Intake) -> None:
    calls.close_no_report(actor=worker, intake_id=call.pk, reason="wrong_number", at=NOW)
    call.refresh_from_db()
    submission = call.submissions.get()
    pages, text = read(export_pdf(intake=call, submission=submission, stamp=STAMP))
    assert "Wrong number" in text
    assert "Nothing was written." in text
    assert text.count("Not asked") > 60  # every prompt is there, unasked
    assert f"Page 1 of {pages}" in text


def test_a_narrative_of_thirty_pages_prints_to_its_last_word(worker: User, call: Intake) -> None:
    told = "\n".join(f"{number}. {LINE}" for number in range(1, 1400)) + "\nThe last word."
    pages, text = read(printed(worker, call, narrative__text=told))
    assert pages >= 30
    assert "1399. On Tuesday" in text
    assert "The last word." in text


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script><style>*{display:none}</style>",
        '"><img src=x onerror=alert(1)>',
        "&lt;b&gt; &amp; {{ settings.SECRET_KEY }} {% debug %}",
        "</dd></dl></section><h1>Approved</h1>",
    ],
)
def test_markup_is_text(worker: User, call: Intake, hostile: str) -> None:
    prompt = core_prompt(call)
    put(worker, call, f"answer.{prompt.pk}.text", hostile)
    _, text = read(printed(worker, call, narrative__text=hostile))
    assert squeezed(text).count(squeezed(hostile)) == 2


def test_a_hundred_kilobytes_without_a_space_print(worker: User, call: Intake) -> None:
    run = "x" * 99_990 + "theend"
    pages, text = read(printed(worker, call, narrative__text=run))
    assert pages > 10
    assert "theend" in squeezed(text)


def test_an_answer_longer_than_a_page_prints_whole(worker: User, call: Intake) -> None:
    prompt = core_prompt(call)
    told = " ".join(f"{number} {LINE}" for number in range(200))
    put(worker, call, f"answer.{prompt.pk}.text", told)
    pages, text = read(printed(worker, call))
    assert pages > 10
    for number in (0, 57, 121, 199):
        assert f"{number} On Tuesday" in text


def test_control_characters_and_directions_print(worker: User, call: Intake) -> None:
    strange = "a\x01b\x1b[31mc\x7fd\x85e\u202eright to left\u202c \u2066isolated\u2069 \ufeffend"
    _, text = read(printed(worker, call, narrative__text=strange, call__child_now_at="\x00\x07"))
    assert "end" in text
    assert not re.search("[\x00-\x08\x0b\x0e-\x1f]", text)


def test_names_of_many_scripts_come_back(worker: User, call: Intake) -> None:
    names = "李雷 Nguyễn Şükrü أحمد Олександр Łukasz 김민준"
    prompt = core_prompt(call)
    put(worker, call, f"answer.{prompt.pk}.text", names)
    _, text = read(printed(worker, call, narrative__text=names))
    for name in names.split():
        assert text.count(name) >= 2, name


def test_the_pdf_is_tagged_and_says_so(worker: User, call: Intake) -> None:
    content = printed(worker, call, narrative__text=LINE)
    with pikepdf.open(BytesIO(content)) as pdf:
        root = pdf.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang) == "en"
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert len(kinds_of(root.StructTreeRoot)) > 5
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"} <= kinds_of(root.StructTreeRoot)
        with pdf.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"] == f"Intake record {call.reference}"


def test_head_and_foot_stand_on_every_page(worker: User, call: Intake) -> None:
    pages = PdfReader(BytesIO(printed(worker, call, narrative__text=LINE))).pages
    submission = call.submissions.get()
    for number, page in enumerate(pages, start=1):
        text = page.extract_text().replace("\n", " ")
        assert text.count(f"CONFIDENTIAL · Call {call.reference}") == 1
        assert f"Page {number} of {len(pages)}" in text
        assert submission.sha256 in text
        assert "copy copy-1" in text
        assert "exported by Rosa Example, Mar 2, 2026" in text
        assert "DRAFT" in text


def squeezed(text: str) -> str:
    """The text without white space, which a narrow column breaks anywhere."""
    return "".join(text.replace("\u200b", "").split())


def kinds_of(node: pikepdf.Object) -> set[str]:
    """The structure types below a node of the structure tree."""
    kinds: set[str] = set()
    todo = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, pikepdf.Dictionary):
            if "/S" in one:
                kinds.add(str(one["/S"]))
            if "/K" in one:
                todo.append(one["/K"])
        elif isinstance(one, pikepdf.Array):
            todo += list(one)
    return kinds
