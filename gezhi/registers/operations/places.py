"""Where an entry belongs: a chosen area, also one that was divided meanwhile, or the grid around a point."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from gezhi.registers.errors import AskArea, Refused
from gezhi.registers.values import Point, point_of
from gezhi.schemes.forms import Form, Register
from gezhi.territory import queries as territory
from gezhi.territory.models import Area


def point_in(register: Register, form: Form, values: Mapping[str, Any]) -> Point | None:
    """Return the point of an entry's answers."""
    return point_of(values.get(register.place)) if register.place in form.by_id else None


def area_for(area: Area | str | None, point: Point | None, on: date) -> Area:
    """Return the area on a day; raise `AskArea` when it was divided and the point does not say into which part."""
    if area is None or area == "":
        return _around(point, on)
    code = area if isinstance(area, str) else area.code
    here = territory.by_code(code, on)
    if here is not None:
        return here
    heirs = territory.successors(code, on)
    if not heirs:
        # a table names areas by their names, too: what is no code is not called one
        zh, en = ("编码为", "with the code") if code.isascii() else ("名称为", "called")
        raise Refused(
            f"没有{zh}“{code[:40]}”的区域。请从区域树中选择；填写的内容没有丢。",
            f"There is no area {en} “{code[:40]}”. Choose one from the tree; what you wrote is kept.",
            field="area",
        )
    if len(heirs) == 1:
        return heirs[0]
    routed = territory.router(on).route(point.lon, point.lat) if point else None
    for one in heirs:
        if routed is not None and routed.area == one.code:
            return one
    raise AskArea(code, [(one.code, one.name) for one in heirs])


def _around(point: Point | None, on: date) -> Area:
    routed = territory.router(on).route(point.lon, point.lat) if point else None
    found = territory.by_code(routed.area, on) if routed is not None and routed.area else None
    if found is None:
        raise Refused(
            "还不知道属于哪个网格：请选择网格，或给出网格内的位置。",
            "It is not known yet to which grid this belongs: choose the grid, or give a place within one.",
            field="area",
        )
    return found
