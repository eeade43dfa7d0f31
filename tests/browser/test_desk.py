"""At the desk: to two departments jointly, late, signed for the second time; papers missing and supplied."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from gezhi.cases.models import Case
from gezhi.cases.tests.conftest import SHANGHAI
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.people.tests.cast import Cast
from tests.browser.steps import Visit, check_accessible, check_fits, choose_item, enact, press, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


class Time:
    """The clock of these journeys."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime(2026, 6, 3, 9, 0, tzinfo=SHANGHAI)
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def move(self, day: int, hour: int, minute: int = 0) -> None:
        """Go on to a moment of the same month."""
        self.now = self.now.replace(day=day, hour=hour, minute=minute)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


def _look(page: Page) -> None:
    check_accessible(page)
    check_fits(page)


def _case() -> Case:
    return Case.objects.unscoped(reason="a test looks").get()


def _report(visit: Visit, cast: Cast, item: str, text: str) -> tuple[Page, str]:
    """Report as a resident at a point; return the resident's page and the number."""
    page = visit("/report", phone=True, at=cast.point(1))
    page.fill("main [name=text]", text)
    choose_item(page, item)
    press(page, "下一步：在哪里")
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.locator("#loc")).to_contain_text("误差约")
    press(page, "下一步：怎么联系您")
    page.get_by_label("匿名").check()
    press(page, "提交")
    return page, page.locator(".code").first.inner_text()


def _at_desk(visit: Visit, who: Account, number: str, **how: object) -> Page:
    page = sign_in(visit, who, f"/desk/case/{number}", **how)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def _take(page: Page, title: str) -> Locator:
    """Open an action's form in the case's box and return it."""
    page.get_by_role("navigation", name="怎么办").get_by_role("link", name=title, exact=True).click()
    form = page.get_by_role("form", name=title, exact=True)
    expect(form).to_be_visible()
    return form


def _do(page: Page, title: str, **words: str) -> None:
    form = _take(page, title)
    for question, answer in words.items():
        form.locator(f"[name$='-{question}']").fill(answer)
    with page.expect_navigation():
        form.get_by_role("button", name=re.compile(f"^{title}")).click()
    expect(page.locator(".messages")).to_contain_text(title)


def _once(visit: Visit, who: Account, number: str, title: str, **words: str) -> None:
    """Come to the case, do one thing and go: a page that stays open keeps asking the server for news."""
    page = _at_desk(visit, who, number)
    _do(page, title, **words)
    page.context.close()


def test_up_to_the_district_jointly_late_and_handled_a_second_time(cast: Cast, visit: Visit, time: Time) -> None:
    enact()
    resident, number = _report(visit, cast, "暴露垃圾", "清溪路门前的垃圾堵住了排水口，下雨就淹。")
    time.move(3, 10)
    _once(visit, cast.worker, number, "上报", reason="排水口在井下，没有设备")
    time.move(9, 11)
    _report_up_late(visit, cast.head, number)
    time.move(9, 15)
    centre = _at_desk(visit, cast.centre, number)
    expect(centre.locator(".story")).to_contain_text("超期")
    expect(centre.locator(".holdbar + table tfoot")).not_to_contain_text("0:00")
    _do(centre, "上报", reason="要查管道，镇里没有设备")
    centre.context.close()

    time.move(10, 9)
    _dispatch(visit, cast.dispatcher, number)
    _propose_an_extension(visit, cast.clerk, number)
    _approve(visit, cast.dispatcher)
    _once(visit, cast.other_clerk, number, "协办完成", result="淤泥已清运")

    time.move(22, 10)
    late = _at_desk(visit, cast.clerk, number)
    expect(late.locator(".clock").first).to_contain_text("超期")
    _look(late)
    _do(late, "办结", result="换了塌陷的 4 米管道")
    late.context.close()
    _once(visit, cast.worker, number, "核查通过")
    _sign_dissatisfied(resident, number)
    assert _case().desk_key == "department:city_management"

    time.move(23, 9)
    again = _at_desk(visit, cast.clerk, number)
    expect(again.locator(".story")).to_contain_text("路面没有补平")
    _do(again, "办结", result="路面已补平")
    again.context.close()
    _once(visit, cast.worker, number, "核查通过")
    resident.goto(f"/matter/{number}")
    resident.get_by_role("radio", name="满意", exact=True).check()
    press(resident, "签收")
    assert _case().outcome == "accepted"
    closed = _at_desk(visit, cast.dispatcher, number)
    expect(closed.get_by_role("heading", name="已办结")).to_be_visible()
    _look(closed)


