"""XLSForm's formulas (XPath) and the plan's conditions (CEL): the part that both can say, carried to and fro."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from gezhi.schemes.trees import Reader, Tree, Untold
from gezhi.schemes.trees import tree as plain_tree

NUMBERS = ("whole", "decimal", "money")
YES_NO = {"yes": True, "no": False}
ORDERS = ("<", "<=", ">", ">=")
EQUALS = ("==", "!=")
_MATCHES = re.compile(r"\b(\w+)\.matches\(")
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?)
    | (?P<text>'[^']*'|"[^"]*")
    | \$\{\s*(?P<name>[^}\s]+)\s*\}
    | (?P<word>[A-Za-z_][\w-]*)
    | (?P<sign><=|>=|!=|[=<>(),+*|/-]|\.(?!\d))
    )""",
    re.VERBOSE,
)
_BINDS = {"or": 1, "and": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "in": 3}


class NotCarried(ValueError):
    """A formula that the other side can't say, and why (in Chinese and English)."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def _strange(what: str) -> NotCarried:
    return NotCarried(f"“{what}”在方案的条件里没有对应写法", f"“{what}” has no counterpart in a plan's conditions")


# ── XPath to CEL ──


class _Formula:
    """Reads a formula; `kinds` are the kinds of the fields by their names in the workbook, `ids` their ids here."""

    def __init__(self, written: str, kinds: Mapping[str, str], ids: Mapping[str, str], own: str = "") -> None:
        self.kinds, self.ids, self.own = kinds, ids, own
        self.tokens: list[tuple[str, str]] = []
        self.at = place = 0
        while place < len(written.rstrip()):
            found = _TOKEN.match(written, place)
            if found is None or found.lastgroup is None:
                raise _strange(written[place:].strip()[:20])
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            place = found.end()

    def whole(self) -> Tree:
        """Return the tree of the whole formula."""
        tree = self._either()
        if self.at < len(self.tokens):
            raise _strange(self.tokens[self.at][1])
        return tree

    def _take(self, *wanted: str) -> str:
        kind, written = self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")
        if kind in ("sign", "word") and written in wanted:
            self.at += 1
            return written
        return ""

    def _must(self, sign: str) -> None:
        if not self._take(sign):
            raise NotCarried(f"缺少“{sign}”", f"“{sign}” is missing")

    def _either(self) -> Tree:
        left = self._both()
        while self._take("or"):
            left = ["or", left, self._both()]
        return left

    def _both(self) -> Tree:
        left = self._compared()
        while self._take("and"):
            left = ["and", left, self._compared()]
        return left

    def _compared(self) -> Tree:
        left = self._added()
        while sign := self._take("=", "!=", "<", "<=", ">", ">="):
            left = self._fitted("==" if sign == "=" else sign, left, self._added())
        return left

    def _added(self) -> Tree:
        left = self._plain()
        while sign := self._take("+", "-"):
            right = self._plain()
            if left[0] != "today" or right[0] != "value" or not isinstance(right[1], int):
                raise _strange(sign)
            left = ["today", left[1] + (right[1] if sign == "+" else -right[1])]
        return left

    def _plain(self) -> Tree:
        if self._take("("):
            inside = self._either()
            self._must(")")
            return inside
        minus = bool(self._take("-"))
        if self.at >= len(self.tokens):
            raise NotCarried("公式没有写完", "the formula is not finished")
        kind, written = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            number = float(written) if "." in written else int(written)
            return ["value", -number if minus else number]
        if minus:
            raise _strange("-")
        return self._named(kind, written)

    def _named(self, kind: str, written: str) -> Tree:
        if kind == "text":
            return ["value", written[1:-1]]
        if kind == "name":
            if written not in self.kinds:
                zh, en = f"“{written}”没有带过来", f"“{written}” was not carried over"
                raise NotCarried(zh, en)
            return ["name", self.ids[written]]
        if written == "." and self.own:
            return ["name", "value"]
        if kind == "word" and self._take("("):
            return self._called(written)
        raise _strange(written)

    def _arguments(self) -> list[Tree]:
        listed: list[Tree] = []
        while not self._take(")"):
            listed.append(self._either())
            if not self._take(","):
                self._must(")")
                break
        return listed

    def _called(self, name: str) -> Tree:
        known = _FUNCTIONS.get(name)
        arguments = self._arguments()
        if known is None or len(arguments) != known[0]:
            raise _strange(f"{name}()")
        return known[1](self, *arguments)

    def kind_of(self, node: Tree) -> str:
        """Return the kind of the field that a node names, empty when it names none."""
        if node[0] != "name":
            return ""
        if node[1] == "value":
            return self.own
        return next((self.kinds[name] for name, key in self.ids.items() if key == node[1]), "")

    def selected(self, field: Tree, option: Tree) -> Tree:
        """Return what `selected()` asks: whether an option is among those chosen."""
        return ["in", option, field] if self.kind_of(field) == "choices" else self._fitted("==", field, option)

    def _fitted(self, sign: str, left: Tree, right: Tree) -> Tree:
        """Return a comparison in which both sides are of one kind: XPath turns them into each other, CEL does not."""
        if left[0] == "value" and right[0] != "value":
            mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign)
            return self._fitted(mirrored, right, left)
        if left[0] != "name" or right[0] != "value":
            if (self.kind_of(left) in NUMBERS) != (self.kind_of(right) in NUMBERS) and right[0] == left[0] == "name":
                raise NotCarried("数字不能与文字比较", "a number can't be compared with a text")
            return [sign, left, right]
        kind, value = self.kind_of(left), right[1]
        if value == "" and sign in EQUALS and kind in _NOTHING:
            return [sign, *_NOTHING[kind](left)]
        if kind in _APART:
            return _APART[kind](sign, left, value)
        return [sign, left, ["value", _of_kind(kind, sign, value)]]


def _yes_no(sign: str, left: Tree, value: Any) -> Tree:
    if value not in YES_NO or sign not in EQUALS:
        raise NotCarried(
            "“是或否”只能与 yes、no 比较（未答按“否”看待）", "a yes or no is yes or no; not answered counts as no"
        )
    return left if YES_NO[value] is (sign == "==") else ["not", left]


def _several(_: str, __: Tree, ___: Any) -> Tree:
    raise NotCarried("多选字段请用 selected()", "a field of several choices is asked with selected()")


def _whether(_: str, __: Tree, ___: Any) -> Tree:
    raise NotCarried(
        "这种字段只能问有没有填（与 '' 比较）", "of such a field only whether it is filled in can be asked"
    )


# what "no answer" is for kinds whose unanswered value is no empty text
_NOTHING: Mapping[str, Callable[[Tree], tuple[Tree, Tree]]] = {
    **dict.fromkeys(("choices", "photos", "repeat"), lambda left: (["size", left], ["value", 0])),
    "place": lambda left: (left, ["value", None]),
}
_APART: Mapping[str, Callable[[str, Tree, Any], Tree]] = {
    "yes_no": _yes_no,
    "choices": _several,
    **dict.fromkeys(("photos", "repeat", "place"), _whether),
}


def _of_kind(kind: str, sign: str, value: Any) -> Any:
    if kind in NUMBERS and isinstance(value, str):
        try:
            return float(value) if "." in value else int(value)
        except ValueError:
            raise NotCarried(
                f"数字字段不能与“{value}”比较（未填的数字按 0 看待）",
                f"a number can't be compared with “{value}” (one not given counts as 0)",
            ) from None
    if kind in NUMBERS or not kind:
        return value
    if sign in ORDERS and kind not in ("date", "moment", "time"):
        raise NotCarried("文字不能比较大小", "texts are not compared by size")
    return value if isinstance(value, str | bool) else f"{value:g}"


_FUNCTIONS: Mapping[str, tuple[int, Callable[..., Tree]]] = {
    "selected": (2, _Formula.selected),
    "not": (1, lambda _, inside: ["not", inside]),
    "true": (0, lambda _: ["value", True]),
    "false": (0, lambda _: ["value", False]),
    "count-selected": (1, lambda _, inside: ["size", inside]),
    "string-length": (1, lambda _, inside: ["size", inside]),
    "count": (1, lambda _, inside: ["size", inside]),
    "today": (0, lambda _: ["today", 0]),
    "regex": (2, lambda _, text, pattern: ["matches", text, pattern]),
}


def from_xpath(written: str, kinds: Mapping[str, str], ids: Mapping[str, str], own: str = "") -> Tree:
    """Return the tree of a formula; raise NotCarried."""
    try:
        return _Formula(written, kinds, ids, own).whole()
    except RecursionError:
        raise NotCarried("公式嵌套太深", "the formula is nested too deeply") from None


def cel(node: Tree, outer: int = 0) -> str:
    """Write a tree as CEL."""
    sign, *inside = node
    if sign in _BINDS:
        binds = _BINDS[sign]
        spelled = {"or": "||", "and": "&&"}.get(sign, sign)
        said = f"{cel(inside[0], binds)} {spelled} {cel(inside[1], binds + 1)}"
        return f"({said})" if binds < outer else said
    if sign not in _CEL:
        raise _strange(f"{sign}()")
    return _CEL[sign](*inside)


def _literal(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if not isinstance(value, str):
        return repr(value)
    if "'" not in value and "\\" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


_CEL: Mapping[str, Callable[..., str]] = {
    "value": _literal,
    "name": str,
    "list": lambda *inside: f"[{', '.join(cel(one) for one in inside)}]",
    "not": lambda one: f"!{cel(one, 9)}",
    "size": lambda one: f"size({cel(one)})",
    "matches": lambda one, pattern: f"{cel(one, 9)}.matches({cel(pattern)})",
}


# ── CEL to XPath ──


class _WithMatches(Reader):
    """Reads conditions that also hold `name.matches('…')`, spelled `matches_(name, '…')`."""

    def _called(self, name: str) -> Tree:
        if name != "matches_":
            return super()._called(name)
        text = self.either()
        self._must(",")
        pattern = self.either()
        self._must(")")
        return ["matches", text, pattern]


def tree_of(condition: str) -> Tree | None:
    """Return the tree of a condition, `matches` included, or None when it has none."""
    plain = plain_tree(condition)
    if plain is not None:
        return plain
    try:
        reader = _WithMatches(_MATCHES.sub(r"matches_(\1, ", condition))
        tree = reader.either()
    except (Untold, RecursionError):
        return None
    return tree if reader.at == len(reader.tokens) else None


def to_xpath(tree: Tree, kinds: Mapping[str, str], own: str = "") -> str:
    """Write a tree as an XLSForm's formula, with `.` for the answer itself (of kind `own`); raise NotCarried."""
    return _ToXPath({**kinds, "value": own} if own else kinds).said(tree)


