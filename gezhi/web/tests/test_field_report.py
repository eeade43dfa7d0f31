"""Reporting from the street: one screen, one case however often it is sent, and putting right what was sent."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from gezhi.cases.errors import Impossible
from gezhi.cases.models import Case, CaseEvent, CaseFile, Comment
from gezhi.cases.operations import hear, verify_log
from gezhi.people.models import Account
from gezhi.people.tests.cast import SIDE, SOUTH, WEST
from gezhi.web.tests.conftest import District

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


def _sent(district: District, **given: Any) -> dict[str, Any]:
    lon, lat = district.cast.point(1)
    plain = {"key": "key-of-this-report", "item": "env.litter", "lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}
    return plain | given


def _cases() -> list[Case]:
    return list(Case.objects.unscoped(reason="a test looks").order_by("pk"))


def _photo() -> SimpleUploadedFile:
    kept = io.BytesIO()
    Image.new("RGB", (64, 48), (70, 90, 110)).save(kept, "JPEG")
    return SimpleUploadedFile("photo.jpg", kept.getvalue(), content_type="image/jpeg")


def test_what_is_reported_comes_to_the_worker_and_says_number_and_next(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    receipt = client.post("/field/report", _sent(district), follow=True).content.decode()
    (case,) = _cases()
    assert case.number in receipt
    assert "再报一件" in receipt
    assert (case.channel, case.received_by, case.title) == ("field", case.desk_key, "暴露垃圾")


def test_sent_twice_is_one_case_and_says_so(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    client.post("/field/report", _sent(district))
    again = client.post("/field/report", _sent(district, text="又写了一句"), follow=True)
    assert len(_cases()) == 1
    assert "这一件已经送出过" in again.content.decode()


def test_done_on_the_spot_asks_what_the_plan_asks_and_is_one_sending(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    missing = client.post("/field/report", _sent(district, do="settle"))
    assert missing.status_code == 422
    assert _cases() == []
    client.post("/field/report", _sent(district, do="settle", **{"settle-result": "当场清走了"}))
    (case,) = _cases()
    assert (case.step, case.desk_key) == ("check", f"station_head@{district.cast.villages[0].code}")


def test_what_could_not_be_done_at_once_is_kept_with_its_photos(
    district: District, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_given: object) -> None:
        raise Impossible("别人刚刚办过")

    client = browser_of(district.cast.worker)
    up = client.post("/field/report/photo", {"photo": _photo()}).json()
    monkeypatch.setattr("gezhi.web.field.ahead.cases.act", refuse)
    more = {"settle-result": "当场清走了", "settle-photos_after.kept": up["token"]}
    client.post("/field/report", _sent(district, do="settle", **more))
    assert Comment.objects.get().text == "当场清走了"
    assert CaseFile.objects.get().role == "comment"


def test_report_up_goes_on_at_once(district: District, browser_of: Browser) -> None:
    sent = _sent(district, do="report_up", **{"report_up-reason": "要登高车"})
    browser_of(district.cast.worker).post("/field/report", sent)
    assert _cases()[0].step == "station"


def test_what_would_follow_is_offered_only_to_who_may_do_it(district: District, browser_of: Browser) -> None:
    own = browser_of(district.cast.worker).post("/field/report/ahead", _sent(district)).content.decode()
    assert "当场办好了" in own
    assert "P25.5" in own
    lon, lat = district.cast.point(3)
    foreign = browser_of(district.cast.worker).post(
        "/field/report/ahead", _sent(district, lon=f"{lon:.6f}", lat=f"{lat:.6f}")
    )
    assert "当场办好了" not in foreign.content.decode()
    assert "送给 第1网格 网格员" in foreign.content.decode()
    assert browser_of(district.cast.resident).post("/field/report/ahead", _sent(district)).status_code == 403
    assert _cases() == []


def test_near_a_border_it_asks_and_far_outside_it_says_how_far(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    border = _sent(district, lon=f"{WEST + SIDE + 0.00004:.6f}", lat=f"{SOUTH + SIDE / 2:.6f}")
    assert "在哪一边" in client.post("/field/report/ahead", border).content.decode()
    refused = client.post("/field/report", border | {"text": "围墙边的纸箱"})
    assert refused.status_code == 422
    assert "围墙边的纸箱" in refused.content.decode()
    outside = _sent(district, lon=f"{WEST - 0.03:.6f}", lat=f"{SOUTH + SIDE / 2:.6f}")
    assert "在区界外2.9 公里" in client.post("/field/report/ahead", outside).content.decode()


def test_without_a_position_it_is_the_workers_only_grid(district: District, browser_of: Browser) -> None:
    browser_of(district.cast.worker).post("/field/report", _sent(district, lon="", lat=""))
    assert _cases()[0].area == district.cast.grids[0]
    several = browser_of(district.cast.head).post("/field/report", _sent(district, lon="", lat="", key="another-key"))
    assert several.status_code == 422


def test_a_photo_goes_up_at_once_and_comes_with_the_report(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    up = client.post("/field/report/photo", {"photo": _photo()}).json()
    client.post("/field/report", _sent(district, **{"photos.kept": up["token"]}))
    assert CaseFile.objects.get().case == _cases()[0]
    bad = SimpleUploadedFile("x.jpg", b"no picture", content_type="image/jpeg")
    assert client.post("/field/report/photo", {"photo": bad}).status_code == 422
    assert browser_of(district.cast.resident).post("/field/report/photo", {"photo": _photo()}).status_code == 403


def test_forty_photos_keep_nine_and_twelve_thousand_letters_are_kept_or_named(
    district: District, browser_of: Browser
) -> None:
    client = browser_of(district.cast.worker)
    many = client.post("/field/report", _sent(district, photos=[_photo() for _ in range(40)]))
    assert many.status_code == 422
    assert many.content.decode().count('name="photos.kept"') == 9
    long = client.post("/field/report", _sent(district, text="长" * 12_001))
    assert long.status_code == 422
    assert "长" * 12_001 in long.content.decode()
    client.post("/field/report", _sent(district, text="长" * 12_000))
    assert len(_cases()[0].text) == 12_000


def test_the_workers_own_items_come_first_and_pinyin_finds_the_rest(district: District, browser_of: Browser) -> None:
    for n in range(3):
        browser_of(district.cast.worker).post("/field/report", _sent(district, item="road.lamp", key=f"key-{n}"))
    words = browser_of(district.cast.worker).get("/field/report").content.decode()
    chips = re.findall(r'class="opt-chip"><input type="radio" name="item" value="([^"]+)"', words)
    assert chips[0] == "road.lamp"
    assert len(chips) == 5
    assert "baolulaji bllj" in words


def test_what_was_sent_is_put_right_in_the_log(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    client.post("/field/report", _sent(district))
    (case,) = _cases()
    hear()
    page = f"/field/case/{case.number}/correct"
    assert client.get(page).status_code == 200
    right = {
        "item": "road.pothole", "area": district.cast.grids[1].code, "address": "滨河路 3 号", "text": "坑有半米宽",
        "version": str(case.version),
    }  # fmt: skip
    done = client.post(page, right, follow=True).content.decode()
    assert "已更正" in done
    case.refresh_from_db()
    assert (case.item, case.title, case.address) == ("road.pothole", "路面破损", "滨河路 3 号")
    assert case.area == district.cast.grids[1]
    assert Comment.objects.get().text == "坑有半米宽"
    noted = list(CaseEvent.objects.filter(case_id=case.pk).order_by("seq").values_list("action", flat=True))
    assert {"correct", "comment", "change_item", "place"} <= set(noted)
    assert verify_log(case).whole
    for words in ("滨河路", "binhelu"):
        assert client.get("/field/cases", {"q": words}).content.decode().count(case.number) >= 1
    assert case.number not in client.get("/field/cases", {"q": "baolulaji"}).content.decode()


def test_only_who_sent_it_corrects_it_and_not_after_the_work(district: District, browser_of: Browser) -> None:
    other = district.open()
    worker = browser_of(district.cast.worker)
    assert worker.get(f"/field/case/{other.number}/correct").status_code == 302
    worker.post("/field/report", _sent(district, do="settle", **{"settle-result": "清走了"}))
    mine = next(case for case in _cases() if case.number != other.number)
    sent = {"item": "road.pothole", "text": "改一下"}
    late = worker.post(f"/field/case/{mine.number}/correct", sent)
    assert late.status_code == 409
    assert "改一下" in late.content.decode()
    mine.refresh_from_db()
    assert mine.item == "env.litter"
    assert browser_of(district.cast.outsider).get(f"/field/case/{mine.number}/correct").status_code == 404


def test_a_correction_that_is_not_possible_changes_nothing(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    client.post("/field/report", _sent(district))
    (case,) = _cases()
    answer = client.post(f"/field/case/{case.number}/correct", {"item": "no.such", "address": "别处", "text": "一句话"})
    assert answer.status_code == 422
    assert "一句话" in answer.content.decode()
    case.refresh_from_db()
    assert (case.item, case.address, Comment.objects.count()) == ("env.litter", "", 0)


def test_what_the_plan_asks_at_the_opening_is_asked_on_the_street(
    district: District, browser_of: Browser, asking: str
) -> None:
    client = browser_of(district.cast.worker)
    ahead = client.post("/field/report/ahead", _sent(district, item=asking)).content.decode()
    assert "谁和谁" in ahead
    assert 'name="do"' in ahead
    refused = client.post("/field/report", _sent(district, item=asking, text="吵起来了"))
    assert refused.status_code == 422
    assert "吵起来了" in refused.content.decode()
    assert not _cases()
    client.post("/field/report", _sent(district, item=asking, text="吵起来了", **{"open-parties": "张家和李家"}))
    (case,) = _cases()
    assert case.state["facts"]["parties"] == "张家和李家"
