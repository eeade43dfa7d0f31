"""At the desk's lists: by keys from case to case; several at once after a look ahead; a view shared with a desk."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from gezhi.cases import operations
from gezhi.cases.models import Case
from gezhi.cases.operations import Report
from gezhi.cases.tests.conftest import SHANGHAI
from gezhi.foundation import clock
from gezhi.people.models import Appointment
from gezhi.people.tests.cast import Cast
from tests.browser.steps import DRAFTS_KEPT, Visit, check_accessible, check_fits, enact, sign_in, until

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 6, 3, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def numbers(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return four cases at the first grid worker's desk."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    enact()
    lon, lat = cast.point(1)
    return [
        operations.open_case(
            actor=None, now=NOW - timedelta(minutes=60 - n),
            report=Report(
                client_key=f"a-key-that-nobody-guesses-{n}", item="env.litter", channel="portal", lon=lon, lat=lat,
                text=f"第 {n} 处垃圾没有清运。",
            ),
        ).number
        for n in range(4)
    ]  # fmt: skip


def _steps() -> list[str]:
    return list(Case.objects.unscoped(reason="a test looks").order_by("pk").values_list("step", flat=True))


def _look(page: Page) -> None:
    check_accessible(page)
    check_fits(page)


def test_by_keys_only_one_case_after_the_other(cast: Cast, visit: Visit, numbers: list[str]) -> None:
    page = sign_in(visit, cast.worker, "/desk/")
    expect(page.locator("#aside")).to_contain_text(numbers[0])
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    _look(page)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("#aside")).to_contain_text(numbers[1])
    page.keyboard.press("a")
    expect(page.locator("#aside .actbox :focus")).to_have_count(1)
    page.locator("#aside").get_by_role("link", name="上报", exact=True).press("Enter")
    page.locator("#aside form:not([hidden]) [name$='-reason']").fill("没有设备")
    page.locator("#aside form:not([hidden]) [name$='-reason']").press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("上报")
    expect(page.locator(".messages a").first).to_have_attribute("href", f"/desk/case/{numbers[1]}")
    expect(page.locator("#aside")).to_contain_text(numbers[2])
    expect(page.locator(f"[data-row='{numbers[1]}']")).to_have_count(0)
    _look(page)


def test_several_at_once_after_a_look_ahead(cast: Cast, visit: Visit, numbers: list[str]) -> None:
    page = sign_in(visit, cast.worker, "/desk/")
    expect(page.locator("#aside")).to_contain_text(numbers[0])
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("[data-picked]")).to_have_text("已选 3 件")
    _look(page)
    page.keyboard.press("a")
    page.wait_for_url(re.compile("/desk/bulk"))
    page.get_by_role("button", name=re.compile("^上报")).click()
    page.get_by_label("上报理由").or_(page.locator("[name=bulk-reason]")).first.fill("没有设备")
    until(page, DRAFTS_KEPT, 1)
    page.reload()
    expect(page.locator("[name=bulk-reason]")).to_have_value("没有设备")
    expect(page.locator(".drafted")).to_contain_text("写的草稿")
    page.get_by_role("button", name="预览结果").click()
    expect(page.locator(".bulktable tbody tr")).to_have_count(3)
    expect(page.locator(".bulktable tbody tr").first).to_contain_text("到期")
    _look(page)
    assert set(_steps()) == {"scene"}
    page.get_by_role("button", name="上报：3 件").click()
    expect(page.locator(".bulksum")).to_contain_text("3")
    _look(page)
    assert _steps().count("station") == 3
    # what was done leaves no draft
    until(page, DRAFTS_KEPT, 0)


def test_a_view_is_kept_and_stands_in_a_colleagues_navigation(cast: Cast, visit: Visit, numbers: list[str]) -> None:
    own = Appointment.objects.filter(account=cast.worker).get()
    Appointment.objects.create(
        account=cast.other_worker, post=own.post, area=own.area, since=NOW - timedelta(days=1), stand_in=True
    )
    page = sign_in(visit, cast.worker, "/desk/?light=green")
    page.get_by_role("link", name="存为视图").click()
    page.get_by_label("名称").fill("今天能办的")
    page.get_by_label("给谁用").select_option(index=1)
    _look(page)
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url(re.compile(r"/desk/\?light=green"))
    colleague = sign_in(visit, cast.other_worker, "/desk/")
    entry = colleague.get_by_role("navigation", name="主导航").get_by_role("link", name=re.compile("今天能办的"))
    expect(entry.locator(".n")).to_have_text("4")
    entry.click()
    expect(colleague.locator("[data-row]")).to_have_count(len(numbers))
    _look(colleague)
