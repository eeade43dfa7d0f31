"""Every page of the URL table, opened by everybody who may, with a lived-in district: readable, reachable, whole.

In each run every page is asked of axe by its main reader twice, at the two extremes (Chinese, light, 360 px; English,
dark, 1440 px), and once by each other reader, in a combination that goes round. `GEZHI_WALK=all` (`make walk`) opens
every page in both languages, both themes and three widths, as everybody.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import pyotp
import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from gezhi.foundation import clock
from gezhi.people import operations as people
from gezhi.people.tests.cast import Cast
from tests.browser import faults
from tests.browser.lived_in import Lived, settle_in
from tests.browser.walk import WALK, Visit, is_no_page, visits
from tests.house.url_table import TABLE

SURFACES = ("portal", "account", "field", "desk", "setup", "refusals")
PASSWORD = "walk the grid daily"
HEIGHT = 900


@dataclass(frozen=True)
class Look:
    """A language, a theme and a width."""

    language: str
    theme: Literal["light", "dark"]
    width: int

    def __str__(self) -> str:
        return f"{self.language} {self.theme} {self.width}"


_THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ALL = [Look(*one) for one in product(("zh-CN", "en-GB"), _THEMES, (360, 768, 1440))]
EXTREMES = [Look("zh-CN", "light", 360), Look("en-GB", "dark", 1440)]
OTHERS = [look for look in ALL if look not in EXTREMES]


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
    for number, visit in enumerate(visits(lived, surface)):
        for look in _looks(visit, number):
            walker.open(visit, look)
    walker.close()
    assert not walker.found, "\n".join(walker.found)


def _looks(visit: Visit, number: int) -> Sequence[Look]:
    if os.environ.get("GEZHI_WALK") == "all":
        return ALL
    return EXTREMES if visit.main else [OTHERS[number % len(OTHERS)]]


class Walker:
    """Somebody with a browser for each person and look, who writes down what is wrong."""

    def __init__(self, chromium: Browser, address: str, lived: Lived) -> None:
        self.chromium = chromium
        self.address = address
        self.lived = lived
        self.found: list[str] = []
        self._heard: list[str] = []
        self._pages: dict[tuple[str, Look, str], Page] = {}

    def open(self, visit: Visit, look: Look) -> None:
        """Open a page and look at all that must hold there."""
        page = self._page(visit, look)
        self._heard.clear()
        if visit.first:
            page.goto(visit.first)
        answer = page.goto(visit.address)
        words, status = (answer.text(), answer.status) if answer else ("", 0)
        faulty = list(self._look(page, visit, look, words, status))
        page.set_viewport_size({"width": look.width, "height": HEIGHT})
        where = f"{visit.address} as {visit.role}, {look}"
        self.found += [f"{where}: {one}" for one in dict.fromkeys(faulty)]

    def close(self) -> None:
        """Put the browsers away."""
        for page in self._pages.values():
            page.context.close()

    def _look(self, page: Page, visit: Visit, look: Look, words: str, status: int) -> Iterator[str]:
        expected = 200 if visit.status == 302 else visit.status
        if status != expected:
            yield f"answers {status}, not {expected}"
            return
        yield from faults.inline(words)
        yield from faults.frame(page)
        yield from faults.axe(page, look.width)
        yield from faults.focus(page)
        yield from (one for one in self._heard if not (status >= 400 and f"a status of {status}" in one))

    def _page(self, visit: Visit, look: Look) -> Page:
        key = (visit.role, look, visit.begun)
        if key not in self._pages:
            self._pages[key] = self._begin(visit, look)
        return self._pages[key]

    def _begin(self, visit: Visit, look: Look) -> Page:
        context = self.chromium.new_context(
            base_url=self.address,
            locale=look.language,
            timezone_id="Asia/Shanghai",
            viewport={"width": look.width, "height": HEIGHT},
            color_scheme=look.theme,
            reduced_motion="reduce",
        )
        context.set_default_timeout(8_000)
        self._sign_in(context, visit)
        page = context.new_page()
        page.on("pageerror", lambda error: self._heard.append(f"script: {error}"))
        page.on("console", lambda line: self._heard.append(f"console: {line.text}") if line.type == "error" else None)
        page.on("request", lambda asked: self._hear_of(asked.url))
        return page

    def _hear_of(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self._heard.append(f"asks elsewhere: {url}")

    def _sign_in(self, context: BrowserContext, visit: Visit) -> None:
        browser = self._halfway() if visit.role == "halfway" else self._browser(visit)
        kept = browser.cookies.get("sessionid")
        if kept is not None:
            context.add_cookies([{"name": "sessionid", "value": kept.value, "url": self.address}])

    def _browser(self, visit: Visit) -> Client:
        who = None if visit.role == "anonymous" else getattr(self.lived.cast, visit.role)
        return self.lived.browser(who, begun=visit.begun)

    def _halfway(self) -> Client:
        """Give the password and still owe the code."""
        account, now = self.lived.cast.outsider, self.lived.district.now
        if not account.has_second_factor:
            people.set_password(actor=None, account=account, password=PASSWORD, now=now)
            secret = people.begin_second_factor(account=account, now=now)
            people.confirm_second_factor(account=account, code=pyotp.TOTP(secret).at(now), now=now)
        client = Client()
        client.post("/login", {"login": account.username, "password": PASSWORD})
        return client
