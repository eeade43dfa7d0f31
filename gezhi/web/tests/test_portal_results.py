"""Results published: neutral facts by area and kind, honest sums, and what a reporter sees before sending it back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gezhi.cases import operations
from gezhi.cases.operations.intake import tracking_code
from gezhi.foundation import files
from gezhi.foundation.models import StoredFile
from gezhi.people.models import Account
from gezhi.web.tests.conftest import District
from gezhi.web.tests.test_portal_report import _photo

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


def _to_sign(district: District, **given: Any) -> str:
    number = district.open(anonymous=True, text="张三家门口堆了垃圾", address="张三家门口", **given).number
    photo = files.store(_photo(), actor="", now=district.now)
    district.act(
        district.cast.worker, number, "settle", answers={"result": "张三已清走", "photos_after": [str(photo.pk)]}
    )
    district.act(district.cast.head, number, "confirm")
    return number


def _closed(district: District, **given: Any) -> str:
    number = _to_sign(district, **given)
    code = tracking_code(district.case(number).pk)
    district.act(None, number, "accept", answers={"rating": "satisfied", "remark": "张三人不错"}, secret=code)
    return number


def test_results_stand_there_by_their_facts_and_filters_are_links(district: District, browser_of: Browser) -> None:
    number = _closed(district)
    district.open(item="staff.grid", text="态度不好")
    client = browser_of(None)
    words = client.get("/results").content.decode()
    assert "暴露垃圾" in words
    assert "第1网格" in words
    for secret in ("张三", number, "态度不好", "对工作人员"):
        assert secret not in words
    grid, other = district.cast.grids[:2]
    assert "暴露垃圾" in client.get(f"/results?area={grid.code}&kind=env").content.decode()
    assert "这里还没有办结的事" in client.get(f"/results?area={other.code}").content.decode()
    assert "这里还没有办结的事" in client.get("/results?kind=road").content.decode()
    assert client.get("/results?after=forged")["Location"] == "/results"


def test_photos_of_public_actions_are_shown_and_no_others(district: District, browser_of: Browser) -> None:
    mine = files.store(_photo(), actor="", now=district.now)
    number = _closed(district, files=(mine.pk,))
    client = browser_of(None)
    shown = re.findall(r"/results/photo/([0-9a-f-]+)", client.get("/results").content.decode())
    rows = {str(row.pk): row for row in district.case(number).files.all()}
    assert {rows[one].role for one in shown} == {"photos_after"}
    assert client.get(f"/results/photo/{shown[0]}").status_code == 200
    sent = next(pk for pk, row in rows.items() if row.role == "report")
    assert client.get(f"/results/photo/{sent}").status_code == 404
    # a document of the same action has words in it
    StoredFile.objects.filter(pk=rows[shown[0]].file_id).update(kind=StoredFile.Kind.DOCUMENT)
    assert client.get(f"/results/photo/{shown[0]}").status_code == 404
    assert shown[0] not in client.get("/results").content.decode()


def test_a_photo_that_came_with_words_to_the_reporter_is_between_the_two(
    district: District, browser_of: Browser
) -> None:
    number = _to_sign(district)
    mine = files.store(_photo(), actor="", now=district.now)
    operations.comment(
        actor=district.cast.worker,
        number=number,
        text="您看，是这里吗？",
        public=True,
        files=(mine.pk,),
        now=district.now,
    )
    code = tracking_code(district.case(number).pk)
    district.act(None, number, "accept", answers={"rating": "satisfied"}, secret=code)
    row = district.case(number).files.get(role="comment")
    client = browser_of(None)
    assert str(row.pk) not in client.get("/results").content.decode()
    assert client.get(f"/results/photo/{row.pk}").status_code == 404


def test_a_photo_of_an_open_matter_is_nobody_elses(district: District, browser_of: Browser) -> None:
    number = _to_sign(district)
    (row,) = district.case(number).files.all()
    assert browser_of(None).get(f"/results/photo/{row.pk}").status_code == 404


def test_the_sums_name_what_was_due(district: District, browser_of: Browser) -> None:
    _closed(district)
    district.open()
    district.later(days=25)
    words = browser_of(None).get("/results").content.decode()
    assert "<b>1</b> / 2" in words
    assert "1 件已超期、还没办完" in words


def test_before_it_is_sent_back_the_new_limit_is_said(district: District, browser_of: Browser) -> None:
    number = _to_sign(district)
    client = browser_of(None)
    code = tracking_code(district.case(number).pk)
    client.post("/track", {"number": number, "secret": code})
    words = client.get(f"/matter/{number}").content.decode()
    assert "暴露垃圾，办好了吗？" in words
    assert "再办一次" in words
    assert re.search(r"再办一次。 <b>.*到期</b>", words)
    assert "没办好" in words
    client.post(f"/matter/{number}/do/dissatisfied", {"reason": "还有", "photos_wrong": _photo()})
    roles = {row.role: row.public for row in district.case(number).files.all()}
    assert roles["photos_wrong"] is False


def test_a_follower_is_counted_on_the_reporters_page(district: District, browser_of: Browser) -> None:
    opened = district.open(anonymous=True)
    operations.follow_as_resident(actor=None, number=opened.number, client_key="k" * 20, now=district.now)
    client = browser_of(None)
    client.post("/track", {"number": opened.number, "secret": opened.secret})
    assert "还有 1 位居民在跟进" in client.get(f"/matter/{opened.number}").content.decode()
