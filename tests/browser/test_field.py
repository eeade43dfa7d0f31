"""On the street: a report in at most six taps, settling, checking, reporting up, a stale tab, a dead spot."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from gezhi.cases import operations as cases
from gezhi.cases.models import Case, CaseFile
from gezhi.cases.operations import Report
from gezhi.foundation import clock
from gezhi.people.tests.cast import Cast
from tests.browser.steps import Visit, check_accessible, check_fits, do, enact, picture, press, sign_in

ITEM = "暴露垃圾"
MOST_TAPS = 6
pytestmark = pytest.mark.django_db(transaction=True)


class Thumb:
    """Counts the taps of somebody with a phone in one hand; the camera's own two (shutter, use it) count, too."""

    CAMERA = 2

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, selector: str, **what: object) -> None:
        """Tap what is big enough for a glove."""
        target = self.page.locator(selector, **what).first  # type: ignore[arg-type]
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 48, f"{selector} is too small for a glove: {box}"
        target.click()
        self.taps += 1

    def shoot(self, selector: str, input_id: str) -> None:
        """Tap the camera tile; the camera's taps follow, then the photo is there."""
        with self.page.expect_file_chooser() as chooser:
            self.tap(selector)
        assert chooser.value.element.get_attribute("id") == input_id
        with self.page.expect_response("**/field/report/photo"):
            chooser.value.set_files(picture())
        self.taps += self.CAMERA


def _look(page: Page) -> None:
    check_accessible(page)
    check_fits(page)


def _case() -> Case:
    return Case.objects.unscoped(reason="a test looks").get()


def _open(cast: Cast, text: str = "路口的垃圾堆了三天没人收。") -> str:
    lon, lat = cast.point(1)
    report = Report(
        client_key=f"key-of-a-journey-{text}", item="env.litter", channel="portal", text=text, lon=lon, lat=lat
    )
    return cases.open_case(actor=None, report=report, now=clock.now()).number


def test_a_report_with_photo_and_place_takes_at_most_six_taps(cast: Cast, visit: Visit) -> None:
    enact()
    page = sign_in(visit, cast.worker, "/field/", phone=True, at=cast.point(1))
    _look(page)
    thumb = Thumb(page)
    thumb.tap(".tabbar a", has_text="上报")
    expect(page.locator("#says-where")).to_contain_text("第1网格")
    expect(page.locator("#says-where")).to_contain_text("误差约 8 米")
    _look(page)
    thumb.shoot(".photo--shoot", "shoot")
    thumb.tap(".opt-chip", has_text=ITEM)
    expect(page.get_by_role("radio", name=re.compile("我来办"))).to_be_checked()
    _look(page)
    thumb.tap("[data-send]")
    page.wait_for_url("**/field/sent/**")
    _look(page)
    case = _case()
    assert thumb.taps <= MOST_TAPS
    assert (case.channel, case.received_by) == ("field", f"grid_worker@{cast.grids[0].code}")
    assert CaseFile.objects.filter(case=case).count() == 1
    expect(page.locator(".code")).to_have_text(case.number)
    # back leads to today, not to a form that could be sent again
    page.go_back()
    expect(page.locator("h2", has_text="在办")).to_be_visible()


def test_settled_on_the_spot_then_checked_side_by_side(cast: Cast, visit: Visit) -> None:
    enact()
    page = sign_in(visit, cast.worker, "/field/report", phone=True, at=cast.point(1))
    Thumb(page).shoot(".photo--shoot", "shoot")
    page.locator(".opt-chip", has_text=ITEM).click()
    page.get_by_role("radio", name=re.compile("当场办好了")).check()
    page.fill("[name='settle-result']", "已清运，地面冲洗过。")
    page.set_input_files("[name='settle-photos_after']", picture((90, 140, 90)))
    _look(page)
    page.locator("[data-send]").click()
    page.wait_for_url("**/field/sent/**")
    number = _case().number
    assert _case().step == "check"

    head = sign_in(visit, cast.head, "/field/", phone=True)
    expect(head.locator("h2", has_text="等您核查")).to_be_visible()
    _look(head)
    head.locator(".task a.item", has_text=ITEM).click()
    expect(head.locator(".pair section").nth(0).locator("img")).to_have_count(1)
    expect(head.locator(".pair section").nth(1).locator("img")).to_have_count(1)
    _look(head)
    do(head, "核查通过")
    expect(head.locator(".messages")).to_contain_text("已完成：核查通过")
    assert (_case().number, _case().step) == (number, "sign")


