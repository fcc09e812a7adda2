"""The record as an accessible PDF (PDF/UA-1), made from a submission and never from live rows."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlparse

from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from intake import worksheet
from intake.models import Intake, Submission


@dataclass(frozen=True)
class ExportStamp:
    """Who made this copy, when, and its id in the audit."""

    by: str
    at: datetime
    copy_id: str


class StaticFilesOnly(URLFetcher):
    """Reads our own static files and nothing else: a record must not reach out."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        path = Path(urlparse(url).path).resolve()
        if urlparse(url).scheme != "file" or not path.is_relative_to(settings.BASE_DIR / "static"):
            raise ValueError("Only our own static files are read into a PDF.")
        response: URLFetcherResponse = super().fetch(url, headers)
        return response


def export_pdf(
    *,
    intake: Intake,
    submission: Submission,
    stamp: ExportStamp,
    party: worksheet.ReportingPartyView | None = None,
) -> bytes:
    """Return the PDF of `submission`; "draft" stands across it until the intake is approved.

    Each page of a restricted record says so. `party` is None but for a copy that names who
    reported, which says so on each sheet.
    """
    return render_pdf(render_html(intake=intake, submission=submission, stamp=stamp, party=party))


def render_html(
    *,
    intake: Intake,
    submission: Submission,
    stamp: ExportStamp,
    party: worksheet.ReportingPartyView | None = None,
) -> str:
    """Return the HTML that the PDF is made of; the reporting party is not in it unless given."""
    return render_to_string(
        "intake/records/pdf.html",
        {
            "intake": intake,
            "party": party,
            "party_mark": "Named in this copy, below" if party else worksheet.mark_party(intake),
            "sheet": worksheet.from_json(submission.content.text),
            "submission": submission,
            "stamp": stamp,
            "is_draft": intake.status
            not in (Intake.Status.APPROVED, Intake.Status.CLOSED_NO_REPORT),
            "amendments": intake.amendments.select_related("author"),
            "reviews": intake.reviews.exclude(outcome="").select_related(
                "reviewer", "own_screening"
            ),
        },
    )


def render_pdf(html: str) -> bytes:
    """Return `html` as a PDF/UA-1 document with our fonts and print style."""
    return write_pdf(lay_out(html))


def lay_out(html: str, *, style: str = "pdf.css") -> Document:
    """Return `html` laid out on pages with our fonts and a print style of ours."""
    fonts, styles = _fonts_and_styles(style)
    document = HTML(string=html, url_fetcher=StaticFilesOnly(), base_url=_base_url())
    return document.render(
        stylesheets=styles, font_config=fonts, pdf_variant="pdf/ua-1", presentational_hints=False
    )


def write_pdf(document: Document) -> bytes:
    """Return what was laid out as a PDF/UA-1 document."""
    content = document.write_pdf(pdf_variant="pdf/ua-1")
    assert content is not None  # write_pdf without a target returns the bytes
    return bytes(content)


@cache
def _fonts_and_styles(style: str) -> tuple[FontConfiguration, list[CSS]]:
    """Read fonts and styles once for a process; they do not change while it runs."""
    fonts = FontConfiguration()
    folder = settings.BASE_DIR / "static" / "css"
    styles = [
        CSS(filename=folder / name, font_config=fonts, url_fetcher=StaticFilesOnly())
        for name in ("pdf-fonts.css", style)
    ]
    return fonts, styles


def _base_url() -> str:
    return (settings.BASE_DIR / "static").as_uri() + "/"
