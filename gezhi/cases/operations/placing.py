"""Where a report belongs: from a point, a pick from the tree, or nowhere yet (then the desk at the top finds out)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
from django.utils.translation import gettext as _

from gezhi.cases.errors import AskArea, BadInput, Candidate
from gezhi.cases.operations.report import Report
from gezhi.schemes.model import Scheme
from gezhi.territory import coordinates
from gezhi.territory import queries as territory
from gezhi.territory.models import Area, CrsName
from gezhi.territory.routing import Routed, Router

_SYSTEMS = frozenset(CrsName.values)
# A router serves one span of days without any change and lives as long as the territory does, so what is known of areas
# is kept beside it: for the span, not for each day, or an import of years would ask again for every day.
_known: "WeakKeyDictionary[Router, dict[str, Spot | None]]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Spot:
    """An area with what a case copies of it. `levels` maps each level above (and at) it to a code."""

    area_id: UUID
    code: str
    name: str
    path: str
    level: str
    levels: tuple[tuple[str, str], ...]
    level_ids: tuple[str, ...]


class Located(msgspec.Struct, frozen=True):
    """The outcome: the area (None: nobody knows yet), the point in WGS-84, the metres to the nearest border."""

    spot: Spot | None
    lon: float | None = None
    lat: float | None = None
    border_m: float | None = None


class Point(msgspec.Struct, frozen=True):
    """A point in WGS-84 and where the router puts it."""

    lon: float
    lat: float
    routed: Routed


def locate(report: Report, *, on: date, ahead: Located | None = None) -> Located:
    """Find a report's area.

    A hand-picked one wins; near a border without a pick, raises `AskArea`. `ahead` is what `route_ahead` found for
    the report's point.
    """
    if ahead is not None:
        picked = _picked(report, on)
        return msgspec.structs.replace(ahead, spot=picked) if picked else ahead
    point = _routed(report, on)
    picked = _picked(report, on)
    if point is None:
        return Located(picked)
    routed = point.routed
    border = routed.distance_m if isfinite(routed.distance_m) else None
    if picked is None and routed.ambiguous and len(routed.candidates) > 1:
        raise AskArea(tuple(_candidate(code, metres, on) for code, metres in routed.candidates))
    # One candidate only: a point some metres outside the outer border belongs to the area there.
    code = routed.candidates[0][0] if routed.candidates else routed.area
    return Located(picked or (spot_of(code, on) if code else None), point.lon, point.lat, border)


def route_ahead(reports: Sequence[Report], *, on: date) -> dict[int, Located]:
    """Route the points of a batch at once; return position → place for those that lie clearly inside an area."""
    found: dict[int, Located] = {}
    given = [(n, r.lon, r.lat, r.crs) for n, r in enumerate(reports) if r.lon is not None and r.lat is not None]
    router = territory.router(on)
    known = _known.setdefault(router, {})
    for crs in sorted({one[3] for one in given if one[3] in _SYSTEMS}):
        some = [one for one in given if one[3] == crs]
        xs, ys = coordinates.to_wgs84([one[1] for one in some], [one[2] for one in some], crs)
        routed = router.route_many(xs, ys)
        rows = zip(some, xs.tolist(), ys.tolist(), routed.index.tolist(), routed.distance_m.tolist(), strict=True)
        for (n, *_given), lon, lat, index, metres in rows:
            if index >= 0 and metres > router.near_m:
                code = router.codes[index]
                if code not in known:
                    known[code] = _spot(territory.chain(code, on))
                found[n] = Located(known[code], lon, lat, metres)
    return found


def spot_of(code: str, on: date) -> Spot | None:
    """Return the area of a code on a date, or None. Kept in memory for as long as the territory stays as it is."""
    known = _known.setdefault(territory.router(on), {})
    if code not in known:
        known[code] = _spot(territory.chain(code, on))
    return known[code]


def top_of(scheme: Scheme, on: date) -> Spot | None:
    """Return the area at the top of the scheme's levels: where what has no place yet is kept."""
    level = next(iter(scheme.levels), "")
    known = _known.setdefault(territory.router(on), {})
    # A slash is in no code.
    key = f"top/{level}"
    if key not in known:
        area = territory.areas(on).filter(level=level).order_by("path").first()
        known[key] = _spot(territory.chain(area.code, on)) if area is not None else None
    return known[key]


def _spot(chain: Sequence[Area]) -> Spot | None:
    if not chain:
        return None
    area = chain[-1]
    levels = tuple((one.level, one.code) for one in chain)
    return Spot(area.pk, area.code, area.name, area.path, area.level, levels, tuple(level for level, _code in levels))


def _routed(report: Report, on: date) -> Point | None:
    if report.lon is None and report.lat is None:
        return None
    if report.lon is None or report.lat is None:
        raise BadInput(_("A point needs both longitude and latitude."), field="lon" if report.lon is None else "lat")
    try:
        lon, lat = coordinates.to_wgs84_of_one(report.lon, report.lat, report.crs)
    except coordinates.UnknownSystemError as error:
        raise BadInput(str(error), field="crs") from error
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadInput(
            _("Longitude goes from -180 to 180, latitude from -90 to 90. Were the two swapped?"), field="lon"
        )
    return Point(lon, lat, territory.router(on).route(lon, lat))


def _picked(report: Report, on: date) -> Spot | None:
    if not report.area:
        return None
    spot = spot_of(report.area, on)
    if spot is None:
        raise BadInput(
            _("There is no area with the code “%(code)s” on that day.") % {"code": report.area[:40]}, field="area"
        )
    return spot


def _candidate(code: str, metres: float, on: date) -> Candidate:
    spot = spot_of(code, on)
    if spot is None:
        raise LookupError(f"the router knows area {code}, the tree does not on {on}")
    return Candidate(str(spot.area_id), spot.code, spot.name, spot.path, metres)
