"""Bounds of fields among the parts of a constraint, and back."""

from collections.abc import Mapping
from typing import Any

from gezhi.schemes.trees import Tree
from gezhi.schemes.xlsforms.expressions import NUMBERS, NotCarried

OWN_ANSWER: Tree = ["name", "value"]
COUNTED = ("text", "long_text", "address", "choices")
_ENDS = {">=": "low", "<=": "high"}


def bounded(tree: Tree, kind: str) -> tuple[dict[str, Any], Tree | None]:
    """Return a constraint's bounds (`low`, `high`), and what else it asks; raise NotCarried for today() elsewhere."""
    found: dict[str, Any] = {}
    rest: list[Tree] = []
    for part in _parts(tree):
        bound = _bound(part, kind)
        if bound and bound[0] not in found:
            found[bound[0]] = bound[1]
        elif _speaks_of_today(part):
            raise NotCarried("today() 只能用于日期的上下限", "today() stands in bounds of dates only")
        else:
            rest.append(part)
    joined: Tree | None = None
    for part in rest:
        joined = part if joined is None else ["and", joined, part]
    return found, joined


def _parts(tree: Tree) -> list[Tree]:
    return [*_parts(tree[1]), *_parts(tree[2])] if tree[0] == "and" else [tree]


def _bound(part: Tree, kind: str) -> tuple[str, Any] | None:
    match part:
        case [">=" | "<=" as sign, left, ["value", int() | float() as value]] if not isinstance(value, bool):
            counted = left == ["size", OWN_ANSWER] and kind in COUNTED and isinstance(value, int)
            if counted or (left == OWN_ANSWER and kind in NUMBERS):
                return _ENDS[sign], value
        case [">=" | "<=" as sign, ["name", "value"], ["today", days]] if kind in ("date", "moment"):
            return _ENDS[sign], f"{days} days" if days else "0"
        case [">=" | "<=" as sign, ["name", "value"], ["value", str() as day]] if kind == "date":
            return _ENDS[sign], day
    return None


def _speaks_of_today(tree: Any) -> bool:
    return isinstance(tree, list) and (tree[:1] == ["today"] or any(_speaks_of_today(one) for one in tree))


def constraint_of(kind: str, low: str, high: str) -> tuple[list[str], dict[str, str]]:
    """Return the formulas of a field's bounds, and the bounds that have none."""
    formulas, kept = [], {}
    for end, sign, written in (("low", ">=", low), ("high", "<=", high)):
        formula = _formula(kind, sign, written)
        if formula:
            formulas.append(formula)
        elif written:
            kept[end] = written
    return formulas, kept


def _formula(kind: str, sign: str, written: str) -> str:
    if not written:
        return ""
    if kind in NUMBERS:
        return f". {sign} {written}"
    if kind in COUNTED:
        counting = "count-selected" if kind == "choices" else "string-length"
        return f"{counting}(.) {sign} {written}"
    return _day(sign, written) if kind == "date" else ""


_UNITS: Mapping[str, int] = {"day": 1, "days": 1}


def _day(sign: str, written: str) -> str:
    if written == "0":
        return f". {sign} today()"
    count, _, unit = written.removeprefix("-").strip().partition(" ")
    if unit in _UNITS and count.isdigit():
        return f". {sign} today() {'-' if written.startswith('-') else '+'} {count}"
    return "" if unit else f". {sign} '{written}'"
