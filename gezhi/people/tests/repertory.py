"""What many tests begin with is made once by the rooms' operations, and after that written as rows: they are the same.

Numbers stay the same, too: nothing else takes them, since sequences never go back.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

# What migrations write stands there in every test.
_SEEDS = {"django_content_type", "auth_permission"}


@dataclass
class _Kept:
    """What a maker returned, the rows that it wrote (table and columns → rows as COPY has them), and its files."""

    made: Any
    rows: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


_kept: dict[str, _Kept] = {}


def play[T](name: str, make: Callable[[], T], *, after: str = "") -> T:
    """Return what `make` returns, with its rows and files in place; where anything else stands already, make it there.

    `after`: what was played before stands, and `make` goes on from there.
    """
    if not _stands(after):
        return make()
    if name not in _kept:
        made = make()
        _kept[name] = _Kept(deepcopy(made), _read(), _files())
        return made
    kept = _kept[name]
    with transaction.atomic(), connection.cursor() as cursor:
        if after:
            cursor.execute(clearing())
        for table, rows in kept.rows.items():
            with cursor.copy(f"copy {table} from stdin") as into:
                into.write(rows)
    for way, content in kept.files.items():
        path = Path(settings.MEDIA_ROOT, way)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    copied: T = deepcopy(kept.made)
    return copied


def clearing() -> str:
    """Return the statements that take all rows out which tests write."""
    return "; ".join(f'delete from "{name}"' for name in tables())  # noqa: S608


@cache
def tables() -> tuple[str, ...]:
    """Return the tables that tests write to."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(sorted(set(names) - _SEEDS))


def _stands(played: str) -> bool:
    """Say whether just that stands there which was played; without a name, nothing at all."""
    if played:
        return played in _kept and in_order(_read()) == in_order(_kept[played].rows)
    return not _stands_anything()


def in_order(rows: dict[str, bytes]) -> dict[str, list[bytes]]:
    """Return rows as they can be compared: where in a table one stands says nothing."""
    return {table: sorted(some.splitlines()) for table, some in rows.items()}


def _files() -> dict[str, bytes]:
    folder = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _stands_anything() -> bool:
    asked = " or ".join(f'exists (select from "{name}")' for name in tables())
    with connection.cursor() as cursor:
        cursor.execute(f"select {asked}")
        return bool(cursor.fetchone()[0])


def _read() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with connection.cursor() as cursor:
        for table in _with_columns():
            with cursor.copy(f"copy {table} to stdout") as out:
                rows = b"".join(bytes(part) for part in out)
            if rows:
                found[table] = rows
    return found


@cache
def _with_columns() -> tuple[str, ...]:
    """Return the tables with those of their columns that can be written."""
    found = []
    with connection.cursor() as cursor:
        for name in tables():
            cursor.execute(
                "select string_agg(quote_ident(column_name), ', ' order by ordinal_position)"
                " from information_schema.columns where table_schema = current_schema() and table_name = %s"
                " and is_generated = 'NEVER'",
                [name],
            )
            found.append(f'"{name}" ({cursor.fetchone()[0]})')
    return tuple(found)
