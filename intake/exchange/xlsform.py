"""Question sets laid out as XLSForm, as XLSX or CSV: a group for a set, a row for a prompt.

Names are the keys; `pair`, `side`, `core`, `bound_to` and the like stand in columns of our own,
which other tools pass by. Text that looks like a formula stays text: in CSV, where a spreadsheet
would run it, it has an apostrophe before it, which reading takes away.
"""

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from openpyxl import Workbook, load_workbook

from intake.exchange.shape import (
    MOST_BYTES,
    MOST_ROWS,
    Problem,
    Unreadable,
    checked,
    problems_in,
    quoted,
    refuse,
)
from intake.sets import SIDES, Sets

LABEL_EN, LABEL_ES = "label::English (en)", "label::Español (es)"
HINT_EN, HINT_ES = "hint::English (en)", "hint::Español (es)"
COLUMNS = (
    *("type", "name", LABEL_EN, LABEL_ES, HINT_EN, HINT_ES),
    *("pair", "side", "core", "bound_to", "set_kind", "position", "stale_es"),
)
# The columns of what a problem is about (`Problem.part`); what is not here has its own name.
PARTS = {
    "key": "name",
    "kind": "type",
    "stale.es": "stale_es",
    **{f"{name}.en": LABEL_EN for name in ("title", "text")},
    **{f"{name}.es": LABEL_ES for name in ("title", "text")},
    **{f"{name}.en": HINT_EN for name in ("help", "helper")},
    **{f"{name}.es": HINT_ES for name in ("help", "helper")},
}
NEEDED = ("type", "name", LABEL_EN)
TYPES = {"question": "text", "script": "note"}
KINDS = {word: kind for kind, word in TYPES.items()}
MOST_COLUMNS = 100  # a form of others may have many of its own
MOST_UNPACKED = 20 * 1024 * 1024  # bytes of all parts of an XLSX together
MOST_PARTS = 200
# What zipfile, zlib, openpyxl and the XML parsers raise for files that were damaged or made up;
# errors of XML are SyntaxErrors, and which parser is there depends on what else is installed.
DAMAGED = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError),
    *(SyntaxError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error, struct.error),
)
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "'")

