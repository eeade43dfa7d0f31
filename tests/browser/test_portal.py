"""Residents' other ways: following instead of reporting, a telephone without a position, no scripts, no mouse."""

import io
import re
from datetime import UTC, datetime

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import FilePayload, Page, Route, expect

from gezhi.cases import operations as cases
from gezhi.cases.models import Case, Follow
from gezhi.foundation.models import StoredFile
from gezhi.people.tests.cast import Cast
from tests.browser.steps import Visit, check_accessible, check_fits, choose_item, enact, picture, press

pytestmark = pytest.mark.django_db(transaction=True)
ITEM = "暴露垃圾"


def _look(page: Page) -> None:
    check_accessible(page)
    check_fits(page)


def _photo(name: str) -> FilePayload:
    shot = picture()
    shot["name"] = name
    return shot


def _located(visit: Visit, cast: Cast) -> Page:
    """Return a report whose item and place are given."""
    page = visit("/report", phone=True, at=cast.point(1))
    page.fill("main [name=text]", "路边垃圾堆了三天，没人清运")
    page.locator("[data-sounds]").get_by_text(ITEM).click()
    press(page, "下一步：在哪里")
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.locator("#look")).to_contain_text(cast.grids[0].name)
    press(page, "下一步：怎么联系您")
    return page


def test_the_second_one_follows_instead_of_reporting_again(cast: Cast, visit: Visit) -> None:
    enact()
    first = _located(visit, cast)
    first.get_by_label("匿名").check()
    press(first, "提交")
    number = first.locator(".code").first.inner_text()

    second = _located(visit, cast)
    expect(second.get_by_role("heading", level=1)).to_contain_text("是下面的同一件事吗")
    _look(second)
    second.get_by_role("button", name=re.compile("这也是我的事")).click()
    second.wait_for_url(re.compile(f"/followed/{number}"))
    _look(second)
    assert (Case.objects.unscoped(reason="a test counts").count(), Follow.objects.count()) == (1, 1)
    second.go_back()
    second.go_forward()
    expect(second.locator(".code").first).to_have_text(number)


def test_a_telephone_that_gives_no_position_offers_the_other_ways(cast: Cast, visit: Visit) -> None:
    enact()
    page = visit("/report", phone=True)
    page.fill("main [name=text]", "垃圾堆着")
    choose_item(page, ITEM)
    page.set_input_files("[name=photos]", [_photo("first.jpg"), _photo("second.jpg")])
    expect(page.locator("[name='photos.kept']")).to_have_count(2)
    press(page, "下一步：在哪里")
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.locator("#loc")).to_contain_text("没有允许定位")
    page.get_by_text("从镇、社区、网格列表里选").click()
    page.get_by_role("button", name=cast.township.name).last.click()
    page.get_by_role("button", name=cast.villages[0].name).last.click()
    page.get_by_label(cast.grids[1].name).check()
    expect(page.locator("#look")).to_contain_text(cast.grids[1].name)
    _look(page)
    press(page, "下一步：怎么联系您")
    page.context.set_offline(True)
    page.get_by_label("匿名").check()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("没有网络。您写的内容还在这里")).to_be_focused()
    page.context.set_offline(False)
    press(page, "提交")
    _look(page)
    case = Case.objects.unscoped(reason="a test looks").get()
    assert (case.area_id, case.files.count()) == (cast.grids[1].pk, 2)


def test_forty_photos_keep_the_first_nine_and_a_wrong_one_fails_alone(cast: Cast, visit: Visit) -> None:
    enact()
    page = visit("/report", phone=True)
    wrong = FilePayload(name="virus.exe", mimeType="application/x-msdownload", buffer=b"MZ" + b"0" * 100)
    page.set_input_files("[name=photos]", [wrong])
    expect(page.locator(".photo.is-broken")).to_contain_text("virus.exe")
    page.set_input_files("[name=photos]", [_photo(f"{n}.jpg") for n in range(40)])
    expect(page.locator("[name='photos.kept']")).to_have_count(9)
    page.fill("main [name=text]", "垃圾堆着")
    choose_item(page, ITEM)
    press(page, "下一步：在哪里")
    expect(page.get_by_text("有照片没传上来")).to_be_visible()
    page.get_by_role("button", name=re.compile("virus.exe")).click()
    press(page, "下一步：在哪里")
    expect(page.get_by_role("heading", level=1)).to_contain_text("在哪里")


