"""What pages weigh and how calmly they come: bytes as they cross the wire, requests, scripts before the first paint."""

import gzip
import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Response
from pytest_django.live_server_helper import LiveServer

from gezhi.foundation import clock
from gezhi.people.tests.cast import Cast
from tests.browser.lived_in import Lived, settle_in

# The map is fetched only where somebody looks at one; the rest of the page does not wait for it.
_MAP = re.compile(r"/vendor/maplibre-gl|/areas\.geojson")
_SHIFT = """() => new Promise((done) => {
  let sum = 0;
  const moved = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      if (one.hadRecentInput) continue;
      sum += one.value;
      moved.push(...one.sources.map((source) => (source.node?.outerHTML ?? "").slice(0, 120)));
    }
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done([sum, moved]), 400);
})"""


@dataclass
class Load:
    """What one page loaded: address → bytes on the wire."""

    bytes: dict[str, int] = field(default_factory=dict)

    def hear(self, answer: Response) -> None:
        """Count an answer as the product sends it: files compressed beforehand, pages as they are."""
        if answer.status != 200 or _MAP.search(answer.url):
            return
        body = answer.body()
        static = "/static/" in answer.url and not answer.url.endswith(".png")
        self.bytes[answer.url] = len(gzip.compress(body, 9)) if static else len(body)

    @property
    def kilobytes(self) -> float:
        """The sum."""
        return sum(self.bytes.values()) / 1000

    def __str__(self) -> str:
        """List the heaviest first."""
        heavy = sorted(self.bytes.items(), key=lambda one: -one[1])
        return "\n".join(f"{size:>8} {url}" for url, size in heavy)


@pytest.fixture
def lived(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Lived:
    lived = settle_in(cast)
    monkeypatch.setattr(clock, "now", lambda: lived.district.now)
    return lived


@dataclass(frozen=True)
class Budget:
    """What a page may cost: kilobytes and requests on the first visit, and how far it moves while it comes."""

    path: str
    role: str
    width: int
    kilobytes: int
    requests: int = 30
    shift: float = 0.02


BUDGETS = (
    Budget("/", "anonymous", 360, 80),
    Budget("/report", "anonymous", 360, 120),
    Budget("/field/", "worker", 360, 100),
    Budget("/desk/", "dispatcher", 1440, 160, 35),
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("budget", BUDGETS, ids=lambda one: one.path)
def test_a_page_is_light_and_stands_still(
    lived: Lived, chromium: Browser, live_server: LiveServer, budget: Budget
) -> None:
    context = chromium.new_context(
        base_url=live_server.url, locale="zh-CN", viewport={"width": budget.width, "height": 800}
    )
    if cookie := lived.cookie(budget.role):
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page, load = context.new_page(), Load()
    page.on("response", load.hear)
    page.goto(budget.path)
    page.wait_for_load_state("networkidle")
    assert load.kilobytes <= budget.kilobytes, f"{budget.path} weighs {load.kilobytes:.0f} kB:\n{load}"
    assert len(load.bytes) <= budget.requests, f"{budget.path} asks {len(load.bytes)} times:\n{load}"
    assert _blocking(page) == [], "these scripts stand before the first paint"
    shift, moved = page.evaluate(_SHIFT)
    assert shift <= budget.shift, f"{budget.path} moves by {shift:.3f} while it comes: {moved}"
    context.close()


def _blocking(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        "script[src]:not([type=module]):not([async]):not([defer])", "all => all.map((one) => one.src)"
    )
    return found
