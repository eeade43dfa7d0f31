"""Rules about the command line: every command helps, by example."""

import importlib
import re
from pathlib import Path

import pytest

from gezhi.shell.main import COMMANDS, main
from tests.house.sources import ROOT


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_helps_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module(f"gezhi.shell.{command}")
    assert callable(module.arguments)
    assert callable(module.run)
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert "Example" in capsys.readouterr().out


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert re.fullmatch(r"gezhi \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)


def test_an_unknown_command_is_misuse() -> None:
    with pytest.raises(SystemExit) as left:
        main(["nonsense"])
    assert left.value.code == 2


def test_the_example_in_each_module_names_its_own_command() -> None:
    for command in COMMANDS:
        path = Path(ROOT / "gezhi" / "shell" / f"{command}.py")
        assert f"gezhi {command}" in path.read_text(), path
