"""Reads for the pages that show and change the ground: areas as they lay on a date, numbers, neighbours, changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from django.db.models import Count, Exists, F, Func, OuterRef, Prefetch, Q, Sum, TextField, Value

from gezhi.territory import coordinates, geometry, queries
from gezhi.territory.models import BASE_NET, Area, AreaChange, Former, Succession

_TOUCH_DEGREES = 1e-5
_METRES_PER_DEGREE = 110_574.0
_SAME_BORDER_M = 5.0  # two areas that share less than this meet at a corner


@dataclass(frozen=True, slots=True)
class Numbers:
    """How much lies in an area: areas directly below, all below, the lowest ones, and who lives there."""

    direct: int = 0
    every: int = 0
    grids: int = 0
    households: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An area beside another, and how long their common border is."""

    area: Area
    metres: float


@dataclass(frozen=True, slots=True)
class DayOfChange:
    """A day from which something holds: what was done, and how many areas it touched."""

    on: date
    kinds: tuple[str, ...]
    areas: int


def children(parent: Area | None, on: date, net: str = BASE_NET) -> list[Area]:
    """Return the areas that lay directly below one (None: at the top) on a date, as they were then, by code."""
    above = parent.path if parent else ""
    depth = above.count("/") + 1
    former = Former.objects.filter(area__net=net, since__lte=on, until__gt=on, path__startswith=above)
    moved = [row for row, path in former.values_list("area", "path") if path.count("/") == depth]
    there = Q(parent=parent, state_since__lte=on) | Q(pk__in=moved)
    found = queries.areas(on, net).filter(there).order_by("code")
    return sorted(queries.as_of(found, on), key=lambda area: area.code)


def numbers(below: Sequence[Area], on: date, net: str = BASE_NET) -> dict[str, Numbers]:
    """Return for neighbouring areas, by code, what lies in each: one query."""
    if not below:
        return {}
    depth = below[0].path.count("/")
    above = below[0].path[: -len(below[0].code) - 1]
    part = Func(F("path"), Value("/"), Value(depth), function="split_part", output_field=TextField())
    lowest = ~Exists(Area.objects.filter(queries.holding(on), net=net, parent=OuterRef("pk")))
    inside = queries.areas(on, net).filter(path__startswith=above).order_by().annotate(head=part, lowest=lowest)
    counted = inside.values("head").annotate(
        direct=Count("pk", filter=Q(parent__in=[area.pk for area in below])),
        every=Count("pk"),
        grids=Count("pk", filter=Q(lowest=True)),
        households=Sum("households", filter=Q(lowest=True), default=0),
        residents=Sum("people", filter=Q(lowest=True), default=0),
    )
    return {
        row["head"]: Numbers(row["direct"], row["every"] - 1, row["grids"], row["households"], row["residents"])
        for row in counted
        if row["head"]
    }


def shapes(areas: Sequence[Area], on: date, net: str = BASE_NET) -> dict[UUID, Any]:
    """Return the outlines of areas on a date; one without an outline of its own has that of what lies in it."""
    drawn = {area.pk: area for area in areas}
    whole = Area.objects.filter(pk__in=drawn).only("id", "boundary", "state_since")
    result = {one.pk: shapely.from_wkb(bytes(one.boundary)) for one in queries.as_of(whole, on) if one.boundary}
    bare = [area for area in areas if area.pk not in result]
    if bare:
        lowest = queries.outlines(on, net)
        paths = dict(queries.areas(on, net).filter(code__in=lowest.codes).values_list("code", "path"))
        for area in bare:
            parts = [
                shape
                for code, shape in zip(lowest.codes, lowest.polygons, strict=True)
                if paths.get(code, "").startswith(area.path)
            ]
            if parts:
                result[area.pk] = shapely.union_all(parts)
    return result


def neighbours(area: Area, on: date) -> list[Neighbour]:
    """Return the areas of the same level that share a border with one on a date, the longest border first."""
    own = shapes([area], on, area.net).get(area.pk)
    if own is None or area.bbox is None:
        return []
    west, south, east, north = shapely.bounds(own)
    reach = _TOUCH_DEGREES
    near = Area.objects.filter(queries.holding(on), net=area.net, level=area.level).exclude(pk=area.pk)
    near = near.filter(
        west__lte=east + reach, east__gte=west - reach, south__lte=north + reach, north__gte=south - reach
    )
    found = []
    ring = shapely.buffer(shapely.boundary(own), reach)
    for other in queries.as_of(near, on):
        if other.boundary:
            common = metres(shapely.intersection(shapely.boundary(shapely.from_wkb(bytes(other.boundary))), ring))
            if common > _SAME_BORDER_M:
                found.append(Neighbour(other, common))
    return sorted(found, key=lambda one: (-one.metres, one.area.code))


