"""Signing in and out, and the page that is locked; what every way in ends with."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import guessing
from intake.actions.second_factors import has_factor
from intake.forms.sign_in import SignInForm
from intake.middleware import wants_json, without_factor
from intake.models import User
from intake.models.audit import record_event
from intake.session_store import LOCKED
from intake.sessions import (
    FACTOR,
    GIVEN,
    family_of,
    lacks_factor,
    lock_session,
    locked_since,
    note_proof,
    now,
    session_mark,
)
from intake.views.requests import UserRequest

FAILED = "This user name and password do not belong together. Nothing was changed; try again."
GO_ON = (
    "Your second factor is asked for as well. Give it on a new tab; this page goes on by itself "
    "afterwards."
)
PENDING = "pending"  # in a session whose user gave the password and not yet the second factor
PENDING_FOR = 10 * 60  # seconds


@never_cache
@sensitive_post_parameters("password")
@login_not_required
@without_factor
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; a locked page asks in JSON who is there, and signs in in place.

    A failure is a fact about an account, and audited. A name that nobody has is no fact, and would
    let anybody fill the audit; the answer is the same, and takes as long.
    """
    if wants_json(request) and (request.method != "POST" or request.user.is_authenticated):
        return JsonResponse(who(request))
    if request.user.is_authenticated:
        return redirect(next_of(request))
    form = SignInForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        return _try(request, form)
    return _page(request, form, status=200)


def _try(request: HttpRequest, form: SignInForm) -> HttpResponse:
    if not form.is_valid():
        return _refuse(request, form, "", status=200)
    name, password = form.cleaned_data["username"], form.cleaned_data["password"]
    attempt = guessing.attempt_of(request, name, password)
    wait = guessing.wait_before(attempt)
    if wait:
        answer = _refuse(request, form, guessing.words_for(wait), status=429)
        answer["Retry-After"] = str(wait)
        return answer
    user = authenticate(request, username=name, password=password)
    if not isinstance(user, User):
        guessing.note_failure(attempt)
        _note_failure(name)
        return _refuse(request, form, FAILED, status=200)
    return enter(request, user, back=next_of(request))


def _note_failure(name: str) -> None:
    """Tell the audit, or do as much for a name that nobody has: both take one write."""
    user = User.objects.select_related("agency").filter(username=name).first()
    if user is None:
        cache.set("nobody", 1)
    else:
        record_event("user.sign_in_failed", actor=None, at=timezone.now(), subject=user)


def _refuse(request: HttpRequest, form: SignInForm, sentence: str, *, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": sentence or FAILED}, status=422 if status == 200 else status)
    if sentence:
        form.add_error(None, sentence)
    form.fields["username"].widget.attrs.pop("autofocus", None)  # the summary has it
    return _page(request, form, status=status)


def _page(request: HttpRequest, form: SignInForm, *, status: int) -> HttpResponse:
    back = request.POST.get("next", request.GET.get("next", ""))
    context: dict[str, Any] = {"form": form, "next": back}
    if settings.OIDC_ISSUER:
        context["provider"] = settings.OIDC_NAME
    return render(request, "registration/login.html", context, status=status)


def enter(
    request: HttpRequest, user: User, *, back: str, has_given: bool = False, by: str = ""
) -> HttpResponse:
    """Let a user in who gave the first factor, or ask for the second one.

    `has_given`: the second one was given along. `by`: "" for a password, else by what.
    """
    began = None if by else locked_since(request, user)
    if not has_given and began is None and has_factor(user):
        request.session.pop(LOCKED, None)
        request.session.cycle_key()
        request.session[PENDING] = {
            "user": str(user.pk),
            "hash": user.get_session_auth_hash(),
            "at": now(),
            "next": back,
            "by": by,
        }
        address = reverse("second_factor")
        if wants_json(request):
            return JsonResponse({"error": GO_ON, "next": address}, status=422)
        return redirect(address)
    return let_in(request, user, back=back, has_given=has_given, by=by, began=began)


def let_in(
    request: HttpRequest,
    user: User,
    *,
    back: str,
    has_given: bool,
    by: str = "",
    began: int | None = None,
) -> HttpResponse:
    """Sign the user in; `began` is since when a screen is unlocked that was locked meanwhile."""
    for gone in (PENDING, LOCKED):
        request.session.pop(gone, None)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session["browser"] = family_of(request)
    at = timezone.now()
    if began is not None:
        request.session[FACTOR], request.session["began"] = GIVEN, began
        record_event("user.unlocked", actor=user, at=at, subject=user)
    else:
        if has_given:
            request.session[FACTOR] = GIVEN
        note_proof(request)
        details: dict[str, str | int | bool] = {"by": by} if by else {}
        record_event("user.signed_in", actor=user, at=at, subject=user, details=details)
    guessing.note_success(guessing.attempt_of(request, user.username, ""))
    if wants_json(request):
        answer: HttpResponse = JsonResponse(who(request))
    else:
        answer = redirect(reverse("account") if lacks_factor(request, user) else back)
    guessing.know_browser(request, answer, user.username)
    return answer


def pending_of(request: HttpRequest) -> tuple[User, str, str] | None:
    """Return who has given the password and not yet the second factor, where to and by what."""
    kept = request.session.get(PENDING)
    if not kept or now() - kept["at"] > PENDING_FOR:
        return None
    user = User.objects.with_roles().filter(pk=kept["user"], is_active=True).first()
    if user is None or kept["hash"] != user.get_session_auth_hash():
        return None
    return user, kept["next"], kept["by"]


class SignOut(LogoutView):
    """Django's sign-out, with an audit event.

    A page that found no unsent text of anybody in the browser says so; then its storage goes.
    """

    @method_decorator(without_factor)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Let also those out who have not set up a second factor yet."""
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            record_event(
                "user.signed_out", actor=request.user, at=timezone.now(), subject=request.user
            )
        response = super().post(request, *args, **kwargs)
        if request.POST.get("storage") == "empty":
            response["Clear-Site-Data"] = '"storage"'
        return response


@without_factor
@require_POST
def lock(request: UserRequest) -> HttpResponse:
    """End the session of a page that nobody touched; it stays, covered, until signing in again."""
    record_event("user.locked", actor=request.user, at=timezone.now(), subject=request.user)
    lock_session(request, request.user)
    return HttpResponse(status=204)


@without_factor
@require_safe
def token(request: UserRequest) -> JsonResponse:
    """A fresh CSRF token for a page that was open while the user signed in anew, and who it is."""
    return JsonResponse(who(request))


def who(request: HttpRequest) -> dict[str, str]:
    """Return what a page may know of who is signed in."""
    return {
        "token": get_token(request),
        "user": str(request.user.pk or ""),
        "session": session_mark(request),
    }


def next_of(request: HttpRequest) -> str:
    """Return the address of this site that `next` names, or the home of the role."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return back if is_ours and back.startswith("/") else reverse("home")


def end_here(request: HttpRequest, sentence: str) -> HttpResponse:
    """Sign this browser out and say why on the page of the sign-in."""
    logout(request)
    messages.success(request, sentence)
    return redirect("login")
