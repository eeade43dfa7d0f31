"""The queue: what waits, by light; filters as links; few queries; who sees what."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gezhi.cases.models import Case
from gezhi.people.models import Account
from gezhi.web.desk.tests.conftest import District

pytestmark = pytest.mark.django_db


def client(account: Account, language: str = "zh-hans") -> Client:
    browser = Client(headers={"accept-language": language})
    browser.force_login(account)
    return browser


def numbers(words: str) -> list[str]:
    return re.findall(r'data-row="([^"]+)"', words)


def test_the_queue_costs_few_queries_however_much_is_in_it(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        district.open()
    browser = client(district.cast.worker)
    browser.get("/desk/")  # what is asked once a minute: names of desks and areas, that the session is used
    with django_assert_max_num_queries(12):
        answer = browser.get("/desk/")
    assert len(numbers(answer.text)) == 6


def test_what_is_overdue_comes_first_and_says_by_how_much(district: District) -> None:
    old = district.open()
    district.later(days=1)
    fresh = district.open()
    words = client(district.cast.worker).get("/desk/").text
    assert numbers(words) == [old.number, fresh.number]
    assert "超期" in words
    assert "P25" in words
    assert numbers(client(district.cast.worker).get("/desk/?light=red").text) == [old.number]
    assert numbers(client(district.cast.worker).get("/desk/?light=green").text) == [fresh.number]


def test_filters_narrow_by_item_area_channel_and_words(district: District) -> None:
    here = district.open()
    lon, lat = district.cast.point(2)
    there = district.open(lon=lon, lat=lat, channel="hotline", actor=district.cast.head)
    district.act(district.cast.worker, here.number, "report_up", answers={"reason": "没有设备"})
    district.act(district.cast.other_worker, there.number, "report_up", answers={"reason": "没有设备"})
    browser = client(district.cast.head)
    grid = district.cast.grids[1].code
    assert set(numbers(browser.get("/desk/").text)) == {here.number, there.number}
    assert numbers(browser.get(f"/desk/?area={grid}").text) == [there.number]
    assert numbers(browser.get("/desk/?channel=portal").text) == [here.number]
    assert numbers(browser.get("/desk/?item=no.such").text) == []
    assert set(numbers(browser.get("/desk/?item=env").text)) == {here.number, there.number}
    assert set(numbers(browser.get("/desk/?q=积水").text)) == {here.number, there.number}
    assert "没有符合筛选的" in browser.get("/desk/?q=沙尘暴").text


def test_each_sees_only_their_own_reach(district: District) -> None:
    opened = district.open()
    for who, sees in ((district.cast.worker, True), (district.cast.head, True), (district.cast.leader, True),
                      (district.cast.other_head, False), (district.cast.clerk, False)):  # fmt: skip
        assert (opened.number in client(who).get("/desk/cases").text) is sees, who.username
    assert client(district.cast.resident).get("/desk/").status_code == 403
    assert "没有任何岗位" in client(district.cast.outsider).get("/desk/").text


def test_what_has_no_place_waits_in_triage_until_it_is_given_one(district: District) -> None:
    opened = district.open(lon=None, lat=None, address="老桥头")
    browser = client(district.cast.dispatcher)
    assert numbers(browser.get("/desk/triage").text) == [opened.number]
    refused = browser.post(f"/desk/case/{opened.number}/place", {"reason": "打过电话"})
    assert refused.status_code == 422
    assert "打过电话" in refused.text
    grid = district.cast.grids[2].code
    browser.post(f"/desk/case/{opened.number}/place", {"area": grid, "reason": "打过电话"})
    assert district.case(opened.number).desk_key == f"grid_worker@{grid}"
    assert numbers(browser.get("/desk/triage").text) == []


def test_the_search_box_finds_a_number_and_words(district: District) -> None:
    opened = district.open()
    browser = client(district.cast.centre)
    assert browser.get("/desk/cases", {"q": opened.number})["Location"] == f"/desk/case/{opened.number}"
    assert numbers(browser.get("/desk/cases", {"q": "路面积水"}).text) == [opened.number]
    assert numbers(client(district.cast.other_head).get("/desk/cases", {"q": opened.number}).text) == []


@pytest.mark.parametrize("path", ["/desk/", "/desk/cases", "/desk/supervised", "/desk/proposals", "/desk/inbox"])
def test_empty_pages_say_what_will_be_there(district: District, path: str) -> None:
    for language in ("zh-hans", "en"):
        words = client(district.cast.centre, language).get(path).text
        assert 'class="empty"' in words
    assert not Case.objects.unscoped(reason="a test counts").exists()


def test_a_forged_page_address_begins_at_the_first_page(district: District) -> None:
    opened = district.open()
    assert numbers(client(district.cast.worker).get("/desk/?after=nonsense&light=purple").text) == [opened.number]
