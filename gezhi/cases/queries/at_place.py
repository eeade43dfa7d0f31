"""Cases at a place, whatever they are about: within some metres of a point, or at the same address. One query."""

from datetime import datetime

from gezhi.cases.models import Case
from gezhi.people.models import Account
from gezhi.territory import places

MOST = 8


def at_place(
    *, account: Account, now: datetime, lon: float | None, lat: float | None, address: str = "", area: str = "",
    metres: int = places.NEAR_METRES, most: int = MOST,
) -> list[Case]:  # fmt: skip
    """Return the cases there that the account may see, the newest first; `area` is where the address counts."""
    there = places.at_place(lon=lon, lat=lat, address=address, area=area, metres=metres)
    if not there:
        return []
    rows = Case.objects.visible_to(account, now=now).filter(there, merged_into=None)
    return list(rows.defer("text", "contact", "state", "log_head").order_by("-pk")[:most])
