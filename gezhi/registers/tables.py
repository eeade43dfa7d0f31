"""Reading the tables that offices keep: XLSX or CSV (UTF-8 or GBK), as they are, with title rows and merged cells.

Headings are a field's id or its title in either language, or what `mapping` says. What a cell means is the form's to
say; here dates that are text and the values of merged cells are put right, and every remark says at which cell.
"""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from gezhi.registers.values import fields_of, is_blank
from gezhi.schemes.forms import Field, Form
from gezhi.schemes.text import Text

MOST_ROWS = 50_000
MOST_CELLS = 4_000_000
MOST_UNPACKED = 200_000_000
_COLUMNS, _ROWS = 16_384, 1_048_576
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=[\"']([A-Za-z0-9:$]+)[\"']")
_HEAD_WITHIN = 10
# What the reader of workbooks raises for what is none, or is damaged somewhere inside.
_NO_WORKBOOK = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, IndexError, ValueError,
    TypeError, AttributeError, SyntaxError,
)  # fmt: skip
CODE, AREA, PART_OF = "code", "area", "part_of"
SPECIAL: Mapping[str, tuple[str, ...]] = {
    CODE: ("编号", "台账编号", "code"),
    AREA: ("网格", "所属网格", "网格编码", "区域", "area", "grid"),
    PART_OF: ("所属编号", "所属户编号", "part of", "part_of"),
}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EXCEL_BEGAN = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong, or to be known, at a cell (`B7`; a row's number alone; empty for the whole table)."""

    cell: str
    text: Text
    row: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its number in the sheet, its answers by field, and what stands in the columns of every register."""

    number: int
    answers: dict[str, Any]
    special: dict[str, str]


@dataclass(slots=True)
class Table:
    """What was read: rows, what is wrong, what is to be known, columns nobody asked for, the letter of each field."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)


def read(name: str, data: bytes, form: Form, mapping: Mapping[str, str] | None = None) -> Table:
    """Read a table; what can't be read is a fault in it, never an exception."""
    table = Table()
    rows = _workbook(data, table) if name.lower().endswith((".xlsx", ".xlsm")) else _csv(data, table)
    if table.faults:
        return table
    found = _header(rows, form, mapping or {}, table)
    if found is None:
        return table
    at, columns = found
    table.letters = {key: get_column_letter(place + 1) for place, key in columns.items()}
    known = fields_of(form)
    for number, cells in rows[at + 1 :]:
        if all(is_blank(_plain(cell)) for cell in cells):
            continue
        if len(table.lines) >= MOST_ROWS:
            zh, en = f"超过 {MOST_ROWS} 行，请分成几个表。", f"More than {MOST_ROWS} rows: divide the table."
            table.faults.append(Remark(str(number), Text(zh, en), number))
            break
        table.lines.append(_line(number, cells, columns, known))
    if not table.lines and not table.faults:
        table.faults.append(Remark("", Text("表头下面没有数据行。", "There are no rows below the headings.")))
    return table


type Rows = list[tuple[int, list[Any]]]


def _workbook(data: bytes, table: Table) -> Rows:
    try:
        if not _fits(data):
            raise _TooLarge
        sheet = load_workbook(io.BytesIO(data), data_only=True).worksheets[0]
    except _TooLarge:
        sheet = None
    except _NO_WORKBOOK:
        zh, en = "这不是 XLSX 工作簿，请另存为“Excel 工作簿 (.xlsx)”。", "This is not an XLSX workbook: save it as one."
        table.faults.append(Remark("", Text(zh, en)))
        return []
    if not isinstance(sheet, Worksheet) or sheet.max_row * sheet.max_column > MOST_CELLS:
        zh, en = (
            "工作表太大，请删去末尾的空行空列。",
            "The sheet is too large: delete empty rows and columns at its end.",
        )
        table.faults.append(Remark("", Text(zh, en)))
        return []
    rows = [(number, list(cells)) for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1)]
    for merged in sheet.merged_cells.ranges:
        _unmerge(merged, rows, table)
    return rows


class _TooLarge(Exception):
    """A workbook that would fill the memory."""


