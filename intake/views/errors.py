"""Refusals before a view is reached."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from intake.middleware import wants_json


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
    return render(request, "403_csrf.html", status=403)
