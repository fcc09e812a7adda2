"""Where a person begins: home of the role, sign-in and sign-out, and the probes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import permissions, triggers
from intake.models import User
from intake.models.audit import record_event
from intake.views.requests import UserRequest


@require_safe
def home(request: UserRequest) -> HttpResponse:
    """Go to the page that the user's role works on."""
    user = request.user
    if permissions.is_worker(user):
        return redirect("calls")
    if permissions.is_supervisor(user):
        return redirect("intakes")
    if permissions.is_administrator(user):
        return redirect("editions")
    if permissions.is_privacy_officer(user):
        return redirect("audit")
    return render(request, "intake/home.html")


class SignIn(LoginView):
    """Django's sign-in, with an audit event for success and failure; a name is never logged.

    A failure is a fact about an account. A name that nobody has is no fact, and would let
    anybody fill the audit.
    """

    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        if isinstance(user, User):
            record_event("user.signed_in", actor=user, at=timezone.now(), subject=user)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        name = form.data.get("username", "")
        user = User.objects.select_related("agency").filter(username=name).first()
        if user is not None:
            record_event("user.sign_in_failed", actor=None, at=timezone.now(), subject=user)
        form.fields["username"].widget.attrs.pop("autofocus", None)  # the summary has it
        return super().form_invalid(form)


class SignOut(LogoutView):
    """Django's sign-out, with an audit event."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            record_event(
                "user.signed_out", actor=request.user, at=timezone.now(), subject=request.user
            )
        return super().post(request, *args, **kwargs)


class ChangePassword(PasswordChangeView):
    """Django's change of the own password, with an audit event; other sessions end with it."""

    template_name = "registration/password.html"
    success_url = reverse_lazy("home")

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["new_password1"].help_text = ""  # the page says it in a sentence
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        user = self.request.user
        if isinstance(user, User):
            record_event("user.changed_password", actor=user, at=timezone.now(), subject=user)
        messages.success(self.request, "Your password was changed.")
        return response


@require_safe
def token(request: UserRequest) -> JsonResponse:
    """A fresh CSRF token for a page that was open while the user signed in anew."""
    return JsonResponse({"token": get_token(request)})


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether the database answers and holds its triggers."""
    connection.ensure_connection()
    absent = triggers.missing()
    if absent:
        return HttpResponse("triggers are missing", status=503, content_type="text/plain")
    return HttpResponse("ready", content_type="text/plain")
