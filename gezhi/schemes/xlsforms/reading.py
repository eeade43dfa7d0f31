"""An XLSForm workbook read as a form of a plan; what can't be carried over is named with sheet, row and reason."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gezhi.schemes.check.forms import RESERVED
from gezhi.schemes.forms import FIELD_KINDS
from gezhi.schemes.text import Text
from gezhi.schemes.xlsforms import checked, expressions, sheets
from gezhi.schemes.xlsforms.bounds import bounded
from gezhi.schemes.xlsforms.expressions import NotCarried
from gezhi.schemes.xlsforms.sheets import Row, Sheets

# the column and the settings' column in which the product keeps what XLSForm has no place for
OWN = "gezhi"
_KINDS = {
    "text": "text", "string": "text", "integer": "whole", "int": "whole", "decimal": "decimal", "date": "date",
    "time": "time", "datetime": "moment", "geopoint": "place", "image": "photos", "photo": "photos", "note": "note",
    "acknowledge": "yes_no", "select_one": "choice", "select_multiple": "choices", "begin group": "group",
    "begin repeat": "repeat",
}  # fmt: skip
_REASONS: Mapping[str, tuple[str, str]] = {
    "calculate": ("方案的表单不存计算结果，需要时在报表中计算", "a form of a plan keeps no results of reckoning"),
    "hidden": ("看不见的字段不带过来", "a field that nobody sees is not carried over"),
    "audio": ("不录音", "there are no sound recordings"),
    "background-audio": ("不录音", "there are no sound recordings"),
    "video": ("只有照片，没有录像", "there are photos only, no videos"),
    "file": ("只能附照片", "only photos are attached"),
    "barcode": ("没有扫码字段，可用文字", "there is no field for barcodes; a text would do"),
    "geotrace": ("只记一个点，不记行踪", "a place is a point; no tracks are kept"),
    "geoshape": ("只记一个点", "a place is a point"),
    "range": ("请改用 integer 或 decimal", "use integer or decimal"),
    "rank": ("没有排序题", "there are no rankings"),
    "select_one_from_file": ("选项须写在 choices 表中", "choices must stand on the sheet “choices”"),
    "select_multiple_from_file": ("选项须写在 choices 表中", "choices must stand on the sheet “choices”"),
}
_KNOWN_BY_ITSELF = ("start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit", "start-geopoint")
_UNUSED = {
    "default": ("默认值", "the default"),
    "calculation": ("计算", "the calculation"),
    "repeat_count": ("固定行数", "the number of rows"),
    "choice_filter": ("选项筛选", "the filter of choices"),
    "trigger": ("触发", "the trigger"),
    "read_only": ("只读", "read only"),
}
_TRUE = ("yes", "true", "true()", "1")
_FALSE = ("no", "false", "false()", "0")
_APPEARANCES = ("multiline", "numbers", "minimal", "quick", "compact", "horizontal", "field-list", "w1", "w2", "")


@dataclass(frozen=True, slots=True)
class Left:
    """Something of the workbook that is not in the form: where it stood and why."""

    sheet: str
    row: int
    text: Text


@dataclass(frozen=True, slots=True)
class Carried:
    """A form as a table of the language, its id, and what could not be carried over."""

    id: str
    table: dict[str, Any]
    left: tuple[Left, ...] = ()


def read(data: bytes, *, form_id: str = "") -> Carried:
    """Read a workbook's form; raise SchemeError for one that is none."""
    book = sheets.opened(data)
    checked.check(data)
    return _Reader(book).form(form_id)


@dataclass
class _Level:
    """Fields that are being gathered: those of the form, of a group or of a repeat."""

    fields: dict[str, Any]
    row: Row | None = None
    names: set[str] = field(default_factory=set)
    # what could be asked about before a repeat began: its fields are nobody else's business
    before: tuple[dict[str, str], dict[str, str]] | None = None


