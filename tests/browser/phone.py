"""A phone in the journeys: the field taken along, the network cut and given back."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from gezhi.people.tests.cast import Cast
from tests.browser.steps import Visit, check_accessible, check_fits, picture

ITEM = "暴露垃圾"


def look(page: Page) -> None:
    """Fail with what axe finds, and when the page must be pushed sideways."""
    check_accessible(page)
    check_fits(page)


def take_along(cast: Cast, visit: Visit, **how: Any) -> Page:
    """Let somebody's phone keep the field, and download."""
    who = how.pop("who", cast.worker)
    page = visit("/field/", who=who, phone=True, keeps=True, quiet=True, at=cast.point(1), **how)
    ready(page)
    refresh(page)
    return page


def ready(page: Page) -> None:
    """Wait until the phone has kept the pages for when there is no network."""
    page.wait_for_function("navigator.serviceWorker.ready.then((one) => one.active.state === 'activated')")


def refresh(page: Page) -> None:
    """Download from the outbox's page what is new."""
    page.goto("/field/outbox")
    card = page.locator(".card")
    go, says = card.locator("[data-slot=go]"), card.locator("[data-slot=says]", has_text="都是最新的")
    expect(go.or_(says).locator("visible=true").first).to_be_visible()
    if go.is_visible():
        expect(go).to_contain_text(re.compile(r"(下载|更新)（\d+"))
        # the page may be at it already, after what it sent, and then takes its button away
        go.evaluate("button => button.checkVisibility() && button.click()")
    expect(says).to_be_visible()
    expect(card).to_contain_text("已就绪")


def cut(page: Page) -> None:
    """Take the network away."""
    page.context.set_offline(True)


def back(page: Page) -> None:
    """Give the network back and look into the outbox."""
    page.context.set_offline(False)
    page.goto("/field/outbox")


def back_at_the_outbox(page: Page) -> None:
    """Look into the outbox first and then give the network back: it sends, and nothing else has done so before."""
    page.goto("/field/outbox")
    expect(page.locator(".record").first).to_be_visible()
    page.context.set_offline(False)


def nothing_gets_through(page: Page) -> None:
    """Let whatever the outbox sends be lost on its way, by a page or by the phone itself."""
    page.context.route(
        "**/api/v1/sync", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )


def kept(page: Page) -> None:
    """Wait until it is kept on the phone."""
    expect(page.locator("h1")).to_have_text("已存在这部手机上")


def sent(page: Page, n: int) -> None:
    """Wait until so many records were taken, and nothing waits or needs its owner."""
    expect(page.locator(".record[data-state=sent]")).to_have_count(n)
    expect(page.locator(".record:not([data-state=sent])")).to_have_count(0)


def choose_wood(page: Page) -> None:
    """On the report's page that the phone keeps, with its place known, look an item with questions up and choose it."""
    page.goto("/field/report")
    expect(page.locator("[data-slot=place]")).to_have_text("第1网格")
    page.locator("[data-slot=chips] button").click()
    page.locator("[data-slot=search]").fill("山林")
    page.locator("[data-slot=items] .choice").first.click()


def report(page: Page, text: str = "", *, photo: bool = True) -> None:
    """Report from the middle of the own grid."""
    page.goto("/field/report")
    expect(page.locator("[data-slot=place]")).to_have_text("第1网格")
    if photo:
        page.set_input_files("#shoot", picture())
        expect(page.locator(".shots img")).to_have_count(1)
    page.locator(".opt-chip", has_text=ITEM).click()
    if text:
        page.fill("[name=text]", text)
    page.locator("[data-slot=send]").click()


def until(page: Page, says: str) -> None:
    """Wait until a function of the page that answers later answers yes: `wait_for_function` takes a promise for one."""
    for _ in range(100):
        if page.evaluate(says):
            return
        page.wait_for_timeout(100)
    raise AssertionError(says)
