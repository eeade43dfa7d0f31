"""A table of staff goes in whole or not at all, and says row by row what is wrong."""

import stat
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from gezhi.people import access, operations, slips, staff_table, staff_template
from gezhi.people.models import Account, Appointment, OneTimeLogin
from gezhi.people.tests.cast import Cast

NOW = datetime(2026, 5, 9, 2, 20, tzinfo=UTC)
HEADINGS = ["用户名*", "姓名*", "手机", "岗位", "区域", "部门", "起", "止", "替班"]
Row = list[Any]
# As a spreadsheet keeps a day.
JUNE = datetime.combine(date(2026, 6, 1), time())
GOOD: list[Row] = [
    ["zhang.wei", "张卫", 10000000555, "网格员", "东风村/第1网格", "", JUNE, date(2026, 12, 31), "是"],
    ["zhang.wei", "张卫", "", "station_head", "511111102202", "", "2026-06-01", "", ""],
    ["li.na", "李娜", "", "承办人", "", "区水务局", "", "", ""],
    ["wang", "王无岗", "", "", "", "", "", "", ""],
]


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    def make(rows: list[Row], headings: list[str] = HEADINGS, merge: str = "") -> Path:
        workbook = Workbook()
        sheet = workbook.active
        assert sheet is not None
        for row in [headings, *rows]:
            sheet.append(row)
        if merge:
            sheet.merge_cells(merge)
        workbook.save(tmp_path / "staff.xlsx")
        return tmp_path / "staff.xlsx"

    return make


def _take(file: Path, *, dry_run: bool = False, **more: Any) -> operations.StaffReport:
    return operations.import_staff(actor=None, table=staff_table.read(file), dry_run=dry_run, now=NOW, **more)


def test_a_good_table_makes_accounts_posts_and_slips(cast: Cast, book: Callable[..., Path]) -> None:
    seen: list[tuple[int, int]] = []
    report = _take(book(GOOD), progress=lambda done, total: seen.append((done, total)))
    assert report.faults == []
    assert (report.accounts, report.appointments) == (3, 3)
    assert seen[-1] == (4, 4)
    account = Account.objects.get(username="zhang.wei")
    assert account.phone == "10000000555"
    assert not account.has_usable_password()
    before, during, after = (datetime(2026, 5, 31, 15, 59, tzinfo=UTC), datetime(2026, 5, 31, 16, tzinfo=UTC),
                             datetime(2026, 12, 31, 16, tzinfo=UTC))  # fmt: skip
    assert [len(access.reach(account, at).grants) for at in (before, during, after)] == [0, 2, 1]
    assert Appointment.objects.get(account=account, post="grid_worker").stand_in
    assert operations.find_slip(code=report.slips[0].code, now=NOW) is not None


def test_a_dry_run_says_the_same_and_changes_nothing(cast: Cast, book: Callable[..., Path]) -> None:
    accounts = Account.objects.count()
    report = _take(book([*GOOD, ["neu", "新", "", "网格员", "东风村/第2网格", "", "", "", ""]]), dry_run=True)
    assert (report.faults, report.accounts, report.appointments) == ([], 4, 4)
    assert [warning.row for warning in report.warnings] == [3, 6]
    assert "周网格" in report.warnings[1].message
    assert report.slips == []
    assert Account.objects.count() == accounts
    assert not OneTimeLogin.objects.exists()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["", "无名", "", "", "", "", "", "", ""], "用户名"),
        (["worker", "重名", "", "", "", "", "", "", ""], "用户名"),
        (["bad name", "某", "", "", "", "", "", "", ""], "用户名"),
        (["li.na", "另一个李娜", "", "", "", "", "", "", ""], "用户名"),
        (["x1", "某", "", "皇帝", "511111", "", "", "", ""], "岗位"),
        (["x1", "某", "", "网格员", "999", "", "", "", ""], "区域"),
        (["x1", "某", "", "网格员", "", "没有的局", "", "", ""], "部门"),
        (["x1", "某", "", "网格员", "", "", "", "", ""], "区域"),
        (["x1", "某", "", "网格员", "511111", "区水务局", "", "", ""], "区域"),
        (["x1", "某", "", "", "511111", "", "", "", ""], "岗位"),
        (["x1", "某", "", "网格员", "东风村/第2网格", "", "2026.3.1", "", ""], "起"),
        (["x1", "某", "", "网格员", "东风村/第2网格", "", "3月1日", "", ""], "起"),
        (["x1", "某", "", "网格员", "东风村/第2网格", "", "2026-03-02", "2026-03-01", ""], "止"),
        (["x1", "某", "", "网格员", "东风村/第2网格", "", "", "", "maybe"], "替班"),
        (["x1", "某", "", "网格员", "511111102201", "", "", "", ""], "岗位"),
        (["x1", "某", "12", "", "", "", "", "", ""], "岗位"),
    ],
)
def test_one_wrong_row_is_named_and_nothing_is_imported(
    cast: Cast, book: Callable[..., Path], row: Row, column: str
) -> None:
    before = Account.objects.count(), Appointment.objects.count()
    report = _take(book([*GOOD, row]))
    assert [(fault.row, fault.column) for fault in report.faults] == [(6, column)]
    assert (Account.objects.count(), Appointment.objects.count()) == before


