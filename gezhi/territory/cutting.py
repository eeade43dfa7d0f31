"""Geometry of drawing: a polygon cut by a line, divided by share, or redrawn so that its neighbours follow exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.ops import split as split_by

from gezhi.territory import geometry
from gezhi.territory.operations.states import refuse

type Points = Sequence[tuple[float, float]]

MOST_PARTS = 6
SNAP_M = 15.0
_METRES_PER_DEGREE = 110_574.0
_STEPS = 50  # halvings until a share is met to less than a millimetre
WEST_EAST, SOUTH_NORTH = "west_east", "south_north"


def cut(ground: Any, points: Points) -> list[Any]:
    """Return the parts into which a line cuts a polygon, from west to east; an end inside is drawn on to the border."""
    if len(points) < 2:
        raise refuse("line_short")
    line = shapely.LineString(_drawn_on(ground, np.array(points, dtype=float)))
    parts = [part for piece in shapely.get_parts(ground) for part in split_by(piece, line).geoms]
    large = [part for part in parts if part.geom_type == "Polygon" and not shapely.is_empty(part)]
    if len(large) <= len(shapely.get_parts(ground)):
        raise refuse("cut_misses")
    if len(large) > MOST_PARTS:
        raise refuse("cut_many", count=str(len(large)), most=str(MOST_PARTS))
    return sorted(large, key=lambda part: tuple(shapely.get_coordinates(shapely.centroid(part))[0]))


def _drawn_on(ground: Any, points: Any) -> Any:
    """Return a line whose ends lie outside: an end within the ground goes straight on until it has left it."""
    west, south, east, north = shapely.bounds(ground)
    far = 2 * float(np.hypot(east - west, north - south)) or 1.0
    result = points.copy()
    for end, before in ((0, 1), (-1, -2)):
        if shapely.intersects(ground, shapely.Point(result[end])):
            way = result[end] - result[before]
            length = float(np.hypot(*way))
            if length:
                result[end] = result[end] + way / length * far
    return result


def divide(ground: Any, direction: str, share: float) -> list[tuple[float, float]]:
    """Return the straight line that leaves a share (0 to 1) of a polygon to its west, or to its south."""
    west, south, east, north = (float(edge) for edge in shapely.bounds(ground))
    whole = float(shapely.area(ground))
    low, high = (west, east) if direction == WEST_EAST else (south, north)
    first, last = low, high
    for _step in range(_STEPS):
        middle = (low + high) / 2
        box = (west, south, middle, north) if direction == WEST_EAST else (west, south, east, middle)
        if float(shapely.area(shapely.intersection(ground, shapely.box(*box)))) < share * whole:
            low = middle
        else:
            high = middle
    at = (low + high) / 2
    reach = (last - first) / 20
    if direction == WEST_EAST:
        return [(at, south - reach), (at, north + reach)]
    return [(west - reach, at), (east + reach, at)]


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A polygon with its new border, and the neighbours that gave or took ground, by key."""

    shape: Any
    others: Mapping[Any, Any]


def redraw(before: Any, ring: Points, beside: Mapping[Any, Any], labels: Mapping[Any, str]) -> Redrawn:
    """Return a polygon with a new outer ring, drawn onto near borders of its neighbours, which follow exactly.

    What it gains they give, what it gives up goes to the one with the longest border there: no gap, no overlap.
    """
    if len(ring) < 3:
        raise refuse("line_short")
    drawn = shapely.Polygon(np.array(ring, dtype=float), [hole.coords for hole in _holes(before)])
    if wrong := geometry.why_invalid(drawn):
        raise refuse("shape_invalid", reason=wrong[0], lon=f"{wrong[1]:.6f}", lat=f"{wrong[2]:.6f}")
    snapped = shapely.snap(drawn, shapely.union_all(list(beside.values())), SNAP_M / _METRES_PER_DEGREE)
    new = snapped if shapely.is_valid(snapped) and snapped.geom_type == "Polygon" else drawn
    others = {}
    for key, shape in beside.items():
        left = _ground(shapely.difference(shape, new))
        if shapely.is_empty(left):
            raise refuse("neighbour_gone", code=labels[key])
        others[key] = left
    new = _hand_out(before, new, others)
    moved = {key: shape for key, shape in others.items() if _differs(shape, beside[key])}
    return Redrawn(new, moved)


def _holes(shape: Any) -> list[Any]:
    parts = shapely.get_parts(shape)
    return list(parts[0].interiors) if len(parts) == 1 else []


def _hand_out(before: Any, new: Any, others: dict[Any, Any]) -> Any:
    """Give what the polygon gives up to its neighbours; a sliver stays with it."""
    whole = new
    for piece in shapely.get_parts(shapely.difference(before, new)):
        if piece.geom_type != "Polygon" or shapely.is_empty(piece):
            continue
        if not geometry.uncovered(piece, [new]):
            whole = shapely.union(whole, piece)
            continue
        shared = {key: _common(piece, shape) for key, shape in others.items()}
        taker = max(shared, key=lambda key: shared[key], default=None)
        if taker is None or shared[taker] == 0:
            middle = shapely.point_on_surface(piece)
            size = f"{float(geometry.square_metres(piece)):.0f}"
            raise refuse("ground_out", area=size, lon=f"{middle.x:.6f}", lat=f"{middle.y:.6f}")
        others[taker] = _ground(shapely.union(others[taker], piece))
    return _ground(whole)


def _common(piece: Any, shape: Any) -> float:
    near = shapely.buffer(piece, 1e-6)
    return float(shapely.length(shapely.intersection(shapely.boundary(shape), near)))


def _ground(shape: Any) -> Any:
    """Return the polygons of a shape without crumbs and lines."""
    crumbs = 1e-10
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and shapely.area(p) > crumbs]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts) if parts else shapely.Polygon()


def _differs(one: Any, other: Any) -> bool:
    moved = shapely.symmetric_difference(one, other)
    return float(geometry.square_metres(moved)) > 1.0 if not shapely.is_empty(moved) else False
