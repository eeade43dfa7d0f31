"""Checks of boundaries: valid, no overlap, no gap, in the coordinate system they claim. Areas are square metres.

Slivers narrower than SLIVER_M are what is left of rounding coordinates to six decimals, and are no finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gezhi.territory import coordinates

SLIVER_M = 0.5
_SURE = 0.01  # a better match by less than this share says nothing
_RELATED = 0.5  # outlines that match less are different places, not shifted ones
_NAMES = {"wgs84": "WGS-84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}

Geometries = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece of ground that is wrong: the places of the polygons concerned, its area, and where it is."""

    first: int
    second: int
    square_metres: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Coordinates match a known outline better when read in another system."""

    declared: str
    better: str
    as_is: float
    then: float

    @property
    def better_name(self) -> str:
        """Return the better system's usual spelling."""
        return _NAMES[self.better]


def why_invalid(shape: Any) -> tuple[str, float, float] | None:
    """Return the reason and the place when a polygon is invalid (a bow-tie, a hole outside), else None."""
    if shapely.is_valid(shape):
        return None
    reason = str(shapely.is_valid_reason(shape))
    words, _bracket, place = reason.partition("[")
    numbers = place.rstrip("]").split()
    return words.strip(), float(numbers[0]), float(numbers[1])


def to_system(shape: Any, system: str) -> Any:
    """Return a WGS-84 shape or array of shapes of coordinates in `system`."""
    if system in {coordinates.WGS84, coordinates.CGCS2000}:
        return shape
    return shapely.transform(shape, lambda xy: np.column_stack(coordinates.to_wgs84(xy[:, 0], xy[:, 1], system)))


def square_metres(shapes: Any) -> Any:
    """Return the area on the ground of WGS-84 shapes."""
    flat = shapely.transform(shapes, lambda xy: np.column_stack(coordinates.plane(xy[:, 0], xy[:, 1])))
    middle = shapely.get_y(shapely.centroid(shapes))
    return shapely.area(flat) * coordinates.scale(np.nan_to_num(middle)) ** 2


def overlaps(shapes: Sequence[Any] | Geometries) -> list[Patch]:
    """Return the pairs of polygons that cover the same ground, wider than a sliver; the earlier place first."""
    array = np.array(shapes, dtype=object)
    shapely.prepare(array)
    pairs = shapely.STRtree(array).query(array, predicate="intersects")
    first, second = pairs[:, pairs[0] < pairs[1]]
    if not len(first):
        return []
    touching = shapely.touches(array[first], array[second])
    first, second = first[~touching], second[~touching]
    common = shapely.intersection(array[first], array[second])
    found = []
    for one, two, ground in zip(first.tolist(), second.tolist(), common, strict=True):
        wide = _wide_parts(ground)
        if wide is not None:
            found.append(_patch(one, two, wide))
    return sorted(found, key=lambda patch: (patch.second, patch.first))


def gaps(shapes: Sequence[Any] | Geometries) -> list[Patch]:
    """Return the holes between polygons; first = second = the nearest polygon."""
    array = np.array(shapes, dtype=object)
    if not len(array):
        return []
    union = shapely.union_all(array)
    found = []
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(union) for ring in part.interiors]
    # a hole of a single polygon that nobody fills is a gap all the same: a lake or an enclave is reported once
    tree = shapely.STRtree(array)
    for hole in holes:
        wide = _wide_parts(hole)
        if wide is not None:
            nearest = int(tree.nearest(shapely.point_on_surface(wide)))
            found.append(_patch(nearest, nearest, wide))
    return found


def uncovered(ground: Any, shapes: Sequence[Any] | Geometries) -> list[Patch]:
    """Return the pieces of a ground, wider than a sliver, that shapes leave; first = second = the nearest shape."""
    array = np.array(shapes, dtype=object)
    tree = shapely.STRtree(array)
    found = []
    for piece in shapely.get_parts(shapely.difference(ground, shapely.union_all(array))):
        wide = _wide_parts(piece)
        if wide is not None:
            nearest = int(tree.nearest(shapely.point_on_surface(wide)))
            found.append(_patch(nearest, nearest, wide))
    return found


def _wide_parts(ground: Any) -> Any:
    """Return the parts of a ground that are wider than a sliver, or None."""
    parts = [p for p in shapely.get_parts(ground) if p.geom_type == "Polygon" and _width(p) >= SLIVER_M]
    return shapely.union_all(parts) if parts else None


def _width(polygon: Any) -> float:
    """Return the mean width in metres: twice the area over the length of the border."""
    flat = shapely.transform(polygon, lambda xy: np.column_stack(coordinates.plane(xy[:, 0], xy[:, 1])))
    length = float(shapely.length(flat))
    middle = float(shapely.get_coordinates(polygon)[:, 1].mean())
    return 2 * float(shapely.area(flat)) / length * coordinates.scale_of_one(middle) if length else 0.0


def _patch(first: int, second: int, ground: Any) -> Patch:
    place = shapely.point_on_surface(ground)
    return Patch(first, second, float(square_metres(ground)), float(shapely.get_x(place)), float(shapely.get_y(place)))


def match(one: Any, other: Any) -> float:
    """Return the share of common ground (intersection over union)."""
    whole = float(shapely.area(shapely.union(one, other)))
    return float(shapely.area(shapely.intersection(one, other))) / whole if whole else 0.0


def suspect(shape: Any, declared: str, outline: Any) -> Suspicion | None:
    """Say whether a shape, read as `declared`, would fit a known WGS-84 outline clearly better in another system."""
    claimed = coordinates.WGS84 if declared == coordinates.CGCS2000 else declared
    raw = shapely.transform(shape, lambda xy: np.column_stack(coordinates.from_wgs84(xy[:, 0], xy[:, 1], claimed)))
    systems = (coordinates.WGS84, coordinates.GCJ02, coordinates.BD09)
    shares = {system: match(to_system(raw, system), outline) for system in systems}
    better = max(shares, key=lambda system: (shares[system], system == claimed))
    if better == claimed or shares[better] < _RELATED or shares[better] - shares[claimed] < _SURE:
        return None
    return Suspicion(declared, better, shares[claimed], shares[better])
