"""The browser of the journeys: Debian's Chromium, driven over a pipe, against a live server of the test database."""

import os
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Literal

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from gezhi.people.models import Account
from gezhi.territory import queries as territory
from tests.browser.ready import ARGUMENTS
from tests.browser.ready import browser as find_browser
from tests.browser.serving import SLOWER, slow_down, slow_hand, take_over

# A machine that builds beside the tests is slow, not broken.
PATIENCE_MS = 15_000 * SLOWER
REST_SECONDS = 10
PHONE = {"width": 390, "height": 844}
BROKE = pytest.StashKey[bool]()
TRACES = Path(__file__).resolve().parents[2] / "build" / "journeys"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all here as journeys. Those of a file stay together, each surface of the walk goes by itself.

    So both xdist workers have browsers and take the next lot when they are free, the longest not last.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            surface = getattr(item, "callspec", None) if item.path.stem == "test_every_page" else None
            group = f"walk-{surface.params['surface']}" if surface else item.path.stem
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which journeys broke: of those a picture is kept."""
    report = yield
    if report.failed:
        item.stash[BROKE] = True
    return report


def _is_fault(line: ConsoleMessage) -> bool:
    """Say whether a line of the console is a fault. A refused form (409, 422) and a dead spot are answers."""
    answers = ("a status of 409", "a status of 422", "ERR_INTERNET_DISCONNECTED")
    return line.type == "error" and not any(answer in line.text for answer in answers)


@pytest.fixture(autouse=True)
def _look_again() -> Iterator[None]:
    """Forget the territory of the journey before: its rows are gone, though its version's number is the same."""
    territory.look_again()
    yield
    territory.look_again()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the browser once."""
    # Playwright keeps an event loop in this thread, and Django would refuse the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    slow_hand()
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def live_server(live_server: LiveServer) -> LiveServer:
    """Serve as the journeys want it."""
    take_over(live_server)
    return live_server


@pytest.fixture
def visit(chromium: Browser, live_server: LiveServer, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody new: `visit("/", phone=True, language="en")`, standing `at` a point if given.

    Errors in the console fail the test, unless it is `quiet`: a journey that takes the network away. `keeps`: the
    browser may keep pages for when there is no network; elsewhere that would stand between a journey and the server.
    `who` is signed in already: the sign-in page has journeys of its own.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        path: str = "/", *, phone: bool = False, language: str = "zh-CN", script: bool = True,
        at: tuple[float, float] | None = None, theme: str = "light", quiet: bool = False, keeps: bool = False,
        who: Account | None = None, width: int = PHONE["width"], contrast: Literal["more"] | None = None,
    ) -> Page:  # fmt: skip
        context = chromium.new_context(
            base_url=live_server.url,
            locale=language,
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": PHONE["height"]} if phone else {"width": 1440, "height": 900},
            java_script_enabled=script,
            geolocation={"longitude": at[0], "latitude": at[1], "accuracy": 8} if at else None,
            permissions=["geolocation"] if at else None,
            color_scheme="dark" if theme == "dark" else "light",
            contrast=contrast,
            service_workers="allow" if keeps else "block",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if who is not None:
            client = Client()
            client.force_login(who)
            kept = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": kept, "url": live_server.url}])
        if not (keeps or quiet):
            # a second hand on a page that loses its network would tell it that it has one
            context.on("page", slow_down)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if not quiet and _is_fault(line) else None)
        page.goto(path)
        return page

    yield open_page
    went_wrong = complaints or request.node.stash.get(BROKE, False)
    for number, context in enumerate(contexts):
        for page in context.pages if went_wrong else ():
            TRACES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=TRACES / f"{request.node.name[:80]}-{number}.png", full_page=True)
        for page in context.pages:
            # a request held back here must not break the journey after this one
            page.unroute_all(behavior="ignoreErrors")
        context.close()
    _come_to_rest()
    assert complaints == []


def _come_to_rest() -> None:
    """Wait until the server has answered what the browsers asked last: emptying the database would lock against it."""
    quiet, until = 0, time.monotonic() + REST_SECONDS
    while quiet < 2 and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'"
            )
            quiet = 0 if cursor.fetchone()[0] else quiet + 1
        time.sleep(0.02)
