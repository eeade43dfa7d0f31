"""What people do in the journeys, so that a journey reads as its story."""

import inspect
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from gezhi.enactment import operations as enactment
from gezhi.people import operations as people
from gezhi.people.models import Account
from gezhi.schemes import source

PASSWORD = "walk the grid daily"
BEGAN = datetime(2025, 12, 31, tzinfo=UTC)

type Visit = Callable[..., Page]


def enact(scheme: str = "shawan") -> None:
    """Put a shipped scheme into force."""
    enactment.enact(files=source.shipped() / scheme, actor=None, on=date(2026, 1, 1), now=BEGAN)


def picture(colour: tuple[int, int, int] = (70, 90, 110)) -> FilePayload:
    """Return a small photo as a browser sends one."""
    kept = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(kept, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


def sign_in(visit: Visit, account: Account, path: str, **how: Any) -> Page:
    """Open a page as somebody who is signed in, and has a password; signing in by the page has journeys of its own."""
    people.set_password(actor=None, account=account, password=PASSWORD, now=BEGAN)
    return visit(path, who=account, **how)


def by_the_page(page: Page, account: Account, then: str) -> None:
    """Sign in on the login page that is open, and wait for where it leads."""
    page.fill("[name=login]", account.username)
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(re.compile(then))


def choose_item(page: Page, words: str) -> None:
    """Choose an item of the catalogue by its title, through the search box where scripts run."""
    chip = page.locator(".opt-chip", has_text=re.compile(rf"^\s*{re.escape(words)}\s*$"))
    if chip.count():
        chip.first.click()
        return
    if page.locator("html.has-script").count():
        page.locator("[data-filter-list=items]").fill(words)
    else:
        page.locator("details.pick", has_text=words).locator("summary").click()
    page.get_by_role("radio", name=re.compile(f"^{re.escape(words)}")).first.check()


def press(page: Page, words: str) -> None:
    """Press the button of that name and wait for what it leads to."""
    # a form waits for the photos that are still on their way
    expect(page.locator(".photo-bar:not([hidden])")).to_have_count(0)
    page.get_by_role("button", name=words, exact=True).last.click()
    # what was sent stays marked until its answer is there: the next page, or this one again
    expect(page.locator("form[data-sent]")).to_have_count(0)
    page.wait_for_load_state()


def do(page: Page, title: str, **answers: Any) -> None:
    """Open an action on a case's page, answer what it asks (text by question id, photos as files), and press it."""
    box = page.locator("details.act", has=page.locator("summary", has_text=re.compile(rf"^\s*{re.escape(title)}\s*$")))
    under_the_thumb = page.locator(".dock [data-do]", has_text=re.compile(rf"^\s*{re.escape(title)}\s*$"))
    if under_the_thumb.count():
        under_the_thumb.click()
        page.wait_for_load_state()
    if box.count() == 0:
        with page.expect_navigation():
            press(page, title)
        return
    behind = page.locator("details.others:not([open])")
    if behind.count() and not box.first.is_visible():
        behind.locator("summary").first.click()
    if box.first.get_attribute("open") is None:
        box.first.locator("summary").click()
    form = box.first.locator("form")
    for question, answer in answers.items():
        _answer(form, question, answer)
    # on a phone a script sends first and goes on to the next page after the answer
    with page.expect_navigation():
        form.get_by_role("button", name=title, exact=True).click()


def _answer(form: Locator, question: str, answer: Any) -> None:
    field = form.locator(f"[name$='{question}']").first
    kind = field.get_attribute("type")
    if kind == "file":
        field.set_input_files(answer)
    elif kind in ("radio", "checkbox"):
        for one in answer if isinstance(answer, list) else [answer]:
            form.locator(f"[name$='{question}'][value='{one}']").check()
    elif field.evaluate("one => one.tagName") == "SELECT":
        field.select_option(answer)
    else:
        field.fill(str(answer))


def check_accessible(page: Page) -> None:
    """Fail with what axe finds wrong on the page: nothing may be."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert found == [], "\n".join(
        f"{page.url}: {one['id']}: {one['help']}\n    {node['html'][:200]}" for one in found for node in one["nodes"]
    )


def check_fits(page: Page) -> None:
    """Fail when the page must be pushed sideways to be read."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the window"


def until(page: Page, what: str, value: object) -> None:
    """Wait until something in the page has a value; its policy forbids `wait_for_function`, a text run as a script."""
    for _try in range(100):
        if page.evaluate(what) == value:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{what} is {page.evaluate(what)}, not {value}")


def comes_true(page: Page, what: Callable[[], object]) -> None:
    """Wait until something holds at the server that nothing on the page tells of."""
    for _try in range(150):
        if what():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{inspect.getsource(what).strip()} did not come true")


# in the page: how many drafts the browser keeps beyond the tab
DRAFTS_KEPT = "Object.keys(localStorage).filter(name => name.startsWith('gezhi.draft:')).length"
