"""Cases at a place, whatever they are about: within some metres of a point, or at the same address. One query."""

from datetime import datetime
from math import cos, radians

from django.db.models import Q

from gezhi.cases.models import Case
from gezhi.people.models import Account

NEAR_METRES = 60
MOST = 8
_METRES_A_DEGREE = 111_320.0
_SHORTEST_ADDRESS = 3
# An address is looked for in a village or a grid, never through a whole district.
_SMALL = 3


def at_place(
    *, account: Account, now: datetime, lon: float | None, lat: float | None, address: str = "", area: str = "",
    metres: int = NEAR_METRES, most: int = MOST,
) -> list[Case]:  # fmt: skip
    """Return the cases there that the account may see, the newest first; `area` is where the address counts."""
    there = Q()
    if lon is not None and lat is not None:
        high, wide = metres / _METRES_A_DEGREE, metres / (_METRES_A_DEGREE * cos(radians(lat)))
        there |= Q(lat__range=(lat - high, lat + high), lon__range=(lon - wide, lon + wide))
    said = address.strip()
    if area.count("/") >= _SMALL and len(said) >= _SHORTEST_ADDRESS:
        there |= Q(area_path__startswith=area, address=said)
    if not there:
        return []
    rows = Case.objects.visible_to(account, now=now).filter(there, merged_into=None)
    return list(rows.defer("text", "contact", "state", "log_head").order_by("-pk")[:most])
