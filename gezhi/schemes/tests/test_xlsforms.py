"""Forms leave as XLSForm workbooks that its own checker passes, and come back the same; bad ones are said plainly."""

import dataclasses
import io
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from gezhi.schemes import source, toml, xlsforms
from gezhi.schemes.build_duties import form as build
from gezhi.schemes.documents import Document, shipped
from gezhi.schemes.forms import Field, Form
from gezhi.schemes.model import SchemeError
from gezhi.schemes.xlsforms import adding
from gezhi.schemes.xlsforms.expressions import NotCarried, cel, from_xpath, to_xpath, tree_of

SHAWAN = shipped() / "shawan"
FORMS = source.load(SHAWAN).forms
# every form of the shipped plans once, whichever of them share it
SHIPPED = {
    form.print: form
    for folder in sorted(path.parent for path in shipped().glob("*/scheme.toml"))
    for form in source.load(folder).forms.values()
}
SURVEY = [
    ("type", "name", "label::中文 (zh)", "label::English (en)", "hint::English (en)", "required", "relevant",
     "constraint", "constraint_message::English (en)", "appearance", "default"),
    ("text", "name", "名称", "Name", "As on the door", "yes", "", "string-length(.) <= 40", "Too long", "", ""),
    ("select_one kinds", "kind", "类别", "Kind", "", "", "", "", "", "", "shop"),
    ("integer", "staff", "人数", "Staff", "", "", "${kind} != 'shop'", ". >= 0 and . <= 500 and . != 13", "No", "", ""),
    ("select_one yes_no", "gas", "用气", "Gas", "", "", "", "", "", "", ""),
    ("begin group", "gas_part", "燃气", "Gas", "", "", "${gas} = 'yes' and ${staff} > 3", "", "", "", ""),
    ("select_multiple kinds", "kinds", "多类", "Kinds", "", "", "", "count-selected(.) <= 1", "", "", ""),
    ("text", "why", "原因", "Why", "", "", "selected(${kinds}, 'shop') or not(selected(${kinds}, 'mill'))", "", "",
     "multiline", ""),
    ("end group", "", "", "", "", "", "", "", "", "", ""),
    ("begin repeat", "doors", "门", "Doors", "", "", "", "", "", "", ""),
    ("geopoint", "where", "位置", "Where", "", "", "", "", "", "", ""),
    ("date", "seen", "日期", "Seen", "", "", "", ". <= today() and . >= today() - 30", "", "", ""),
    ("end repeat", "", "", "", "", "", "", "", "", "", ""),
    ("image", "photo", "照片", "Photo", "", "", "count(${doors}) > 0", "", "", "", ""),
    ("note", "thanks", "谢谢", "Thanks", "", "", "", "", "", "", ""),
]  # fmt: skip
CHOICES = [
    ("list_name", "name", "label::中文 (zh)", "label::English (en)"),
    ("kinds", "shop", "商铺", "Shop"), ("kinds", "mill", "工厂", "Mill"),
    ("yes_no", "yes", "是", "Yes"), ("yes_no", "no", "否", "No"),
]  # fmt: skip
SETTINGS = [("form_title", "form_id"), ("商铺检查", "shop_check")]


def book(
    survey: list[tuple[Any, ...]] | None = None, change: Callable[[Mapping[str, Worksheet]], None] | None = None
) -> bytes:
    made = Workbook()
    first = made.active
    assert isinstance(first, Worksheet)
    first.title = "survey"
    sheets = {"survey": first, "choices": made.create_sheet("choices"), "settings": made.create_sheet("settings")}
    for name, rows in (("survey", survey or SURVEY), ("choices", CHOICES), ("settings", SETTINGS)):
        for row in rows:
            sheets[name].append([one or None for one in row])
    if change:
        change(sheets)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def built(carried: xlsforms.Carried) -> Form:
    """Return a carried form as the reader of plans makes it of its TOML."""
    table = tomllib.loads(toml.document({"forms": {carried.id: carried.table}}))["forms"][carried.id]
    return build(Document("x"), carried.id, table)


def meant(field: Field) -> Field:
    """Return a field with its conditions as trees, so that brackets and blanks make no difference."""
    when, check = (str(tree_of(one) or one) for one in (field.when, field.check))
    return dataclasses.replace(field, when=when, check=check, fields=tuple(meant(one) for one in field.fields))


@pytest.mark.parametrize("form", SHIPPED.values(), ids=lambda form: form.id)
def test_a_form_comes_back_from_xlsform_as_it_was(form: Form) -> None:
    carried = xlsforms.read(xlsforms.write(form).data)
    back = built(carried)
    assert carried.left == ()
    assert [meant(one) for one in back.fields] == [meant(one) for one in form.fields]
    kept = ("id", "title", "purpose", "basis", "retention", "clause")
    assert [getattr(back, one) for one in kept] == [getattr(form, one) for one in kept]


