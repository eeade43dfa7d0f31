"""What a list holds, on the map: each entry that has a place, near ones gathered; the list beside it says the same."""

import json
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext

from gezhi.registers.models import Entry
from gezhi.web.components import MapView

# More would be neither drawn nor read; whoever sees this many narrows the list.
MOST = 300
_AROUND_DEGREES = 0.002


def map_of(entries: Sequence[Entry]) -> MapView | None:
    """Return the map of entries that have a place; None for none."""
    spots = [
        (one.lon, one.lat, one.name or one.code, reverse("web:desk_entry", args=[one.register, one.code]))
        for one in entries
        if one.lon is not None and one.lat is not None
    ]
    if not spots:
        return None
    lons, lats = [one[0] for one in spots], [one[1] for one in spots]
    bounds = [
        [min(lons) - _AROUND_DEGREES, min(lats) - _AROUND_DEGREES],
        [max(lons) + _AROUND_DEGREES, max(lats) + _AROUND_DEGREES],
    ]
    says = gettext("Map of the entries; the list below it has the same ones.")
    return MapView(
        areas=reverse("web:outlines"), view=json.dumps({"bounds": bounds, "spots": spots}), says=says, tall=True
    )