def _fits(data: bytes) -> bool:
    """Say whether a workbook can be opened: how large it is unpacked, and how many cells are merged in its sheets."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        members = packed.infolist()
        if sum(one.file_size for one in members) > MOST_UNPACKED:
            return False
        sheets = [packed.read(one) for one in members if one.filename.startswith("xl/worksheets/")]
    merged = [found.decode() for sheet in sheets for found in _MERGED.findall(sheet)]
    return sum(_cells(one) for one in merged) <= MOST_CELLS


def _cells(reference: str) -> int:
    """Return how many cells a range has; one without an end reaches to the end of the sheet."""
    left, top, right, low = range_boundaries(reference)
    return ((right or _COLUMNS) - (left or 1) + 1) * ((low or _ROWS) - (top or 1) + 1)


def _unmerge(merged: Any, rows: Rows, table: Table) -> None:
    """Let a value that stands in cells merged downwards count in each of their rows; across columns only the first."""
    top, left = merged.min_row - 1, merged.min_col - 1
    value = rows[top][1][left]
    if is_blank(_plain(value)) or merged.max_row == merged.min_row:
        return
    for number in range(top, min(merged.max_row, len(rows))):
        rows[number][1][left] = value
    table.notes.append(
        Remark(
            merged.coord,
            Text(
                f"{merged.coord} 是合并单元格：其中的值用于每一行。",
                f"{merged.coord} is merged: its value counts in each of the rows.",
            ),
            merged.min_row,
        )
    )


def _csv(data: bytes, table: Table) -> Rows:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and text.strip():
            try:
                lines = list(csv.reader(io.StringIO(text)))
            except csv.Error:
                break
            return [(number, list(cells)) for number, cells in enumerate(lines, start=1)]
        break
    zh = "这不是表格：请存为 XLSX，或 UTF-8、GBK 编码的 CSV。"
    table.faults.append(Remark("", Text(zh, "This is not a table: save it as XLSX, or as CSV in UTF-8 or GBK.")))
    return []


def _header(rows: Rows, form: Form, mapping: Mapping[str, str], table: Table) -> tuple[int, dict[int, str]] | None:
    """Return the index of the row of headings and column → field: the row, near the top, that names most fields."""
    names = _names(form, mapping)
    best: tuple[int, int] | None = None
    for at, (_number, cells) in enumerate(rows[:_HEAD_WITHIN]):
        known = sum(_key(cell, names) is not None for cell in cells)
        if known and (best is None or known > best[1]):
            best = (at, known)
    if best is None:
        wanted = [one.title.zh for one in fields_of(form).values()][:6]
        zh = f"前 {_HEAD_WITHIN} 行中没有找到表头。列名可写：{'、'.join(wanted)}…，或用 --map 列名=字段 指定。"
        en = f"No headings in the first {_HEAD_WITHIN} rows. Name columns {', '.join(wanted)} …, or map them."
        table.faults.append(Remark("", Text(zh, en)))
        return None
    columns: dict[int, str] = {}
    number, cells = rows[best[0]]
    for place, cell in enumerate(cells):
        said, key = _heading(cell), _key(cell, names)
        if key in columns.values():
            where = f"{get_column_letter(place + 1)}{number}"
            text = Text(f"“{said}”与另一列是同一字段。", f"“{said}” is the same field as another column.")
            table.faults.append(Remark(where, text, number))
        elif key:
            columns[place] = key
        elif said:
            table.left_out.append(said)
    return best[0], columns


def _names(form: Form, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return what may stand at the head of a column → field: titles whole, and without brackets where that is clear."""
    names: dict[str, str] = {}
    shortened: dict[str, set[str]] = {}
    for key, one in fields_of(form).items():
        for said in filter(None, (one.title.zh, one.title.en, key)):
            names[_whole(said)] = key
            shortened.setdefault(_heading(said), set()).add(key)
    clear = {short: next(iter(keys)) for short, keys in shortened.items() if len(keys) == 1}
    special = {word.casefold(): key for key, words in SPECIAL.items() for word in words}
    return special | clear | names | {_whole(column): key for column, key in mapping.items()}


def _key(cell: Any, names: Mapping[str, str]) -> str | None:
    return names.get(_whole(cell)) or names.get(_heading(cell))


def _whole(cell: Any) -> str:
    return re.sub(r"[\s*＊]+", " ", str(_plain(cell))).strip().casefold()


def _heading(cell: Any) -> str:
    """Return a heading without what is in brackets at its end."""
    said = _whole(cell)
    return re.sub(r"[（(][^）)]*[）)]$", "", said).strip() or said


def _line(number: int, cells: Sequence[Any], columns: Mapping[int, str], known: Mapping[str, Field]) -> Line:
    answers: dict[str, Any] = {}
    special: dict[str, str] = {}
    for place, key in columns.items():
        cell = cells[place] if place < len(cells) else None
        if key in known:
            answers[key] = _answer(known[key], cell)
        else:
            special[key] = str(_plain(cell)).strip()
    return Line(number, answers, special)


def _answer(one: Field, cell: Any) -> Any:
    value = _plain(cell)
    if one.kind == "date":
        return _as_day(value)
    if one.kind in ("repeat", "place") and isinstance(value, str):
        return _structured(one, value)
    if one.kind not in ("whole", "decimal", "money") and not isinstance(value, str):
        return str(value)
    return value


def _structured(one: Field, said: str) -> Any:
    if said[:1] in ("[", "{"):
        try:
            return json.loads(said)
        except ValueError:
            return said
    if one.kind == "place" and "," in said.replace("，", ","):
        lon, _, lat = said.replace("，", ",").partition(",")
        return {"lon": lon.strip(), "lat": lat.strip()}
    return said


def _plain(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(timespec="minutes")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell.strip() if isinstance(cell, str) else cell


def _as_day(value: Any) -> Any:
    """Return a date that was written as text, or that a spreadsheet shows as a number, as `2026-03-01`."""
    if isinstance(value, int) and 20_000 < value < 80_000:
        return (_EXCEL_BEGAN + timedelta(days=value)).isoformat()
    said = str(value)
    found = _DAY.fullmatch(said) or _PACKED.fullmatch(said)
    if found is None:
        return value
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return said


def cells_of(table: Table, line: Line, path: str) -> str:
    """Return the cell of a fault."""
    letter = table.letters.get(path.split(".", maxsplit=1)[0])
    return f"{letter}{line.number}" if letter else str(line.number)
