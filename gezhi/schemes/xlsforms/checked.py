"""What pyxform, XLSForm's own checker, says of a workbook: said plainly, with sheet and row."""

import re
from collections.abc import Sequence

from gezhi.schemes.model import Finding, Place, SchemeError
from gezhi.schemes.text import Text

_ROW = re.compile(r"^\[row : (\d+)\]\s*")
_SHEET = re.compile(
    r"'(survey|choices|settings|entities|external_choices)' sheet|for sheet: '(\w+)'|in (choices) sheet"
)
_LEARN_MORE = re.compile(r"\s*Learn more: \S+")
# what pyxform writes → how it is said here; the groups of the first fill the second
_SAID: Sequence[tuple[str, str, str]] = (
    (
        r"Could not find the name '(.+?)'",
        "公式里写了 ${{{}}}，但 survey 表中没有这个 name。",
        "The formula asks about ${{{}}}, but no row of “survey” has that name.",
    ),
    (
        r"List name not in choices sheet: (\S+)",
        "choices 表中没有选项列表“{}”。",
        "There is no list “{}” on the sheet “choices”.",
    ),
    (
        r"Unmatched '(begin|end)_(group|repeat)'",
        "“{0} {1}”没有配对：每个 begin 都要有 end。",
        "“{0} {1}” has no partner: every begin needs its end.",
    ),
    (
        r"the 'name' value '(.+?)' is invalid. Questions, groups, and repeats must be unique",
        "name“{}”写了两次，请换一个。",
        "The name “{}” is there twice; give one another name.",
    ),
    (
        r"The name '(.+?)' appears more than once",
        "name“{}”写了两次，公式里分不清是哪一个。",
        "The name “{}” is there twice, so a formula can't tell which one it asks about.",
    ),
    (
        r"'name' value is invalid. Names must begin",
        "name 须以字母开头，只含字母、数字、下划线。",
        "A name begins with a letter and holds letters, digits and _ only.",
    ),
    (r"Missing calculation", "计算字段缺少 calculation。", "The calculated field has no calculation."),
    (r"survey element named '(.+?)' has no label", "“{}”没有标签（label）。", "“{}” has no label."),
    (r"Choices must have a name", "选项缺少 name。", "The choice has no name."),
    (r"Question or group with no name", "这一行缺少 name。", "This row has no name."),
    (
        r"Unknown question type '(.+?)'",
        "没有“{}”这种题型。常用：text、integer、date、select_one 列表、select_multiple 列表、geopoint、image。",
        "There is no question type “{}”. Common: text, integer, date, select_one LIST, select_multiple LIST, geopoint.",
    ),
    (
        r"required column headers were not found: (.+?)\.",
        "缺少列：{}。",
        "Columns are missing: {}.",
    ),
    (
        r"must have a sheet named '?survey",
        "缺少名为 survey 的工作表。",
        "There is no sheet named “survey”.",
    ),
)


def refused(sheet: str, row: int, zh: str, en: str) -> SchemeError:
    """Return the error of a workbook that can't be taken, at its sheet and row."""
    where = f"{sheet} {row}" if row else sheet
    return SchemeError([Finding("error", "xlsform", where, Text(zh, en), Place(sheet, row))])


def check(data: bytes) -> None:
    """Raise SchemeError for what pyxform refuses."""
    from pyxform.errors import PyXFormError  # noqa: PLC0415  slow to load, and only this needs it
    from pyxform.xls2xform import convert  # noqa: PLC0415

    try:
        convert(data, warnings=[], file_type=".xlsx")
    except PyXFormError as bad:
        raise _plainly(str(bad)) from bad
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RuntimeError, SyntaxError) as bad:
        raise refused(
            "survey", 0, f"这不是可用的 XLSForm：{bad}", f"This is no XLSForm that can be used: {bad}"
        ) from bad


def _plainly(said: str) -> SchemeError:
    row = _ROW.match(said)
    sheet = _SHEET.search(said)
    name = next((one for one in sheet.groups() if one), "survey") if sheet else "survey"
    if "List name not in choices" in said:
        name = "survey"
    for pattern, zh, en in _SAID:
        if found := re.search(pattern, said):
            return refused(name, int(row[1]) if row else 0, zh.format(*found.groups()), en.format(*found.groups()))
    bare = _LEARN_MORE.sub("", _ROW.sub("", said)).strip().replace("\n", " ")
    return refused(name, int(row[1]) if row else 0, f"XLSForm 检查未通过：{bare}", f"The check of XLSForm says: {bare}")