def test_what_is_chosen_and_searched_before_the_scripts_came_is_taken(cast: Cast, visit: Visit) -> None:
    enact()
    page = visit("/login", phone=True)
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(re.compile(r"/(uploads|filter)[^/]*\.js$"), hold)
    page.goto("/report", wait_until="domcontentloaded")
    page.set_input_files("[name=photos]", [_photo("early.jpg")])
    page.evaluate("document.querySelector('[data-filter-list]').value = '路面破损'")
    for _ in range(100):
        if len(waiting) == 2:
            break
        page.wait_for_timeout(50)
    for route in waiting:
        route.continue_()
    expect(page.locator("[name='photos.kept']")).to_have_count(1)
    expect(page.get_by_role("radio", name="停水")).to_be_hidden()
    expect(page.get_by_role("radio", name="路面破损").first).to_be_visible()


def test_a_photo_made_smaller_keeps_its_place_and_the_resident_may_refuse(cast: Cast, visit: Visit) -> None:
    enact()
    lon, lat = cast.point(2)
    exif, kept = Image.Exif(), io.BytesIO()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({
        1: "N", 2: (int(lat), 0.0, lat % 1 * 3600), 3: "E", 4: (int(lon), 0.0, lon % 1 * 3600),
    })  # fmt: skip
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(kept, "JPEG", exif=exif, quality=90)
    large = FilePayload(name="street.jpg", mimeType="image/jpeg", buffer=kept.getvalue())
    page = visit("/report", phone=True)
    page.set_input_files("[name=photos]", large)
    expect(page.locator("[name='photos.kept']")).to_have_count(1)
    page.fill("main [name=text]", "垃圾堆着")
    choose_item(page, ITEM)
    _look(page)
    press(page, "下一步：在哪里")
    expect(page.get_by_text("这个地点取自您的照片")).to_be_visible()
    expect(page.locator("#look")).to_contain_text(cast.grids[1].name)
    _look(page)
    row = StoredFile.objects.get()
    assert row.width == 1600, "it was made smaller in the browser"
    press(page, "不是这里：不用照片里的地点")
    expect(page.get_by_text("这个地点取自您的照片")).to_have_count(0)
    row.refresh_from_db()
    assert row.lon is None


def test_without_scripts_one_reports_tracks_and_signs(cast: Cast, visit: Visit) -> None:
    enact()
    page = visit(f"/report?area={cast.grids[0].code}", phone=True, script=False)
    page.fill("main [name=text]", "مشكلة 路边垃圾 🗑️")
    page.set_input_files("[name=photos]", _photo("plain.jpg"))
    page.locator("details.pick", has_text=ITEM).locator("summary").click()
    page.get_by_role("radio", name=re.compile(f"^{ITEM}")).last.check()
    press(page, "下一步：在哪里")
    expect(page.locator("#look")).to_contain_text(cast.grids[0].name)
    press(page, "下一步：怎么联系您")
    page.get_by_label("留个电话").check()
    page.fill("[name=name]", "名" * 60)
    page.fill("[name=phone]", "10000000009")
    press(page, "提交")
    number, code = (page.locator(".code").nth(at).inner_text() for at in (0, 1))
    case = Case.objects.unscoped(reason="a test looks").get()
    assert case.files.count() == 1
    page.go_back()
    page.reload()
    expect(page.locator(".code").first).to_have_text(number)

    now = datetime.now(UTC)
    cases.act(actor=cast.worker, number=number, action="settle", answers={"result": "已清运"}, now=now)
    cases.act(actor=cast.head, number=number, action="confirm", now=now)
    other = visit("/track", phone=True, script=False)
    other.fill("[name=number]", number)
    other.fill("[name=secret]", code)
    press(other, "打开")
    expect(other.get_by_role("heading", level=1)).to_have_text(f"{ITEM}，办好了吗？")
    check_fits(other)
    other.get_by_role("radio", name="满意", exact=True).check()
    press(other, "签收")
    expect(other.get_by_role("heading", level=1)).to_contain_text("已办结")


def test_the_portal_works_with_the_keyboard_alone(cast: Cast, visit: Visit) -> None:
    enact()
    page = visit("/report")
    _tab_to(page, "textarea[name=text]")
    page.keyboard.type("路灯坏了")
    _tab_to(page, "[data-sounds] input")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/where"))
    _tab_to(page, "input[name=address]")
    page.keyboard.type(f"{cast.villages[1].name}口")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="是下面哪一处？")).to_be_visible()
    _tab_to(page, "input[name=side]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/contact"))
    _tab_to(page, "input[name=who]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/receipt"))
    assert Case.objects.unscoped(reason="a test looks").get().anonymous


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", selector):
            return
    raise AssertionError(f"{selector} can't be reached with the keyboard")
