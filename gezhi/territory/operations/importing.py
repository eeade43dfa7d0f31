"""Import of areas: all rows or none, unless told to keep the good ones; new rows go in by COPY."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import shapely
from django.db import connection, transaction
from django.db.models import Q

from gezhi.foundation.ids import uuid7
from gezhi.territory import queries
from gezhi.territory.checks import Checked, Known, check
from gezhi.territory.drafts import Draft, Drafted, Progress, silent
from gezhi.territory.findings import Finding
from gezhi.territory.models import BASE_NET, Area, AreaChange
from gezhi.territory.operations.states import lock, move_on, note, outline, replant, restate
from gezhi.territory.pinyin import keys

_FEW = 20_000  # codes that still go into a query as a list
_COLUMNS = (
    "id", "net", "code", "level", "name", "path", "kind", "pinyin", "households", "people", "boundary",
    "west", "south", "east", "north", "source_crs", "since", "state_since", "parent_id",
)  # fmt: skip


@dataclass(slots=True)
class Imported:
    """What an import did, or in a dry run would do."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    written: bool = False
    findings: list[Finding] = field(default_factory=list)

    @property
    def wrong(self) -> list[Finding]:
        """Return what is wrong, without the notes."""
        return [finding for finding in self.findings if not finding.is_note]


def import_areas(
    *,
    drafted: Drafted,
    actor: UUID | None,
    now: datetime,
    on: date,
    net: str = BASE_NET,
    crs: str = "wgs84",
    keep_good: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Imported:
    """Bring areas in: new ones begin on `on`; those with a known code are changed from then on where they differ.

    Nothing is written when anything is wrong, unless `keep_good`: then the rows that are not spoiled are.
    """
    with transaction.atomic():
        lock()
        known = _known(drafted, on, net)
        checked = check(drafted, known, crs, progress)
        existing = _existing(drafted.drafts, on, net)
        _refuse_early(checked, existing, on)
        result = Imported(findings=checked.findings)
        keep = _keep(checked, result)
        fresh, differing = _sort_out(keep, checked.paths, existing, result)
        if dry_run or (result.wrong and not keep_good):
            return result
        _copy_in(fresh, checked.paths, existing, (on, net, crs), progress)
        for draft, area in differing:
            _change(area, draft, checked.paths[draft.code], on, crs)
        _note_import(differing, fresh, on, now, actor)
        result.written = True
    return result


# ---- what is there


def _existing(drafts: Collection[Draft], on: date, net: str) -> dict[str, Area]:
    """Return the areas on the date that carry a code of the file or of a parent, without boundaries."""
    wanted = {one.code for one in drafts} | {one.parent for one in drafts}
    found = queries.areas(None, net)
    if len(wanted) <= _FEW:
        found = found.filter(code__in=wanted)
    return {area.code: area for area in found.filter(queries.holding(on) | Q(since__gt=on)) if area.code in wanted}


def _known(drafted: Drafted, on: date, net: str) -> Known:
    """Return paths and outlines to check against."""
    paths = dict(queries.areas(on, BASE_NET).order_by().values_list("code", "path"))
    if net != BASE_NET:
        paths |= dict(queries.areas(on, net).order_by().values_list("code", "path"))
    boxes = [shapely.bounds(one.shape) for one in drafted.drafts if _comparable(one)]
    if not boxes:
        return Known(paths)
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    codes = {one.code for one in drafted.drafts}
    near = queries.areas(on, net).defer(None).filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south)
    neighbours: dict[str, list[tuple[str, Any]]] = {}
    for area in near.filter(level__in={one.level for one in drafted.drafts}):
        if area.code not in codes:
            shape = shapely.from_wkb(bytes(area.boundary or b""))
            neighbours.setdefault(area.level, []).append((f"{area.name} {area.code}", shape))
    return Known(paths, neighbours, queries.outlines(on, net).polygons)


def _comparable(one: Draft) -> bool:
    return one.shape is not None and not shapely.is_empty(one.shape)


# ---- which rows


def _refuse_early(checked: Checked, existing: dict[str, Area], on: date) -> None:
    for one in checked.drafts:
        area = existing.get(one.code)
        if area is not None and on < area.state_since:
            values = {"code": one.code, "since": str(area.state_since)}
            checked.findings.append(Finding(one.row, "on", "date_early", values, area=one.code))


