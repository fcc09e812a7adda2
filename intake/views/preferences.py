"""A person's own preferences: a page for all of them, and an address for what the screen keeps."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from intake.actions.preferences import save_preferences
from intake.errors import InvalidValue
from intake.models import Preferences
from intake.models.base import Language
from intake.views.requests import UserRequest, body_of

BLANK_ROWS = 5
BODY_LIMIT = 16 * 1024  # bytes


@require_http_methods(["GET", "HEAD", "POST"])
def edit_preferences(request: UserRequest) -> HttpResponse:
    """Snippets, language and switches; what is refused stays in the form."""
    if request.user.agency_id is None:
        raise Http404
    mine = Preferences.objects.filter(user=request.user).first() or Preferences()
    rows, problem = list(mine.snippets.items()), ""
    if request.method == "POST":
        rows = _rows(request.POST)
        try:
            save_preferences(actor=request.user, at=timezone.now(), **_changes(request.POST, rows))
        except InvalidValue as refusal:
            problem = refusal.sentence
        else:
            messages.success(request, "Your preferences were saved.")
            return redirect("preferences")
    context = {
        "rows": [*rows, *[("", "")] * BLANK_ROWS],
        "mine": mine,
        "posted": request.POST if problem else None,
        "languages": Language.choices,
        "problem": problem,
    }
    status = 422 if problem else 200
    return render(request, "intake/preferences/page.html", context, status=status)


@require_POST
def keep_preferences(request: UserRequest) -> JsonResponse:
    """Keep what was changed on the call screen: {"keys", "has_keys", "language", "layout"}."""
    if request.user.agency_id is None:
        raise Http404
    if len(body_of(request)) > BODY_LIMIT:
        return JsonResponse({"error": "These are too many preferences."}, status=413)
    try:
        changes = json.loads(body_of(request))
    except (ValueError, RecursionError):
        changes = None
    if not isinstance(changes, dict):
        return JsonResponse({"error": "The body is not a JSON object."}, status=400)
    try:
        save_preferences(
            actor=request.user, at=timezone.now(), **{str(key): one for key, one in changes.items()}
        )
    except InvalidValue as refusal:
        return JsonResponse({"error": refusal.sentence}, status=422)
    except TypeError:  # a name that the action has for something else
        return JsonResponse({"error": "There is no such preference."}, status=422)
    return JsonResponse({"kept": sorted(changes)})


def _rows(post: QueryDict) -> list[tuple[str, str]]:
    """Return the rows that say something, as typed, without the leading semicolon."""
    typed = zip(post.getlist("abbreviation"), post.getlist("text"), strict=False)
    rows = [(short.strip().removeprefix(";"), text) for short, text in typed]
    return [(short, text) for short, text in rows if short or text.strip()]


def _changes(post: QueryDict, rows: list[tuple[str, str]]) -> dict[str, Any]:
    shorts = [short for short, _ in rows]
    double = next((short for short in shorts if shorts.count(short) > 1), "")
    if double:
        raise InvalidValue(f"The abbreviation ;{double} stands twice; nothing was changed.")
    return {
        "snippets": dict(rows),
        "has_keys": post.get("has_keys") == "yes",
        "offers_other_side": post.get("offers_other_side") == "yes",
        "language": post.get("language", ""),
    }
