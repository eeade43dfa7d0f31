"""Tables as offices keep them come in whole or not at all, say what is wrong at which cell, and can be taken back."""

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from gezhi.foundation import journal
from gezhi.registers import operations, queries
from gezhi.registers.errors import Forbidden, Impossible, Refused
from gezhi.registers.models import Entry, EntryChange, Import, State
from gezhi.registers.operations import ImportReport
from gezhi.registers.operations.writing import values_of
from gezhi.registers.queries import Wanted
from gezhi.registers.tables import read
from gezhi.registers.tests.conftest import HOME, Books
from gezhi.schemes.forms import Field, Form
from gezhi.schemes.text import Text
from gezhi.territory.models import Area


def sheet(*rows: list[Any], merged: str = "") -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    if merged:
        page.merge_cells(merged)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take(books: Books, data: bytes, register: str = "households", **given: Any) -> ImportReport:
    given.setdefault("area", books.cast.grids[0].code)
    given.setdefault("actor", books.cast.worker)
    return operations.import_table(
        now=books.later(minutes=1), register=register, name=given.pop("name", "户.xlsx"), data=data, **given
    )


HEADS = ["户主*", "住址", "电话", "类别（必填）", "人数"]


def test_a_table_with_a_title_comes_in_under_a_number(books: Books) -> None:
    data = sheet(["东风村住户台账"], HEADS, ["王一", "1 号", 13800001234, "三类", 4], ["王二", "2 号", "", "一类", "2"])
    report = take(books, data)
    assert (report.made, report.faults, report.batch > 0) == (2, [], True)
    first = queries.entry(account=books.cast.worker, now=books.now, register="households", code=f"{area(books)}-H0001")
    assert (first.name, first.facets, values_of(first)["phone"]) == ("王一", {"class": "3"}, "13800001234")
    assert Import.objects.get(pk=report.batch).made == 2
    assert journal.broken_entry("registers") is None


def area(books: Books) -> str:
    return books.cast.grids[0].code


def test_faults_say_the_cell_and_nothing_is_taken_over(books: Books) -> None:
    data = sheet(HEADS, ["王一", "1 号", "12", "三类", 4], ["", "2 号", "", "四类", "很多"])
    report = take(books, data)
    assert {one.cell for one in report.faults} == {"C2", "A3", "D3", "E3"}
    assert not entries()
    assert not Import.objects.exists()


def test_a_row_says_at_once_that_its_area_is_wrong_too(books: Books) -> None:
    data = sheet([*HEADS, "网格"], ["", "1 号", "", "三类", 4, "第九十九网格"])
    report = take(books, data)
    assert [one.cell for one in report.faults] == ["A2", "F2"]
    assert "没有名称为“第九十九网格”的区域" in report.faults[1].text.zh
    data = sheet([*HEADS, "网格"], ["王一", "1 号", "", "三类", 4, "5111"], ["王二", "2 号", "", "三类", 4, "同名网格"])
    for code in ("511111999001", "511111999002"):
        Area.objects.create(
            code=code, name="同名网格", level="grid", path=f"{books.cast.villages[0].path}{code}/",
            parent=books.cast.villages[0], since=date(2026, 1, 1), state_since=date(2026, 1, 1),
        )  # fmt: skip
    said = [one.text.zh for one in take(books, data).faults]
    assert said[0].startswith("没有编码为“5111”的区域")
    assert said[1] == "有多个区域叫“同名网格”：请改写区域编码。"


def entries() -> list[Entry]:
    return list(Entry.objects.unscoped(reason="a test looks").order_by("id"))


def test_good_rows_alone_when_asked_for(books: Books) -> None:
    report = take(books, sheet(HEADS, ["王一", "1 号", "", "三类", 4], ["", "2 号", "", "", ""]), keep_good=True)
    assert (report.made, len(report.faults)) == (1, 1)


def test_a_dry_run_does_the_same_and_leaves_nothing(books: Books) -> None:
    report = take(books, sheet(HEADS, ["王一", "1 号", "", "三类", 4]), dry_run=True)
    assert (report.made, report.batch) == (1, 0)
    assert not entries()


def test_a_csv_in_gbk_with_columns_of_other_names(books: Books) -> None:
    data = "姓名,地址,备注\n王一,1 号,x\n".encode("gbk")
    report = take(books, data, name="户.csv", mapping={"姓名": "head", "地址": "address"})
    assert (report.made, report.left_out) == (1, ["备注"])


def test_merged_cells_count_for_each_row_and_are_mentioned(books: Books) -> None:
    data = sheet(["网格", "户主", "住址"], [area(books), "王一", "1 号"], [None, "王二", "2 号"], merged="A2:A3")
    report = take(books, data, area="")
    assert (report.made, [one.cell for one in report.notes]) == (2, ["A2:A3"])


@pytest.mark.parametrize("said", ["2026年3月1日", "2026.3.1", "2026/03/01", "20260301", 46082, date(2026, 3, 1)])
def test_dates_that_are_text_are_read(books: Books, said: Any) -> None:
    take(books, sheet(["名称", "检查日期"], ["甲厂", said]), "firms")
    assert entries()[0].data["checked"] == "2026-03-01"


def test_a_date_that_is_none_says_so(books: Books) -> None:
    report = take(books, sheet(["名称", "检查日期"], ["甲厂", "上个月"]), "firms")
    assert [one.cell for one in report.faults] == ["B2"]


