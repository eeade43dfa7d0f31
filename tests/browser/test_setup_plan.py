"""Setting the plan up in a browser: a new district from an empty database, and one limit changed in a running one."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Page

from gezhi.enactment.models import SchemeVersion
from gezhi.foundation import clock
from gezhi.people import operations as people
from gezhi.people.tests.cast import Cast
from tests.browser.steps import BEGAN, Visit, enact, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS_A_STEP = 20
QUARTER_OF_AN_HOUR = 15 * 60


class Steps:
    """Counts what a person does: every press, choice and entry, each taken as twenty seconds of thought."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, words: str) -> None:
        self.count += 1
        self.page.get_by_role("button", name=words).or_(self.page.get_by_role("link", name=words)).first.click()
        self.page.wait_for_load_state()

    def fill(self, label: str, words: str) -> None:
        self.count += 1
        self.page.get_by_label(label, exact=True).fill(words)


def test_an_empty_system_gets_to_a_plan_in_force_by_the_first_steps(visit: Visit) -> None:
    keeper = people.create_staff(actor=None, username="keeper", name="管理员", steward=True, now=BEGAN)
    page = sign_in(visit, keeper, "/setup/begin")
    began = time.monotonic()
    steps = Steps(page)
    assert page.get_by_role("heading", name="从空白到第一件事").is_visible()
    steps.press("用这个 沙湾区四级网格服务治理")
    steps.press("今天起施行")
    today = timezone.localdate(clock.now()).isoformat()
    steps.fill("再输入一次日期", today)
    steps.press("施行")
    page.wait_for_url("**/setup/begin")
    assert SchemeVersion.objects.get().in_force_from.isoformat() == today
    assert page.locator("#s-areas.here").is_visible()
    assert page.locator("#s-areas").get_by_role("link").first.is_visible()
    seconds = time.monotonic() - began + steps.count * SECONDS_A_STEP
    assert seconds < QUARTER_OF_AN_HOUR / 3, f"{steps.count} steps, {seconds:.0f} s"


def test_one_limit_is_changed_compared_tried_and_planned(cast: Cast, visit: Visit) -> None:
    enact()
    page = sign_in(visit, cast.dispatcher, "/setup/")
    page.get_by_role("link", name="2014.1").click()
    page.get_by_role("link", name="逐级上报").click()
    page.locator("#s-station").get_by_role("link", name="修改").click()
    page.get_by_label("时限", exact=True).fill("2")
    page.get_by_role("button", name="修改并看看改了什么").click()
    assert page.locator("ins", has_text="2个工作日").first.is_visible()
    page.get_by_role("link", name="试算").click()
    page.get_by_label("事项", exact=True).select_option("env.litter")
    page.get_by_role("button", name="看到期时间").click()
    assert page.locator(".foresee li").count() > 3
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
    assert page.get_by_text("您的文件也没动").is_visible()
