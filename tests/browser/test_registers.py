"""Forms of registers in a real browser: they ask only what is asked for, grow rows, and work without scripts too."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from gezhi.foundation import clock
from gezhi.people.tests.cast import Cast
from gezhi.registers.models import Entry
from tests.browser.lived_in import Lived, settle_in


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
