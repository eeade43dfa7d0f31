"""The office's ground and staff: a map file mended and taken over, a grid cut two ways, a stand-in, an empty post."""

import json
from datetime import date

import pytest
import shapely
from playwright.sync_api import FilePayload, Page, expect

from gezhi.people import operations as people
from gezhi.people.models import Account, Appointment
from gezhi.people.tests.cast import SIDE, SOUTH, WEST, Cast
from gezhi.territory.models import Area
from tests.browser.steps import BEGAN, DRAFTS_KEPT, Visit, check_accessible, check_fits, enact, press, sign_in, until

pytestmark = pytest.mark.django_db(transaction=True)


def _look(page: Page) -> None:
    check_accessible(page)
    check_fits(page)


def _map_file(code: str, *corners: tuple[float, float]) -> FilePayload:
    points = [[WEST + x * SIDE, SOUTH + SIDE + y * SIDE] for x, y in (*corners, corners[0])]
    feature = {
        "type": "Feature",
        "properties": {"code": code, "name": "北坡网格", "level": "grid"},
        "geometry": {"type": "Polygon", "coordinates": [points]},
    }
    body = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    return {"name": "north.geojson", "mimeType": "application/geo+json", "buffer": body}


def test_a_map_file_with_a_fault_is_mended_and_taken_over(visit: Visit, cast: Cast) -> None:
    enact()
    page = sign_in(visit, cast.dispatcher, "/setup/areas")
    expect(page.locator("[data-ground].is-ready")).to_be_visible()
    _look(page)
    page.get_by_role("link", name="导入区域").first.click()
    code = f"{cast.villages[0].code}009"
    page.set_input_files("[name=file]", files=[_map_file(code, (0, 0), (1, 1), (1, 0), (0, 1))])
    press(page, "检查文件")
    expect(page.get_by_text("边界自相交")).to_be_visible()
    expect(page.get_by_role("button", name="导入，自")).to_have_count(0)
    _look(page)
    page.get_by_role("link", name="导入区域").first.click()
    page.set_input_files("[name=file]", files=[_map_file(code, (0, 0), (1, 0), (1, 1), (0, 1))])
    press(page, "检查文件")
    expect(page.get_by_text("没有问题")).to_be_visible()
    page.locator("button[name=take]").click()
    expect(page.get_by_text("已导入：新增 1")).to_be_visible()
    assert Area.objects.get(code=code).parent == cast.villages[0]


def _ground(code: str) -> float:
    return float(sum(shapely.area(shapely.from_wkb(bytes(one.boundary or b""))) for one in
                     Area.objects.filter(code__startswith=code, level="grid", since=date(2030, 1, 1))))  # fmt: skip


def test_a_grid_is_split_by_the_keyboard_undone_and_split_by_drawing(visit: Visit, cast: Cast) -> None:
    enact()
    grid = cast.grids[0]
    page = sign_in(visit, cast.dispatcher, f"/setup/area/{grid.code}")
    page.get_by_role("link", name="拆分").click()
    # by the keyboard: a direction and a share
    page.get_by_role("radio", name="西、东两块").focus()
    page.keyboard.press("Space")
    page.get_by_label("第一部分占百分之几").fill("30")
    page.get_by_role("button", name="看看会有什么变化").press("Enter")
    expect(page.get_by_text("30%")).to_be_visible()
    _look(page)
    page.get_by_label("从哪天起").fill("2030-01-01")
    page.get_by_role("button", name="按此拆分").press("Enter")
    expect(page.get_by_text("可以撤销")).to_be_visible()
    assert _ground(cast.villages[0].code) == pytest.approx(SIDE * SIDE)
    press(page, "撤销这次变更")
    expect(page.get_by_text("已撤销")).to_be_visible()
    assert not Area.objects.filter(since=date(2030, 1, 1)).exists()
    # by drawing
    page.goto(f"/setup/area/{grid.code}/split")
    expect(page.locator("[data-drawing=yes]")).to_be_visible()
    canvas = page.locator("[data-map-canvas]").first.bounding_box()
    assert canvas is not None
    middle, bottom = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] - 12
    page.mouse.click(middle, canvas["y"] + 12)
    page.mouse.move(middle, bottom, steps=3)
    page.mouse.click(middle, bottom)
    page.mouse.click(middle, bottom)
    expect(page.locator("[name=points]")).not_to_have_value("")
    page = _in_a_new_tab(page)
    expect(page.locator("[name=points]")).not_to_have_value("")
    expect(page.locator(".drafted")).to_be_visible()
    _look(page)
    press(page, "看看会有什么变化")
    expect(page.locator("[name=code_1]")).to_be_visible()
    page.get_by_label("从哪天起").fill("2030-01-01")
    press(page, "按此拆分")
    assert _ground(cast.villages[0].code) == pytest.approx(SIDE * SIDE)


def test_a_border_half_changed_outlives_its_tab_and_can_be_discarded(visit: Visit, cast: Cast) -> None:
    enact()
    page = sign_in(visit, cast.dispatcher, f"/setup/area/{cast.grids[0].code}/redraw")
    points = page.locator("[name=points]")
    served = points.input_value()
    points.fill("\n".join(served.split("\n")[:-1]))
    page = _in_a_new_tab(page)
    points = page.locator("[name=points]")
    expect(points).to_have_value("\n".join(served.replace("\r", "").split("\n")[:-1]))
    _look(page)
    page.locator(".drafted button").click()
    expect(points).to_have_value(served)


def _in_a_new_tab(page: Page) -> Page:
    """Close the page as a browser that dies, once it has kept what was typed, and open its address again."""
    until(page, DRAFTS_KEPT, 1)
    browser, address = page.context, page.url
    page.close(run_before_unload=False)
    page = browser.new_page()
    page.goto(address)
    return page


def test_a_stand_in_is_appointed_and_an_empty_post_found_and_filled(visit: Visit, cast: Cast) -> None:
    enact()
    worker = Appointment.objects.get(account=cast.worker)
    people.end_appointment(actor=None, appointment=worker, until=BEGAN, now=BEGAN)
    page = sign_in(visit, cast.dispatcher, "/setup/people/coverage")
    page.locator(".sgaps a").first.click()
    way = f"a[href*='post=grid_worker'][href$='{cast.grids[0].code}']"
    row = page.locator("tr", has=page.locator(way))
    expect(row.get_by_text("空缺")).to_be_visible()
    _look(page)
    row.get_by_role("link", name="任命").click()
    page.locator("#who").fill("zzz")
    press(page, "任命")
    # nobody is spelt so: it is said, and what was chosen stays
    expect(page.get_by_text("请填写人员").first).to_be_visible()
    page.locator("#who").fill("wlr")
    press(page, "任命")
    expect(page.get_by_text("已任命")).to_be_visible()
    assert Account.objects.get(pk=cast.outsider.pk).appointments.get().area == cast.grids[0]
    page.get_by_role("link", name="安排代班").click()
    page.locator("#who").fill(cast.other_worker.username)
    page.get_by_label("最后一天").fill("2030-12-31")
    press(page, "登记代班")
    expect(page.locator(".bar--stand")).to_have_count(1)
    _look(page)
