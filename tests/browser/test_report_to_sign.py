"""From a resident's report to the resident's signature: the main way, without scripts, and near a border."""

import re

import pytest
from playwright.sync_api import Page, expect

from gezhi.cases.models import Case
from gezhi.people.tests.cast import SIDE, SOUTH, WEST, Cast
from tests.browser.steps import Visit, check_accessible, check_fits, choose_item, do, enact, picture, press, sign_in

ITEM = "暴露垃圾"
pytestmark = pytest.mark.django_db(transaction=True)


def _look(page: Page) -> None:
    check_accessible(page)
    check_fits(page)


def _case() -> Case:
    return Case.objects.unscoped(reason="a test looks").get()


def _begin(visit: Visit, text: str, **how: object) -> Page:
    page = visit("/report", phone=True, **how)
    if how.get("script", True):
        # what looks for faults is a script itself
        _look(page)
    page.fill("main [name=text]", text)
    choose_item(page, ITEM)
    return page


def test_a_resident_reports_at_a_point_and_signs_what_the_grid_worker_settled(cast: Cast, visit: Visit) -> None:
    enact()
    resident = _begin(visit, "路口的垃圾堆了三天没人收。", at=cast.point(1))
    resident.set_input_files("[name=photos]", picture())
    press(resident, "下一步：在哪里")
    _look(resident)
    resident.get_by_role("button", name="用我现在的位置").click()
    expect(resident.locator("#loc")).to_contain_text("误差约 8 米")
    press(resident, "下一步：怎么联系您")
    _look(resident)
    expect(resident.locator(".who")).to_contain_text("李网格")
    expect(resident.locator(".who")).to_contain_text("P25.5")
    resident.get_by_label("匿名").check()
    press(resident, "提交")
    expect(resident.get_by_role("heading", name="已收到")).to_be_visible()
    _look(resident)
    number = resident.locator(".code").first.inner_text()
    assert (case := _case()).number == number
    assert (case.anonymous, case.desk_key) == (True, f"grid_worker@{cast.grids[0].code}")

    worker = sign_in(visit, cast.worker, "/field/", phone=True)
    _look(worker)
    worker.get_by_role("link", name=re.compile("^路口的垃圾堆了三天")).click()
    _look(worker)
    do(worker, "办结", result="已清运，地面冲洗过。", photos_after=picture((90, 140, 90)))
    expect(worker.locator(".messages")).to_contain_text("已完成：办结")

    head = sign_in(visit, cast.head, f"/field/case/{number}", phone=True)
    _look(head)
    do(head, "核查通过")
    expect(head.locator(".messages")).to_contain_text("已完成：核查通过")

    resident.goto(f"/matter/{number}")
    expect(resident.get_by_role("heading", level=1)).to_contain_text("办好了吗")
    _look(resident)
    resident.get_by_role("radio", name="满意", exact=True).check()
    press(resident, "签收")
    expect(resident.get_by_role("heading", level=1)).to_contain_text("已办结")
    _look(resident)
    assert _case().outcome == "accepted"


def test_reporting_and_following_work_without_scripts(cast: Cast, visit: Visit) -> None:
    enact()
    page = _begin(visit, "路灯不亮了。", script=False)
    press(page, "下一步：在哪里")
    page.get_by_text("不用地图，从镇、社区、网格列表里选").click()
    for name in (cast.township.name, cast.villages[0].name):
        page.get_by_role("button", name=name).last.click()
    page.get_by_label(cast.grids[1].name).check()
    press(page, "下一步：怎么联系您")
    page.get_by_label("留个电话").check()
    press(page, "提交")
    expect(page.locator("#f-phone-error")).to_contain_text("电话号码")
    page.fill("[name=phone]", "10000000009")
    press(page, "提交")
    number, code = (page.locator(".code").nth(at).inner_text() for at in (0, 1))
    assert _case().desk_key == f"grid_worker@{cast.grids[1].code}"

    stranger = visit("/track", phone=True, script=False)
    stranger.fill("[name=number]", number)
    stranger.fill("[name=secret]", "0000 0000")
    press(stranger, "打开")
    expect(stranger.get_by_role("alert")).to_contain_text("对不上")
    stranger.fill("[name=secret]", code.lower())
    press(stranger, "打开")
    expect(stranger.locator(".facts").first).to_contain_text(cast.grids[1].name)


def test_near_a_border_the_page_asks_which_side(cast: Cast, visit: Visit) -> None:
    enact()
    on_the_border = (WEST + SIDE + 0.00004, SOUTH + SIDE / 2)
    page = _begin(visit, "围墙边堆了纸箱。", at=on_the_border)
    press(page, "下一步：在哪里")
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.locator("#loc")).to_contain_text("误差约")
    press(page, "下一步：怎么联系您")
    expect(page.get_by_role("group", name="在哪一边？")).to_be_visible()
    _look(page)
    page.get_by_label(re.compile(cast.grids[0].name)).check()
    press(page, "下一步：怎么联系您")
    page.get_by_label("匿名").check()
    press(page, "提交")
    assert _case().area_id == cast.grids[0].pk


def test_outside_the_district_it_is_taken_in_and_says_so(cast: Cast, visit: Visit) -> None:
    enact()
    page = _begin(visit, "河边有人倒垃圾。", at=(WEST - 1, SOUTH - 1))
    press(page, "下一步：在哪里")
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.locator("#loc")).to_contain_text("误差约")
    expect(page.get_by_role("group", name="这个位置不在沙湾区内")).to_be_visible()
    _look(page)
    page.get_by_label(re.compile("位置没错")).check()
    press(page, "下一步：怎么联系您")
    expect(page.locator(".who")).to_contain_text("先由区中心找到对应的网格")
    page.get_by_label("匿名").check()
    press(page, "提交")
    assert _case().area_id is None


def test_the_back_button_and_a_second_sending_make_no_second_case(cast: Cast, visit: Visit) -> None:
    enact()
    page = _begin(visit, "井盖松了。")
    press(page, "下一步：在哪里")
    page.fill("[name=address]", f"{cast.villages[0].name}三组路口")
    press(page, "下一步：怎么联系您")
    page.get_by_label(re.compile("都不是")).check()
    press(page, "下一步：怎么联系您")
    page.get_by_label("匿名").check()
    press(page, "提交")
    first = page.locator(".code").first.inner_text()
    page.go_back()
    page.wait_for_load_state()
    if page.get_by_role("button", name="提交").count():
        press(page, "提交")
    expect(page.locator(".code").first).to_have_text(first)
    assert Case.objects.unscoped(reason="a test counts").count() == 1
