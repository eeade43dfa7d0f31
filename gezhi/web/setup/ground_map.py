"""What the maps of the setup draw, as GeoJSON: areas as they lay on a day, with what changed then."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import shapely
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from gezhi.people.models import Account
from gezhi.territory import atlas
from gezhi.territory import queries as territory
from gezhi.territory.models import Area, AreaChange
from gezhi.web.setup.days import When, when
from gezhi.web.setup.pages import for_setup

MOST_SHAPES = 1500
_POINTS_ACROSS = 1200


@for_setup
def ground(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:  # noqa: ARG001
    """Answer with what lies directly below an area (`under`), else the area itself; with neighbours if `beside`."""
    day = when(request, now)
    code = request.GET.get("under", "")
    parent = territory.by_code(code, day.on) if code else None
    if code and parent is None:
        raise Http404
    below = atlas.children(parent, day.on)[:MOST_SHAPES]
    if parent is None and len(below) == 1:
        below = atlas.children(below[0], day.on)[:MOST_SHAPES] or below
    beside = [one.area for one in atlas.neighbours(parent, day.on)] if parent and "beside" in request.GET else []
    if parent is not None and ("itself" in request.GET or not below):
        below = [parent]
    changed = atlas.changed_on(day.on)
    shapes = atlas.shapes([*below, *beside], day.on)
    features = [_area(one, shapes[one.pk], day, changed, "") for one in below if one.pk in shapes]
    features += [_area(one, shapes[one.pk], day, changed, "beside") for one in beside if one.pk in shapes]
    return collection(features)


def _area(one: Area, shape: Any, day: When, changed: Mapping[str, str], mark: str) -> dict[str, Any]:
    kind = changed.get(one.code, "")
    return feature(
        shape,
        code=one.code,
        name=territory.short_name(one.name),
        mark=mark or ("changed" if kind else ""),
        says=str(AreaChange.Kind(kind).label) if kind else "",
        go=reverse("web:setup_area", args=[one.code]) + day.query,
    )


def feature(shape: Any, **properties: Any) -> dict[str, Any]:
    """Return a shape for a map, as fine as a screen shows it, with the point where its name may stand."""
    west, _south, east, _north = shapely.bounds(shape)
    drawn = shapely.simplify(shape, float(east - west) / _POINTS_ACROSS)
    label = shapely.point_on_surface(shape)
    place = [round(float(label.x), 6), round(float(label.y), 6)] if not shapely.is_empty(label) else None
    return {
        "type": "Feature",
        "geometry": json.loads(shapely.to_geojson(drawn)),
        "properties": {"label": place, **properties},
    }


def collection(features: Iterable[dict[str, Any]]) -> JsonResponse:
    """Answer with features; they are the office's own and kept by nobody."""
    answer = JsonResponse({"type": "FeatureCollection", "features": list(features)})
    answer["Cache-Control"] = "no-store"
    return answer
