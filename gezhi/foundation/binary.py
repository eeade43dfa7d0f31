"""Rows in PostgreSQL's own binary form, for the few inserts that write hundreds of them in one statement.

A row travels as a composite value of its table's type, the rows of a table as one array: `unnest(%s::"table"[])`.
PostgreSQL copies such values where it would have to parse JSON, and a program that writes many rows that are alike
encodes what is the same in them once (`Form`).

The order and types of columns are read from the catalogue, once per process. A column that the caller does not name is
null; that a caller names every column of its model is the caller's test.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from struct import Struct
from typing import Any
from uuid import UUID

import msgspec
from django.db import ProgrammingError
from psycopg import adapters
from psycopg.adapt import Dumper
from psycopg.errors import DatatypeMismatch
from psycopg.pq import Format

from gezhi.foundation import prepared

NULL = b"\xff\xff\xff\xff"
_TEXT, _VARCHAR, _VARCHARS, _JSONB = 25, 1043, 1015, 3802
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_FLOAT8 = Struct(">id").pack
_INT8 = Struct(">iq").pack
_INT4 = Struct(">ii").pack
_INT2 = Struct(">ih").pack
_ARRAY = Struct(">iiIii").pack
_EMPTY = Struct(">iiI").pack
_NO_TEXTS = b"\0\0\0\x0c" + _EMPTY(0, 0, _VARCHAR)
_TRUE, _FALSE = b"\0\0\0\x01\x01", b"\0\0\0\x01\0"
_encode = msgspec.json.Encoder().encode
_COLUMNS = (
    "select c.reltype::int8, a.attname, a.atttypid::int8 from pg_class c join pg_attribute a on a.attrelid = c.oid"
    " where c.oid = %s::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum"
)


class OutdatedError(Exception):
    """A table was changed under the running program; rows written before don't fit it, those written from now on do."""


class Rows(bytes):
    """An array of rows, ready to be sent."""


class _RowsDumper(Dumper):
    # Which table's it is the statement says.
    oid = 0
    format = Format.BINARY

    def dump(self, obj: Rows) -> bytes:
        return obj


adapters.register_dumper(Rows, _RowsDumper)


def text(value: str | bytes) -> bytes:
    """Return a text as a column's value; bytes are UTF-8 already."""
    raw = value.encode() if isinstance(value, str) else value
    return len(raw).to_bytes(4) + raw


def jsonb(value: Any) -> bytes:
    """Return JSON as a column's value; bytes are JSON already."""
    raw = value if isinstance(value, bytes) else _encode(value)
    return (len(raw) + 1).to_bytes(4) + b"\x01" + raw


def uuid(value: UUID) -> bytes:
    """Return an id as a column's value."""
    return b"\0\0\0\x10" + value.bytes


def raw_uuid(value: bytes) -> bytes:
    """Return the sixteen bytes of an id as a column's value."""
    return b"\0\0\0\x10" + value


def float8(value: float) -> bytes:
    """Return a number as a column's value."""
    return _FLOAT8(8, value)


def boolean(value: bool) -> bytes:  # noqa: FBT001  it is the value
    """Return yes or no as a column's value."""
    return _TRUE if value else _FALSE


