"""Where a matter is: takes what a page sends, finds the area, and asks when only somebody on the spot can say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from gezhi.foundation import files
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import areas, questions
from gezhi.web.components import MapView
from gezhi.web.portal.drafts import Draft

UNSURE, OUTSIDE = "unsure", "outside"


@dataclass(frozen=True, slots=True)
class Side:
    """One answer to the question which area it is."""

    value: str
    title: str
    help: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about the place: next to a border, or an address that fits several areas."""

    title: str
    help: str
    sides: tuple[Side, ...]
    fallback: str


@dataclass(frozen=True, slots=True)
class Picker:
    """A step of picking an area from the tree: what is above, and what can be opened or taken."""

    above: tuple[Area, ...]
    opens: tuple[Area, ...]
    takes: tuple[Area, ...]


def known(code: str, now: datetime) -> str:
    """Return the code when it is an area of today, else nothing."""
    return code if code and territory.by_code(code, timezone.localdate(now)) else ""


def take(draft: Draft, sent: Mapping[str, str], now: datetime) -> None:
    """Take over what the page sent; a new point or address forgets the area that followed from the old one."""
    lon, lat = degrees(sent.get("lon", "")), degrees(sent.get("lat", ""), 90)
    if not (lon and lat):
        lon = lat = ""
    address = sent.get("address", "").strip()[:200]
    if (lon, lat, address) != (draft.lon, draft.lat, draft.address):
        draft.area = ""
    draft.from_photo = draft.from_photo and (lon, lat) == (draft.lon, draft.lat)
    draft.lon, draft.lat, draft.address = lon, lat, address
    draft.near = sent.get("near", "").strip()[:90]
    if picked := known(sent.get("area", ""), now):
        draft.area = picked


def from_photos(draft: Draft, now: datetime) -> bool:
    """Take the place that a photo names where the reporter has said none and allows it; say whether there was one."""
    if draft.has_place or draft.outside or not draft.photo_place:
        return False
    row = next((one for one in questions.stored(draft.photos) if one.lon is not None and one.lat is not None), None)
    if row is None:
        return False
    draft.lon, draft.lat, draft.from_photo = f"{row.lon:.6f}", f"{row.lat:.6f}", True
    if open_question(draft, now) is None:
        draft.area = _area_of(draft, now)
    return True


def forget_photos(draft: Draft) -> None:
    """Use no photo's place: it is forgotten, with the point that came from it."""
    files.forget_place([UUID(one) for one in draft.photos])
    draft.photo_place = False
    if draft.from_photo:
        draft.lon = draft.lat = draft.area = ""
        draft.from_photo = False


def settle(draft: Draft, side: str, now: datetime) -> str | None:
    """Find the draft's area; return what is still missing, or None when the next page may come."""
    draft.outside = False
    if draft.area:
        return None
    asked = open_question(draft, now)
    if asked is not None:
        if side not in {one.value for one in asked.sides}:
            return asked.title
        draft.area = asked.fallback if side in (UNSURE, OUTSIDE) else side
        draft.outside = not draft.area
        return None
    if draft.has_point:
        draft.area = _area_of(draft, now)
        draft.outside = not draft.area
        return None
    if draft.address:
        draft.outside = True
        return None
    return gettext("Please say where it is: on the map, by your position, an address, or from the list.")


def open_question(draft: Draft, now: datetime) -> Asked | None:
    """Return the question that only a person can answer, if there is one."""
    if draft.area:
        return None
    if draft.has_point:
        return _border_question(draft, now) if _area_of(draft, now) else _outside_question(now)
    return _address_question(draft, now) if draft.address else None


def _area_of(draft: Draft, now: datetime) -> str:
    routed = territory.router(timezone.localdate(now)).route(float(draft.lon), float(draft.lat))
    return routed.candidates[0][0] if routed.candidates else ""


