"""The areas of the district: the tree, each area's own page, and how both were on any day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from gezhi.enactment import queries as enactment
from gezhi.people import access
from gezhi.people import queries as people
from gezhi.people.models import Account, Appointment
from gezhi.territory import atlas
from gezhi.territory import queries as territory
from gezhi.territory.models import Area, AreaChange
from gezhi.web import wording
from gezhi.web.setup.days import When, days, placed, when
from gezhi.web.setup.pages import for_setup, shown

MOST_FOUND = 60
MOST_BRANCHES = 400


@dataclass(slots=True)
class Branch:
    """A node of the tree on the page: open where it leads to the area shown."""

    area: Area
    direct: int = 0
    here: bool = False
    open: bool = False
    below: "list[Branch]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """An area in a list: what lies in it, who serves there, what changed on the day shown."""

    area: Area
    numbers: atlas.Numbers
    staff: int
    change: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A post of an area with who holds it; without anybody it is empty."""

    post: str
    title: str
    holders: tuple[Appointment, ...]
    stand_ins: tuple[Appointment, ...]

    @property
    def empty(self) -> bool:
        """Whether nobody holds it, a stand-in or not."""
        return not self.holders


@for_setup
def areas(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show the whole district: the tree, what lies at the top, or what a search finds."""
    if request.GET.get("under"):
        return redirect("web:setup_area", code=request.GET["under"])
    day = when(request, now)
    asked = request.GET.get("q", "").strip()[:60]
    tops = atlas.children(None, day.on)
    # One district is not listed alone: what lies in it is.
    chain = tops if len(tops) == 1 else []
    rows = _rows(atlas.children(chain[0], day.on) if chain else tops, day)
    words = _around(day, chain) | {
        "rows": rows,
        "deep": any(row.numbers.every for row in rows),
        "asked": asked,
        "found": _found(asked, day.on) if asked else [],
        "levels": _levels(day.on),
    }
    return shown(request, account, now, "setup/ground/areas.html", words)


@for_setup
def area(request: HttpRequest, account: Account, now: datetime, code: str) -> HttpResponse:
    """Show an area: where it lies, what lies in it, who serves there, what it was before."""
    day = when(request, now)
    chain = territory.chain(code, day.on)
    if not chain:
        return _elsewhere(request, account, now, code, day)
    one = chain[-1]
    rows = _rows(atlas.children(one, day.on), day)
    within = Area.objects.filter(parent=one).defer("boundary")
    shape = atlas.shapes([one], day.on).get(one.pk)
    words = _around(day, chain) | {
        "area": one,
        "chain": chain,
        "rows": rows,
        "deep": any(row.numbers.every for row in rows),
        "seats": seats(one, day),
        "neighbours": atlas.neighbours(one, day.on),
        "changes": told(atlas.changes(areas=[one, *within], most=30), day.today),
        "formers": atlas.formers(one),
        "level": level_titles(day.on).get(one.level, one.level),
        "numbers": atlas.numbers([one], day.on).get(one.code, atlas.Numbers()),
        "hectares": round(atlas.square_metres(shape) / 10_000, 1) if shape is not None else None,
        "lowest": not Area.objects.filter(territory.holding(day.on), parent=one).exists(),
    }
    return shown(request, account, now, "setup/ground/area.html", words)


@for_setup
def branch(request: HttpRequest, account: Account, now: datetime, code: str) -> HttpResponse:  # noqa: ARG001
    """Answer with the areas directly below one, for a node of the tree that is opened."""
    day = when(request, now)
    parent = territory.by_code(code, day.on)
    if parent is None:
        raise Http404
    below = [Branch(one) for one in atlas.children(parent, day.on)[:MOST_BRANCHES]]
    _count(below, day.on)
    return render(request, "setup/ground/branches.html", {"branches": below, "day": day})


def _elsewhere(request: HttpRequest, account: Account, now: datetime, code: str, day: When) -> HttpResponse:
    """Answer for a code that is not in use on the day: which days it was, and what came of it."""
    known = Area.objects.filter(code=code).defer("boundary").order_by("-since").first()
    if known is None:
        raise Http404
    words = _around(day, []) | {
        "area": known,
        "after": territory.successors(code, day.on),
        "changes": told(atlas.changes(areas=[known], most=30), day.today),
        "last_day": known.since if day.on < known.since else known.since if known.until is None else known.until,
    }
    return shown(request, account, now, "setup/ground/area_gone.html", words)


# ---- what the pages have in common


def _around(day: When, chain: Sequence[Area]) -> dict[str, Any]:
    """Return the tree opened down to an area, and the days of change."""
    index = days(day)
    return {
        "day": day,
        "days": index,
        "place": placed(index),
        "tree": _tree(chain, day.on),
    }


def _tree(chain: Sequence[Area], on: date) -> list[Branch]:
    tops = [Branch(one) for one in atlas.children(None, on)[:MOST_BRANCHES]]
    every, level = list(tops), tops
    for one in chain:
        node = next((branch for branch in level if branch.area.pk == one.pk), None)
        if node is None:
            break
        node.open, node.here = True, one is chain[-1]
        node.below = level = [Branch(child) for child in atlas.children(one, on)[:MOST_BRANCHES]]
        every += level
    _count(every, on)
    return tops


def _count(branches: Sequence[Branch], on: date) -> None:
    counted = territory.areas(on).filter(parent__in=[branch.area.pk for branch in branches]).order_by()
    direct: dict[Any, int] = {}
    for parent in counted.values_list("parent", flat=True):
        direct[parent] = direct.get(parent, 0) + 1
    for branch in branches:
        branch.direct = direct.get(branch.area.pk, 0)


def _rows(below: Sequence[Area], day: When) -> list[Row]:
    numbers = atlas.numbers(below, day.on)
    staff = people.counted_below([one.path for one in below], day.at)
    changed = atlas.changed_on(day.on)
    return [
        Row(
            one,
            numbers.get(one.code, atlas.Numbers()),
            staff.get(one.path, 0),
            str(AreaChange.Kind(changed[one.code]).label) if one.code in changed else "",
        )
        for one in below
    ]


def _found(asked: str, on: date) -> list[tuple[Area, str]]:
    """Return what a search finds, each with where it lies."""
    found = territory.search(asked, on=on, limit=MOST_FOUND)
    upper = {code for one in found for code in one.path.split("/")[:-2]}
    names = {one.code: territory.short_name(one.name) for one in territory.areas(on).filter(code__in=upper)}
    return [(one, " / ".join(names.get(code, code) for code in one.path.split("/")[:-2])) for one in found]


def seats(one: Area, day: When) -> list[Seat]:
    """Return the posts of an area's level with who holds them on the day, then those of posts that no scheme names."""
    held: dict[str, list[Appointment]] = {}
    for row in people.at_area(one.path, day.at).filter(area=one):
        held.setdefault(row.post, []).append(row)
    language = get_language() or "zh-hans"
    titles = {post.post: post.say(language) for post in access.posts_in_force(day.on) if post.level == one.level}
    return [
        Seat(
            post,
            titles.get(post, post),
            tuple(row for row in held.get(post, ()) if not row.stand_in),
            tuple(row for row in held.get(post, ()) if row.stand_in),
        )
        for post in dict.fromkeys([*titles, *held])
    ]


@dataclass(frozen=True, slots=True)
class Told:
    """A change as the page tells it: the day, what was done, from which areas to which."""

    change: AreaChange
    title: str
    day: str
    before: tuple[Area, ...]
    after: tuple[Area, ...]
    to_come: bool


def told(changes: Sequence[AreaChange], today: date) -> list[Told]:
    """Return changes with their lines joined: what stayed the same area is named once."""
    rows = []
    for change in changes:
        lines = list(change.successions.all())
        before = {line.before_id: line.before for line in lines}
        after = {line.after_id: line.after for line in lines}
        same = before.keys() == after.keys()
        rows.append(
            Told(
                change,
                str(AreaChange.Kind(change.kind).label),
                wording.say_day(change.on, today),
                () if same else tuple(before.values()),
                tuple(after.values()),
                change.on > today,
            )
        )
    return rows


def level_titles(on: date) -> dict[str, str]:
    """Return what the schemes in force call the levels."""
    titles: dict[str, str] = {}
    for _, plan in enactment.all_in_force(on):
        titles |= {level.id: wording.say(level.title) for level in plan.levels.values()}
    return titles


def _levels(on: date) -> list[tuple[str, int]]:
    """Return how many areas each level has, by the schemes' own words for the levels."""
    titles = level_titles(on)
    return [(titles.get(level, level), count) for level, count in territory.levels(on).items()]
