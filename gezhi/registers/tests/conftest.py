"""A district in which a small scheme with registers is in force, and short ways to write in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gezhi.enactment import operations as enactment
from gezhi.people.models import Account
from gezhi.people.tests.cast import Cast
from gezhi.registers import operations
from gezhi.registers.models import Entry
from gezhi.registers.operations import Saved
from gezhi.territory import queries as territory

SCHEME = Path(__file__).parent / "ledgers"
MORNING = datetime(2026, 6, 3, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HOME: dict[str, Any] = {
    "head": "王家旺",
    "address": "清溪路 24 号",
    "phone": "138 0000 1234",
    "class": "3",
    "people": 4,
}


@dataclass
class Books:
    """The cast, the scheme in force, and a clock that tests move."""

    cast: Cast
    now: datetime = MORNING

    def later(self, **span: float) -> datetime:
        """Move the clock on."""
        self.now += timedelta(**span)
        return self.now

    def save(self, who: Account | None, answers: dict[str, Any], register: str = "households", **given: Any) -> Saved:
        """Write something a minute later; a new entry goes to grid 1 unless said otherwise."""
        self.later(minutes=1)
        if given.get("entry") is None:
            given.setdefault("area", self.cast.grids[0])
        return operations.save(actor=who, now=self.now, register=register, answers=answers, **given)

    def home(self, **answers: Any) -> Entry:
        """Return a household that the worker of grid 1 wrote down."""
        return self.save(self.cast.worker, HOME | answers).entry

    def entry(self, entry: Entry) -> Entry:
        """Return the row as it is now."""
        return Entry.objects.unscoped(reason="a test looks").get(pk=entry.pk)


@pytest.fixture(autouse=True)
def _look_again() -> Iterator[None]:
    territory.look_again()
    yield
    territory.look_again()


@pytest.fixture
def books(cast: Cast) -> Books:
    """Return the district with the small scheme in force since 2026."""
    enactment.enact(files=SCHEME, actor=None, on=date(2026, 1, 1), now=datetime(2025, 12, 31, tzinfo=UTC))
    return Books(cast)
