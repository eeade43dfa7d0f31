"""Steps of migrations that run outside a transaction, each of which may be done again.

An index that is built while people work can't be part of a transaction. Cut off half-way (a stop, a lock that was not
given), such a migration leaves some of its steps done and perhaps an index that is not valid. The next `migrate` does
the whole migration again: what is there stays, what is half done is dropped and built anew.
"""

from typing import Any

from django.contrib.postgres import operations as postgres
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

type Editor = BaseDatabaseSchemaEditor


class AddIndex(postgres.AddIndexConcurrently):
    """Build an index in the background, unless it is there and valid."""

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Build it; one that was left half built goes first."""
        if not _built(schema_editor, self.index.name):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class RemoveIndex(postgres.RemoveIndexConcurrently):
    """Drop an index in the background, if it is there."""

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop it; cut off half-way, it is still there."""
        if schema_editor.collect_sql or _valid(schema_editor, str(self.name)) is not None:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddField(migrations.AddField):
    """Add a column, unless it is there."""

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Add it."""
        model = to_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        asked = "select 1 from pg_attribute where attrelid = to_regclass(%s) and attname = %s and not attisdropped"
        if not _one(schema_editor, asked, [model._meta.db_table, column]):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class UniqueIndex(Operation):
    """Build a unique index in the background, unless it is there and valid; the state is told beside it."""

    atomic = False
    reduces_to_sql = True

    def __init__(self, table: str, name: str, columns: str, rest: str = "") -> None:
        self.table, self.name, self.columns, self.rest = table, name, columns, rest

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: the constraint is told of in `SeparateDatabaseAndState`."""

    def database_forwards(
        self, _app_label: str, schema_editor: Editor, _from_state: ProjectState, _to_state: ProjectState
    ) -> None:
        """Build it; one that was left half built goes first."""
        if not _built(schema_editor, self.name):
            made = f"create unique index concurrently {self.name} on {self.table} ({self.columns}) {self.rest}"
            schema_editor.execute(made.rstrip())

    def database_backwards(
        self, _app_label: str, schema_editor: Editor, _from_state: ProjectState, _to_state: ProjectState
    ) -> None:
        """Drop it."""
        schema_editor.execute(f"drop index concurrently if exists {self.name}")

    def describe(self) -> str:
        """Say what it does."""
        return f"Concurrently create unique index {self.name} on {self.table}"


class UniqueConstraint(Operation):
    """Make a unique index that is there a constraint of its table, unless it is one."""

    reduces_to_sql = True

    def __init__(self, table: str, name: str) -> None:
        self.table, self.name = table, name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: the constraint is told of in `SeparateDatabaseAndState`."""

    def database_forwards(
        self, _app_label: str, schema_editor: Editor, _from_state: ProjectState, _to_state: ProjectState
    ) -> None:
        """Make it one."""
        asked = "select 1 from pg_constraint where conrelid = to_regclass(%s) and conname = %s"
        if not _one(schema_editor, asked, [self.table, self.name]):
            schema_editor.execute(f"alter table {self.table} add constraint {self.name} unique using index {self.name}")

    def database_backwards(
        self, _app_label: str, schema_editor: Editor, _from_state: ProjectState, _to_state: ProjectState
    ) -> None:
        """Drop it, and its index with it."""
        schema_editor.execute(f"alter table {self.table} drop constraint if exists {self.name}")

    def describe(self) -> str:
        """Say what it does."""
        return f"Make index {self.name} a constraint of {self.table}"


def _built(schema_editor: Editor, name: str) -> bool:
    """Say whether an index is there and valid; drop it where it is not valid."""
    valid = _valid(schema_editor, name)
    if valid is False:
        schema_editor.execute(f"drop index concurrently {schema_editor.quote_name(name)}")
    return bool(valid)


def _valid(schema_editor: Editor, name: str) -> bool | None:
    """Say whether an index is valid; None where there is none."""
    valid = _one(schema_editor, "select indisvalid from pg_index where indexrelid = to_regclass(%s)", [name])
    return None if valid is None else bool(valid)


def _one(schema_editor: Editor, sql: str, values: list[str]) -> Any:
    """Return the one value that is asked for, None where there is no row, or where the SQL is only written down."""
    if schema_editor.collect_sql:
        return None
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return row[0] if row else None
