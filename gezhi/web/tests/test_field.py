"""The field: what waits, what may be done, and that another's work is out of sight."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gezhi.cases.models import ContactLook
from gezhi.cases.operations import sweep
from gezhi.foundation import outbox
from gezhi.people import operations as people
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


def test_distance_is_left_to_the_phone(district: District, browser_of: Browser) -> None:
    district.open()
    lon, lat = district.cast.point(1)
    words = browser_of(district.cast.worker).get("/field/").content.decode()
    assert f'data-at="{lon:.5f},{lat:.5f}"' in words
    # no form asks for the worker's own position
    assert 'name="lon"' not in words


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


def test_a_note_that_is_too_long_is_given_back_whole(district: District, browser_of: Browser) -> None:
    number = district.open().number
    answer = browser_of(district.cast.worker).post(f"/field/case/{number}/note", {"note": "长" * 4_001})
    assert answer.status_code == 422
    assert "长" * 4_001 in answer.content.decode()


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
    for path, most in (
        ("/field/", 20),
        ("/field/waiting", 9),
        ("/field/cases", 12),
        ("/field/cases?show=passed", 12),
        ("/field/cases?show=closed", 12),
        ("/field/cases?show=all", 12),
        ("/field/duties", 20),
        ("/field/duties/away", 40),
        ("/field/me", 14),
        ("/field/me/diary", 12),
        (f"/field/case/{numbers[0]}", 17),
        (f"/field/sent/{numbers[0]}", 16),
        ("/field/report", 20),
    ):
        client.get(path)
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_refusing_is_never_the_main_button(district: District, browser_of: Browser) -> None:
    opened = district.open(item="agency.medical", text="报销住院费")
    clerk = next(one for one in (district.cast.worker, district.cast.head) if _holds(district, opened.number, one))
    words = browser_of(clerk).get(f"/field/case/{opened.number}").content.decode()
    primary = re.findall(r'class="btn btn--wide btn--primary"[^>]*><svg.*?</svg>([^<]+)', words)
    assert primary == ["即收即办"]
    # what ends it without the work stands behind, folded away
    assert words.index("其他办法") < words.index("不予办理并说明原因")


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


def test_what_came_back_stands_first_with_its_reason(district: District, browser_of: Browser) -> None:
    district.open(text="还在手上的")
    again = district.open(text="被退回的").number
    district.act(district.cast.worker, again, "settle", answers={"result": "清走了"})
    district.act(district.cast.head, again, "redo", answers={"reason": "照片看不清"})
    check = district.open(text="要核查的").number
    district.act(district.cast.worker, check, "report_up", answers={"reason": "要登高车"})
    district.act(district.cast.head, check, "settle", answers={"result": "修好了"})
    words = browser_of(district.cast.worker).get("/field/").content.decode()
    found = [words.index(one) for one in ("退回您的", "照片看不清", ">在办 ", "还在手上的", "等您核查", "要核查的")]
    assert found == sorted(found)
    assert f"/field/case/{check}?do=confirm" in words


def test_a_worker_whose_post_has_just_ended_is_told_what_to_do(district: District, browser_of: Browser) -> None:
    number = district.open().number
    worker = district.cast.worker
    people.end_appointment(actor=None, appointment=worker.appointments.get(), until=district.now, now=district.now)
    district.later(minutes=1)
    client = browser_of(worker)
    assert "您的岗位已到期：第1网格 网格员" in client.get("/field/").content.decode()
    sent = {"action": "settle", "desk": f"grid_worker@{district.cast.grids[0].code}", "settle-result": "已经清走了"}
    answer = client.post(f"/field/case/{number}/do", sent)
    assert answer.status_code == 404
    assert "您的岗位已到期" in answer.content.decode()
    assert "已经清走了" in answer.content.decode()
    assert district.case(number).step == "scene"


def test_a_form_that_is_gone_gives_back_what_was_typed(district: District, browser_of: Browser) -> None:
    number = district.open().number
    seen = district.now.isoformat()
    district.act(district.cast.worker, number, "report_up", answers={"reason": "要登高车"})
    sent = {
        "action": "settle", "desk": f"grid_worker@{district.cast.grids[0].code}", "part": "0", "version": "1",
        "settle-result": "第二个窗口写的", "seen": seen,
    }  # fmt: skip
    answer = browser_of(district.cast.worker).post(f"/field/case/{number}/do", sent)
    words = answer.content.decode()
    assert answer.status_code == 409
    assert "第二个窗口写的" in words
    assert "这期间" in words
    assert "要登高车" in words


def test_after_acting_the_next_case_is_offered(district: District, browser_of: Browser) -> None:
    first, second = district.open(text="第一件").number, district.open(text="第二件").number
    sent = {
        "action": "settle", "desk": f"grid_worker@{district.cast.grids[0].code}", "part": "0", "version": "1",
        "settle-result": "好了",
    }  # fmt: skip
    words = browser_of(district.cast.worker).post(f"/field/case/{first}/do", sent, follow=True).content.decode()
    assert "下一件" in words
    assert second in words


def test_the_lists_say_what_became_of_it(district: District, browser_of: Browser) -> None:
    passed, kept = district.open(text="报上去的").number, district.open(text="手上的").number
    foreign = district.open(text="别人网格的", lon=district.cast.point(2)[0]).number
    district.act(district.cast.worker, passed, "report_up", answers={"reason": "要登高车"})
    client = browser_of(district.cast.worker)
    words = client.get("/field/cases", {"show": "passed"}).content.decode()
    assert passed in words
    assert "东风村 站长" in words
    assert kept not in words
    assert passed not in client.get("/field/cases").content.decode()
    district.act(district.cast.head, passed, "settle", answers={"result": "好了"})
    district.act(district.cast.worker, passed, "confirm")
    district.later(days=8)
    sweep(now=district.now)
    client = browser_of(district.cast.worker)
    assert passed in client.get("/field/cases", {"show": "closed"}).content.decode()
    assert foreign not in client.get("/field/cases", {"show": "all"}).content.decode()
    assert client.get("/field/cases", {"show": "all", "after": "made-up"}).status_code == 200


def test_lists_go_on_by_key(district: District, browser_of: Browser) -> None:
    numbers = [district.open(text=f"第 {n} 件").number for n in range(31)]
    client = browser_of(district.cast.worker)
    first = client.get("/field/cases", {"show": "all"}).content.decode()
    after = re.search(r'href="\?show=all&amp;after=([^"]+)"', first)
    assert after
    assert numbers[0] not in first
    assert numbers[0] in client.get(f"/field/cases?show=all&after={after[1]}").content.decode()


def test_the_diary_writes_itself_and_is_ones_own(district: District, browser_of: Browser) -> None:
    number = district.open(text="路口的垃圾").number
    district.act(district.cast.worker, number, "settle", answers={"result": "清走了"})
    client = browser_of(district.cast.worker)
    for path in ("/field/me", "/field/me/diary"):
        words = client.get(path).content.decode()
        assert "路口的垃圾" in words
        assert "10:01" in words
    assert "路口的垃圾" not in browser_of(district.cast.head).get("/field/me").content.decode()
    assert "路口的垃圾" not in client.get("/field/me/diary", {"from": "2026-05-25"}).content.decode()


def test_the_dock_counts_without_using_the_session(district: District, browser_of: Browser) -> None:
    district.open()
    client = browser_of(district.cast.worker)
    assert client.get("/field/waiting").json() == {"waiting": 1, "late": 0, "unread": 0}
    district.later(hours=7)
    assert browser_of(district.cast.worker).get("/field/waiting").json()["late"] == 1
    assert browser_of(district.cast.resident).get("/field/waiting").status_code == 401


def test_new_notices_say_what_and_where_beside_the_number(district: District, browser_of: Browser) -> None:
    number = district.open().number
    while outbox.relay(district.now):
        pass
    page = browser_of(district.cast.worker).get("/field/").content.decode()
    news = page.partition('id="news"')[2]
    assert number in news
    assert f"暴露垃圾 · {district.cast.grids[0].name}" in news
