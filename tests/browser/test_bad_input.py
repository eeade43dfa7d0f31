"""What goes wrong with people, telephones and networks: nothing entered is lost, and the page says what to do.

Sending twice, forty photos and a telephone without a position have their journeys beside the report's own.
"""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from gezhi.cases.models import Case
from gezhi.cases.tests.conftest import SHANGHAI, District
from gezhi.foundation import clock
from gezhi.people import operations as people
from gezhi.people.models import Appointment
from gezhi.people.tests.cast import Cast
from tests.browser import faults
from tests.browser.steps import PASSWORD, Visit, check_accessible, check_fits, choose_item, enact, press, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 6, 3, 10, 0, tzinfo=SHANGHAI)
WORDS = "排水口在井下，站里没有设备，要请专业队伍。"
RIGHT_TO_LEFT = "المياه أمام الباب منذ ثلاثة أسابيع"


@pytest.fixture
def district(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> District:
    enact()
    lived_in = District(cast, now=NOW)
    monkeypatch.setattr(clock, "now", lambda: lived_in.now)
    return lived_in


def _open_action(page: Page, title: str) -> None:
    page.get_by_role("navigation", name="怎么办").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("form", name=title, exact=True)).to_be_visible()


def _begin(visit: Visit, text: str, **how: object) -> Page:
    page = visit("/report", phone=True, **how)
    page.fill("main [name=text]", text)
    choose_item(page, "暴露垃圾")
    return page


def test_of_two_tabs_the_second_is_told_what_happened_and_keeps_its_words(district: District, visit: Visit) -> None:
    number = district.open().number
    first = sign_in(visit, district.cast.worker, f"/desk/case/{number}")
    second = first.context.new_page()
    second.goto(f"/desk/case/{number}")
    for page, words in ((first, "先报了"), (second, WORDS)):
        _open_action(page, "上报")
        page.get_by_role("form", name="上报", exact=True).locator("textarea").fill(words)
    for page in (first, second):
        with page.expect_navigation():
            page.get_by_role("form", name="上报", exact=True).get_by_role("button", name=re.compile("^上报")).click()
    expect(second.locator("main")).to_contain_text(WORDS)
    assert district.case(number).step == "station"


def test_after_the_session_has_ended_what_was_typed_comes_back(district: District, visit: Visit) -> None:
    number = district.open().number
    page = sign_in(visit, district.cast.worker, f"/desk/case/{number}")
    _open_action(page, "上报")
    form = page.get_by_role("form", name="上报", exact=True)
    form.locator("textarea").press_sequentially(WORDS[:12])
    page.context.clear_cookies(name="sessionid")
    form.get_by_role("button", name=re.compile("^上报")).click()
    page.wait_for_url(re.compile("/login"))
    page.fill("[name=login]", district.cast.worker.username)
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(re.compile(number))
    assert WORDS[:12] in page.eval_on_selector_all("textarea", "all => all.map((one) => one.value)")
    assert district.case(number).step == "scene"


def test_what_came_back_after_the_session_can_be_thrown_away_by_keys_and_that_taken_back(
    district: District, visit: Visit
) -> None:
    number = district.open().number
    page = sign_in(visit, district.cast.worker, f"/desk/case/{number}")
    _open_action(page, "上报")
    form = page.get_by_role("form", name="上报", exact=True)
    form.locator("textarea").fill(WORDS)
    district.now += timedelta(hours=9)
    form.get_by_role("button", name=re.compile("^上报")).click()
    page.wait_for_url(re.compile("/login"))
    page.fill("[name=login]", district.cast.worker.username)
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(re.compile(number))
    words = page.get_by_role("form", name="上报", exact=True).locator("textarea")
    expect(words).to_have_value(WORDS)
    check_accessible(page)
    check_fits(page)
    page.locator("#held").get_by_role("button", name="丢弃").press("Enter")
    expect(page.get_by_text("已丢弃")).to_be_visible()
    # neither the server nor the draft of this tab gives it back
    expect(words).to_have_value("")
    page.get_by_role("button", name="撤销").press("Enter")
    expect(page.locator("#held")).to_be_visible()
    expect(words).to_have_value(WORDS)
    assert district.case(number).step == "scene"


