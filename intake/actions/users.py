"""Accounts of an agency, as its administrators keep them: invited, changed, ended."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from intake import permissions
from intake.actions.administration import account_of, note_account
from intake.actions.assist import stop_assist
from intake.actions.hand_overs import withdraw_offers_to, withdraw_standing
from intake.actions.reviews import give_to, release_claims_of
from intake.actions.second_factors import end_factors
from intake.actions.summaries import count_course
from intake.actions.workers import lock_users
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.models import Agency, Intake, Invitation, Session, User
from intake.models.audit import record_event
from intake.roles import ROLES

INVITED_FOR = timedelta(days=3)
OVER = (
    "This invitation does not open any more: it was used already, a newer link took its place, or "
    "its three days are over. Nothing was changed. Ask an administrator of your agency for a new "
    "link, or sign in if you have chosen your password already."
)


def invite_user(
    *,
    actor: User,
    username: str,
    first_name: str,
    last_name: str,
    roles: list[str],
    supervisor_id: UUID | None,
    email: str = "",
    may_reveal_reporter: bool = False,
    at: datetime,
) -> tuple[User, str]:
    """Make an account and return it with the secret of a link that opens once, for three days.

    The administrator hands the link over; nobody else learns the password that is chosen there.
    Raises NotAllowed or InvalidValue.
    """
    _expect_administrator(actor)
    user = User(agency=actor.agency, username=username, first_name=first_name, last_name=last_name)
    user.email, user.may_reveal_reporter = email, may_reveal_reporter
    user.set_unusable_password()
    with transaction.atomic():
        user.supervisor = _supervisor(actor, supervisor_id)
        _save(user, roles, {}, "user.invited", actor=actor, at=at)
        return user, _invite(user, actor=actor, at=at)


def invite_again(*, actor: User, user_id: UUID, at: datetime) -> tuple[User, str]:
    """Return a user with a new link, for who lost the old one or the password; the old one ends."""
    with transaction.atomic():
        user = _lock(actor, user_id)
        if not user.is_active:
            raise NotPossibleNow(f"{user.username} is deactivated. Reactivate the account first.")
        if user.has_single_sign_on:
            raise NotPossibleNow(
                f"{user.username} signs in by single sign-on and has no password here."
            )
        record_event("user.invited", actor=actor, at=at, subject=user)
        return user, _invite(user, actor=actor, at=at)


def is_open(token: str, *, at: datetime) -> bool:
    """Return whether the link of an invitation still opens."""
    return _standing(at=at).filter(token_sha256=_hash(token)).exists()


def _standing(*, at: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        made_at__gt=at - INVITED_FOR, user__is_active=True, user__sso_subject=""
    )


def accept_invitation(*, token: str, password: str, at: datetime) -> User:
    """Give the invited user the password that was chosen; the link opens no more.

    Raises InvalidValue for a password that is too weak, NotPossibleNow for a link that is over.
    """
    with transaction.atomic():
        invitation = (
            _standing(at=at)
            .select_for_update(of=("self",))
            .filter(token_sha256=_hash(token))
            .first()
        )
        if invitation is None:
            raise NotPossibleNow(OVER)
        user = invitation.user
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise InvalidValue(" ".join(error.messages), field="password") from None
        user.set_password(password)
        user.save(update_fields=["password"])
        invitation.delete()
        record_event("user.accepted_invitation", actor=user, at=at, subject=user)
    return user


def change_user(
    *,
    actor: User,
    user_id: UUID,
    first_name: str,
    last_name: str,
    roles: list[str],
    supervisor_id: UUID | None,
    email: str = "",
    may_reveal_reporter: bool = False,
    gives_to: UUID | None = None,
    at: datetime,
) -> User:
    """Change an account's name, mail address, roles and team; a role goes with the next page.

    Who takes calls no more leaves none behind: open ones go to `gives_to`, offers end. Who
    supervises no more has no claims and no team. Raises NotPossibleNow where the agency would have
    no administrator, for the own role of one, for the own leave to open reporting parties, or for
    open calls that nobody takes; InvalidValue else.
    """
    with transaction.atomic():
        user = _lock(actor, user_id, gives_to)
        before = account_of(user, user.roles)
        gone = user.roles - set(roles)
        if "administrators" in gone:
            _refuse_last_administrator(actor, user)
            if user.pk == actor.pk:
                raise NotPossibleNow(
                    "Nobody takes the own role of administrator; ask another administrator. "
                    "Nothing was changed."
                )
        if may_reveal_reporter and not user.may_reveal_reporter and user.pk == actor.pk:
            raise NotPossibleNow(
                "Nobody lets the own account open reporting parties; ask another administrator. "
                "Nothing was changed."
            )
        if "workers" in gone or (gives_to and "workers" not in roles):
            _hand_on_calls(user, gives_to, actor=actor, at=at)
        if "supervisors" in gone:
            end_supervision(user, actor=actor, at=at)
        user.first_name, user.last_name, user.email = first_name, last_name, email
        user.may_reveal_reporter = may_reveal_reporter
        if supervisor_id != user.supervisor_id:
            user.supervisor = _supervisor(actor, supervisor_id)
        _save(user, roles, before, "user.changed", actor=actor, at=at)
    return user


def deactivate_user(
    *, actor: User, user_id: UUID, gives_to: UUID | None, at: datetime
) -> list[Intake]:
    """End an account: its sessions end at once, its open calls go to `gives_to`; return those.

    The password ends too, and with it every session for good. Claims and offers fall free, a team
    is nobody's. What the browser of who leaves still has unsent stays sealed there and can be read
    by nobody. Raises NotPossibleNow for the own account, the last administrator, or open calls
    without somebody to take them; InvalidValue for who cannot take them.
    """
    with transaction.atomic():
        user = _lock(actor, user_id, gives_to)
        if user.pk == actor.pk:
            raise NotPossibleNow("Nobody ends the own account; ask another administrator.")
        if "administrators" in user.roles:
            _refuse_last_administrator(actor, user)
        calls = _hand_on_calls(user, gives_to, actor=actor, at=at)
        end_supervision(user, actor=actor, at=at)
        Invitation.objects.filter(user=user).delete()
        Session.objects.filter(user=user).delete()
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        note_account(user, {"is_active": True}, {"is_active": False}, actor=actor, at=at)
        record_event("user.deactivated", actor=actor, at=at, subject=user)
    return calls


def reactivate_user(*, actor: User, user_id: UUID, at: datetime) -> tuple[User, str]:
    """Take an account up again with its roles; return it with the secret of a new invitation.

    Who comes back chooses a new password: the old one ended, and its sessions with it. The secret
    is "" for who signs in by single sign-on. Raises NotPossibleNow for an account that is active.
    """
    with transaction.atomic():
        user = _lock(actor, user_id)
        if user.is_active:
            raise NotPossibleNow(f"{user.username} is active already; nothing was changed.")
        user.is_active = True
        user.save(update_fields=["is_active"])
        note_account(user, {"is_active": False}, {"is_active": True}, actor=actor, at=at)
        record_event("user.reactivated", actor=actor, at=at, subject=user)
        if user.has_single_sign_on:
            return user, ""
        return user, _invite(user, actor=actor, at=at)


def reset_second_factor(*, actor: User, user_id: UUID, at: datetime) -> User:
    """Take the second factors and recovery codes of a colleague away; the sessions end with them.

    Who has to have one sets it up anew at the next sign-in. Raises NotPossibleNow for the own
    account, and where there is none.
    """
    with transaction.atomic():
        user = _lock(actor, user_id)
        if user.pk == actor.pk:
            raise NotPossibleNow(
                "Nobody resets the own second factor here; change it under Account, or ask another "
                "administrator."
            )
        drop_second_factor(user, actor=actor, at=at)
    return user


def drop_second_factor(user: User, *, actor: User | None, at: datetime) -> None:
    """Take a locked user's second factors away, and tell; raises NotPossibleNow for none."""
    had = end_factors(user)
    if not had:
        raise NotPossibleNow(f"{user.username} has no second factor; nothing was changed.")
    before, after = {"second_factor": had}, {"second_factor": ""}
    if user.agency is not None:
        note_account(user, before, after, actor=actor, at=at)
    record_event("user.factor_reset", actor=actor, at=at, subject=user)


