"""A day's way past what is due: the most pressing first, then always to the nearest. Nobody's way is recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gezhi.duties.places import metres_between
from gezhi.duties.queries import sums
from gezhi.duties.queries.owed import Owed, due
from gezhi.duties.queries.sums import Object, Scope, Wanted
from gezhi.people.models import Account
from gezhi.schemes.state import Light

MOST_STOPS = 40
_PER_DUTY = 25


@dataclass(frozen=True, slots=True)
class Stop:
    """One place on the way: for which duty, which object, how far from the stop before (None: the first)."""

    owed: Owed
    object: Object
    metres: float | None = None


def route(*, account: Account, now: datetime) -> list[Stop]:
    """Return the stops of the day in order; what has no place comes last."""
    stops = [one for owed in due(account=account, now=now) for one in _stops(owed, now)][: MOST_STOPS * 2]
    placed = [one for one in stops if one.object.lon is not None]
    others = [one for one in stops if one.object.lon is None]
    return [*_nearest(placed), *others][:MOST_STOPS]


def _stops(owed: Owed, now: datetime) -> Iterable[Stop]:
    if (
        owed.light in (Light.DONE, Light.PAUSED)
        or owed.round is None
        or owed.planned.duty.activity in ("report", "meeting")
    ):
        return
    scope = Scope(owed.planned, owed.round, owed.area.path, owed.planned.days.local_date(now))
    size = min(_PER_DUTY, owed.left) if owed.planned.of_entries else _PER_DUTY
    for one in sums.objects(scope, Wanted(size=max(1, size))):
        yield Stop(owed, one)


def _nearest(stops: list[Stop]) -> list[Stop]:
    if not stops:
        return []
    way, left = [stops[0]], stops[1:]
    while left:
        here = way[-1].object
        metres = [_far(here, one.object) for one in left]
        place = min(range(len(left)), key=metres.__getitem__)
        near = left.pop(place)
        way.append(Stop(near.owed, near.object, metres[place]))
    return way


def _far(one: Object, other: Object) -> float:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return float("inf")
    return metres_between(one.lon, one.lat, other.lon, other.lat)
