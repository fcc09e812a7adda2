"""What administrators changed, in words."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from intake.models import Agency, CrossReportRule, ResponseOption, TableChange
from intake.models.base import Language
from intake.models.copy_out import SOURCES
from intake.models.question_sets import FACTOR_TITLES

TABLES = {
    "copyoutfield": "Copy-out",
    "crossreportrule": "Cross-reports",
    "jargonword": "Words of the trade",
    "policies": "Policies",
    "responseoption": "Response options",
    "retentionrule": "Retention",
    "service": "Services",
    "users": "Users",
}
OF_A_ROW = 50
# What columns are called in a history; a table's own words come before those that all share.
COLUMNS = {
    "is_active": "In use",
    "deadline_hours": "Hours until it is due",
    "written_hours": "Hours until the written report is due",
    "may_learn_reporter": "May learn who reported",
    "needs_priority": "Needs a response priority",
    "is_referral": "Makes a referral",
    "source": "Legal source",
    "label": "Name",
    "plainer": "Say instead",
    "words": "Word or phrase",
    "trigger": "When the call has",
    "recipient": "Has to be told",
    "supervisor": "Team of",
    "email": "Mail address",
    "copyoutfield.source": "What goes there",
    "copyoutfield.label": "Field",
    "copyoutfield.page": "Page of the other system",
    "copyoutfield.limit": "Characters it holds",
    "users.is_active": "Account open",
    "idle_lock_minutes": "Minutes until the screen locks",
    "anonymous_reporter_text": "What a caller who gives no name is told",
    "retention_years": "Years that records are kept",
    "allows_own_review": "A supervisor may review the own calls",
    "allows_own_publish": "An administrator may publish alone",
    "has_notice_emails": "E-mails tell how many notices wait",
}
# Columns that keep a key, and what their forms call it.
CHOICES: dict[str, dict[str, str]] = {
    "responseoption.decides": {str(key): str(one) for key, one in ResponseOption.Decides.choices},
    "jargonword.language": {str(key): str(one) for key, one in Language.choices},
    "service.factor": FACTOR_TITLES,
    "crossreportrule.trigger": {str(key): str(one) for key, one in CrossReportRule.TRIGGERS},
    "copyoutfield.source": {str(key): str(one) for key, one in SOURCES.items()},
}


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
    is_policy = change.table == "policies"  # a policy is its own row, and named by its column
    return TableChangeView(
        table=TABLES.get(change.table, change.table),
        label=column_words(change.table, change.label) if is_policy else change.label,
        who=change.actor.display_name if change.actor else "the operator",
        at=change.at,
        is_new=not change.before,
        columns=tuple(
            (
                column_words(change.table, name),
                _words(change.before.get(name), CHOICES.get(f"{change.table}.{name}", {})),
                _words(value, CHOICES.get(f"{change.table}.{name}", {})),
            )
            for name, value in change.after.items()
        ),
    )


def column_words(table: str, name: str) -> str:
    """Return what a column is called on the screen."""
    known = COLUMNS.get(f"{table}.{name}", COLUMNS.get(name))
    return known or name.replace("_", " ").capitalize()


def _words(value: object, choices: dict[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None or value == "" else choices.get(str(value), str(value))
