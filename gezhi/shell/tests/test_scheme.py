"""`gezhi scheme` as an office runs it: what it prints, what it writes, its exit codes."""

import csv
import json
from pathlib import Path

import pytest

from gezhi.schemes.documents import shipped
from gezhi.shell.main import main

SHAWAN = str(shipped() / "shawan")
PLAY = shipped() / "shawan" / "tests" / "01-settled-on-the-spot.csv"
BAD = Path(__file__).parents[2] / "schemes" / "tests" / "bad"


def test_check_is_silent_about_nothing_and_fails_on_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scheme", "check", SHAWAN]) == 0
    assert "17 workdays against 15" in capsys.readouterr().out
    assert main(["scheme", "check", str(BAD / "loop")]) == 1
    said = capsys.readouterr().out
    assert "loop/scheme.toml:6: error: procedures.plain.actions.send_back (P1.4): A loop without a bound" in said
    assert main(["scheme", "check", "--strict", SHAWAN]) == 1


def test_check_speaks_chinese_and_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_LANGUAGE", "zh")
    assert main(["scheme", "check", str(BAD / "loop")]) == 1
    assert "错误: procedures.plain.actions.send_back (P1.4): 环路没有次数上限" in capsys.readouterr().out
    assert main(["scheme", "check", str(BAD / "loop"), "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)
    assert [(one["severity"], one["code"], one["line"], one["clause"]) for one in findings] == [
        ("error", "unbounded_loop", 6, "P1.4")
    ]


def test_check_of_a_folder_without_a_scheme_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scheme", "check", str(tmp_path)]) == 1
    assert "There is no scheme.toml" in capsys.readouterr().out


def test_play_writes_states_and_look_back(tmp_path: Path) -> None:
    out, back = tmp_path / "out.csv", tmp_path / "back.csv"
    assert main(["scheme", "play", SHAWAN, str(PLAY), "-o", str(out), "--look-back", str(back)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["ok"] for row in rows] == ["yes", "refused", "yes", "yes", "refused", "yes", "refused"]
    assert rows[0]["step_due"] == "2026-03-11T14:30:00+08:00"
    with back.open(encoding="utf-8", newline="") as file:
        holds = list(csv.DictReader(file))
    assert [row["step"] for row in holds] == ["scene", "check", "sign"]


def test_play_fails_where_something_else_was_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = PLAY.read_text(encoding="utf-8").replace("2026-03-11T14:30", "2026-03-11T14:31")
    changed = tmp_path / "changed.csv"
    changed.write_text(text, encoding="utf-8")
    assert main(["scheme", "play", SHAWAN, str(changed), "-o", str(tmp_path / "out.csv")]) == 1
    assert "want_step_due '2026-03-11T14:31:00+08:00'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("at,by\n2026-03-11T09:00,x\n", "columns are missing: action"),
        ("at,by,action,answers\nyesterday,reporter,open,{}\n", "row 1"),
        ('at,by,action,answers\n2026-03-11T09:00,reporter,open,"{broken"\n', "row 1"),
    ],
)
def test_a_play_that_cannot_be_read_is_misuse(
    text: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "play.csv"
    path.write_text(text, encoding="utf-8")
    assert main(["scheme", "play", SHAWAN, str(path)]) == 2
    assert why in capsys.readouterr().err


def test_a_play_saved_as_gbk_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gbk.csv"
    path.write_bytes(PLAY.read_text(encoding="utf-8").encode("gbk"))
    assert main(["scheme", "play", SHAWAN, str(path), "-o", str(tmp_path / "out.csv")]) == 0


def test_show_prints_the_plan_and_writes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scheme", "show", SHAWAN]) == 0
    said = capsys.readouterr().out
    assert "P25.5" in said
    assert "15 workdays" in said
    page = tmp_path / "plan.html"
    assert main(["scheme", "show", SHAWAN, "--html", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "<table>" in text
    assert "<script" not in text
    assert "style=" not in text


def test_show_of_a_broken_plan_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scheme", "show", str(BAD / "not-toml")]) == 1
    assert "This is not TOML" in capsys.readouterr().err


def test_diff_counts_the_differences(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scheme", "diff", SHAWAN, SHAWAN]) == 0
    assert "0 difference(s)." in capsys.readouterr().out


def test_a_plan_goes_to_a_workbook_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, folder = tmp_path / "plan.xlsx", tmp_path / "shawan"
    assert main(["scheme", "export", SHAWAN, str(book)]) == 0
    assert main(["scheme", "import", str(book), str(folder)]) == 0
    capsys.readouterr()
    assert main(["scheme", "diff", SHAWAN, str(folder)]) == 0
    assert "0 difference(s)." in capsys.readouterr().out
    assert main(["scheme", "import", str(PLAY), str(folder)]) == 2
    assert "Can't read" in capsys.readouterr().err


def test_every_action_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for action in ("check", "show", "diff", "new", "in-force", "play", "schema", "export", "import"):
        with pytest.raises(SystemExit) as ended:
            main(["scheme", action, "--help"])
        assert ended.value.code == 0
        assert f"gezhi scheme {action}" in capsys.readouterr().out.split("Example")[1]
