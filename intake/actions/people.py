"""Agencies and accounts, as the operator of an installation makes them on the command line."""

from datetime import datetime

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from intake import permissions
from intake.actions.administration import note_change
from intake.errors import InvalidValue, NotAllowed
from intake.models import Agency, User
from intake.models.audit import record_event
from intake.models.people import ROLES

POLICIES = (
    "idle_lock_minutes",
    "retention_years",
    "allows_own_review",
    "allows_own_publish",
    "anonymous_reporter_text",
    "has_notice_emails",
)


def add_agency(*, name: str, slug: str, time_zone: str, at: datetime) -> Agency:
    """Make an agency and return it; raises InvalidValue with a sentence."""
    agency = Agency(name=name, slug=slug, time_zone=time_zone)
    with transaction.atomic():
        _check(agency)
        agency.save()
        record_event("agency.added", actor=None, at=at, subject=agency)
    return agency


def set_policy(
    *, agency_slug: str, name: str, value: str, at: datetime, actor: User | None = None
) -> Agency:
    """Set one policy of an agency from its text and return the agency.

    `name` is one of POLICIES; the audit keeps which one it was, the agency's history also what it
    was before. Without an actor it is the operator on the command line. Raises InvalidValue, or
    NotAllowed for who is no administrator of the agency.
    """
    with transaction.atomic():
        agency = Agency.objects.select_for_update(no_key=True).filter(slug=agency_slug).first()
        if agency is None:
            raise InvalidValue(f"There is no agency '{agency_slug}'.")
        if name not in POLICIES:
            raise InvalidValue(f"Policies are {', '.join(POLICIES)}.")
        words = {"yes": True, "no": False}
        is_switch = isinstance(getattr(agency, name), bool)
        if is_switch and value not in words:
            raise InvalidValue(f"{name} is yes or no.")
        if actor is not None and not (
            permissions.is_administrator(actor) and actor.agency_id == agency.pk
        ):
            raise NotAllowed("Only administrators of the agency set its policies.")
        before = {name: getattr(agency, name)}
        setattr(agency, name, words[value] if is_switch else value)
        _check(agency)
        agency.save(update_fields=[name])
        agency.refresh_from_db(fields=[name])
        note_change(
            actor=actor,
            agency=agency,
            table="policies",
            row=agency.pk,
            label=name,
            before=before,
            after={name: getattr(agency, name)},
            at=at,
        )
        details: dict[str, str | int | bool] = {"policy": name}
        record_event("agency.policy_set", actor=actor, at=at, subject=agency, details=details)
    return agency


def add_user(
    *,
    agency_slug: str,
    username: str,
    first_name: str,
    last_name: str,
    roles: list[str],
    password: str,
    email: str = "",
    at: datetime,
    supervisor: str = "",
) -> User:
    """Make an account with its roles and return it; raises InvalidValue with a sentence.

    `supervisor` is the username of the supervisor to whose team a worker belongs.
    """
    agency = Agency.objects.filter(slug=agency_slug).first()
    if agency is None:
        raise InvalidValue(f"There is no agency '{agency_slug}'. Add it first: add_agency.")
    strange = sorted(set(roles) - set(ROLES))
    if strange or not roles:
        raise InvalidValue(f"Roles are {', '.join(ROLES)}; give at least one.")
    user = User(
        username=username, first_name=first_name, last_name=last_name, email=email, agency=agency
    )
    if supervisor:
        user.supervisor = User.objects.filter(agency=agency, username=supervisor).first()
        if user.supervisor is None:
            raise InvalidValue(f"There is no '{supervisor}' in {agency}; nobody was added.")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidValue(" ".join(error.messages)) from None
    user.set_password(password)
    with transaction.atomic():
        _check(user)
        user.save()
        user.groups.set(Group.objects.filter(name__in=roles))
        details: dict[str, str | int | bool] = {"roles": ", ".join(sorted(roles))}
        if user.supervisor_id is not None:
            details["supervisor"] = str(user.supervisor_id)
        record_event("user.added", actor=None, at=at, subject=user, details=details)
    return user


def _check(row: Agency | User) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise InvalidValue(" ".join(error.messages)) from None
