"""The own account: password, second factors, recovery codes, and where one is signed in."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import clear_totp_secret, get_totp_secret
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib import messages
from django.contrib.auth.views import PasswordChangeView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import guessing, worksheet
from intake.actions import second_factors
from intake.actions.sessions import end_sessions
from intake.errors import InvalidValue, NotPossibleNow
from intake.forms.sign_in import AppForm, ChangePasswordForm, KeyForm
from intake.middleware import without_factor
from intake.models import User
from intake.models.audit import record_event
from intake.passwords import HELP
from intake.sessions import FACTOR, GIVEN, lacks_factor
from intake.views.fresh import ask_for_proof, fresh_sign_in_required, is_proved
from intake.views.requests import UserRequest
from intake.views.sign_in import end_here

NEW_CODES = "new_codes"  # in the session of who added a first factor: codes are made and shown next


@never_cache
@without_factor
@require_safe
def show_account(request: UserRequest) -> HttpResponse:
    """What the own sign-in consists of, and where one is signed in."""
    user, at = request.user, timezone.now()
    context = {
        "factors": worksheet.view_factors(user),
        "sessions": worksheet.list_sessions(user, key=request.session.session_key, at=at),
        "must_set_up": lacks_factor(request, user),
    }
    return render(request, "intake/account/account.html", context)


@never_cache
@without_factor
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def add_app(request: UserRequest) -> HttpResponse:
    """Set up an authenticator app: its code is scanned or typed, and it shows that it works."""
    secret = get_totp_secret()
    form = AppForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            is_first = second_factors.add_app(
                actor=request.user,
                secret=secret,
                code=form.cleaned_data["code"],
                at=timezone.now(),
            )
        except InvalidValue as refused:
            form.add_error("code", refused.sentence)
        else:
            clear_totp_secret(request)
            return _added(request, is_first)
    adapter = get_adapter()
    context = {
        "form": form,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": adapter.build_totp_svg(adapter.build_totp_url(request.user, secret)),
    }
    status = 422 if form.errors else 200
    return render(request, "intake/account/app.html", context, status=status)


@never_cache
@without_factor
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def add_key(request: UserRequest) -> HttpResponse:
    """Set up a security key or a passkey of this machine; it needs JavaScript."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            is_first = second_factors.add_key(
                actor=request.user, at=timezone.now(), **form.cleaned_data
            )
        except (InvalidValue, NotPossibleNow) as refused:
            form.add_error(None, refused.sentence)
        else:
            return _added(request, is_first)
    context = {"form": form, "options": begin_registration(request.user, passwordless=False)}
    status = 422 if form.errors else 200
    return render(request, "intake/account/key.html", context, status=status)


def _added(request: UserRequest, is_first: bool) -> HttpResponse:
    """Go on after a factor was added: who just set it up has given it."""
    request.session[FACTOR] = GIVEN
    if is_first:
        # Whoever signed in elsewhere gave only the password.
        end_sessions(actor=request.user, but=request.session.session_key, at=timezone.now())
        request.session[NEW_CODES] = True
        return redirect("factor_codes")
    messages.success(request, "It was added. You are asked for it when you sign in.")
    return redirect("account")


@require_POST
def remove_factor(request: UserRequest, factor_id: int) -> HttpResponse:
    """Take a factor away."""
    if not is_proved(request):
        return ask_for_proof(request, back=reverse("account"))
    try:
        second_factors.remove_factor(actor=request.user, factor_id=factor_id, at=timezone.now())
    except Authenticator.DoesNotExist:
        raise Http404 from None
    except NotPossibleNow as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "It was removed and opens nothing any more.")
    return redirect("account")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def make_codes(request: UserRequest) -> HttpResponse:
    """Make recovery codes and show them, once; without asking for it they are only counted."""
    codes: list[str] = []
    if request.method == "POST" or request.session.pop(NEW_CODES, False):
        try:
            codes = second_factors.make_codes(actor=request.user, at=timezone.now())
        except NotPossibleNow as refused:
            messages.error(request, refused.sentence)
            return redirect("account")
    shown = [f"{code[:5]} {code[5:]}" for code in codes]
    context = {"codes": shown, "factors": worksheet.view_factors(request.user)}
    return render(request, "intake/account/codes.html", context)


@without_factor
@require_POST
def sign_out_everywhere(request: UserRequest) -> HttpResponse:
    """End the own sessions everywhere else, here too, or one of them (`which` is its mark)."""
    if not is_proved(request):
        return ask_for_proof(request, back=reverse("account"))
    which, here, at = request.POST.get("which", ""), request.session.session_key, timezone.now()
    if which == "all":
        end_sessions(actor=request.user, at=at)
        return end_here(request, "You are signed out everywhere. Nothing that was saved is lost.")
    only = None if which == "others" else which
    count = end_sessions(actor=request.user, but=here, only=only, at=at)
    places = "1 other place" if count == 1 else f"{count} other places"
    messages.success(request, f"You were signed out at {places}.")
    return redirect("account")


class ChangePassword(PasswordChangeView):
    """Django's change of the own password, with an audit event; other sessions end with it."""

    form_class = ChangePasswordForm
    template_name = "registration/password.html"
    success_url = reverse_lazy("home")
    extra_context = {"help": HELP}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and request.user.has_single_sign_on:
            raise Http404  # the password is the provider's
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            wait = guessing.wait_for_factor(request, request.user)
            if wait:
                messages.error(request, guessing.words_for(wait))
                return redirect("password")
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        user = self.request.user
        if isinstance(user, User) and "old_password" not in form.errors:
            guessing.forget_factor(self.request, user)  # only the new one was refused
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        user = self.request.user
        if isinstance(user, User):
            guessing.forget_factor(self.request, user)
            record_event("user.changed_password", actor=user, at=timezone.now(), subject=user)
        messages.success(self.request, "Your password was changed.")
        return response
