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
_CRACKS_M = (20.0, 60.0, 200.0)  # widths of spaces open to the outside that are looked for
_LONG = 8  # a space so many times longer than it may be wide is a crack; a shorter one is how the land lies
_TOUCH_DEGREES = 1e-5  # about a metre: what rounding and simplifying may move a border
_METRES_PER_DEGREE = 110_574.0
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
    """Return the holes and cracks between polygons; first and second are two polygons beside each.

    A hole inside one polygon alone is drawn on purpose (a lake, another district) and is none.
    """
    array = np.array(shapes, dtype=object)
    if len(array) < 2:
        return []
    union = shapely.union_all(array)
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(union) for ring in part.interiors]
    tree = shapely.STRtree(array)
    found = []
    for hole in holes + _cracks(union):
        wide = _wide_parts(hole)
        beside = _beside(hole, array, tree)
        if wide is not None and len(beside) > 1:
            found.append(_patch(beside[0], beside[1], wide))
    return found


def _cracks(union: Any) -> list[Any]:
    """Return what narrow, long spaces between polygons leave open to the outside, found by closing them and looking."""
    middle = float(shapely.get_coordinates(shapely.envelope(union))[:, 1].mean())
    shrink = coordinates.scale_of_one(middle)
    flat = shapely.transform(union, lambda xy: xy * (shrink, 1.0))
    # long cracks do not hang on the last half metre, and rounding thousands of corners is what takes the time
    flat = shapely.simplify(flat, SLIVER_M / _METRES_PER_DEGREE)
    found = []
    for width in _CRACKS_M:
        reach = width / 2 / _METRES_PER_DEGREE
        closed = shapely.buffer(shapely.buffer(flat, reach, quad_segs=2), -reach * 1.001, quad_segs=2)
        pieces = shapely.get_parts(shapely.difference(closed, flat))
        long = [piece for piece in pieces if shapely.length(piece) / 2 * _METRES_PER_DEGREE > _LONG * width]
        found = [shapely.transform(piece, lambda xy: xy / (shrink, 1.0)) for piece in long]
        if found:
            break
    return found


def _beside(hole: Any, array: Geometries, tree: Any) -> list[int]:
    """Return the places of the polygons along a hole, those with the longest common border first."""
    near = tree.query(hole, predicate="dwithin", distance=_TOUCH_DEGREES)
    ring = shapely.buffer(hole, _TOUCH_DEGREES)
    along = {int(i): float(shapely.length(shapely.intersection(shapely.boundary(array[i]), ring))) for i in near}
    shared = [i for i in along if along[i] > shapely.length(hole) / 10]
    return sorted(shared, key=lambda i: (-along[i], i))


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
    parts = [
        p for p in shapely.get_parts(ground) if p.geom_type == "Polygon" and not p.is_empty and _width(p) >= SLIVER_M
    ]
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
