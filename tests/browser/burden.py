"""How much a report, its handling and its dispatch ask of people: taps, keystrokes and seconds, printed as a table.

Run by `make measure-burden`. The ways are walked in Chromium against a live server with the small cast of the tests;
what the machine takes is measured there. What the person takes is a *model*, not a measurement: keystroke-level
operators (Card, Moran and Newell) with the values below. Whoever measures people will find other numbers; what the
model is good for is comparing two versions of a page.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page
from rich.console import Console
from rich.table import Table

from gezhi.cases import operations as cases
from gezhi.cases.models import Case
from gezhi.cases.operations import Report
from gezhi.foundation import clock
from gezhi.people.tests.cast import Cast
from tests.browser.phone import cut, take_along
from tests.browser.steps import Visit, enact, picture, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

# Seconds of the model: point at something and press it; one key; think before what has to be decided; take a photo
# (aim, shutter, use it: two presses of the camera's own, counted as taps).
TAP, KEY, THINK, PHOTO = 1.10 + 0.20, 0.28, 1.35, 4.0
# A Chinese character by pinyin with word prediction, on average.
KEYS_A_CHARACTER = 2.5
CAMERA_TAPS = 2


@dataclass
class Hand:
    """Somebody who does a thing: counts what is pressed, typed and photographed, and what one waits for the machine."""

    page: Page
    taps: int = 0
    keys: int = 0
    photos: int = 0
    decisions: int = 0
    waited: float = 0.0

    def tap(self, target: Locator, *, decide: bool = False, leads_on: bool = False) -> None:
        """Press something; `leads_on`: another page comes, and is waited for."""
        self.taps += 1
        self.decisions += decide
        began = time.perf_counter()
        target.first.click()
        if leads_on:
            self.page.wait_for_load_state("networkidle")
            self.waited += time.perf_counter() - began

    def key(self, name: str, *, leads_on: bool = False) -> None:
        """Press a key of a keyboard."""
        self.keys += 1
        began = time.perf_counter()
        self.page.keyboard.press(name)
        if leads_on:
            self.page.wait_for_load_state("networkidle")
            self.waited += time.perf_counter() - began

    def type(self, target: Locator, words: str) -> None:
        """Write a sentence: one tap into the field, then the keys."""
        self.taps += 1
        self.decisions += 1
        self.keys += round(len(words) * KEYS_A_CHARACTER)
        target.first.fill(words)

    def shoot(self, choose: Callable[[], None]) -> None:
        """Take a photo: the tile, then the camera's own presses."""
        self.taps += 1 + CAMERA_TAPS
        self.photos += 1
        choose()
        self.page.wait_for_load_state("networkidle")

    @property
    def person(self) -> float:
        """Seconds of the person, by the model."""
        # the camera's own presses are within the photo's seconds
        pressed = self.taps - CAMERA_TAPS * self.photos
        return pressed * TAP + self.keys * KEY + self.decisions * THINK + self.photos * PHOTO


@dataclass
class Found:
    """What was measured, in order."""

    rows: list[tuple[str, Hand]] = field(default_factory=list)


@pytest.fixture(scope="module")
def found() -> Found:
    """Keep what is found until all ways are walked."""
    return Found()


def _open(cast: Cast, *by: str) -> str:
    lon, lat = cast.point(1)
    words = "路口的垃圾没人收。"
    report = Report(
        client_key="key-of-what-is-handled", item="env.litter", channel="portal", text=words, lon=lon, lat=lat
    )
    number = cases.open_case(actor=None, report=report, now=clock.now()).number
    for who in by:
        actor = cast.role(who)
        cases.act(actor=actor, number=number, action="report_up", answers={"reason": "要上级派车"}, now=clock.now())
    return number


def _step() -> str:
    return Case.objects.unscoped(reason="the way must have led somewhere").get().step


def test_a_resident_reports(cast: Cast, visit: Visit, found: Found) -> None:
    enact()
    page = visit("/", phone=True, at=cast.point(1))
    hand = Hand(page)
    hand.tap(page.locator("main a[href='/report']"), leads_on=True)
    hand.type(page.locator("main [name=text]"), "路边垃圾堆了三天没人清运")
    hand.tap(page.get_by_role("radio", name=re.compile("^暴露垃圾")), decide=True)
    hand.tap(page.locator(".dock .btn--primary"), leads_on=True)
    hand.tap(page.get_by_role("button", name="用我现在的位置"))
    page.locator("#loc", has_text="误差约").wait_for()
    page.wait_for_load_state("networkidle")
    hand.tap(page.locator(".dock .btn--primary"), leads_on=True)
    hand.tap(page.get_by_label("匿名"), decide=True)
    hand.tap(page.get_by_role("button", name="提交", exact=True), leads_on=True)
    page.locator(".code").first.wait_for()
    found.rows.append(("report, resident without an account", hand))


def test_a_worker_reports(cast: Cast, visit: Visit, found: Found) -> None:
    enact()
    page = sign_in(visit, cast.worker, "/field/", phone=True, at=cast.point(1))
    hand = Hand(page)
    _report(hand)
    hand.tap(page.locator("[data-send]"), leads_on=True)
    page.wait_for_url("**/field/sent/**")
    found.rows.append(("report, grid worker: photo and place", hand))


