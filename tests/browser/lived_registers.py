"""What stands in the registers of the lived-in district: entries of both sides, with differences, masks and parts."""

from typing import Any

from gezhi.people.models import Account
from gezhi.registers import operations
from gezhi.registers.models import Entry
from tests.browser.lived_in import Lived


def write_down(lived: Lived) -> None:
    """Write entries as the worker, the clerk and the station head would."""
    cast = lived.cast
    lon, lat = cast.point(1)
    home = _save(
        lived, "home", cast.worker, "households",
        {"name": "清溪路 24 号 3 单元 402", "address": "清溪路 24 号", "class": "1", "people": 2, "contact": "何女士",
         "phone": "13800001234", "when_home": ["afternoon", "appointment"], "place": {"lon": lon, "lat": lat},
         "wishes": "下雨天楼道积水，希望有人来看。"},
    )  # fmt: skip
    for number in range(1, 9):
        answers = {"name": f"清溪路 {number} 号", "address": f"清溪路 {number} 号", "class": str(number % 3 + 1)}
        _save(lived, f"home{number}", cast.worker, "households", answers)
    _save(lived, "resident", cast.worker, "residents", {"name": "何居民", "phone": "13800001235"}, part_of=home)
    _save(lived, "same", cast.worker, "households", {"name": home.name, "address": home.address, "class": "3"})
    _save(lived, "differs", cast.clerk, "households", {"people": 3, "phone": "13900005678"}, entry=home)
    lived.district.later(minutes=1)


def _save(lived: Lived, name: str, who: Account, register: str, answers: dict[str, Any], **given: Any) -> Entry:
    lived.district.later(minutes=1)
    if "entry" not in given:
        given.setdefault("area", lived.cast.grids[0])
    saved = operations.save(actor=who, now=lived.district.now, register=register, answers=answers, **given)
    lived.entries.setdefault(name, (register, saved.entry.code))
    return saved.entry
