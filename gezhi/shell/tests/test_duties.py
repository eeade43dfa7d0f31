"""`gezhi duties simulate-calendar` and the readable plan's tables of duties, as an office runs them."""

import csv
from pathlib import Path

import pytest

from gezhi.schemes.documents import shipped
from gezhi.shell.main import main

SHAWAN = str(shipped() / "shawan")
BAD = Path(__file__).parents[2] / "schemes" / "tests" / "bad"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_round_of_a_year_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "rounds.csv"
    assert main(["duties", "simulate-calendar", SHAWAN, "--year", "2026", "-o", str(out)]) == 0
    found = rows(out)
    assert list(found[0]) == ["duty", "of", "period", "due"]
    assert [row["due"] for row in found] == sorted(row["due"] for row in found)
    assert {row["due"][:4] for row in found} == {"2026"}
    quarters = [row for row in found if row["duty"] == "visit_class_3"]
    assert [(row["of"], row["period"], row["due"]) for row in quarters][:2] == [
        ("households[class = 3]", "2026-Q1", "2026-03-31"),
        ("households[class = 3]", "2026-Q2", "2026-06-30"),
    ]
    assert "Started by events, not listed: first_visit" in capsys.readouterr().err


def test_one_duty_is_picked_and_written_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["duties", "simulate-calendar", SHAWAN, "--year", "2026", "--duty", "permit_training"]) == 0
    assert capsys.readouterr().out == (
        "duty,of,period,due\npermit_training,township,2026-H1,2026-06-30\npermit_training,township,2026-H2,2026-12-31\n"
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([SHAWAN, "--year", "1999"], 2, "The year must be from 2001 to 2099."),
        ([SHAWAN, "--year", "2026", "--duty", "patrols"], 2, "There is no duty “patrols”."),
        ([str(BAD / "duty-bad-rate"), "--year", "2026"], 1, "“twice a week” is not a rate"),
    ],
)
def test_what_can_not_be_listed_is_said(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["duties", "simulate-calendar", *words]) == code
    assert said in capsys.readouterr().err


def test_show_tells_duties_registers_and_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_LANGUAGE", "zh")
    page = tmp_path / "plan.html"
    assert main(["scheme", "show", SHAWAN, "--html", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    for words in (
        "每天不少于 2 次，07:00–10:30、17:00–20:30 各一次，休息日不安排",
        "站长，每季度不少于 50%",
        "帮扶对象",
        "24个月",
        "走访类别",
    ):
        assert words in text
