"""What happens around every request: sign-in, the agency's zone, nothing kept by browsers."""

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
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

from intake.crypto import SealBroken
from intake.models import User
from intake.models.audit import record_event
from intake.sessions import lacks_factor, lock_session
from intake.typed import typed_texts

# A page tells of activity every 30 s and it is written every 30 s, so what the server knows may be
# a minute old: it ends a session so much later than the page does.
WRITTEN_EVERY = 30  # seconds
GRACE = 80  # seconds

log = logging.getLogger(__name__)


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
                messages.warning(
                    request,
                    "You were signed out already, so the button did nothing. What was saved before "
                    "is kept.",
                )
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


View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def without_factor(view: View) -> View:
    """Mark a view that is open to who has to set up a second factor first."""
    view.without_factor = True  # type: ignore[attr-defined]
    return view


class SecondFactorMiddleware:
    """Sends who has to have a second factor, and gave none, to set one up; nothing else is open.

    It asks the session and the user that the sign-in loaded: no query more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        """Return the way to the own account, or None where the view may answer."""
        if getattr(view, "without_factor", False) or not getattr(view, "login_required", True):
            return None
        user = request.user
        if not isinstance(user, User) or not lacks_factor(request, user):
            return None
        if not wants_json(request):
            return redirect("account")
        sentence = "Set up a second factor under Account first. What you typed stays in the box."
        return JsonResponse({"reason": "second_factor", "error": sentence}, status=403)


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
            if is_old:
                logout(request)
            else:
                lock_session(request, user)
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


class HeadersMiddleware:
    """Tells browsers what no page here needs, and that no other site may take anything in."""

    # All but what pages use: the clipboard of their own, and keys of the sign-in. Only names that
    # every browser knows, or its console fills with complaints.
    POLICY = ", ".join(
        f"{name}=()"
        for name in (
            *("accelerometer", "browsing-topics", "camera", "display-capture"),
            *("geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone"),
            *("midi", "payment", "serial", "usb", "xr-spatial-tracking"),
        )
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", self.POLICY)
        return response


# How often a minute one person may ask for what costs most. Far more than anybody does by hand.
SEARCHES, PAPERS, FILES = 120, 60, 30
COSTLY = {
    **dict.fromkeys(("intakes", "call_matches", "call_matches_count"), SEARCHES),
    **dict.fromkeys(("insights", "audit"), SEARCHES),
    **dict.fromkeys(("intake_pdf", "intake_brief_pdf", "intake_fhir"), PAPERS),
    **dict.fromkeys(("intake_packet", "intake_packet_reporter", "edition_print"), PAPERS),
    **dict.fromkeys(("export_ask", "export_download", "insights_csv", "audit_csv"), FILES),
    **dict.fromkeys(("edition_export", "edition_import"), FILES),
}
FORGOTTEN_ABOVE = 10_000  # buckets


class RequestLimitMiddleware:
    """Answers 429 to whoever asks for costly pages faster than a person can.

    A bucket for each person and address fills by the minute. It is in the memory of one process and
    asks the database nothing: n processes let n times as much through, and a restart forgets.
    So it keeps a runaway script or a stolen session from taking the service down, no more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._buckets: dict[tuple[Any, str], tuple[float, float]] = {}  # what is left, and when
        self._lock = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Return the refusal, or None."""
        name = request.resolver_match.url_name if request.resolver_match else None
        rate = COSTLY.get(name or "")
        if rate is None or not settings.REQUEST_LIMITS or not request.user.is_authenticated:
            return None
        seconds = self._take((request.user.pk, name or ""), rate, time.monotonic())
        return _too_often(request, seconds) if seconds else None

    def _take(self, key: tuple[Any, str], rate: int, now: float) -> int:
        """Take one from the bucket; return how many seconds to wait where it is empty, else 0."""
        with self._lock:
            if len(self._buckets) > FORGOTTEN_ABOVE:
                # Buckets of a minute ago are full again.
                self._buckets = {
                    one: held for one, held in self._buckets.items() if now - held[1] < 60
                }
            left, since = self._buckets.get(key, (float(rate), now))
            left = min(float(rate), left + (now - since) * rate / 60)
            enough = left >= 1
            self._buckets[key] = (left - 1 if enough else left, now)
        return 0 if enough else math.ceil((1 - left) * 60 / rate)


def _too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    sentence = (
        "This was asked for too often within a minute, and was not done. Nothing was changed, and "
        f"everything saved is kept: try again in {seconds} seconds."
    )
    if wants_json(request):
        answer: HttpResponse = JsonResponse({"reason": "often", "error": sentence}, status=429)
    else:
        answer = render(request, "429.html", {"sentence": sentence}, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


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


class SealBrokenMiddleware:
    """Says in words that something sealed does not open: its key is not in the ring any more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer with 503, which a page that saves takes for a reason to try again later."""
        if not isinstance(exception, SealBroken):
            return None
        log.error("A sealed value does not open: is a key missing in ENCRYPTION_KEYS?")
        if wants_json(request):
            sentence = (
                "What is stored of the reporting party cannot be opened now: a key of the system "
                "is missing. Nothing is lost or changed. Tell who runs the system."
            )
            return JsonResponse({"reason": "key", "error": sentence}, status=503)
        return render(request, "sealed.html", status=503)
