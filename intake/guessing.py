"""Guessing at the sign-in is slowed down, more and more, and nobody is locked out by somebody else.

Failures are counted in the database cache, under keyed hashes: a name, a password or an address
stands nowhere in plain. Nothing here knows whether an account exists.

An attempt from anywhere is counted for its account, for the address's failing accounts, and for the
accounts at which one and the same password failed (of it 16 bits are kept: enough to see one go
through a list of accounts, too few to tell which it was). A fourth count is of all failures of the
installation. Past a limit, one attempt after a growing delay is let through.

A browser that has signed in to the account before, or an address from which that account signed in
within a month, is counted for itself: whoever guesses elsewhere, or at others from the same office,
does not keep it from signing in. Only the accounts at which one password failed count for such an
address too: that stops nobody who types another one.
"""

import math
import time
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

from intake.addresses import client_of
from intake.models import User
from intake.passwords import normalised

HOUR = 60 * 60
DAY = 24 * HOUR
COOKIE_FOR = 180 * DAY
SALT = "intake.guessing.browser"
ACCOUNTS_OF_A_BROWSER = 30  # who signs in at one shared machine
SEEN_FOR = 30 * DAY
AT_ONCE = 100  # failures of one kind that are counted in one moment


@dataclass(frozen=True)
class Limit:
    """How many failures are free, then how long the first wait is and the longest one (seconds)."""

    free: int
    first: int
    longest: int
    kept: int

    def delay(self, count: int) -> int:
        """Return the wait before the attempt that makes it `count`; 0 while it is free."""
        over = count - self.free
        return 0 if over <= 0 else min(self.first * 2 ** min(over - 1, 20), self.longest)


ACCOUNT = Limit(free=5, first=30, longest=15 * 60, kept=DAY)
KNOWN = Limit(free=10, first=30, longest=5 * 60, kept=HOUR)  # a browser or an office of the account
FACTOR = Limit(free=5, first=30, longest=15 * 60, kept=DAY)
PASSWORD = Limit(free=8, first=60, longest=15 * 60, kept=HOUR)  # accounts that it failed at
ADDRESS = Limit(free=20, first=2, longest=30, kept=HOUR)  # accounts that failed from there
EVERYWHERE = Limit(free=400, first=1, longest=10, kept=HOUR)


@dataclass(frozen=True)
class Attempt:
    """One try to sign in; all of it keyed hashes."""

    account: str
    address: str
    password: str
    browser: str  # "" for a browser that never signed in to the account

    @property
    def is_known(self) -> bool:
        """Whether browser or office signed in to the account before."""
        return bool(self.browser) or bool(cache.get(_seen(self)))


def attempt_of(request: HttpRequest, username: str, password: str) -> Attempt:
    """Return who tries what from where."""
    account = _hash("account", normalised(username).casefold())
    browser, accounts = _browser(request)
    return Attempt(
        account=account,
        address=_hash("address", client_of(request)),
        password=_hash("password", normalised(password))[:4],
        browser=browser if _mark(browser, account) in accounts else "",
    )


def wait_before(attempt: Attempt) -> int:
    """Return after how many seconds the attempt may be made; 0: now, and it is counted as made."""
    if attempt.browser:
        return _try(_own(attempt), KNOWN)
    guessed = (f"password:{attempt.password}", PASSWORD)
    if attempt.is_known:  # an office: whoever sits there may go through its accounts
        return _turn_at(*guessed) or _try(_own(attempt), KNOWN)
    shared = (
        guessed,
        (f"address:{attempt.address}", ADDRESS),
        ("everywhere", EVERYWHERE),
    )
    # First those that only failures count for, so that what they stop is not counted elsewhere.
    for place, limit in shared:
        wait = _turn_at(place, limit)
        if wait:
            return wait
    return _try(f"account:{attempt.account}", ACCOUNT)


def note_failure(attempt: Attempt) -> None:
    """Count what failed; `wait_before` has counted it for the account already."""
    for place, limit in (
        (f"password:{attempt.password}", PASSWORD),
        (f"address:{attempt.address}", ADDRESS),
    ):
        if cache.add(f"{place}:{attempt.account}", 1, limit.kept):
            _count(place, limit)
    if not attempt.is_known:
        _count("everywhere", EVERYWHERE)


def note_success(attempt: Attempt) -> None:
    """Forget the failures of who has signed in at last, and remember from where."""
    for place in (_own(attempt), f"account:{attempt.account}"):
        _forget(place)
    cache.set(_seen(attempt), 1, SEEN_FOR)