def test_a_workbook_of_others_becomes_a_form() -> None:
    carried = xlsforms.read(book())
    fields = built(carried).fields
    by_id = {one.id: one for group in fields for one in (group, *group.fields)}
    assert carried.id == "shop_check"
    assert [(one.id, one.kind) for one in fields] == [
        ("name", "text"), ("kind", "choice"), ("staff", "whole"), ("gas", "yes_no"), ("gas_part", "group"),
        ("doors", "repeat"), ("photo", "photos"), ("thanks", "note"),
    ]  # fmt: skip
    assert (by_id["name"].title.zh, by_id["name"].hint.en, by_id["name"].required) == ("名称", "As on the door", True)
    assert (by_id["name"].high, by_id["name"].check) == ("40", "")
    assert [one.id for one in by_id["kind"].choices] == ["shop", "mill"]
    assert by_id["staff"].when == "kind != 'shop'"
    assert (by_id["staff"].low, by_id["staff"].high, by_id["staff"].check) == ("0", "500", "value != 13")
    assert by_id["gas_part"].when == "gas && staff > 3"
    assert by_id["why"].kind == "long_text"
    assert by_id["why"].when == "'shop' in kinds || !('mill' in kinds)"
    assert (by_id["kinds"].high, by_id["seen"].low, by_id["seen"].high) == ("1", "-30 days", "0")
    assert by_id["photo"].when == "size(doors) > 0"
    assert [(one.sheet, one.row, one.text.en) for one in carried.left] == [("survey", 3, "The default “shop”.")]


LEFT = [
    (("calculate", "sum", "", ""), "calculation", "${staff} * 2", "“sum” (calculate): a form of a plan keeps"),
    (("geotrace", "way", "路", "Way"), "", "", "a place is a point; no tracks are kept"),
    (("start", "start", "", ""), "", "", "the product knows it by itself"),
    (("text", "x", "题", "X"), "relevant", "${staff} + 1 > 3", "“+” has no counterpart in a plan's conditions"),
    (("text", "x", "题", "X"), "relevant", "${staff} = ''", "a number can't be compared with “”"),
    (("text", "x", "题", "X"), "constraint", "pulldata('a', 'b')", "“pulldata()” has no counterpart"),
    (("date", "x", "题", "X"), "constraint", ". != today()", "today() stands in bounds of dates only"),
    (("text", "x", "题", "X"), "required", "${staff} > 1", "it is yes or no"),
    (("text", "Door-No", "门牌", "Door"), "", "", "“Door-No” is now called “door_no”"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "column", "formula", "said"), LEFT, ids=[one[3] for one in LEFT])
def test_what_can_not_be_carried_over_is_named_with_its_row(
    row: tuple[str, ...], column: str, formula: str, said: str
) -> None:
    heads = [*SURVEY[0], "calculation"]
    cells = dict(zip(heads, row, strict=False)) | ({column: formula} if column else {})
    rows = [tuple(heads), *SURVEY[1:], tuple(cells.get(head, "") for head in heads)]
    last = xlsforms.read(book(rows)).left[-1]
    assert said in last.text.en
    assert last.text.zh
    assert (last.sheet, last.row) == ("survey", len(rows))


def cell(sheet: str, at: str, value: str | None) -> Callable[[Mapping[str, Worksheet]], None]:
    def change(sheets: Mapping[str, Worksheet]) -> None:
        sheets[sheet][at] = value

    return change


BAD = [
    (cell("survey", "A2", "txt"), "survey", 0, "没有“txt”这种题型"),
    (cell("survey", "A3", "select_one nolist"), "survey", 3, "没有选项列表“nolist”"),
    (cell("survey", "G4", "${nobody} = 1"), "survey", 4, "公式里写了 ${nobody}"),
    (cell("survey", "A9", None), "survey", 6, "没有配对"),
    (cell("survey", "B4", "name"), "survey", 4, "name“name”写了两次"),
    (cell("survey", "B7", "staff"), "survey", 6, "“staff”写了两次，公式里分不清"),
    (cell("survey", "B8", "name"), "survey", 8, "与别的字段同名"),
    (cell("survey", "B4", "a b"), "survey", 4, "name 须以字母开头"),
    (cell("survey", "B2", None), "survey", 2, "这一行缺少 name"),
    (cell("survey", "A1", "typ"), "survey", 0, "缺少列：'type'"),
    (cell("choices", "B2", None), "choices", 2, "选项缺少 name"),
]


@pytest.mark.parametrize(("change", "sheet", "row", "said"), BAD, ids=[one[3] for one in BAD])
def test_a_bad_workbook_is_refused_with_sheet_and_row(
    change: Callable[[Mapping[str, Worksheet]], None], sheet: str, row: int, said: str
) -> None:
    with pytest.raises(SchemeError) as caught:
        xlsforms.read(book(change=change))
    (finding,) = caught.value.findings
    assert said in finding.text.zh
    assert finding.text.en
    assert (finding.place.file, finding.place.line) == (sheet, row)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"type,name\ntext,x\n"])
