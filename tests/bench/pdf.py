"""Our PDF beside bare WeasyPrint on the same HTML: target at most 1.25×."""

import statistics
import time

from tests.bench import start

start()

from django.conf import settings
from django.utils import timezone
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from intake.exports.pdf import ExportStamp, export_pdf, render_html
from intake.models import Prompt
from tests import factory

ROUNDS = 12


def main() -> None:
    """Print the median of each and their ratio."""
    agency = factory.make_agency()
    worker = factory.make_user(agency, "worker", "workers")
    call = factory.make_call(worker)
    for prompt in Prompt.objects.filter(edition=call.edition, kind="question", bound_to=""):
        factory.put(worker, call, f"answer.{prompt.pk}.text", "What the caller said. " * 4)
    submission = factory.submit(worker, call)
    stamp = ExportStamp(by="Bench", at=timezone.now(), copy_id="0")
    html = render_html(intake=call, submission=submission, stamp=stamp)
    fonts = FontConfiguration()
    folder = settings.BASE_DIR / "static" / "css"
    styles = [CSS(folder / name, font_config=fonts) for name in ("pdf-fonts.css", "pdf.css")]

    ours: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):  # in turns, so that both meet the same machine
        began = time.perf_counter()
        export_pdf(intake=call, submission=submission, stamp=stamp)
        between = time.perf_counter()
        HTML(string=html).write_pdf(stylesheets=styles, font_config=fonts, pdf_variant="pdf/ua-1")
        ours.append(between - began)
        bare.append(time.perf_counter() - between)
    mine, theirs = statistics.median(ours), statistics.median(bare)
    print(f"PDF: ours {mine * 1000:.0f} ms, bare WeasyPrint {theirs * 1000:.0f} ms", end="; ")
    print(f"ratio {mine / theirs:.2f} (target at most 1.25)")


if __name__ == "__main__":
    main()
