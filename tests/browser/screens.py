"""Photographs the product's pages as each person of the demo sees them, into build/screens.

Usage: python -m tests.browser.screens [ADDRESS [PERSON …]]
    ADDRESS of a running `gezhi up` with the demo, http://127.0.0.1:8000 unless given;
    PERSON a name to log in with, or visitor
Follows the links of each person's first pages; every page is taken on a phone and on a desk, in both languages, and in
Chinese also in the dark.
"""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import BrowserContext, Error, sync_playwright

from tests.browser.ready import ARGUMENTS
from tests.browser.ready import browser as find_browser

TARGET = Path("build") / "screens"
WIDTHS = {"phone": (360, 780), "desk": (1440, 900)}
LOOKS: dict[str, tuple[str, Literal["light", "dark"]]] = {
    "zh": ("zh-CN", "light"),
    "en": ("en-GB", "light"),
    "zh-dark": ("zh-CN", "dark"),
}
PAGES_EACH = 14
_LEFT_OUT = re.compile(r"/(logout|static|media|kept|healthz|api)\b|\.geojson|\.csv|\.xlsx|^mailto:|^tel:")


def main(address: str, wanted: Sequence[str] = ()) -> int:
    """Take all pictures, or those of the wanted people; return 1 when nothing answers at the address."""
    shutil.rmtree(TARGET, ignore_errors=True)
    everybody = [("visitor", "", ""), *_cast()]
    people = [one for one in everybody if not wanted or (one[1] or "visitor") in wanted]
    taken = 0
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        for _what, name, password in people:
            for device, (width, height) in WIDTHS.items():
                for short, (language, theme) in LOOKS.items():
                    context = chromium.new_context(
                        base_url=address,
                        locale=language,
                        color_scheme=theme,
                        viewport={"width": width, "height": height},
                    )
                    folder = TARGET / (name or "visitor") / f"{device}-{short}"
                    taken += _walk(context, address, name, password, folder)
                    context.close()
    print(f"{taken} pictures in {TARGET}")
    return 0 if taken else 1


def _walk(context: BrowserContext, address: str, name: str, password: str, folder: Path) -> int:
    page = context.new_page()
    try:
        page.goto("/login" if name else "/")
    except Error as error:
        print(f"{address}: {error.message.splitlines()[0]}", file=sys.stderr)
        return 0
    if name:
        page.fill("input[name=login]", name)
        page.fill("input[type=password]", password)
        page.press("input[type=password]", "Enter")
        page.wait_for_load_state()
    waiting, seen = [page.url], set[str]()
    folder.mkdir(parents=True, exist_ok=True)
    while waiting and len(seen) < PAGES_EACH:
        url = waiting.pop(0)
        shape = re.sub(r"[0-9a-f-]{8,}|\d+", "#", urlsplit(url).path)
        if shape in seen:
            continue
        seen.add(shape)
        page.goto(url)
        page.screenshot(path=folder / f"{len(seen):02d}{shape.replace('/', '_')[:60]}.png", full_page=True)
        links = [urljoin(url, word) for word in page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")]
        waiting += [link for link in links if link.startswith(address) and not _LEFT_OUT.search(urlsplit(link).path)]
    return len(seen)


def _cast() -> list[tuple[str, str, str]]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    django.setup()
    from gezhi.host.prepare import demo_people

    return demo_people()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000", sys.argv[2:]))
