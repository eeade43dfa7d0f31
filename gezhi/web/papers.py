"""A page of a book as an office files it: title, unit and dates, a table, remarks, a line to sign; as DOCX, XLSX, PDF.

The PDF uses a Chinese font that every reader has by name, so that nothing is embedded and nothing fetched.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape

from django.http import HttpResponse
from django.utils.translation import gettext
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import save_workbook
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

KINDS = ("docx", "xlsx", "pdf")
_FONT = "STSong-Light"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_TYPES = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the paper. `widths` are shares of the columns; `wide` lays it across.

    `facts` stand above the table, each under its name; `sign` is the last line where it is not the usual one.
    """

    title: str
    unit: str
    dates: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remark: str = ""
    name: str = "gezhi"
    widths: tuple[int, ...] = ()
    wide: bool = False
    note: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    sign: str = ""

    @property
    def shares(self) -> tuple[float, ...]:
        """How much of the width each column takes."""
        widths = self.widths or (1,) * len(self.columns)
        return tuple(one / sum(widths) for one in widths)


def respond(paper: Paper, kind: str) -> HttpResponse:
    """Answer with the paper as a file."""
    writers: dict[str, Callable[[Paper], bytes]] = {"docx": docx, "xlsx": xlsx, "pdf": pdf}
    answer = HttpResponse(writers[kind](paper), content_type=_TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{paper.name}.{kind}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def docx(paper: Paper) -> bytes:
    """Return it as a Word document."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "SimSun", Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = heading.add_run(_plain(paper.title))
    run.bold, run.font.size = True, Pt(16)
    document.add_paragraph(_plain(_head(paper)))
    for words in _facts(paper):
        document.add_paragraph(_plain(words))
    table = document.add_table(rows=1, cols=len(paper.columns), style="Table Grid")
    for cell, words in zip(table.rows[0].cells, paper.columns, strict=True):
        cell.paragraphs[0].add_run(words).bold = True
    for row in paper.rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = _plain(words)
    document.add_paragraph("")
    document.add_paragraph(_plain(_remark(paper)))
    document.add_paragraph(_plain(_sign(paper)))
    if paper.note:
        document.add_paragraph(paper.note)
    out = BytesIO()
    write = document.save
    write(out)
    return out.getvalue()


def xlsx(paper: Paper) -> bytes:
    """Return it as a workbook with one sheet, ready for the printer."""
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    last = len(paper.columns)
    _across(sheet, str(_cell(paper.title)), last, Font(size=16, bold=True), "center")
    _across(sheet, _plain(_head(paper)), last, Font(size=11), "left")
    for words in _facts(paper):
        _across(sheet, _plain(words), last, Font(size=11), "left")
    sheet.append(list(paper.columns))
    top = sheet.max_row
    for row in paper.rows:
        sheet.append([_cell(words) for words in row])
    thin = Side(style="thin")
    for cells in sheet.iter_rows(min_row=top, max_row=top + len(paper.rows), max_col=last):
        for cell in cells:
            cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for n, share in enumerate(paper.shares, 1):
        sheet.cell(top, n).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(n)].width = max(8, round(share * (130 if paper.wide else 95)))
    for words in filter(None, (_remark(paper), _sign(paper), paper.note)):
        _across(sheet, _plain(words), last, Font(size=11), "left")
    sheet.page_setup.orientation = "landscape" if paper.wide else "portrait"
    sheet.print_title_rows = f"{top}:{top}"
    out = BytesIO()
    save_workbook(book, out)
    return out.getvalue()


def _across(sheet: Worksheet, words: str, last: int, font: Font, side: str) -> None:
    """Write a line over all columns."""
    sheet.append([words])
    line = sheet.max_row
    sheet.merge_cells(start_row=line, start_column=1, end_row=line, end_column=last)
    sheet.cell(line, 1).font = font
    sheet.cell(line, 1).alignment = Alignment(horizontal=side, vertical="top", wrap_text=True)


def pdf(paper: Paper) -> bytes:
    """Return it as a PDF."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    plain = ParagraphStyle("plain", fontName=_FONT, fontSize=9.5, leading=13, wordWrap="CJK")
    title = ParagraphStyle("title", parent=plain, fontSize=16, leading=22, alignment=TA_CENTER)

    def said(words: str) -> Paragraph:
        return Paragraph(escape(_plain(words)).replace("\n", "<br/>"), plain)

    page = landscape(A4) if paper.wide else A4
    margin = 16 * mm
    width = page[0] - 2 * margin
    cells = [[said(one) for one in row] for row in (paper.columns, *paper.rows)]
    table = Table(cells, colWidths=[width * share for share in paper.shares], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
            ]
        )
    )
    story: list[Flowable] = [
        Paragraph(escape(_plain(paper.title)), title), Spacer(1, 3 * mm), said(_head(paper)), *map(said, _facts(paper)),
        Spacer(1, 3 * mm), table,
        Spacer(1, 5 * mm), said(_remark(paper)), Spacer(1, 8 * mm), said(_sign(paper)),
    ]  # fmt: skip
    if paper.note:
        story += [Spacer(1, 4 * mm), said(paper.note)]
    out = BytesIO()
    SimpleDocTemplate(
        out, pagesize=page, leftMargin=margin, rightMargin=margin, topMargin=margin, bottomMargin=margin,
        title=paper.title,
    ).build(story)  # fmt: skip
    return out.getvalue()


def _head(paper: Paper) -> str:
    return gettext("Unit: %(unit)s      Date: %(dates)s") % {"unit": paper.unit, "dates": paper.dates}


def _remark(paper: Paper) -> str:
    return gettext("Remarks: %(words)s") % {"words": paper.remark or gettext("none")}


def _facts(paper: Paper) -> list[str]:
    return [gettext("%(title)s: %(words)s") % {"title": title, "words": words} for title, words in paper.facts]


def _sign(paper: Paper) -> str:
    return paper.sign or gettext("Filled in by: ____________    Checked by: ____________    Date: ____________")


def _cell(words: str) -> str | int:
    if words.isascii() and words.isdigit() and len(words) < 10:
        return int(words)
    return f"'{_plain(words)}" if words.startswith(_FORMULA) else _plain(words)


def _plain(words: str) -> str:
    return "".join(one for one in words if one == "\n" or one.isprintable())
