"""System checks: what must hold before anybody works with the database."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from intake import triggers


@register(Tags.database)
def triggers_are_installed(
    *, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Fail for each database that lacks a trigger (`check --database default`)."""
    found: list[CheckMessage] = []
    for using in databases or []:
        if "intake_auditevent" not in connections[using].introspection.table_names():
            continue  # not migrated yet
        absent = triggers.missing(using=using)
        if absent:
            found.append(
                Error(
                    f"The database '{using}' lacks the triggers {', '.join(absent)}.",
                    hint="Run `manage.py migrate`: it installs every trigger anew.",
                    id="intake.E001",
                )
            )
    return found
