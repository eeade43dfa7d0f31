"""Following and signing: with number and code only, and only what the plan lets the reporter do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from gezhi.foundation.models import StoredFile
from gezhi.people.models import Account
from gezhi.web import pace
from gezhi.web.tests.conftest import District
from gezhi.web.tests.test_portal_report import placed_photo

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


def _opened(district: District, client: Client, **given: Any) -> str:
    opened = district.open(**({"anonymous": True} | given))
    assert client.post("/track", {"number": opened.number, "secret": opened.secret}).status_code == 302
    return str(opened.number)


def _to_sign(district: District, number: str) -> None:
    district.act(district.cast.worker, number, "settle", answers={"result": "已清运"})
    district.act(district.cast.head, number, "confirm")


def test_number_and_code_open_it_and_nothing_else_does(district: District, browser_of: Browser) -> None:
    opened = district.open(anonymous=True)
    client = browser_of(None)
    assert client.get(f"/matter/{opened.number}")["Location"] == "/track"
    for number, secret in ((opened.number, "WRONG000"), ("260603-0000", opened.secret), ("nonsense", "x")):
        assert client.post("/track", {"number": number, "secret": secret}).status_code == 422
    spaced = f"{opened.secret[:4]} {opened.secret[4:]}".lower()
    assert client.post("/track", {"number": opened.number, "secret": spaced})["Location"] == f"/matter/{opened.number}"
    assert "正在办理" in client.get(f"/matter/{opened.number}").content.decode()


def test_the_slips_link_opens_it_and_leaves_no_code_in_the_address(district: District, browser_of: Browser) -> None:
    opened = district.open(anonymous=True)
    client = browser_of(None)
    assert client.get(f"/t/{opened.number}/{opened.secret}")["Location"] == f"/matter/{opened.number}"
    assert client.get(f"/t/{opened.number}/AAAAAAAA")["Location"] == "/track"
    slip = client.get(f"/matter/{opened.number}/slip").content.decode()
    assert f"{opened.secret[:4]} {opened.secret[4:]}" in slip
    assert browser_of(None).get(f"/matter/{opened.number}/slip")["Location"] == "/track"


def test_signing_asks_for_a_rating_and_closes(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    number = _opened(district, client)
    _to_sign(district, number)
    assert client.post(f"/matter/{number}/do/accept", {}).status_code == 422
    assert client.post(f"/matter/{number}/do/accept", {"rating": "satisfied"}).status_code == 302
    assert district.case(number).outcome
    assert "已办结" in client.get(f"/matter/{number}").content.decode()


def test_dissatisfied_goes_back_to_the_doer_with_the_words_and_no_name(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    number = _opened(district, client, anonymous=False, contact="何某 10000000009")
    _to_sign(district, number)
    refused = client.post(f"/matter/{number}/do/dissatisfied", {"reason": ""})
    assert refused.status_code == 422
    client.post(f"/matter/{number}/do/dissatisfied", {"reason": "晚上又堆满了。"})
    assert district.case(number).step == "scene"
    page = browser_of(district.cast.worker).get(f"/field/case/{number}").content.decode()
    assert "晚上又堆满了。" in page
    assert "何某" not in page


def test_what_is_not_the_reporters_to_do_is_refused(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    number = _opened(district, client)
    answer = client.post(f"/matter/{number}/do/settle", {"result": "我自己办了"}, follow=True)
    assert "什么都没有改动" in answer.content.decode()
    assert district.case(number).step == "scene"
    assert browser_of(None).post(f"/matter/{number}/do/accept", {"rating": "satisfied"})["Location"] == "/track"


def test_a_stale_page_loses_to_what_happened_meanwhile(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    number = _opened(district, client)
    _to_sign(district, number)
    answer = client.post(f"/matter/{number}/do/accept", {"rating": "satisfied", "version": "1"})
    assert answer.status_code == 409
    assert district.case(number).closed_at is None


def test_missing_papers_are_said_and_can_be_brought(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    number = _opened(district, client, item="agency.medical", text="报销住院费")
    clerk = next(
        one
        for one in (district.cast.worker, district.cast.head, district.cast.centre, district.cast.dispatcher)
        if district.case(number).desk_key.startswith(_post(one))
    )
    district.act(clerk, number, "supplement", answers={"missing": "出院记录"})
    words = client.get(f"/matter/{number}").content.decode()
    assert "等您补材料" in words
    assert words.index("出院记录") < words.index("<dl")
    assert client.post(f"/matter/{number}/add", {"text": "出院记录已拍照"}).status_code == 302
    assert "已补充，等承办人查看" in client.get(f"/matter/{number}").content.decode()
    assert "出院记录已拍照" in browser_of(clerk).get(f"/field/case/{number}").content.decode()


def _post(account: Account) -> str:
    held = account.appointments.get()
    return str(held.post)


def test_internal_words_stay_inside(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    number = _opened(district, client)
    worker = browser_of(district.cast.worker)
    assert worker.post(f"/field/case/{number}/note", {"note": "店主不讲理"}).status_code == 302
    assert "店主不讲理" in worker.get(f"/field/case/{number}").content.decode()
    words = client.get(f"/matter/{number}").content.decode()
    assert "店主不讲理" not in words
    assert "李网格" not in words


def test_a_resident_with_an_account_needs_no_code(district: District, browser_of: Browser) -> None:
    mine = district.open(actor=district.cast.resident, reporter=district.cast.resident)
    assert browser_of(district.cast.resident).get(f"/matter/{mine.number}").status_code == 200
    assert browser_of(district.cast.other_resident).get(f"/matter/{mine.number}")["Location"] == "/track"


def test_residents_who_sign_in_find_their_own_matters_and_no_others(district: District, browser_of: Browser) -> None:
    mine = district.open(actor=district.cast.resident, reporter=district.cast.resident)
    others = district.open(actor=district.cast.other_resident, reporter=district.cast.other_resident)
    words = browser_of(district.cast.resident).get("/").content.decode()
    assert mine.number in words
    assert others.number not in words
    assert mine.number not in browser_of(None).get("/").content.decode()


def test_the_headline_says_whose_turn_it_is(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    number = _opened(district, client, item="agency.medical", text="报销住院费")
    words = client.get(f"/matter/{number}").content.decode()
    # that it may be withdrawn makes nothing ready to sign, and its form is not the open one
    assert "撤回申请" in words
    assert "正在办理" in words
    assert "办好了吗" not in words
    assert 'class="sign"' not in words
    other = _opened(district, client)
    _to_sign(district, other)
    words = client.get(f"/matter/{other}").content.decode()
    assert "办好了吗" in words
    assert words.count('class="sign"') == 1


def test_a_clock_is_called_by_what_it_measures(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    agency = client.get(f"/matter/{_opened(district, client, item='agency.medical')}").content.decode()
    assert "<dt>这一步</dt>" in agency
    assert "<dt>整件</dt>" not in agency
    matter = client.get(f"/matter/{_opened(district, client)}").content.decode()
    assert matter.index("<dt>这一步</dt>") < matter.index("<dt>整件</dt>")


def test_guessing_codes_is_braked_whichever_process_answers(district: District, browser_of: Browser) -> None:
    opened = district.open(anonymous=True)
    right = {"number": opened.number, "secret": opened.secret}
    for _try in range(pace.MOST_IN_WINDOW):
        cache.clear()  # another process has a memory of its own
        assert browser_of(None).post("/track", {**right, "secret": "WRONG000"}).status_code == 422
    refused = browser_of(None).post("/track", right)
    assert refused.status_code == 422
    assert "十分钟" in refused.content.decode()
    assert browser_of(None).post("/track", right, REMOTE_ADDR="203.0.113.9").status_code == 302
    district.later(minutes=11)
    assert browser_of(None).post("/track", right).status_code == 302


def test_a_photo_added_later_says_nothing_of_where_it_was_taken(district: District, browser_of: Browser) -> None:
    client = browser_of(None)
    number = _opened(district, client)
    sent = {"text": "补一张", "photos": placed_photo(district, 2)}
    assert client.post(f"/matter/{number}/add", sent).status_code == 302
    row = StoredFile.objects.get()
    assert (row.lon, row.lat) == (None, None)
