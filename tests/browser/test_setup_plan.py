"""Changing the plan in a browser: one limit of a running district, and a workbook that is refused."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, expect

from gezhi.enactment.models import SchemeVersion
from gezhi.foundation import clock
from gezhi.people.tests.cast import Cast
from tests.browser.steps import Visit, enact, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_limit_is_changed_compared_tried_and_planned(cast: Cast, visit: Visit) -> None:
    enact()
    page = sign_in(visit, cast.dispatcher, "/setup/")
    page.get_by_role("link", name="2014.1").click()
    page.get_by_role("link", name="逐级上报").click()
    page.locator("#s-station").get_by_role("link", name="修改").click()
    page.get_by_label("时限", exact=True).fill("2")
    page.get_by_role("button", name="修改并看看改了什么").click()
    expect(page.locator("ins", has_text="2个工作日").first).to_be_visible()
    page.get_by_role("link", name="试算").click()
    page.get_by_label("事项", exact=True).select_option("env.litter")
    page.get_by_role("button", name="看到期时间").click()
    expect(page.locator(".foresee li").nth(3)).to_be_visible()
    page.go_back()
    page.go_back()
    page.get_by_role("link", name="施行…").click()
    on = (timezone.localdate(clock.now()) + timedelta(days=7)).isoformat()
    page.get_by_label("日期", exact=True).fill(on)
    page.get_by_role("button", name="再看一眼").click()
    page.get_by_label("再输入一次日期").fill(on)
    page.get_by_role("button", name="施行", exact=True).click()
    page.get_by_text(f"自 {on} 起施行").wait_for()
    assert SchemeVersion.objects.filter(version="2014.2").exists()


def test_a_broken_workbook_is_refused_in_words(cast: Cast, visit: Visit) -> None:
    enact()
    page = sign_in(visit, cast.dispatcher, "/setup/upload")
    broken: FilePayload = {"name": "方案.xlsx", "mimeType": "application/octet-stream", "buffer": b"PK nothing"}
    page.locator("input[type=file]").set_input_files(broken)
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 422):
        page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("您的文件也没动")).to_be_visible()
