"""Writing protected values anew under the newest data key, after a key was put in front, while everything runs.

Rows are found by the mark that each value carries, a few at a time, locked only while they are written. When nothing is
left, the retired key may leave the list (but the last one stays: it also keys hashes, see `crypto`).
"""

from typing import Any

from django.apps import apps
from django.db import connection, transaction

from gezhi.foundation import crypto
from gezhi.foundation.fields import EncryptedText

# ruff: noqa: S608  names of tables and columns come from the models, values always travel as parameters
_MARK = "substring({column} from 2 for 4)"


def reseal(*, limit: int = 500) -> int:
    """Write up to `limit` values of each protected column anew; return how many. 0 when one key alone is in use."""
    newest = crypto.newest_of_several()
    if newest is None:
        return 0
    return sum(_column(table, column, newest, limit) for table, column in protected())


def protected() -> list[tuple[str, str]]:
    """Return the tables and columns that hold protected values."""
    return [
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedText)
    ]


@transaction.atomic
def _column(table: str, column: str, newest: bytes, limit: int) -> int:
    mark = _MARK.format(column=column)
    wanted = f"select ctid, {column} from {table} where length({column}) > 5 and {mark} <> %s"
    with connection.cursor() as cursor:
        cursor.execute(f"{wanted} limit {limit} for update skip locked", [newest])
        rows: list[tuple[Any, Any]] = cursor.fetchall()
        for place, value in rows:
            anew = crypto.encrypt(crypto.decrypt(bytes(value)))
            cursor.execute(f"update {table} set {column} = %s where ctid = %s::tid", [anew, str(place)])
    return len(rows)
