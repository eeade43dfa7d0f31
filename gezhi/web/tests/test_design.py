"""The catalogue of components shows all that templates use, and carries no style of its own."""

import re
from pathlib import Path

import pytest
from django.test import RequestFactory

from gezhi.web import components, design

WEB = Path(__file__).resolve().parents[1]
# The sheets of components. Layout helpers (base) and frames are what every page shows.
SHEETS = ("buttons", "forms", "time", "lists", "panels", "map")


@pytest.fixture
def page(db: None) -> str:
    return design.page(RequestFactory().get("/design")).content.decode()


def _styled() -> set[str]:
    found: set[str] = set()
    for sheet in SHEETS:
        words = (WEB / f"static/gezhi/{sheet}.css").read_text(encoding="utf-8")
        selectors = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", words, flags=re.DOTALL)
        found |= set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors))
    return found


def _classes(words: str) -> set[str]:
    found: set[str] = set()
    for value in re.findall(r'class="([^"]*)"', words):
        found |= set(re.sub(r"{%.*?%}|{{.*?}}", " ", value).split())
    return found


def test_every_sheet_of_the_design_is_on_every_page() -> None:
    # paper, high contrast and calm have a sheet of their own, which nobody misses on a screen
    written = {f"gezhi/{sheet.name}" for sheet in (WEB / "static/gezhi").glob("*.css")} - {"gezhi/catalogue.css"}
    assert set(components.SHEETS) == written


def test_every_component_that_templates_use_is_shown(page: str) -> None:
    used: set[str] = set()
    for template in WEB.rglob("templates/**/*.html"):
        used |= _classes(template.read_text(encoding="utf-8"))
    missing = (used & _styled()) - _classes(page)
    assert sorted(missing) == [], "show these components in web/design/*.html"


def test_every_state_of_a_component_is_shown(page: str) -> None:
    states = {name for name in _styled() if name.startswith("is-")}
    assert sorted(states - _classes(page)) == []


def test_both_themes_stand_side_by_side(page: str) -> None:
    assert 'data-theme="light"' in page
    assert 'data-theme="dark"' in page
    assert page.count("on-accent") >= 4
