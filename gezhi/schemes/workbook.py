"""A scheme as an Excel workbook, out and in, for offices that work in one.

Each table is a sheet, each rule a row, each key a column. Lists and conditional values are written as in TOML. What
comes back is a scheme of its own: whatever it extended is written out in full, so nothing changes under it.
"""

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gezhi.schemes import toml
from gezhi.schemes.documents import MAIN, Document, parsed
from gezhi.schemes.model import Finding, Place, SchemeError
from gezhi.schemes.shapes import SHAPES, TABLE_COLUMNS
from gezhi.schemes.text import Text

# sheet → shape of its rows; steps and actions of all procedures stand on one sheet each
_MAPS = {
    "posts": "post",
    "urgencies": "urgency",
    "channels": "channel",
    "questions": "question",
    "procedures": "procedure",
    "notices": "notice",
    "follow_ups": "follow_up",
    "forms": "form",
    "registers": "register",
    "phases": "phase",
    "duties": "duty",
}
_INSIDE = {"steps": "step", "actions": "action"}
# fields of all forms stand on one sheet, those inside a group or a repeat as `rooms.area`
FIELDS = "fields"
_NESTED = ("steps", "actions", "fields", "based_on")
SHEETS = ("scheme", "levels", *_MAPS, *_INSIDE, FIELDS, *TABLE_COLUMNS)
# kinds that are text however they begin: a code such as {area}-{n:05}, a condition such as ['a'] == kinds
_AS_WRITTEN = ("word", "condition", "rate", "selection")
_WIDEST = 60

type Row = dict[str, Any]


def export(document: Document, path: Path | BinaryIO) -> None:
    """Write a merged scheme to a workbook: a file, or a stream."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    rules = document.rules
    plain = {key: value for key, value in rules.items() if key not in {*_MAPS, "levels", "pieces", "extends"}}
    sheet.title = "scheme"
    _fill(sheet, ("key", "value"), [{"key": key, "value": _cell(value)} for key, value in _flat(plain)])
    _fill(book.create_sheet("levels"), _columns("level"), [_row("level", one) for one in rules["levels"]])
    for name, shape in _MAPS.items():
        rows = [{"id": key, **_row(shape, table)} for key, table in rules.get(name, {}).items()]
        _fill(book.create_sheet(name), ("id", *_columns(shape)), rows)
    for name, shape in _INSIDE.items():
        rows = [
            {"procedure": procedure, "id": key, **_row(shape, inside)}
            for procedure, table in rules.get("procedures", {}).items()
            for key, inside in table.get(name, {}).items()
        ]
        _fill(book.create_sheet(name), ("procedure", "id", *_columns(shape)), rows)
    _fill(book.create_sheet(FIELDS), ("form", "id", *_columns("field")), _field_rows(rules.get("forms", {})))
    for table, columns in TABLE_COLUMNS.items():
        _fill(book.create_sheet(table), columns, document.rows.get(table, {}).values())
    book.save(path)


def _field_rows(forms: Mapping[str, Any]) -> Iterator[Row]:
    for form, table in forms.items():
        for key, field in _nested(table.get("fields", {})):
            yield {"form": form, "id": key, **_row("field", field)}


def _nested(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, field in fields.items():
        yield f"{prefix}{key}", field
        yield from _nested(field.get("fields", {}), f"{prefix}{key}.")


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and not {"zh", "en"} & set(value):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _columns(shape: str) -> tuple[str, ...]:
    if shape == "channel":
        return ("title", "title_en")
    columns: list[str] = []
    for key, kind in SHAPES[shape].items():
        if key in (*_NESTED, "id") and shape != "level":
            continue
        columns += [key, f"{key}_en"] if kind == "wording" else [key]
    return tuple(columns)


def _row(shape: str, table: Any) -> Row:
    if shape == "channel":
        return _wording("title", table)
    row: Row = {}
    for key, value in table.items():
        kind = SHAPES[shape].get(key, "")
        if kind == "wording":
            row |= _wording(key, value)
        elif key not in _NESTED:
            row[key] = _cell(value)
    return row


def _wording(key: str, value: Any) -> Row:
    if isinstance(value, dict):
        return {key: value.get("zh", ""), f"{key}_en": value.get("en", "")}
    return {key: value}


def _cell(value: Any) -> Any:
    return toml.value(value) if isinstance(value, dict | list) else value


def _fill(sheet: Worksheet, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    columns = tuple(columns)
    sheet.append(columns)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    widths = [len(column) for column in columns]
    for row in rows:
        # a wording that begins with = is text, not a formula
        values = [row.get(column) for column in columns]
        sheet.append(values)
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
        widths = [max(width, len(str(value or ""))) for width, value in zip(widths, values, strict=True)]
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = min(_WIDEST, width + 4)
    sheet.freeze_panes = "A2"


# ── and back ──


def read(path: Path) -> dict[str, str]:
    """Return the files of the scheme that a workbook holds, by name; raise SchemeError for cells that can't be read."""
    return taken(load_workbook(path, data_only=True))


