"""What reach does not allow: another register's form, others' entries named by code, imports of a post that ended."""

import io
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook

from gezhi.people.models import Department
from gezhi.people.operations import appoint
from gezhi.registers import operations, queries
from gezhi.registers.errors import Forbidden, Impossible, NotFound
from gezhi.registers.models import Entry, EntryChange, Import, Proposal, State
from gezhi.registers.queries import Wanted
from gezhi.registers.tables import read
from gezhi.registers.tests.conftest import HOME, Books
from gezhi.registers.tests.test_importing import HEADS, sheet, take
from gezhi.registers.tests.test_privacy import CASE
from gezhi.registers.values import is_mask

HOUSEHOLDS = Wanted(register="households")


def test_an_entry_is_not_written_by_the_form_and_rights_of_another_register(books: Books) -> None:
    cast, home = books.cast, books.home()
    appoint(
        actor=None, account=cast.leader, post="clerk", department=Department.objects.get(code="water"),
        since=books.now, now=books.now,
    )  # fmt: skip
    with pytest.raises(Forbidden):  # sees it by one post; the other collects firms only
        books.save(cast.leader, {"people": 1}, entry=home)
    for who in (cast.leader, cast.worker):
        with pytest.raises(NotFound):
            books.save(who, {"name": "王家旺", "address": "别处"}, "firms", entry=home)
    assert (books.entry(home).version, books.entry(home).address) == (1, "清溪路 24 号")
    case = books.save(books.cast.worker, CASE, "care").entry
    with pytest.raises(NotFound):
        books.save(books.cast.worker, {"name": "张三"}, "people", entry=case)


def test_what_was_merged_into_an_entry_is_erased_with_it(books: Books) -> None:
    kept, gone = books.home(), books.home(head="王家旺（重复）", phone="13911112222")
    operations.merge(actor=books.cast.worker, now=books.later(minutes=1), keep=kept, drop=gone)
    assert Proposal.objects.filter(entry=kept, decision=Proposal.Decision.OPEN).exists()
    operations.erase(actor=books.cast.head, now=books.later(minutes=1), entry=kept, reason="本人要求")
    assert not Proposal.objects.filter(decision=Proposal.Decision.OPEN).exists()
    twin = books.entry(gone)
    assert (twin.state, twin.name, twin.data, twin.sealed) == (State.ERASED, "", {}, "")
    assert not any(one.fields or one.sealed for one in EntryChange.objects.filter(entry=gone))


def test_what_waits_for_a_decision_goes_along_when_entries_are_merged(books: Books) -> None:
    kept, gone = books.home(), books.home(head="王家旺（重复）", people=None)
    books.save(books.cast.clerk, {"class": "1"}, entry=gone)
    operations.merge(actor=books.cast.worker, now=books.later(minutes=1), keep=kept, drop=gone)
    waiting = Proposal.objects.filter(entry=kept, decision=Proposal.Decision.OPEN)
    assert {"class", "head"} <= {one.field for one in waiting}
    assert books.entry(kept).waiting == waiting.count()
    assert books.entry(gone).waiting == 0


@pytest.mark.parametrize("shown", ["王*", "王**", "138****1234", "1****************X", "••••"])
def test_what_a_mask_shows_is_no_value(shown: str) -> None:
    assert is_mask(shown)
    assert not is_mask("每周三上午 * 电话联系")


def test_unmasked_is_only_what_lies_where_the_right_is_held(books: Books) -> None:
    cast = books.cast
    books.home()
    appoint(
        actor=None, account=cast.dispatcher, post="clerk", department=Department.objects.get(code="city_management"),
        since=books.now, now=books.now,
    )  # fmt: skip
    with pytest.raises(Forbidden):
        operations.export(
            actor=cast.dispatcher, now=books.later(minutes=1), wanted=HOUSEHOLDS, unmask=True, reason="防汛"
        )
    wanted = Wanted(register="households", area=cast.grids[0].path)
    rows = list(operations.export(actor=cast.dispatcher, now=books.now, wanted=wanted, unmask=True, reason="防汛通知"))
    assert "13800001234" in rows[1]


def test_a_workbook_runs_no_formula_behind_a_sign_that_is_not_printed() -> None:
    book = load_workbook(io.BytesIO(operations.as_xlsx(iter([["\x01=1+1", "=2+2"]]))))
    sheet_ = book.active
    assert sheet_ is not None
    assert [(cell.value, cell.data_type) for cell in next(iter(sheet_.rows))] == [("'=1+1", "s"), ("'=2+2", "s")]


