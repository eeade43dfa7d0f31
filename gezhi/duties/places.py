"""How far a check-in lies from what it was for. Only that distance and the check-in itself are kept."""

import math
from dataclasses import dataclass

import shapely
from django.utils.translation import gettext as _
from shapely import affinity

from gezhi.duties.errors import BadInput
from gezhi.territory.models import Area

_METRES = 111_195.0
# Beyond this (and the position's own error) a check-in is marked as far off.
FAR_M = 300.0


@dataclass(frozen=True, slots=True)
class Place:
    """A position at check-in: degrees in WGS-84, and its accuracy in metres as the phone says."""

    lon: float
    lat: float
    accuracy_m: float = 0.0


def placed(given: tuple[float, float, float] | Place | None) -> Place | None:
    """Return a place as it is kept; raise BadInput for what is none."""
    if given is None or isinstance(given, Place):
        return given
    lon, lat, accuracy = (float(one or 0) for one in given)
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise BadInput(
            _("This position is not on the earth. Check in again, or send without a position."), field="place"
        )
    return Place(lon, lat, accuracy if math.isfinite(accuracy) and accuracy > 0 else 0.0)


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return the distance between two points that are near one another."""
    across = (lon - other_lon) * math.cos(math.radians((lat + other_lat) / 2))
    return math.hypot(across, lat - other_lat) * _METRES


def metres_to_area(place: Place, area: Area) -> float | None:
    """Return how far a place lies outside an area (0 within it); None where the area has no outline."""
    if area.boundary is None:
        return None
    shape = shapely.from_wkb(bytes(area.boundary))
    flat = affinity.scale(shape, xfact=math.cos(math.radians(place.lat)), origin=(place.lon, place.lat))
    return float(flat.distance(shapely.Point(place.lon, place.lat)) * _METRES)


def is_far(place: Place, metres: float | None) -> bool:
    """Say whether a check-in is so far off that it is marked."""
    return metres is not None and metres - place.accuracy_m > FAR_M
