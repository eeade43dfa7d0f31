"""The page of settings and the settings themselves agree, both ways."""

import re
from collections.abc import Iterator

from tests.house.sources import PACKAGE, ROOT, modules

_NAME = re.compile(r"`(GEZHI_[A-Z_]+|DATABASE_URL)`")
# how the readers of gezhi.config.env, the commands and the scripts ask for a variable
_READ = re.compile(r"(?:env\.\w+\(|environ\.get\(|in \()\s*\"(GEZHI_[A-Z_]+|DATABASE_URL)\"")
_SHELL = re.compile(r"\$\{(GEZHI_[A-Z_]+)")
_DEFAULT = re.compile(r"env\.(?:text|whole|flag)\(\s*\"(GEZHI_[A-Z_]+)\",\s*(?:default=)?([\w.@/-]+|\"[^\"{]*\")[,)]")
# what a run tells its own children, and what finds data that is not shipped
_NOT_SETTINGS = {"GEZHI_RUN", "GEZHI_SHARED_DATA"}


def test_every_setting_is_documented_and_no_other() -> None:
    assert _documented() == set(_read()) - _NOT_SETTINGS


def test_the_defaults_on_the_page_are_the_defaults() -> None:
    wrong = {name: default for name, default in _defaults() if f"`{default}`" not in _row(name)}
    assert wrong == {}


def _documented() -> set[str]:
    return {name for line in _rows() for name in _NAME.findall(line.split("|")[1])}


def _rows() -> list[str]:
    page = (ROOT / "docs" / "operate" / "settings.md").read_text()
    return [line for line in page.splitlines() if line.startswith("| `")]


def _row(name: str) -> str:
    return next(line for line in _rows() if f"`{name}`" in line.split("|")[1])


def _read() -> Iterator[str]:
    for path in modules():
        yield from _READ.findall(path.read_text())
    for path in [ROOT / "scripts" / "setup", ROOT / "tests" / "browser" / "ready.py"]:
        words = path.read_text()
        yield from (*_SHELL.findall(words), *_READ.findall(words))


def _defaults() -> Iterator[tuple[str, str]]:
    """Yield the defaults that stand in the code as plain words, as the page writes them."""
    for path in [PACKAGE / "config" / "settings.py", PACKAGE / "host" / "up.py", PACKAGE / "shell" / "up.py"]:
        for name, raw in _DEFAULT.findall(path.read_text()):
            default = {"True": "yes", "False": "no"}.get(raw, raw.strip('"').replace("_", ""))
            if default:
                yield name, default
