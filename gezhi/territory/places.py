"""What lies at a place: one condition for rows of any room that have `lon`, `lat`, `address` and `area_path`."""

from math import cos, hypot, radians

from django.db.models import Q

NEAR_METRES = 60
_METRES_A_DEGREE = 111_320.0
_SHORTEST_ADDRESS = 3
# An address is looked for in a village or a grid, never through a whole district.
_SMALL = 3


def at_place(
    *, lon: float | None, lat: float | None, address: str = "", area: str = "", metres: int = NEAR_METRES
) -> Q:  # fmt: skip
    """Return the condition: within some metres of a point, or at the same address in an area, given by its path.

    Empty (false) when neither says a place.
    """
    there = Q()
    if lon is not None and lat is not None:
        high, wide = metres / _METRES_A_DEGREE, metres / (_METRES_A_DEGREE * cos(radians(lat)))
        there |= Q(lat__range=(lat - high, lat + high), lon__range=(lon - wide, lon + wide))
    said = address.strip()
    if area.count("/") >= _SMALL and len(said) >= _SHORTEST_ADDRESS:
        there |= Q(area_path__startswith=area, address=said)
    return there


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return how far two points of a district lie apart."""
    return hypot((other_lon - lon) * cos(radians(lat)), other_lat - lat) * _METRES_A_DEGREE
