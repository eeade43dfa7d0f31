"""The album of the documentation: every page of the walk as the demo's people see it, in docs/screens.

The demo is loaded into an empty database as of one fixed morning, so that pictures change only when pages do; then
the walk's own cases come in. Each page is taken in Chinese at 360 and 1440 px; chosen ones also in the dark, in English
and at 768 px. What is shown of people is made up.
"""

import io
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import shapely
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.db import connections, transaction
from django.test.testcases import LiveServerThread
from django.utils.translation.reloader import translation_file_changed
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from gezhi.demo import operations as demo
from gezhi.demo.script import plan
from gezhi.foundation import clock
from gezhi.host import prepare
from gezhi.people.models import Account, Department
from gezhi.people.tests.cast import Cast
from gezhi.territory.models import Area
from tests.browser.lived_in import BEGINS, Lived, live
from tests.browser.look import EXTRAS, PLAIN, Look
from tests.browser.ready import ARGUMENTS
from tests.browser.ready import browser as find_browser
from tests.browser.walk import SURFACES, Visit, visits

TARGET = Path("docs") / "screens"
HIGHEST = 1800
_OF_THE_DIRECTOR = "desk-held"
_COLOURS = 64
_TITLES = {
    "portal": "Portal: for residents",
    "account": "Signing in and one's own account",
    "field": "Field: on the phone of a grid worker",
    "desk": "Desk: stations, centres, departments, leaders",
    "setup": "The plan: for the district's office",
    "refusals": "When something is not there, or not yours",
}


@dataclass(frozen=True)
class DemoCast(Cast):
    """The walk's roles played by the demo's people."""

    def point(self, grid: int) -> tuple[float, float]:  # type: ignore[override]  # these grids are no squares
        """Return lon, lat of a point within grid 1 to 4."""
        inside = shapely.from_wkb(bytes(self.grids[grid - 1].boundary or b"")).representative_point()
        return inside.x, inside.y


def make(words: Sequence[str] = ()) -> int:
    """Take the pictures, all or those whose name holds a word; write the index."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    _settle()
    lived = _district()
    TARGET.mkdir(parents=True, exist_ok=True)
    taken: dict[str, dict[str, list[str]]] = {}
    with (
        mock.patch.object(clock, "now", return_value=lived.district.now),
        _serving() as address,
        sync_playwright() as driver,
    ):
        chromium = driver.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        for surface in SURFACES:
            taken[surface] = _album(chromium, address, lived, surface, words)
        chromium.close()
    if not words:
        _tidy(taken)
    _write_index()
    print(f"{sum(len(one) for names in taken.values() for one in names.values())} pictures taken into {TARGET}")
    return 0


def _settle() -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.ALLOWED_HOSTS = ["*"]
    Path(settings.HOME).mkdir(parents=True, exist_ok=True)
    if prepare.compile_words():
        # what was read while the rooms were loaded are the words of before
        translation_file_changed(sender=None, file_path=Path("django.mo"))
    prepare.make_keys()
    prepare.migrate(lambda *_: None)
    cache.clear()


def _district() -> Lived:
    """Load the demo and let the walk's cases come in."""
    print("Loading the demo district …", file=sys.stderr)
    with transaction.atomic():
        demo.load(BEGINS, lambda *_: None)
    return live(_cast())


def _cast() -> Cast:
    home = plan()["home"]["village"]
    village = Area.objects.get(code=home)
    other = Area.objects.filter(parent=village.parent, level=village.level).exclude(pk=village.pk).order_by("code")[0]
    grids = [*_grids(village)[:2], *_grids(other)[:2]]
    known = {account.username: account for account in Account.objects.all()}
    departments = {row.code: row for row in Department.objects.all()}
    resident = next(account for name, account in known.items() if name.startswith("r-"))
    assert village.parent is not None
    assert village.parent.parent is not None
    worker = known.get(f"grid_worker-{grids[0].code}", known["grid"])
    return DemoCast(
        district=village.parent.parent,
        township=village.parent,
        villages=(village, other),
        grids=(grids[0], grids[1], grids[2], grids[3]),
        department=departments["city_management"],
        other_department=departments["water"],
        worker=worker,
        other_worker=known[f"grid_worker-{grids[2].code}"],
        head=known["station"],
        other_head=known[f"station_head-{other.code}"],
        centre=known["township"],
        dispatcher=known["district"],
        leader=known["director"],
        clerk=known["city"],
        other_clerk=known["clerk-water"],
        resident=resident,
        other_resident=resident,
        outsider=known["inspector"],
        steward=known["director"],
    )