def moment(value: datetime) -> bytes:
    """Return a moment (it must carry its zone) as a column's value."""
    return _INT8(8, (value - _EPOCH) // _TICK)


def texts(values: Sequence[str]) -> bytes:
    """Return a list of short texts (an array of varchar) as a column's value."""
    if not values:
        return _NO_TEXTS
    raw = b"".join((_ARRAY(1, 0, _VARCHAR, len(values), 1), *map(text, values)))
    return len(raw).to_bytes(4) + raw


_WRITERS: dict[int, Callable[[Any], bytes]] = {
    16: boolean,
    17: text,
    20: lambda value: _INT8(8, value),
    21: lambda value: _INT2(2, value),
    23: lambda value: _INT4(4, value),
    _TEXT: text,
    701: float8,
    _VARCHARS: texts,
    _VARCHAR: text,
    1184: moment,
    2950: uuid,
    _JSONB: jsonb,
}


class Template[Name]:
    """Bytes with gaps in them, each with a name; filling them in is one step, however many there are."""

    __slots__ = ("_pick", "_shape", "names")

    def __init__(self, pieces: Sequence[bytes], names: Sequence[Name]) -> None:
        """Take what stands before, between and behind the gaps, and the gaps' names."""
        self.names = tuple(names)
        self._shape = b"%b".join(piece.replace(b"%", b"%%") for piece in pieces)
        self._pick = _picker(self.names)

    def fill(self, values: Mapping[Name, bytes]) -> bytes:
        """Return the bytes with the gaps' values."""
        filled: bytes = self._shape % self._pick(values)
        return filled


def _picker(names: tuple[Any, ...]) -> Callable[[Mapping[Any, bytes]], Any]:
    """Return what `%` takes: all of several values, the only one itself, or nothing."""
    return itemgetter(*names) if names else lambda _values: ()


@dataclass(frozen=True, slots=True)
class Form:
    """A row of which some columns are written already and the others, its gaps, are filled in row by row."""

    template: Template[str]

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """Return the row with the gaps' values, each as one of this module's functions made it."""
        row = self.template.fill(values)
        return len(row).to_bytes(4) + row


@dataclass(frozen=True, slots=True)
class Table:
    """A table's row type and its columns with their types, in the table's own order."""

    name: str
    row_type: int
    columns: dict[str, int]

    def form(self, values: Mapping[str, bytes], gaps: Iterable[str] = ()) -> Form:
        """Return a form with these values (of `written`) and those gaps; what is named in neither is null."""
        left = set(gaps)
        if unknown := (left | values.keys()) - self.columns.keys():
            raise LookupError(f"{self.name} has no column {sorted(unknown)}: run the migrations")
        pieces, names, here = list[bytes](), list[str](), [len(self.columns).to_bytes(4)]
        for name, type_ in self.columns.items():
            here.append(type_.to_bytes(4))
            if name in left:
                pieces.append(b"".join(here))
                names.append(name)
                here = []
            else:
                here.append(values.get(name, NULL))
        return Form(Template((*pieces, b"".join(here)), names))

    def written(self, values: Mapping[str, Any]) -> dict[str, bytes]:
        """Return columns' values as they are sent."""
        if unknown := values.keys() - self.columns.keys():
            raise LookupError(f"{self.name} has no column {sorted(unknown)}: run the migrations")
        types = self.columns
        return {name: NULL if value is None else _WRITERS[types[name]](value) for name, value in values.items()}

    def text_writer(self, column: str) -> tuple[Callable[[bytes], bytes] | None, int]:
        """Return what makes a column's value of a text's (or JSON's) bytes, and where in the value these begin."""
        write = _WRITERS[self.columns[column]]
        return (jsonb, 5) if write is jsonb else (text, 4) if write is text else (None, 0)

    def array(self, rows: Sequence[bytes]) -> Rows:
        """Return rows as the one value that the statement takes."""
        return Rows(b"".join((_ARRAY(1, 0, self.row_type, len(rows), 1), *rows)))


class _Tables:
    """The tables that were asked for, and how often they had to be looked up anew."""

    def __init__(self) -> None:
        self.known: dict[str, Table] = {}
        self.generation = 0


_tables = _Tables()


def table(name: str) -> Table:
    """Return what the catalogue says of a table."""
    known = _tables.known.get(name)
    if known is None:
        rows = prepared.run(_COLUMNS, (f'"{name}"',))
        known = _tables.known[name] = Table(name, rows[0][0], {row[1]: row[2] for row in rows})
    return known


def generation() -> int:
    """Return a number that changes when forms made before are of no use any more."""
    return _tables.generation


def insert(sql: str, arrays: Sequence[Rows]) -> list[tuple[Any, ...]]:
    """Run an insert of arrays as the first statement of a request. Raises `OutdatedError`."""
    try:
        return prepared.run_first(sql, arrays)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, DatatypeMismatch):
            raise
        _forget()
        raise OutdatedError from error


def _forget() -> None:
    _tables.known = {}
    _tables.generation += 1
