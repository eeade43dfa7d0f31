"""What may be done on the spot, on a telephone: for each item what the sender may do right after reporting it.

The engine opens a case on paper, as the report's own screen does. It is worked out once a day for all who hold the same
posts, and says what is usual; what the plan then refuses after all is kept as a note when the report comes.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from gezhi.enactment import queries as enactment
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes import at_once, engine
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Desk, Opening, Refused
from gezhi.sync.queries import ground
from gezhi.sync.queries.asking import fields_of, offers_for, print_of, say
from gezhi.sync.queries.ground import Grid

CHANNEL = "field"
_KEPT_AT_MOST = 64


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where somebody stands, and as whom."""

    levels: dict[str, str]
    desks: tuple[Desk, ...]
    first: Desk | None
    now: datetime

    def alike(self) -> Hashable:
        """Return what is the same for all who hold the same posts at areas of the same level, below the same levels."""
        level_of = {code: level for level, code in self.levels.items()}

        def plain(one: Desk) -> tuple[str, str, str]:
            return one.kind, one.id, level_of.get(one.area, one.area)

        first = plain(self.first) if self.first else None
        desks = sorted({plain(one) for one in self.desks if one.kind != "person"})
        return tuple(sorted(self.levels)), first, *desks


class _Worked:
    """What was worked out, the newest last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, dict[str, Any]] = OrderedDict()

    def get(self, version: UUID, scheme: Scheme, spot: _Spot) -> dict[str, Any]:
        key = (version, timezone.localdate(spot.now), get_language(), spot.alike())
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = _of_plan(scheme, spot)
            while len(self._kept) > _KEPT_AT_MOST:
                self._kept.popitem(last=False)
        return found


_worked = _Worked()


def part(account: Account, now: datetime, grids: Sequence[Grid]) -> dict[str, Any]:
    """Return the part `spot`: ways by name, for each item the names of its ways, and what its opening asks."""
    told: dict[str, Any] = {"ways": {}, "items": {}, "opens": {}}
    if not grids:
        return told
    on = timezone.localdate(now)
    levels = {area.level: area.code for area in ground.above(grids[0].code, on)}
    spot = _Spot(levels, access.desks_of(account, now), access.first_desk(account, now), now)
    for version, scheme in enactment.all_in_force(on):
        found = _worked.get(version.pk, scheme, spot)
        for name in told:
            told[name] |= found[name]
    return told


def _of_plan(scheme: Scheme, spot: _Spot) -> dict[str, Any]:
    ways: dict[str, Any] = {}
    items: dict[str, list[str]] = {}
    opens: dict[str, list[dict[str, Any]]] = {}
    headings = {item.parent for item in scheme.items.values()}
    for item in scheme.items.values():
        if item.procedure and item.id not in headings:
            mine = list(_of_item(scheme, item.id, spot))
            names = [f"{scheme.id}.{item.procedure}.{one['action']}.{one['print']}" for one in mine]
            ways |= dict(zip(names, mine, strict=True))
            if names:
                items[item.id] = names
            if asks := scheme.procedures[item.procedure].asks:
                opens[item.id] = fields_of(asks, offers_for(scheme, asks, "", (), spot.now), spot.now)
    return {"ways": ways, "items": items, "opens": opens}


def _of_item(scheme: Scheme, item: str, spot: _Spot) -> Iterable[dict[str, Any]]:
    opening = Opening(
        item=item, channel=CHANNEL, at=spot.now, areas=spot.levels, facts={"anonymous": False}, received_by=spot.first
    )
    try:
        state = engine.open_case(at_once.unasked(scheme, item), opening).state
    except Refused:
        return
    for _choice, action, course in at_once.ways(scheme, state, engine.choices(scheme, state, spot.desks, spot.now)):
        asks = at_once.asked(action)
        # what asks for an area of the sender's own is for where there is a network
        if any(one.kind == "area" for one in asks):
            continue
        yield {
            "action": action.id, "title": say(action.title), "course": course.name.lower(), "print": print_of(asks),
            "next": " · ".join(word for one in at_once.leads_to(scheme, state, action) if (word := say(one))),
            "fields": fields_of(asks, offers_for(scheme, asks, "", (), spot.now), spot.now),
        }  # fmt: skip
