"""What is printed of a restricted record says so on each page; nothing else of it changes."""

import uuid
from io import BytesIO

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from intake import worksheet
from intake.actions import dispatches, restrictions
from intake.exports.brief import export_brief
from intake.exports.packet import export_packet
from intake.exports.pdf import ExportStamp, export_pdf
from intake.models import Intake, ResponseOption, Submission, User
from tests.factory import NOW, option, prove, put, submit

pytestmark = pytest.mark.one_engine  # what is on the paper, not what is in the rows

STAMP = ExportStamp(by="Worker Example", at=NOW, copy_id="c")
MARK = "RESTRICTED"
LINE = "On Tuesday the caller heard shouting and a door, then a child crying on the landing."


@pytest.fixture
def submission(worker: User, call: Intake) -> Submission:
    """The submission of a call that takes several pages."""
    put(worker, call, "narrative.text", "\n".join([LINE] * 120))
    put(worker, call, "reporter.name", "Rosalind Quill")
    put(worker, call, f"concern.{uuid.uuid4()}.type", "physical_abuse")  # so a report is due
    return submit(worker, call)


def restrict(supervisor: User, intake: Intake) -> None:
    restrictions.restrict_intake(
        actor=supervisor, intake_id=intake.pk, reason="A cousin works here.", at=timezone.now()
    )
    intake.refresh_from_db()


def counts(content: bytes) -> list[int]:
    """How often each page says it."""
    return [page.extract_text().count(MARK) for page in PdfReader(BytesIO(content)).pages]


def papers(client: Client, call: Intake, supervisor: User) -> dict[str, bytes]:
    """Every PDF of one record, as the supervisor gets it."""
    User.objects.filter(pk=supervisor.pk).update(may_reveal_reporter=True)
    client.force_login(supervisor)
    prove(client)
    police = option(call.agency, "cross_report", "law_enforcement")
    telling = dispatches.tell(
        actor=supervisor,
        intake_id=call.pk,
        told="responding_worker",
        who="Somebody",
        how="Phone",
        at=NOW,
    )
    why = {"ground": "call_back", "words": "To call.", "key": str(uuid.uuid4())}
    place = {
        "record": reverse("intake_pdf", args=[call.pk]),
        "brief": reverse("intake_brief_pdf", args=[call.pk]),
        "packet": reverse("intake_packet", args=[call.pk, police]),
        "record with reporter": reverse("intake_pdf_reporter", args=[call.pk]),
        "brief with reporter": reverse("intake_brief_reporter", args=[call.pk, telling.pk]),
        "packet with reporter": reverse("intake_packet_reporter", args=[call.pk, police]),
    }
    asked = {
        "record with reporter": why,
        "brief with reporter": {"purpose": "responds"},
        "packet with reporter": {"purpose": "investigates"},
    }
    answers = {
        name: client.post(url, asked[name]) if name in asked else client.get(url)
        for name, url in place.items()
    }
    assert {one["Content-Type"] for one in answers.values()} == {"application/pdf"}
    return {name: one.content for name, one in answers.items()}


def test_each_page_of_each_paper_says_it_once(
    client: Client, supervisor: User, call: Intake, submission: Submission
) -> None:
    for content in papers(client, call, supervisor).values():
        assert set(counts(content)) == {0}
    restrict(supervisor, call)
    found = papers(client, call, supervisor)
    assert len(found) == 6
    for name, content in found.items():
        assert set(counts(content)) == {1}, name
    assert len(counts(found["record"])) > 2
    assert len(counts(found["brief"])) == 1


def test_the_brief_on_the_screen_says_it(
    client: Client, supervisor: User, call: Intake, submission: Submission
) -> None:
    client.force_login(supervisor)
    place = reverse("intake_brief", args=[call.pk])
    badge = '<span class="status status--care">Restricted</span>'
    assert badge not in client.get(place).content.decode()
    restrict(supervisor, call)
    assert badge in client.get(place).content.decode()


def test_title_tags_and_bytes_are_as_ever(
    supervisor: User, call: Intake, submission: Submission
) -> None:
    restrict(supervisor, call)
    sheet = worksheet.build(call)
    recipient = ResponseOption.objects.get(pk=option(call.agency, "cross_report", "tribe"))

    def make() -> dict[str, bytes]:
        return {
            f"Intake record {call.reference}": export_pdf(
                intake=call, submission=submission, stamp=STAMP
            ),
            f"Responder brief {call.reference}": export_brief(sheet, STAMP, is_restricted=True),
            f"Cross-report {call.reference}": export_packet(
                sheet=sheet, recipient=recipient, party=None, is_restricted=True, stamp=STAMP
            ),
        }

    first = make()
    for title, content in first.items():
        with pikepdf.open(BytesIO(content)) as pdf:
            assert bool(pdf.Root.MarkInfo.Marked)
            with pdf.open_metadata() as about:
                assert about["pdfuaid:part"] == "1"
                assert about["dc:title"] == title
    assert make() == first


def test_a_brief_of_very_much_is_one_page_still(
    worker: User, supervisor: User, call: Intake
) -> None:
    for index in range(30):
        child = uuid.uuid4()
        put(worker, call, f"person.{child}.address", f"{index} Long Road " * 60, role="child")
    content = export_brief(worksheet.build(call), STAMP, is_restricted=True)
    assert counts(content) == [1]
