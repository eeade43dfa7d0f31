"""The sheets of an XLSForm as rows of plain texts, and the languages of its columns."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from gezhi.schemes.xlsforms.checked import refused

MOST_ROWS = 2000
LARGEST = 5 * 1024 * 1024
MOST_UNPACKED = 40 * 1024 * 1024
# rows that are only formatted count for nothing, but nobody waits for a million of them
FURTHEST = 20_000
_UNREADABLE = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, EOFError, RuntimeError, KeyError, IndexError,
    ValueError, TypeError, AttributeError, NotImplementedError, OSError,
)  # fmt: skip
_CODE = re.compile(r"\(([a-z]{2,3})(?:[-_]\w+)?\)\s*$", re.IGNORECASE)
_CHINESE = re.compile(r"中文|汉语|漢語|普通话|简体|chinese|^zh\b", re.IGNORECASE)
_ENGLISH = re.compile(r"english|英文|英语|^en\b", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]")
# XLSForm's two spellings of the same columns
_ALIASES = {"relevance": "relevant", "list name": "list_name", "constraint message": "constraint_message"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty: its sheet, its number and its texts by column."""

    sheet: str
    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """Return a text, empty when there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Sheets:
    """A workbook's rows by sheet, and the columns that each sheet has."""

    rows: Mapping[str, tuple[Row, ...]]
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, sheet: str) -> tuple[Row, ...]:
        """Return a sheet's rows; none when it is not there."""
        return self.rows.get(sheet, ())


def opened(data: bytes) -> Sheets:
    """Read a workbook; raise SchemeError when it is none."""
    most = LARGEST // 2**20
    if len(data) > LARGEST:
        raise refused("", 0, f"文件太大（上限 {most} MB）。", f"The file is too large ({most} MB at most).")
    try:
        unpacked = sum(one.file_size for one in zipfile.ZipFile(io.BytesIO(data)).infolist())
        book = load_workbook(io.BytesIO(data), data_only=True) if unpacked <= MOST_UNPACKED else None
    except _UNREADABLE as bad:
        zh = "无法打开：不是 .xlsx 工作簿。若是 .xls，请在电子表格软件里另存为 .xlsx。"
        en = "It can't be opened: no .xlsx workbook. Save an .xls as .xlsx in a spreadsheet program."
        raise refused("", 0, zh, en) from bad
    if book is None:
        raise refused("", 0, "工作簿展开后太大。", "The workbook is too large when unpacked.")
    if "survey" not in [name.lower() for name in book.sheetnames]:
        raise refused("", 0, "缺少名为 survey 的工作表。", "There is no sheet named “survey”.")
    rows, columns = {}, {}
    for sheet in book.worksheets:
        name = sheet.title.lower()
        if name in ("survey", "choices", "settings"):
            columns[name], rows[name] = _rows(name, sheet)
    return Sheets(rows, columns)


def _rows(name: str, sheet: Any) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    lines = sheet.iter_rows(values_only=True, max_row=min(sheet.max_row or 1, FURTHEST))
    heads = tuple(_head(one) for one in next(lines, ()))
    found = []
    for line, values in enumerate(lines, start=2):
        cells = {head: said for head, value in zip(heads, values, strict=False) if head and (said := _text(value))}
        if cells:
            found.append(Row(name, line, cells))
        if len(found) > MOST_ROWS:
            raise refused(name, line, f"最多 {MOST_ROWS} 行。", f"At most {MOST_ROWS} rows.")
    return heads, tuple(found)


def _head(value: Any) -> str:
    said = _text(value)
    name, colon, language = said.partition("::")
    if not colon:
        name, colon, language = said.partition(":") if said.lower().startswith(("label:", "hint:")) else (said, "", "")
    name = name.strip().lower()
    return f"{_ALIASES.get(name, name)}::{language.strip(' :')}" if colon else _ALIASES.get(name, name)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def language_of(name: str) -> str:
    """Return `zh` or `en` for the name of a column's language, empty for another one."""
    code = _CODE.search(name)
    if code:
        return {"zh": "zh", "en": "en"}.get(code[1].lower(), "")
    if _CHINESE.search(name):
        return "zh"
    return "en" if _ENGLISH.search(name) else ""


def worded(row: Row, column: str) -> dict[str, str]:
    """Return a wording of a row in the languages that it has; a column without a language is told by its script."""
    said: dict[str, str] = {}
    for name, text in row.cells.items():
        head, colon, language = name.partition("::")
        if head != column:
            continue
        known = language_of(language) if colon else ("zh" if _HAN.search(text) else "en")
        if known:
            said.setdefault(known, text)
    return said


def other_languages(sheets: Sheets) -> Iterator[tuple[str, str]]:
    """Yield the columns whose language is neither Chinese nor English, with their sheets."""
    for sheet, columns in sheets.columns.items():
        for column in columns:
            head, colon, language = column.partition("::")
            if colon and head in ("label", "hint", "constraint_message") and not language_of(language):
                yield sheet, column