def test_without_a_network_nothing_is_sent_and_nothing_is_lost(district: District, visit: Visit) -> None:
    page = _begin(visit, WORDS, quiet=True)
    page.context.set_offline(True)
    expect(page.get_by_text("没有网络。您写的内容还在这里")).to_be_visible()
    page.get_by_role("button", name="下一步：在哪里").click()
    expect(page.locator("main [name=text]")).to_have_value(WORDS)
    page.context.set_offline(False)
    expect(page.get_by_text("没有网络。您写的内容还在这里")).to_be_hidden()
    press(page, "下一步：在哪里")
    expect(page).to_have_url(re.compile("/where"))


def test_twelve_thousand_characters_are_kept_whole(district: District, visit: Visit) -> None:
    text = "水" * 12_000
    page = _begin(visit, text)
    press(page, "下一步：在哪里")
    check_fits(page)
    page.get_by_role("link", name="修改").click()
    expect(page.locator("main [name=text]")).to_have_value(text)
    check_fits(page)


def test_a_name_of_sixty_characters_is_taken_whole(district: District, visit: Visit) -> None:
    name = "欧阳" + "拉" * 58
    page = _begin(visit, "路灯不亮。", at=district.cast.point(1))
    press(page, "下一步：在哪里")
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.locator("#loc")).to_contain_text("误差约")
    press(page, "下一步：怎么联系您")
    page.get_by_label("留个电话").check()
    page.fill("[name=name]", name)
    page.fill("[name=phone]", "10000000009")
    check_fits(page)
    press(page, "提交")
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    check_fits(page)


def test_words_from_right_to_left_stay_apart_from_the_page(district: District, visit: Visit) -> None:
    opened = district.open(text=f"{RIGHT_TO_LEFT} 24 (3)")
    resident = visit(f"/t/{opened.number}/{opened.secret}", phone=True)
    worker = sign_in(visit, district.cast.worker, "/field/")
    for page, path in (
        (resident, f"/matter/{opened.number}"),
        (worker, "/field/"),
        (worker, "/desk/"),
        (worker, f"/desk/case/{opened.number}"),
    ):
        page.goto(path)
        expect(page.locator("main")).to_contain_text(RIGHT_TO_LEFT[:12])
        assert faults.frame(page) == []


def test_a_map_that_does_not_load_leaves_the_other_ways(district: District, visit: Visit) -> None:
    page = _begin(visit, "井盖松了。", quiet=True)
    page.route(re.compile("maplibre"), lambda route: route.abort())
    press(page, "下一步：在哪里")
    expect(page.locator("[data-map]")).to_have_count(0)
    page.fill("[name=address]", f"{district.cast.villages[0].name}三组路口")
    press(page, "下一步：怎么联系您")
    expect(page.get_by_role("alert").or_(page.get_by_role("group")).first).to_be_visible()
    check_fits(page)


def test_a_clerk_whose_post_ended_a_minute_ago_is_told_so(district: District, visit: Visit) -> None:
    number = district.open().number
    page = sign_in(visit, district.cast.worker, f"/desk/case/{number}", quiet=True)
    _open_action(page, "上报")
    form = page.get_by_role("form", name="上报", exact=True)
    form.locator("textarea").press_sequentially(WORDS[:12])
    held = Appointment.objects.get(account=district.cast.worker)
    people.end_appointment(actor=None, appointment=held, until=district.now, now=district.now)
    district.later(minutes=1)
    with page.expect_navigation():
        form.get_by_role("button", name=re.compile("^上报")).click()
    assert district.case(number).step == "scene"
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile("没有岗位|任职.*结束|岗位.*结束"))
    expect(page.locator("main")).to_contain_text(WORDS[:12])
    assert Case.objects.unscoped(reason="a test counts").count() == 1
