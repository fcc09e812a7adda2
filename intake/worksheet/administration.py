"""What administrators changed, in words."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from intake.models import Agency, TableChange

TABLES = {
    "copyoutfield": "Copy-out",
    "crossreportrule": "Cross-reports",
    "jargonword": "Words of the trade",
    "policies": "Policies",
    "responseoption": "Response options",
    "service": "Services",
    "users": "Users",
}
OF_A_ROW = 50


@dataclass(frozen=True)
class TableChangeView:
    """One change: where, of what, by whom, and each column with what was and is."""

    table: str
    label: str
    who: str
    at: datetime
    is_new: bool
    columns: tuple[tuple[str, str, str], ...]


def list_changes(agency: Agency, *, row: UUID) -> tuple[TableChangeView, ...]:
    """Return the last changes of one row, the newest first."""
    changes = TableChange.objects.filter(agency=agency, row=row).select_related("actor")
    return tuple(view_change(one) for one in changes[:OF_A_ROW])


def view_change(change: TableChange) -> TableChangeView:
    """Return a change in words."""
    return TableChangeView(
        table=TABLES.get(change.table, change.table),
        label=change.label,
        who=change.actor.display_name if change.actor else "the operator",
        at=change.at,
        is_new=not change.before,
        columns=tuple(
            (name.replace("_", " ").capitalize(), _words(change.before.get(name)), _words(value))
            for name, value in change.after.items()
        ),
    )


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None or value == "" else str(value)
