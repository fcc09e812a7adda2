"""The reporting party of a record: opened once with a reason, or disclosed to who may learn it."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from intake import permissions, worksheet
from intake.actions import reporting_party
from intake.crypto import SealBroken
from intake.errors import InvalidValue, Refused
from intake.exports.brief import export_brief
from intake.exports.packet import export_packet
from intake.exports.pdf import ExportStamp, export_pdf
from intake.forms.reporting_party import DiscloseForm, RevealForm
from intake.models import Dispatch, Intake, ReporterReveal, ResponseOption, Submission
from intake.views import facts
from intake.views.fresh import ask_for_proof, expect_proof, is_proved
from intake.views.records import attachment, latest_submission
from intake.views.requests import UserRequest

NAMES = "NAMES-REPORTING-PARTY"  # in a file's name: the two must not be mixed up in a folder
PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def show_reporter(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Ask for the reason; show the reporting party as it was submitted, once, as the answer."""
    intake, submission = _revealable(request, intake_id)
    if request.method != "POST" and not is_proved(request):
        return ask_for_proof(request)
    form = RevealForm(request.POST if request.method == "POST" else None)
    may = form.is_valid() and expect_proof(request, form)
    reveal = _reveal(request, intake, form, "shown") if may else None
    if reveal is None:
        return _ask(request, intake, form, "shown")
    party = worksheet.read_frozen_party(submission)
    context = {"intake": intake, "reveal": reveal, "submission": submission, "party": party}
    return render(request, "intake/reporting_party/shown.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def download_pdf(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Ask for the reason; the record's PDF with the reporting party, marked on each sheet."""
    intake, submission = _revealable(request, intake_id)
    if request.method != "POST" and not is_proved(request):
        return ask_for_proof(request)
    form = RevealForm(request.POST if request.method == "POST" else None)
    may = form.is_valid() and expect_proof(request, form)
    reveal = _reveal(request, intake, form, "pdf") if may else None
    if reveal is None:
        return _ask(request, intake, form, "pdf")
    party = worksheet.read_frozen_party(submission) or worksheet.ReportingPartyView()
    stamp = ExportStamp(by=request.user.display_name, at=reveal.at, copy_id=str(reveal.pk))
    content = export_pdf(intake=intake, submission=submission, stamp=stamp, party=party)
    return attachment(content, "application/pdf", f"intake-{intake.reference}-{NAMES}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
def disclose_in_packet(request: UserRequest, intake_id: UUID, recipient_id: UUID) -> HttpResponse:
    """The cross-report's packet with the reporting party, for a recipient who may learn it."""
    return _disclose(request, intake_id, recipient_id, ResponseOption)


@require_http_methods(["GET", "HEAD", "POST"])
def disclose_in_brief(request: UserRequest, intake_id: UUID, dispatch_id: UUID) -> HttpResponse:
    """The responder brief with the reporting party, for a responding worker who was told."""
    return _disclose(request, intake_id, dispatch_id, Dispatch)


@require_safe
def list_reveals(request: UserRequest) -> HttpResponse:
    """For privacy officers: who opened which reporting party, on what ground and why."""
    user = request.user
    if not permissions.is_privacy_officer(user) or user.agency is None:
        raise Http404
    reporting_party.note_reasons_view(actor=user, agency=user.agency, at=timezone.now())
    reveals = ReporterReveal.objects.filter(intake__agency=user.agency, intake__is_hidden=False)
    pages = Paginator(reveals.select_related("intake", "by"), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    rows = [(one, _words(one)) for one in page]
    return render(request, "intake/reporting_party/reveals.html", {"page": page, "rows": rows})


def _revealable(request: UserRequest, intake_id: UUID) -> tuple[Intake, Submission]:
    """Return a record whose reporting party the user may open; anything else is a 404."""
    visible = Intake.objects.visible_to(request.user).select_related("agency", "worker")
    intake = get_object_or_404(visible, pk=intake_id)
    submission = latest_submission(intake)
    if submission is None or not permissions.can_reveal_reporter(request.user, intake):
        raise Http404
    return intake, submission


def _reveal(
    request: UserRequest, intake: Intake, form: RevealForm, how: str
) -> ReporterReveal | None:
    """Keep the reveal that the form asks for, or put into the form why not."""
    try:
        return reporting_party.reveal_reporter(
            actor=request.user,
            intake_id=intake.pk,
            how=how,
            at=timezone.now(),
            **form.cleaned_data,
        )
    except InvalidValue as refused:
        form.add_error(refused.field, refused.sentence)
    except Refused as refused:
        form.add_error(None, refused.sentence)
    return None


def _ask(request: UserRequest, intake: Intake, form: RevealForm, how: str) -> HttpResponse:
    """The form of a reveal; what was refused keeps its words, with a key that was not used."""
    context = {"intake": intake, "form": form, "how": how, "must_prove": not is_proved(request)}
    status = 422 if form.errors else 200
    return render(request, "intake/reporting_party/ask.html", context, status=status)


def _disclose(
    request: UserRequest,
    intake_id: UUID,
    recipient_id: UUID,
    kind: type[ResponseOption] | type[Dispatch],
) -> HttpResponse:
    """Ask for the purpose and a fresh sign-in; then make the copy that names who reported."""
    intake = facts.fetch_report(request, intake_id)
    try:
        recipient = reporting_party.find_recipient(intake, recipient_id)
    except reporting_party.RecipientUnknown:
        raise Http404 from None
    if not isinstance(recipient, kind):
        raise Http404
    if not is_proved(request):
        return ask_for_proof(request)
    key = recipient.key if isinstance(recipient, ResponseOption) else str(recipient.told)
    sent = request.POST if request.method == "POST" else None
    form = DiscloseForm(sent, purposes=worksheet.purposes_of(key))
    now = timezone.now()
    if form.is_valid():
        try:
            copy = reporting_party.disclose_reporter(
                actor=request.user,
                intake_id=intake.pk,
                recipient_id=recipient.pk,
                purpose=form.cleaned_data["purpose"],
                at=now,
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            stamp = ExportStamp(by=request.user.display_name, at=now, copy_id=str(copy))
            return _copy_for(intake, recipient, stamp)
    is_responder = isinstance(recipient, Dispatch)
    context = {"intake": intake, "recipient": recipient, "form": form, "is_responder": is_responder}
    status = 422 if form.errors else 200
    return render(request, "intake/reporting_party/disclose.html", context, status=status)


def _copy_for(
    intake: Intake, recipient: ResponseOption | Dispatch, stamp: ExportStamp
) -> HttpResponse:
    """Make the copy: a packet for a recipient of cross-reports, a brief for a responding worker."""
    party = worksheet.build_reporting_party(intake) or worksheet.ReportingPartyView()
    sheet = worksheet.build(intake)
    if isinstance(recipient, ResponseOption):
        content = export_packet(
            sheet=sheet,
            recipient=recipient,
            party=party,
            is_restricted=intake.is_restricted,
            stamp=stamp,
        )
        name = f"cross-report-{intake.reference}-{recipient.key}-{NAMES}.pdf"
    else:
        content = export_brief(sheet, stamp, is_restricted=intake.is_restricted, party=party)
        name = f"brief-{intake.reference}-{NAMES}.pdf"
    return attachment(content, "application/pdf", name)


def _words(reveal: ReporterReveal) -> str:
    try:
        return reveal.read()
    except SealBroken:
        return "Cannot be opened: a key of the system is missing."
