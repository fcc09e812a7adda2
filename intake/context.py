"""What every page gets."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from intake import permissions
from intake.models import User


def site(request: HttpRequest) -> dict[str, object]:
    """Return the navigation of the signed-in user's roles, and whether this is a demo."""
    user = getattr(request, "user", None)
    items: list[tuple[str, str]] = []
    if isinstance(user, User):
        if permissions.is_worker(user):
            items.append(("Calls", reverse("calls")))
        if permissions.is_worker(user) or permissions.is_supervisor(user):
            items.append(("Intakes", reverse("intakes")))
        if user.agency_id is not None:
            items.append(("Question sets", reverse("editions")))
        if permissions.is_privacy_officer(user):
            items.append(("Audit", reverse("audit")))
    return {
        "demo": settings.DEMO,
        "nav_items": [(label, url, request.path.startswith(url)) for label, url in items],
    }
