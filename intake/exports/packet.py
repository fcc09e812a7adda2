"""A cross-report's packet: what its recipient needs of an intake, as an accessible PDF.

The narrative may tell who reported; it goes only to who may learn that, with the reporting party.
"""

from django.template.loader import render_to_string

from intake.exports.pdf import ExportStamp, render_pdf
from intake.models import ResponseOption
from intake.worksheet import ReportingPartyView, Worksheet

# Who goes there: they get a protected address, marked as such on every page; nobody else does.
GO_THERE = ("law_enforcement", "district_attorney")


def export_packet(
    *,
    sheet: Worksheet,
    recipient: ResponseOption,
    party: ReportingPartyView | None,
    is_restricted: bool,
    stamp: ExportStamp,
) -> bytes:
    """Return the packet as a PDF; `party` is None for who may not learn who reported.

    That of a restricted record says so on each page.
    """
    views = {one.recipient_id: one for one in sheet.cross_reports}
    context = {
        "sheet": sheet,
        "recipient": recipient,
        "report": views.get(str(recipient.pk)),
        "party": party,
        "is_restricted": is_restricted,
        "stamp": stamp,
        "hides_places": sheet.call.is_protected_address and recipient.key not in GO_THERE,
    }
    return render_pdf(render_to_string("intake/cross_reports/packet.html", context))
