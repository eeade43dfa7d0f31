"""Where a matter is, as a worker on the street says it: by the phone's position, from the list, on the map."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from gezhi.cases.models import Case
from gezhi.people.models import Account
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import wording
from gezhi.web.areas import named
from gezhi.web.components import MapView
from gezhi.web.field.posts import own_areas
from gezhi.web.questions import Offer

# A border so near is worth a word, though the point is clear.
_NEAR_M = 40
_MOST_AROUND = 120
_AROUND = 0.004


@dataclass(frozen=True, slots=True)
class Where:
    """What a point or a picked grid means: the area (empty: nobody knows yet), words for it, the sides to ask for."""

    area: str = ""
    title: str = ""
    note: str = ""
    sides: tuple[Offer, ...] = ()


def where(area: str, point: tuple[float, float] | None, now: datetime) -> Where:
    """Say where it is. A picked grid wins over the point, as it does when the report is taken in."""
    on = timezone.localdate(now)
    if area and (picked := territory.chain(area, on)):
        return Where(area, named(picked[-2:]), gettext("chosen by hand"))
    if point is None:
        return Where()
    routed = territory.router(on).route(*point)
    if routed.ambiguous and len(routed.candidates) > 1:
        names = {code: named(territory.chain(code, on)[-2:]) for code, _ in routed.candidates}
        sides = tuple(Offer(code, names[code], _away(metres)) for code, metres in routed.candidates)
        return Where("", gettext("Which side is it on?"), gettext("It is next to a border."), sides)
    code = routed.area or (routed.candidates[0][0] if routed.candidates else "")
    if not code:
        far = wording.say_metres(routed.distance_m)
        note = gettext("%(far)s outside. The centre finds who it is for; or choose the grid.") % {"far": far}
        return Where("", gettext("Outside the district"), note)
    near = gettext("%(n)s from the border") % {"n": wording.say_metres(routed.distance_m)}
    return Where(code, named(territory.chain(code, on)[-2:]), near if routed.distance_m < _NEAR_M else "")


def _away(metres: float) -> str:
    return gettext("the point lies here") if metres == 0 else gettext("%(n)d m away") % {"n": max(1, round(metres))}


@dataclass(frozen=True, slots=True)
class Grids:
    """The grids to choose from: the worker's own, and those around."""

    own: tuple[Offer, ...]
    around: tuple[Offer, ...]

    @property
    def only(self) -> str:
        """The one that it must be where nothing else is known; empty when there are several."""
        return self.own[0].value if len(self.own) == 1 else ""


def grids(account: Account, now: datetime) -> Grids:
    """Return the worker's own grids and the others under the same offices."""
    on = timezone.localdate(now)
    own = own_areas(account, now)
    known = {area.pk for area in own}
    upper = {_two_up(area.path) for area in own}
    beside = [area for path in sorted(upper) for area in territory.subtree(path, on)[:_MOST_AROUND]]
    parents = {area.parent_id for area in beside}
    around = [area for area in beside if area.pk not in parents and area.pk not in known]
    names = {area.pk: area.name for area in beside} | {area.pk: area.name for area in own}
    return Grids(_offers(own, names), _offers(around, names))


def _two_up(path: str) -> str:
    """Return the path of the area two levels above: a grid's township."""
    codes = path.rstrip("/").split("/")
    return "/".join(codes[:-2] or codes[:1]) + "/"


def _offers(areas: list[Area], names: Mapping[UUID, str]) -> tuple[Offer, ...]:
    found = []
    for area in areas:
        above = territory.short_name(names.get(area.parent_id, "")) if area.parent_id else ""
        own = territory.short_name(area.name)
        found.append(Offer(area.code, own if own.startswith(above) else f"{above} {own}"))
    return tuple(found)


def map_to_pick(area: str, point: tuple[float, float] | None, now: datetime, form: str) -> MapView | None:
    """Return the map around the point, or over the grid, to pick the spot for a form."""
    on = timezone.localdate(now)
    row = territory.by_code(area, on) if area else None
    if point is not None:
        lon, lat = point
        box = (lon - _AROUND, lat - _AROUND, lon + _AROUND, lat + _AROUND)
    elif row is not None and row.bbox:
        box = row.bbox
    else:
        top = territory.areas(on).filter(parent=None).order_by("path").first()
        if top is None or top.bbox is None:
            return None
        box = top.bbox
    return MapView(
        areas=reverse("web:outlines") + (f"?here={area}" if area else ""),
        view=json.dumps({"bounds": [box[:2], box[2:]]}),
        says=gettext("Map to pick the place; the list of grids and the address field beside it do the same."),
        pick=form,
    )


def map_at(case: Case) -> MapView | None:
    """Return the map of a case's point; None where it has none."""
    if case.lon is None or case.lat is None:
        return None
    here = case.area.code if case.area else ""
    bounds = [(case.lon - 0.002, case.lat - 0.0015), (case.lon + 0.002, case.lat + 0.0015)]
    return MapView(
        areas=reverse("web:outlines") + (f"?here={here}" if here else ""),
        view=json.dumps({"bounds": bounds, "points": [(case.lon, case.lat)]}),
        says=gettext("Map of the place; the address stands above it."),
    )
