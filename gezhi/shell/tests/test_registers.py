"""`gezhi registers`: in, out and back again."""

from pathlib import Path

import pytest
from time_machine import travel

from gezhi.registers.models import Entry, State
from gezhi.registers.tests.conftest import MORNING, Books, books
from gezhi.shell.main import main

__all__ = ["books"]


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_LANGUAGE", "en")


def run(*words: str) -> int:
    with travel(MORNING, tick=False):
        return main(["registers", *words])


def test_a_table_goes_in_comes_out_and_is_taken_back(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "户.csv"
    table.write_bytes("户主,住址,电话\n王一,1 号,13800001234\n".encode("gbk"))
    grid = books.cast.grids[0].code
    given = ("import", str(table), "--register", "households", "--area", grid)
    assert run(*given, "--dry-run") == 0
    assert not Entry.objects.unscoped(reason="a test counts").exists()
    assert run(*given) == 0
    number = capsys.readouterr().out.rsplit("undo ", 1)[1].strip()
    out = tmp_path / "out.csv"
    assert run("export", "--register", "households", "-o", str(out)) == 0
    assert "138****1234" in out.read_text("utf-8-sig")
    assert f"1 entries written to {out}." in capsys.readouterr().err.replace("\n", "")
    whole = tmp_path / "whole.xlsx"
    assert run("export", "--register", "households", "--unmask", "核对", "-o", str(whole)) == 0
    assert whole.stat().st_mode & 0o077 == 0
    assert run("export", "--register", "households", "-o", str(out)) == 2
    assert run("undo", number) == 0
    assert run("undo", number) == 1
    assert [one.state for one in Entry.objects.unscoped(reason="a test looks")] == [State.ERASED]


def test_faults_are_told_by_cell(books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "x.csv"
    table.write_text("户主,住址,人数\n王一,1 号,many\n")
    assert run("import", str(table), "--register", "households", "--area", books.cast.grids[0].code) == 1
    assert "C2: " in capsys.readouterr().err
    assert run("import", str(table), "--register", "nothing") == 1
    assert run("import", str(tmp_path / "no.csv"), "--register", "households") == 2
    assert run("import", str(table), "--register", "households", "--map", "x") == 2
    assert run("export", "--register", "households", "--area", "no") == 2


def test_what_became_sensitive_is_sealed(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    entry = books.home()
    Entry.objects.unscoped(reason="as if the plan had not called it sensitive then").filter(pk=entry.pk).update(
        data={**entry.data, "phone": "13800001234"}
    )
    assert run("seal", "--again") == 0
    assert "households: 1 rows" in capsys.readouterr().out
    assert "phone" not in books.entry(entry).data
    assert run("seal") == 0
