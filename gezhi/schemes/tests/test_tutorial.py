"""The worked example in docs/schemes/tutorial.md is in order and plays as the page says."""

import re
from pathlib import Path

import pytest

from gezhi.schemes import plays
from gezhi.schemes.check import check
from gezhi.schemes.source import load, shipped

PAGE = shipped().parent / "docs" / "schemes" / "tutorial.md"
CHINESE = PAGE.with_suffix(".zh.md")
_FILE = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the files that the page shows."""
    for name, text in _FILE.findall(PAGE.read_text("utf-8")):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "river-town"


def test_both_languages_show_the_same_example() -> None:
    assert _FILE.findall(CHINESE.read_text("utf-8")) == _FILE.findall(PAGE.read_text("utf-8"))


def test_the_example_is_in_order(folder: Path) -> None:
    assert [f"{one.path}: {one.text.en}" for one in check(folder)] == []


def test_the_example_plays_as_the_page_says(folder: Path) -> None:
    scheme = load(folder)
    found = sorted(folder.glob("tests/*.csv"))
    assert len(found) == 2
    for play in found:
        assert plays.differences(plays.play(scheme, plays.read_rows(play.read_text("utf-8"))).rows) == []


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('holder = "village_office"', 'holder = "vilage_office"'),
        ('limit = "2 workdays"', 'limit = "2 working days"'),
        ('asks = ["reason"]\ntimes = 2\n', 'asks = ["reason"]\n'),
        ('holder = "answer.lead"', 'holder = ["answer.lead", "department"]'),
    ],
)
def test_the_check_says_what_the_page_says(folder: Path, written: str, instead: str) -> None:
    file = folder / "handle.toml"
    text = file.read_text("utf-8")
    assert written in text
    file.write_text(text.replace(written, instead), encoding="utf-8")
    found = next(one.text for one in check(folder) if one.severity == "error")
    # a long message may be cut short on the page, never changed
    for page, words in ((PAGE, found.en), (CHINESE, found.zh)):
        said = [cell.split("…")[0].strip() for cell in page.read_text("utf-8").split("|")]
        assert any(cell and words.startswith(cell) for cell in said), words
