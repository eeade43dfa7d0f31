"""What many tests begin with is made once by the rooms' operations, and after that written as rows: they are the same.

Numbers stay the same, too: nothing else takes them, since sequences never go back.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection, transaction

# What migrations write stands there in every test.
_SEEDS = {"django_content_type", "auth_permission"}


@dataclass
class _Kept:
    """What a maker returned, and the rows that it wrote: table and columns → rows as COPY has them."""

    made: Any
    rows: dict[str, bytes] = field(default_factory=dict)


_kept: dict[str, _Kept] = {}


def play[T](name: str, make: Callable[[], T]) -> T:
    """Return what `make` returns, with its rows in the database; what stands there already is left as it is."""
    if _stands_anything():
        return make()
    if name not in _kept:
        made = make()
        _kept[name] = _Kept(deepcopy(made), _read())
        return made
    kept = _kept[name]
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in kept.rows.items():
            with cursor.copy(f"copy {table} from stdin") as into:
                into.write(rows)
    copied: T = deepcopy(kept.made)
    return copied


@cache
def tables() -> tuple[str, ...]:
    """Return the tables that tests write to."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(sorted(set(names) - _SEEDS))


def _stands_anything() -> bool:
    asked = " or ".join(f'exists (select from "{name}")' for name in tables())
    with connection.cursor() as cursor:
        cursor.execute(f"select {asked}")
        return bool(cursor.fetchone()[0])


def _read() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with connection.cursor() as cursor:
        for name in tables():
            cursor.execute(
                "select string_agg(quote_ident(column_name), ', ' order by ordinal_position)"
                " from information_schema.columns where table_schema = current_schema() and table_name = %s"
                " and is_generated = 'NEVER'",
                [name],
            )
            table = f'"{name}" ({cursor.fetchone()[0]})'
            with cursor.copy(f"copy {table} to stdout") as out:
                rows = b"".join(bytes(part) for part in out)
            if rows:
                found[table] = rows
    return found