# What looks like such a number itself begins with one.
_UNWRITABLE = re.compile("[\x01-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NUMBERED = re.compile("_x([0-9A-Fa-f]{4})_")

Row = dict[str, str]


def dump_xlsx(sets: Sets, *, title: str) -> bytes:
    """Return described sets as a workbook that is a form."""
    book = Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    for number, row in enumerate([dict(zip(COLUMNS, COLUMNS, strict=True)), *_rows(sets)], 1):
        for place, column in enumerate(COLUMNS, 1):
            if text := row.get(column, ""):
                cell = survey.cell(number, place, _escape(text))
                cell.data_type = "s"  # also where it looks like a formula
    book.create_sheet("choices").append(["list_name", "name", LABEL_EN, LABEL_ES])
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id", "version", "default_language"])
    settings.append([title, "sop_hotline", "1", "English (en)"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def dump_csv(sets: Sets, *, title: str) -> bytes:
    """Return described sets as the sheets of a form one after the other; `title` is not in it.

    The first column names a sheet, as form tools want it of a CSV. They take no byte order mark.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["survey"])
    writer.writerow(["", *COLUMNS])
    for row in _rows(sets):
        cells = [row.get(column, "") for column in COLUMNS]
        writer.writerow(
            ["", *(f"'{one}" if one.startswith(_RUN_BY_SPREADSHEETS) else one for one in cells)]
        )
    writer.writerow(["settings"])
    writer.writerow(["", "form_id", "version", "default_language"])
    writer.writerow(["", "sop_hotline", "1", "English (en)"])
    return file.getvalue().encode()


def load_xlsx(content: bytes) -> Sets:
    """Return the sets of a workbook, or raise Unreadable with every problem and its row."""
    _look_inside(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        if "survey" not in book.sheetnames:
            raise refuse("It has no sheet “survey”.")
        survey = book["survey"]
        survey.reset_dimensions()  # a sheet may say that it is smaller than it is
        formulas: set[tuple[int, int]] = set()
        rows = list(_cells(survey, formulas))
    except Unreadable:
        raise
    except DAMAGED:
        raise refuse("It is damaged, or no XLSX workbook.") from None
    return _read(rows, formulas=formulas)


def load_csv(content: bytes) -> Sets:
    """Return the sets of a CSV file, or raise Unreadable with every problem and its row."""
    if len(content) > MOST_BYTES:
        raise refuse("It is larger than 2 MB, which no edition is.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refuse(
            "Its letters are not in UTF-8. Save it as “CSV UTF-8” and try again."
        ) from None
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            if len(rows) > MOST_ROWS:
                raise refuse(f"It has more than {MOST_ROWS:,} rows, which no edition has.")
            rows.append([_plain(one) for one in row])
    except csv.Error:
        raise refuse("It is no CSV: a quotation mark is not closed.") from None
    if rows and [one.strip() for one in rows[0] if one.strip()] == ["survey"]:
        return _read(_of_survey(rows), first=2)
    return _read(rows)  # one sheet alone, as spreadsheets save it


def _of_survey(rows: list[list[str]]) -> Iterator[list[str]]:
    """Yield the rows of the first sheet of a CSV that has several, without the sheets' column."""
    for row in rows[1:]:
        if row and row[0].strip():
            return
        yield row[1:]


def _plain(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_RUN_BY_SPREADSHEETS) else cell


def _look_inside(content: bytes) -> None:
    """Raise Unreadable for what is no workbook, or would unpack into far more than one.

    Parts are unpacked up to the size that they declare; what is more, or other than its sum says,
    is an error. No part of a workbook declares entities, so none with a DOCTYPE is parsed.
    """
    if len(content) > MOST_BYTES:
        raise refuse("It is larger than 2 MB, which no edition is.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except DAMAGED:
        raise refuse("It is no XLSX workbook.") from None
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
        raise refuse("It would unpack into far more than an edition holds.")
    if any(one.flag_bits & 1 for one in parts):
        raise refuse("It is locked with a password. Save it without one and try again.")
    try:
        declares = any(b"<!DOCTYPE" in archive.read(one) for one in parts)
    except DAMAGED:
        raise refuse("It is damaged, or no XLSX workbook.") from None
    if declares:
        raise refuse("It declares XML of its own, which no workbook does.")


def _cells(sheet: Any, formulas: set[tuple[int, int]]) -> Iterator[list[str]]:
    """Yield the rows of a sheet as texts; `formulas` gets row and column of those that compute."""
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        if number > MOST_ROWS:
            raise refuse(f"It has more than {MOST_ROWS:,} rows, which no edition has.")
        cells = []
        for place, cell in enumerate(row):
            if cell.data_type == "f":
                formulas.add((number, place))
            cells.append("" if cell.value is None else _unescape(str(cell.value)))
        yield cells


def _escape(text: str) -> str:
    """Return a text as a workbook has it: what XML cannot hold by its number."""
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0][0]):04X}_{found[0][1:]}", text)


def _unescape(text: str) -> str:
    return _NUMBERED.sub(lambda found: chr(int(found[1], 16)), text)


def _rows(sets: Sets) -> Iterator[Row]:
    for one in sets:
        yield {
            "type": "begin_group",
            "name": one["key"],
            LABEL_EN: one["title"].get("en", ""),
            LABEL_ES: one["title"].get("es", ""),
            HINT_EN: one["help"].get("en", ""),
            HINT_ES: one["help"].get("es", ""),
            "set_kind": one["kind"],
            "position": str(one["position"]),
        }
        for pair in one["pairs"]:
            for side in SIDES:
                about = {"pair": pair["key"], "side": side, "core": "yes" * pair["is_core"]}
                yield _row(pair[side], "question") | about
        for prompt in one["prompts"]:
            yield _row(prompt, prompt["kind"]) | {"bound_to": prompt["bound_to"]}
        yield {"type": "end_group"}


def _row(prompt: dict[str, Any], kind: str) -> Row:
    return {
        "type": TYPES[kind],
        "name": prompt["key"],
        LABEL_EN: prompt.get("en", ""),
        LABEL_ES: prompt.get("es", ""),
        HINT_EN: prompt.get("helper", {}).get("en", ""),
        HINT_ES: prompt.get("helper", {}).get("es", ""),
        "stale_es": prompt.get("stale", {}).get("es", ""),
    }


def _read(
    rows: Iterable[list[str]],
    *,
    first: int = 1,
    formulas: Collection[tuple[int, int]] = (),
) -> Sets:
    """Return the sets that rows of a sheet describe; the first one has the names of the columns.

    `first` is the number that it has in the file; `formulas` are the cells that compute.
    """
    numbered = enumerate(rows, first)
    header = [one.strip() for one in next(numbered, (0, []))[1]]
    top = f"Row {first}"
    missing = [one for one in NEEDED if one not in header]
    if missing:
        raise refuse(f"This row lacks {', '.join(f'“{one}”' for one in missing)}.", top)
    if len(header) > MOST_COLUMNS:
        raise refuse(f"It has more than {MOST_COLUMNS} columns, which no edition has.", top)
    twice = {one for one in header if one and header.count(one) > 1}
    if twice:
        raise refuse(f"This row has “{min(twice)}” twice.", top)
    reader = _Reader()
    for number, place in sorted(formulas):
        name = header[place] if place < len(header) else ""
        reader.refuse_formula(f"Row {number}", name or f"number {place + 1}")
    for number, cells in numbered:
        row = {name: text for name, text in zip(header, cells, strict=False) if name and text}
        if row:
            reader.take(row, f"Row {number}")
    return reader.finish()


def _row_of(problem: Problem) -> float:
    """Return the number of the row that a problem is about; those of no row come last."""
    found = re.match(r"Row ([0-9]+)", problem.where)
    return int(found[1]) if found else float("inf")


class _Reader:
    """Puts sets together from rows, and keeps what is wrong with them."""

    def __init__(self) -> None:
        self.sets: Sets = []
        self.problems: list[Problem] = []
        self.computed: set[tuple[str, str]] = set()  # rows and columns with a formula
        self.places: dict[str, str] = {}
        self.is_open = False

    def take(self, row: Row, where: str) -> None:
        match row.get("type", ""):
            case "begin_group" | "begin group":
                self._begin(row, where)
            case "end_group" | "end group":
                if not self.is_open:
                    self._wrong(where, "A group ends here that did not begin.", "type")
                self.is_open = False
            case "text" | "note" if self.is_open:
                self._prompt(row, where)
            case "text" | "note":
                self._wrong(where, "A prompt stands in a group; none is open here.", "type")
            case other:
                self._wrong(
                    where,
                    f"The type is begin_group, text, note or end_group, not {quoted(other)}.",
                    "type",
                )

    def refuse_formula(self, where: str, column: str) -> None:
        self._wrong(where, "There is a formula in this cell. Put its text there instead.", column)
        self.computed.add((where, column))

    def finish(self) -> Sets:
        """Return the sets, or raise Unreadable with what rows and what sets have wrong at once."""
        if self.is_open:
            self._wrong("The end", "The last group does not end.")
        for one in self.sets:
            for pair in one["pairs"]:
                for side in SIDES:
                    if side not in pair:
                        words = side.replace("_", " ")
                        where = self.places[pair["key"]]
                        self._wrong(where, f"The pair has no {words} side.", "side")
        whole = [
            one | {"pairs": [pair for pair in one["pairs"] if all(side in pair for side in SIDES)]}
            for one in self.sets
        ]
        for found in problems_in(whole, self.places) if self.sets or not self.problems else ():
            self._wrong(found.where, found.sentence, PARTS.get(found.part, found.part))
        if self.problems:
            raise Unreadable(sorted(self.problems, key=_row_of))
        return checked(self.sets, self.places)

    def _wrong(self, where: str, sentence: str, column: str = "") -> None:
        """Note what is wrong; what a formula stands for is not known, so nothing else is said."""
        if (where, column) not in self.computed:
            place = f"{where}, column “{column}”" if column else where
            self.problems.append(Problem(place, sentence))

    def _begin(self, row: Row, where: str) -> None:
        if self.is_open:
            self._wrong(where, "A group begins within another one.", "type")
        self.is_open = True
        position = row.get("position", str(len(self.sets) + 1))
        if not (position.isascii() and position.isdigit() and len(position) <= 3):
            self._wrong(where, "A position is a small whole number.", "position")
            position = "0"
        self.sets.append(
            {
                "key": row.get("name", ""),
                "kind": row.get("set_kind", ""),
                "position": int(position),
                "title": {"en": row.get(LABEL_EN, ""), "es": row.get(LABEL_ES, "")},
                "help": {"en": row.get(HINT_EN, ""), "es": row.get(HINT_ES, "")},
                "pairs": [],
                "prompts": [],
            }
        )
        self.places[row.get("name", "")] = where

    def _prompt(self, row: Row, where: str) -> None:
        key = row.get("name", "")
        self.places[key] = where
        prompt: dict[str, Any] = {"key": key}
        words = {"en": row.get(LABEL_EN, ""), "es": row.get(LABEL_ES, "")}
        prompt |= {language: text for language, text in words.items() if text}
        helper = {"en": row.get(HINT_EN, ""), "es": row.get(HINT_ES, "")}
        prompt["helper"] = {language: text for language, text in helper.items() if text}
        prompt["stale"] = {"es": row["stale_es"]} if "stale_es" in row else {}
        section, pair_key, side = self.sets[-1], row.get("pair", ""), row.get("side", "")
        if not pair_key:
            kind = KINDS[row["type"]]
            section["prompts"].append(prompt | {"kind": kind, "bound_to": row.get("bound_to", "")})
            return
        if side not in SIDES:
            self._wrong(where, "The side of a pair is worry or working_well.", "side")
            return
        pair = next((one for one in section["pairs"] if one["key"] == pair_key), None)
        if pair is None:
            pair = {"key": pair_key, "is_core": row.get("core") == "yes"}
            section["pairs"].append(pair)
            self.places[pair_key] = where
        elif side in pair:
            self._wrong(where, "This side of the pair stands in the file twice.", "side")
            return
        elif pair["is_core"] != (row.get("core") == "yes"):
            self._wrong(where, "Both sides of a pair say the same of “core”.", "core")
        pair[side] = prompt
