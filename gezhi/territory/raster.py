"""A raster over polygons that answers most points without geometry.

For each cell it knows: nothing here; one polygon covers it whole; or a short list of polygons to ask, each either
covering the cell or having a border in it. Borders are marked generously (by the boxes of short segments), so a cell
that is not marked is certainly whole.
"""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

EMPTY: Final = -1  # below it: the place of a list, counted from -2 downwards
_CELLS_PER_POLYGON = 100
_MOST_CELLS = 4_000_000
_MARGIN = 1e-11  # degrees: beyond the rounding of a cut segment

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Raster:
    """Cells over the polygons' common box; indexes are the polygons' places in the array given."""

    def __init__(self, polygons: NDArray[Any]) -> None:
        boxes = shapely.bounds(polygons).reshape(-1, 4)
        self._lay_out(boxes)
        cell, polygon, whole = _cover(polygons, boxes, self)
        self._store(cell, polygon, whole)

    def _lay_out(self, boxes: Floats) -> None:
        """Choose the cells: about a hundred for each polygon's box, square in degrees."""
        if not len(boxes):
            boxes = np.zeros((1, 4))
        self.west, self.south = float(boxes[:, 0].min()), float(boxes[:, 1].min())
        self.east, self.north = float(boxes[:, 2].max()), float(boxes[:, 3].max())
        width, height = max(self.east - self.west, 1e-9), max(self.north - self.south, 1e-9)
        covered = float(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum())
        by_polygons = covered / max(_CELLS_PER_POLYGON * len(boxes), 1)
        self.size = max(by_polygons, width * height / _MOST_CELLS, 1e-18) ** 0.5
        self.columns, self.rows = int(width / self.size) + 1, int(height / self.size) + 1

    def _store(self, cell: Ints, polygon: Ints, whole: NDArray[np.bool_]) -> None:
        order = np.lexsort((polygon, cell))
        cell, self._polygon, self._whole = cell[order], polygon[order], whole[order]
        cells, first, count = np.unique(cell, return_index=True, return_counts=True)
        self._first, self._count = first.astype(np.int64), count.astype(np.int64)
        # the lowest index wins, so a list that begins with a covering polygon is settled too
        settled = self._whole[first]
        value = np.where(settled, self._polygon[first], -2 - np.arange(len(cells)))
        self._owner = np.full(self.columns * self.rows, EMPTY, np.int32)
        self._owner[cells] = value
        self._quick = memoryview(self._owner)

    def cells(self, lon: Floats, lat: Floats) -> Ints:
        """Return the cell of each point, those outside the box put at its edge."""
        column = np.clip((lon - self.west) / self.size, 0, self.columns - 1).astype(np.int64)
        row = np.clip((lat - self.south) / self.size, 0, self.rows - 1).astype(np.int64)
        return np.asarray(row * self.columns + column)

    def owners(self, lon: Floats, lat: Floats) -> Ints:
        """Return for each point the covering polygon, EMPTY, or a list's number below EMPTY."""
        owner = self._owner[self.cells(lon, lat)].astype(np.int64)
        beyond = (lon < self.west) | (lon > self.east) | (lat < self.south) | (lat > self.north)
        owner[beyond] = EMPTY
        return owner

    def owner_of_one(self, lon: float, lat: float) -> int:
        """Return the same for one point."""
        if not (self.west <= lon <= self.east and self.south <= lat <= self.north):
            return EMPTY
        column, row = int((lon - self.west) / self.size), int((lat - self.south) / self.size)
        return self._quick[row * self.columns + column]

    def asks(self, number: int) -> list[tuple[int, bool]]:
        """Return the polygons to ask for a list's number, lowest first, and whether each covers the cell."""
        place = -2 - number
        first = self._first[place]
        last = first + self._count[place]
        return list(zip(self._polygon[first:last].tolist(), self._whole[first:last].tolist(), strict=True))

    def asks_many(self, numbers: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Return (row, polygon, covers) for all polygons to ask of all the lists given."""
        place = -2 - numbers
        count = self._count[place]
        row = np.repeat(np.arange(len(numbers)), count)
        at = np.arange(len(row)) - np.repeat(np.cumsum(count) - count - self._first[place], count)
        return row, self._polygon[at], self._whole[at]


def _cover(polygons: NDArray[Any], boxes: Floats, raster: Raster) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Return (cell, polygon, covers whole) for every cell that a polygon covers or has a border in."""
    if not len(polygons):
        return np.array([], np.int64), np.array([], np.int64), np.array([], bool)
    low_column, low_row, high_column, high_row = _cell_box(boxes, raster)
    width, height = high_column - low_column + 1, high_row - low_row + 1
    start = np.concatenate(([0], np.cumsum(width * height)))
    marked = _mark_borders(polygons, raster, (start, width, low_column, low_row))
    polygon = np.repeat(np.arange(len(polygons)), width * height)
    within = np.arange(start[-1]) - start[polygon]
    column, row = low_column[polygon] + within % width[polygon], low_row[polygon] + within // width[polygon]
    inside = _fill(polygons, raster, marked, (polygon, column, row))
    keep = np.flatnonzero(marked | inside)
    return row[keep] * raster.columns + column[keep], polygon[keep], ~marked[keep]


def _cell_box(boxes: Floats, raster: Raster) -> tuple[Ints, Ints, Ints, Ints]:
    """Return lowest and highest column and row that boxes touch."""
    low_column = np.clip((boxes[:, 0] - raster.west - _MARGIN) / raster.size, 0, raster.columns - 1).astype(np.int64)
    low_row = np.clip((boxes[:, 1] - raster.south - _MARGIN) / raster.size, 0, raster.rows - 1).astype(np.int64)
    high_column = np.clip((boxes[:, 2] - raster.west + _MARGIN) / raster.size, 0, raster.columns - 1).astype(np.int64)
    high_row = np.clip((boxes[:, 3] - raster.south + _MARGIN) / raster.size, 0, raster.rows - 1).astype(np.int64)
    return low_column, low_row, high_column, high_row


def _mark_borders(polygons: NDArray[Any], raster: Raster, frame: tuple[Ints, Ints, Ints, Ints]) -> NDArray[np.bool_]:
    """Mark in each polygon's own frame of cells those that its border may touch."""
    start, width, low_column, low_row = frame
    marked = np.zeros(start[-1], bool)
    lines, owner = shapely.get_parts(shapely.boundary(shapely.segmentize(polygons, raster.size)), return_index=True)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    segment = np.flatnonzero(line[:-1] == line[1:])
    ends = np.hstack([np.minimum(xy[segment], xy[segment + 1]), np.maximum(xy[segment], xy[segment + 1])])
    left, bottom, right, top = _cell_box(ends, raster)
    of = owner[line[segment]]
    # a segment no longer than a cell touches two columns and rows at most (three on a cell's edge, with the margin)
    for right_step in range(int((right - left).max(initial=0)) + 1):
        for up_step in range(int((top - bottom).max(initial=0)) + 1):
            column, row = np.minimum(left + right_step, right), np.minimum(bottom + up_step, top)
            marked[start[of] + (row - low_row[of]) * width[of] + column - low_column[of]] = True
    return marked


def _fill(
    polygons: NDArray[Any], raster: Raster, marked: NDArray[np.bool_], frame: tuple[Ints, Ints, Ints]
) -> NDArray[np.bool_]:
    """Say of each unmarked cell whether it lies inside: one test for a run of cells with no border between them."""
    polygon, column, row = frame
    free = np.flatnonzero(~marked)
    if not len(free):
        return np.zeros(len(marked), bool)
    breaks = (np.diff(free) > 1) | (np.diff(polygon[free]) != 0) | (np.diff(row[free]) != 0)
    opens = np.concatenate(([0], np.flatnonzero(breaks) + 1))
    head = free[opens]
    lon = raster.west + (column[head] + 0.5) * raster.size
    lat = raster.south + (row[head] + 0.5) * raster.size
    answer = shapely.contains_xy(polygons[polygon[head]], lon, lat)
    inside = np.zeros(len(marked), bool)
    inside[free] = np.repeat(answer, np.diff(np.concatenate((opens, [len(free)]))))
    return inside
