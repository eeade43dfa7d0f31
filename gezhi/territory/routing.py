"""From a point to its grid, in process: no database, no Django.

Three indexes share the work. A raster over all polygons knows for most cells the one polygon that covers them whole, so
that most points need no geometry at all; for the others it lists the few polygons to ask exactly. The distance to the
border is measured on a conformal plane against the holder's own border, cut into short pieces with boxes, so that a few
pieces are measured instead of hundreds of segments. An R-tree finds the neighbours of the few points near a border.

A point on a shared border belongs to the polygon with the lowest code, always; so does a point in two polygons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gezhi.territory import coordinates
from gezhi.territory.raster import EMPTY, Raster

NEAR_M = 15.0
_PIECE = 16  # segments in a piece of border
_BLOCK = 16  # pieces in a block
_BATCH = 50_000  # points worked on at a time, so that memory stays small
_STRAIGHT_DEGREES = 0.02  # longer edges are cut before they go to the plane, where they would bend by a metre

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a point belongs.

    `area` is the code, or None outside everything; `distance_m` metres to the nearest border; `candidates` the areas
    within reach, nearest first, with the metres to each (0 = inside), when `ambiguous`, else the area alone.
    """

    area: str | None
    distance_m: float
    candidates: tuple[tuple[str, float], ...]
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class RoutedMany:
    """Where many points belong: `index` into the router's `codes` (-1 = outside), metres to a border, near it or no."""

    index: Ints
    distance_m: Floats
    ambiguous: NDArray[np.bool_]


