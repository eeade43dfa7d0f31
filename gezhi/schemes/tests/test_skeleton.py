"""A new scheme is in order whatever shipped piece it begins with, and its first play runs."""

from pathlib import Path

import pytest

from gezhi.schemes import plays, skeleton
from gezhi.schemes.check import check
from gezhi.schemes.model import SchemeError
from gezhi.schemes.source import load, shipped

BESIDES = ("notices", "questions")
PIECES = sorted(f"common/{path.stem}" for path in shipped().glob("common/*.toml") if path.stem not in BESIDES)


@pytest.mark.parametrize("piece", PIECES)
def test_a_new_scheme_from_a_shipped_piece_is_in_order_and_opens_a_case(piece: str, tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    skeleton.write(folder, title='某区 "一" 方案', year=2026, pieces=[piece])
    assert [one.text.en for one in check(folder) if one.severity == "error"] == []
    scheme = load(folder)
    played = plays.play(scheme, plays.read_rows((folder / "tests" / "01-opened.csv").read_text("utf-8")))
    assert plays.differences(played.rows) == []
    assert scheme.title.zh == '某区 "一" 方案'


def test_several_pieces_make_one_small_procedure(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    skeleton.write(folder, title="某区", year=2026, pieces=["common/sign", "common/supplement"])
    procedure = load(folder).procedures["handling"]
    assert set(procedure.steps) == {"accept", "sign"}
    assert {"finish", "supplement", "supplied", "accept", "dissatisfied"} <= set(procedure.actions)


def test_a_whole_scheme_is_extended_as_it_is(tmp_path: Path) -> None:
    whole = min(shipped().glob("*/scheme.toml")).parent
    folder = tmp_path / "plan"
    skeleton.write(folder, title="某镇", year=2026, pieces=[whole.name])
    assert [one.text.en for one in check(folder) if one.severity == "error"] == []
    assert set(load(folder).posts) == set(load(whole).posts)


def test_an_unknown_piece_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    with pytest.raises(SchemeError, match="no-such"):
        skeleton.write(folder, title="某区", year=2026, pieces=["common/no-such"])
    assert list(folder.iterdir()) == []
