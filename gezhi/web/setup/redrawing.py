"""Redrawing a border so that the neighbours follow, changing an area's details, ending it, and taking a change back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import shapely
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext

from gezhi.cases.queries.ground import open_cases_at
from gezhi.people import operations
from gezhi.people.models import Account
from gezhi.territory import atlas, cutting
from gezhi.territory import queries as territory
from gezhi.territory.models import NAME_LENGTH, Area, AreaChange
from gezhi.territory.operations import ChangeRefusedError
from gezhi.web import wording
from gezhi.web.setup.days import when
from gezhi.web.setup.ground_map import feature
from gezhi.web.setup.pages import deed_for_setup, for_setup, form_for_setup, shown
from gezhi.web.setup.reshaping import Deed, around, begin, tried

_DIGITS = 7
_KEPT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Moved:
    """An area whose border would move: how much ground it gains or gives, and how many open cases lie on it."""

    area: Area
    shape: Any
    gains: float
    gives: float
    cases: int


@form_for_setup
def redraw(request: HttpRequest, account: Account, now: datetime, code: str) -> HttpResponse:
    """Redraw an area's border by dragging corners or in a list of them; neighbours follow without gap or overlap."""
    deed = begin(request, account, now, code)
    form = deed.form
    ground = atlas.shapes([deed.area], deed.today).get(deed.area.pk)
    whole = ground is not None and ground.geom_type == "Polygon"
    if whole:
        form.said.setdefault("points", _corners(ground))
    moved: list[Moved] = []
    if request.method == "POST" and whole:
        moved = _foreseen(deed, ground)
        if moved and "take" in form.said and _redraw(account, deed, moved):
            day = wording.say_day(date.fromisoformat(form.said["on"]), deed.today)
            messages.success(request, gettext("The border is redrawn. It holds from %(day)s on.") % {"day": day})
            return redirect("web:setup_area", code=code)
    words = around(deed) | {"moved": moved, "no_outline": not whole, "preview": _preview(moved) if moved else ""}
    return shown(request, account, now, "setup/ground/redraw.html", words, status=422 if form.errors else 200)


def _corners(ground: Any) -> str:
    ring = shapely.get_coordinates(ground.exterior)[:-1]
    return "\n".join(f"{lon:.{_DIGITS}f}, {lat:.{_DIGITS}f}" for lon, lat in ring)


def _foreseen(deed: Deed, ground: Any) -> list[Moved]:
    """Return the areas whose borders would move."""
    points = deed.form.points("points")
    if "points" in deed.form.errors:
        return []
    beside = [one.area for one in atlas.neighbours(deed.area, deed.today)]
    shapes = atlas.shapes(beside, deed.today)
    names = {area.pk: f"{area.name} {area.code}" for area in beside}
    try:
        drawn = cutting.redraw(ground, points, {area.pk: shapes[area.pk] for area in beside}, names)
    except ChangeRefusedError as error:
        deed.form.errors["points"] = error.say(get_language() or "zh-hans")
        return []
    by_id = {area.pk: area for area in beside}
    changed = [(deed.area, ground, drawn.shape)]
    changed += [(by_id[key], shapes[key], shape) for key, shape in drawn.others.items()]
    cases = open_cases_at([area.pk for area, _before, _after in changed])
    moved = [
        Moved(area, after, *_sizes(before, after), sum(_leaves(point, after) for point in cases.get(area.pk, ())))
        for area, before, after in changed
    ]
    if all(one.gains < 1 and one.gives < 1 for one in moved):
        deed.form.errors["points"] = gettext("The border is where it was. Move a corner first.")
        return []
    return moved


def _sizes(before: Any, after: Any) -> tuple[float, float]:
    gains, gives = shapely.difference(after, before), shapely.difference(before, after)
    return tuple(0.0 if shapely.is_empty(one) else atlas.square_metres(one) for one in (gains, gives))  # type: ignore[return-value]


def _leaves(point: tuple[float, float] | None, shape: Any) -> bool:
    return point is not None and not shapely.intersects(shape, shapely.Point(point))


def _redraw(account: Account, deed: Deed, moved: list[Moved]) -> bool:
    on, text = deed.form.day("on"), deed.form.text("text", 500)
    if on is None or deed.form.errors:
        return False
    return tried(
        deed.form,
        lambda: operations.redraw_areas(
            actor=account, shapes={one.area: one.shape for one in moved}, on=on, seen=_seen(deed, moved), text=text,
            now=deed.now,
        ),
    )  # fmt: skip


def _seen(deed: Deed, moved: list[Moved]) -> str:
    """Return the mark to compare with: what the page saw of this area, provided that the neighbours are as now."""
    own = atlas.newest_change([deed.area])
    return atlas.newest_change([one.area for one in moved]) if own == deed.form.said["seen"] else deed.form.said["seen"]


