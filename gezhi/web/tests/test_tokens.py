"""The tokens keep what the design promises: two identical dark blocks, and contrast that can be read."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[1] / "static/gezhi"
TOKENS = re.sub(r"/\*.*?\*/", "", (STATIC / "tokens.css").read_text(encoding="utf-8"), flags=re.DOTALL)
_COLOUR = re.compile(r"(--c-[\w-]+):\s*(#[0-9a-f]{6})\b")


def _dark_blocks() -> list[dict[str, str]]:
    system = re.search(r":root:not\(\[data-theme=\"light\"\]\) \{(.*?)\}", TOKENS, re.DOTALL)
    chosen = re.search(r"\n  \[data-theme=\"dark\"\] \{(.*?)\}", TOKENS, re.DOTALL)
    assert system
    assert chosen
    return [dict(re.findall(r"([\w-]+):\s*([^;]+);", block[1])) for block in (system, chosen)]


def _palette(theme: str) -> dict[str, str]:
    light = dict(_COLOUR.findall(TOKENS.split("@media screen and (prefers-color-scheme: dark)")[0]))
    if theme == "light":
        return light
    return light | {name: value for name, value in _dark_blocks()[0].items() if re.fullmatch(r"#[0-9a-f]{6}", value)}


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_two_dark_blocks_are_identical() -> None:
    system, chosen = _dark_blocks()
    assert system == chosen
    assert len(system) > 40


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("light", ["green", "yellow", "red", "idle"])
def test_a_light_can_be_read(theme: str, light: str) -> None:
    palette = _palette(theme)
    tint = palette[f"--c-{light}-tint"]
    assert _contrast(palette[f"--c-{light}-ink"], tint) >= 4.5
    assert _contrast(palette[f"--c-{light}"], tint) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface", "sunken"])
def test_text_can_be_read(theme: str, ground: str) -> None:
    palette = _palette(theme)
    for text in ("ink", "ink-2", "ink-3", "accent"):
        assert _contrast(palette[f"--c-{text}"], palette[f"--c-{ground}"]) >= 4.5, text
    assert _contrast(palette["--c-edge"], palette[f"--c-{ground}"]) >= 3


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
