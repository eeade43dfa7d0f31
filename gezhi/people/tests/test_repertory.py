"""What tests begin with is the same whether it was made or written again, and is made where something else stands."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection

from gezhi.people import operations
from gezhi.people.models import Account
from gezhi.people.tests import repertory
from gezhi.people.tests.cast import BEGAN, Cast


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(repertory, "_kept", dict(repertory._kept))
    return []


def _hire(made: list[str], settings: LazySettings) -> Account:
    made.append("newcomer")
    path = Path(settings.MEDIA_ROOT, "ab", "photo.jpg")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"a photo")
    return operations.create_staff(actor=None, username="newcomer", name="新来的", now=BEGAN)


def test_what_was_played_once_is_written_again_with_its_files(
    cast: Cast, made: list[str], settings: LazySettings
) -> None:
    first = repertory.play("newcomer", lambda: _hire(made, settings), after="cast")
    rows = repertory.in_order(repertory._read())
    Path(settings.MEDIA_ROOT, "ab", "photo.jpg").unlink()
    with connection.cursor() as cursor:
        cursor.execute(repertory.clearing())
    repertory.play("cast", lambda: pytest.fail("made anew"))
    second = repertory.play("newcomer", lambda: _hire(made, settings), after="cast")
    assert (second, made) == (first, ["newcomer"])
    assert second is not first
    assert repertory.in_order(repertory._read()) == rows
    assert Path(settings.MEDIA_ROOT, "ab", "photo.jpg").read_bytes() == b"a photo"


def test_where_something_else_stands_it_is_made(cast: Cast, made: list[str], settings: LazySettings) -> None:
    repertory.play("newcomer", lambda: _hire(made, settings), after="cast")
    Account.objects.filter(username="newcomer").update(username="left")
    repertory.play("newcomer", lambda: _hire(made, settings), after="cast")
    assert made == ["newcomer", "newcomer"]
