"""The map of a case or an entry: its area and its point; the words beside it say the same."""

import json

import shapely
from django.urls import reverse
from django.utils.translation import gettext

from gezhi.cases.queries import CasePage
from gezhi.territory.models import Area
from gezhi.web.components import MapView

_AROUND_DEGREES = 0.004


def map_of(page: CasePage) -> MapView | None:
    """Return the map around a case's point, or of its area; None where neither is known."""
    says = gettext("Map of the place; the address and the area stand below it.")
    return view_of(page.areas[-1] if page.areas else None, page.case.lon, page.case.lat, says)


def view_of(area: Area | None, lon: float | None, lat: float | None, says: str) -> MapView | None:
    """Return the map around a point, or of an area; None where neither is known."""
    address = reverse("web:outlines") + (f"?here={area.code}" if area else "")
    if lon is not None and lat is not None:
        around = _AROUND_DEGREES
        box = [lon - around, lat - around, lon + around, lat + around]
        return MapView(areas=address, view=_view(box, [[lon, lat]]), says=says)
    if area is not None and area.boundary:
        return MapView(areas=address, view=_view(list(shapely.from_wkb(bytes(area.boundary)).bounds), []), says=says)
    return None


def _view(box: list[float], points: list[list[float]]) -> str:
    west, south, east, north = box
    return json.dumps({"bounds": [[west, south], [east, north]], "points": points})
