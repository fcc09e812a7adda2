"""What stands in the database before the first test, put back after each test that commits."""

import sqlite3
from pathlib import Path

from django.db import connection

from intake import triggers

LARGE = 10_000_000  # bytes of a table, its long values included


class Standing:
    """A copy of the database as it is now.

    Django would empty all tables and make types, permissions, triggers and then the agency anew:
    a second for each test, and more than most of them take.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "standing.sqlite3"
        self._tables: list[str] = []
        self._rows: dict[str, bytes] = {}
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            with sqlite3.connect(self._file) as copy:
                connection.connection.backup(copy)
            copy.close()
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            self._tables = sorted(name for (name,) in cursor.fetchall())
            for table in self._tables:
                with cursor.copy(f'COPY "{table}" TO STDOUT') as copied:
                    rows = b"".join(bytes(one) for one in copied)
                if rows:
                    self._rows[table] = rows

    def put_back(self) -> None:
        """Make the database what it was, whatever the triggers say of the rows."""
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            copy = sqlite3.connect(self._file)
            copy.backup(connection.connection)
            copy.close()
            return
        with connection.cursor() as cursor:
            # Neither our triggers nor those of foreign keys.
            cursor.execute("BEGIN; SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL lock_timeout = '60s'")  # fails where somebody still reads
            # Few rows are deleted sooner than a file is made anew, and crowds are not.
            large = "oid = ANY(%s::regclass[]) AND pg_table_size(oid) > %s"
            cursor.execute(f"SELECT relname FROM pg_class WHERE {large}", [self._tables, LARGE])
            if crowded := ", ".join(f'"{name}"' for (name,) in cursor.fetchall()):
                cursor.execute(f"TRUNCATE {crowded} CASCADE")
            cursor.execute("; ".join(f'DELETE FROM "{table}"' for table in self._tables))
            for table, rows in self._rows.items():
                with cursor.copy(f'COPY "{table}" FROM STDIN') as copied:
                    copied.write(rows)
            cursor.execute("COMMIT")
        if triggers.missing():
            triggers.reinstall()