def _report_up_late(visit: Visit, who: Account, number: str) -> None:
    """Walk the queue by keys to the overdue case, and report it up."""
    page = sign_in(visit, who, "/desk/")
    _look(page)
    expect(page.locator(f"[data-row='{number}']")).to_contain_text("超期")
    page.keyboard.press("j")
    expect(page.locator("#aside")).to_contain_text(number)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(number))
    _look(page)
    expect(page.locator(".clock").first).to_contain_text("超期")
    _do(page, "上报", reason="掏了井口，过一夜又满")
    page.context.close()


def _dispatch(visit: Visit, who: Account, number: str) -> None:
    page = _at_desk(visit, who, number)
    form = _take(page, "派遣")
    _look(page)
    form.get_by_role("radio", name=re.compile("城市管理局")).check()
    form.get_by_role("checkbox", name=re.compile("水务局")).check()
    form.locator("[name$='-task']").fill("清运井内淤泥")
    form.get_by_role("button", name="派遣").click()
    expect(page.get_by_role("heading", name="2 家联办")).to_be_visible()
    _look(page)
    page.context.close()


def _propose_an_extension(visit: Visit, who: Account, number: str) -> None:
    page = _at_desk(visit, who, number)
    expect(page.get_by_text("还不能“办结”")).to_be_visible()
    form = _take(page, "延期")
    # five workdays from the 10th end on the 17th; one more, on the 18th
    one_day = form.get_by_role("radio", name=re.compile("^1 ?个工作日.*6月18日（周四）17:30"))
    form.locator("[name$='-reason']").fill("管道塌陷，等管材")
    one_day.check()
    form.get_by_role("button", name=re.compile("^延期")).click()
    expect(page.locator(".messages")).to_contain_text("等待")
    page.context.close()


def _approve(visit: Visit, who: Account) -> None:
    page = sign_in(visit, who, "/desk/proposals")
    _look(page)
    press(page, "批准")
    expect(page.locator(".messages")).to_contain_text("已批准")
    page.context.close()


def _sign_dissatisfied(resident: Page, number: str) -> None:
    resident.goto(f"/matter/{number}")
    resident.locator("summary", has_text="不满意，请重办").click()
    form = resident.locator("form", has=resident.get_by_role("button", name="不满意，请重办"))
    form.locator("textarea").fill("路面没有补平")
    with resident.expect_navigation():
        form.get_by_role("button", name="不满意，请重办").click()


def test_an_agency_matter_waits_for_papers_and_goes_on_when_they_come(cast: Cast, visit: Visit, time: Time) -> None:
    enact()
    counter = sign_in(visit, cast.head, "/desk/intake")
    _look(counter)
    press(counter, "登记")
    expect(counter.get_by_role("alert")).to_contain_text("请写反映的内容")
    counter.fill("main [name=text]", "老人住院，要报销医疗费。")
    choose_item(counter, "医疗费用报销")
    counter.select_option("[name=area]", cast.grids[0].code)
    counter.fill("[name=contact]", "10000000009")
    press(counter, "登记")
    expect(counter.get_by_role("heading", name="已收到")).to_be_visible()
    _look(counter)
    number, code = (counter.locator(".code").nth(at).inner_text() for at in (0, 1))

    counter.goto(f"/desk/case/{number}")
    _do(counter, "一次告知补正", missing="发票原件、出院记录")
    expect(counter.locator(".ch .clock")).to_contain_text("暂停")
    _look(counter)

    resident = visit("/track", phone=True)
    resident.fill("[name=number]", number)
    resident.fill("[name=secret]", code)
    press(resident, "打开")
    expect(resident.get_by_role("heading", level=1)).to_contain_text("等您补材料")

    time.move(15, 10)
    back = _at_desk(visit, cast.head, number)
    _do(back, "材料已补齐")
    expect(back.locator(".ch .clock")).not_to_contain_text("暂停")
    form = _take(back, "承诺办结日期")
    form.locator("[name$='-deadline']").fill("2026-06-26")
    form.get_by_role("button", name="承诺办结日期").click()
    expect(back.locator(".ch .clock")).to_contain_text("6月26日（周五）17:30")
    time.move(15, 11)
    _once(visit, cast.head, number, "办结送达", result="已报销到账")
    resident.reload()
    resident.get_by_role("radio", name="满意", exact=True).check()
    press(resident, "确认办结")
    assert _case().outcome == "accepted"


def test_the_desk_works_without_scripts(cast: Cast, visit: Visit, time: Time) -> None:
    enact()
    _report(visit, cast, "暴露垃圾", "路口的垃圾没人收。")
    page = sign_in(visit, cast.worker, "/desk/", script=False)
    page.get_by_role("link", name=re.compile("路口的垃圾")).click()
    page.get_by_role("link", name="上报", exact=True).click()
    page.locator("form.asked:visible [name$='-reason']").fill("没有车")
    with page.expect_navigation():
        page.get_by_role("button", name="上报", exact=True).click()
    assert _case().step == "station"