def _border_question(draft: Draft, now: datetime) -> Asked | None:
    on = timezone.localdate(now)
    routed = territory.router(on).route(float(draft.lon), float(draft.lat))
    if not (routed.ambiguous and len(routed.candidates) > 1):
        return None
    names = {code: areas.named(territory.chain(code, on), from_level=-2) for code, _ in routed.candidates}
    nearest = routed.candidates[0][0]
    sides = tuple(
        Side(
            code,
            names[code],
            gettext("the point lies here") if metres == 0 else gettext("%(n)d m away") % {"n": max(1, round(metres))},
        )
        for code, metres in routed.candidates
    )
    unsure = Side(
        UNSURE,
        gettext("I can't tell"),
        gettext("%(area)s takes it first; the grid worker decides on the spot.") % {"area": names[nearest]},
    )
    return Asked(
        title=gettext("Which side is it on?"),
        help=gettext("This place is only %(n)d m from a border. Asked now, it is not sent to and fro later.")
        % {"n": max(1, round(routed.distance_m))},
        sides=(*sides, unsure),
        fallback=nearest,
    )


def _outside_question(now: datetime) -> Asked:
    district = areas.district(timezone.localdate(now))
    name = territory.short_name(district.name) if district else gettext("the area served")
    return Asked(
        title=gettext("This place lies outside %(district)s") % {"district": name},
        help=gettext("Please look at the point again. If it is right, we take it in all the same."),
        sides=(
            Side(OUTSIDE, gettext("The place is right"), gettext("The centre first finds who is responsible there.")),
        ),
        fallback="",
    )


def _address_question(draft: Draft, now: datetime) -> Asked | None:
    on = timezone.localdate(now)
    found = territory.in_address(draft.address, on=on)
    if not found:
        return None
    sides = tuple(
        Side(area.code, territory.short_name(area.name), areas.named(territory.chain(area.code, on)[:-1]))
        for area in found
    )
    unsure = Side(UNSURE, gettext("None of these"), gettext("The centre finds the right grid first."))
    return Asked(
        title=gettext("Is it one of these?"),
        help=gettext("These places are named in the address that you wrote."),
        sides=(*sides, unsure),
        fallback="",
    )


def picker(under: str, now: datetime) -> Picker:
    """Return the list of areas below `under` (empty: the top)."""
    on = timezone.localdate(now)
    above = territory.chain(under, on) if under else []
    below = list(areas.children(above[-1] if above else None, on))
    if not above and len(below) == 1:
        # a single district at the top is no choice
        above, below = [below[0]], list(areas.children(below[0], on))
    upper = set(territory.areas(on).filter(parent__in=below).order_by().values_list("parent_id", flat=True))
    return Picker(
        above=tuple(above),
        opens=tuple(area for area in below if area.pk in upper),
        takes=tuple(area for area in below if area.pk not in upper),
    )


def chain_name(code: str, now: datetime) -> str:
    """Return an area with what is above it, without the district: 柳桥镇 清溪社区 第3网格."""
    chain = territory.chain(code, timezone.localdate(now)) if code else []
    return areas.named(chain, from_level=1 if len(chain) > 1 else 0)


def map_of(draft: Draft, now: datetime) -> MapView | None:
    """Return the map to pick on; None where no area has an outline."""
    on = timezone.localdate(now)
    area = territory.by_code(draft.area, on) if draft.area else areas.district(on)
    box = area.bbox if area else None
    if draft.has_point:
        lon, lat = float(draft.lon), float(draft.lat)
        box = (lon - 0.004, lat - 0.003, lon + 0.004, lat + 0.003)
    box = box or _everything(now)
    if box is None:
        return None
    return MapView(
        areas=reverse("web:outlines") + (f"?here={draft.area}" if draft.area else ""),
        view=json.dumps({"bounds": [box[:2], box[2:]]}),
        says=gettext("Map to pick the place; the address field and the list of areas beside it do the same."),
        pick="place",
    )


def _everything(now: datetime) -> tuple[float, float, float, float] | None:
    """Return the box around all outlined areas, for a territory whose top has no outline of its own."""
    boxes = [
        box
        for area in territory.areas(timezone.localdate(now)).exclude(west=None).only("west", "south", "east", "north")
        if (box := area.bbox)
    ]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def degrees(words: str, most: int = 180) -> str:
    """Return degrees as the form keeps them, or an empty string for what is none."""
    try:
        value = float(words)
    except ValueError:
        return ""
    return f"{value:.6f}" if -most <= value <= most else ""
