"""Areas for maps and pickers: outlines in view as GeoJSON, and names that people use."""

import json
from datetime import date

import shapely
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from gezhi.foundation import clock
from gezhi.foundation.memory import Memory
from gezhi.registers.values import Point
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

MOST_OUTLINES = 60
MOST_NAMES = 30
type Box = tuple[float, float, float, float]
_NEAR = 0.004
_home: Memory[Box | None] = Memory()
_FIELDS = ("id", "code", "name", "level", "path", "boundary")


@require_GET
def outlines(request: HttpRequest) -> HttpResponse:
    """Answer with the outlines in `box` (west,south,east,north): the lowest level of which not too many are in view.

    `here` is the code of the area to stand out.
    """
    box = _box(request.GET.get("box", ""))
    if box is None:
        return JsonResponse({"error": gettext("box needs west,south,east,north in degrees.")}, status=400)
    on = timezone.localdate(clock.now())
    here = request.GET.get("here", "")
    seen = _in_view(on, box)
    features = [_feature(area, box, here, named=len(seen) <= MOST_NAMES or area.code == here) for area in seen]
    answer = JsonResponse({"type": "FeatureCollection", "features": features})
    answer["Cache-Control"] = "public, max-age=300"
    return answer


def view_to_pick(point: Point | None, home: Box | None = None) -> str:
    """Return the bounds of a map to pick a place on, as JSON: around the place, else of home, else of the district."""
    if point is not None:
        around = ((point.lon - _NEAR, point.lat - _NEAR), (point.lon + _NEAR, point.lat + _NEAR))
        return json.dumps({"bounds": around})
    box = home or _home.get("home", _whole)
    return json.dumps({"bounds": [box[:2], box[2:]]}) if box else ""


def _whole() -> Box | None:
    top = territory.areas(timezone.localdate(clock.now())).filter(parent=None).order_by("path").first()
    return top.bbox if top is not None else None


def _box(words: str) -> Box | None:
    try:
        west, south, east, north = (float(word) for word in words.split(","))
    except ValueError:
        return None
    sane = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return (west, south, east, north) if sane else None


def _in_view(on: date, box: Box) -> list[Area]:
    west, south, east, north = box
    seen = territory.areas(on).filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south)
    seen = seen.exclude(boundary=None)
    levels: dict[str, tuple[int, int]] = {}
    for level, path in seen.order_by().values_list("level", "path"):
        depth, count = levels.get(level, (path.count("/"), 0))
        levels[level] = (depth, count + 1)
    fitting = [(depth, level) for level, (depth, count) in levels.items() if count <= MOST_OUTLINES]
    chosen = (
        max(fitting)[1] if fitting else min((depth, level) for level, (depth, _) in levels.items())[1] if levels else ""
    )
    return list(seen.filter(level=chosen).defer(None).only(*_FIELDS)[:MOST_OUTLINES])


def _feature(area: Area, box: Box, here: str, *, named: bool) -> dict[str, object]:
    shape = shapely.from_wkb(bytes(area.boundary or b""))
    fine = (box[2] - box[0]) / 1500
    seen = shapely.intersection(shape, shapely.box(*box))
    label = shapely.point_on_surface(shape if seen.is_empty else seen)
    return {
        "type": "Feature",
        "geometry": json.loads(shapely.to_geojson(shapely.simplify(shape, fine))),
        "properties": {
            "code": area.code,
            "name": territory.short_name(area.name),
            "here": area.code == here,
            "label": [round(label.x, 6), round(label.y, 6)] if named else None,
        },
    }


def named(chain: list[Area], *, from_level: int = 0) -> str:
    """Return a chain of areas as people say it, from a depth on: 柳桥镇 清溪社区 第3网格.

    An area whose name is the beginning of the next one's is left out: 南陵社区 南陵社区第一网格 says it twice.
    """
    names = [territory.short_name(area.name) for area in chain[from_level:]]
    pairs = zip(names, [*names, ""][1:], strict=True)
    return " ".join(name for name, below in pairs if not below.startswith(name))


def district(on: date) -> Area | None:
    """Return the area at the top of the tree: whose service this is."""
    return territory.areas(on).filter(parent=None).order_by("path").first()


def children(parent: Area | None, on: date) -> QuerySet[Area]:
    """Return the areas directly below one (None: the top), by code, for picking from the tree."""
    return territory.children(parent, on).order_by("code")
