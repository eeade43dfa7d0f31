"""Rounds, samples, excuses and books at the desk: who sees them, and that the papers say what the page says."""

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from gezhi.duties import operations
from gezhi.duties.models import Absence, Leaf, Objection
from gezhi.people.models import Account
from gezhi.registers import operations as registers
from gezhi.web.tests.conftest import District

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


def patrol(district: District, key: str = "one") -> None:
    """Record a patrol of grid 1 with a finding."""
    operations.record(
        actor=district.cast.worker, now=district.now, key=key, duty="shawan.patrol", area=district.cast.grids[0].code,
        began=district.now, ended=district.now, findings=(operations.Found("路口垃圾", "env.litter"),), remarks="=1+1",
    )  # fmt: skip


def test_the_board_counts_areas_and_names_nobody(
    district: District, browser_of: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    patrol(district)
    client = browser_of(district.cast.head)
    client.get("/desk/rounds")
    with django_assert_max_num_queries(22):
        words = client.get("/desk/rounds").content.decode()
    assert "一日双巡" in words
    assert district.cast.worker.name not in words
    one = client.get("/desk/rounds", {"duty": "shawan.patrol", "area": district.cast.villages[0].code}).content.decode()
    assert "第1网格" in one
    assert client.get("/desk/rounds", {"area": district.cast.villages[1].code}).status_code == 404
    assert client.get("/desk/rounds", {"duty": "no.such"}).status_code == 404
    assert browser_of(district.cast.outsider).get("/desk/rounds").status_code == 200


def test_a_round_whose_sample_is_not_drawn_is_not_called_done(district: District, browser_of: Browser) -> None:
    registers.save(
        actor=district.cast.worker, now=district.now, register="households", area=district.cast.grids[0],
        answers={"name": "清溪路 24 号 302", "class": "1", "address": "清溪路 24 号"},
    )  # fmt: skip
    client = browser_of(district.cast.head)
    asked = {"duty": "shawan.verify_class_1", "area": district.cast.villages[0].code}
    words = client.get("/desk/rounds", asked).content.decode()
    assert "尚未抽样；只有抽中的才计入" in words
    assert "这一轮已全部走到" not in words
    searched = client.get("/desk/rounds", {**asked, "duty": "shawan.visit_class_1", "q": "无此户"}).content.decode()
    assert "没有找到" in searched
    assert "这一轮已全部走到" not in searched


def test_an_objection_is_decided_at_the_desk(district: District, browser_of: Browser) -> None:
    row = operations.object_to(
        actor=district.cast.worker, duty="shawan.patrol", area=district.cast.grids[0].code, reason="暴雨停巡",
        on=district.now.date().replace(day=2), now=district.now,
    )  # fmt: skip
    assert "暴雨停巡" not in browser_of(district.cast.other_head).get("/desk/excuses").content.decode()
    client = browser_of(district.cast.head)
    assert "暴雨停巡" in client.get("/desk/excuses").content.decode()
    assert client.post("/desk/excuses", {"what": "decline", "id": row.pk, "why": ""}).status_code == 422
    assert (
        browser_of(district.cast.other_head).post("/desk/excuses", {"what": "accept", "id": row.pk}).status_code == 422
    )
    client.post("/desk/excuses", {"what": "accept", "id": row.pk})
    assert Objection.objects.get().state == "accepted"


def test_an_absence_is_entered_for_somebody_below(district: District, browser_of: Browser) -> None:
    day = district.now.date().isoformat()
    sent = {"what": "away", "account": district.cast.worker.pk, "first": day, "last": day, "reason": "leave"}
    assert browser_of(district.cast.other_head).post("/desk/excuses", sent).status_code == 422
    browser_of(district.cast.head).post("/desk/excuses", sent)
    assert Absence.objects.get().entered_by_id == district.cast.head.pk


def test_an_absence_that_is_refused_keeps_what_was_chosen(district: District, browser_of: Browser) -> None:
    client, whom = browser_of(district.cast.head), district.cast.other_worker.pk
    sent = {"what": "away", "account": whom, "first": "30.6.2026", "last": "2026-07-02", "reason": "sick"}
    answer = client.post("/desk/excuses", sent)
    assert answer.status_code == 422
    words = answer.content.decode()
    assert f'<option value="{whom}" selected>' in words
    assert '<option value="sick" selected>' in words
    assert not Absence.objects.exists()


def test_samples_are_drawn_by_who_verifies(district: District, browser_of: Browser) -> None:
    assert browser_of(district.cast.head).get("/desk/draws").status_code == 200
    sent = {"of": f"shawan.verify_class_1|{district.cast.villages[0].code}"}
    assert browser_of(district.cast.worker).post("/desk/draws", sent).status_code == 422
    assert browser_of(district.cast.head).post("/desk/draws", sent).status_code == 422


def test_a_diary_is_a_page_and_three_papers(district: District, browser_of: Browser) -> None:
    patrol(district)
    client = browser_of(district.cast.worker)
    client.post("/desk/books?book=week", {"what": "remark", "remark": "本周多雨"})
    words = client.get("/desk/books?book=week").content.decode()
    assert "路口垃圾" in words
    assert "本周多雨" in words
    sheet = load_workbook(BytesIO(client.get("/desk/books?book=week&as=xlsx").content)).worksheets[0]
    said = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert any("一日双巡" in one for one in said)
    assert any("本周多雨" in one for one in said)
    assert not any(one.startswith("=") for one in said)
    with zipfile.ZipFile(BytesIO(client.get("/desk/books?book=week&as=docx").content)) as parts:
        assert "本周多雨" in parts.read("word/document.xml").decode()
    assert client.get("/desk/books?book=week&as=pdf").content.startswith(b"%PDF")
    assert "一日双巡" in client.get("/field/me").content.decode()


def test_diaries_are_read_by_oneself_and_above(district: District, browser_of: Browser) -> None:
    patrol(district)
    address = f"/desk/books?book=day&person={district.cast.worker.pk}"
    assert "路口垃圾" in browser_of(district.cast.head).get(address).content.decode()
    for who in (district.cast.other_head, district.cast.other_worker, district.cast.clerk):
        assert browser_of(who).get(address).status_code == 404
    browser_of(district.cast.head).post(address, {"what": "close"})
    assert not Leaf.objects.filter(closed_at__isnull=False).exists()


def test_the_monthly_notice_sums_areas(district: District, browser_of: Browser) -> None:
    patrol(district)
    words = browser_of(district.cast.head).get("/desk/books?book=notice").content.decode()
    assert "第1网格" in words
    assert district.cast.worker.name not in words
    code = district.cast.villages[0].code
    assert browser_of(district.cast.other_head).get(f"/desk/books?book=notice&area={code}").status_code == 404
    assert browser_of(district.cast.head).get("/desk/books?book=notice&as=pdf").content.startswith(b"%PDF")
