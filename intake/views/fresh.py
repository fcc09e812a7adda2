"""What asks for a fresh sign-in, and the page on which the user proves anew who they are."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import guessing
from intake.actions.second_factors import has_factor
from intake.forms.fresh import ProofForm
from intake.middleware import without_factor
from intake.models import User
from intake.models.audit import record_event
from intake.sessions import FACTOR, FRESH, GIVEN, is_fresh, note_proof, now
from intake.views.requests import UserRequest
from intake.views.sign_in import next_of

Rest = ParamSpec("Rest")
View = Callable[Concatenate[UserRequest, Rest], HttpResponseBase]
PROVING = "proving"  # in the session of who gave the first factor anew, on the way to the second
AGAIN = "again"  # in the session: where a button was pressed that did nothing before the proof


def fresh_sign_in_required(view: View[Rest]) -> View[Rest]:
    """Let the view see only who proved within five minutes who they are.

    Anybody else is sent to prove it and comes back to the same address by GET, so a view that takes
    POST shows its form there too. What the user may not see at all must be a 404 before: put this
    decorator on what decides, or ask `is_proved` after the 404.
    """

    @wraps(view)
    def guarded(
        request: UserRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponseBase:
        if is_proved(request):
            return view(request, *args, **kwargs)
        return ask_for_proof(request)

    return guarded


def is_proved(request: UserRequest) -> bool:
    """Whether the user proved within five minutes who they are, by every factor that there is.

    A session may be fresh by the password alone while the account's owner sets up a second factor
    somewhere else.
    """
    has_given = request.session.get(FACTOR) == GIVEN
    return is_fresh(request) and (has_given or not has_factor(request.user))


def ask_for_proof(request: UserRequest, *, back: str = "") -> HttpResponse:
    """Send the user to prove who they are, and by GET to `back` afterwards, or to this address.

    What a button sent is not kept: they are told afterwards to press it again.
    """
    back = back or request.get_full_path()
    if request.method == "POST":
        request.session[AGAIN] = back
    return redirect(f"{reverse('prove')}?{urlencode({'next': back})}")


def expect_proof(request: UserRequest, form: Form) -> bool:
    """Return whether the user proved who they are; else the form says so, with what was typed."""
    if not is_proved(request):
        form.add_error(
            None,
            "It is more than five minutes since you proved who you are. Nothing was changed, and "
            "what you typed stands below: prove it on a new tab, then press the button again.",
        )
    return not form.errors


@without_factor
@require_http_methods(["GET", "POST"])
def prove(request: UserRequest) -> HttpResponse:
    """Ask for the password anew, then for the second factor of who has one.

    The session goes on and is fresh for five minutes. Single sign-on is proved at the provider.
    """
    user, back = request.user, next_of(request)
    if user.has_single_sign_on:
        return render(request, "intake/prove.html", {"next": back, "provider": settings.OIDC_NAME})
    form = ProofForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            wait = guessing.wait_for_factor(request, user)
            if wait:
                form.add_error(None, guessing.words_for(wait))
                status = 429
            elif user.check_password(form.cleaned_data["password"]):
                return ask_further(request, user, back=back)
            else:
                record_event("user.proof_failed", actor=user, at=timezone.now(), subject=user)
                form.add_error(
                    "password", "This is not your password. Nothing was opened; try again."
                )
    return render(request, "intake/prove.html", {"form": form, "next": back}, status=status)


def ask_further(request: HttpRequest, user: User, *, back: str) -> HttpResponse:
    """Ask who proved the first factor for the second one, where there is one."""
    if not has_factor(user):
        guessing.forget_factor(request, user)
        return finish_proof(request, user, back=back)
    request.session[PROVING] = {"at": now(), "next": back}
    return redirect("second_factor")


def proving_of(request: HttpRequest) -> str | None:
    """Return where a signed-in user is going who has given the first factor anew; None else."""
    kept = request.session.get(PROVING)
    return str(kept["next"]) if kept and now() - kept["at"] < FRESH else None


def finish_proof(
    request: HttpRequest, user: User, *, back: str, has_given: bool = False
) -> HttpResponse:
    """Keep that the user proved who they are, and go on; `has_given`: with a second factor."""
    request.session.pop(PROVING, None)
    if request.session.pop(AGAIN, None) == back:
        messages.warning(request, "It is you. Nothing was done yet: press the button again.")
    if has_given:
        request.session[FACTOR] = GIVEN
    note_proof(request)
    record_event("user.proved", actor=user, at=timezone.now(), subject=user)
    return redirect(back)