def test_what_is_no_workbook_is_said_so(data: bytes) -> None:
    with pytest.raises(SchemeError, match=r"no \.xlsx workbook"):
        xlsforms.read(data)


def test_a_workbook_without_a_survey_or_without_fields_is_refused() -> None:
    made = Workbook()
    out = io.BytesIO()
    made.save(out)
    with pytest.raises(SchemeError, match="no sheet named “survey”"):
        xlsforms.read(out.getvalue())
    with pytest.raises(SchemeError, match="Not one field"):
        xlsforms.read(book([SURVEY[0], ("start", "begun", "", "", "", "", "", "", "", "", "")]))


KINDS = {
    "age": "whole", "kind": "choice", "kinds": "choices", "open": "yes_no", "name": "text", "spot": "place",
    "shots": "photos", "day": "date",
}  # fmt: skip


@pytest.mark.parametrize(
    ("xpath", "condition"),
    [
        ("${age} >= 18 and ${kind} = 'a'", "age >= 18 && kind == 'a'"),
        ("${age} > '18'", "age > 18"),
        ("3 < ${age}", "age > 3"),
        ("${kind} = 1", "kind == '1'"),
        ("(${open} = 'no' or ${age} = 1) and ${name} != ''", "(!open || age == 1) && name != ''"),
        ("not(${kind} = 'a' and ${open} != 'yes')", "!(kind == 'a' && !open)"),
        ("${kinds} != ''", "size(kinds) != 0"),
        ("${spot} != '' and ${shots} = ''", "spot != null && size(shots) == 0"),
        ("${day} >= '2026-01-01'", "day >= '2026-01-01'"),
        ("regex(${name}, '^[0-9]+$')", "name.matches('^[0-9]+$')"),
        ("string-length(${name}) > 3", "size(name) > 3"),
    ],
)
def test_formulas_become_conditions(xpath: str, condition: str) -> None:
    assert cel(from_xpath(xpath, KINDS, {name: name for name in KINDS})) == condition


@pytest.mark.parametrize(
    "xpath",
    [
        "${open} = ''",
        "${name} > 'a'",
        "${age} = ${name}",
        "${kinds} = 'a'",
        "${age",
        "${age} >",
        "${kind} > 3",
        "1 div 2 = 3",
        "../x = 1",
        "a = 1",
    ],
)
def test_formulas_without_a_counterpart_are_not_guessed(xpath: str) -> None:
    with pytest.raises(NotCarried):
        from_xpath(xpath, KINDS, {name: name for name in KINDS})


@pytest.mark.parametrize(
    ("condition", "xpath"),
    [
        ("kind in ['a', 'b'] && age > 3", "(${kind} = 'a' or ${kind} = 'b') and ${age} > 3"),
        ("(open || age > 3) && !open", "(${open} = 'yes' or ${age} > 3) and not(${open} = 'yes')"),
        ("open == false", "not(${open} = 'yes')"),
        ("'a' in kinds", "selected(${kinds}, 'a')"),
        ("value == '' || value.matches('^x')", ". = '' or regex(., '^x')"),
    ],
)
def test_conditions_become_formulas(condition: str, xpath: str) -> None:
    tree = tree_of(condition)
    assert tree is not None
    assert to_xpath(tree, KINDS, "text") == xpath


def test_a_form_is_laid_into_a_plan_once_and_never_into_one_that_it_would_break() -> None:
    plan = source.gather(SHAWAN)
    carried = xlsforms.read(book())
    grown = adding.added(plan, carried)
    assert "shop_check" in source.load(grown).forms
    with pytest.raises(SchemeError, match="already"):
        adding.added(grown, carried)
    assert adding.added(grown, carried, replace=True) == grown
    with pytest.raises(SchemeError, match="already"):
        adding.added(plan, dataclasses.replace(carried, id="household"), replace=True)

    def ask_religion(sheets: Mapping[str, Worksheet]) -> None:
        sheets["survey"]["C2"] = "宗教信仰"

    with pytest.raises(SchemeError, match="religion"):
        adding.added(plan, xlsforms.read(book(change=ask_religion)))


def test_a_workbook_that_was_edited_elsewhere_brings_its_edits(tmp_path: Path) -> None:
    file = tmp_path / "household.xlsx"
    file.write_bytes(xlsforms.write(FORMS["household"]).data)
    edited = load_workbook(file)
    survey = edited["survey"]
    survey["D2"] = "House number"
    survey.append(["text", "lift", "电梯", "Lift"])
    edited.save(file)
    back = built(xlsforms.read(file.read_bytes()))
    assert back.by_id["name"].title.en == "House number"
    assert back.fields[-1].id == "lift"