class Router:
    """Finds the polygon of a point; built once per version of the territory, then only read."""

    def __init__(self, codes: Sequence[str], polygons: Sequence[Any] | Geometries, near_m: float = NEAR_M) -> None:
        order = sorted(range(len(codes)), key=lambda i: codes[i])
        self.codes = [codes[i] for i in order]
        self.near_m = near_m
        self._polygons = np.array([polygons[i] for i in order], dtype=object)
        shapely.prepare(self._polygons)
        self._raster = Raster(self._polygons)
        self._tree = shapely.STRtree(self._polygons)
        self._build_borders()

    def __len__(self) -> int:
        return len(self.codes)

    # ---- one point

    def route(self, lon: float, lat: float) -> Routed:
        """Route one WGS-84 point."""
        holder = self._holder(lon, lat)
        x, y = coordinates.plane_of_one(lon, lat)
        point = shapely.points(x, y)
        if holder < 0:
            distance = self._nearest_border(point) * coordinates.scale_of_one(lat)
        else:
            distance = float(shapely.distance(self._borders[holder], point)) * coordinates.scale_of_one(lat)
        if distance > self.near_m:
            return Routed(None, distance, (), ambiguous=False) if holder < 0 else self._sure(holder, distance)
        return self._near(holder, lat, point, distance)

    def _sure(self, holder: int, distance: float) -> Routed:
        code = self.codes[holder]
        return Routed(code, distance, ((code, 0.0),), ambiguous=False)

    def _near(self, holder: int, lat: float, point: Any, distance: float) -> Routed:
        """Return the areas within reach of a point near a border."""
        factor = coordinates.scale_of_one(lat)
        found = self._plane_tree.query(point, predicate="dwithin", distance=self.near_m / factor)
        metres = {int(i): float(shapely.distance(self._plane[i], point)) * factor for i in found}
        if holder >= 0:
            metres[holder] = 0.0
        ranked = sorted(metres, key=lambda i: (i != holder, metres[i], i))
        area = self.codes[holder] if holder >= 0 else None
        near = tuple((self.codes[i], metres[i]) for i in ranked)
        return Routed(area, distance, near, ambiguous=True)

    def _holder(self, lon: float, lat: float) -> int:
        """Return the index of the polygon that holds a point (the lowest, if several do), or -1."""
        owner = self._raster.owner_of_one(lon, lat)
        if owner >= EMPTY:
            return owner
        for index, whole in self._raster.asks(owner):
            if whole or shapely.intersects_xy(self._polygons[index], lon, lat):
                return int(index)
        return -1

    def _nearest_border(self, point: Any) -> float:
        """Return plane metres to the nearest border of any polygon; infinite when there is none."""
        if not self.codes:
            return float("inf")
        return float(self._piece_tree.query_nearest(point, return_distance=True, all_matches=False)[1][0])

    # ---- many points

    def route_many(self, lons: ArrayLike, lats: ArrayLike) -> RoutedMany:
        """Route WGS-84 points given as two arrays; what is not a number within range is outside with a NaN distance."""
        lon, lat = np.asarray(lons, float).ravel(), np.asarray(lats, float).ravel()
        index = np.full(len(lon), EMPTY, np.int64)
        distance = np.full(len(lon), np.nan)
        usable = np.flatnonzero(coordinates.in_range(lon, lat))
        # neighbours in space next to each other in memory: the trees' nodes stay in the cache
        usable = usable[np.argsort(self._raster.cells(lon[usable], lat[usable]), kind="stable")]
        for start in range(0, len(usable), _BATCH):
            rows = usable[start : start + _BATCH]
            index[rows] = self._holders(lon[rows], lat[rows])
            distance[rows] = self._distances(lon[rows], lat[rows], index[rows])
        return RoutedMany(index, distance, distance <= self.near_m)

    def candidates(self, lon: float, lat: float, within_m: float) -> tuple[tuple[str, float], ...]:
        """Return the areas within so many metres of a point, nearest first: what a page offers to choose from."""
        x, y = coordinates.plane_of_one(lon, lat)
        point, factor = shapely.points(x, y), coordinates.scale_of_one(lat)
        found = self._plane_tree.query(point, predicate="dwithin", distance=within_m / factor)
        ranked = sorted((float(shapely.distance(self._plane[i], point)) * factor, self.codes[i]) for i in found)
        return tuple((code, metres) for metres, code in ranked)

    def _holders(self, lon: Floats, lat: Floats) -> Ints:
        owner = self._raster.owners(lon, lat)
        asking = np.flatnonzero(owner < EMPTY)
        if not len(asking):
            return owner
        row, index, whole = self._raster.asks_many(owner[asking])
        at = asking[row]
        hit = whole.copy()
        unsure = ~whole
        hit[unsure] = shapely.intersects_xy(self._polygons[index[unsure]], lon[at[unsure]], lat[at[unsure]])
        found = np.full(len(asking), len(self.codes), np.int64)
        np.minimum.at(found, row[hit], index[hit])
        owner[asking] = np.where(found < len(self.codes), found, EMPTY)
        return owner

    def _distances(self, lon: Floats, lat: Floats, holder: Ints) -> Floats:
        """Return metres to the holder's border, or to the nearest border of any outside."""
        x, y = coordinates.plane(lon, lat)
        distance = np.full(len(lon), np.inf)
        inside, outside = np.flatnonzero(holder >= 0), np.flatnonzero(holder < 0)
        if len(inside):
            distance[inside] = self._to_own_border(x[inside], y[inside], holder[inside])
        if len(outside) and self.codes:
            points = shapely.points(x[outside], y[outside])
            (row, _piece), metres = self._piece_tree.query_nearest(points, return_distance=True, all_matches=False)
            distance[outside[row]] = metres
        return distance * coordinates.scale(lat)

    def _to_own_border(self, x: Floats, y: Floats, holder: Ints) -> Floats:
        """Return plane metres to the border of each point's polygon: boxes first, then the few pieces that matter."""
        row, block = _expand(np.arange(len(x)), self._first_block[holder], self._count_block[holder])
        row, block = _nearest(row, x[row], y[row], self._block_box[:, block], block)
        row, piece = _expand(row, self._first_piece[block], self._count_piece[block])
        row, piece = _nearest(row, x[row], y[row], self._piece_box[:, piece], piece)
        metres = shapely.distance(self._pieces[piece], shapely.points(x[row], y[row]))
        distance = np.full(len(x), np.inf)
        np.minimum.at(distance, row, metres)
        return distance

    # ---- building

    def _build_borders(self) -> None:
        """Lay polygons and borders out on the plane, and cut the borders into pieces with boxes."""
        fine = shapely.segmentize(self._polygons, _STRAIGHT_DEGREES)
        self._plane = shapely.transform(fine, _to_plane)
        shapely.prepare(self._plane)
        self._borders = shapely.boundary(self._plane)
        self._plane_tree = shapely.STRtree(self._plane)
        self._pieces, owner, middle = _pieces(self._borders)
        self._piece_tree = shapely.STRtree(self._pieces)
        boxes = shapely.bounds(self._pieces).reshape(-1, 4)
        self._piece_box = np.ascontiguousarray(np.hstack([boxes, middle]).T)
        place = np.arange(len(owner)) - np.searchsorted(owner, owner)
        opens = np.flatnonzero(place % _BLOCK == 0)
        self._first_piece = opens
        self._count_piece = np.diff(np.concatenate((opens, [len(owner)])))
        self._block_box = _boxes_of_blocks(self._piece_box, opens)
        self._count_block = np.bincount(owner[opens], minlength=len(self.codes)).astype(np.int64)
        self._first_block = np.cumsum(self._count_block) - self._count_block


