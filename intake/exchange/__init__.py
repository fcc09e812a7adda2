"""Question sets in the formats that others read: our JSON, XLSForm (XLSX, CSV) and FHIR.

Everything here works on sets described as in the shipped files and knows no database. Reading
raises `Unreadable` with every problem and its place; what it returns can be written as an edition.
"""

from intake.exchange import fhir, sop_json, xlsform
from intake.exchange.shape import Problem, Unreadable

WRITERS = {
    "json": ("application/json", sop_json.dump),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsform.dump_xlsx,
    ),
    "csv": ("text/csv; charset=utf-8", xlsform.dump_csv),
}
READERS = {"json": sop_json.load, "xlsx": xlsform.load_xlsx, "csv": xlsform.load_csv}

__all__ = ["READERS", "WRITERS", "Problem", "Unreadable", "fhir"]