def test_every_fault_is_told_at_once(cast: Cast, book: Callable[..., Path]) -> None:
    rows = [["worker", "甲", "", "皇帝", "999", "", "", "", ""], ["b", "", "", "", "", "", "", "", ""]]
    report = _take(book(rows))
    assert [(fault.row, fault.column) for fault in report.faults] == [
        (3, "姓名"), (2, "区域"), (2, "岗位"), (2, "用户名")
    ]  # fmt: skip


def test_merged_cells_are_a_fault(cast: Cast, book: Callable[..., Path]) -> None:
    report = _take(book(GOOD, merge="D2:D3"))
    assert (report.faults[0].row, report.faults[0].column) == (2, "D2:D3")


def test_a_name_borne_by_two_areas_asks_for_more(cast: Cast, book: Callable[..., Path]) -> None:
    report = _take(book([["x1", "某", "", "网格员", "第1网格", "", "", "", ""]]))
    assert "2" in report.faults[0].message
    assert _take(book([["x1", "某", "", "网格员", "双河村/第1网格", "", "", "", ""]])).faults == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_of_either_encoding_is_read(cast: Cast, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "staff.csv"
    file.write_text("用户名,姓名,岗位,区域,备注\nzhao,赵六,网格员,东风村/第2网格,新\n", encoding=encoding)
    table = staff_table.read(file)
    assert table.left_out == ["备注"]
    assert operations.import_staff(actor=None, table=table, dry_run=False, now=NOW).accounts == 1


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 not a workbook", b"", b"\x00\x01\x02", "姓名\n某\n".encode(), "用户名,姓名\n".encode()]
)
@pytest.mark.parametrize("name", ["staff.xlsx", "staff.csv"])
def test_what_is_no_such_table_is_told_not_raised(db: None, tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    report = _take(tmp_path / name)
    assert len(report.faults) == 1
    assert not Account.objects.exists()


def test_slips_that_cannot_be_written_undo_the_import(cast: Cast, book: Callable[..., Path]) -> None:
    before = Account.objects.count()

    def full(_slips: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        _take(book(GOOD), hand_out=full)
    assert Account.objects.count() == before


@pytest.mark.parametrize("role", ["resident", "worker", "head", "clerk", "leader", "outsider"])
def test_only_who_sets_up_imports(cast: Cast, book: Callable[..., Path], role: str) -> None:
    with pytest.raises(access.Denied):
        operations.import_staff(actor=cast.role(role), table=staff_table.read(book(GOOD)), dry_run=True, now=NOW)


def test_slips_are_for_their_owner_only_and_print_by_themselves(cast: Cast, tmp_path: Path) -> None:
    slip = operations.issue_slip(actor=None, account=cast.worker, now=NOW)
    text = slips.page([slip], lambda one: f"https://grid.example/login/slip/{one.code}")
    assert slip.code in text
    assert "李网格" in text
    assert "<svg" in text
    assert "src=" not in text, "no picture from elsewhere"
    slips.write(tmp_path / "slips.html", text)
    assert stat.S_IMODE((tmp_path / "slips.html").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        slips.write(tmp_path / "slips.html", "other")


def test_the_template_can_be_filled_in_and_read_back(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "template.xlsx"
    staff_template.write(file, posts=[("grid_worker", "网格员", "grid")], departments=[("water", "区水务局")])
    assert staff_table.read(file).faults[0].row == 0, "an empty template has no rows"
    workbook = load_workbook(file)
    sheet = workbook.worksheets[0]
    for place, value in {"A": "chen", "B": "陈晨", "C": "01000000007", "E": "网格员", "F": "东风村/第2网格"}.items():
        sheet[f"{place}2"] = value
    sheet["H2"] = date(2026, 6, 1)
    workbook.save(file)
    report = _take(file)
    assert (report.faults, report.appointments) == ([], 1)
    assert Account.objects.get(username="chen").phone == "01000000007", "the zero in front is kept"
