"""The tokens keep what the design promises: two identical dark blocks, and contrast that can be read."""

import re
from pathlib import Path

import pytest

from gezhi.web import contrast

STATIC = Path(__file__).resolve().parents[1] / "static/gezhi"


def test_the_two_dark_blocks_are_identical() -> None:
    system, chosen = contrast.dark_blocks()
    assert system == chosen
    assert len(system) > 40


@pytest.mark.parametrize("one", contrast.meetings(), ids=lambda one: f"{one.theme}-{one.fore}-on-{one.ground}")
def test_colours_that_meet_can_be_told_apart(one: contrast.Meeting) -> None:
    assert one.holds, f"{one.ratio:.2f} is less than {one.least}"


def test_both_themes_name_the_same_colours() -> None:
    dark = {name.removeprefix("--c-") for name in contrast.dark_blocks()[0] if name.startswith("--c-")}
    assert set(contrast.palette("light")) <= dark


def test_sheets_name_no_colour_and_stay_short() -> None:
    for sheet in STATIC.glob("*.css"):
        words = sheet.read_text(encoding="utf-8")
        assert len(words.splitlines()) < 500, sheet.name
        if sheet.name != "tokens.css":
            # paper and a QR code are white and black whatever the theme
            loose = set(re.findall(r"#[0-9a-fA-F]{3,6}\b", words)) - {"#fff", "#000"}
            assert not loose, f"{sheet.name}: {loose}"


def test_icons_used_in_templates_are_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="i-([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    for template in STATIC.parents[1].rglob("templates/**/*.html"):
        used = set(re.findall(r'{% icon "([\w-]+)"', template.read_text(encoding="utf-8")))
        assert used <= drawn, f"{template.name}: {used - drawn}"


def test_templates_carry_no_style_or_script_of_their_own() -> None:
    for template in STATIC.parents[1].rglob("templates/**/*.html"):
        words = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\bsrc=)", words), template
