"""The field: what waits, what may be done, and that another's work is out of sight."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gezhi.cases.models import ContactLook
from gezhi.people.models import Account
from gezhi.web.tests.conftest import District

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


def test_today_lists_ones_own_work_the_urgent_first(district: District, browser_of: Browser) -> None:
    late = district.open(text="先来的")
    district.later(hours=7)
    fresh = district.open(text="后来的")
    elsewhere = district.open(text="别处的", lon=district.cast.point(3)[0])
    words = browser_of(district.cast.worker).get("/field/").content.decode()
    assert words.index(late.number) < words.index(fresh.number)
    assert elsewhere.number not in words
    assert "超期 1 件" in words


def test_distance_is_shown_when_the_position_is_given(district: District, browser_of: Browser) -> None:
    district.open()
    lon, lat = district.cast.point(1)
    words = browser_of(district.cast.worker).get("/field/", {"lon": f"{lon + 0.001:.6f}", "lat": f"{lat:.6f}"})
    assert "97 米" in words.content.decode()


def test_an_action_asks_what_the_plan_asks_and_keeps_the_words(district: District, browser_of: Browser) -> None:
    number = district.open().number
    client = browser_of(district.cast.worker)
    desk = f"grid_worker@{district.cast.grids[0].code}"
    sent = {"action": "report_up", "desk": desk, "part": "0", "version": "1"}
    assert client.post(f"/field/case/{number}/do", sent).status_code == 422
    done = client.post(f"/field/case/{number}/do", {**sent, "report_up-reason": "要登高车"}, follow=True)
    assert "已完成" in done.content.decode()
    assert district.case(number).step == "station"


def test_two_at_once_one_wins_and_the_other_sees_what_happened(district: District, browser_of: Browser) -> None:
    number = district.open().number
    desk = f"grid_worker@{district.cast.grids[0].code}"
    district.act(district.cast.worker, number, "pause", answers={"reason": "等雨停"})
    district.act(district.cast.worker, number, "resume")
    client = browser_of(district.cast.worker)
    sent = {"action": "report_up", "desk": desk, "part": "0", "version": "1", "report_up-reason": "要登高车"}
    answer = client.post(f"/field/case/{number}/do", sent)
    assert answer.status_code == 409
    assert "要登高车" in answer.content.decode()
    assert district.case(number).step == "scene"


def test_an_action_in_a_desk_that_one_does_not_hold_changes_nothing(district: District, browser_of: Browser) -> None:
    number = district.open().number
    sent = {"action": "settle", "desk": f"grid_worker@{district.cast.grids[0].code}", "settle-result": "好了"}
    assert browser_of(district.cast.other_worker).post(f"/field/case/{number}/do", sent).status_code == 404
    answer = browser_of(district.cast.head).post(f"/field/case/{number}/do", sent)
    assert answer.status_code == 409
    assert district.case(number).step == "scene"


def test_the_contact_is_shown_on_asking_only_and_each_look_is_noted(district: District, browser_of: Browser) -> None:
    number = district.open(contact="何某 10000000009").number
    client = browser_of(district.cast.worker)
    assert "10000000009" not in client.get(f"/field/case/{number}").content.decode()
    assert "10000000009" in client.post(f"/field/case/{number}/contact").content.decode()
    assert ContactLook.objects.get().account == district.cast.worker


def test_residents_and_strangers_have_no_field(district: District, browser_of: Browser) -> None:
    assert browser_of(None).get("/field/")["Location"].startswith("/login")
    assert browser_of(district.cast.resident).get("/field/").status_code == 403


def test_the_search_finds_by_number_and_by_words(district: District, browser_of: Browser) -> None:
    number = district.open(text="文昌街五号井盖被压碎").number
    client = browser_of(district.cast.worker)
    for words in (number, "井盖"):
        assert number in client.get("/field/cases", {"q": words}).content.decode()
    assert number not in client.get("/field/cases", {"q": "路灯"}).content.decode()


def test_lists_and_cases_cost_the_same_however_much_there_is(
    district: District, browser_of: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    numbers = [district.open(text=f"第 {n} 件").number for n in range(12)]
    client = browser_of(district.cast.worker)
    for path, most in (("/field/", 12), ("/field/cases", 10), (f"/field/case/{numbers[0]}", 16)):
        client.get(path)
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_refusing_is_never_the_main_button(district: District, browser_of: Browser) -> None:
    opened = district.open(item="agency.medical", text="报销住院费")
    clerk = next(one for one in (district.cast.worker, district.cast.head) if _holds(district, opened.number, one))
    words = browser_of(clerk).get(f"/field/case/{opened.number}").content.decode()
    primary = re.findall(r'<summary class="btn btn--wide btn--primary">.*?</svg>([^<]+)', words)
    assert primary == ["即收即办"]
    assert words.index("即收即办") < words.index("不予办理并说明原因")


def _holds(district: District, number: str, account: Account) -> bool:
    return district.case(number).desk_key.startswith(str(account.appointments.get().post))


def test_what_is_sent_after_the_session_ended_leads_back_to_the_page(district: District, browser_of: Browser) -> None:
    number = district.open().number
    page = f"/field/case/{number}"
    stranger = browser_of(None)
    answer = stranger.post(
        f"{page}/do", {"action": "settle"}, headers={"referer": f"http://testserver{page}?from=list"}
    )
    assert answer["Location"] == f"/login?next={page}%3Ffrom%3Dlist"
    assert "没有提交" in stranger.get(answer["Location"]).content.decode()
    elsewhere = stranger.post(f"{page}/do", {}, headers={"referer": "https://evil.example/x"})
    assert elsewhere["Location"] == "/login?next="


def test_text_that_is_too_long_for_any_form_is_refused_in_words(browser_of: Browser) -> None:
    client = browser_of(None)
    client.raise_request_exception = False
    answer = client.post("/track", {"number": "9" * 3_000_000})
    assert answer.status_code in (400, 413)
    assert "没有收下" in answer.content.decode()
