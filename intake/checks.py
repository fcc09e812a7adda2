"""System checks: what must hold before anybody works with the database."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from intake import triggers
from intake.models import CacheEntry


@register(Tags.database)
def triggers_are_installed(
    *, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Fail for each database that lacks a trigger (`check --database default`)."""
    found: list[CheckMessage] = []
    for using in databases or []:
        if _is_behind(connections[using]):
            continue  # `migrate`, which installs them, asks this check before it begins
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


def _is_behind(connection: BaseDatabaseWrapper) -> bool:
    """Whether a database was not migrated at all, or lacks migrations that there are by now."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes("intake")))


@register(Tags.database)
def cache_has_its_table(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Fail for each database that lacks the table in which failures at the sign-in are counted."""
    return [
        Error(
            f"The database '{using}' lacks the cache's table.",
            hint="Run `manage.py migrate`: without it nobody signs in.",
            id="intake.E002",
        )
        for using in databases or []
        if not _is_behind(connections[using]) and lacks_cache_table(connections[using])
    ]


def lacks_cache_table(connection: BaseDatabaseWrapper) -> bool:
    """Whether the table of the cache is missing."""
    return CacheEntry._meta.db_table not in connection.introspection.table_names()