def _expand(row: Ints, first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Return each row so many times, beside the numbers first, first + 1, …"""
    many = np.repeat(np.arange(len(row)), count)
    number = np.arange(len(many)) - np.repeat(np.cumsum(count) - count - first, count)
    return row[many], number


def _nearest(row: Ints, x: Floats, y: Floats, boxes: Floats, number: Ints) -> tuple[Ints, Ints]:
    """Return the rows and numbers that may hold the nearest border: not farther than the nearest known corner.

    `boxes` are west, south, east, north and a corner's x and y; rows are in order.
    """
    west, south, east, north, corner_x, corner_y = boxes
    across, up = np.maximum(np.maximum(west - x, x - east), 0.0), np.maximum(np.maximum(south - y, y - north), 0.0)
    opens = np.flatnonzero(np.diff(row, prepend=-1))
    reach = np.minimum.reduceat((corner_x - x) ** 2 + (corner_y - y) ** 2, opens)
    known = np.repeat(reach, np.diff(np.concatenate((opens, [len(row)]))))
    keep = np.flatnonzero(across**2 + up**2 <= known * (1 + 1e-9))
    return row[keep], number[keep]


def _boxes_of_blocks(pieces: Floats, opens: Ints) -> Floats:
    """Return the boxes around runs of pieces, with the first piece's corner."""
    if not len(opens):
        return pieces
    low = np.minimum.reduceat(pieces[:2], opens, axis=1)
    high = np.maximum.reduceat(pieces[2:4], opens, axis=1)
    return np.ascontiguousarray(np.vstack([low, high, pieces[4:, opens]]))


def _to_plane(degrees: Floats) -> Floats:
    return np.column_stack(coordinates.plane(degrees[:, 0], degrees[:, 1]))


def _pieces(borders: Geometries) -> tuple[Geometries, Ints, Floats]:
    """Return the borders cut into short lines, the polygon of each line, and a point on each line."""
    lines, polygon = shapely.get_parts(borders, return_index=True)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    segment = np.flatnonzero(line[:-1] == line[1:])
    if not len(segment):
        return np.array([], dtype=object), np.array([], np.int64), np.empty((0, 2))
    of_line = line[segment]
    place = (np.arange(len(segment)) - np.searchsorted(of_line, of_line)) // _PIECE
    opens = np.flatnonzero(np.concatenate(([True], (of_line[1:] != of_line[:-1]) | (place[1:] != place[:-1]))))
    count = np.diff(np.concatenate((opens, [len(segment)]))) + 1
    piece = np.repeat(np.arange(len(opens)), count)
    within = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    pieces = shapely.linestrings(xy[segment[opens][piece] + within], indices=piece)
    middle = xy[segment[opens] + count // 2]
    return np.asarray(pieces), polygon[of_line[opens]], middle
