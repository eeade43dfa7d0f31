"""Reading files of areas: GeoJSON, Shapefile, GeoPackage, CSV and XLSX become one kind of table.

Coordinates come out in degrees as the file has them, projected ones turned into degrees of their own datum; the shift
of GCJ-02 and BD-09 is undone by who knows what the file claims. Numbers in code columns stay as they were written.
"""

import csv
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import openpyxl
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray
from openpyxl.utils.exceptions import InvalidFileException

from gezhi.territory.findings import Finding

VECTOR = frozenset({".geojson", ".json", ".shp", ".zip", ".gpkg"})
_DELIMITERS = ",\t;|"
# What the reader of workbooks raises for what is none, or is damaged somewhere inside; some of it row by row.
_NO_WORKBOOK = (
    OSError, KeyError, IndexError, ValueError, TypeError, AttributeError, SyntaxError, EOFError, zlib.error, BadZipFile,
    InvalidFileException,
)  # fmt: skip


class UnreadableError(Exception):
    """A file can't be read as a table; `finding` says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.say("en"))
        self.finding = finding


@dataclass(slots=True)
class Sheet:
    """A table: column names, rows of text, a shape or None for each row, and what was noticed while reading."""

    columns: list[str]
    rows: list[list[str]]
    shapes: NDArray[Any] | None = None
    notes: list[Finding] = field(default_factory=list)


def read(path: Path) -> Sheet:
    """Return the table of a file; raises UnreadableError."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return read_csv(path)
    if suffix == ".xlsx":
        return _read_xlsx(path)
    if suffix in VECTOR:
        return _read_vector(path)
    raise UnreadableError(Finding(0, "", "file_kind", {"suffix": suffix or path.name}))


# ---- CSV and XLSX


def decode(data: bytes) -> tuple[str, bool]:
    """Return the text of a file's bytes and whether it was GBK: offices' spreadsheets save it so."""
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("gb18030"), True
    except UnicodeDecodeError as error:
        reason = f"neither UTF-8 nor GBK at byte {error.start}"
        raise UnreadableError(Finding(0, "", "file_unreadable", {"reason": reason})) from None


def read_csv(path: Path) -> Sheet:
    """Return the table of a CSV file in UTF-8 or GBK, separated by comma, semicolon, tab or bar."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableError(Finding(0, "", "file_unreadable", {"reason": str(error)})) from None
    text, gbk = decode(data)
    header = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        sheet = _from_lines(reader)
    except csv.Error as error:
        reason = f"line {reader.line_num}: {error}"
        raise UnreadableError(Finding(0, "", "file_unreadable", {"reason": reason})) from None
    if gbk:
        sheet.notes.append(Finding(0, "", "file_gbk"))
    return sheet


def _read_xlsx(path: Path) -> Sheet:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        return _from_lines(_lines(book.worksheets[0]))
    except _NO_WORKBOOK as error:
        raise UnreadableError(Finding(0, "", "file_unreadable", {"reason": str(error)})) from None


def _lines(sheet: Any) -> Iterator[list[str]]:
    """Yield the rows that say something, as wide as the first one.

    How large a sheet says it is does not count: whoever has coloured whole columns has a million rows of nothing.
    """
    sheet.reset_dimensions()
    width = 0
    for row in sheet.iter_rows(values_only=True):
        line = [_cell(value) for value in row]
        while line and not line[-1]:
            line.pop()
        if line:
            width = width or len(line)
            yield line + [""] * (width - len(line))


def _cell(value: object) -> str:
    """Return a spreadsheet's value as it was typed: a code kept as a number has no decimals."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _from_lines(lines: Iterable[list[str]]) -> Sheet:
    found: Iterator[list[str]] = iter(lines)
    columns = [name.strip() for name in next(found, [])]
    sheet = Sheet(columns, [])
    for number, line in enumerate(found, start=1):
        if any(line) and len(line) != len(columns):
            counts = {"count": str(len(line)), "wanted": str(len(columns))}
            sheet.notes.append(Finding(number, "", "row_short", counts))
        sheet.rows.append(list(islice(chain(line, repeat("")), len(columns))))
    while sheet.rows and not any(sheet.rows[-1]):
        sheet.rows.pop()
    if not sheet.rows:
        raise UnreadableError(Finding(0, "", "file_empty"))
    return sheet


# ---- vector files


def _read_vector(path: Path) -> Sheet:
    where = f"/vsizip/{path}" if path.suffix.lower() == ".zip" else str(path)
    try:
        meta, _ids, shapes, fields = pyogrio.raw.read(where)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise UnreadableError(Finding(0, "", "file_unreadable", {"reason": str(error)})) from None
    columns = [str(name) for name in meta["fields"]]
    texts = [[_cell(_plain(value)) for value in column] for column in fields]
    count = len(shapes) if shapes is not None else len(texts[0]) if texts else 0
    if not count:
        raise UnreadableError(Finding(0, "", "file_empty"))
    rows = [list(row) for row in zip(*texts, strict=True)] if texts else [[] for _ in range(count)]
    geometries = shapely.from_wkb(shapes, on_invalid="ignore") if shapes is not None else None
    return Sheet(columns, rows, _in_degrees(geometries, meta["crs"]))


def _plain(value: object) -> object:
    """Return a missing number of a vector file as nothing."""
    return None if isinstance(value, float) and np.isnan(value) else value


def _in_degrees(shapes: NDArray[Any] | None, crs: str | None) -> NDArray[Any] | None:
    """Return shapes in degrees of their own datum; a file without a coordinate system is taken to be in degrees."""
    if shapes is None:
        return None
    flat = shapely.force_2d(shapes)
    system = pyproj.CRS.from_user_input(crs) if crs else None
    if system is None or system.is_geographic:
        return np.asarray(flat)
    turn = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    return np.asarray(shapely.transform(flat, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1]))))
