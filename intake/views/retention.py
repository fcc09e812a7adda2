"""How records are kept and ended, for privacy officers: they see references, and no content."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import permissions
from intake.actions import retention
from intake.errors import InvalidValue, Refused
from intake.forms.retention import FindRecordForm, MeasureForm
from intake.models import Agency, Expunction, Intake, Measure, RetentionItem, RetentionRun
from intake.models.retention import MeasureKind
from intake.views.fresh import ask_for_proof, is_proved
from intake.views.requests import UserRequest
from intake.worksheet.retention import count_due, kept_until

PER_PAGE = 100
RUNS = 20


@dataclass(frozen=True)
class Asking:
    """A form by which a measure is asked for, and what it is called."""

    title: str
    about: str
    button: str
    form: MeasureForm


@require_safe
def show_retention(request: UserRequest) -> HttpResponse:
    """What waits for a second person, what is due, and the lists of what was due."""
    return _overview(request, FindRecordForm())


@require_POST
def find_record(request: UserRequest) -> HttpResponse:
    """Go to a record by its reference; another agency's is not found."""
    agency, form = _agency(request), FindRecordForm(request.POST)
    if form.is_valid():
        wanted = form.cleaned_data["reference"].strip()
        found = Intake.objects.for_real().filter(agency=agency, reference=wanted).first()
        if found is not None:
            return redirect("retention_record", found.pk)
        form.add_error("reference", "The agency has no record with this reference.")
    return _overview(request, form)


