"""What administrators keep in order is told: every change, with what was before and is after."""

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