def wait_for_factor(request: HttpRequest, user: User) -> int:
    """Return after how many seconds the user may give a second factor, or prove the password."""
    return _try(_factor(attempt_of(request, user.username, "")), FACTOR)


def forget_factor(request: HttpRequest, user: User) -> None:
    """Forget the failures of a user who proved at last who they are."""
    _forget(_factor(attempt_of(request, user.username, "")))


def forget_account(username: str) -> None:
    """Forget what failed at an account: its user has a new password, or no second factor any more.

    What failed from a known browser or office goes by itself.
    """
    account = _hash("account", normalised(username).casefold())
    for place in ("account", "factor"):
        _forget(f"{place}:{account}")


def know_browser(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Let the browser keep that this account signed in here; the cookie names nobody."""
    account = _hash("account", normalised(username).casefold())
    browser, accounts = _browser(request)
    browser = browser or get_random_string(22)
    mark = _mark(browser, account)
    kept = [mark, *(one for one in accounts if one != mark)][:ACCOUNTS_OF_A_BROWSER]
    response.set_cookie(
        settings.BROWSER_COOKIE_NAME,
        signing.dumps([browser, kept], salt=SALT),
        max_age=COOKIE_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def words_for(seconds: int) -> str:
    """Return the sentence for who has to wait."""
    minutes = -(-seconds // 60)
    span = f"{seconds} seconds" if seconds <= 90 else f"{minutes} minutes"
    return (
        f"Too many attempts failed. Nothing was changed; try again in {span}. If you cannot wait, "
        "ask an administrator of your agency for a new link."
    )


def _try(place: str, limit: Limit) -> int:
    """Count an attempt before it is made, so that many at once are no more than one by one."""
    count = int(cache.get(f"{place}:count", 0)) + 1
    wait = _turn(place, limit, count)
    if not wait:
        _count(place, limit)
    return wait


def _turn_at(place: str, limit: Limit) -> int:
    """Return how long to wait where only failures are counted; 0 takes the turn."""
    return _turn(place, limit, int(cache.get(f"{place}:count", 0)) + 1)


def _turn(place: str, limit: Limit, count: int) -> int:
    """Return how long to wait; 0 takes the turn, and whoever comes next waits for the delay."""
    delay, at = limit.delay(count), time.time()
    # The cache counts whole seconds, and would keep it for one more.
    if not delay or cache.add(f"{place}:turn", at + delay, max(1, delay - 1)):
        return 0
    return max(1, math.ceil(float(cache.get(f"{place}:turn", at)) - at))


def _count(place: str, limit: Limit) -> None:
    """Add one; `add` makes each number once, so that two at the same moment are two."""
    number = int(cache.get(f"{place}:count", 0)) + 1
    for _ in range(AT_ONCE):  # a table that takes nothing would never let anybody go on
        if cache.add(f"{place}:number:{number}", 1, limit.kept):
            break
        number += 1
    cache.set(f"{place}:count", number, limit.kept)


def _forget(place: str) -> None:
    count = int(cache.get(f"{place}:count", 0))
    numbers = [f"{place}:number:{number}" for number in range(1, count + 1)]
    cache.delete_many([f"{place}:count", f"{place}:turn", *numbers])


def _factor(attempt: Attempt) -> str:
    """Return where second factors are counted: a known browser or office for itself.

    Whoever knows a password and guesses on from elsewhere does not make its owner wait.
    """
    own = attempt.browser or attempt.address if attempt.is_known else ""
    return f"factor:{attempt.account}:{own}" if own else f"factor:{attempt.account}"


def _own(attempt: Attempt) -> str:
    return f"known:{attempt.account}:{attempt.browser or attempt.address}"


def _seen(attempt: Attempt) -> str:
    return f"seen:{attempt.account}:{attempt.address}"


def _browser(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        value = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
        browser, accounts = signing.loads(value, salt=SALT, max_age=COOKIE_FOR)
        return str(browser), [str(one) for one in accounts]
    except (signing.BadSignature, ValueError, TypeError):
        return "", []


def _mark(browser: str, account: str) -> str:
    return _hash("browser", f"{browser} {account}")[:16]


def _hash(kind: str, text: str) -> str:
    return salted_hmac(f"intake.guessing.{kind}", text, algorithm="sha256").hexdigest()[:32]
