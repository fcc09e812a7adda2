"""Restricted records: restricting one, naming who reads it, and breaking the glass."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import permissions, worksheet
from intake.actions import records, restrictions
from intake.errors import Refused
from intake.forms.restrictions import NameForm, ReasonForm, RestrictForm
from intake.models import Intake, NamedViewer
from intake.views.fresh import ask_for_proof, expect_proof, is_proved
from intake.views.requests import UserRequest


@require_safe
def list_restricted(request: UserRequest) -> HttpResponse:
    """The agency's restricted records for its privacy officers, who read nothing of them."""
    if not permissions.is_privacy_officer(request.user):
        raise Http404
    rows = worksheet.list_restricted(request.user, at=timezone.now())
    return render(request, "intake/restrictions/list.html", {"rows": rows})


@require_safe
def show_restriction(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Who may read a record, and the forms that change it."""
    intake = _fetch(request, intake_id)
    if intake.is_restricted:
        records.note_access_view(actor=request.user, intake=intake, at=timezone.now())
    return _page(request, intake)


@require_POST
def restrict(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Restrict a record to its named viewers."""
    intake = _fetch(request, intake_id)
    form = RestrictForm(request.POST, able=_able(request, intake))
    if form.is_valid():
        try:
            restrictions.restrict_intake(
                actor=request.user,
                intake_id=intake.pk,
                reason=form.cleaned_data["reason"],
                viewers=[UUID(key) for key in form.cleaned_data["viewers"]],
                at=timezone.now(),
            )
        except Intake.DoesNotExist:
            raise Http404 from None
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, f"{intake.reference} is restricted to who is named.")
            return redirect("restriction", intake.pk)
    return _page(request, intake, restrict_form=form)


@require_POST
def name_viewer(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Name somebody to read a restricted record."""
    intake = _fetch(request, intake_id)
    form = NameForm(request.POST, able=worksheet.able_viewers(intake))
    if form.is_valid():
        try:
            restrictions.name_viewer(
                actor=request.user,
                intake_id=intake.pk,
                user_id=UUID(form.cleaned_data["user"]),
                days=form.cleaned_data["days"],
                at=timezone.now(),
            )
        except Intake.DoesNotExist:
            raise Http404 from None
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect("restriction", intake.pk)
    return _page(request, intake, name_form=form)


@require_POST
def remove_viewer(request: UserRequest, intake_id: UUID, viewer_id: UUID) -> HttpResponse:
    """Take somebody off the named viewers."""
    try:
        restrictions.remove_viewer(
            actor=request.user, intake_id=intake_id, viewer_id=viewer_id, at=timezone.now()
        )
    except (Intake.DoesNotExist, NamedViewer.DoesNotExist):
        raise Http404 from None
    try:
        _fetch(request, intake_id)
    except Http404:  # who was taken off is the user
        messages.success(request, "You are not named any more; the record is closed to you.")
        return redirect("home")
    return redirect("restriction", intake_id)


@require_POST
def lift(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Take the restriction off."""
    intake = _fetch(request, intake_id)
    form = ReasonForm(request.POST, prefix="lift")
    if form.is_valid():
        try:
            restrictions.lift_restriction(
                actor=request.user,
                intake_id=intake.pk,
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except Intake.DoesNotExist:
            raise Http404 from None
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, f"{intake.reference} is not restricted any more.")
            is_officer = permissions.is_privacy_officer(request.user)
            return redirect("restrictions") if is_officer else redirect("intake", intake.pk)
    return _page(request, intake, lift_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def break_glass(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """A record that is kept from the user: why it has to be opened now, for 60 minutes.

    Who may read it goes there. What the role does not show is a 404, before anybody is asked who
    they are.
    """
    here = Intake.objects.within_role_of(request.user).with_kept(request.user)
    intake = get_object_or_404(here.filter(is_restricted=True), pk=intake_id)
    if not intake.is_kept:
        return redirect("intake", intake.pk)
    if request.method != "POST" and not is_proved(request):
        return ask_for_proof(request)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and expect_proof(request, form):
        try:
            restrictions.break_glass(
                actor=request.user,
                intake_id=intake.pk,
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except Intake.DoesNotExist:  # sealed meanwhile
            raise Http404 from None
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect("intake", intake.pk)
    context = {
        "form": form,
        "intake": intake,
        "now": timezone.now(),
        "openings": worksheet.build_openings(intake)
        if permissions.is_supervisor(request.user) and is_proved(request)
        else (),
        "must_prove": not is_proved(request),
    }
    status = 422 if form.errors else 200
    return render(request, "intake/restrictions/break_glass.html", context, status=status)


@require_POST
def close_glass(request: UserRequest, intake_id: UUID) -> HttpResponse:
    """Close it now, before the 60 minutes are over."""
    try:
        restrictions.close_glass(actor=request.user, intake_id=intake_id, at=timezone.now())
    except Intake.DoesNotExist:
        raise Http404 from None
    messages.success(request, "The restricted record is closed.")
    return redirect("home")


def _fetch(request: UserRequest, intake_id: UUID) -> Intake:
    """Return an intake of which the user sees who may read it, or may say so; else a 404.

    Whoever reads a restricted one sees that; of one that is not, who may restrict it.
    """
    here = Intake.objects.filter(agency=request.user.agency_id).for_real().shown()
    intake = get_object_or_404(here.select_related("agency", "worker"), pk=intake_id)
    reads = Intake.objects.visible_to(request.user).filter(pk=intake.pk).exists()
    if intake.is_restricted:
        may = reads or permissions.can_name_viewers(request.user, intake, at=timezone.now())
    else:
        may = reads and permissions.can_restrict(request.user, intake)
    if not may:
        raise Http404
    return intake


def _page(request: UserRequest, intake: Intake, **forms: Form) -> HttpResponse:
    """Show who may read a record; a refused form stands in its place as it was typed."""
    intake.refresh_from_db(fields=["is_restricted"])
    access = worksheet.build_access(intake, viewer=request.user, at=timezone.now())
    context: dict[str, Any] = {
        "intake": intake,
        "access": access,
        "is_own_call": permissions.can_write(request.user, intake),
    }
    if not intake.is_restricted:
        context["restrict_form"] = RestrictForm(able=_able(request, intake))
    if access.may_name:
        context["name_form"] = NameForm(able=worksheet.able_viewers(intake))
    if access.may_lift:
        context["lift_form"] = ReasonForm(prefix="lift")
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "intake/restrictions/page.html", context | forms, status=status)


def _able(request: UserRequest, intake: Intake) -> list[Any]:
    """Return who can be named by who restricts the record, and is not so anyway."""
    return [one for one in worksheet.able_viewers(intake) if one.pk != request.user.pk]
