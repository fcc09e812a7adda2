"""What a user sees of the own sign-in: second factors, and where else they are signed in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY

from intake.models import Session, User
from intake.session_store import LOCKED, SessionStore
from intake.sessions import mark_of


@dataclass(frozen=True)
class FactorView:
    """One app or key."""

    id: int
    name: str
    is_key: bool
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class FactorsView:
    """The second factors of an account, and how many recovery codes are left."""

    rows: tuple[FactorView, ...]
    codes_left: int

    @property
    def has_key(self) -> bool:
        """Whether a security key may be asked for."""
        return any(row.is_key for row in self.rows)

    @property
    def has_app(self) -> bool:
        """Whether an authenticator app shows codes."""
        return any(not row.is_key for row in self.rows)

    @property
    def sentence(self) -> str:
        """All of it in words, for who keeps the account."""
        if not self.rows:
            return "none"
        parts = ["authenticator app"] if self.has_app else []
        keys = sum(row.is_key for row in self.rows)
        if keys:
            parts.append(f"{keys} security key{'s' if keys > 1 else ''}")
        return f"{', '.join(parts)}; {self.codes_left} recovery codes left"


@dataclass(frozen=True)
class SessionView:
    """One place where the user is signed in; `mark` tells it apart and opens nothing."""

    mark: str
    browser: str
    began: datetime
    active: datetime
    is_this: bool
    is_locked: bool


def view_factors(user: User) -> FactorsView:
    """Return the second factors of a user, in one query."""
    rows, left = [], 0
    for one in Authenticator.objects.filter(user_id=user.pk).order_by("created_at", "pk"):
        if one.type == Authenticator.Type.RECOVERY_CODES:
            left = len(one.wrap().get_unused_codes())
            continue
        is_key = one.type == Authenticator.Type.WEBAUTHN
        name = one.wrap().name if is_key else "Authenticator app"
        rows.append(FactorView(one.pk, name, is_key, one.created_at, one.last_used_at))
    return FactorsView(tuple(rows), left)


def list_sessions(user: User, *, key: str | None, at: datetime) -> tuple[SessionView, ...]:
    """Return where the user is signed in, this session (of `key`) first, in one query."""
    rows = Session.objects.filter(user=user, expire_date__gt=at)
    store = SessionStore()
    views = [_view(row, store.decode(row.session_data), user, key, at) for row in rows]
    found = [one for one in views if one is not None]
    return tuple(sorted(found, key=lambda one: (not one.is_this, -one.active.timestamp())))


def _view(
    row: Session, data: dict[str, Any], user: User, key: str | None, at: datetime
) -> SessionView | None:
    """Return a session in words; None where it is over, but nobody came to notice it."""
    locked = data.get(LOCKED, {})
    is_here = data.get(SESSION_KEY) is not None
    mark = data.get(HASH_SESSION_KEY) if is_here else locked.get("hash")
    if mark != user.get_session_auth_hash():
        return None
    began = int(data.get("began", 0) or locked.get("began", 0) or at.timestamp())
    active = int(data.get("active", began))
    if is_here and at.timestamp() - active > user.idle_seconds:
        return None
    return SessionView(
        mark=mark_of(row.pk),
        browser=data.get("browser", "") or locked.get("browser", "") or "A browser",
        began=datetime.fromtimestamp(began, UTC),
        active=datetime.fromtimestamp(active, UTC),
        is_this=row.pk == key,
        is_locked=not is_here,
    )
