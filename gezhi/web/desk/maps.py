"""The map of a case: its area and its point; the words beside it say the same."""

import json

import shapely
from django.urls import reverse
from django.utils.translation import gettext

from gezhi.cases.queries import CasePage
from gezhi.web.components import MapView

_AROUND_DEGREES = 0.004


def map_of(page: CasePage) -> MapView | None:
    """Return the map around the point, or of the area; None where neither is known."""
    case = page.case
    area = page.areas[-1] if page.areas else None
    address = reverse("web:outlines") + (f"?here={area.code}" if area else "")
    says = gettext("Map of the place; the address and the area stand below it.")
    if case.lon is not None and case.lat is not None:
        around = _AROUND_DEGREES
        box = [case.lon - around, case.lat - around, case.lon + around, case.lat + around]
        return MapView(areas=address, view=_view(box, [[case.lon, case.lat]]), says=says)
    if area is not None and area.boundary:
        return MapView(areas=address, view=_view(list(shapely.from_wkb(bytes(area.boundary)).bounds), []), says=says)
    return None


def _view(box: list[float], points: list[list[float]]) -> str:
    west, south, east, north = box
    return json.dumps({"bounds": [[west, south], [east, north]], "points": points})
