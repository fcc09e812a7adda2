"""What happens around every request: sign-in, the agency's zone, nothing kept by browsers."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.utils import timezone

from intake.models import User
from intake.models.audit import record_event
from intake.typed import typed_texts

# A page tells of activity every 30 s and it is written every 30 s, so what the server knows may be
# a minute old: it ends a session so much later than the page does.
WRITTEN_EVERY = 30  # seconds
GRACE = 80  # seconds


def is_background(request: HttpRequest) -> bool:
    """Whether a page asks by itself, without anybody doing anything."""
    return request.headers.get("X-Background") == "yes"


def wants_json(request: HttpRequest) -> bool:
    """Whether a script is asking, which must get JSON and never a redirect."""
    return request.content_type == "application/json" or "application/json" in request.headers.get(
        "Accept", ""
    )


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every page needs a signed-in user, but those marked `login_not_required`."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        if not wants_json(request):
            if request.method not in ("GET", "HEAD"):  # what was pressed cannot be pressed again
                typed = typed_texts(request)
                if typed:
                    return render(request, "signed_out.html", {"typed": typed}, status=401)
                return redirect("login")
            return super().handle_no_permission(request, view_func)
        return JsonResponse(
            {
                "reason": "signed_out",
                "error": "You are signed out. Your text is still in the box. Sign in in another "
                "tab and it will be saved.",
            },
            status=401,
        )


class SessionLimitsMiddleware:
    """Ends a session that was idle for as long as the agency allows, and any after 12 hours.

    What a page asks by itself (`X-Background`) is no activity. Times are seconds since 1970 in
    the session; the activity is written every 30 seconds at most.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and "began" in request.session:
            self._limit(request, user)
        response = self.get_response(request)
        if request.session.modified and request.user.is_authenticated:
            # Whoever just signed in, by whatever way, has a session that is written anyway.
            for mark in ("began", "active"):
                request.session.setdefault(mark, _now())
        return response

    def _limit(self, request: HttpRequest, user: User) -> None:
        idle = _now() - request.session["active"]
        is_old = _now() - request.session["began"] >= settings.SESSION_COOKIE_AGE
        if is_old or idle >= user.idle_seconds + GRACE:
            record_event("user.timed_out", actor=user, at=timezone.now(), subject=user)
            logout(request)
        elif idle >= WRITTEN_EVERY and not is_background(request):
            request.session["active"] = _now()


def _now() -> int:
    return int(timezone.now().timestamp())


class AgencyTimeMiddleware:
    """Shows times in the zone of the signed-in user's agency."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        zone = user.agency.zone if isinstance(user, User) and user.agency else None
        with timezone.override(zone):
            return self.get_response(request)


class NoStoreMiddleware:
    """Pages about a call are not kept by the browser or by anything between."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class WrongMethodMiddleware:
    """Says in words that an address does not take a method; Django's answer is empty."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        allowed = response["Allow"]
        if wants_json(request):
            sentence = f"This address does not take {request.method}; nothing was changed."
            answer: HttpResponse = JsonResponse(
                {"reason": "method", "error": sentence}, status=response.status_code
            )
        else:
            page = request.path.rstrip("/").rpartition("/")[0] + "/"
            answer = render(request, "405.html", {"page": page}, status=response.status_code)
        answer["Allow"] = allowed
        return answer
