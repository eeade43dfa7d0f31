"""A form of a plan written as an XLSForm workbook; what XLSForm has no place for stands in a column of its own."""

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from gezhi.schemes.forms import Field, Form
from gezhi.schemes.text import Text
from gezhi.schemes.xlsforms.bounds import constraint_of
from gezhi.schemes.xlsforms.expressions import NotCarried, to_xpath, tree_of
from gezhi.schemes.xlsforms.reading import OWN

ZH, EN = "中文 (zh)", "English (en)"
_TYPES = {
    "text": "text", "long_text": "text", "whole": "integer", "decimal": "decimal", "money": "decimal", "date": "date",
    "time": "time", "moment": "dateTime", "phone": "text", "id_number": "text", "place": "geopoint", "area": "text",
    "address": "text", "photos": "image", "entry": "text", "note": "note", "yes_no": "select_one yes_no",
    "group": "begin group", "repeat": "begin repeat",
}  # fmt: skip
# kinds that XLSForm has too; all others are told in our own column
_SAME = (
    "text", "long_text", "whole", "decimal", "date", "time", "moment", "place", "photos", "note", "yes_no", "group",
    "repeat", "choice", "choices",
)  # fmt: skip
SURVEY = (
    "type", "name", f"label::{ZH}", f"label::{EN}", f"hint::{ZH}", f"hint::{EN}", "required", "relevant", "constraint",
    f"constraint_message::{ZH}", f"constraint_message::{EN}", "appearance", OWN,
)  # fmt: skip
CHOICES = ("list_name", "name", f"label::{ZH}", f"label::{EN}")
SETTINGS = ("form_title", "form_id", "version", "default_language", OWN)


@dataclass(frozen=True, slots=True)
class Written:
    """The workbook, and what other programs that read it will not see or check."""

    data: bytes
    left: tuple[Text, ...]


def write(form: Form) -> Written:
    """Write a form."""
    writer = _Writer()
    writer.fields(form.fields, {})
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    sheet.title = "survey"
    _fill(sheet, SURVEY, writer.survey)
    _fill(book.create_sheet("choices"), CHOICES, writer.choices)
    _fill(book.create_sheet("settings"), SETTINGS, [_settings(form)])
    out = io.BytesIO()
    book.save(out)
    return Written(out.getvalue(), tuple(writer.left))


def _settings(form: Form) -> dict[str, Any]:
    own: dict[str, Any] = {"title": _worded(form.title)}
    own |= {
        key: _worded(text) for key, text in (("purpose", form.purpose), ("basis", form.basis)) if text.zh or text.en
    }
    own |= {"retention": form.retention} if form.retention else {}
    own |= {"clause": form.clause.split(" ")} if form.clause else {}
    return {
        "form_title": form.title.say("zh"),
        "form_id": form.id,
        "version": form.print,
        "default_language": ZH,
        OWN: json.dumps(own, ensure_ascii=False),
    }


def _worded(text: Text) -> dict[str, str]:
    return {key: said for key, said in (("zh", text.zh), ("en", text.en)) if said}


def _labels(column: str, text: Text) -> dict[str, str]:
    # pyxform wants a label in every language: where one is missing the other stands in on reading
    return {f"{column}::{ZH}": text.zh, f"{column}::{EN}": text.en} if text.zh or text.en else {}


@dataclass
class _Writer:
    survey: list[dict[str, Any]] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    left: list[Text] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)

    def fields(self, fields: Iterable[Field], kinds: dict[str, str]) -> None:
        """Write fields; `kinds` are those of the fields so far."""
        for one in fields:
            self._field(one, kinds)
            if one.kind in ("group", "repeat"):
                self.fields(one.fields, kinds if one.kind == "group" else dict(kinds))
                self.survey.append({"type": f"end {one.kind}", "name": ""})
            kinds[one.id] = one.kind

    def _field(self, one: Field, kinds: dict[str, str]) -> None:
        own: dict[str, Any] = {} if one.kind in _SAME else {"kind": one.kind}
        row: dict[str, Any] = {"type": self._type(one), "name": one.id}
        row |= _labels("label", one.title) | _labels("hint", one.hint) | _labels("constraint_message", one.why_not)
        row["required"] = "yes" if one.required and one.kind not in ("group", "repeat", "note") else ""
        if one.required and not row["required"]:
            own["required"] = True
        row["relevant"] = self._formula(one, "when", one.when, kinds, own)
        formulas, kept = constraint_of(one.kind, one.low, one.high)
        check = self._formula(one, "check", one.check, kinds, own)
        row["constraint"] = " and ".join([*formulas, f"({check})" if check and formulas else check]).removesuffix(
            " and "
        )
        row["appearance"] = {"long_text": "multiline", "phone": "numbers"}.get(one.kind, "")
        own |= kept | self._more(one)
        row[OWN] = json.dumps(own, ensure_ascii=False) if own else ""
        self.survey.append(row)

    @staticmethod
    def _more(one: Field) -> dict[str, Any]:
        more: dict[str, Any] = {}
        if one.unit.zh or one.unit.en:
            more["unit"] = _worded(one.unit)
        if one.sensitive and one.kind not in ("phone", "id_number"):
            more["sensitive"] = True
        if one.register:
            more["register"] = one.register
        if one.clause:
            more["clause"] = one.clause.split(" ")
        return more

    def _type(self, one: Field) -> str:
        if one.kind == "yes_no":
            self._list("yes_no", [("yes", Text("是", "Yes")), ("no", Text("否", "No"))])
        if one.kind not in ("choice", "choices"):
            return _TYPES[one.kind]
        name = one.id
        while name in self.lists:
            name += "_"
        self._list(name, [(option.id, option.title) for option in one.choices])
        return f"{'select_one' if one.kind == 'choice' else 'select_multiple'} {name}"

    def _list(self, name: str, options: list[tuple[str, Text]]) -> None:
        if name not in self.lists:
            self.lists.add(name)
            self.choices += [{"list_name": name, "name": key, **_labels("label", title)} for key, title in options]

    def _formula(self, one: Field, key: str, condition: str, kinds: dict[str, str], own: dict[str, Any]) -> str:
        """Return a condition as a formula; what has none is kept in our own column."""
        if not condition:
            return ""
        tree = tree_of(condition)
        try:
            if tree is None:
                raise NotCarried("XLSForm 里没有对应写法", "XLSForm has no counterpart")
            return to_xpath(tree, {**kinds, one.id: one.kind}, one.kind if key == "check" else "")
        except NotCarried as bad:
            own[key] = condition
            title = one.title
            zh = f"“{title.say('zh')}”的条件“{condition}”：{bad.zh}；别的程序不会核对。"
            en = f"The condition “{condition}” of “{title.say('en')}”: {bad.en}; other programs will not look at it."
            self.left.append(Text(zh, en))
            return ""


def _fill(sheet: Worksheet, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> None:
    sheet.append(columns)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([row.get(column) or None for column in columns])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                # what begins with = is text, not a formula
                cell.data_type = "s"
    sheet.freeze_panes = "A2"
