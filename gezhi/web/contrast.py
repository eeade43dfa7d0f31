"""Which colours of the design meet, and whether they can be told apart: from tokens.css, for tests and /design."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOKENS = Path(__file__).parent / "static/gezhi/tokens.css"
THEMES = ("light", "dark")
TEXT, SHAPE = 4.5, 3.0
_COLOUR = re.compile(r"--c-([\w-]+):\s*(#[0-9a-f]{6})\b")
_LIGHTS = ("green", "yellow", "red", "idle")
_GROUNDS = ("paper", "surface", "sunken")


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two colours that meet in a theme, and how far apart they must be (WCAG 2.2 AA)."""

    theme: str
    fore: str
    ground: str
    fore_colour: str
    ground_colour: str
    least: float

    @property
    def ratio(self) -> float:
        """The contrast."""
        low, high = sorted((_luminance(self.fore_colour), _luminance(self.ground_colour)))
        return (high + 0.05) / (low + 0.05)

    @property
    def holds(self) -> bool:
        """Whether it is enough."""
        return self.ratio >= self.least


def meetings() -> list[Meeting]:
    """Return every pair of colours that the components put on each other, in both themes."""
    return [
        Meeting(theme, fore, ground, palette(theme)[fore], palette(theme)[ground], least)
        for theme in THEMES
        for fore, ground, least in _pairs()
    ]


def _pairs() -> list[tuple[str, str, float]]:
    pairs = [(text, ground, TEXT) for ground in _GROUNDS for text in ("ink", "ink-2", "ink-3", "accent")]
    pairs += [("edge", ground, SHAPE) for ground in _GROUNDS]
    pairs += [("focus", ground, SHAPE) for ground in (*_GROUNDS, "raised", "hover")]
    pairs += [("ink", ground, TEXT) for ground in ("raised", "hover", "accent-tint")]
    pairs += [("on-accent", "accent", TEXT), ("on-accent", "accent-hover", TEXT), ("accent", "accent-tint", TEXT)]
    pairs += [("ink", "hold-1", TEXT), ("ink", "hold-2", TEXT)]
    pairs += [("surface", "ink", TEXT), ("map-text", "map-land", TEXT)]
    pairs += [(f"{light}-ink", f"{light}-tint", TEXT) for light in _LIGHTS]
    pairs += [(light, f"{light}-tint", SHAPE) for light in _LIGHTS]
    return pairs


def dark_blocks() -> list[dict[str, str]]:
    """Return both dark blocks of the tokens: the one that follows the system, and the one that was chosen."""
    system = re.search(r":root:not\(\[data-theme=\"light\"\]\) \{(.*?)\}", _tokens(), re.DOTALL)
    chosen = re.search(r"\n  \[data-theme=\"dark\"\] \{(.*?)\}", _tokens(), re.DOTALL)
    if system is None or chosen is None:
        raise LookupError("tokens.css has lost a dark block")
    return [dict(re.findall(r"([\w-]+):\s*([^;]+);", block[1])) for block in (system, chosen)]


@cache
def palette(theme: str) -> dict[str, str]:
    """Return name → colour of a theme."""
    light = dict(_COLOUR.findall(_tokens().split("@media screen and (prefers-color-scheme: dark)")[0]))
    if theme == "light":
        return light
    dark = {name.removeprefix("--c-"): value for name, value in dark_blocks()[0].items()}
    return light | {name: value for name, value in dark.items() if re.fullmatch(r"#[0-9a-f]{6}", value)}


@cache
def _tokens() -> str:
    return re.sub(r"/\*.*?\*/", "", TOKENS.read_text(encoding="utf-8"), flags=re.DOTALL)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
