"""What asks for a fresh sign-in, and the page on which the user proves anew who they are."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from intake.forms.fresh import ProofForm
from intake.models.audit import record_event
from intake.sessions import is_fresh, note_proof
from intake.views.requests import UserRequest

Rest = ParamSpec("Rest")
View = Callable[Concatenate[UserRequest, Rest], HttpResponseBase]


def fresh_sign_in_required(view: View[Rest]) -> View[Rest]:
    """Let the view see only who proved within five minutes who they are.

    Anybody else is sent to prove it and comes back to the same address by GET, so a view that takes
    POST shows its form there too. What the user may not see at all must be a 404 before: put this
    decorator on what decides, or ask `is_fresh` after the 404.
    """

    @wraps(view)
    def guarded(
        request: UserRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponseBase:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        return ask_for_proof(request)

    return guarded


def ask_for_proof(request: UserRequest) -> HttpResponse:
    """Send the user to prove who they are, and back to this address by GET afterwards."""
    return redirect(f"{reverse('prove')}?{urlencode({'next': request.get_full_path()})}")


@require_http_methods(["GET", "POST"])
def prove(request: UserRequest) -> HttpResponse:
    """Ask for the password anew; the session goes on and is fresh for five minutes."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = reverse("home")
    form = ProofForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = request.user
        password = form.cleaned_data["password"]
        proved = authenticate(request, username=user.username, password=password)
        if proved is not None and proved.pk == user.pk:
            note_proof(request)
            record_event("user.proved", actor=user, at=timezone.now(), subject=user)
            return redirect(back)
        record_event("user.proof_failed", actor=user, at=timezone.now(), subject=user)
        form.add_error("password", "This is not your password. Nothing was opened; try again.")
    status = 422 if form.errors else 200
    return render(request, "intake/prove.html", {"form": form, "next": back}, status=status)
