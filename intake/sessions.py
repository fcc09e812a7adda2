"""What a session says of who sits there, and what a page may know of it."""

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from intake.models import User
from intake.session_store import LOCKED

FRESH = 5 * 60  # seconds
FACTOR = "factor"  # in the session of who gave a second factor
GIVEN = "given"
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"))
SYSTEMS = (
    *(("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad")),
    *(("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux")),
)


def session_mark(request: HttpRequest) -> str:
    """Return what a page knows its session by, or "": it tells two apart and opens none."""
    if SESSION_KEY not in request.session:
        return ""
    key = request.session.session_key
    return mark_of(key) if key else ""


def mark_of(key: str) -> str:
    """Return what tells the session of this key apart."""
    return salted_hmac("intake.session_mark", key).hexdigest()[:16]


def note_proof(request: HttpRequest) -> None:
    """Keep that whoever sits there proved just now who they are; times as in `middleware`."""
    request.session["proved"] = now()


def is_fresh(request: HttpRequest) -> bool:
    """Whether the user proved within the last five minutes who they are.

    What may show a reporting party or open a restricted record asks for it: a screen that was left
    for a moment opens neither (OWASP ASVS 5.0, 7.5.3).
    """
    return now() - int(request.session.get("proved", 0)) < FRESH


def lacks_factor(request: HttpRequest, user: User) -> bool:
    """Whether the user has to give a second factor, or set one up, before anything else."""
    return user.must_have_factor and request.session.get(FACTOR) != GIVEN


def lock_session(request: HttpRequest, user: User) -> None:
    """End the session of a screen that nobody touched.

    Where a second factor was given, the browser's next session keeps whose it was and since when,
    so that the same user unlocks it with the password alone (NIST SP 800-63B-4, 2.2.3, permits one
    factor before the overall limit). It stands in the database, ends with the browser and with
    whatever ends the user's sessions, and opens nothing by itself.
    """
    kept = {
        "user": str(user.pk),
        "hash": user.get_session_auth_hash(),
        "began": request.session.get("began", 0),
        "browser": request.session.get("browser", ""),
        FACTOR: request.session.get(FACTOR, ""),
    }
    logout(request)
    if kept[FACTOR] == GIVEN:
        request.session[LOCKED] = kept


def locked_since(request: HttpRequest, user: User) -> int | None:
    """Return when the session began that this user locked here; None where the whole way is asked.

    That is so for anybody else, after 12 hours, and once the password is another.
    """
    kept: dict[str, Any] = request.session.get(LOCKED, {})
    if kept.get("user") != str(user.pk) or kept.get(FACTOR) != GIVEN:
        return None
    if not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    began = int(kept["began"])
    return began if now() - began < settings.SESSION_COOKIE_AGE else None


def family_of(request: HttpRequest) -> str:
    """Return browser and system in two words, as the own list of sessions shows them."""
    agent = request.headers.get("User-Agent", "")
    browser = next((name for word, name in BROWSERS if word in agent), "")
    if not browser:
        browser = "Safari" if "Safari" in agent else "A browser"
    system = next((name for word, name in SYSTEMS if word in agent), "")
    return f"{browser} on {system}" if system else browser


def now() -> int:
    """Return the seconds since 1970, as sessions hold times."""
    return int(timezone.now().timestamp())
