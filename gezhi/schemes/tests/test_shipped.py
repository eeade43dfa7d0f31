"""Every shipped scheme is in order and plays as its own files in `tests/` say, with the look-backs beside them."""

import csv
from pathlib import Path

import pytest

from gezhi.schemes import plays
from gezhi.schemes.check import check
from gezhi.schemes.source import load, shipped

SCHEMES = sorted(path.parent for path in shipped().glob("*/scheme.toml"))
PLAYS = sorted(
    path for scheme in SCHEMES for path in scheme.glob("tests/*.csv") if not path.name.endswith(".lookback.csv")
)


def _name(path: Path) -> str:
    return path.name if path.is_dir() else f"{path.parent.parent.name}/{path.stem}"


@pytest.mark.parametrize("scheme", SCHEMES, ids=_name)
def test_a_shipped_scheme_has_no_errors(scheme: Path) -> None:
    errors = [f"{one.place} {one.path}: {one.text.en}" for one in check(scheme) if one.severity == "error"]
    assert errors == []


@pytest.mark.parametrize("scheme", SCHEMES, ids=_name)
def test_a_shipped_scheme_is_played_to_a_close_and_through_refusals(scheme: Path) -> None:
    wanted = {
        (row.get("want_ok", ""), row.get("want_step", ""))
        for play in PLAYS
        if play.parent.parent == scheme
        for row in plays.read_rows(play.read_text("utf-8"))
    }
    assert any(step == "closed" for _, step in wanted)
    assert any(ok == "refused" for ok, _ in wanted)


@pytest.mark.parametrize("play", PLAYS, ids=_name)
def test_a_play_goes_as_counted_by_hand(play: Path) -> None:
    scheme = load(play.parent.parent)
    played = plays.play(scheme, plays.read_rows(play.read_text("utf-8")))
    assert plays.differences(played.rows) == []
    back = play.with_suffix(".lookback.csv")
    if back.is_file():
        with back.open(encoding="utf-8", newline="") as file:
            assert plays.look_back_rows(scheme, played) == list(csv.DictReader(file))
