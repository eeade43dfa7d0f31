"""Reporting: nothing is lost, nothing is sent twice, and what is odd is said."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import ExifTags, Image

from gezhi.cases.models import Case, CaseFile
from gezhi.enactment import queries as enactment
from gezhi.foundation import files
from gezhi.foundation.models import StoredFile
from gezhi.people.models import Account
from gezhi.web import questions
from gezhi.web.tests.conftest import District

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


def _photo(name: str = "lamp.jpg") -> SimpleUploadedFile:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 90, 90)).save(kept, "JPEG")
    return SimpleUploadedFile(name, kept.getvalue(), "image/jpeg")


def _cases() -> Any:
    return Case.objects.unscoped(reason="a test looks")


def _where(client: Client, **what: Any) -> str:
    """Send page 1 and return the address of page 2."""
    given = {"item": "env.litter", "text": "垃圾堆了三天。", **what}
    answer = client.post("/report", given)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def _contact(client: Client, district: District, **what: Any) -> str:
    lon, lat = district.cast.point(1)
    answer = client.post(_where(client, **what), {"lon": lon, "lat": lat})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_report_becomes_one_case_however_often_it_is_sent(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    page = _contact(client, district)
    for _ in range(2):
        assert client.post(page, {"who": "anonymous"}).status_code == 302
    case = _cases().get()
    assert (case.channel, case.anonymous, case.area) == ("portal", True, district.cast.grids[0])
    receipt = client.get(page.replace("contact", "receipt")).content.decode()
    assert case.number in receipt
    assert case.secret_hash not in receipt


def test_a_photo_that_came_once_is_kept_when_something_else_is_missing(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    refused = client.post("/report", {"text": "灯不亮。", "photos": _photo()})
    assert refused.status_code == 422
    words = refused.content.decode()
    assert "灯不亮。" in words
    token = re.search(r'name="photos.kept" value="([^"]+)"', words)
    assert token
    assert client.get(f"/kept/{token[1]}")["Content-Type"] == "image/jpeg"
    page = _contact(client, district, text="灯不亮。", **{"photos.kept": token[1]})
    client.post(page, {"who": "anonymous"})
    assert CaseFile.objects.get().file == StoredFile.objects.get()


def test_a_photo_that_was_cleared_away_meanwhile_is_asked_for_again_and_all_else_kept(
    district: District, browser_of: Browser
) -> None:
    client = browser_of(None)
    page = _contact(client, district, photos=[_photo("first.jpg"), _photo("second.jpg")])
    files.forget(StoredFile.objects.order_by("pk")[0].pk)
    said = client.post(page, {"who": "anonymous"}, follow=True)
    assert said.redirect_chain == [(page.replace("contact", "what"), 302)]
    words = said.content.decode()
    assert "有照片已经不在了" in words
    assert "垃圾堆了三天。" in words
    assert words.count('name="photos.kept"') == 1
    assert not _cases().exists()
    assert client.post(page, {"who": "anonymous"}).status_code == 302
    assert CaseFile.objects.filter(case=_cases().get()).count() == 1


def placed_photo(district: District, grid: int) -> SimpleUploadedFile:
    """Return a photo that says that it was taken in a grid."""
    lon, lat = district.cast.point(grid)
    exif, kept = Image.Exif(), io.BytesIO()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: _degrees(lat), 3: "E", 4: _degrees(lon)})
    Image.new("RGB", (40, 30), (90, 90, 90)).save(kept, "JPEG", exif=exif)
    return SimpleUploadedFile("placed.jpg", kept.getvalue(), "image/jpeg")


def _degrees(value: float) -> tuple[float, float, float]:
    return float(int(value)), 0.0, (value - int(value)) * 3600


def test_the_place_comes_from_the_photo_is_said_and_can_be_refused(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    where = _where(client, photos=placed_photo(district, 2), photo_place="yes")
    page = client.get(where).content.decode()
    assert "这个地点取自您的照片" in page
    assert district.cast.grids[1].name in page
    lon, lat = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("lon", "lat"))
    assert lon
    assert lat
    answer = client.post(where, {"lon": lon[1], "lat": lat[1]})
    client.post(answer["Location"], {"who": "anonymous"})
    assert _cases().get().area == district.cast.grids[1]


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_refuses_keeps_the_photos_place_to_themselves(district: District, browser_of: Browser, when: str) -> None:
    client = browser_of(None)
    agreed = {} if when == "before" else {"photo_place": "yes"}
    where = _where(client, photos=placed_photo(district, 2), **agreed)
    if when == "after":
        assert "这个地点取自您的照片" in client.get(where).content.decode()
        assert client.post(where, {"not_there": "yes"})["Location"] == where
    assert "这个地点取自您的照片" not in client.get(where).content.decode()
    row = StoredFile.objects.get()
    assert (row.lon, row.lat) == (None, None)
    # with an address alone nothing is placed by the photo behind the reporter's back
    client.post(where, {"address": "清溪路 24 号", "side": "outside", "asked": "yes"})
    client.post(where.replace("/where", "/contact"), {"who": "anonymous"})
    assert _cases().get().area is None


def test_a_photo_sent_ahead_keeps_its_place_only_with_the_residents_word(
    district: District, browser_of: Browser
) -> None:
    client = browser_of(None)
    for place, kept in (("", False), ("yes", True)):
        token = client.post("/kept", {"file": placed_photo(district, 2), "place": place}).json()["token"]
        row = questions.kept_files([token])[0]
        assert (row.lon is not None) is kept


def test_a_forged_photo_is_left_out(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    page = _contact(client, district, **{"photos.kept": "forged:token"})
    client.post(page, {"who": "anonymous"})
    assert not CaseFile.objects.exists()
    assert client.get("/kept/forged").status_code == 404


def test_a_file_of_a_wrong_type_is_named_and_the_rest_is_kept(browser_of: Browser) -> None:
    client = browser_of(None)
    wrong = SimpleUploadedFile("virus.exe", b"MZ" + b"0" * 100, "image/jpeg")
    answer = client.post("/report", {"item": "env.litter", "text": "垃圾。", "photos": [_photo(), wrong]})
    assert answer.status_code == 422
    words = answer.content.decode()
    assert "virus.exe" in words
    assert words.count('name="photos.kept"') == 1


def test_before_it_is_sent_it_says_who_will_get_it_and_by_when(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    words = client.get(_contact(client, district)).content.decode()
    assert "李网格" in words
    assert "今天 16:00 到期" in words
    assert "P25" in words


def test_a_telephone_number_is_needed_unless_anonymous_and_never_shown_again(
    district: District, browser_of: Browser
) -> None:
    client = browser_of(None)
    page = _contact(client, district)
    assert client.post(page, {"who": "contact", "phone": "call me"}).status_code == 422
    client.post(page, {"who": "contact", "name": "何某", "phone": "10000000009"})
    case = _cases().get()
    assert case.contact == "何某 10000000009"
    assert "10000000009" not in client.get(f"/matter/{case.number}").content.decode()


def test_a_complaint_about_an_official_never_reaches_that_official(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    page = _contact(client, district, item="staff.grid", text="态度不好。")
    worker = f"grid_worker@{district.cast.grids[0].code}"
    assert worker in client.get(page).content.decode()
    client.post(page, {"who": "anonymous", "about": worker})
    case = _cases().get()
    assert case.desk_key != worker
    field = browser_of(district.cast.worker)
    assert field.get(f"/field/case/{case.number}").status_code == 404
    assert case.title not in field.get("/field/cases").content.decode()
    assert case.title not in field.get("/field/").content.decode()


def test_an_emergency_says_whom_to_call_first(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    _, scheme = enactment.in_force("shawan", district.now.date())
    fire = next(one for one in scheme.items.values() if one.divert.zh)
    words = client.get(_where(client, item=fire.id)).content.decode()
    assert fire.divert.zh in words
    assert 'href="tel:1' in words


def test_machines_and_floods_are_refused_with_a_word(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    assert client.post("/report", {"item": "env.litter", "text": "x", "website": "http://x"}).status_code == 422
    for _ in range(31):
        last = client.post("/report", {"item": "env.litter", "text": "垃圾。"})
    assert last.status_code == 422
    assert "十分钟" in last.content.decode()
    assert "垃圾。" in last.content.decode()


def test_a_draft_belongs_to_its_browser(district: District, browser_of: Browser) -> None:
    page = _contact(browser_of(None), district)
    assert browser_of(None).get(page)["Location"] == "/report"


def test_a_link_from_a_notice_board_brings_its_grid_along(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    grid = district.cast.grids[2]
    page = client.post(f"/report?area={grid.code}", {"item": "env.litter", "text": "垃圾。"})["Location"]
    assert grid.name in client.get(page).content.decode()
    contact = client.post(page, {})["Location"]
    client.post(contact, {"who": "anonymous"})
    assert _cases().get().area == grid


def test_an_address_alone_asks_which_of_the_places_that_it_names(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    page = _where(client)
    village = district.cast.villages[1]
    asked = client.post(page, {"address": f"{village.name}口"})
    assert asked.status_code == 200
    assert f'value="{village.code}"' in asked.content.decode()
    contact = client.post(page, {"address": f"{village.name}口", "side": "unsure", "asked": "yes"})["Location"]
    assert "先由区中心找到对应的网格" in client.get(contact).content.decode()
    client.post(contact, {"who": "anonymous"})
    assert _cases().get().area is None


def test_emoji_and_right_to_left_text_are_kept(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    text = "垃圾 🗑️ مشكلة"
    client.post(_contact(client, district, text=text), {"who": "anonymous"})
    assert _cases().get().text == text