def test_a_known_code_changes_that_entry_or_proposes(books: Books) -> None:
    entry = books.home()
    data = sheet(["编号", "人数"], [entry.code, 6])
    assert take(books, data, actor=books.cast.clerk).proposed == 1
    assert take(books, data).changed == 1
    assert take(books, data).same == 1
    assert books.entry(entry).data["people"] == 6


def test_a_masked_export_comes_back_without_spoiling_anything(books: Books) -> None:
    entry = books.home()
    wanted = Wanted(register="households")
    rows = list(operations.export(actor=books.cast.worker, now=books.now, wanted=wanted))
    assert "138****1234" in rows[1]
    report = take(books, sheet(*rows))
    assert (report.faults, report.same) == ([], 1)
    assert values_of(books.entry(entry))["phone"] == "13800001234"


def test_only_who_collects_there_may_import(books: Books) -> None:
    data = sheet(HEADS, ["王一", "1 号", "", "三类", 4])
    report = take(books, data, actor=books.cast.other_worker)
    assert [one.row for one in report.faults] == [2]
    with pytest.raises(Refused):
        take(books, sheet(["姓名"], ["张"]), "care")


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"PK\x03\x04 broken", b"\xff\xfe\x00"])
def test_what_is_no_table_says_so(books: Books, data: bytes) -> None:
    assert take(books, data).faults
    assert take(books, data, name="x.csv").faults


def test_undo_takes_back_what_was_made_and_changed(books: Books) -> None:
    entry = books.home()
    report = take(books, sheet(["编号", "户主", "住址", "人数"], [entry.code, "", "", 6], ["", "王一", "1 号", 2]))
    assert (report.made, report.changed) == (1, 1)
    with pytest.raises(Forbidden):
        operations.undo_import(actor=books.cast.other_worker, now=books.now, number=report.batch)
    operations.undo_import(actor=books.cast.worker, now=books.later(minutes=1), number=report.batch)
    assert books.entry(entry).data["people"] == 4
    assert books.entry(entry).sides["people"] == "grid_worker"
    made = next(one for one in entries() if one.pk != entry.pk)
    assert (made.state, made.data, "王一" in str(EntryChange.objects.filter(entry=made).values())) == (
        State.ERASED, {}, False,
    )  # fmt: skip
    with pytest.raises(Impossible):
        operations.undo_import(actor=books.cast.worker, now=books.now, number=report.batch)
    assert take(books, sheet(HEADS, ["王一", "1 号", "", "三类", 4])).made == 1


def test_undo_is_refused_for_what_was_changed_since(books: Books) -> None:
    report = take(books, sheet(HEADS, ["王一", "1 号", "", "三类", 4], ["王二", "2 号", "", "三类", 4]))
    touched = entries()[1]
    books.save(books.cast.worker, {"people": 9}, entry=touched)
    with pytest.raises(Impossible) as refused:
        operations.undo_import(actor=books.cast.worker, now=books.later(minutes=1), number=report.batch)
    assert touched.code in refused.value.text.zh
    assert entries()[0].code not in refused.value.text.zh
    assert entries()[0].state == State.ACTIVE


def test_an_export_is_of_what_one_sees_and_unmasked_only_with_right_and_reason(books: Books) -> None:
    cast, wanted = books.cast, Wanted(register="households")
    books.home()
    assert len(list(operations.export(actor=cast.other_worker, now=books.now, wanted=wanted))) == 1
    for who in (cast.worker, cast.leader):
        with pytest.raises(Forbidden):
            operations.export(actor=who, now=books.now, wanted=wanted, unmask=True, reason="核对")
    with pytest.raises(Refused):
        operations.export(actor=cast.dispatcher, now=books.now, wanted=wanted, unmask=True, reason=" ")
    rows = list(operations.export(actor=cast.dispatcher, now=books.now, wanted=wanted, unmask=True, reason="防汛通知"))
    assert "13800001234" in rows[1]
    assert HOME["head"] in rows[1]


def test_an_export_runs_no_formula(books: Books) -> None:
    books.home(head="=1+1")
    rows = list(operations.export(actor=None, now=books.now, wanted=Wanted(register="households")))
    assert "'=1+1" in rows[1]


def test_a_title_with_brackets_is_found_as_a_heading() -> None:
    """What was exported comes back: its headings are the titles."""
    field = Field(id="door", kind="text", title=Text("门牌（户）", "Door (household)"))
    form = Form("x", Text("表", "Form"), fields=(field,))
    for heading in ("门牌（户）", "门牌", "Door (household)", "door"):
        (line,) = read("x.csv", f"{heading}\n1 号\n".encode(), form).lines
        assert line.answers == {"door": "1 号"}


def test_titles_that_differ_in_their_brackets_alone_are_told_apart() -> None:
    fields = tuple(
        Field(id=one, kind="text", title=Text(f"面积（{zh}）", f"Area ({en})"))
        for one, zh, en in (("metres", "平方米", "m²"), ("mu", "亩", "mu"))
    )
    form = Form("x", Text("表", "Form"), fields=fields)
    for heads in ("面积（平方米）,面积（亩）", "Area (m²)*,Area (mu)"):
        table = read("x.csv", f"{heads}\n90,2\n".encode(), form)
        assert (table.faults, [one.answers for one in table.lines]) == ([], [{"metres": "90", "mu": "2"}])
    # without its brackets a heading could be either
    table = read("x.csv", "面积,亩数\n90,2\n".encode(), form)
    assert table.faults
    assert not table.lines