def test_reported_up_and_what_became_of_it(cast: Cast, visit: Visit) -> None:
    enact()
    number = _open(cast)
    page = sign_in(visit, cast.worker, "/field/", phone=True)
    page.locator(".task a.item[href*='/field/case/']").first.click()
    _look(page)
    do(page, "上报", reason="要登高车")
    expect(page.locator(".messages")).to_contain_text("已完成：上报")
    page.locator(".tabbar a", has_text="事件").click()
    page.get_by_role("link", name="已转出").click()
    expect(page.locator(".list")).to_contain_text("东风村 站长")
    _look(page)
    page.locator(".tabbar a", has_text="我的").click()
    expect(page.locator(".diary")).to_contain_text("上报")
    _look(page)
    page.goto("/field/me/diary")
    expect(page.locator(".diary")).to_contain_text(number)
    _look(page)


def test_a_stale_tab_keeps_the_sentence_and_says_what_happened(cast: Cast, visit: Visit) -> None:
    enact()
    number = _open(cast)
    page = sign_in(visit, cast.worker, f"/field/case/{number}?do=settle#do", phone=True)
    page.fill("[name='settle-result']", "这句话不能丢")
    cases.act(actor=cast.worker, number=number, action="report_up", answers={"reason": "要登高车"}, now=clock.now())
    page.locator(".asked button", has_text="办结").click()
    expect(page.locator("main")).to_contain_text("要登高车")
    expect(page.get_by_role("textbox", name="您刚才写的")).to_have_value("这句话不能丢")
    _look(page)


def test_in_a_dead_spot_nothing_is_lost_and_it_is_sent_once(cast: Cast, visit: Visit) -> None:
    enact()
    page = sign_in(visit, cast.worker, "/field/report", phone=True)
    # no position either: the worker's only grid is taken
    expect(page.locator("#says-where")).to_contain_text("第1网格")
    dead: Callable[[Route], None] = lambda route: route.abort("internetdisconnected")  # noqa: E731
    page.route("**/field/report/**", dead)
    page.route("**/field/report", lambda route: dead(route) if route.request.method == "POST" else route.continue_())
    page.set_input_files("#shoot", picture())
    expect(page.locator(".photo.is-error")).to_contain_text("重试")
    page.locator(".opt-chip", has_text=ITEM).click()
    page.locator("[data-send]").click()
    expect(page.locator(".kept-here")).to_contain_text("没有网络")
    _look(page)
    page.unroute_all()
    page.locator("[data-send-now]").click()
    expect(page.locator(".kept-here.is-sent")).to_contain_text("已存好并送出")
    assert CaseFile.objects.filter(case=_case()).count() == 1


def test_what_was_begun_comes_back_after_signing_in_again(cast: Cast, visit: Visit) -> None:
    enact()
    page = sign_in(visit, cast.worker, "/field/report", phone=True, at=cast.point(1))
    Thumb(page).shoot(".photo--shoot", "shoot")
    page.locator(".opt-chip", has_text=ITEM).click()
    page.fill("[name=text]", "三轮车倒的，天天如此")
    page.context.clear_cookies(name="sessionid")
    page.locator("[data-send]").click()
    page.wait_for_url(re.compile("/login"))
    page.fill("[name=login]", cast.worker.username)
    page.fill("[name=password]", "walk the grid daily")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(re.compile("/field/report"))
    expect(page.locator("[name=text]")).to_have_value("三轮车倒的，天天如此")
    expect(page.get_by_role("radio", name=ITEM).first).to_be_checked()
    expect(page.locator(".photo img")).to_have_count(1)
    press(page, "提交")
    page.wait_for_url("**/field/sent/**")
    assert CaseFile.objects.filter(case=_case()).count() == 1
