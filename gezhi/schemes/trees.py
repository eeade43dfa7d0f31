"""Conditions that a page or a telephone without a network can work out by itself.

The part of CEL that forms mostly use (comparisons, `in`, `&&`, `||`, `!`, `size()`, parentheses, literals, names)
becomes a tree of JSON. What the part does not hold has no tree and is left to the server. `work_out` says what a tree
means; the ES module that pages use does the same, and tests hold both against CEL.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import Any

type Tree = list[Any]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+\.\d+|\d+(?![\w.]))
    | (?P<text>'[^'\\\n]*'|"[^"\\\n]*")
    | (?P<word>[A-Za-z_]\w*)
    | (?P<sign>&&|\|\||==|!=|<=|>=|[<>!()\[\],-])
    )""",
    re.VERBOSE,
)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in")
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_LITERALS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
# whole numbers that JavaScript can hold exactly
_LARGEST = 2**53 - 1


class Untold(Exception):
    """The condition is not of the part that has trees."""


class WorkedOutNot(ValueError):
    """A tree can't be worked out over these answers, as CEL could not either."""


@lru_cache(maxsize=4096)
def _parsed(condition: str) -> "Tree | None":
    try:
        reader = Reader(condition)
        tree = reader.either()
        return tree if reader.at == len(reader.tokens) else None
    except (Untold, RecursionError):
        return None


def tree(condition: str) -> Tree | None:
    """Return the tree of a condition, or None when only the server can work it out."""
    return _parsed(condition)


class Reader:
    """Reads a condition into a tree; raises Untold for what has none."""

    def __init__(self, condition: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        place, end = 0, len(condition.rstrip())
        while place < end:
            found = _TOKEN.match(condition, place)
            if found is None or found.lastgroup is None:
                raise Untold
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            place = found.end()

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _take(self, *wanted: str) -> str:
        kind, written = self._next()
        if kind in ("sign", "word") and written in wanted:
            self.at += 1
            return written
        return ""

    def either(self) -> Tree:
        """Read alternatives, and all that binds more closely."""
        left = self._both()
        while self._take("||"):
            left = ["or", left, self._both()]
        return left

    def _both(self) -> Tree:
        left = self._compared()
        while self._take("&&"):
            left = ["and", left, self._compared()]
        return left

    def _compared(self) -> Tree:
        left = self._single()
        while sign := self._take(*_COMPARISONS):
            left = [sign, left, self._single()]
        return left

    def _single(self) -> Tree:
        if self._take("!"):
            return ["not", self._single()]
        if self._take("("):
            inside = self.either()
            self._must(")")
            return inside
        if self._take("["):
            return ["list", *self._listed()]
        return self._plain()

    def _listed(self) -> list[Tree]:
        listed: list[Tree] = []
        while not self._take("]"):
            listed.append(self.either())
            if not self._take(","):
                self._must("]")
                break
        return listed

    def _must(self, sign: str) -> None:
        if not self._take(sign):
            raise Untold

    def _plain(self) -> Tree:
        minus = bool(self._take("-"))
        kind, written = self._next()
        self.at += 1
        if kind == "number":
            number = float(written) if "." in written else int(written)
            if abs(number) > _LARGEST:
                raise Untold
            return ["value", -number if minus else number]
        if minus:
            raise Untold
        if kind == "text":
            return ["value", written[1:-1]]
        if kind != "word" or written == "in":
            raise Untold
        if written in _LITERALS:
            return ["value", _LITERALS[written]]
        if self._take("("):
            return self._called(written)
        return ["name", written]

    def _called(self, name: str) -> Tree:
        if name != "size":
            raise Untold
        inside = self.either()
        self._must(")")
        return ["size", inside]


def work_out(node: Tree, answers: Mapping[str, Any]) -> Any:
    """Return what a tree comes to over answers; raise WorkedOutNot where kinds do not fit together."""
    sign, *inside = node
    if sign == "value":
        return inside[0]
    if sign == "name":
        if inside[0] not in answers:
            raise WorkedOutNot(inside[0])
        return answers[inside[0]]
    if sign in ("and", "or"):
        return _joined(inside[0], inside[1], answers, ends=sign == "or")
    worked = [work_out(one, answers) for one in inside]
    return worked if sign == "list" else _operated(sign, worked)


def _operated(sign: str, worked: list[Any]) -> Any:
    if sign == "not":
        return not _truth(worked[0])
    if sign == "size":
        if not isinstance(worked[0], str | list | dict):
            raise WorkedOutNot("size")
        return len(worked[0])
    return _compare(sign, worked[0], worked[1])


def _joined(left: Tree, right: Tree, answers: Mapping[str, Any], *, ends: bool) -> bool:
    """Work out `||` (which a yes ends) or `&&` (which a no ends): an end on either side outdoes what fails."""
    failed: WorkedOutNot | None = None
    for side in (left, right):
        try:
            if _truth(work_out(side, answers)) is ends:
                return ends
        except WorkedOutNot as bad:
            failed = bad
    if failed:
        raise failed
    return not ends


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WorkedOutNot("not a yes or no")
    return value


def _compare(sign: str, left: Any, right: Any) -> bool:
    match sign:
        case "==" | "!=":
            return same(left, right) is (sign == "==")
        case "in":
            if isinstance(right, dict):
                return left in right
            if not isinstance(right, list):
                raise WorkedOutNot("in")
            return any(same(left, one) for one in right)
    if _kind(left) != _kind(right) or _kind(left) not in ("number", "text", "truth"):
        raise WorkedOutNot(sign)
    return bool(_ORDERS[sign](left, right))


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal: never across kinds, numbers by their value."""
    if _kind(left) != _kind(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(same(one, other) for one, other in zip(left, right, strict=True))
    return bool(left == right)


def _kind(value: Any) -> str:
    if value is None:
        return "none"
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "truth"), ((int, float), "number"), (str, "text"), (list, "list"),
    )  # fmt: skip
    return next((name for types, name in kinds if isinstance(value, types)), "map")
