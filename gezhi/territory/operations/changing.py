"""Changes that leave an area the same area: redrawn, renamed, moved, counted; and closing one for good."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import shapely
from django.db import transaction

from gezhi.territory import geometry, queries
from gezhi.territory.findings import Finding
from gezhi.territory.models import Area, AreaChange
from gezhi.territory.operations.states import (
    ChangeRefusedError,
    end,
    lock,
    move_on,
    note,
    outline,
    refuse,
    replant,
    require_alive,
    restate,
    shape_of,
)
from gezhi.territory.pinyin import keys


def redraw(
    *, shapes: Mapping[Area, Any], actor: UUID | None, now: datetime, on: date, text: str = "", crs: str = "wgs84"
) -> AreaChange:
    """Give areas other boundaries from a date on; those that share a border are redrawn together.

    Refused when a new polygon is invalid, two overlap, one enters a neighbour, or ground is left to nobody.
    `shapes` are WGS-84; `crs` notes the system that they came in.
    """
    with transaction.atomic():
        lock()
        areas = [Area.objects.get(id=area.id) for area in shapes]
        require_alive(areas, on)
        drawn = {area.id: shape for area, shape in shapes.items()}
        found = faults_of_drawing(areas, [drawn[area.id] for area in areas])
        if found:
            raise ChangeRefusedError(found)
        for area in areas:
            restate(area, on, **outline(drawn[area.id]), source_crs=crs)
        change = note(AreaChange.Kind.REDRAW, on=on, now=now, actor=actor, text=text, links=[(a, a) for a in areas])
        move_on()
    return change


def faults_of_drawing(areas: Sequence[Area], shapes: Sequence[Any]) -> list[Finding]:
    """Return what is wrong with new boundaries of areas, against each other, the neighbours and the ground they had."""
    invalid = [found for area, shape in zip(areas, shapes, strict=True) for found in _invalid(area, shape)]
    if invalid:
        return invalid
    beside = _neighbours(areas, shapes)
    labels = [f"{one.name} {one.code}" for one in beside] + [f"{area.name} {area.code}" for area in areas]
    everyone = [shape_of(one) for one in beside] + list(shapes)
    found = []
    for patch in geometry.overlaps(everyone):
        if patch.second >= len(beside):
            values = {"other": labels[patch.first], **place(patch)}
            found.append(Finding(0, "boundary", "shape_overlap", values, area=labels[patch.second]))
    before = [shape_of(area) for area in areas if area.boundary is not None]
    return found + lost_ground(before, everyone)


def _invalid(area: Area, shape: Any) -> list[Finding]:
    wrong = geometry.why_invalid(shape)
    if wrong is None and shape.geom_type in {"Polygon", "MultiPolygon"} and not shapely.is_empty(shape):
        return []
    if wrong is None:
        return [Finding(0, "boundary", "shape_kind", {"kind": shape.geom_type}, area=area.code)]
    values = {"reason": wrong[0], "lon": f"{wrong[1]:.6f}", "lat": f"{wrong[2]:.6f}"}
    return [Finding(0, "boundary", "shape_invalid", values, area=area.code)]


def _neighbours(areas: Sequence[Area], shapes: Sequence[Any]) -> list[Area]:
    """Return the other open areas of the same level and net whose boxes meet the new boundaries."""
    west, south, east, north = shapely.total_bounds(list(shapes))
    near = Area.objects.filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south, until=None)
    near = near.filter(level=areas[0].level, net=areas[0].net)
    return list(near.exclude(id__in=[area.id for area in areas]))


def lost_ground(before: Sequence[Any], after: Sequence[Any]) -> list[Finding]:
    """Return a finding for each piece of the earlier ground that the later shapes leave to nobody."""
    if not before:
        return []
    ground = shapely.union_all(list(before))
    patches = geometry.uncovered(ground, list(after))
    return [Finding(0, "boundary", "ground_lost", place(patch)) for patch in patches]


def place(patch: geometry.Patch) -> dict[str, str]:
    """Return a patch's size and place as words of a finding."""
    return {"area": f"{patch.square_metres:.0f}", "lon": f"{patch.lon:.6f}", "lat": f"{patch.lat:.6f}"}


def rename(*, area: Area, name: str, actor: UUID | None, now: datetime, on: date, text: str = "") -> AreaChange:
    """Give an area another name from a date on."""
    with transaction.atomic():
        lock()
        area.refresh_from_db()
        require_alive([area], on)
        if not name.strip():
            raise refuse("name_missing", area.code)
        restate(area, on, name=name.strip(), pinyin=keys(name))
        change = note(AreaChange.Kind.RENAME, on=on, now=now, actor=actor, text=text, links=[(area, area)])
        move_on()
    return change


def move(*, area: Area, parent: Area | None, actor: UUID | None, now: datetime, on: date, text: str = "") -> AreaChange:
    """Put an area, with all below it, under another one (None: at the top) from a date on."""
    with transaction.atomic():
        lock()
        area.refresh_from_db()
        require_alive([area, parent] if parent else [area], on)
        if parent is not None and parent.path.startswith(area.path):
            raise refuse("move_below", area.code, code=area.code)
        path = f"{parent.path if parent else ''}{area.code}/"
        replant(area, path, on)
        restate(area, on, path=path, parent=parent)
        change = note(AreaChange.Kind.MOVE, on=on, now=now, actor=actor, text=text, links=[(area, area)])
        move_on()
    return change


def set_counts(
    *, area: Area, households: int | None, people: int | None, actor: UUID | None, now: datetime, on: date
) -> AreaChange:
    """Set how many households and people an area has from a date on."""
    with transaction.atomic():
        lock()
        area.refresh_from_db()
        require_alive([area], on)
        for value in (households, people):
            if value is not None and value < 0:
                raise refuse("number_bad", area.code, value=str(value))
        restate(area, on, households=households, people=people)
        change = note(AreaChange.Kind.COUNTS, on=on, now=now, actor=actor, text="", links=[(area, area)])
        move_on()
    return change


def close(*, area: Area, actor: UUID | None, now: datetime, on: date, text: str = "") -> AreaChange:
    """End an area on a date with nothing in its place; areas below it must have gone before."""
    with transaction.atomic():
        lock()
        area.refresh_from_db()
        require_alive([area], on)
        below = queries.subtree(area.path, None, area.net).exclude(id=area.id).count()
        if below:
            raise refuse("children_open", area.code, code=area.code, count=str(below))
        end(area, on)
        change = note(AreaChange.Kind.CLOSE, on=on, now=now, actor=actor, text=text, links=[(area, area)])
        move_on()
    return change