@dataclass
class _Reader:
    book: Sheets
    left: list[Left] = field(default_factory=list)
    # the fields so far by their names in the workbook: kind and id
    kinds: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def form(self, form_id: str) -> Carried:
        settings = next(iter(self.book.of("settings")), Row("settings", 2, {}))
        own = self._own(settings)
        title = own.pop("title", None) or sheets.worded(Row("settings", 2, {"t": settings.get("form_title")}), "t")
        wanted = form_id or settings.get("form_id") or "imported"
        for sheet, column in sheets.other_languages(self.book):
            self._leave(
                sheet, 1, f"列“{column}”：只带中文和英文", f"the column “{column}”: only Chinese and English are kept"
            )
        fields = self._fields()
        if not fields:
            raise checked.refused("survey", 0, "没有一个字段能带过来。", "Not one field could be carried over.")
        table = {"title": title or {"zh": wanted}, **own, "fields": fields}
        return Carried(_id(wanted), table, tuple(self.left))

    def _leave(self, sheet: str, row: int, zh: str, en: str) -> None:
        self.left.append(Left(sheet, row, Text(f"{zh}。", f"{en[:1].upper()}{en[1:]}.")))

    def _own(self, row: Row) -> dict[str, Any]:
        """Return what the product wrote into its own column when it exported the form."""
        written = row.get(OWN)
        if not written:
            return {}
        try:
            kept = json.loads(written)
        except ValueError:
            kept = None
        if isinstance(kept, dict):
            return kept
        self._leave(row.sheet, row.line, f"“{OWN}”列的内容看不懂", f"what stands in the column “{OWN}” can't be read")
        return {}

    def _fields(self) -> dict[str, Any]:
        levels = [_Level({})]
        for row in self.book.of("survey"):
            kind, lists = _type(row.get("type"))
            if kind.startswith("end "):
                self._end(levels)
                continue
            one = self._field(row, kind, lists, levels[-1])
            if one is not None:
                levels[-1].fields[self.ids[row.get("name")]] = one
            if kind.startswith("begin "):
                levels.append(self._begin(row, kind, one, levels[-1]))
        return levels[0].fields

    def _begin(self, row: Row, kind: str, one: dict[str, Any] | None, around: _Level) -> _Level:
        inside: dict[str, Any] = {}
        if one is not None:
            one["fields"] = inside
        if kind == "begin repeat":
            return _Level(inside, row, set(), (dict(self.kinds), dict(self.ids)))
        return _Level(inside, row, around.names)

    def _end(self, levels: list[_Level]) -> None:
        ended = levels.pop()
        if ended.before is not None:
            self.kinds, self.ids = ended.before
        if not ended.fields and ended.row:
            self._leave("survey", ended.row.line, "这一组里没有字段", "the group holds no field")
            levels[-1].fields.pop(self.ids.get(ended.row.get("name"), ""), None)

    def _field(self, row: Row, kind: str, lists: str, level: _Level) -> dict[str, Any] | None:
        if kind not in _KINDS:
            self._refuse(row, kind)
            return None
        own = self._own(row)
        choices = self._choices(row, lists) if kind.startswith("select") else {}
        ours = self._kind(row, kind, own, choices)
        if not ours:
            return None
        one: dict[str, Any] = {"kind": ours, "title": sheets.worded(row, "label") or {"zh": row.get("name")}}
        one |= {"hint": hint} if (hint := sheets.worded(row, "hint")) else {}
        one |= {"choices": choices} if choices and ours != "yes_no" else {}
        one |= {"when": when} if (when := self._formula(row, "relevant")) else {}
        self._named(row, ours, level)
        self._required(row, one)
        self._constraint(row, one, ours)
        self._rest(row, own)
        return one | own

    def _kind(self, row: Row, kind: str, own: dict[str, Any], choices: dict[str, Any]) -> str:
        ours = str(own.pop("kind", _KINDS[kind]))
        if ours not in FIELD_KINDS:
            self._leave(row.sheet, row.line, f"没有“{ours}”这种字段", f"there is no field of kind “{ours}”")
            return ""
        if ours == "choice" and set(choices) == {"yes", "no"}:
            return "yes_no"
        return "long_text" if ours == "text" and "multiline" in row.get("appearance") else ours

    def _required(self, row: Row, one: dict[str, Any]) -> None:
        written = row.get("required").lower()
        if written in _TRUE:
            one["required"] = True
        elif written and written not in _FALSE:
            self._leave(row.sheet, row.line, "必填条件：只能写 yes 或 no", "a condition in “required”: it is yes or no")

    def _refuse(self, row: Row, kind: str) -> None:
        name = row.get("name") or row.get("type")
        if kind in _KNOWN_BY_ITSELF:
            zh, en = "系统自己就知道，不用再填", "the product knows it by itself"
        else:
            zh, en = _REASONS.get(kind, ("方案的表单没有这种字段", "a form of a plan has no such field"))
        self._leave(row.sheet, row.line, f"“{name}”（{row.get('type')}）：{zh}", f"“{name}” ({row.get('type')}): {en}")

    def _named(self, row: Row, kind: str, level: _Level) -> None:
        name = row.get("name")
        ours = _id(name)
        if ours in level.names:
            zh, en = (
                f"“{name}”与别的字段同名；分组里的字段也不能重名。",
                f"“{name}” is a name twice; groups add no level.",
            )
            raise checked.refused(row.sheet, row.line, zh, en)
        if ours != name:
            self._leave(row.sheet, row.line, f"“{name}”改名为“{ours}”", f"“{name}” is now called “{ours}”")
        level.names.add(ours)
        self.kinds[name], self.ids[name] = kind, ours

    def _choices(self, row: Row, lists: str) -> dict[str, Any]:
        if "or_other" in lists.split():
            self._leave(
                row.sheet, row.line, "or_other：请在选项里写上“其他”", "or_other: write “other” among the choices"
            )
        wanted = lists.partition(" ")[0]
        found: dict[str, Any] = {}
        for option in self.book.of("choices"):
            if option.get("list_name") == wanted:
                found[option.get("name")] = sheets.worded(option, "label") or {"zh": option.get("name")}
        return found

    def _formula(self, row: Row, column: str) -> str:
        written = row.get(column)
        if not written:
            return ""
        try:
            return expressions.cel(expressions.from_xpath(written, self.kinds, self.ids))
        except NotCarried as bad:
            zh, en = (
                f"显示条件“{written}”：{bad.zh}；该字段总是显示",
                f"relevant “{written}”: {bad.en}; the field is always asked",
            )
            self._leave(row.sheet, row.line, zh, en)
            return ""

    def _constraint(self, row: Row, one: dict[str, Any], kind: str) -> None:
        written = row.get("constraint")
        if written:
            try:
                tree = expressions.from_xpath(written, self.kinds, self.ids, own=kind)
                bounds, rest = bounded(tree, kind)
                one |= bounds
                if rest is not None:
                    one["check"] = expressions.cel(rest)
            except NotCarried as bad:
                zh, en = f"核对条件“{written}”：{bad.zh}", f"constraint “{written}”: {bad.en}"
                self._leave(row.sheet, row.line, zh, en)
        if why := sheets.worded(row, "constraint_message"):
            one["why_not"] = why

    def _rest(self, row: Row, own: dict[str, Any]) -> None:
        for column, (zh, en) in _UNUSED.items():
            if row.get(column):
                self._leave(row.sheet, row.line, f"{zh}“{row.get(column)}”", f"{en} “{row.get(column)}”")
        if row.get("appearance").split(" ")[0] not in _APPEARANCES:
            self._leave(
                row.sheet, row.line, f"外观“{row.get('appearance')}”", f"the appearance “{row.get('appearance')}”"
            )
        for key in [key for key in own if key not in _MAY_KEEP]:
            del own[key]


_MAY_KEEP = ("sensitive", "register", "clause", "unit", "low", "high", "when", "check", "required")


def _type(written: str) -> tuple[str, str]:
    """Return a row's type as XLSForm's reference spells it, and the list that it names."""
    words = written.split()
    head = words[0].lower() if words else ""
    if head in ("begin", "end") and len(words) > 1:
        return f"{head} {words[1].lower()}", ""
    if head in ("begin_group", "end_group", "begin_repeat", "end_repeat"):
        return head.replace("_", " "), ""
    if head in ("select1", "select"):
        head = {"select1": "select_one", "select": "select_multiple"}[head]
    return head, " ".join(words[1:])


def _id(name: str) -> str:
    plain = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_") or "field"
    if not plain[0].isalpha():
        plain = f"f_{plain}"
    return f"{plain}_" if plain in RESERVED else plain
