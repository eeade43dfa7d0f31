"""A day's way past what is due: first what an event started, then the most pressing, then always to the nearest.

What the plan wants at hours that have not begun comes after that, in the order of the hours; what is over does not.

Nobody's way is recorded.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from gezhi.duties.models import Start
from gezhi.duties.places import metres_between
from gezhi.duties.queries import sums
from gezhi.duties.queries.owed import Owed, due
from gezhi.duties.queries.sums import Object, Wanted
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
    # Not before this, where the plan names hours that have not begun.
    begins: datetime | None = None


def route(*, account: Account, now: datetime) -> list[Stop]:
    """Return the stops of the day in order; what has no place comes last."""
    stops = [one for owed in due(account=account, now=now) for one in _stops(owed, now)][: MOST_STOPS * 2]
    placed = [one for one in stops if one.object.lon is not None]
    others = [one for one in stops if one.object.lon is None]
    # what an event started waits for nobody: it comes before the rounds, which go on from where it ends
    first = [one for one in placed if one.owed.start is not None]
    rest = [one for one in placed if one.owed.start is None]
    urgent = [one for one in others if one.owed.start is not None]
    calm = [one for one in others if one.owed.start is None]
    way = _nearest(first)
    for hour in sorted({one.begins or now for one in rest}):
        way = _nearest([one for one in rest if (one.begins or now) == hour], way)
    calm.sort(key=lambda one: one.begins or now)
    return [*urgent, *way, *calm][:MOST_STOPS]


def _started(start: Start) -> Object:
    """Return what an event started a duty for, at its place: the entry's, the case's, else the middle of the area."""
    at, address, area = None, "", start.area
    if start.entry is not None:
        at, address = (start.entry.lon, start.entry.lat), start.entry.address
    elif start.case_id is not None and start.case is not None:
        at, address = (start.case.lon, start.case.lat), start.case.address
    if at is None or at[0] is None:
        middle = area.bbox
        at = ((middle[0] + middle[2]) / 2, (middle[1] + middle[3]) / 2) if middle else (None, None)
    name = start.entry_name or area.name
    return Object(start.entry_id or area.pk, area.pk, area.path, name, address, area.code, at[0], at[1], 0, None)


def _stops(owed: Owed, now: datetime) -> Iterable[Stop]:
    scope = owed.scope
    if owed.light in (Light.DONE, Light.PAUSED) or owed.planned.duty.activity in ("report", "meeting"):
        return
    if owed.start is not None:
        yield Stop(owed, _started(owed.start))
        return
    if scope is None:
        return
    size = min(_PER_DUTY, owed.left) if owed.planned.of_entries else _PER_DUTY
    for one in sums.objects(scope, Wanted(size=max(1, size))):
        hour = next(_hours(owed, one, now), None)
        if hour is not None or not owed.planned.duty.hours:
            yield Stop(owed, one, begins=hour if hour and hour > now else None)


def _hours(owed: Owed, one: Object, now: datetime) -> Iterator[datetime]:
    """Yield when the hours begin that the object still wants today: those that are neither filled nor over."""
    planned = owed.planned
    full = one.filled(planned.duty.hours)
    for n, stretch in enumerate(planned.duty.hours):
        opens, closes = stretch.on(planned.days.local_date(now), planned.days.zone)
        if closes > now and not (full and full[n]):
            yield opens


def _nearest(stops: list[Stop], way: list[Stop] | None = None) -> list[Stop]:
    """Return stops in the order of a way, gone on from one that is there already."""
    way, left = list(way or stops[:1]), list(stops if way else stops[1:])
    while left:
        here = way[-1].object
        metres = [_far(here, one.object) for one in left]
        place = min(range(len(left)), key=metres.__getitem__)
        near = left.pop(place)
        way.append(replace(near, metres=metres[place]))
    return way


def _far(one: Object, other: Object) -> float:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return float("inf")
    return metres_between(one.lon, one.lat, other.lon, other.lat)
