"""Rules about tables and migrations."""

import re
from collections.abc import Iterable, Iterator
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AlterField, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from gezhi.foundation import again
from tests.house.sources import FLOORS, ROOT

FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def room_of(module: str) -> str:
    return module.split(".")[1]


def test_foreign_keys_point_downwards_or_stay_in_the_room() -> None:
    found = []
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith("gezhi."):
            continue
        here = room_of(model.__module__)
        for field in model._meta.get_fields():
            other = field.related_model if field.is_relation and field.concrete else None
            if other is None or isinstance(other, str) or not other.__module__.startswith("gezhi."):
                continue
            there = room_of(other.__module__)
            if there != here and FLOOR[there] >= FLOOR[here]:
                found.append(f"{model._meta.label}.{field.name} → {other._meta.label}")
    assert found == []


def test_migrations_are_named_by_hand_and_follow_in_one_line() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {key for key in loader.graph.nodes if key[0] in FLOOR}
    assert [key for key in ours if re.search(r"_(auto|merge|initial)", key[1])] == []
    assert loader.detect_conflicts() == {}


def test_migrations_hold_no_triggers() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "gezhi").glob("*/migrations/*.py")
        if re.search(r"CREATE\s+(OR\s+REPLACE\s+)?(CONSTRAINT\s+)?TRIGGER", path.read_text(), re.IGNORECASE)
    ]
    assert found == []


def _steps(operations: Iterable[Operation]) -> Iterator[Operation]:
    for one in operations:
        if isinstance(one, SeparateDatabaseAndState):
            yield from _steps(one.database_operations)
        else:
            yield one


def _may_run_again(step: Operation) -> bool:
    """Say whether a step finds nothing to do the second time; RunPython has to see to that itself."""
    if isinstance(step, RunSQL):
        # what it puts in the place of what it drops, if anything, comes in a step of its own
        return "if exists" in str(step.sql)
    return isinstance(step, AlterField | RunPython)


def test_what_runs_outside_a_transaction_may_run_again() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    outside = [one for key, one in loader.disk_migrations.items() if key[0] in FLOOR and not one.atomic]
    found = [
        f"{migration}: {type(step).__name__} is not of gezhi.foundation.again"
        for migration in outside
        for step in _steps(migration.operations)
        if type(step).__module__ != again.__name__ and not _may_run_again(step)
    ]
    assert outside
    assert found == []


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    said = StringIO()
    call_command("makemigrations", check_changes=True, dry_run=True, stdout=said)
    assert "No changes detected" in said.getvalue()
