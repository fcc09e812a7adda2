"""What a page may know of its session."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

FRESH = 5 * 60  # seconds


def session_mark(request: HttpRequest) -> str:
    """Return what a page knows its session by, or "": it tells two apart and opens none."""
    key = request.session.session_key
    return salted_hmac("intake.session_mark", key).hexdigest()[:16] if key else ""


def note_proof(request: HttpRequest) -> None:
    """Keep that whoever sits there proved just now who they are; times as in `middleware`."""
    request.session["proved"] = int(timezone.now().timestamp())


def is_fresh(request: HttpRequest) -> bool:
    """Whether the user proved within the last five minutes who they are.

    What may show a reporting party or open a restricted record asks for it: a screen that was left
    for a moment opens neither (OWASP ASVS 5.0, 7.5.3).
    """
    return int(timezone.now().timestamp()) - int(request.session.get("proved", 0)) < FRESH
