"""The ground on a telephone: outlines made plain, the grids around, how far a point lies from a grid."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from math import cos, radians
from typing import Any
from uuid import UUID

import shapely
from django.utils import timezone

from gezhi.people import access
from gezhi.people.models import Account
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

# In metres; a phone finds its grid well enough with borders this exact, and asks near them anyway.
OWN_FINE_M, AROUND_FINE_M = 4, 12
MOST_OWN, MOST_AROUND = 400, 60
_DEGREE_M = 111_320
type Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Grid:
    """A lowest area, as far as a telephone knows it, without its outline."""

    pk: UUID
    code: str
    name: str
    level: str
    box: Box | None


@dataclass(frozen=True, slots=True)
class Ground:
    """The grids that somebody answers for and those around, and the version of the territory that they are of."""

    own: tuple[Grid, ...] = ()
    around: tuple[Grid, ...] = ()
    version: int = 0

    @property
    def marks(self) -> dict[str, str]:
        """The marks by which a change of the parts `grid/CODE` is seen."""
        return {
            f"grid/{area.code}": f"{area.pk} {self.version} {mine}"
            for mine, areas in ((True, self.own), (False, self.around))
            for area in areas
        }


def of(account: Account, now: datetime) -> Ground:
    """Return somebody's ground. It is read again when the territory or the posts changed."""
    on = timezone.localdate(now)
    return _ground(territory.stamp(), on, access.reach(account, now).area_paths)


@lru_cache(maxsize=1000)
def _ground(stamp: tuple[int, int], on: date, paths: tuple[str, ...]) -> Ground:
    below = [area for path in paths for area in territory.subtree(path, on)[:MOST_OWN]]
    parents = {area.parent_id for area in below}
    own = tuple(_grid(area) for area in below if area.pk not in parents)
    return Ground(own, tuple(_grids_around(own, on)), stamp[0])


def above(code: str, on: date) -> tuple[Grid, ...]:
    """Return an area with those above it, from the top down; read again when the territory changed."""
    return _above(territory.stamp(), on, code)


@lru_cache(maxsize=4000)
def _above(_stamp: tuple[int, int], on: date, code: str) -> tuple[Grid, ...]:
    return tuple(_grid(area) for area in territory.chain(code, on))


def _grid(area: Area) -> Grid:
    return Grid(area.pk, area.code, area.name, area.level, area.bbox)


def _grids_around(own: Sequence[Grid], on: date) -> list[Grid]:
    """Return the grids that touch the box around the own ones, a little widened: where a worker may stray to."""
    boxes = [one.box for one in own if one.box]
    if not boxes:
        return []
    west, south, east, north = _around(boxes)
    seen = territory.areas(on).filter(
        level=own[0].level, west__lte=east, east__gte=west, south__lte=north, north__gte=south
    )
    known = {one.pk for one in own}
    found = [_grid(area) for area in seen.order_by("path")[: MOST_AROUND + len(own)]]
    return [one for one in found if one.pk not in known][:MOST_AROUND]


def parts(ground: Ground, wanted: Sequence[str]) -> dict[str, Any]:
    """Return the wanted parts `grid/CODE`: name, box and outline. Outlines are read for what is not in memory yet."""
    some = [
        (mine, area) for mine, areas in ((True, ground.own), (False, ground.around)) for area in areas
        if f"grid/{area.code}" in wanted
    ]  # fmt: skip
    outlines = _outlines([area for _, area in some])
    return {
        f"grid/{area.code}": {
            "code": area.code, "name": territory.short_name(area.name), "own": mine, "box": area.box,
            "outline": _plain(area.pk, outlines.get(area.pk, b""), OWN_FINE_M if mine else AROUND_FINE_M),
        }
        for mine, area in some
    }  # fmt: skip


def metres_to(code: str, point: tuple[float, float], now: datetime) -> float:
    """Return how far a point lies outside a grid; 0 within it, and where the grid has no outline."""
    area = territory.by_code(code, timezone.localdate(now))
    if area is None or not area.boundary:
        return 0.0
    shape, spot = shapely.from_wkb(bytes(area.boundary)), shapely.Point(point)
    nearest = shapely.shortest_line(shape, spot)
    (lon, lat), (lon2, lat2) = nearest.coords[0], nearest.coords[-1]
    return float(_DEGREE_M * (((lon - lon2) * cos(radians(point[1]))) ** 2 + (lat - lat2) ** 2) ** 0.5)


def _around(boxes: Iterable[Box]) -> Box:
    wests, souths, easts, norths = zip(*boxes, strict=True)
    margin = 0.002
    return min(wests) - margin, min(souths) - margin, max(easts) + margin, max(norths) + margin


def _outlines(areas: Sequence[Grid]) -> dict[UUID, bytes]:
    if not areas:
        return {}
    rows = Area.objects.filter(pk__in=[area.pk for area in areas]).exclude(boundary=None)
    return {pk: bytes(boundary or b"") for pk, boundary in rows.values_list("pk", "boundary")}


@lru_cache(maxsize=20_000)
def _plain(_area: UUID, boundary: bytes, fine_m: int) -> list[list[list[float]]]:
    """Return the outer rings of an outline, simplified, in degrees to about a metre."""
    if not boundary:
        return []
    shape = shapely.simplify(shapely.from_wkb(boundary), fine_m / _DEGREE_M)
    geometry = json.loads(shapely.to_geojson(shape))
    rings = (
        [geometry["coordinates"][0]] if geometry["type"] == "Polygon" else [one[0] for one in geometry["coordinates"]]
    )
    return [[[round(lon, 5), round(lat, 5)] for lon, lat, *_ in ring] for ring in rings]
