"""`gezhi duties due`, as an office runs it."""

import csv
import json
from io import StringIO

import pytest

from gezhi.cases.tests.conftest import _look_again, enact
from gezhi.people.tests.cast import Cast
from gezhi.shell.main import main

__all__ = ["_look_again"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command use the test's own database."""
    monkeypatch.setattr("gezhi.host.prepare.connect", lambda: None)


def test_rounds_of_a_day_by_duty(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    enact()
    assert main(["duties", "due", "--on", "2026-06-03", "--area", cast.villages[0].code]) == 0
    rows = {row["duty"]: row for row in csv.DictReader(StringIO(capsys.readouterr().out))}
    patrol = rows["shawan.patrol"]
    assert (patrol["objects"], patrol["asked"], patrol["done"], patrol["left"]) == ("2", "4", "0", "4")
    assert main(["duties", "due", "--on", "2026-06-03", "--json"]) == 0
    every = {row["duty"]: row for row in json.loads(capsys.readouterr().out)}
    assert every["shawan.patrol"]["objects"] == 4


def test_what_is_wrong_is_said(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["duties", "due", "--area", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert main(["duties", "due", "--on", "tomorrow"]) == 2
