"""A district in which the Shawan scheme is in force, and short ways to report and act in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gezhi.cases import operations
from gezhi.cases.models import Case
from gezhi.cases.operations import Acted, Opened, Report
from gezhi.enactment import operations as enactment
from gezhi.enactment.models import SchemeVersion
from gezhi.people.models import Account
from gezhi.people.tests.cast import Cast
from gezhi.schemes import source
from gezhi.territory import queries as territory

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Wednesday morning, no holiday near.
MORNING = datetime(2026, 6, 3, 10, 0, tzinfo=SHANGHAI)
_keys = count(1)


@dataclass
class District:
    """The cast, the scheme in force, and a clock that tests move."""

    cast: Cast
    now: datetime = MORNING
    numbers: list[str] = field(default_factory=list)

    def later(self, **span: float) -> datetime:
        """Move the clock on."""
        self.now += timedelta(**span)
        return self.now

    def report(self, **given: Any) -> Report:
        """Return a report as a resident sends it from the middle of grid 1."""
        lon, lat = self.cast.point(1)
        plain: dict[str, Any] = {
            "client_key": f"test-key-of-a-case-{next(_keys):06}", "item": "env.litter", "channel": "portal", "lon": lon,
            "lat": lat, "text": "清溪路 24 号门前路面积水。雨停了三天也不退。",
        }  # fmt: skip
        return Report(**(plain | given))

    def open(self, actor: Account | None = None, **given: Any) -> Opened:
        """Take in a report."""
        return operations.open_case(actor=actor, report=self.report(**given), now=self.now)

    def act(self, who: Account | None, number: str, action: str, **given: Any) -> Acted:
        """Do something a minute later."""
        self.later(minutes=1)
        return operations.act(actor=who, number=number, action=action, now=self.now, **given)

    def case(self, number: str) -> Case:
        """Return the row as it is now."""
        return Case.objects.unscoped(reason="a test looks").get(number=number)


@pytest.fixture(autouse=True)
def _look_again() -> Iterator[None]:
    territory.look_again()
    yield
    territory.look_again()


@pytest.fixture
def district(cast: Cast) -> District:
    """Return the district with Shawan in force since 2026."""
    enact()
    return District(cast)


def enact() -> None:
    """Put the shipped Shawan scheme into force."""
    enactment.enact(
        files=source.shipped() / "shawan", actor=None, on=date(2026, 1, 1), now=datetime(2025, 12, 31, tzinfo=UTC)
    )


@pytest.fixture
def asking(district: District) -> str:
    """Return an item whose opening asks something."""
    return enact_asking()


def enact_asking(*, photos: bool = False) -> str:
    """Put a version of Shawan into force that asks who quarrels when a dispute is reported; return such an item.

    `photos`: it asks for photos of the boundary as well.
    """
    row = SchemeVersion.objects.get()
    main, files = row.source["main"], dict(row.source["files"])
    files[f"{main}/scheme.toml"] = files[f"{main}/scheme.toml"].replace(f'"{row.version}"', '"asking"', 1)
    rules, asks = f"{main}/procedures.toml", '["parties", "border"]' if photos else '["parties"]'
    files[rules] = files[rules].replace("[procedures.mediation]\n", f"[procedures.mediation]\nasks = {asks}\n", 1)
    files[rules] += '\n[questions.parties]\nkind = "text"\ntitle = {zh = "谁和谁", en = "Who quarrels"}\n'
    if photos:
        files[rules] += (
            '\n[questions.border]\nkind = "photos"\ntitle = {zh = "界址照片", en = "Photos of the boundary"}\n'
        )
    enactment.enact(
        files=source.Source(main, files), actor=None, on=date(2026, 1, 2), now=datetime(2025, 12, 31, tzinfo=UTC)
    )
    return "dispute.land"
