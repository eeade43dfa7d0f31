"""Reporting what somebody has reported already: it is shown without words or names, and can be followed instead."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.cases.models import Case, Follow
from gezhi.people.models import Account
from gezhi.web.tests.conftest import District
from gezhi.web.tests.test_portal_report import _photo

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


def _after_where(client: Client, district: District, **what: Any) -> str:
    where = client.post("/report", {"item": "env.litter", "text": "垃圾没人收。", **what})["Location"]
    lon, lat = district.cast.point(1)
    return str(client.post(where, {"lon": lon, "lat": lat})["Location"])


def test_what_is_alike_nearby_is_shown_by_its_facts_and_can_be_followed(
    district: District, browser_of: Browser
) -> None:
    number = district.open(text="张三家门口堆了垃圾", contact="何某 10000000009").number
    client = browser_of(None)
    page = _after_where(client, district)
    assert page.endswith("/similar")
    words = client.get(page).content.decode()
    assert "暴露垃圾" in words
    assert "张三" not in words
    assert "10000000009" not in words
    for _ in range(2):
        assert client.post(page, {"number": number})["Location"] == f"/followed/{number}"
    assert (Case.objects.unscoped(reason="a test counts").count(), Follow.objects.count()) == (1, 1)
    seen = client.get(f"/followed/{number}").content.decode()
    assert "张三" not in seen
    code = re.findall(r'class="code nb">([^<]+)<', seen)[1]

    other = browser_of(None)
    assert other.get(f"/followed/{number}")["Location"] == "/track"
    assert other.get(f"/matter/{number}")["Location"] == "/track"
    assert other.post("/track", {"number": number, "secret": code})["Location"] == f"/followed/{number}"
    assert client.post(f"/followed/{number}/stop")["Location"] == "/"
    assert other.get(f"/followed/{number}")["Location"] == "/track"


def test_whose_matter_is_another_goes_on_and_is_not_asked_again(district: District, browser_of: Browser) -> None:
    district.open()
    client = browser_of(None)
    page = _after_where(client, district)
    contact = client.post(page)["Location"]
    assert contact.endswith("/contact")
    lon, lat = district.cast.point(1)
    assert client.post(page.replace("similar", "where"), {"lon": lon, "lat": lat})["Location"] == contact
    client.post(contact, {"who": "anonymous"})
    assert Case.objects.unscoped(reason="a test counts").count() == 2


def test_a_number_that_was_not_shown_can_not_be_followed(district: District, browser_of: Browser) -> None:
    lon, lat = district.cast.point(2)
    far = district.open(item="road.lamp", lon=lon, lat=lat).number
    client = browser_of(None)
    page = _after_where(client, district).replace("contact", "similar")
    assert client.post(page, {"number": far})["Location"].endswith("/similar")
    assert not Follow.objects.exists()


def test_a_resident_who_is_signed_in_follows_by_the_account(district: District, browser_of: Browser) -> None:
    number = district.open(anonymous=True).number
    client = browser_of(district.cast.resident)
    client.post(_after_where(client, district), {"number": number})
    assert browser_of(district.cast.resident).get(f"/followed/{number}").status_code == 200
    assert browser_of(district.cast.other_resident).get(f"/followed/{number}").status_code == 302


@pytest.mark.parametrize("item", ["staff.grid", "dispute.debt", "agency.elder"])
def test_what_is_nobody_elses_business_asks_nothing_and_can_not_be_followed(
    district: District, browser_of: Browser, item: str
) -> None:
    number = district.open(item=item).number
    client = browser_of(None)
    page = _after_where(client, district, item=item)
    assert page.endswith("/contact")
    assert client.post(page.replace("contact", "similar"), {"number": number})["Location"].endswith("/similar")
    assert not Follow.objects.exists()


def test_a_place_outside_is_said_at_once_with_and_without_scripts(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    where = client.post("/report", {"item": "env.litter", "text": "垃圾。"})["Location"]
    outside = {"lon": "100.0", "lat": "20.0"}
    assert "不在沙湾区内" in client.post(where.replace("where", "look"), outside).content.decode()
    assert "不在沙湾区内" in client.post(where, outside).content.decode()
    assert client.post(where, {**outside, "side": "outside", "asked": "yes"})["Location"].endswith("/contact")
    lon, lat = district.cast.point(2)
    words = client.post(where.replace("where", "look"), {"lon": lon, "lat": lat}).content.decode()
    assert "第2网格" in words
    assert "周网格" in words


def test_twelve_thousand_characters_fit_and_one_more_is_said_and_kept(browser_of: Browser) -> None:
    client = browser_of(None)
    long = "路" * 12_000
    assert client.post("/report", {"item": "env.litter", "text": long}).status_code == 302
    refused = client.post("/report", {"item": "env.litter", "text": long + "面"})
    assert refused.status_code == 422
    assert "多了 1 个字" in refused.content.decode()
    assert long + "面" in refused.content.decode()


def test_without_scripts_an_item_is_suggested_from_what_was_written(browser_of: Browser) -> None:
    words = browser_of(None).post("/report", {"text": "我家门口的路灯坏了"}).content.decode()
    assert "看起来是" in words
    assert words.index("路灯不亮") < words.index('id="items"')


def test_a_photo_is_kept_ahead_of_its_form_and_a_wrong_one_says_why(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    kept = client.post("/kept", {"file": _photo()}).json()
    assert client.get(f"/kept/{kept['token']}").status_code == 200
    wrong = SimpleUploadedFile("virus.exe", b"MZ" + b"0" * 100, "image/jpeg")
    refused = client.post("/kept", {"file": wrong})
    assert (refused.status_code, "virus.exe" in refused.json()["why"]) == (422, True)
    assert client.post("/kept").status_code == 400
    page = _after_where(client, district, **{"photos.kept": kept["token"]})
    assert page.endswith("/contact")
