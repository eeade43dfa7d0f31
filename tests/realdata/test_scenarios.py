"""The scenarios of the real data's neighbour folder: every state and look-back to the second, byte for byte."""

from pathlib import Path

import pytest

from gezhi.schemes import plays, source
from gezhi.schemes.documents import shipped
from gezhi.shell.main import main
from realdata.checks import data_folder

pytestmark = pytest.mark.realdata
DATA = data_folder()
BACK = ".lookback.csv"
FOLDER = DATA.parent / "scenarios" if DATA else Path("none")
SCENARIOS = sorted(path for path in FOLDER.glob("[0-9]*.csv") if not path.name.endswith(BACK))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_plays_as_expected(path: Path) -> None:
    scheme = source.load(shipped() / "shawan")
    played = plays.play(scheme, plays.read_rows(path.read_text(encoding="utf-8")))
    assert plays.differences(played.rows) == []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_command_writes_the_expected_look_back(path: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "out.csv", tmp_path / "back.csv"
    code = main(["scheme", "play", str(shipped() / "shawan"), str(path), "-o", str(out), "--look-back", str(back)])
    assert code == 0
    assert back.read_bytes() == path.with_name(path.stem + BACK).read_bytes()
