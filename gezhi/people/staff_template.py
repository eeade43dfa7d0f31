"""The workbook that an office fills in, made for this district: its posts and departments to choose from."""

import io
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import save_workbook

from gezhi.people.staff_table import HEADINGS, REQUIRED

_ROWS = 2_000
_TEXT, _DATE = "@", "yyyy-mm-dd"
_FORMATS = {"since": _DATE, "until": _DATE}


def write(file: Path, *, posts: Sequence[tuple[str, str, str]], departments: Sequence[tuple[str, str]]) -> None:
    """Write the template. `posts` are (id, title, level), `departments` (code, title)."""
    file.write_bytes(body(posts=posts, departments=departments))


def body(*, posts: Sequence[tuple[str, str, str]], departments: Sequence[tuple[str, str]]) -> bytes:
    """Return the template as bytes."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook begins with a worksheet")
    sheet.title = _("Staff")
    lists = book.create_sheet(_("To choose from"))
    _list(lists, 1, _("Post"), [post[1] for post in posts])
    _list(lists, 2, _("Id"), [post[0] for post in posts])
    _list(lists, 3, _("Held at"), [post[2] for post in posts])
    _list(lists, 5, _("Department"), [department[1] for department in departments])
    _list(lists, 6, _("Department code"), [department[0] for department in departments])
    _headings(sheet)
    _choice(sheet, "post", lists, "A", len(posts))
    _choice(sheet, "department", lists, "E", len(departments))
    _yes_no(sheet)
    _help(book.create_sheet(_("How to fill in")))
    out = io.BytesIO()
    save_workbook(book, out)
    return out.getvalue()


def _headings(sheet: Worksheet) -> None:
    for place, (column, headings) in enumerate(HEADINGS.items(), start=1):
        cell = sheet.cell(1, place, headings[0] + ("*" if column in REQUIRED else ""))
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFE8E8EE")
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 18
        for row in range(2, _ROWS + 1):
            # As text, so that a spreadsheet keeps the zeros of codes and telephone numbers.
            sheet.cell(row, place).number_format = _FORMATS.get(column, _TEXT)
    sheet.freeze_panes = "A2"


def _list(sheet: Worksheet, place: int, heading: str, words: Sequence[str]) -> None:
    sheet.cell(1, place, heading).font = Font(bold=True)
    for row, word in enumerate(words, start=2):
        sheet.cell(row, place, word)


def _choice(sheet: Worksheet, column: str, lists: Worksheet, letter: str, count: int) -> None:
    if count:
        rule = DataValidation(
            type="list", formula1=f"'{lists.title}'!${letter}$2:${letter}${count + 1}", allow_blank=True,
            showErrorMessage=False,
        )  # fmt: skip
        _apply(sheet, rule, column)


def _yes_no(sheet: Worksheet) -> None:
    _apply(sheet, DataValidation(type="list", formula1='"是,否"', allow_blank=True), "stand_in")


def _apply(sheet: Worksheet, rule: DataValidation, column: str) -> None:
    letter = get_column_letter(list(HEADINGS).index(column) + 1)
    rule.add(f"{letter}2:{letter}{_ROWS}")
    sheet.add_data_validation(rule)


def _help(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width = 100
    lines = (
        _("One row per post. Somebody with several posts has several rows with the same username and name."),
        _("The username is what the person signs in with: letters, digits, dots, hyphens; 2 to 64 characters."),
        _("Post: the title or the id from the sheet “To choose from”."),
        _("Area: the code, or the name; where a name occurs twice, the one above and the name, such as 柳桥镇/东风村."),
        _("Department: the title or the code. Name either an area or a department."),
        _("From: the first day; empty means today. To: the last day; empty means until further notice."),
        _("Stand-in: 是 for somebody who stands in for the holder (AB 岗); a stand-in takes no seat."),
        _("No passwords here: the import prints a slip for each person, with a code that works once."),
    )
    for row, line in enumerate(lines, start=1):
        sheet.cell(row, 1, line)
