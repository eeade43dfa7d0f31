"""Every page of the URL table, opened by everybody who may, with a lived-in district: readable, reachable, whole.

In each run every page is opened by its main reader twice, at the two extremes (Chinese, light, 360 px; English, dark,
1440 px), and once by each other reader, in a combination that goes round; axe is asked by the main reader only and at
one of the extremes, the next page at the other, since asking takes longer than all else. `GEZHI_WALK=all` (`make walk`)
opens every page in both languages, both themes and three widths, and asks axe everywhere and as everybody.
"""

import os
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from gezhi.foundation import clock
from gezhi.people.tests.cast import Cast
from tests.browser import faults
from tests.browser.lived_in import Lived, settle_in
from tests.browser.look import ALL, EXTREMES, OTHERS, Look
from tests.browser.walk import SURFACES, WALK, Visit, is_no_page, visits
from tests.house.url_table import TABLE

HEIGHT = 900
WHOLE = os.environ.get("GEZHI_WALK") == "all"


def test_every_address_is_walked_or_says_why_it_is_no_page() -> None:
    missing = [name for name in TABLE if name not in WALK and not is_no_page(name)]
    assert missing == [], "say in tests/browser/walk.py how these pages are opened, or why they are none"
    assert [name for name in WALK if name not in TABLE] == [], "these addresses are no more: take them out of the walk"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("surface", SURFACES)
def test_every_page_holds(
    cast: Cast, surface: str, chromium: Browser, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived = settle_in(cast)
    monkeypatch.setattr(clock, "now", lambda: lived.district.now)
    walker = Walker(chromium, live_server.url, lived)
    pairs = [
        (visit, look, WHOLE or (visit.main and place == number % len(EXTREMES)))
        for number, visit in enumerate(visits(lived, surface))
        for place, look in enumerate(_looks(visit, number))
    ]
    # everything of one browser in a row: an open page keeps asking the server, and one at a time is enough
    for visit, look, asks in sorted(pairs, key=lambda one: (_browser(one[0], one[1]), str(one[1]))):
        walker.open(visit, look, asks_axe=asks)
    walker.close()
    assert not walker.found, "\n".join(walker.found)


def _looks(visit: Visit, number: int) -> Sequence[Look]:
    if WHOLE:
        return ALL
    return EXTREMES if visit.main else [OTHERS[number % len(OTHERS)]]


def _browser(visit: Visit, look: Look) -> tuple[str, str, str]:
    """Return whose browser it is: pages of the same one share it. Width and theme are set page by page."""
    return visit.role, look.language, visit.begun


class Walker:
    """Somebody who takes one person's browser after the other and writes down what is wrong."""

    def __init__(self, chromium: Browser, address: str, lived: Lived) -> None:
        self.chromium = chromium
        self.address = address
        self.lived = lived
        self.found: list[str] = []
        self._heard: list[str] = []
        self._open: tuple[tuple[str, str, str], Page] | None = None

    def open(self, visit: Visit, look: Look, *, asks_axe: bool) -> None:
        """Open a page and look at all that must hold there."""
        page = self._page(visit, look)
        page.set_viewport_size({"width": look.width, "height": HEIGHT})
        page.emulate_media(color_scheme=look.theme)
        self._heard.clear()
        if visit.first:
            page.goto(visit.first)
        answer = page.goto(visit.address)
        words, status = (answer.text(), answer.status) if answer else ("", 0)
        faulty = list(self._look(page, visit, look, words, status, asks_axe=asks_axe))
        where = f"{visit.address} as {visit.role}, {look}"
        self.found += [f"{where}: {one}" for one in dict.fromkeys(faulty)]

    def close(self) -> None:
        """Put the browser away."""
        if self._open is not None:
            self._open[1].context.close()
        self._open = None

    def _look(self, page: Page, visit: Visit, look: Look, words: str, status: int, *, asks_axe: bool) -> Iterator[str]:
        expected = 200 if visit.status == 302 else visit.status
        if status != expected:
            yield f"answers {status}, not {expected}"
            return
        yield from faults.inline(words)
        yield from faults.frame(page)
        if asks_axe:
            yield from faults.axe(page, look.width)
        yield from faults.focus(page)
        yield from (one for one in self._heard if not (status >= 400 and f"a status of {status}" in one))

    def _page(self, visit: Visit, look: Look) -> Page:
        key = _browser(visit, look)
        if self._open is None or self._open[0] != key:
            self.close()
            self._open = (key, self._begin(visit, look))
        return self._open[1]

    def _begin(self, visit: Visit, look: Look) -> Page:
        context = self.chromium.new_context(
            base_url=self.address,
            locale=look.language,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.set_default_timeout(8_000)
        if cookie := self.lived.cookie(visit.role, begun=visit.begun):
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.address}])
        page = context.new_page()
        page.on("pageerror", lambda error: self._heard.append(f"script: {error}"))
        page.on("console", lambda line: self._heard.append(f"console: {line.text}") if line.type == "error" else None)
        page.on("request", lambda asked: self._hear_of(asked.url))
        return page

    def _hear_of(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self._heard.append(f"asks elsewhere: {url}")
