"""Refusals before a view is reached, and what was typed in a form that could not be taken."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from intake.middleware import wants_json
from intake.typed import typed_texts


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a request whose CSRF token is missing or old: JSON to a script, else a page."""
    if wants_json(request):
        return JsonResponse(
            {
                "reason": "csrf",
                "error": "This page's safety token is no longer valid. Your text is still in the "
                "box; it will be saved once the page has a new token.",
            },
            status=403,
        )
    return render(request, "403_csrf.html", {"typed": typed_texts(request)}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what could not be read: 413 where it was too large, else 400."""
    is_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    if wants_json(request):
        sentence = (
            "This save is too large; the text is still in the box."
            if is_large
            else "This request could not be read; nothing was changed."
        )
        return JsonResponse(
            {"reason": "size" if is_large else "malformed", "error": sentence},
            status=413 if is_large else 400,
        )
    if is_large:
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)