def test_whose_post_ended_takes_no_import_back(books: Books) -> None:
    report = take(books, sheet(HEADS, ["王一", "1 号", "", "三类", 4]))
    entry = Entry.objects.unscoped(reason="a test looks").get()
    Import.objects.filter(pk=report.batch).update(actor=str(books.cast.other_worker.pk))
    with pytest.raises(Forbidden):
        operations.undo_import(actor=books.cast.other_worker, now=books.later(minutes=1), number=report.batch)
    assert books.entry(entry).state == State.ACTIVE


def test_an_import_stays_when_something_was_made_part_of_its_entries(books: Books) -> None:
    report = take(books, sheet(HEADS, ["王一", "1 号", "", "三类", 4]))
    home = Entry.objects.unscoped(reason="a test looks").get()
    books.save(books.cast.worker, {"name": "王一", "phone": ""}, "people", part_of=home)
    with pytest.raises(Impossible) as refused:
        operations.undo_import(actor=books.cast.worker, now=books.later(minutes=1), number=report.batch)
    assert home.code in refused.value.text.zh


def test_a_table_names_no_entry_that_its_sender_does_not_see(books: Books) -> None:
    home = books.home()
    there = books.cast.grids[1].code
    data = sheet(["姓名", "网格", "所属编号"], ["李四", there, home.code])
    report = take(books, data, "people", actor=books.cast.other_worker)
    absent = take(
        books, sheet(["姓名", "网格", "所属编号"], ["李四", there, "X-1"]), "people", actor=books.cast.other_worker
    )
    assert [one.text.zh.replace(home.code, "X-1") for one in report.faults] == [one.text.zh for one in absent.faults]
    assert len(report.faults) == 1


@pytest.mark.parametrize("code", ["a/b", "号" * 81])
def test_a_code_that_no_address_holds_is_a_fault(books: Books, code: str) -> None:
    report = take(books, sheet(["编号", *HEADS], [code, "王一", "1 号", "", "三类", 4]))
    assert [one.cell for one in report.faults] == ["A2"]


def test_a_care_case_is_given_out_to_a_named_person_only(books: Books) -> None:
    case, home = books.save(books.cast.worker, CASE, "care").entry, books.home()
    asked: dict[str, Any] = {"actor": books.cast.dispatcher, "now": books.now, "phone": "", "purpose": "本人查询"}
    for name in ("", "张", "李四", "1390"):
        assert operations.subject_access(name=name, code=case.code, **asked) == []
    assert [one.entry for one in operations.subject_access(name="张三", code=case.code, **asked)] == [case]
    assert [one.entry for one in operations.subject_access(name="", code=home.code, **asked)] == [home]
    assert operations.subject_access(name="1", **(asked | {"phone": HOME["phone"]})) == []


def test_a_workbook_that_would_fill_the_memory_is_not_opened(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    form = queries.entry_page(
        account=books.cast.worker, now=books.now, register="households", code=books.home().code
    ).form
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sheet(HEADS, ["王一", "1 号", "", "", ""], merged="A2:B3"))) as plain,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for one in plain.infolist():
            packed.writestr(one, plain.read(one).replace(b'ref="A2:B3"', b'ref="A2:XFD1048576"'))
    monkeypatch.setattr("gezhi.registers.tables.load_workbook", lambda *_a, **_k: pytest.fail("it was opened"))
    (fault,) = read("x.xlsx", out.getvalue(), form).faults
    assert "太大" in fault.text.zh
    monkeypatch.setattr("gezhi.registers.tables.MOST_UNPACKED", 100)
    assert read("x.xlsx", sheet(HEADS), form).faults
    monkeypatch.undo()
    assert read("x.csv", b"head,address\n" + b"x" * 200_000 + b",1\n", form).faults


def test_a_page_with_many_parts_costs_no_more_queries(books: Books, django_assert_max_num_queries: Any) -> None:
    home = books.home()
    for n in range(6):
        books.save(books.cast.worker, {"name": f"人{n}"}, "people", part_of=home)
    page = queries.entry_page(account=books.cast.worker, now=books.now, register="households", code=home.code)
    with django_assert_max_num_queries(0):
        assert {one.area.name for one in page.parts}
