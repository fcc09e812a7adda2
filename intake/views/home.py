"""Where a person begins: home of the role, sign-in and sign-out, and the probes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from intake import permissions, triggers
from intake.middleware import wants_json
from intake.models import User
from intake.models.audit import record_event
from intake.sessions import note_proof, session_mark
from intake.views.requests import UserRequest

SIGN_IN_FAILED = (
    "This user name and password do not belong together. Nothing was changed; try again."
)


@require_safe
def home(request: UserRequest) -> HttpResponse:
    """Go to the page that the user's role works on."""
    user = request.user
    if permissions.is_worker(user):
        return redirect("calls")
    if permissions.is_supervisor(user):
        return redirect("reviews")
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

    @method_decorator(login_not_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Tell a locked page who is signed in, with a token for signing in; else Django's."""
        if wants_json(request) and (request.method == "GET" or request.user.is_authenticated):
            return JsonResponse(_who(request))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        if isinstance(user, User):
            record_event("user.signed_in", actor=user, at=timezone.now(), subject=user)
            note_proof(self.request)
        return JsonResponse(_who(self.request)) if wants_json(self.request) else response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        name = form.data.get("username", "")
        user = User.objects.select_related("agency").filter(username=name).first()
        if user is not None:
            record_event("user.sign_in_failed", actor=None, at=timezone.now(), subject=user)
        if wants_json(self.request):
            return JsonResponse({"error": SIGN_IN_FAILED}, status=422)
        form.fields["username"].widget.attrs.pop("autofocus", None)  # the summary has it
        return super().form_invalid(form)


class SignOut(LogoutView):
    """Django's sign-out, with an audit event.

    A page that found no unsent text of anybody in the browser says so; then its storage goes.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            record_event(
                "user.signed_out", actor=request.user, at=timezone.now(), subject=request.user
            )
        response = super().post(request, *args, **kwargs)
        if request.POST.get("storage") == "empty":
            response["Clear-Site-Data"] = '"storage"'
        return response


@require_POST
def lock(request: UserRequest) -> HttpResponse:
    """End the session of a page that nobody touched; it stays, covered, until signing in again."""
    record_event("user.locked", actor=request.user, at=timezone.now(), subject=request.user)
    logout(request)
    return HttpResponse(status=204)


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
    """A fresh CSRF token for a page that was open while the user signed in anew, and who it is."""
    return JsonResponse(_who(request))


def _who(request: HttpRequest) -> dict[str, str]:
    return {
        "token": get_token(request),
        "user": str(request.user.pk or ""),
        "session": session_mark(request),
    }


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
