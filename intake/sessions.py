"""What a page may know of its session."""

from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def session_mark(request: HttpRequest) -> str:
    """Return what a page knows its session by, or "": it tells two apart and opens none."""
    key = request.session.session_key
    return salted_hmac("intake.session_mark", key).hexdigest()[:16] if key else ""
