"""Reads of the territory: chains, subtrees, what held on a date, and the router of that date.

Dates: `on` means the state that held on that day; None means the latest state.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.db.models import Q, QuerySet

from gezhi.foundation.once import Once
from gezhi.territory.models import BASE_NET, Area, AreaChange, Former, Succession, TerritoryVersion
from gezhi.territory.routing import NEAR_M, Router

_STATE = ("name", "path", "kind", "households", "people", "boundary", "west", "south", "east", "north", "source_crs")


def holding(on: date | None) -> Q:
    """Return the condition that an area exists on a date (None: that it has not been closed)."""
    if on is None:
        return Q(until=None)
    return Q(since__lte=on) & (Q(until=None) | Q(until__gt=on))


def areas(on: date | None = None, net: str = BASE_NET) -> QuerySet[Area]:
    """Return the areas of a net that exist on a date, in their latest state, without their boundaries."""
    return Area.objects.filter(holding(on), net=net).defer("boundary")


_remembered = Once[dict[tuple[str, date | None, str], Area | None]]("remembered_areas", dict)


def remembering() -> AbstractContextManager[None]:
    """Look each code up once, in a piece of work that changes no area."""
    return _remembered.during()


def by_code(code: str, on: date | None = None, net: str = BASE_NET) -> Area | None:
    """Return the area that carries a code on a date, as it was then; None if there is none."""
    kept = _remembered.kept
    if kept is None:
        return _by_code(code, on, net)
    if (code, on, net) not in kept:
        kept[code, on, net] = _by_code(code, on, net)
    return kept[code, on, net]


def _by_code(code: str, on: date | None, net: str) -> Area | None:
    # No code has a null character, and the database takes none.
    area = None if "\x00" in code else Area.objects.filter(holding(on), net=net, code=code).first()
    return as_of([area], on)[0] if area else None


def as_of(found: Iterable[Area], on: date | None) -> list[Area]:
    """Return areas with name, place, counts and boundary as they held on a date: one query if any has changed since."""
    result = list(found)
    changed = {area.id: area for area in result if on is not None and on < area.state_since}
    if changed:
        for former in Former.objects.filter(area__in=changed, since__lte=on, until__gt=on):
            for field in _STATE:
                setattr(changed[former.area_id], field, getattr(former, field))
    return result


def chain(code: str, on: date | None = None, net: str = BASE_NET) -> list[Area]:
    """Return an area and all above it, top first, as they held on a date; empty when the code is unknown."""
    area = by_code(code, on, net)
    if area is None:
        return []
    above = area.path.split("/")[:-2]
    found = {a.code: a for a in as_of(areas(on, BASE_NET).filter(code__in=above), on)}
    found |= {a.code: a for a in as_of(areas(on, net).filter(code__in=above), on)} if net != BASE_NET else {}
    return [found[upper] for upper in above if upper in found] + [area]


def subtree(path: str, on: date | None = None, net: str = BASE_NET) -> QuerySet[Area]:
    """Return the area with this path and all below it that exist on a date."""
    return areas(on, net).filter(path__startswith=path)


def children(parent: Area | None, on: date | None = None, net: str = BASE_NET) -> QuerySet[Area]:
    """Return the areas directly below one (None: the top), for picking from the tree."""
    return areas(on, net).filter(parent=parent)


def levels(on: date | None = None, net: str = BASE_NET) -> dict[str, int]:
    """Return how many areas each level has."""
    result: dict[str, int] = {}
    for level in areas(on, net).order_by().values_list("level", flat=True):
        result[level] = result.get(level, 0) + 1
    return result


def search(text: str, *, on: date | None = None, net: str = BASE_NET, within: str = "", limit: int = 20) -> list[Area]:
    """Return areas whose name, code, pinyin or initials contain the words; all words must be met by the area.

    `within` restricts to a subtree by its path. Exact names come first, then lower levels last. One query.
    """
    found = areas(on, net).filter(path__startswith=within) if within else areas(on, net)
    for word in text.split()[:5]:
        plain = word.lower()
        found = found.filter(Q(name__icontains=word) | Q(code__startswith=word) | Q(pinyin__contains=plain))
    rows = list(found.order_by("path")[: limit * 5]) if text.split() else []
    rows.sort(key=lambda area: (area.name != text, not area.name.startswith(text), len(area.path), area.path))
    return rows[:limit]


def in_address(address: str, *, on: date | None = None, net: str = BASE_NET, limit: int = 5) -> list[Area]:
    """Return the areas that an address names, the most specific first: 石桥镇余溪村三组 → 余溪村, then 石桥镇.

    A name counts with or without its ending (village committee, community, street, town). Two queries.
    """
    named: list[tuple[int, int, Area]] = []
    flat = "".join(address.split())
    for area_id, name, path in areas(on, net).order_by().values_list("id", "name", "path"):
        stem = short_name(name)
        if len(stem) >= 2 and stem in flat:
            named.append((path.count("/"), len(stem), Area(id=area_id, name=name, path=path)))
    paths = [area.path for _depth, _length, area in named]
    # an area whose upper area is named too is surer than one whose name merely occurs
    named.sort(key=lambda hit: (-sum(hit[2].path.startswith(p) for p in paths), -hit[0], -hit[1], hit[2].path))
    best = [area.id for _depth, _length, area in named[:limit]]
    found = areas(on, net).in_bulk(best)
    return [found[area_id] for area_id in best]


_ENDINGS = ("社区居民委员会", "社区居委会", "居民委员会", "村民委员会", "村委会", "居委会")


def short_name(name: str) -> str:
    """Return the name people use: 余溪村村民委员会 → 余溪村, 范店社区居民委员会 → 范店社区."""
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)] + ("社区" if ending.startswith("社区") else "")
    return name


def codes_by_level(on: date | None = None, net: str = BASE_NET) -> tuple[list[str], dict[str, list[str]]]:
    """Return the levels, top first, and for each code the codes of its chain under them, for tables of points."""
    rows = list(areas(on, BASE_NET).order_by().values_list("code", "level", "path"))
    if net != BASE_NET:
        rows += areas(on, net).order_by().values_list("code", "level", "path")
    level_of = {code: level for code, level, _path in rows}
    depths: dict[str, int] = {}
    for _code, level, path in rows:
        depths[level] = max(depths.get(level, 0), path.count("/"))
    order = sorted(depths, key=lambda level: (depths[level], level))
    chains = {}
    for code, _level, path in rows:
        above = {level_of.get(upper, ""): upper for upper in path.split("/")[:-1]}
        chains[code] = [above.get(level, "") for level in order]
    return order, chains


# ---- history


def successors(code: str, on: date | None = None, net: str = BASE_NET) -> list[Area]:
    """Return the areas that on a date stand where an area of this code stood: itself, or what it became."""
    start = list(Area.objects.filter(net=net, code=code).defer("boundary"))
    return _follow(start, on)


def _follow(start: Sequence[Area], on: date | None) -> list[Area]:
    alive: dict[Any, Area] = {}
    front, seen = list(start), {area.id for area in start}
    while front:
        alive |= {area.id: area for area in front if exists(area, on)}
        closed = [area.id for area in front if not exists(area, on)]
        links = Succession.objects.filter(before__in=closed).exclude(after__in=seen).select_related("after")
        front = list({link.after_id: link.after for link in links}.values())
        seen |= {area.id for area in front}
    return sorted(alive.values(), key=lambda area: area.path)


def exists(area: Area, on: date | None) -> bool:
    """Say whether an area exists on a date (None: has not been closed)."""
    if on is None:
        return area.until is None
    return area.since <= on and (area.until is None or on < area.until)


def history(area: Area) -> list[AreaChange]:
    """Return the changes that touched an area, oldest first."""
    touched = Q(successions__before=area) | Q(successions__after=area)
    return list(AreaChange.objects.filter(touched).distinct().order_by("on", "at"))


# ---- routing


@dataclass(frozen=True, slots=True)
class Outlines:
    """Boundaries that hold on a date: codes with their polygons."""

    codes: list[str]
    polygons: list[Any]


def outlines(on: date | None = None, net: str = BASE_NET) -> Outlines:
    """Return the lowest outlined areas of a net on a date: those with a boundary and nobody outlined below them."""
    rows: dict[str, tuple[str, bytes]] = {}
    newest = Area.objects.filter(holding(on), net=net).exclude(boundary=None)
    before = Former.objects.none()
    if on is not None:
        before = Former.objects.filter(area__net=net, since__lte=on, until__gt=on).exclude(boundary=None)
        before = before.filter(Q(area__until=None) | Q(area__until__gt=on))
        newest = newest.filter(state_since__lte=on)
    for code, path, boundary in newest.values_list("code", "path", "boundary"):
        rows[path] = (code, bytes(boundary or b""))
    for code, path, boundary in before.values_list("area__code", "path", "boundary"):
        rows[path] = (code, bytes(boundary or b""))
    upper = {ancestor for path in rows for ancestor in _ancestors(path)}
    lowest = [row for path, row in sorted(rows.items()) if path not in upper]
    polygons = shapely.from_wkb(np.array([row[1] for row in lowest], dtype=object))
    return Outlines([row[0] for row in lowest], list(polygons))


def _ancestors(path: str) -> list[str]:
    """Return the paths above a path."""
    codes = path.split("/")[:-1]
    return ["/".join(codes[:depth]) + "/" for depth in range(1, len(codes))]


class _Routers:
    """Routers of this process, each for a net and a span of days without a change; dropped when the version moves."""

    KEPT = 4
    CHECK_SECONDS = 1.0

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = -1
        self._checked = float("-inf")
        self._days: dict[str, list[date]] = {}
        self._routers: OrderedDict[tuple[str, int, float], Router] = OrderedDict()
        self.told = 0

    def get(self, on: date | None, net: str, near_m: float) -> Router:
        with self._lock:
            self._notice_changes()
            days = self._days.get(net)
            if days is None:
                days = self._days[net] = _days_of_change(net)
            key = (net, len(days) if on is None else sum(day <= on for day in days), near_m)
            router = self._routers.get(key)
            if router is None:
                found = outlines(on, net)
                router = self._routers[key] = Router(found.codes, found.polygons, near_m)
            self._routers.move_to_end(key)
            while len(self._routers) > self.KEPT:
                self._routers.popitem(last=False)
            return router

    def look_again(self) -> None:
        self.told += 1
        self._number = -1
        self._checked = float("-inf")

    def _notice_changes(self) -> None:
        # one small query a second and process; a change in another process is seen within that second
        if time.monotonic() - self._checked < self.CHECK_SECONDS:
            return
        number = version()
        if number != self._number:
            self._routers.clear()
            self._days.clear()
            self._number = number
        self._checked = time.monotonic()


_routers = _Routers()


def router(on: date | None = None, net: str = BASE_NET, near_m: float = NEAR_M) -> Router:
    """Return the router of the territory on a date; kept in memory until the territory changes."""
    return _routers.get(on, net, near_m)


def look_again() -> None:
    """Have this process compare the territory's version at the next routing, without waiting."""
    _routers.look_again()


def stamp() -> tuple[int, int]:
    """Return what differs once something of the territory changed, for what is kept in memory of it."""
    return version(), _routers.told


def version() -> int:
    """Return the territory's version: it grows with every change."""
    return TerritoryVersion.objects.filter(id=1).values_list("number", flat=True).first() or 0


def _days_of_change(net: str) -> list[date]:
    """Return the days from which another set of boundaries holds."""
    spans = Area.objects.filter(net=net).order_by().values_list("since", "until", "state_since").distinct()
    days = {day for span in spans for day in span if day is not None}
    formers = Former.objects.filter(area__net=net).order_by().values_list("since", "until").distinct()
    days |= {day for span in formers for day in span}
    return sorted(days)
