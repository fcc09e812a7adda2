"""Agencies and accounts, as the operator of an installation makes them on the command line."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from intake import permissions
from intake.actions.administration import account_of, note_account, note_change
from intake.errors import InvalidValue, NotAllowed, NotPossibleNow
from intake.fields import check_sum
from intake.models import Agency, User
from intake.models.audit import record_event
from intake.roles import ROLES

POLICIES = (
    "idle_lock_minutes",
    "allows_own_review",
    "allows_own_publish",
    "anonymous_reporter_text",
    "has_notice_emails",
    "requires_worker_factor",
)


def add_agency(*, name: str, slug: str, time_zone: str, at: datetime) -> Agency:
    """Make an agency and return it; raises InvalidValue with a sentence."""
    agency = Agency(name=name, slug=slug, time_zone=time_zone)
    with transaction.atomic():
        _check(agency)
        agency.save()
        record_event("agency.added", actor=None, at=at, subject=agency)
    return agency


def set_policy(*, agency_slug: str, name: str, value: str, at: datetime) -> Agency:
    """Set one policy of an agency from its text, as the operator on the command line; return it.

    `name` is one of POLICIES. Raises InvalidValue.
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
        _set(agency, {name: words[value] if is_switch else value}, actor=None, at=at)
    return agency


def set_policies(*, actor: User, values: dict[str, Any], seen: str, at: datetime) -> list[str]:
    """Set policies of the actor's agency, all or none; return the names of those that changed.

    `seen` is the check sum of the policies as the form showed them. Raises NotAllowed for who is no
    administrator, NotPossibleNow where somebody else changed one meanwhile, InvalidValue.
    """
    if not permissions.is_administrator(actor) or actor.agency is None:
        raise NotAllowed("Only administrators of the agency set its policies.")
    with transaction.atomic():
        agency = Agency.objects.select_for_update(no_key=True).get(pk=actor.agency.pk)
        if sum_of_policies(agency) != seen:
            raise NotPossibleNow(
                "Somebody else changed the policies while you edited them. Nothing was saved: what "
                "you chose is below; open the page in another tab to see what stands now."
            )
        return _set(agency, values, actor=actor, at=at)


def sum_of_policies(agency: Agency) -> str:
    """Return a check sum of the policies of an agency."""
    return check_sum("\n".join(f"{name}={getattr(agency, name)}" for name in POLICIES))


def _set(agency: Agency, values: dict[str, Any], *, actor: User | None, at: datetime) -> list[str]:
    """Store policies of a locked agency; the audit keeps which, the history also from what."""
    before = {name: getattr(agency, name) for name in values}
    for name, value in values.items():
        setattr(agency, name, value)
    _check(agency)
    agency.save(update_fields=list(values))
    agency.refresh_from_db(fields=list(values))
    changed = [name for name in values if getattr(agency, name) != before[name]]
    for name in changed:
        note_change(
            actor=actor,
            agency=agency,
            table="policies",
            row=agency.pk,
            label=name,
            before={name: before[name]},
            after={name: getattr(agency, name)},
            at=at,
        )
        details: dict[str, str | int | bool] = {"policy": name}
        record_event("agency.policy_set", actor=actor, at=at, subject=agency, details=details)
    return changed


def add_user(
    *,
    agency_slug: str,
    username: str,
    first_name: str,
    last_name: str,
    roles: list[str],
    password: str,
    email: str = "",
    may_reveal_reporter: bool = False,
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
    user.may_reveal_reporter = may_reveal_reporter
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
        note_account(user, {}, account_of(user, roles), actor=None, at=at)
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
