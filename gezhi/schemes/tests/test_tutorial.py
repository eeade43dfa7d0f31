"""The worked example in docs/schemes/tutorial.md is in order and plays as the page says."""

import re
from pathlib import Path

import pytest

from gezhi.schemes import plays
from gezhi.schemes.check import check
from gezhi.schemes.source import load, shipped

PAGE = shipped().parent / "docs" / "schemes" / "tutorial.md"
_FILE = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the files that the page shows."""
    for name, text in _FILE.findall(PAGE.read_text("utf-8")):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "river-town"


def test_the_example_is_in_order(folder: Path) -> None:
    assert [f"{one.path}: {one.text.en}" for one in check(folder)] == []


def test_the_example_plays_as_the_page_says(folder: Path) -> None:
    scheme = load(folder)
    found = sorted(folder.glob("tests/*.csv"))
    assert len(found) == 2
    for play in found:
        assert plays.differences(plays.play(scheme, plays.read_rows(play.read_text("utf-8"))).rows) == []


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        ('holder = "village_office"', 'holder = "vilage_office"', "Did you mean “village_office”?"),
        ('limit = "2 workdays"', 'limit = "2 working days"', "Can't read the limit “2 working days”"),
        (
            'asks = ["reason"]\ntimes = 2\n',
            'asks = ["reason"]\n',
            "(by assign, send_back). Give one of its actions `times`.",
        ),
        ('holder = "answer.lead"', 'holder = ["answer.lead", "department"]', "“everyday.litter” has no department"),
    ],
)
def test_the_check_says_what_the_page_says(folder: Path, written: str, instead: str, says: str) -> None:
    file = folder / "handle.toml"
    text = file.read_text("utf-8")
    assert written in text
    file.write_text(text.replace(written, instead), encoding="utf-8")
    assert says in " ".join(one.text.en for one in check(folder) if one.severity == "error")
