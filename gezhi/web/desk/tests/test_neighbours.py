"""A case shows the entries at its place and an entry the cases there, each to who may see them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from gezhi.enactment import operations as enactment
from gezhi.registers import operations as registers
from gezhi.registers import queries
from gezhi.registers.models import Entry
from gezhi.registers.queries import nearby
from gezhi.registers.tests.conftest import SCHEME
from gezhi.web.desk.tests.conftest import District
from gezhi.web.desk.tests.test_queue import client


@pytest.fixture
def ledgers(district: District) -> District:
    """Return the district with registers in force beside Shawan."""
    enactment.enact(files=SCHEME, actor=None, on=date(2026, 1, 1), now=datetime(2025, 12, 31, tzinfo=UTC))
    return district


def home(district: District, name: str, *, east: float = 0.0, **answers: Any) -> Entry:
    lon, lat = district.cast.point(1)
    values = {"head": name, "address": f"{name}的住址", "spot": {"lon": lon + east, "lat": lat}} | answers
    return registers.save(
        actor=district.cast.worker, now=district.now, register="households", answers=values,
        area=district.cast.grids[0],
    ).entry  # fmt: skip


def test_a_case_and_the_entries_at_its_place_link_each_other(ledgers: District) -> None:
    cast = ledgers.cast
    lon, lat = cast.point(1)
    near = home(ledgers, "近户", east=0.0002)
    home(ledgers, "远户", east=0.002)
    same = home(ledgers, "同址户", east=0.003, address="清溪路 24 号")
    case = registers.save(
        actor=cast.worker, now=ledgers.now, register="care", answers={"called": "张婆婆"}, area=cast.grids[0]
    ).entry  # fmt: skip
    number = ledgers.open(lon=lon, lat=lat, address="清溪路 24 号").number
    for address in (f"/desk/case/{number}/registers", f"/field/case/{number}"):
        page = client(cast.worker).get(address).content.decode()
        assert f"/registers/households/entry/{near.code}" in page
        assert f"/registers/households/entry/{same.code}" in page
        assert "远户" not in page
        assert case.code not in page
    assert f"/desk/case/{number}/registers" in client(cast.worker).get(f"/desk/case/{number}").content.decode()
    assert client(cast.other_worker).get(f"/desk/case/{number}/registers").status_code == 404
    back = client(cast.worker).get(f"/desk/registers/households/entry/{near.code}").content.decode()
    assert f"/desk/case/{number}" in back
    assert number not in client(cast.worker).get(f"/desk/registers/care/entry/{case.code}").content.decode()


def test_strangers_are_shown_nothing_of_a_place(ledgers: District) -> None:
    cast = ledgers.cast
    lon, lat = cast.point(1)
    near = home(ledgers, "近户")
    where: dict[str, Any] = {"now": ledgers.now, "lon": lon, "lat": lat}
    assert [one.entry for one in queries.at_place(account=cast.worker, **where)] == [near]
    assert queries.at_place(account=cast.other_worker, **where) == []
    assert queries.at_place(account=cast.resident, **where) == []
    assert queries.at_place(account=cast.worker, now=ledgers.now, lon=None, lat=None) == []


def test_of_many_at_a_place_the_nearest_are_shown(ledgers: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearby, "_LOOKED_AT", 3)
    lon, lat = ledgers.cast.point(1)
    for n in range(5):
        home(ledgers, f"邻户{n}", east=-0.0003)
    nearest = home(ledgers, "本户")
    found = queries.at_place(account=ledgers.cast.worker, now=ledgers.now, lon=lon, lat=lat)
    assert (found[0].entry, found[0].metres) == (nearest, 0)
