"""A migration outside a transaction that was cut off half-way: the next one does what is missing, whatever was left."""

from collections.abc import Iterator, Sequence

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from gezhi.foundation import again

pytestmark = pytest.mark.django_db(transaction=True)
_HELD = """
select indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid from pg_index
where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
union all select conname, pg_get_constraintdef(oid), convalidated from pg_constraint
where connamespace = 'public'::regnamespace
"""


def _outside() -> list[Migration]:
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations.values()
    return [one for one in found if not one.atomic and "gezhi" in type(one).__module__]


def _run(migration: Migration) -> None:
    """Run a migration again that was run to its end or in part, as `migrate` does where it is not noted as done."""
    state = MigrationLoader(connection).project_state((migration.app_label, migration.name), at_end=False)
    with connection.schema_editor(atomic=False) as editor:
        migration.apply(state, editor)


def _held() -> set[tuple[str, str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_HELD)
        return set(cursor.fetchall())


def _steps(operations: Sequence[Operation]) -> Iterator[Operation]:
    for one in operations:
        yield from _steps(one.database_operations) if isinstance(one, SeparateDatabaseAndState) else [one]


def _indexes(migration: Migration) -> list[str]:
    steps = list(_steps(migration.operations))
    built = [one.index.name for one in steps if isinstance(one, again.AddIndex)]
    return [*built, *(one.name for one in steps if isinstance(one, again.UniqueIndex))]


def _say(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _spoil(index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update pg_index set indisvalid = false where indexrelid = %s::regclass", [index])


@pytest.mark.parametrize("migration", _outside(), ids=str)
def test_cut_off_anywhere_it_is_done_to_its_end_the_next_time(migration: Migration) -> None:
    before, indexes = _held(), _indexes(migration)
    assert indexes
    # everything was done, and only the note of it is missing
    _run(migration)
    assert _held() == before
    for name in indexes:
        # what is left of an index whose building was cut off
        _spoil(name)
        if any(held == name and definition.startswith("UNIQUE") for held, definition, _ in before):
            _say(f"alter table {_table(migration)} drop constraint {name}")
            _say(_made(migration, name))
            _spoil(name)
        assert _held() != before
    _run(migration)
    assert _held() == before
    # nothing of it was done yet
    for name in indexes:
        if not any(held == name and definition.startswith("UNIQUE") for held, definition, _ in before):
            _say(f"drop index {name}")
    _run(migration)
    assert _held() == before


def _unique(migration: Migration) -> again.UniqueIndex:
    return next(one for one in _steps(migration.operations) if isinstance(one, again.UniqueIndex))


def _table(migration: Migration) -> str:
    return _unique(migration).table


def _made(migration: Migration, name: str) -> str:
    one = _unique(migration)
    return f"create unique index {name} on {one.table} ({one.columns}) {one.rest}"
