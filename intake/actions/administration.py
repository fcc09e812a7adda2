"""What administrators keep in order is told: every change, with what was before and is after."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from intake.models import Agency, TableChange, User


def note_change(
    *,
    actor: User | None,
    agency: Agency,
    table: str,
    row: UUID,
    label: str,
    before: dict[str, Any],
    after: dict[str, Any],
    at: datetime,
) -> TableChange | None:
    """Keep what changed of a row; nothing where nothing did. The caller's transaction has both."""
    names = [name for name in after if before.get(name) != after[name]]
    if not names:
        return None
    return TableChange.objects.create(
        agency=agency,
        actor=actor,
        at=at,
        table=table,
        row=row,
        label=label[:160],
        before={name: before[name] for name in names if name in before},
        after={name: after[name] for name in names},
    )


def account_of(user: User, roles: Iterable[str]) -> dict[str, Any]:
    """Return what an account's history keeps of it: no password, nothing of calls."""
    return {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "roles": ", ".join(sorted(roles)),
        "supervisor": user.supervisor.username if user.supervisor else "",
        "is_active": user.is_active,
        "may_reveal_reporter": user.may_reveal_reporter,
    }


def note_account(
    user: User, before: dict[str, Any], after: dict[str, Any], *, actor: User | None, at: datetime
) -> None:
    """Keep what changed of an account of an agency."""
    assert user.agency is not None
    note_change(
        actor=actor,
        agency=user.agency,
        table="users",
        row=user.pk,
        label=user.username,
        before=before,
        after=after,
        at=at,
    )
