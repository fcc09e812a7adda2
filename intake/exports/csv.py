"""A table of figures as CSV, which a spreadsheet opens without doing anything."""

import csv
from io import StringIO

from intake.worksheet import Table

FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet compute


def export_csv(table: Table) -> bytes:
    """Return a table as UTF-8 with a mark of its encoding; what the page hides is hidden here."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(one) for one in (table.first, *table.columns)])
    for row in table.rows:
        writer.writerow([harmless(one) for one in (row.label, *(cell.text for cell in row.cells))])
    return out.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe stands before one."""
    return f"'{text}" if text.startswith(FORMULAS) else text
