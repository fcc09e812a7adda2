"""What every page gets."""

import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from intake import permissions, worksheet
from intake.models import ExportJob, HandOver, Preferences, User
from intake.sessions import lacks_factor, session_mark

_place = cache(reverse)  # a dozen for every page, and they stay


def _preferences(user: object) -> str:
    """Return the user's preferences as JSON; asked for by the call screen alone."""
    mine = Preferences.objects.filter(user=user).first() if isinstance(user, User) else None
    if mine is None:
        return "{}"
    columns = ("keys", "has_keys", "offers_other_side", "snippets", "layout")
    return json.dumps({column: getattr(mine, column) for column in columns})


def _count_offers(user: object) -> int:
    """Return how many calls colleagues offer to the user now; asked for where it is shown."""
    if not isinstance(user, User):
        return 0
    return HandOver.objects.offered_to(user).standing().count()


def _count_notices(user: object) -> int:
    """Return how many notices the user has not seen; asked for where the header is shown."""
    return worksheet.count_new(user, at=timezone.now()) if isinstance(user, User) else 0


def _navigation(user: object, path: str) -> list[tuple[str, str, bool]]:
    """Return the navigation of the user's roles: (label, address, whether the page is there)."""
    items: list[tuple[str, str]] = []
    if isinstance(user, User):
        if permissions.is_worker(user):
            items.append(("Calls", _place("calls")))
            items.append(("Practice", _place("practice")))
        if permissions.is_supervisor(user):
            items.append(("Review queue", _place("reviews")))
            items.append(("Live calls", _place("assist")))
        if permissions.is_worker(user) or permissions.is_supervisor(user):
            items.append(("Intakes", _place("intakes")))
        if permissions.is_worker(user) or permissions.is_supervisor(user):
            items.append(("Written reports", _place("written_reports")))
        if ExportJob.objects.visible_to(user).there(timezone.now()).exists():
            items.append(("Exports", _place("exports")))
        if permissions.is_supervisor(user):
            items.append(("Danger now", _place("danger")))
            items.append(("Quality", _place("quality")))
            items.append(("Insights", _place("insights")))
        if user.agency_id is not None:
            items.append(("Question sets", _place("editions")))
        if permissions.is_administrator(user):
            items.append(("Agency", _place("agency_tables")))
        if permissions.is_privacy_officer(user):
            items.append(("Audit", _place("audit")))
            items.append(("Restricted", _place("restrictions")))
            items.append(("Retention", _place("retention")))
    return [(label, url, path.startswith(url)) for label, url in items]


def site(request: HttpRequest) -> dict[str, object]:
    """Return the navigation of the signed-in user's roles, and whether this is a demo."""
    user = getattr(request, "user", None)
    if isinstance(user, User) and lacks_factor(request, user):
        # Who has to set up a second factor first sees that, and nothing of what would open then.
        return {
            "demo": settings.DEMO,
            "lacks_factor": True,
            "session_mark": session_mark(request),
            "idle_seconds": user.idle_seconds,
        }
    watches = isinstance(user, User) and permissions.is_supervisor(user)
    takes_calls = isinstance(user, User) and permissions.is_worker(user)
    is_told = isinstance(user, User) and permissions.has_notices(user)
    return {
        # What scripts of the call screen know of how the worker likes to work.
        "preferences": SimpleLazyObject(lambda: _preferences(user)),
        "demo": settings.DEMO,
        "lacks_factor": False,
        # Only who takes calls can have left text unsent in a browser.
        "outbox": takes_calls,
        "session_mark": session_mark(request) if isinstance(user, User) else "",
        "idle_seconds": user.idle_seconds if isinstance(user, User) else 0,
        # A worker's pages show how many calls are offered, and ask for it every few seconds.
        "offers_url": _place("offers") if takes_calls else "",
        "calls_url": _place("calls"),
        "offer_count": SimpleLazyObject(lambda: _count_offers(user)),
        # The header says how many notices are new; the polls above and below bring it anew.
        "notices_url": _place("notices") if is_told else "",
        "notice_count": SimpleLazyObject(lambda: _count_notices(user)),
        # A supervisor's pages ask for the count of calls in danger and show it in the navigation.
        "danger_count_url": _place("danger_count") if watches else "",
        "danger_url": _place("danger"),
        # With it comes how many of the live calls ask for help.
        "assist_url": _place("assist"),
        # Asked for by whole pages alone: what pages poll has none.
        "nav_items": SimpleLazyObject(lambda: _navigation(user, request.path)),
    }