def _preview(moved: list[Moved]) -> str:
    drawn = [
        feature(one.shape, code=one.area.code, name=territory.short_name(one.area.name),
                mark="new" if place else "changed")
        for place, one in enumerate(moved)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": drawn})


@form_for_setup
def edit(request: HttpRequest, account: Account, now: datetime, code: str) -> HttpResponse:
    """Change an area's name, counts and upper area from a day on; or end it."""
    deed = begin(request, account, now, code, ahead=timedelta())
    form, one = deed.form, deed.area
    form.said.setdefault("name", one.name)
    form.said.setdefault("households", "" if one.households is None else str(one.households))
    form.said.setdefault("people", "" if one.people is None else str(one.people))
    form.said.setdefault("parent", one.parent.code if one.parent else "")
    if request.method == "POST":
        ending = "close" in form.said
        if (_close if ending else _edit)(account, deed):
            messages.success(request, gettext("The area ends.") if ending else gettext("Saved."))
            return redirect("web:setup_area", code=code)
    words = around(deed) | {
        "offers": _offers(one, deed.today),
        "below": Area.objects.filter(parent=one, until=None).count(),
    }
    return shown(request, account, now, "setup/ground/edit.html", words, status=422 if form.errors else 200)


def _offers(one: Area, today: date) -> list[Area]:
    """Return the areas that may be the upper one: those of the level that is above now."""
    if one.parent is None:
        return []
    return list(territory.areas(today).filter(level=one.parent.level).order_by("path"))


def _edit(account: Account, deed: Deed) -> bool:
    form = deed.form
    name, on = form.text("name", NAME_LENGTH, required=True), form.day("on")
    households, residents = form.whole("households"), form.whole("people")
    parent = territory.by_code(form.said["parent"], deed.today) if form.said["parent"] else None
    if form.said["parent"] and parent is None:
        form.errors["parent"] = gettext("There is no area with this code today.")
    if on is None or form.errors:
        return False
    return tried(
        form,
        lambda: operations.change_details(
            actor=account, area=deed.area, name=name, households=households, people=residents, parent=parent, on=on,
            seen=form.said["seen"], now=deed.now,
        ),
    )  # fmt: skip


def _close(account: Account, deed: Deed) -> bool:
    form = deed.form
    on, text = form.day("on"), form.text("text", 500)
    if on is None or form.errors:
        return False
    return tried(
        form,
        lambda: operations.close_area(
            actor=account, area=deed.area, on=on, seen=form.said["seen"], text=text, now=deed.now
        ),
    )


@deed_for_setup
def undo(request: HttpRequest, account: Account, now: datetime, change: UUID) -> HttpResponse:
    """Take a change back while its day is not reached."""
    row = AreaChange.objects.filter(pk=change).first()
    if row is None:
        raise Http404
    first = row.successions.select_related("before").order_by("before__path").first()
    try:
        operations.undo_change(actor=account, change=row, now=now)
    except ChangeRefusedError as error:
        messages.error(request, error.say(get_language() or "zh-hans"))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, gettext("Undone: everything is as it was before."))
    return redirect("web:setup_area", code=first.before.code) if first else redirect("web:setup_areas")


# ---- overlaps and gaps


@for_setup
def borders(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show where grids overlap and where ground belongs to none, with the size and between whom."""
    day = when(request, now)
    faults = _faults(day.on)
    codes = {code for fault in faults for code in (fault.first, fault.second)}
    found: Mapping[str, Area] = {one.code: one for one in territory.areas(day.on).filter(code__in=codes)}
    rows = [(number, fault, found.get(fault.first), found.get(fault.second)) for number, fault in enumerate(faults, 1)]
    points = [
        {"lon": fault.lon, "lat": fault.lat, "label": str(number), "note": fault.kind == "gap"}
        for number, fault in enumerate(faults[:200], 1)
    ]
    words = {
        "day": day,
        "rows": rows[:200],
        "overlaps": sum(fault.kind == "overlap" for fault in faults),
        "gaps": sum(fault.kind == "gap" for fault in faults),
        "points": json.dumps(points),
    }
    return shown(request, account, now, "setup/ground/borders.html", words)


def _faults(on: date) -> list[atlas.Fault]:
    """Return the faults of the borders on a day; the same ground is compared once."""
    key = f"setup.borders:{territory.version()}:{on.isoformat()}"
    found: list[atlas.Fault] | None = cache.get(key)
    if found is None:
        found = atlas.border_faults(on)
        cache.set(key, found, _KEPT_SECONDS)
    return found