def metres(line: Any) -> float:
    """Return the length on the ground of a WGS-84 line."""
    if shapely.is_empty(line):
        return 0.0
    middle = float(shapely.get_coordinates(line)[:, 1].mean())
    flat = shapely.transform(line, lambda xy: xy * (coordinates.scale_of_one(middle), 1.0))
    return float(shapely.length(flat)) * _METRES_PER_DEGREE


def square_metres(shape: Any) -> float:
    """Return the size on the ground of a WGS-84 shape."""
    return float(geometry.square_metres(shape))


# ---- changes


def days_of_change() -> list[DayOfChange]:
    """Return the days from which something new holds, oldest first; the days to come are among them."""
    days: dict[date, tuple[dict[str, None], int]] = {}
    for on, kind, areas in AreaChange.objects.order_by("on", "at").values_list("on", "kind", "areas"):
        kinds, touched = days.setdefault(on, ({}, 0))
        kinds[kind] = None
        days[on] = (kinds, touched + areas)
    return [DayOfChange(on, tuple(kinds), touched) for on, (kinds, touched) in days.items()]


def changed_on(on: date) -> dict[str, str]:
    """Return the codes that a day's changes touched, before and after, with what was done."""
    lines = Succession.objects.filter(change__on=on).order_by("change__at")
    found: dict[str, str] = {}
    for before, after, kind in lines.values_list("before__code", "after__code", "change__kind"):
        found[before] = found[after] = kind
    return found


def changes(*, areas: Iterable[Area] = (), most: int = 50) -> list[AreaChange]:
    """Return the newest changes with their lines, of some areas or of all."""
    lines = Succession.objects.select_related("before", "after").defer("before__boundary", "after__boundary")
    rows = AreaChange.objects.prefetch_related(Prefetch("successions", lines.order_by("before__code", "after__code")))
    wanted = [area.pk for area in areas]
    if wanted:
        rows = rows.filter(Q(successions__before__in=wanted) | Q(successions__after__in=wanted)).distinct()
    return list(rows.order_by("-on", "-at")[:most])


def newest_change(areas: Sequence[Area]) -> str:
    """Return a mark of the newest change that touched any of some areas; another mark means: somebody was faster."""
    touched = Q(successions__before__in=areas) | Q(successions__after__in=areas)
    newest = AreaChange.objects.filter(touched).order_by("-at", "-id").first()
    return f"{newest.pk}:{newest.at.timestamp()}" if newest else "-"


def formers(area: Area) -> list[Former]:
    """Return the earlier states of an area, newest first, without their outlines."""
    return list(area.former.defer("boundary").order_by("-since"))


# ---- numbering


def next_codes(area: Area, count: int) -> list[str]:
    """Return codes that nobody has had for areas beside one: its upper area's code and the next numbers.

    Codes of another making get a number behind the code.
    """
    if (
        area.parent is not None
        and area.code.startswith(area.parent.code)
        and area.code[len(area.parent.code) :].isdigit()
    ):
        stem, width = area.parent.code, len(area.code) - len(area.parent.code)
    else:
        stem, width = f"{area.code}-", 0
    used = set(Area.objects.filter(net=area.net, code__startswith=stem).values_list("code", flat=True))
    numbers_used = [
        int(code[len(stem) :]) for code in used if code[len(stem) :].isdigit() and len(code) < len(stem) + 9
    ]
    first = max(numbers_used, default=0) + 1
    return [f"{stem}{number:0{width}d}" if width else f"{stem}{number}" for number in range(first, first + count)]


# ---- borders


@dataclass(frozen=True, slots=True)
class Fault:
    """Ground that belongs to two areas (`overlap`) or to none (`gap`): how much, where, between whom."""

    kind: str
    first: str
    second: str
    square_metres: float
    lon: float
    lat: float


def border_faults(on: date, net: str = BASE_NET) -> list[Fault]:
    """Return the overlaps and gaps between the lowest outlined areas on a date, the largest first."""
    outlines = queries.outlines(on, net)
    array = np.array(outlines.polygons, dtype=object)
    if not len(array):
        return []
    found = [("overlap", patch) for patch in geometry.overlaps(array)]
    found += [("gap", patch) for patch in geometry.gaps(array)]
    return sorted(
        (
            Fault(kind, outlines.codes[p.first], outlines.codes[p.second], p.square_metres, p.lon, p.lat)
            for kind, p in found
        ),
        key=lambda fault: -fault.square_metres,
    )
