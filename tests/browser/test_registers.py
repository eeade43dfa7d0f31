"""Forms of registers in a real browser: they ask only what is asked for, grow rows, and work without scripts too."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from gezhi.foundation import clock
from gezhi.people.tests.cast import Cast
from gezhi.registers import operations as registers
from gezhi.registers.models import Entry
from tests.browser.lived_in import Lived, settle_in
from tests.browser.steps import check_accessible, check_fits


@pytest.fixture
def lived(cast: Cast, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Lived:
    found = settle_in(cast)
    monkeypatch.setattr(clock, "now", lambda: found.district.now)
    return found


def test_a_form_hides_what_is_not_asked_for_and_grows_rows(
    lived: Lived, chromium: Browser, live_server: LiveServer
) -> None:
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": lived.cookie("worker"), "url": live_server.url}])
    page = context.new_page()
    page.goto(reverse("web:desk_entry_new", args=["premises"]))
    floors = page.get_by_label("层数")
    expect(floors).to_be_visible()
    page.get_by_text("住房（套、间）").click()
    expect(floors).to_be_hidden()
    page.get_by_text("楼栋、院落").click()
    expect(floors).to_be_visible()
    page.goto(reverse("web:desk_entry_new", args=["care_need"]))
    rows = page.locator('[data-repeat="help"] > [data-row]')
    before = rows.count()
    page.locator('[data-repeat="help"] > [data-more]').click()
    expect(rows).to_have_count(before + 1)
    expect(page.locator(f'[name="help.{before}.on"]')).to_be_visible()
    context.close()


def test_without_scripts_an_entry_is_written_and_a_row_more_is_asked_for(
    lived: Lived, chromium: Browser, live_server: LiveServer
) -> None:
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN", java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": lived.cookie("worker"), "url": live_server.url}])
    page = context.new_page()
    page.goto(reverse("web:desk_entry_new", args=["care_need"]))
    page.fill('[name="called"], [name="name"]', "张婆婆")
    page.fill('[name="help.0.done"]', "送餐")
    page.locator('[data-repeat="help"] > [data-more]').click()
    expect(page.locator('[name="help.0.done"]')).to_have_value("送餐")
    expect(page.locator('[name="help.1.done"]')).to_be_visible()
    page.goto(reverse("web:desk_entry_new", args=["premises"]))
    page.fill('[name="name"]', "向阳里 3 号楼")
    page.fill('[name="address"]', "向阳里 3 号")
    page.get_by_text("楼栋、院落").click()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="向阳里 3 号楼")).to_be_visible()
    context.close()
    assert Entry.objects.unscoped(reason="a test looks").filter(register="premises", name="向阳里 3 号楼").exists()


@pytest.mark.parametrize("phone", [False, True])
def test_an_entry_is_picked_by_keys_alone_and_by_touch(
    lived: Lived, chromium: Browser, live_server: LiveServer, *, phone: bool
) -> None:
    house = registers.save(
        actor=lived.district.cast.worker, now=lived.district.now, register="premises", key="a-house",
        area=lived.district.cast.grids[0].code,
        answers={"name": "向阳里三号楼", "address": "向阳里 3 号", "kind": "building"},
    ).entry  # fmt: skip
    size: ViewportSize = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN", viewport=size)
    context.add_cookies([{"name": "sessionid", "value": lived.cookie("worker"), "url": live_server.url}])
    page = context.new_page()
    page.goto(reverse("web:desk_entry_new", args=["households"]))
    box = page.locator("[data-entry-pick] input").first
    called, items = page.locator("[data-called]").first, page.locator("[data-found] [role=option]")
    expect(box).to_have_attribute("role", "combobox")
    # nothing fits: said, and nothing can be chosen
    box.focus()
    page.keyboard.type("不会有的名字")
    expect(called).to_have_text("没有找到")
    check_accessible(page)
    expect(box).to_have_attribute("aria-expanded", "false")
    box.fill("")
    page.keyboard.type(house.name[:4])
    expect(items.first).to_be_visible()
    check_accessible(page)
    check_fits(page)
    option = items.filter(has_text=house.code)
    place = items.evaluate_all("(all, code) => all.findIndex((one) => one.dataset.code === code)", house.code)
    for _ in range(place + 1):
        page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(box).to_have_value(house.code)
    expect(called).to_have_text(house.name)
    # by touch or mouse it is the same, and leaving the box shuts the list
    box.fill(house.name[:4])
    option.click()
    expect(called).to_have_text(house.name)
    page.keyboard.press("Tab")
    expect(page.locator("[data-found]").first).to_be_hidden()
    context.close()


@pytest.mark.parametrize("phone", [False, True])
def test_a_place_is_picked_on_the_map_or_written(
    lived: Lived, chromium: Browser, live_server: LiveServer, *, phone: bool
) -> None:
    size: ViewportSize = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN", viewport=size)
    context.add_cookies([{"name": "sessionid", "value": lived.cookie("worker"), "url": live_server.url}])
    page = context.new_page()
    page.goto(reverse("web:desk_entry_new", args=["premises"]))
    button = page.locator("[data-on-map]").first
    expect(button).to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    canvas = page.locator("[data-pick-for] canvas").first
    lon = page.locator("[data-kind=place] [name$='.lon']").first
    expect(canvas).to_be_visible()
    page.wait_for_load_state("networkidle")
    check_accessible(page)
    check_fits(page)
    canvas.click(position={"x": 120, "y": 90})
    expect(lon).not_to_have_value("")
    # written by keys alone it is the same place
    lon.fill("103.5501")
    page.keyboard.press("Tab")
    page.keyboard.type("29.4102")
    expect(page.locator("[data-kind=place] [name$='.lat']").first).to_have_value(re.compile("29.4102$"))
    button.press("Enter")
    expect(canvas).to_be_hidden()
    context.close()


def test_a_draft_leaves_alone_what_was_changed_meanwhile(
    lived: Lived, chromium: Browser, live_server: LiveServer
) -> None:
    said = {"name": "向阳里三号楼", "address": "向阳里 3 号", "kind": "building"}
    who, now, grid = lived.district.cast.worker, lived.district.now, lived.district.cast.grids[0].code
    house = registers.save(actor=who, now=now, register="premises", key="a", area=grid, answers=said).entry
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": lived.cookie("worker"), "url": live_server.url}])
    page = context.new_page()
    address = reverse("web:desk_entry_edit", args=["premises", house.code])
    page.goto(address, wait_until="networkidle")
    page.fill("[name=name]", "向阳里三号院")
    page.wait_for_function("Object.keys(sessionStorage).some((name) => name.startsWith('draft:/'))")
    now_public = said | {"kind": "public", "address": "向阳里 3 号旁"}
    registers.save(actor=who, now=now, register="premises", entry=house, base=house.version, answers=now_public)
    page.goto(address)
    expect(page.locator("[name=name]")).to_have_value("向阳里三号院")
    expect(page.locator("[name=address]")).to_have_value("向阳里 3 号旁")
    expect(page.locator("[name=kind][value=public]")).to_be_checked()
    context.close()
