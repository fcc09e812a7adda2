"""Where a person begins: home of the role, and the probes."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from intake import permissions, triggers
from intake.checks import lacks_cache_table
from intake.views.requests import UserRequest


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


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether the database answers, holds its triggers, and counts who guesses."""
    connection.ensure_connection()
    absent = triggers.missing()
    if absent:
        return HttpResponse("triggers are missing", status=503, content_type="text/plain")
    if lacks_cache_table(connection):
        return HttpResponse("the cache’s table is missing", status=503, content_type="text/plain")
    return HttpResponse("ready", content_type="text/plain")
