"""Prepared statements on Django's own connection, for the few reads and writes that every intake pays for.

The ORM builds the text of a query anew each time and PostgreSQL plans it anew; for what each request of a program asks
that is most of its cost. These statements take part in whatever transaction is open.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import OperationalError, connection
from psycopg import adapters
from psycopg.adapt import Dumper


class Json(bytes):
    """JSON as it came from the encoder; it goes to PostgreSQL without being read again."""


class _JsonDumper(Dumper):
    oid = adapters.types["json"].oid

    def dump(self, obj: Json) -> bytes:
        return obj


adapters.register_dumper(Json, _JsonDumper)
type Params = Sequence[object] | Mapping[str, object]


def run(sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows. Its text must come from code, never from what somebody sent in."""
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute(sql, params, prepare=True)
        # `description` would build an object for each column.
        return cursor.fetchall() if cursor.rownumber is not None else []


def run_first(sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
    """Run the read that a request begins with; if the database has dropped the connection, on a new one.

    So it does the health check that Django would otherwise spend a round trip on.
    """
    try:
        rows = run(sql, params)
    except OperationalError:
        if connection.in_atomic_block:
            raise
        connection.close()
        rows = run(sql, params)
    # A word of Django's own that its types don't know: the next query needn't ask.
    connection.health_check_done = True  # type: ignore[attr-defined]
    return rows
