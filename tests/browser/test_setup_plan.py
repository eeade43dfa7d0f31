"""Changing the plan in a browser: one limit of a running district, and a workbook that is refused."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, expect

from gezhi.enactment import queries
from gezhi.enactment.models import SchemeDraft, SchemeVersion
from gezhi.foundation import clock
from gezhi.people.tests.cast import Cast
from tests.browser.steps import Visit, check_accessible, check_fits, enact, sign_in

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


def test_photos_that_an_item_needs_are_asked_for_from_its_own_form(cast: Cast, visit: Visit) -> None:
    enact()
    page = sign_in(visit, cast.dispatcher, "/setup/")
    page.get_by_role("link", name="2014.1").click()
    page.get_by_role("link", name="事项目录").first.click()
    page.get_by_role("link", name="修改 暴露垃圾").click()
    page.get_by_role("link", name="上报时问什么").click()
    expect(page.locator("main")).to_contain_text("走这个流程")
    check_accessible(page)
    check_fits(page)
    page.get_by_label("办理前照片").select_option("required")
    page.get_by_role("button", name="修改并看看改了什么").press("Enter")
    expect(page.locator("ins", has_text="办理前照片").first).to_be_visible()
    draft = SchemeDraft.objects.get()
    assert [one.id for one in queries.draft_scheme(draft).procedures["report_up"].asks] == ["photos_before"]
    assert queries.scheme(SchemeVersion.objects.get().pk).procedures["report_up"].asks == ()


def test_a_broken_workbook_is_refused_in_words(cast: Cast, visit: Visit) -> None:
    enact()
    page = sign_in(visit, cast.dispatcher, "/setup/upload")
    broken: FilePayload = {"name": "方案.xlsx", "mimeType": "application/octet-stream", "buffer": b"PK nothing"}
    page.locator("input[type=file]").set_input_files(broken)
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 422):
        page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("您的文件也没动")).to_be_visible()
