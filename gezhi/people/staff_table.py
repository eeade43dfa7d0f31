"""Reading the table that an office fills in: one row per post, from XLSX or CSV, with every fault by row and column.

A row without a post makes an account alone; several rows with one username are several posts of one person.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

MOST_ROWS = 20_000
# A single cell far below makes a sheet of a million rows, each of which would be looked at.
MOST_CELLS = 2_000_000
# What the reader of workbooks raises for what is none, or is damaged somewhere inside.
_NO_WORKBOOK = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, IndexError, ValueError,
    TypeError, AttributeError, SyntaxError,
)  # fmt: skip
# Column → the headings that it is known by, the first in the template.
HEADINGS: dict[str, tuple[str, ...]] = {
    "username": ("用户名", "username", "账号", "登录名"),
    "name": ("姓名", "name"),
    "phone": ("手机", "phone", "电话", "手机号", "联系电话"),
    "email": ("邮箱", "email", "mail", "电子邮箱"),
    "post": ("岗位", "post"),
    "area": ("区域", "area", "网格", "区域编码"),
    "department": ("部门", "department", "职能部门"),
    "since": ("起", "since", "任职日期", "开始日期", "from"),
    "until": ("止", "until", "结束日期", "to"),
    "stand_in": ("替班", "stand-in", "stand_in", "AB岗", "AB 岗"),
}
REQUIRED = ("username", "name")
_YES = {"是", "yes", "y", "true", "1", "√", "b岗", "ab岗"}
_NO = {"", "否", "no", "n", "false", "0"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row (0: the whole file) and column, and what to do."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One row as read. Dates are days; `until` is the last day that counts."""

    number: int
    username: str
    name: str
    phone: str = ""
    email: str = ""
    post: str = ""
    area: str = ""
    department: str = ""
    since: date | None = None
    until: date | None = None
    stand_in: bool = False


@dataclass(slots=True)
class StaffTable:
    """The rows that could be read, every fault, and the headings that nobody asked for."""

    rows: list[StaffRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


type Cells = dict[str, Any]


def read(file: Path) -> StaffTable:
    """Read a table; what can't be read is a fault in it, never an exception, except when the file can't be opened."""
    table = StaffTable()
    lines = _workbook(file, table) if file.suffix.lower() in {".xlsx", ".xlsm"} else _csv(file, table)
    header: dict[int, str] = {}
    for number, cells in lines:
        if not any(_text(cell) for cell in cells):
            continue
        if not header:
            header = _header(number, cells, table)
            if not header:
                return table
            continue
        if len(table.rows) >= MOST_ROWS:
            table.faults.append(
                Fault(number, "", _("More than %(most)d rows: divide the table.") % {"most": MOST_ROWS})
            )
            return table
        _read_row(number, {header[place]: cell for place, cell in enumerate(cells) if place in header}, table)
    if not table.rows and not table.faults:
        table.faults.append(Fault(0, "", _("The table has no rows below its headings.")))
    return table


def _workbook(file: Path, table: StaffTable) -> Iterator[tuple[int, list[Any]]]:
    try:
        book = load_workbook(file, data_only=True)
    except _NO_WORKBOOK:
        table.faults.append(Fault(0, "", _("This is not an XLSX workbook. Save it as “Excel workbook (.xlsx)”.")))
        return
    sheet = book.worksheets[0]
    if isinstance(sheet, Worksheet):
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            words = _("The sheet is too large: delete the empty rows and columns at its end.")
            table.faults.append(Fault(0, "", words))
            return
        for merged in sheet.merged_cells.ranges:
            table.faults.append(
                Fault(
                    merged.min_row, merged.coord,
                    _("Cells %(cells)s are merged. Unmerge them and write the value in every row.")
                    % {"cells": merged.coord},
                )
            )  # fmt: skip
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, list(cells)


def _csv(file: Path, table: StaffTable) -> Iterator[tuple[int, list[Any]]]:
    raw = file.read_bytes()
    text = ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if not text or "\x00" in text:
        table.faults.append(Fault(0, "", _("This is not a table: save it as XLSX, or as CSV in UTF-8 or GBK.")))
        return
    reader = csv.reader(io.StringIO(text))
    for cells in reader:
        yield reader.line_num, list(cells)


def _header(number: int, cells: Iterable[Any], table: StaffTable) -> dict[int, str]:
    known = {heading.lower(): column for column, headings in HEADINGS.items() for heading in headings}
    header: dict[int, str] = {}
    for place, cell in enumerate(cells):
        word = _text(cell).rstrip("*＊ ")
        column = known.get(word.lower())
        if column in header.values():
            table.faults.append(Fault(number, word, _("The column “%(word)s” is there twice.") % {"word": word}))
        elif column:
            header[place] = column
        elif word:
            table.left_out.append(word)
    missing = [HEADINGS[column][0] for column in REQUIRED if column not in header.values()]
    if missing:
        words = _(", ").join(missing)
        table.faults.append(Fault(number, "", _("The first row lacks the headings: %(words)s.") % {"words": words}))
        return {}
    return header


def _read_row(number: int, cells: Cells, table: StaffTable) -> None:
    before = len(table.faults)
    texts = {column: _text(cells.get(column)) for column in HEADINGS if column not in {"since", "until", "stand_in"}}
    for column in REQUIRED:
        if not texts[column]:
            table.faults.append(Fault(number, HEADINGS[column][0], _("This cell must be filled in.")))
    days = {column: _day(number, column, cells.get(column), table) for column in ("since", "until")}
    stand_in = _yes_no(number, cells.get("stand_in"), table)
    if texts["post"] and bool(texts["area"]) == bool(texts["department"]):
        table.faults.append(
            Fault(number, HEADINGS["area"][0], _("For a post, name either the area or the department, not both."))
        )
    if not texts["post"] and (texts["area"] or texts["department"]):
        table.faults.append(Fault(number, HEADINGS["post"][0], _("A place is named but no post.")))
    if days["since"] and days["until"] and days["until"] < days["since"]:
        table.faults.append(Fault(number, HEADINGS["until"][0], _("The last day lies before the first.")))
    if len(table.faults) == before:
        table.rows.append(_row(number, texts, days, stand_in=stand_in))


def _row(number: int, texts: Mapping[str, str], days: Mapping[str, date | None], *, stand_in: bool) -> StaffRow:
    return StaffRow(
        number,
        username=texts["username"],
        name=texts["name"],
        phone=texts["phone"],
        email=texts["email"],
        post=texts["post"],
        area=texts["area"],
        department=texts["department"],
        since=days["since"],
        until=days["until"],
        stand_in=stand_in,
    )


def _text(cell: Any) -> str:
    """Return a cell as text; a number that a spreadsheet made of a telephone number or code loses its “.0”."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _day(number: int, column: str, cell: Any, table: StaffTable) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _text(cell)
    if not text:
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else _refuse_day(text)
    except ValueError:
        table.faults.append(
            Fault(
                number, HEADINGS[column][0],
                _("“%(text)s” is text, not a date. Format the cell as a date, or write 2026-03-01.") % {"text": text},
            )
        )  # fmt: skip
        return None


def _refuse_day(text: str) -> date:
    raise ValueError(text)


def _yes_no(number: int, cell: Any, table: StaffTable) -> bool:
    text = _text(cell).lower()
    if text in _YES:
        return True
    if text not in _NO:
        table.faults.append(Fault(number, HEADINGS["stand_in"][0], _("Write 是 (yes) or leave the cell empty.")))
    return False
