"""Entries at a place: within some metres of a point, or at the same address in the same area. One query."""

from dataclasses import dataclass
from datetime import datetime
from math import cos, radians

from django.db.models import F
from django.utils import timezone

from gezhi.people.models import Account
from gezhi.registers import access
from gezhi.registers.ledgers import Ledger, ledgers
from gezhi.registers.models import Entry, State
from gezhi.territory import places

MOST = 8
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Nearby:
    """An entry, its register, and how far it is; `metres` is None where the address says so."""

    entry: Entry
    ledger: Ledger
    metres: int | None


def at_place(
    *, account: Account, now: datetime, lon: float | None, lat: float | None, address: str = "", area: str = "",
    metres: int = places.NEAR_METRES, most: int = MOST,
) -> list[Nearby]:  # fmt: skip
    """Return the current entries there that the account may see, the nearest first; never care cases.

    `area` is the path of the area within which the address counts.
    """
    there = places.at_place(lon=lon, lat=lat, address=address, area=area, metres=metres)
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
    near = [one for one in found if one.metres is None or one.metres <= metres or one.entry.address == address.strip()]
    return sorted(near, key=lambda one: (one.metres is None, one.metres or 0, one.entry.code))[:most]


def _metres(one: Entry, lon: float | None, lat: float | None) -> int | None:
    if lon is None or lat is None or one.lon is None or one.lat is None:
        return None
    return round(places.metres_between(lon, lat, one.lon, one.lat))
