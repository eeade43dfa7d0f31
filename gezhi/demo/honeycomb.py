"""A honeycomb with jittered corners, and regions that grow over it to given shares."""

import heapq
import math
from collections.abc import Collection, Iterator, Sequence
from random import Random
from typing import Any

import shapely

_METRES_PER_DEGREE = 110_574.0
_SIDES = 6
_JITTER = 0.22  # of a cell's width: corners stay apart, cells stay whole
_WAVES = 5


class Honeycomb:
    """Six-sided cells over a rounded piece of ground; cells are numbers, corners are shared."""

    def __init__(
        self, centre: tuple[float, float], width_km: float, height_km: float, cell_m: float, rng: Random
    ) -> None:
        self._step = cell_m / _METRES_PER_DEGREE
        self._centre = centre
        self._stretch = 1.0 / math.cos(math.radians(centre[1]))
        self._columns = int(width_km * 1000 / cell_m) + 1
        self._rows = int(height_km * 1000 / (cell_m * math.sqrt(3) / 2)) + 1
        self._jitter = rng.getrandbits(32)
        waves = [(rng.uniform(-1, 1) * 0.16 / n, rng.uniform(0, math.tau)) for n in range(2, 2 + _WAVES)]
        inside = [cell for cell in range(self._columns * self._rows) if self._is_ground(cell, waves)]
        self.cells = _largest(self, inside)

    def neighbours(self, cell: int) -> Iterator[int]:
        """Yield the up to six cells beside a cell."""
        row, column = divmod(cell, self._columns)
        shift = row % 2
        around = ((0, -1), (0, 1), (-1, shift - 1), (-1, shift), (1, shift - 1), (1, shift))
        for up, right in around:
            if 0 <= row + up < self._rows and 0 <= column + right < self._columns:
                yield (row + up) * self._columns + column + right

    def shape(self, cells: Collection[int]) -> Any:
        """Return the polygon of cells, in degrees."""
        return shapely.coverage_union_all([shapely.Polygon(list(self._corners(cell))) for cell in sorted(cells)])

    def _is_ground(self, cell: int, waves: Sequence[tuple[float, float]]) -> bool:
        """Say whether a cell lies within the rounded, wavy outline."""
        x, y = self._middle(cell)
        x, y = x / (self._columns / 2) - 1, y / (self._rows * math.sqrt(3) / 4) - 1
        angle = math.atan2(y, x)
        edge = 0.84 + sum(height * math.sin(n * angle + phase) for n, (height, phase) in enumerate(waves, start=2))
        return math.hypot(x, y) < edge

    def _middle(self, cell: int) -> tuple[float, float]:
        """Return a cell's middle in cell widths."""
        row, column = divmod(cell, self._columns)
        return column + (row % 2) / 2, row * math.sqrt(3) / 2

    def _corners(self, cell: int) -> Iterator[tuple[float, float]]:
        """Yield a cell's corners in degrees; a corner is moved by its own place, so all three cells move it alike."""
        x, y = self._middle(cell)
        west, south = self._columns / 2, self._rows * math.sqrt(3) / 4
        for side in range(_SIDES):
            angle = math.tau * (side + 0.5) / _SIDES
            # the lattice of corners: half widths across, a third of the height of a triangle up
            across = round(2 * (x + math.cos(angle) / math.sqrt(3)))
            up = round((y + math.sin(angle) / math.sqrt(3)) * 2 * math.sqrt(3))
            rng = Random(f"{self._jitter}:{across}:{up}")  # noqa: S311  a made-up map, no secret
            moved_x = across / 2 + rng.uniform(-_JITTER, _JITTER) - west
            moved_y = up / (2 * math.sqrt(3)) + rng.uniform(-_JITTER, _JITTER) - south
            yield self._centre[0] + moved_x * self._step * self._stretch, self._centre[1] + moved_y * self._step


def grow(comb: Honeycomb, ground: Collection[int], shares: Sequence[int], rng: Random) -> list[frozenset[int]]:
    """Return the ground divided into connected regions of sizes as the shares, as nearly as growing allows."""
    seeds = _spread(comb, ground, len(shares), rng)
    left = set(ground) - set(seeds)
    regions = [{seed} for seed in seeds]
    edges: list[list[tuple[float, int]]] = [[] for _ in seeds]
    for place, seed in enumerate(seeds):
        _widen(comb, edges[place], seed, 0.0, left=left, rng=rng)
    while left:
        open_places = [place for place, edge in enumerate(edges) if edge]
        place = min(open_places, key=lambda at: (len(regions[at]) / shares[at], at))
        cost, cell = heapq.heappop(edges[place])
        if cell in left:
            left.discard(cell)
            regions[place].add(cell)
            _widen(comb, edges[place], cell, cost, left=left, rng=rng)
    return [frozenset(region) for region in regions]


def _widen(
    comb: Honeycomb, edge: list[tuple[float, int]], cell: int, cost: float, *, left: set[int], rng: Random
) -> None:
    """Put a cell's free neighbours on a region's edge; rough ground makes borders winding."""
    for beside in comb.neighbours(cell):
        if beside in left:
            heapq.heappush(edge, (cost + rng.uniform(0.7, 1.3), beside))


def _spread(comb: Honeycomb, ground: Collection[int], count: int, rng: Random) -> list[int]:
    """Return cells far from each other: each next one is the farthest from those before."""
    inside = set(ground)
    first = rng.choice(sorted(inside))
    seeds = [_farthest(comb, inside, [first])]
    while len(seeds) < count:
        seeds.append(_farthest(comb, inside, seeds))
    return seeds


def _farthest(comb: Honeycomb, inside: set[int], starts: Sequence[int]) -> int:
    """Return the cell with the most steps to the nearest of some cells; the lowest of several."""
    steps = dict.fromkeys(starts, 0)
    front = list(starts)
    while front:
        ahead = []
        for cell in front:
            for beside in comb.neighbours(cell):
                if beside in inside and beside not in steps:
                    steps[beside] = steps[cell] + 1
                    ahead.append(beside)
        front = ahead
    return min(steps, key=lambda cell: (-steps[cell], cell))


def _largest(comb: Honeycomb, cells: Collection[int]) -> frozenset[int]:
    """Return the largest connected piece."""
    left, best = set(cells), set[int]()
    while left:
        piece, front = set[int](), [min(left)]
        while front:
            cell = front.pop()
            if cell in left:
                left.discard(cell)
                piece.add(cell)
                front.extend(comb.neighbours(cell))
        best = max(best, piece, key=len)
    return frozenset(best)