def _keep(checked: Checked, result: Imported) -> list[Draft]:
    """Return the drafts that are not spoiled and whose parents in the file are not either."""
    rows = {finding.row for finding in result.findings if finding.spoils_row}
    spoiled = {one.code for one in checked.drafts if one.row in rows and one.code}
    keep = []
    for one in checked.drafts:
        above = checked.paths.get(one.code, "").split("/")[:-2]
        bad = [code for code in above if code in spoiled]
        if one.row in rows:
            continue
        if bad:
            values = {"parent": bad[-1]}
            result.findings.append(Finding(one.row, "parent", "parent_waits", values, area=one.code))
        else:
            keep.append(one)
    result.left_out = len(checked.drafts) - len(keep)
    return keep


def _sort_out(
    keep: list[Draft], paths: dict[str, str], existing: dict[str, Area], result: Imported
) -> tuple[list[Draft], list[tuple[Draft, Area]]]:
    """Return the new drafts, and those that change an area, with it."""
    fresh = [one for one in keep if one.code not in existing]
    both = [(one, existing[one.code]) for one in keep if one.code in existing]
    differing = [(one, area) for one, area in both if _difference(one, area, paths[one.code])]
    result.new, result.changed, result.unchanged = len(fresh), len(differing), len(both) - len(differing)
    return fresh, differing


def _difference(one: Draft, area: Area, path: str) -> dict[str, Any]:
    """Return what a draft says otherwise than the area; what the file leaves out stays as it is."""
    said: dict[str, Any] = {"name": one.name, "path": path}
    if one.kind:
        said["kind"] = one.kind
    if one.households is not None:
        said["households"] = one.households
    if one.people is not None:
        said["people"] = one.people
    if one.shape is not None:
        said["boundary"] = shapely.to_wkb(one.shape)
    return {name: value for name, value in said.items() if _stored(area, name) != value}


def _stored(area: Area, name: str) -> Any:
    value = getattr(area, name)
    return bytes(value) if isinstance(value, memoryview) else value


# ---- writing


def _copy_in(
    fresh: list[Draft],
    paths: dict[str, str],
    existing: dict[str, Area],
    stamp: tuple[date, str, str],
    progress: Progress,
) -> None:
    """Write new areas by COPY."""
    if not fresh:
        return
    ids: dict[str, uuid.UUID] = {code: area.id for code, area in existing.items()}
    ids |= {one.code: uuid7() for one in fresh}
    upper = {paths[one.code].split("/")[-3] for one in fresh if paths[one.code].count("/") > 1}
    missing = upper - ids.keys()
    if missing:
        ids |= dict(Area.objects.filter(code__in=missing, until=None).values_list("code", "id"))
    columns = ", ".join(_COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f"COPY territory_area ({columns}) FROM STDIN") as copy:
        for done, one in enumerate(fresh):
            copy.write_row(_row(one, paths[one.code], ids, stamp))
            if done % 5000 == 0:
                progress("write", done, len(fresh))
    progress("write", len(fresh), len(fresh))


def _row(one: Draft, path: str, ids: dict[str, uuid.UUID], stamp: tuple[date, str, str]) -> tuple[Any, ...]:
    on, net, crs = stamp
    above = path.split("/")[-3] if path.count("/") > 1 else ""
    border = outline(one.shape)
    return (
        ids[one.code], net, one.code, one.level, one.name, path, one.kind, keys(one.name), one.households, one.people,
        *(border[name] for name in ("boundary", "west", "south", "east", "north")), crs, on, on, ids.get(above),
    )  # fmt: skip


def _change(area: Area, one: Draft, path: str, on: date, crs: str) -> None:
    """Change an area from a date on to what the file says."""
    values = _difference(one, area, path)
    if "boundary" in values:
        values |= {**outline(one.shape), "source_crs": crs}
    if "name" in values:
        values["pinyin"] = keys(one.name)
    if "path" in values:
        replant(area, path, on)
        codes = path.split("/")[:-2]
        values["parent"] = queries.by_code(codes[-1], None, area.net) if codes else None
    area.refresh_from_db()
    restate(area, on, **values)


def _note_import(
    differing: list[tuple[Draft, Area]], fresh: list[Draft], on: date, now: datetime, actor: UUID | None
) -> None:
    """Note one change for the whole import, with a line for each area that was changed."""
    if not fresh and not differing:
        return
    links: Iterator[tuple[Area, Area]] = ((area, area) for _draft, area in differing)
    change = note(AreaChange.Kind.IMPORT, on=on, now=now, actor=actor, text="", links=links)
    AreaChange.objects.filter(id=change.id).update(areas=len(fresh) + len(differing))
    move_on()
