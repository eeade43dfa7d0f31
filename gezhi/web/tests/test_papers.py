"""Pages of books as files: written whatever somebody wrote, and no cell of them is a formula."""

from io import BytesIO

from openpyxl import load_workbook

from gezhi.web import papers


def test_a_paper_with_control_letters_and_formulas_in_its_title_is_written() -> None:
    paper = papers.Paper("=1+1\x0b", "甲\x00", "2026", ("一",), (("=2",),))
    assert papers.docx(paper)
    assert papers.pdf(paper)
    book = load_workbook(BytesIO(papers.xlsx(paper)))
    assert {cell.data_type for line in book.worksheets[0].iter_rows() for cell in line} <= {"s", "n"}