class _ToXPath:
    def __init__(self, kinds: Mapping[str, str]) -> None:
        self.kinds = kinds

    def said(self, node: Tree, outer: int = 0) -> str:
        sign, *inside = node
        if sign in self._WAYS:
            return self._WAYS[sign](self, *inside)
        if sign not in _BINDS:
            raise NotCarried("XLSForm 里没有对应写法", "XLSForm has no counterpart")
        text = self._compared(sign, *inside, binds=_BINDS[sign])
        return f"({text})" if _BINDS[sign] < outer else text

    def _compared(self, sign: str, left: Tree, right: Tree, *, binds: int) -> str:
        if sign not in ("and", "or") and self._is_yes_no(left):
            if right[0] != "value" or not isinstance(right[1], bool) or sign not in ("==", "!="):
                raise NotCarried("“是或否”只能与 true、false 比较", "a yes or no is compared with true and false only")
            return self.said(left if right[1] is (sign == "==") else ["not", left], binds)
        return f"{self.said(left, binds)} {'=' if sign == '==' else sign} {self.said(right, binds + 1)}"

    def _is_yes_no(self, node: Tree) -> bool:
        return node[0] == "name" and self.kinds.get(node[1]) == "yes_no"

    @staticmethod
    def _here(name: str) -> str:
        return "." if name == "value" else f"${{{name}}}"

    def _name(self, name: str) -> str:
        return f"{self._here(name)} = 'yes'" if self.kinds.get(name) == "yes_no" else self._here(name)

    def _size(self, of: Tree) -> str:
        if of[0] != "name":
            raise NotCarried("size() 只能用于字段", "size() counts a field only")
        counting = {"choices": "count-selected", "repeat": "count"}.get(self.kinds.get(of[1], ""), "string-length")
        return f"{counting}({self._here(of[1])})"

    def _in(self, one: Tree, many: Tree) -> str:
        if many[0] == "list":
            return "(" + " or ".join(self.said(["==", one, each]) for each in many[1:]) + ")"
        return f"selected({self.said(many)}, {self.said(one)})"

    _WAYS: Mapping[str, Callable[..., str]] = {
        "value": lambda _, value: _xpath_literal(value),
        "name": _name,
        "not": lambda self, one: f"not({self.said(one)})",
        "size": _size,
        "matches": lambda self, one, pattern: f"regex({self.said(one)}, {self.said(pattern)})",
        "in": _in,
    }


def _xpath_literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true()" if value else "false()"
    if value is None or (isinstance(value, str) and "'" in value and '"' in value):
        raise NotCarried("XLSForm 写不了这个值", "XLSForm can't write this value")
    if isinstance(value, str):
        return f'"{value}"' if "'" in value else f"'{value}'"
    return repr(value)
