"""Accounts that an identity provider keeps: found by issuer and subject, with its groups' roles."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction

from intake.actions.administration import account_of, note_account
from intake.actions.hand_overs import withdraw_offers_to
from intake.actions.users import end_supervision
from intake.actions.workers import lock_users
from intake.errors import InvalidValue, NotAllowed
from intake.models import Agency, Invitation, Session, User
from intake.models.audit import record_event
from intake.roles import roles_of

NO_ROLE = (
    "Your account gives you no role here: none of its groups is one of the hotline’s. Ask whoever "
    "keeps the accounts of your agency."
)


@dataclass(frozen=True)
class Person:
    """Who the provider says is there."""

    issuer: str
    subject: str
    username: str
    first_name: str
    last_name: str
    email: str
    groups: tuple[str, ...]


def issuer_of(address: str) -> str:
    """Return the issuer in the one form that is stored, of itself or of its discovery address."""
    return address.partition("/.well-known/")[0].rstrip("/")


def keep_person(*, person: Person, at: datetime) -> User:
    """Return the account of whom the provider vouches for, made or changed as it says.

    Roles are what the groups give, and no others: one that is gone goes here too, with claims, team
    and offers; open calls stay with the account until an administrator gives them to a colleague.
    Raises NotAllowed for who has no role (any more), for a deactivated account, and for a name that
    an account of ours has already; InvalidValue for a name that cannot be one.
    """
    roles = roles_of(list(person.groups), settings.OIDC_GROUPS)
    with transaction.atomic():
        agency = (
            Agency.objects.select_for_update(no_key=True).filter(slug=settings.OIDC_AGENCY).first()
        )
        if agency is None:
            raise NotAllowed("Single sign-on names an agency that is not here; nobody signs in.")
        user = User.objects.filter(
            sso_issuer=person.issuer, sso_subject=person.subject, agency=agency
        ).first()
        if user is not None:
            user = _change(lock_users(user.pk)[user.pk], person, roles, at=at)
        elif roles:
            user = _add(agency, person, roles, at=at)
    if user is None or not roles:
        raise NotAllowed(NO_ROLE)
    if not user.is_active:
        raise NotAllowed("Your account here is deactivated. Ask an administrator of your agency.")
    return user


def _add(agency: Agency, person: Person, roles: list[str], *, at: datetime) -> User:
    if User.objects.filter(username=person.username).exists():
        # An account of ours is never taken over by a name: the operator links the two.
        raise NotAllowed(
            "There is an account of your name already, and nobody said that it is yours. Ask the "
            "operator to link it (manage.py link_single_sign_on)."
        )
    user = User(
        agency=agency,
        username=person.username,
        sso_issuer=person.issuer,
        sso_subject=person.subject,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
    )
    user.set_unusable_password()
    _check(user)
    user.save()
    user.groups.set(Group.objects.filter(name__in=roles))
    note_account(user, {}, account_of(user, roles), actor=None, at=at)
    details: dict[str, str | int | bool] = {"roles": ", ".join(roles), "by": "single sign-on"}
    record_event("user.added", actor=None, at=at, subject=user, details=details)
    return User.objects.with_roles().get(pk=user.pk)


def _change(user: User, person: Person, roles: list[str], *, at: datetime) -> User:
    """Store what the provider says now of a locked account; the history has what changed."""
    before = account_of(user, user.roles)
    gone = user.roles - set(roles)
    if "workers" in gone:
        withdraw_offers_to(user, actor=user, at=at)
    if "supervisors" in gone:
        end_supervision(user, actor=user, at=at)
    user.first_name, user.last_name = person.first_name, person.last_name
    user.email = person.email
    _check(user)
    user.save(update_fields=["first_name", "last_name", "email"])
    if user.roles != set(roles):
        user.groups.set(Group.objects.filter(name__in=roles))
        Session.objects.filter(user=user).delete()
        details: dict[str, str | int | bool] = {"roles": ", ".join(roles), "by": "single sign-on"}
        record_event("user.changed", actor=None, at=at, subject=user, details=details)
    note_account(user, before, account_of(user, roles), actor=None, at=at)
    return User.objects.with_roles().get(pk=user.pk)


def link_person(*, username: str, issuer: str, subject: str, at: datetime) -> User:
    """Let an account of ours sign in by single sign-on from now on, and by no password any more.

    Sessions and invitations end. Raises InvalidValue with a sentence.
    """
    with transaction.atomic():
        users = User.objects.select_for_update(no_key=True, of=("self",)).select_related("agency")
        user = users.filter(username=username).first()
        if user is None or user.agency is None:
            raise InvalidValue(f"There is no '{username}' in an agency; nothing was changed.")
        if user.agency.slug != settings.OIDC_AGENCY:
            raise InvalidValue(
                f"'{username}' is not of the agency that signs in by single sign-on (OIDC_AGENCY); "
                "nothing was changed."
            )
        user.sso_issuer, user.sso_subject = issuer_of(issuer), subject
        user.set_unusable_password()
        _check(user)
        user.save(update_fields=["sso_issuer", "sso_subject", "password"])
        Invitation.objects.filter(user=user).delete()
        Session.objects.filter(user=user).delete()
        before, after = {"single_sign_on": False}, {"single_sign_on": True}
        note_account(user, before, after, actor=None, at=at)
        record_event("user.linked", actor=None, at=at, subject=user)
    return user


def _check(user: User) -> None:
    try:
        user.full_clean()
    except ValidationError as error:
        raise InvalidValue(" ".join(error.messages)) from None