def _grids(village: Area) -> list[Area]:
    return list(Area.objects.filter(parent=village).exclude(boundary=None).order_by("code"))


@contextmanager
def _serving() -> Iterator[str]:
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()
    connections.close_all()


def _album(chromium: Browser, address: str, lived: Lived, surface: str, words: Sequence[str]) -> dict[str, list[str]]:
    taken: dict[str, list[str]] = defaultdict(list)
    done: set[str] = set()
    for visit in visits(lived, surface):
        if visit.name in done or (words and not any(word in visit.name for word in words)):
            continue
        done.add(visit.name)
        for look in (*PLAIN, *EXTRAS.get(visit.name, ())):
            context = _context(chromium, address, look)
            _sign_in(context, address, lived, visit, surface)
            file = f"{visit.name}.{look.short}.png"
            if _photograph(context.new_page(), visit, look, TARGET / file):
                taken[visit.name].append(file)
            context.close()
    return taken


def _context(chromium: Browser, address: str, look: Look) -> BrowserContext:
    context = chromium.new_context(
        base_url=address, locale=look.language, color_scheme=look.theme, timezone_id="Asia/Shanghai",
        viewport={"width": look.width, "height": look.height}, reduced_motion="reduce",
    )  # fmt: skip
    context.set_default_timeout(15_000)
    return context


def _sign_in(context: BrowserContext, address: str, lived: Lived, visit: Visit, surface: str) -> None:
    # in the demo the plan is set up by the director, who also answers what is held of somebody
    role = "leader" if surface == "setup" or visit.name == _OF_THE_DIRECTOR else visit.role
    cookie = lived.cookie(role, begun=visit.begun)
    if cookie:
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])


def _photograph(page: Page, visit: Visit, look: Look, target: Path) -> bool:
    if visit.first:
        page.goto(visit.first)
    answer = page.goto(visit.address)
    if answer is None or answer.status not in (200, visit.status):
        print(f"{visit.name}: answers {answer.status if answer else 'nothing'}", file=sys.stderr)
        return False
    page.wait_for_load_state("networkidle")
    if page.locator("[data-map]").count():
        page.wait_for_timeout(700)
    high = min(max(page.evaluate("document.documentElement.scrollHeight"), look.height), HIGHEST)
    page.set_viewport_size({"width": look.width, "height": high})
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(_COLOURS, method=Image.Quantize.MEDIANCUT).save(target, optimize=True)
    return True


def _tidy(taken: dict[str, dict[str, list[str]]]) -> None:
    """Take away pictures of pages that are no more."""
    known = {file for names in taken.values() for files in names.values() for file in files}
    for old in TARGET.glob("*.png"):
        if old.name not in known:
            old.unlink()


def _write_index() -> None:
    """List the pictures that are there, by surface and page."""
    lines = [
        "# Pages in pictures",
        "",
        "Written by `make screens`. The demo district, one morning in June; nobody in it is real.",
        "",
    ]
    pages: dict[str, list[str]] = defaultdict(list)
    for file in sorted(TARGET.glob("*.png")):
        pages[file.name.split(".")[0]].append(file.name)
    for surface, title in _TITLES.items():
        lines += [f"## {title}", ""]
        for name in (name for name in pages if _surface(name) == surface):
            lines += [f"**{name}** " + " ".join(f"![{name}, {_words(file)}]({file})" for file in pages[name]), ""]
    (TARGET / "index.md").write_text("\n".join(lines), encoding="utf-8")


def _surface(name: str) -> str:
    head = name.split("-", maxsplit=1)[0]
    return {"refusal": "refusals"}.get(head, head if head in _TITLES else "account")


def _words(file: str) -> str:
    width, *rest = file.removesuffix(".png").split(".")[1:]
    return " ".join([f"{width} px", *({"en": "English", "dark": "dark"}[one] for one in rest)])
