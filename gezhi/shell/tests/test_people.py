"""`gezhi people`: what it prints, where the slips go, its exit codes."""

import stat
from pathlib import Path

import pytest

from gezhi.foundation import clock
from gezhi.people import operations
from gezhi.people.models import Account
from gezhi.people.tests.cast import Cast
from gezhi.shell.main import main


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_LANGUAGE", "en")


@pytest.fixture
def table(tmp_path: Path, cast: Cast) -> Path:
    file = tmp_path / "staff.csv"
    file.write_text(f"username,name,post,area\nchen,陈晨,grid_worker,{cast.grids[2].code}\n", encoding="utf-8")
    return file


def test_a_dry_run_imports_nothing(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["people", "import", str(table), "--dry-run"]) == 0
    assert "1 people, 1 appointments" in capsys.readouterr().out
    assert not Account.objects.filter(username="chen").exists()


def test_an_import_writes_slips_for_their_reader_only(table: Path, tmp_path: Path) -> None:
    slips = tmp_path / "slips.html"
    assert main(["people", "import", str(table), "--slips", str(slips)]) == 0
    assert stat.S_IMODE(slips.stat().st_mode) == 0o600
    assert "/login/slip" in slips.read_text("utf-8")
    assert Account.objects.filter(username="chen").exists()


def test_without_a_place_for_the_slips_nothing_is_imported(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["people", "import", str(table)]) == 2
    assert main(["people", "import", str(table), "--slips", str(tmp_path / "no" / "folder" / "x.html")]) == 2
    (tmp_path / "there.html").write_text("mine")
    assert main(["people", "import", str(table), "--slips", str(tmp_path / "there.html")]) == 2
    assert (tmp_path / "there.html").read_text() == "mine"
    assert "Nothing was imported" in capsys.readouterr().err
    assert not Account.objects.filter(username="chen").exists()


def test_a_wrong_table_says_row_and_column(tmp_path: Path, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "staff.csv"
    file.write_text("username,name,post,area\nchen,陈晨,emperor,511111\n", encoding="utf-8")
    assert main(["people", "import", str(file), "--dry-run"]) == 1
    said = capsys.readouterr().err
    assert "Row 2 岗位" in said
    assert "nothing was imported" in said
    assert main(["people", "import", str(tmp_path / "absent.xlsx"), "--dry-run"]) == 2


def test_the_first_keeper_signs_in_by_slip(tmp_path: Path, db: None) -> None:
    slip = tmp_path / "slip.html"
    assert main(["people", "steward", "admin", "管理员", "--slips", str(slip)]) == 0
    assert Account.objects.get(username="admin").steward
    again = tmp_path / "again.html"
    assert main(["people", "steward", "admin", "管理员", "--slips", str(again)]) == 2
    assert main(["people", "slip", "admin", "--slips", str(again)]) == 0
    assert main(["people", "slip", "nobody", "--slips", str(tmp_path / "x.html")]) == 2


def test_the_template_needs_a_scheme_in_force(tmp_path: Path, db: None) -> None:
    assert main(["people", "template", str(tmp_path / "t.xlsx")]) == 2
    assert not (tmp_path / "t.xlsx").exists()


def test_the_template_is_made_for_the_district(tmp_path: Path, cast: Cast) -> None:
    assert main(["people", "template", str(tmp_path / "t.xlsx")]) == 0
    assert (tmp_path / "t.xlsx").stat().st_size > 0


def test_a_token_is_printed_once_and_works(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["people", "token", "outsider", "12345", "--scope", "cases:write", "--days", "30"]) == 0
    token = capsys.readouterr().out.strip()
    found = operations.accept_token(token=token, now=clock.now())
    assert found is not None
    assert found.scopes == ["cases:write"]
    assert main(["people", "token", "outsider", "x", "--scope", "everything"]) == 2
    assert "cases:read" in capsys.readouterr().err
    assert main(["people", "token", "nobody", "x", "--scope", "cases:read"]) == 2
