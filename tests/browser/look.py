"""How pages are looked at: language, theme, width; and which pictures the album takes of which page."""

from dataclasses import dataclass
from itertools import product
from typing import Literal

type Theme = Literal["light", "dark"]
HEIGHTS = {360: 780, 768: 1024, 1440: 900}


@dataclass(frozen=True)
class Look:
    """A language, a theme and a width."""

    language: str
    theme: Theme
    width: int

    def __str__(self) -> str:
        return f"{self.language} {self.theme} {self.width}"

    @property
    def height(self) -> int:
        """How high the window is."""
        return HEIGHTS[self.width]

    @property
    def short(self) -> str:
        """Say it within a file's name."""
        return ".".join(
            [
                str(self.width),
                *(["en"] if self.language.startswith("en") else []),
                *(["dark"] if self.theme == "dark" else []),
            ]
        )


_THEMES: tuple[Theme, Theme] = ("light", "dark")
ALL = [Look(*one) for one in product(("zh-CN", "en-GB"), _THEMES, (360, 768, 1440))]
EXTREMES = [Look("zh-CN", "light", 360), Look("en-GB", "dark", 1440)]
OTHERS = [look for look in ALL if look not in EXTREMES]

PLAIN = (Look("zh-CN", "light", 360), Look("zh-CN", "light", 1440))
_PHONE = (Look("zh-CN", "dark", 360), Look("en-GB", "light", 360))
_DESK = (Look("zh-CN", "dark", 1440), Look("en-GB", "light", 1440), Look("zh-CN", "light", 768))
EXTRAS: dict[str, tuple[Look, ...]] = {
    "portal-home": _PHONE,
    "portal-report": _PHONE,
    "portal-where": _PHONE,
    "portal-case-sign": _PHONE,
    "portal-grid": _PHONE,
    "field-today": _PHONE,
    "field-case": _PHONE,
    "desk-queue": _DESK,
    "desk-case": _DESK,
    "setup-scheme": _DESK,
    "setup-areas": _DESK,
}
