"""Writes TOML: what the standard library reads but does not write. Only what schemes are made of."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def value(one: Any) -> str:
    """Return a value on one line."""
    match one:
        case bool():
            return "true" if one else "false"
        case int() | float():
            return repr(one)
        case date():
            return one.isoformat()
        case str():
            # JSON's escapes are TOML's; control characters included
            return json.dumps(one, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return f"[{', '.join(value(each) for each in one)}]"
        case dict():
            return "{" + ", ".join(f"{key(name)} = {value(each)}" for name, each in one.items()) + "}"
        case _:
            raise TypeError(f"{one!r} has no place in TOML")


def key(name: str) -> str:
    """Return a key, quoted where it must be."""
    return name if _BARE.fullmatch(name) else value(name)


def document(table: Mapping[str, Any]) -> str:
    """Return a whole document: tables under headers, inside them one key a line."""
    return "\n".join(_lines(table, ())).lstrip("\n") + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    tables = {name: one for name, one in table.items() if isinstance(one, dict) and _big(one)}
    if tables and all(isinstance(one, dict) for one in table.values()):
        # a map of like things keeps its order: the fields of a form are asked in it
        tables = dict(table)
    arrays = {name: one for name, one in table.items() if _is_array_of_tables(one)}
    for name, one in table.items():
        if name not in tables and name not in arrays:
            yield f"{key(name)} = {value(one)}"
    for name, rows in arrays.items():
        for row in rows:
            yield f"\n[[{'.'.join(key(part) for part in (*path, name))}]]"
            yield from _lines(row, (*path, name))
    for name, one in tables.items():
        if not one or any(not isinstance(inside, dict) or not _big(inside) for inside in one.values()):
            yield f"\n[{'.'.join(key(part) for part in (*path, name))}]"
        yield from _lines(one, (*path, name))


def _big(table: dict[str, Any]) -> bool:
    """Tell whether a table gets a header of its own: not a mere wording or a short inline table."""
    return not table or not all(isinstance(one, str | int | bool | list) for one in table.values()) or len(table) > 3


def _is_array_of_tables(one: Any) -> bool:
    return isinstance(one, list) and bool(one) and all((isinstance(row, dict) and _big(row)) or False for row in one)
