"""Reports and the handbook at the desk: who sees them, who receives, and that the papers say what the page says."""

import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from gezhi.cases.models import Case
from gezhi.duties import operations, queries
from gezhi.duties.models import Leaf, Report
from gezhi.duties.operations import Which
from gezhi.duties.tests.conftest import put_rounds_in_force
from gezhi.foundation.models import JournalEntry
from gezhi.people.models import Account
from gezhi.registers.models import CareAssignment, Entry
from gezhi.web.tests.conftest import District

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


@pytest.fixture
def reported(district: District) -> Report:
    """Return a report that grid 1 handed in, after a patrol."""
    put_rounds_in_force()
    given: dict[str, Any] = {
        "actor": district.cast.worker,
        "now": district.now,
        "began": district.now,
        "ended": district.now,
    }
    grid = district.cast.grids[0].code
    operations.record(key="one", duty="shawan.patrol", area=grid, remarks="=1+1", **given)
    done = operations.record(key="two", duty="rounds.tell", area=grid, remarks="一切如常", **given)
    return Report.objects.get(pk=done.activity.pk)


def test_a_report_is_a_page_three_papers_and_received(
    district: District, reported: Report, browser_of: Browser
) -> None:
    address = f"/desk/reports/{reported.pk}"
    for who in (district.cast.other_head, district.cast.other_worker, district.cast.outsider):
        assert browser_of(who).get(address).status_code == 404
        assert browser_of(who).post(address).status_code == 404
    assert browser_of(district.cast.resident).get(address).status_code == 403
    assert browser_of(district.cast.worker).post(address, {"answer": "自收"}).status_code == 422
    client = browser_of(district.cast.head)
    assert str(reported.pk) in client.get("/desk/reports?which=waiting").content.decode()
    client.post(address, {"answer": "知悉"})
    assert str(reported.pk) not in client.get("/desk/reports?which=waiting").content.decode()
    words = client.get(address).content.decode()
    assert "一日双巡" in words
    assert "一切如常" in words
    assert "知悉" in words
    sheet = load_workbook(BytesIO(client.get(f"{address}?as=xlsx").content)).worksheets[0]
    said = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert any("一日双巡" in one for one in said)
    assert any("知悉" in one for one in said)
    assert not any(one.startswith("=") for one in said)
    with zipfile.ZipFile(BytesIO(client.get(f"{address}?as=docx").content)) as parts:
        assert "一切如常" in parts.read("word/document.xml").decode()
    assert client.get(f"{address}?as=pdf").content.startswith(b"%PDF")
    assert "知悉" in browser_of(district.cast.worker).get(f"/field/activity/{reported.pk}").content.decode()


@pytest.mark.parametrize("more", [0, 4])
def test_lists_of_reports_ask_the_same_however_many(
    district: District, reported: Report, browser_of: Browser, django_assert_max_num_queries: DjangoAssertNumQueries,
    more: int,
) -> None:  # fmt: skip
    for n in range(more):
        operations.record(
            key=f"more-{n}", duty="rounds.tell", area=district.cast.grids[0].code, remarks="一切如常",
            actor=district.cast.worker, now=district.now, began=district.now, ended=district.now,
        )  # fmt: skip
    client = browser_of(district.cast.head)
    client.get("/desk/reports")
    with django_assert_max_num_queries(16):
        client.get("/desk/reports")


def test_the_handbook_fills_itself(district: District, reported: Report, browser_of: Browser) -> None:
    district_now: dict[str, Any] = {
        "actor": district.cast.worker,
        "now": district.now,
        "began": district.now,
        "ended": district.now,
    }
    operations.record(
        key="three", duty="shawan.patrol", area=district.cast.grids[0].code,
        answers={"entries": [{"matter": "占道堆物", "cause": "装修", "result": "已清走"}]}, **district_now,
    )  # fmt: skip
    client = browser_of(district.cast.head)
    words = client.get("/desk/handbook?page=shawan.work_record").content.decode()
    assert "占道堆物" in words
    assert "已清走" in words
    client.post("/desk/handbook?page=shawan.work_record", {"what": "remark", "remark": "全年平稳"})
    assert Leaf.objects.get().remark == "全年平稳"
    sheet = load_workbook(BytesIO(client.get("/desk/handbook?page=shawan.work_record&as=xlsx").content)).worksheets[0]
    said = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert {"占道堆物", "装修", "已清走"} <= set(said)
    # a remark is of its page: the next one has its own
    assert "全年平稳" not in client.get("/desk/handbook?page=cases").content.decode()
    client.post("/desk/handbook?page=cases", {"what": "close"})
    client.post("/desk/handbook?page=cases", {"what": "remark", "remark": "太晚"})
    assert {one.page: (one.remark, bool(one.closed_at)) for one in Leaf.objects.all()} == {
        "shawan.work_record": ("全年平稳", False), "cases": ("", True),
    }  # fmt: skip
    assert client.get("/desk/handbook?page=no.such").status_code == 404
    other = browser_of(district.cast.other_head)
    assert other.get(f"/desk/handbook?area={district.cast.villages[0].code}").status_code == 404
    assert "占道堆物" not in other.get("/desk/handbook?page=shawan.work_record").content.decode()