def _hand_on_calls(user: User, gives_to: UUID | None, *, actor: User, at: datetime) -> list[Intake]:
    """Give the open calls of a locked user to a colleague, end their offers; return the calls."""
    mine = Intake.objects.filter(worker=user, agency=user.agency).for_real()
    calls = list(mine.being_written().select_for_update(no_key=True).order_by("pk"))
    if calls and gives_to is None:
        raise NotPossibleNow(
            f"{user.username} has {len(calls)} open call{'s' if len(calls) > 1 else ''}. "
            "Choose who takes them; nothing was changed."
        )
    for call in calls:
        withdraw_standing(call, actor=actor, at=at)
        stop_assist(call, actor=actor, at=at)
        assert gives_to is not None
        give_to(call, gives_to, actor=actor, at=at)
        count_course(call)
    withdraw_offers_to(user, actor=actor, at=at)
    return calls


def end_supervision(user: User, *, actor: User, at: datetime) -> None:
    """Give back what a locked user has claimed; their team has no supervisor until it is given."""
    release_claims_of(user, actor=actor, at=at)
    for member in user.team.order_by("pk"):
        member.supervisor = None
        member.save(update_fields=["supervisor"])
        before, after = {"supervisor": user.username}, {"supervisor": ""}
        note_account(member, before, after, actor=actor, at=at)


