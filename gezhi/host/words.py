"""What the program says on a terminal, in the reader's language."""

import os

from gezhi.schemes.text import Text


def language() -> str:
    """Return the terminal's language: `GEZHI_LANGUAGE`, else the locale's (`zh…`), else English."""
    for name in ("GEZHI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if word := os.environ.get(name):
            return "zh-hans" if word.lower().startswith("zh") else "en"
    return "en"


def say(zh: str, en: str) -> str:
    """Return the wording for the terminal's language."""
    return Text(zh, en).say(language())


class Trouble(Exception):
    """Something on this machine is in the way. The message says what, and what to do; nothing else is printed."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(say(zh, en))
