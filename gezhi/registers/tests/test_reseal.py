"""A new data key in front: what older ones sealed is written anew, in entries and their story, and stays readable."""

from django.db import connection
from pytest_django import Settings

from gezhi.foundation import crypto
from gezhi.foundation.reseal import protected, reseal
from gezhi.registers.models import EntryChange
from gezhi.registers.operations.writing import opened, values_of
from gezhi.registers.tests.conftest import Books


def _old(table: str, column: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from {table} where length({column}) > 5")  # noqa: S608
        return sum(crypto.needs_rotation(bytes(value)) for (value,) in cursor.fetchall())


def test_everything_sealed_is_written_anew_under_the_newest_key(books: Books, settings: Settings) -> None:
    entry = books.home()
    assert reseal() == 0
    settings.DATA_KEYS = f"{crypto.new_key()},{settings.DATA_KEYS}"
    assert ("registers_entry", "sealed") in protected()
    assert sum(_old(*one) for one in protected()) > 0
    while reseal(limit=1):
        continue
    assert sum(_old(*one) for one in protected()) == 0
    assert values_of(books.entry(entry))["phone"] == "13800001234"
    assert opened(EntryChange.objects.get(entry=entry).sealed)["phone"] == [None, "13800001234"]
