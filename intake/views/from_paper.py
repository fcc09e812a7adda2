"""Entering a call that was taken on paper."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import permissions
from intake.actions.calls import start_from_paper
from intake.errors import InvalidValue, NotPossibleNow
from intake.forms.from_paper import FromPaperForm
from intake.views.requests import UserRequest


@require_http_methods(["GET", "HEAD", "POST"])
def enter_call(request: UserRequest) -> HttpResponse:
    """Ask when the call took place, then open its intake to type the paper in."""
    agency = request.user.agency
    if not permissions.can_start_call(request.user) or agency is None:
        raise Http404
    form = FromPaperForm(request.POST if request.method == "POST" else None, zone=agency.zone)
    if request.method == "POST" and form.is_valid():
        try:
            intake = start_from_paper(
                actor=request.user,
                began_at=form.cleaned_data["began_at"],
                ended_at=form.cleaned_data["ended_at"],
                at=timezone.now(),
            )
        except InvalidValue as refusal:
            form.add_error(refusal.field or None, refusal.sentence)
        except NotPossibleNow as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("call", intake.pk)
    context = {"form": form, "agency": agency, "now": timezone.now()}
    status = 422 if form.errors else 200
    return render(request, "intake/from_paper/page.html", context, status=status)
