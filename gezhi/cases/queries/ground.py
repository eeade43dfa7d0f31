"""How many cases an area has, for whoever is about to change its ground: points and counts, never what a case says."""

from collections.abc import Collection
from uuid import UUID

from gezhi.cases.models import Case

type Point = tuple[float, float]


def open_cases_at(areas: Collection[UUID]) -> dict[UUID, list[Point | None]]:
    """Return the points of the open cases that lie in each area itself; None for one without a point. One query."""
    rows = Case.objects.unscoped(reason="counted before their ground changes").filter(area__in=areas, closed_at=None)
    found: dict[UUID, list[Point | None]] = {}
    for area, lon, lat in rows.values_list("area_id", "lon", "lat"):
        found.setdefault(area, []).append((lon, lat) if lon is not None and lat is not None else None)
    return found
