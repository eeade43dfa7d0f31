"""Changes that put other areas in an area's place: split and merge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import shapely
from django.db import transaction

from gezhi.territory import geometry, queries
from gezhi.territory.codes import fault
from gezhi.territory.findings import Finding
from gezhi.territory.models import Area, AreaChange
from gezhi.territory.operations.changing import lost_ground, place
from gezhi.territory.operations.states import (
    ChangeRefusedError,
    end,
    lock,
    move_on,
    note,
    outline,
    refuse,
    replant,
    require_alive,
    restate,
    shape_of,
)
from gezhi.territory.pinyin import keys


@dataclass(frozen=True, slots=True)
class Part:
    """An area to be: of a split, or what a merge makes. `takes` are the codes of areas below that go to it."""

    code: str
    name: str
    shape: Any = None
    households: int | None = None
    people: int | None = None
    takes: tuple[str, ...] = ()


def split(
    *, area: Area, parts: Sequence[Part], actor: UUID | None, now: datetime, on: date, text: str = ""
) -> list[Area]:
    """Put several areas in the place of one from a date on; the one ends, and what refers to it resolves on.

    The parts must cover the area's ground exactly (to a sliver), have codes of their own, and take all areas below.
    """
    with transaction.atomic():
        lock()
        area.refresh_from_db()
        require_alive([area], on)
        below = list(Area.objects.filter(parent=area, until=None))
        _refuse_parts(area, parts, below, on)
        made = [_plant(part, area, on) for part in parts]
        for part, new in zip(parts, made, strict=True):
            _hand_over([one for one in below if one.code in part.takes], new, on)
        end(area, on)
        note(AreaChange.Kind.SPLIT, on=on, now=now, actor=actor, text=text, links=[(area, new) for new in made])
        move_on()
    return made


def merge(*, areas: Sequence[Area], into: Part, actor: UUID | None, now: datetime, on: date, text: str = "") -> Area:
    """Put one area in the place of several from a date on: a new one, or one of them when `into` has its code.

    Its ground is theirs together, its counts theirs added up unless given; areas below go to it.
    """
    with transaction.atomic():
        lock()
        old = [Area.objects.get(id=area.id) for area in areas]
        require_alive(old, on)
        _refuse_merge(old, into, on)
        whole = _together(old, into)
        survivor = next((area for area in old if area.code == into.code), None)
        new = _grow(survivor, whole, on) if survivor else _plant(whole, old[0], on)
        for area in old:
            if area.id != new.id:
                _hand_over(list(Area.objects.filter(parent=area, until=None)), new, on)
                end(area, on)
        note(AreaChange.Kind.MERGE, on=on, now=now, actor=actor, text=text, links=[(area, new) for area in old])
        move_on()
    return new


# ---- refusals


def _refuse_parts(area: Area, parts: Sequence[Part], below: Sequence[Area], on: date) -> None:
    if len(parts) < 2:
        raise refuse("parts_few", area.code)
    found = [finding for part in parts for finding in _faults_of_code(part, area.net, on)]
    codes = [part.code for part in parts]
    found += [Finding(0, "code", "code_taken", {"code": code}) for code in set(codes) if codes.count(code) > 1]
    left = {one.code for one in below} - {code for part in parts for code in part.takes}
    if left:
        found.append(Finding(0, "takes", "children_left", {"codes": ", ".join(sorted(left))}))
    if area.boundary is not None:
        found += _faults_of_tiling(shape_of(area), parts)
    if found:
        raise ChangeRefusedError(found)


def _faults_of_code(part: Part, net: str, on: date) -> list[Finding]:
    wrong = fault(part.code, free=True)
    if wrong is not None:
        return [Finding(0, "code", wrong.key, wrong.values, wrong.suggestion)]
    taken = Area.objects.filter(net=net, code=part.code).filter(queries.holding(on) | queries.holding(None))
    found = [Finding(0, "code", "code_taken", {"code": part.code})] if taken.exists() else []
    return found if part.name.strip() else [*found, Finding(0, "name", "name_missing")]


def _faults_of_tiling(ground: Any, parts: Sequence[Part]) -> list[Finding]:
    """Return where parts leave or leap over the ground that they divide."""
    found = [Finding(0, "boundary", "shape_missing", {"code": p.code}) for p in parts if p.shape is None]
    for part in parts:
        if part.shape is not None and (wrong := geometry.why_invalid(part.shape)):
            values = {"reason": wrong[0], "lon": f"{wrong[1]:.6f}", "lat": f"{wrong[2]:.6f}"}
            found.append(Finding(0, "boundary", "shape_invalid", values, area=part.code))
    if found:
        return found
    shapes = [part.shape for part in parts]
    for patch in geometry.overlaps(shapes):
        values = {"other": parts[patch.first].name, **place(patch)}
        found.append(Finding(0, "boundary", "shape_overlap", values, area=parts[patch.second].code))
    gained = geometry.uncovered(shapely.union_all(shapes), [ground])
    found += [Finding(0, "boundary", "ground_gained", place(patch)) for patch in gained]
    return found + lost_ground([ground], shapes)


def _refuse_merge(old: Sequence[Area], into: Part, on: date) -> None:
    if len({area.id for area in old}) < 2:
        raise refuse("parts_few")
    if len({(area.level, area.net) for area in old}) > 1:
        raise refuse("parts_differ", codes=", ".join(area.code for area in old))
    if into.code in {area.code for area in old}:
        return
    found = _faults_of_code(into, old[0].net, on)
    if found:
        raise ChangeRefusedError(found)


# ---- making


def _together(old: Sequence[Area], into: Part) -> Part:
    """Return the part that a merge makes, with ground and counts."""
    shapes = [shape_of(area) for area in old if area.boundary is not None]
    shape = shapely.union_all(shapes) if len(shapes) == len(old) else None
    households, people = into.households, into.people
    if households is None and all(area.households is not None for area in old):
        households = sum(area.households or 0 for area in old)
    if people is None and all(area.people is not None for area in old):
        people = sum(area.people or 0 for area in old)
    return Part(into.code, into.name, shape, households, people)


def _plant(part: Part, model: Area, on: date) -> Area:
    """Make an area of a part, in the place in the tree where another stands."""
    path = model.path.removesuffix(f"{model.code}/") + f"{part.code}/"
    return Area.objects.create(
        net=model.net, code=part.code, level=model.level, name=part.name.strip(), path=path, kind=model.kind,
        parent_id=model.parent_id, pinyin=keys(part.name), households=part.households, people=part.people,
        since=on, state_since=on, source_crs=model.source_crs, **outline(part.shape),
    )  # fmt: skip


def _grow(survivor: Area, whole: Part, on: date) -> Area:
    """Give the area that survives a merge its new name, ground and counts."""
    name = whole.name.strip() or survivor.name
    counts = {"households": whole.households, "people": whole.people}
    restate(survivor, on, name=name, pinyin=keys(name), **counts, **outline(whole.shape))
    return survivor


def _hand_over(below: Sequence[Area], new: Area, on: date) -> None:
    """Put areas under another one from a date on."""
    for area in below:
        path = f"{new.path}{area.code}/"
        replant(area, path, on)
        restate(area, on, path=path, parent=new)
