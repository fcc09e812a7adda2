"""The second factor: asked for after the password, and wherever a fresh sign-in is."""

from typing import Any

from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from intake import guessing, worksheet
from intake.actions.second_factors import use_code, use_key
from intake.forms.sign_in import FactorForm
from intake.middleware import without_factor
from intake.models import User
from intake.views.fresh import finish_proof, proving_of
from intake.views.sign_in import let_in, pending_of


@never_cache
@login_not_required
@without_factor
@require_http_methods(["GET", "HEAD", "POST"])
def ask_factor(request: HttpRequest) -> HttpResponse:
    """Ask for a code or a security key of who gave the password just now."""
    user = _asked(request)
    if user is None:
        return redirect("login")
    is_signed_in = request.user.is_authenticated
    form = FactorForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            wait = guessing.wait_for_factor(request, user)
            if wait:
                form.add_error(None, guessing.words_for(wait))
                status = 429
            elif _is_good(user, form.cleaned_data):
                guessing.forget_factor(request, user)
                return _go_on(request, user)
            else:
                so_far = "Nothing was opened" if is_signed_in else "You are not signed in yet"
                form.add_error(
                    "code",
                    "This was not accepted. A code is good once and for half a minute: wait for "
                    f"the next one. {so_far}.",
                )
    return render(request, "registration/second_factor.html", _page(user, form), status=status)


def _page(user: User, form: FactorForm) -> dict[str, Any]:
    factors = worksheet.view_factors(user)
    options = begin_authentication(user) if factors.has_key else None
    return {"form": form, "factors": factors, "options": options, "account": user}


def _asked(request: HttpRequest) -> User | None:
    if isinstance(request.user, User):
        return request.user if proving_of(request) else None
    pending = pending_of(request)
    return pending[0] if pending else None


def _is_good(user: User, sent: dict[str, Any]) -> bool:
    at = timezone.now()
    if sent["credential"]:
        return use_key(user=user, response=sent["credential"], at=at)
    return use_code(user=user, code=sent["code"], at=at)


def _go_on(request: HttpRequest, user: User) -> HttpResponse:
    if isinstance(request.user, User):
        return finish_proof(request, user, back=proving_of(request) or "/", has_given=True)
    pending = pending_of(request)
    assert pending is not None
    return let_in(request, user, back=pending[1], has_given=True, by=pending[2])
