"""Second factors of an account: an authenticator app, security keys, recovery codes.

The library keeps and checks them; here they are locked, counted once and told to the audit.
"""

import struct
from datetime import datetime
from hmac import compare_digest
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError
from django.db import transaction

from intake.actions.workers import lock_users
from intake.errors import InvalidValue, NotPossibleNow
from intake.models import Session, User
from intake.models.audit import record_event

# What a key's answer may raise that is no answer of a key: the library reads it unguarded.
ODD = (
    *(ValidationError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
    *(struct.error, RecursionError, NotImplementedError),
)

STEP = 30  # seconds that a code of the app is good for (RFC 6238)
KEYS_AT_MOST = 10
FIRST = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes only stand in
WRONG_CODE = (
    "This code is not the one that the app shows now. Wait for the next one and type it; check "
    "that the phone’s clock is right."
)


def has_factor(user: User) -> bool:
    """Whether the user is asked for a second factor."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FIRST).exists())


def add_app(*, actor: User, secret: str, code: str, at: datetime) -> bool:
    """Keep the actor's authenticator app, which shows `code` for `secret`; an older one goes.

    Returns whether it is the first factor. Raises InvalidValue for a wrong code.
    """
    step = _step_of(secret, code, at=at, after=0)
    if step is None:
        raise InvalidValue(WRONG_CODE, field="code")
    with transaction.atomic():
        lock_users(actor.pk)
        is_first = not has_factor(actor)
        Authenticator.objects.filter(user_id=actor.pk, type=Authenticator.Type.TOTP).delete()
        row = TOTP.activate(actor, secret).instance
        row.data["last_step"] = step
        row.save(update_fields=["data"])
        _note("user.factor_added", actor, "app", at)
    return is_first


def add_key(*, actor: User, name: str, credential: dict[str, Any], at: datetime) -> bool:
    """Keep a security key or a passkey of the actor's; return whether it is the first factor.

    Raises InvalidValue for what the browser sent in vain.
    """
    _check_registration(credential)
    with transaction.atomic():
        lock_users(actor.pk)
        keys = Authenticator.objects.filter(user_id=actor.pk, type=Authenticator.Type.WEBAUTHN)
        if keys.count() >= KEYS_AT_MOST:
            raise NotPossibleNow(f"You have {KEYS_AT_MOST} keys already. Remove one first.")
        is_first = not has_factor(actor)
        webauthn.WebAuthn.add(actor, name, credential)
        _note("user.factor_added", actor, "key", at)
    return is_first


def remove_factor(*, actor: User, factor_id: int, at: datetime) -> None:
    """Take away the actor's app or one of the keys; recovery codes go with the last one.

    Raises NotPossibleNow for the last one of who has to have one, Authenticator.DoesNotExist for
    what is not the actor's.
    """
    with transaction.atomic():
        lock_users(actor.pk)
        mine = Authenticator.objects.filter(user_id=actor.pk)
        row = mine.filter(type__in=FIRST).get(pk=factor_id)
        is_last = mine.filter(type__in=FIRST).count() == 1
        if is_last and actor.must_have_factor:
            raise NotPossibleNow(
                "This is your last second factor, and you have to have one. Add another one first; "
                "nothing was changed."
            )
        row.delete()
        if is_last:
            mine.delete()
        kind = "app" if row.type == Authenticator.Type.TOTP else "key"
        _note("user.factor_removed", actor, kind, at)


def make_codes(*, actor: User, at: datetime) -> list[str]:
    """Return new recovery codes of the actor; the old ones open nothing any more.

    Raises NotPossibleNow for who has no factor that they could stand in for.
    """
    with transaction.atomic():
        lock_users(actor.pk)
        if not has_factor(actor):
            raise NotPossibleNow("Set up an authenticator app or a security key first.")
        Authenticator.objects.filter(
            user_id=actor.pk, type=Authenticator.Type.RECOVERY_CODES
        ).delete()
        codes = list(RecoveryCodes.activate(actor).generate_codes())
        record_event("user.codes_made", actor=actor, at=at, subject=actor)
    return codes


def use_code(*, user: User, code: str, at: datetime) -> bool:
    """Whether the code is good: of the app, each once and never an older one, or a recovery code.

    A recovery code is used up. A failure is told to the audit.
    """
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update().filter(user_id=user.pk).order_by("pk")
        used = next((row for row in rows if _use(row, code, at=at)), None)
        if used is not None:
            used.last_used_at = at
            used.save(update_fields=["last_used_at"])
            if used.type == Authenticator.Type.RECOVERY_CODES:
                record_event("user.recovery_code_used", actor=user, at=at, subject=user)
    if used is None:
        record_event("user.factor_failed", actor=None, at=at, subject=user)
    return used is not None


def use_key(*, user: User, response: dict[str, Any], at: datetime) -> bool:
    """Whether a key of the user's answered the challenge of this session; a failure is audited."""
    try:
        row = webauthn.complete_authentication(user, response)
    except ODD:
        webauthn.clear_state()  # a challenge is answered once
        record_event("user.factor_failed", actor=None, at=at, subject=user)
        return False
    row.last_used_at = at
    row.save(update_fields=["last_used_at"])
    return True


def end_factors(user: User) -> str:
    """Take a locked user's factors away and end the sessions; return what there was, in words."""
    rows = Authenticator.objects.filter(user_id=user.pk)
    kinds = sorted(rows.filter(type__in=FIRST).values_list("type", flat=True))
    words = {"totp": "authenticator app", "webauthn": "security key"}
    rows.delete()
    Session.objects.filter(user=user).delete()
    return ", ".join(words[kind] for kind in kinds)


def _check_registration(credential: dict[str, Any]) -> None:
    try:
        webauthn.complete_registration(webauthn.parse_registration_response(credential))
    except ODD:
        webauthn.clear_state()
        raise InvalidValue(
            "The key did not answer as it should. Nothing was added; try again.", field="credential"
        ) from None


def _use(row: Authenticator, code: str, *, at: datetime) -> bool:
    if row.type == Authenticator.Type.RECOVERY_CODES:
        # The row is locked already, and the library's own copy of it is the one that changes.
        return bool(row.wrap().validate_code(code))
    if row.type != Authenticator.Type.TOTP:
        return False
    secret = decrypt(row.data["secret"])
    step = _step_of(secret, code, at=at, after=row.data.get("last_step", 0))
    if step is None:
        return False
    row.data["last_step"] = step
    row.save(update_fields=["data"])
    return True


def _step_of(secret: str, code: str, *, at: datetime, after: int) -> int | None:
    """Return the step of time whose code this is, later than `after`; None for a wrong one.

    A step before and after now count as well: clocks differ (RFC 6238, 5.2 and 6).
    """
    typed = normalize_user_code(code)
    current = int(at.timestamp()) // STEP
    for step in (current - 1, current, current + 1):
        expected = format_hotp_value(hotp_value(secret, step))
        if step > after and compare_digest(typed.encode(), expected.encode()):
            return step
    return None


def _note(verb: str, user: User, kind: str, at: datetime) -> None:
    record_event(verb, actor=user, at=at, subject=user, details={"kind": kind})