def test_a_worker_reports_and_settles(cast: Cast, visit: Visit, found: Found) -> None:
    enact()
    page = sign_in(visit, cast.worker, "/field/", phone=True, at=cast.point(1))
    hand = Hand(page)
    _report(hand)
    hand.tap(page.get_by_role("radio", name=re.compile("当场办好了")), decide=True)
    hand.type(page.locator("[name='settle-result']"), "已清运干净")
    hand.shoot(lambda: page.set_input_files("[name='settle-photos_after']", picture((90, 140, 90))))
    hand.tap(page.locator("[data-send]"), leads_on=True)
    page.wait_for_url("**/field/sent/**")
    assert _step() == "check"
    found.rows.append(("report and settle on the spot, two photos", hand))


def test_a_worker_reports_without_a_network(cast: Cast, visit: Visit, found: Found) -> None:
    enact()
    page = take_along(cast, visit)
    cut(page)
    page.goto("/field/")
    hand = Hand(page)
    report_offline(hand)
    page.locator(".sent-head").wait_for()
    found.rows.append(("report without a network: photo and place", hand))


def report_offline(hand: Hand) -> None:
    """Report from Today without a network: photo, place by itself, item, send."""
    page = hand.page
    hand.tap(page.locator(".tabbar a", has_text="上报"), leads_on=True)
    page.locator("[data-slot=exact]", has_text="米").wait_for()
    hand.shoot(lambda: page.set_input_files("#shoot", picture()))
    page.locator(".shots img").wait_for()
    hand.tap(page.locator(".opt-chip", has_text="暴露垃圾"), decide=True)
    hand.tap(page.locator("[data-slot=send]"))


def _report(hand: Hand) -> None:
    page = hand.page
    hand.tap(page.locator(".tabbar a", has_text="上报"), leads_on=True)
    page.locator("#says-where", has_text="误差约").wait_for()
    hand.shoot(lambda: page.set_input_files("#shoot", picture()))
    hand.tap(page.locator(".opt-chip", has_text="暴露垃圾"), decide=True)
    page.get_by_role("radio", name=re.compile("我来办")).wait_for()


def test_a_worker_handles(cast: Cast, visit: Visit, found: Found) -> None:
    enact()
    _open(cast)
    page = sign_in(visit, cast.worker, "/field/", phone=True)
    hand = Hand(page)
    hand.tap(page.locator(".task .next"), decide=True, leads_on=True)
    hand.type(page.locator("[name='settle-result']"), "已清运，地面冲洗过")
    hand.shoot(lambda: page.set_input_files("[name='settle-photos_after']", picture((90, 140, 90))))
    hand.tap(page.locator(".act[open] form > .btn--primary"), leads_on=True)
    page.locator(".messages").wait_for()
    assert _step() == "check"
    found.rows.append(("handle in the field: a sentence and a photo", hand))


def test_somebody_checks(cast: Cast, visit: Visit, found: Found) -> None:
    enact()
    number = _open(cast)
    cases.act(actor=cast.worker, number=number, action="settle", answers={"result": "清走了"}, now=clock.now())
    page = sign_in(visit, cast.head, "/field/", phone=True)
    hand = Hand(page)
    hand.tap(page.locator(".task .next"), decide=True, leads_on=True)
    hand.tap(page.get_by_role("button", name="核查通过"), decide=True, leads_on=True)
    page.locator(".messages").wait_for()
    assert _step() == "sign"
    found.rows.append(("check what another did, in the field", hand))


def test_an_office_handles(cast: Cast, visit: Visit, found: Found) -> None:
    enact()
    number = _open(cast, "worker")
    page = sign_in(visit, cast.head, "/desk/")
    hand = Hand(page)
    _walk_to(hand, number)
    hand.type(page.locator("form:visible [name$='-result']"), "已清运，地面冲洗过")
    hand.tap(page.get_by_role("button", name=re.compile("^办结")), leads_on=True)
    page.locator(".messages").wait_for()
    assert _step() == "check"
    found.rows.append(("handle at a station's desk: a sentence", hand))


def test_the_district_dispatches(cast: Cast, visit: Visit, found: Found) -> None:
    enact()
    number = _open(cast, "worker", "head", "centre")
    page = sign_in(visit, cast.dispatcher, "/desk/")
    hand = Hand(page)
    _walk_to(hand, number)
    hand.tap(page.get_by_role("button", name=re.compile("^派遣")), decide=True, leads_on=True)
    page.locator(".messages").wait_for()
    assert _step() == "department"
    found.rows.append(("dispatch to the department that the item names", hand))


def _walk_to(hand: Hand, number: str) -> None:
    """Go to the first case of a queue by keys."""
    page = hand.page
    hand.key("j")
    page.locator("#aside", has_text=number).wait_for()
    hand.key("Enter", leads_on=True)
    page.wait_for_url(re.compile(number))


def test_say_it(found: Found) -> None:
    """Print the table; the order of this file is the order of the walks."""
    table = Table("what", "taps", "keys", "photos", "machine", "person", "together", title="Burden")
    for what, hand in found.rows:
        numbers = (f"{hand.taps}", f"{hand.keys}", f"{hand.photos}")
        seconds = (f"{one:.1f} s" for one in (hand.waited, hand.person, hand.waited + hand.person))
        table.add_row(what, *numbers, *seconds)
    console = Console(width=110)
    console.print(table)
    console.print(
        f"Taps include the camera's own {CAMERA_TAPS} a photo. Machine: measured here. Person: a model, not measured:"
        f" {TAP:.2f} s a tap, {KEY} s a key, {KEYS_A_CHARACTER} keys a Chinese character, {THINK} s before a decision,"
        f" {PHOTO:.0f} s a photo."
    )
    assert found.rows