@require_safe
def show_record(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """How one record is kept: holds, seals, requests; or its tombstone. Nothing of what it says."""
    return _show_record(request, _intake(request, intake_id))


@require_POST
def request_measure(request: UserRequest, intake_id: UUID, kind: str) -> HttpResponse:
    """Ask for a measure on a record."""
    intake = _intake(request, intake_id)
    if kind not in MeasureKind.values:
        raise Http404
    form = MeasureForm(request.POST, kind=kind, ends=request.POST.get("ends"))
    if form.is_valid():
        sent = form.cleaned_data
        try:
            measure = retention.request_measure(
                actor=request.user,
                intake_id=intake.pk,
                kind=kind,
                authority=sent["authority"],
                dated=sent.get("dated"),
                ends=sent.get("ends"),
                at=timezone.now(),
            )
        except Refused as refused:
            field = refused.field if isinstance(refused, InvalidValue) else ""
            form.add_error(field if field in form.fields else None, refused.sentence)
        else:
            name = measure.get_kind_display()
            stands = (
                "noted; it stands from now on"
                if kind == MeasureKind.HOLD
                else "asked for; it waits for another privacy officer"
            )
            messages.success(request, f"{intake.reference}: {name} {stands}.")
            return redirect("retention_record", intake.pk)
    return _show_record(request, intake, form)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_measure(request: UserRequest, measure_id: UUID) -> HttpResponse:
    """Confirm what another asked for; who confirms proves anew who they are."""
    measure = get_object_or_404(Measure.objects.of_agency(request.user), pk=measure_id)
    if not is_proved(request):
        return ask_for_proof(request)
    if request.method == "POST":
        is_last = measure.kind == MeasureKind.EXPUNCTION
        done = "confirmed, and the content is destroyed" if is_last else "confirmed"
        typed = request.POST.get("reference", "")
        _decide(request, retention.confirm_measure, done, measure_id=measure_id, reference=typed)
    return redirect("retention_record", measure.intake_id)


@require_POST
def withdraw_measure(request: UserRequest, measure_id: UUID) -> HttpResponse:
    """Take a request back."""
    measure = get_object_or_404(Measure.objects.of_agency(request.user), pk=measure_id)
    _decide(request, retention.withdraw_measure, "taken back", measure_id=measure_id)
    return redirect("retention_record", measure.intake_id)


@require_POST
def prepare_run(request: UserRequest) -> HttpResponse:
    """List what is due, for another privacy officer to confirm."""
    _agency(request)
    try:
        run = retention.prepare_run(actor=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("retention")
    return redirect("retention_run", run.pk)


@require_safe
def show_run(request: UserRequest, run_id: UUID) -> HttpResponse:
    """One list: counts by kind of record, and the references."""
    run = get_object_or_404(_runs(request), pk=run_id)
    items = RetentionItem.objects.filter(run=run).select_related("intake")
    counts: dict[str, int] = {}
    for outcome in items.order_by("outcome").values_list("outcome", flat=True):
        counts[outcome] = counts.get(outcome, 0) + 1
    context = {
        "run": run,
        "counts": counts,
        "page": Paginator(items, PER_PAGE).get_page(request.GET.get("page")),
        "is_waiting": run.confirmed_at is None and run.withdrawn_at is None,
        "is_own": run.prepared_by_id == request.user.pk,
    }
    return render(request, "intake/retention/run.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_run(request: UserRequest, run_id: UUID) -> HttpResponse:
    """Confirm a list that another prepared; who confirms proves anew who they are."""
    run = get_object_or_404(_runs(request), pk=run_id)
    if not is_proved(request):
        return ask_for_proof(request)
    if request.method == "POST":
        _decide(request, retention.confirm_run, "confirmed", run_id=run_id)
    return redirect("retention_run", run.pk)


@require_POST
def withdraw_run(request: UserRequest, run_id: UUID) -> HttpResponse:
    """Take a list back that nobody confirmed."""
    run = get_object_or_404(_runs(request), pk=run_id)
    _decide(request, retention.withdraw_run, "taken back", run_id=run_id)
    return redirect("retention_run", run.pk)


def _agency(request: UserRequest) -> Agency:
    if not permissions.is_privacy_officer(request.user) or request.user.agency is None:
        raise Http404
    return request.user.agency


def _intake(request: UserRequest, intake_id: UUID) -> Intake:
    real = Intake.objects.for_real().filter(agency=_agency(request))
    return get_object_or_404(real.select_related("agency", "decision__screening"), pk=intake_id)


def _runs(request: UserRequest) -> Any:
    return RetentionRun.objects.of_agency(request.user).select_related(
        "prepared_by", "confirmed_by", "withdrawn_by"
    )


def _decide(request: UserRequest, does: Callable[..., object], done: str, **of: object) -> None:
    try:
        does(actor=request.user, at=timezone.now(), **of)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"It was {done}.")


def _overview(request: UserRequest, form: FindRecordForm) -> HttpResponse:
    agency, user = _agency(request), request.user
    waiting = Measure.objects.of_agency(user).waiting().select_related("intake", "requested_by")
    holds = Measure.objects.of_agency(user).holds().select_related("intake")
    sealed = Intake.objects.filter(agency=agency, is_hidden=True, expunction=None)
    due = count_due(agency, at=timezone.now())
    context = {
        "form": form,
        "waiting": waiting,
        "holds": Paginator(holds, PER_PAGE).get_page(request.GET.get("page")),
        "sealed": sealed.count(),
        "expunged": Expunction.objects.filter(intake__agency=agency).count(),
        "due": due,
        "may_prepare": any(one.due > one.held for one in due),
        "runs": _runs(request)[:RUNS],
    }
    return render(
        request, "intake/retention/overview.html", context, status=422 if form.errors else 200
    )


def _show_record(
    request: UserRequest, intake: Intake, refused: MeasureForm | None = None
) -> HttpResponse:
    retention.note_look(actor=request.user, intake=intake, at=timezone.now())
    expunction = (
        Expunction.objects.filter(intake=intake)
        .select_related(
            *("measure__requested_by", "measure__confirmed_by"),
            *("item__run__prepared_by", "item__run__confirmed_by"),
        )
        .first()
    )
    rule, until = kept_until(intake)
    standing = list(intake.measures.standing().select_related("requested_by"))
    waiting = list(intake.measures.waiting())
    context = {
        "intake": intake,
        "expunction": expunction,
        "submissions": intake.submissions.all(),
        "rule": rule,
        "until": until,
        "measures": intake.measures.select_related("requested_by", "confirmed_by", "withdrawn_by"),
        "standing": standing,
        "is_held": any(one.kind == MeasureKind.HOLD for one in standing),
        "linked": _linked(intake),
        "refused": refused,
        "askings": () if expunction else _askings(intake, standing, waiting, refused),
    }
    status = 422 if refused is not None else 200
    return render(request, "intake/retention/record.html", context, status=status)


def _linked(intake: Intake) -> list[Intake]:
    """Return records that hang together with this one, which an order may mean too."""
    others = [intake.follows, intake.calls_back, *intake.written_reports.all()]
    others += [*intake.callbacks.all(), *intake.prior_involvement.all()]
    return sorted({one for one in others if one is not None}, key=lambda one: one.reference)


def _askings(
    intake: Intake, standing: list[Measure], waiting: list[Measure], refused: MeasureForm | None
) -> list[Asking]:
    """Return the forms of what can be asked for now; a refused one stands as it was typed."""

    def form(kind: MeasureKind, ends: UUID | None = None) -> MeasureForm:
        if refused is None or refused.kind != kind:
            return MeasureForm(kind=kind, ends=ends)
        is_same = ends is None or str(refused["ends"].value()) == str(ends)
        return refused if is_same else MeasureForm(kind=kind, ends=ends)

    found = [
        Asking(
            "Legal hold",
            "It stands at once: nothing of the record is destroyed until two people lift it.",
            "Put a hold on",
            form(MeasureKind.HOLD),
        )
    ]
    asked, ended = {one.kind for one in waiting}, {one.ends_id for one in waiting}
    for one in standing:
        if one.pk not in ended:
            kind = MeasureKind.LIFT if one.kind == MeasureKind.HOLD else MeasureKind.UNSEAL
            what = "hold" if one.kind == MeasureKind.HOLD else "seal"
            found.append(
                Asking(
                    f"End of the {what} {one.authority}",
                    "Another privacy officer confirms it.",
                    "Ask for the hold to be lifted" if what == "hold" else "Ask for unsealing",
                    form(kind, one.pk),
                )
            )
    if intake.is_live:
        return found
    if not intake.is_hidden and MeasureKind.SEAL not in asked:
        found.append(
            Asking(
                "Seal",
                "Once another has confirmed it, nobody sees or finds the record. It is preserved.",
                "Ask for the seal",
                form(MeasureKind.SEAL),
            )
        )
    if MeasureKind.EXPUNCTION not in asked:
        found.append(
            Asking(
                "Expunction by court order",
                "Once another has confirmed it, the content is destroyed for good; that there was "
                "a record, and the hashes of its submissions, stay.",
                "Ask for expunction",
                form(MeasureKind.EXPUNCTION),
            )
        )
    return found