def test_a_page_of_care_cases_shows_ones_own_and_is_no_file(district: District, browser_of: Browser) -> None:
    grid = district.cast.grids[0]
    row = Entry.objects.unscoped(reason="a test makes one").create(
        register="care_need", code="K1", name="某某", area=grid, area_path=grid.path, data={"name": "某某"}, care=True,
        purpose="照顾", basis="同意", opened_at=district.now, changed_at=district.now,
    )  # fmt: skip
    CareAssignment.objects.create(entry=row, account=district.cast.head, role="supervisor", since=district.now)
    address = "/desk/handbook?page=shawan.care_need"
    assert "某某" in browser_of(district.cast.head).get(address).content.decode()
    assert browser_of(district.cast.head).get(f"{address}&as=docx").status_code == 404
    for who in (district.cast.worker, district.cast.leader, district.cast.dispatcher):
        assert "某某" not in browser_of(who).get(address).content.decode()


def test_what_leaves_as_a_file_is_written_down(district: District, reported: Report, browser_of: Browser) -> None:
    client = browser_of(district.cast.head)
    for address in (f"/desk/reports/{reported.pk}?as=xlsx", "/desk/handbook?page=cases&as=xlsx", "/desk/books?as=xlsx"):
        assert client.get(address).status_code == 200
    taken = JournalEntry.objects.filter(action="export", actor=str(district.cast.head.pk))
    assert sorted(taken.values_list("subject", flat=True)) == ["books", "handbook", "report"]


def test_an_answer_that_came_second_stands_on_the_page_again(
    district: District, reported: Report, browser_of: Browser
) -> None:
    client, address = browser_of(district.cast.head), f"/desk/reports/{reported.pk}"
    client.post(address, {"answer": "知悉"})
    answer = client.post(address, {"answer": "请补充照片"})
    assert answer.status_code == 422
    assert "请补充照片" in answer.content.decode()


def test_the_cases_of_a_handbook_are_the_first_of_the_year_in_order(
    district: District, reported: Report, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.duties.queries.handbook.MOST", 2)
    numbers = []
    for _ in range(4):
        numbers.append(district.open(None).number)
        district.later(hours=1)
    # the newest was touched last: rows in the database's own order would begin with others
    Case.objects.unscoped(reason="a test touches").filter(number=numbers[0]).update(title="先来的")
    words = browser_of(district.cast.head).get("/desk/handbook?page=cases").content.decode()
    shown = [one for one in numbers if f"/desk/case/{one}" in words]
    assert shown == numbers[:2]


def test_a_page_of_a_register_bears_the_day_of_its_entries(
    district: District, reported: Report, browser_of: Browser
) -> None:
    client = browser_of(district.cast.head)
    for page, day in (("shawan.area_facts", f"{district.now:%Y-%m-%d}"), ("cases", "2025-12-31")):
        answer = client.get(f"/desk/handbook?page={page}&year=2025&as=xlsx")
        sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
        assert day in str(sheet.cell(2, 1).value)
    assert "shawan.area_facts" in client.get("/desk/handbook?page=shawan.area_facts&year=2025").content.decode()


def test_what_was_written_on_a_whole_year_of_a_handbook_stays_and_closes_its_pages(
    district: District, browser_of: Browser
) -> None:
    head, year = district.cast.head, district.now.year
    whole = Which(Leaf.Book.HANDBOOK, date(year, 1, 1), date(year, 12, 31), None, district.cast.villages[0])
    operations.remark(actor=head, which=whole, text="去年写的", now=district.now)
    operations.close(actor=head, which=whole, now=district.now)
    client, address = browser_of(head), "/desk/handbook?page=shawan.work_record"
    words = client.get(address).content.decode()
    assert "去年写的" in words
    assert 'name="remark"' not in words
    client.post(address, {"what": "remark", "remark": "太晚"})
    assert not Leaf.objects.exclude(page="").exclude(remark="").exists()
    browser_of(district.cast.other_head).post(address, {"what": "reopen", "year": "yes"})
    assert queries.leaf_of(whole).closed_at is not None  # type: ignore[union-attr]
    client.post(address, {"what": "reopen", "year": "yes"})
    client.post(address, {"what": "remark", "remark": "这一页的"})
    assert Leaf.objects.get(page="shawan.work_record").remark == "这一页的"
    assert queries.leaf_of(whole).remark == "去年写的"  # type: ignore[union-attr]
