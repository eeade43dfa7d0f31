"""Entries at a place: within some metres of a point, or at the same address in the same area. One query."""

from dataclasses import dataclass
from datetime import datetime
from math import cos, hypot, radians

from django.db.models import F, Q
from django.utils import timezone

from gezhi.people.models import Account
from gezhi.registers import access
from gezhi.registers.ledgers import Ledger, ledgers
from gezhi.registers.models import Entry, State

NEAR_METRES = 60
MOST = 8
_METRES_A_DEGREE = 111_320.0
_LOOKED_AT = 60
_SHORTEST_ADDRESS = 3
# An address is looked for in a village or a grid, never through a whole district.
_SMALL = 3


@dataclass(frozen=True, slots=True)
class Nearby:
    """An entry, its register, and how far it is; `metres` is None where the address says so."""

    entry: Entry
    ledger: Ledger
    metres: int | None


def at_place(
    *, account: Account, now: datetime, lon: float | None, lat: float | None, address: str = "", area: str = "",
    metres: int = NEAR_METRES, most: int = MOST,
) -> list[Nearby]:  # fmt: skip
    """Return the current entries there that the account may see, the nearest first; never care cases.

    `area` is the path of the area within which the address counts.
    """
    there = Q()
    if lon is not None and lat is not None:
        high, wide = metres / _METRES_A_DEGREE, metres / (_METRES_A_DEGREE * cos(radians(lat)))
        there |= Q(lat__range=(lat - high, lat + high), lon__range=(lon - wide, lon + wide))
    said = address.strip()
    if area.count("/") >= _SMALL and len(said) >= _SHORTEST_ADDRESS:
        there |= Q(area_path__startswith=area, address=said)
    if not there:
        return []
    rows = Entry.objects.unscoped(reason="narrowed to what the account sees in the next line")
    rows = rows.filter(there, access.ordinary(account, now), care=False, state=State.ACTIVE)
    known = ledgers(timezone.localdate(now))
    if lon is not None and lat is not None:
        north, east = F("lat") - lat, (F("lon") - lon) * cos(radians(lat))
        rows = rows.order_by(north * north + east * east, "code")
    found = [
        Nearby(one, known[one.register], _metres(one, lon, lat))
        for one in rows.defer("data", "sealed", "sides")[:_LOOKED_AT]
        if one.register in known
    ]
    near = [one for one in found if one.metres is None or one.metres <= metres or one.entry.address == said]
    return sorted(near, key=lambda one: (one.metres is None, one.metres or 0, one.entry.code))[:most]


def _metres(one: Entry, lon: float | None, lat: float | None) -> int | None:
    if lon is None or lat is None or one.lon is None or one.lat is None:
        return None
    wide = (one.lon - lon) * cos(radians(lat))
    return round(hypot(wide, one.lat - lat) * _METRES_A_DEGREE)