def _invite(user: User, *, actor: User, at: datetime) -> str:
    token = secrets.token_urlsafe(32)
    Invitation.objects.update_or_create(
        user=user, defaults={"token_sha256": _hash(token), "made_by": actor, "made_at": at}
    )
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _lock(actor: User, user_id: UUID, colleague_id: UUID | None = None) -> User:
    """Return a user of the actor's agency, locked; raises User.DoesNotExist for any other.

    The agency is locked first: what two administrators change stands in an order. A colleague who
    is to take calls is locked along.
    """
    _expect_administrator(actor)
    assert actor.agency is not None
    Agency.objects.select_for_update(no_key=True).get(pk=actor.agency.pk)
    locked = lock_users(actor.pk, user_id, colleague_id)
    _expect_administrator(locked[actor.pk])
    user = locked.get(user_id)
    if user is None or user.agency_id != actor.agency_id or user.is_superuser:
        raise User.DoesNotExist
    return user


def _expect_administrator(actor: User) -> None:
    if not permissions.is_administrator(actor):
        raise NotAllowed("Only administrators of the agency keep its accounts.")


def _refuse_last_administrator(actor: User, user: User) -> None:
    others = User.objects.filter(
        agency=actor.agency_id, is_active=True, groups__name="administrators"
    ).exclude(pk=user.pk)
    # Who was invited and has not come yet cannot sign in, and may never.
    if not any(one.has_usable_password() or one.has_single_sign_on for one in others):
        raise NotPossibleNow(
            f"{user.username} is the agency’s last administrator. Make somebody else one first."
        )


def _supervisor(actor: User, supervisor_id: UUID | None) -> User | None:
    if supervisor_id is None:
        return None
    colleagues = User.objects.filter(agency=actor.agency_id, is_active=True)
    found = colleagues.filter(pk=supervisor_id, groups__name="supervisors").first()
    if found is None:
        raise InvalidValue("Choose a supervisor of the agency.", field="supervisor")
    return found


def _check(user: User, roles: list[str]) -> None:
    strange = sorted(set(roles) - set(ROLES))
    if strange or not roles:
        raise InvalidValue("Choose at least one role.", field="roles")
    try:
        user.full_clean()
    except ValidationError as error:
        name = next(iter(error.message_dict), "")
        raise InvalidValue(" ".join(error.messages), field=name) from None


def _save(
    user: User, roles: list[str], before: dict[str, Any], verb: str, *, actor: User, at: datetime
) -> None:
    """Store an account with its roles, and what changed of it, where it is one that can be."""
    _check(user, roles)
    about = ["first_name", "last_name", "email", "supervisor", "may_reveal_reporter"]
    user.save(update_fields=None if user._state.adding else about)
    user.groups.set(Group.objects.filter(name__in=roles))
    note_account(user, before, account_of(user, roles), actor=actor, at=at)
    details: dict[str, str | int | bool] = {"roles": ", ".join(sorted(roles))}
    record_event(verb, actor=actor, at=at, subject=user, details=details)
