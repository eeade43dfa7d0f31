"""What somebody quick does before a page's scripts have come is not lost: they take what is there at their start."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from gezhi.cases import operations as cases
from gezhi.cases.models import Case
from gezhi.cases.operations import Report
from gezhi.foundation import clock
from gezhi.people.tests.cast import Cast
from tests.browser.steps import DRAFTS_KEPT, Visit, enact, until

pytestmark = pytest.mark.django_db(transaction=True)


def _hold(page: Page, names: str) -> Callable[[], None]:
    """Keep scripts on their way; return what lets them come."""
    waiting: list[Route] = []
    gone = False

    def hold(route: Route) -> None:
        if gone:
            route.continue_()
        else:
            waiting.append(route)

    def let_come() -> None:
        nonlocal gone
        for _ in range(200):
            if waiting:
                break
            page.wait_for_timeout(50)
        assert waiting, f"nobody asked for {names}"
        gone = True
        for route in waiting:
            route.continue_()

    page.route(re.compile(rf"/({names})[^/]*\.js$"), hold)
    return let_come


def _dead_spot(route: Route) -> None:
    if route.request.method == "POST":
        route.abort()
    else:
        route.continue_()


def _case(cast: Cast) -> str:
    enact()
    lon, lat = cast.point(1)
    report = Report(client_key="a-key-of-a-journey", item="env.litter", channel="portal", text="垃圾", lon=lon, lat=lat)
    return cases.open_case(actor=None, report=report, now=clock.now()).number


def test_words_written_before_the_drafts_came_are_kept(cast: Cast, visit: Visit) -> None:
    address = f"/desk/case/{_case(cast)}?do=report_up"
    page = visit("/account", who=cast.worker)
    come = _hold(page, "drafts")
    page.goto(address, wait_until="commit")
    box = page.locator("[name$='-reason']:visible").first
    box.fill("没有设备，要请上级派人")
    come()
    until(page, DRAFTS_KEPT, 1)
    again = page.context.new_page()
    page.close(run_before_unload=False)
    again.goto(address)
    expect(again.locator("[name$='-reason']:visible").first).to_have_value("没有设备，要请上级派人")


def test_a_residents_words_and_list_before_the_script_came_are_taken(cast: Cast, visit: Visit) -> None:
    enact()
    page = visit("/login", phone=True)
    come = _hold(page, "portal")
    page.goto("/report", wait_until="commit")
    page.fill("main [name=text]", "路口的暴露垃圾三天没人收")
    come()
    # what it sounds like is offered, and the words outlive the page
    expect(page.locator("[data-sounds]")).to_contain_text("暴露垃圾")
    page.goto("/login")
    page.goto("/report")
    expect(page.locator("main [name=text]")).to_have_value("路口的暴露垃圾三天没人收")


def test_done_on_a_case_before_its_script_came_still_outlives_a_dead_spot(cast: Cast, visit: Visit) -> None:
    number = _case(cast)
    page = visit("/field/", who=cast.worker, phone=True, quiet=True)
    come = _hold(page, "page-forms")
    page.goto(f"/field/case/{number}?do=settle")
    form = page.locator("details.act[open] form")
    form.locator("[name='settle-result']").fill("已清运，地面冲洗过。")
    form.locator("button.btn--primary").click()
    # nor does the outbox get anything through
    page.route(re.compile(f"/case/{number}/|/api/v1/sync"), _dead_spot)
    come()
    expect(page.locator("main")).to_contain_text("已存进本机待发箱")
    assert Case.objects.unscoped(reason="a test looks").get().version == 1


def test_a_map_opened_before_the_script_came_is_drawn(cast: Cast, visit: Visit) -> None:
    number = _case(cast)
    page = visit("/field/", who=cast.worker, phone=True)
    come = _hold(page, "field")
    page.goto(f"/field/case/{number}", wait_until="commit")
    page.locator("details", has=page.locator("[data-map-later]")).locator("summary").click()
    come()
    expect(page.locator("[data-map-later]")).to_be_visible()
