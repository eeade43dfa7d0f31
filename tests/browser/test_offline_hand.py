"""One hand, gloves, sunlight, weak eyes, no network: six taps, large targets, strong contrast, text twice as large."""

import re
import time
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gezhi.people.tests.cast import Cast
from tests.browser.burden import Hand, report_offline
from tests.browser.phone import ITEM, back, cut, kept, sent, take_along
from tests.browser.steps import Visit, enact

pytestmark = pytest.mark.django_db(transaction=True)
MOST_TAPS, MOST_SECONDS = 6, 30
# The least side of a target, in CSS pixels, for a thumb in a glove.
TARGET = 48
PAGES = ("/field/", "/field/report", "/field/cases", "/field/outbox", "/field/duties", "/field/duties/away")


def test_a_report_with_photo_place_and_item_takes_six_taps_and_half_a_minute(cast: Cast, visit: Visit) -> None:
    enact()
    page = take_along(cast, visit)
    cut(page)
    page.goto("/field/")
    expect(page.locator(".notes")).to_contain_text("没有网络")
    hand, began = Hand(page), time.perf_counter()
    report_offline(hand)
    kept(page)
    assert hand.taps <= MOST_TAPS
    # by the model of docs/burden.md for the person, by the clock for the phone
    assert hand.person + time.perf_counter() - began < MOST_SECONDS
    back(page)
    sent(page, 1)


@pytest.mark.parametrize("how", [{"contrast": "more"}, {"theme": "dark"}, {"text": 2}, {}])
def test_pages_without_a_network_hold_for_gloves_sun_and_weak_eyes(
    cast: Cast, visit: Visit, how: dict[str, Any]
) -> None:
    enact()
    twice = how.pop("text", 1) == 2
    page = take_along(cast, visit, width=360, **how)
    cut(page)
    for address in PAGES:
        page.goto(address)
        expect(page.locator("main[aria-busy]")).to_have_count(0)
        if twice:
            page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        assert _wide(page) == [], address
        assert _small(page) == [], address
        assert _cut_off(page) == [], address
        if how.get("contrast"):
            assert _pale(page) == [], address
    page.goto("/field/report")
    page.locator(".opt-chip", has_text=ITEM).click()
    page.get_by_role("radio", name=re.compile("当场办好了")).check()
    if twice:
        page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert _wide(page) == []
    assert _small(page) == []


def _wide(page: Page) -> list[str]:
    """Return what reaches beyond the window's right edge."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
          .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 0.5)
          .map((one) => one.outerHTML.slice(0, 120))"""
    )
    return found


def _small(page: Page) -> list[str]:
    """Return targets that a gloved thumb misses; a link within a sentence is none."""
    found: list[str] = page.evaluate(
        """(least) => [...document.querySelectorAll(
            "a[href], button, summary, label.choice, label.opt-chip, label.photo, select, input.input")]
          .filter((one) => one.checkVisibility() && !one.matches(".skip, p a, .linkbtn"))
          .map((one) => [one, one.getBoundingClientRect()])
          .filter(([, box]) => box.width > 0 && (box.height < least - 0.5 || box.width < least - 0.5))
          .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${Math.round(box.width)}x${Math.round(box.height)}`)""",
        TARGET,
    )
    return found


def _cut_off(page: Page) -> list[str]:
    """Return words that their box cuts off."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button, a.btn, h1, h2, label, b, .meta")]
          .filter((one) => one.checkVisibility() && !one.closest(".vh, .skip, .clip"))
          .filter((one) => getComputedStyle(one).overflow !== "visible")
          .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
          .map((one) => one.outerHTML.slice(0, 100))"""
    )
    return found


def _pale(page: Page) -> list[str]:
    """Return what is not strong enough for sunlight: seven to one."""
    rules = {
        "runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]},
        "rules": {"color-contrast-enhanced": {"enabled": True}},
    }
    found = Axe().run(page, options=rules).response["violations"]
    return [node["html"][:120] + node["failureSummary"][:160] for one in found for node in one["nodes"]]