def placed(book: Workbook) -> Iterator[tuple[str, int, Row]]:
    """Yield every row of the workbook's own sheets with its sheet and its number."""
    for name in SHEETS:
        for line, row in _rows(book, name):
            yield name, line, row


def taken(book: Workbook) -> dict[str, str]:
    """Return the files of the scheme that an open workbook holds."""
    rules = _plain(book)
    rules["levels"] = [_table("level", row, "levels", line) for line, row in _rows(book, "levels")]
    for name, shape in _MAPS.items():
        for line, row in _rows(book, name):
            rules.setdefault(name, {})[_id(row, name, line)] = _table(shape, row, name, line)
    for name, shape in _INSIDE.items():
        for line, row in _rows(book, name):
            procedure = rules.setdefault("procedures", {}).setdefault(str(row.get("procedure", "")), {})
            procedure.setdefault(name, {})[_id(row, name, line)] = _table(shape, row, name, line)
    for line, row in _rows(book, FIELDS):
        _put_field(rules, row, line)
    files = {MAIN: toml.document(rules)}
    for table, columns in TABLE_COLUMNS.items():
        rows = [row for _, row in _rows(book, table)]
        if rows:
            files[f"{table}.csv"] = _csv(columns, rows)
    return files


def _put_field(rules: dict[str, Any], row: Row, line: int) -> None:
    form = str(row.get("form", ""))
    if form not in rules.get("forms", {}):
        raise _bad(FIELDS, line, f"没有表单“{form}”。", f"There is no form “{form}”.")
    table = rules["forms"][form]
    *above, key = _id(row, FIELDS, line).split(".")
    for one in above:
        if one not in table.get("fields", {}):
            raise _bad(
                FIELDS, line, f"“{one}”须写在它里面的字段之前。", f"“{one}” must stand before what is inside it."
            )
        table = table["fields"][one]
    table.setdefault("fields", {})[key] = _table("field", row, FIELDS, line)


def _plain(book: Workbook) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for line, row in _rows(book, "scheme"):
        key = str(row.get("key", ""))
        if not key:
            raise _bad("scheme", line, "缺少 key。", "The key is missing.")
        try:
            _put(rules, key.split("."), _value(row.get("value", ""), "scheme", line))
        except (AttributeError, TypeError):
            raise _bad("scheme", line, f"“{key}”与上面的行相互矛盾。", f"“{key}” contradicts a row above.") from None
    return rules


def _rows(book: Workbook, name: str) -> Iterator[tuple[int, Row]]:
    if name not in book.sheetnames:
        return
    rows = book[name].iter_rows(values_only=True)
    columns = [str(one or "").strip() for one in next(rows, ())]
    for line, values in enumerate(rows, start=2):
        row = {column: value for column, value in zip(columns, values, strict=False) if column and value is not None}
        if row:
            yield line, row


def _id(row: Row, sheet: str, line: int) -> str:
    if not row.get("id"):
        raise _bad(sheet, line, "缺少 id。", "The id is missing.")
    return str(row["id"])


def _bad(sheet: str, line: int, zh: str, en: str) -> SchemeError:
    return SchemeError([Finding("error", "workbook", sheet, Text(zh, en), Place(sheet, line))])


def _put(rules: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        rules = rules.setdefault(key, {})
    rules[keys[-1]] = value


def _table(shape: str, row: Row, sheet: str, line: int) -> Any:
    if shape == "channel":
        return _worded(row, "title")
    table: dict[str, Any] = {}
    for key, kind in SHAPES[shape].items():
        if kind == "wording":
            worded = _worded(row, key)
            table |= {key: worded} if worded else {}
        elif key in row and (key != "id" or shape == "level"):
            table[key] = str(row[key]) if kind in _AS_WRITTEN else _value(row[key], sheet, line)
    return table


def _worded(row: Row, key: str) -> Any:
    zh, en = str(row.get(key) or ""), str(row.get(f"{key}_en") or "")
    return {"zh": zh, "en": en} if zh and en else zh or en


def _value(value: Any, sheet: str, line: int) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, time | timedelta):
        return str(value)
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return parsed(f"x = {value}")["x"]
        except tomllib.TOMLDecodeError as bad:
            raise _bad(sheet, line, f"无法识别“{value}”：{bad}", f"Can't read “{value}”: {bad}") from bad
    return value


def _csv(columns: Iterable[str], rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
