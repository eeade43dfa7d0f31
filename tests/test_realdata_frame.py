"""`python -m realdata` without data, and with data that are not as expected."""

import runpy
from pathlib import Path

import pytest


def realdata(monkeypatch: pytest.MonkeyPatch, folder: Path) -> object:
    monkeypatch.setenv("GEZHI_SHARED_DATA", str(folder))
    monkeypatch.setattr("sys.argv", ["realdata", "worktime"])
    with pytest.raises(SystemExit) as left:
        runpy.run_module("realdata", run_name="__main__")
    return left.value.code


def test_without_data_nothing_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert realdata(monkeypatch, tmp_path / "none") == 2
    assert "nothing was checked" in capsys.readouterr().err


def test_data_that_differ_or_lack_fail_without_hiding_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cn_calendar").mkdir()
    (tmp_path / "cn_calendar" / "calendar_cn_2004_2026.csv").write_text(
        "date,weekday,is_workday,kind,name\n2026-02-14,六,0,weekend,\n", encoding="utf-8"
    )
    assert realdata(monkeypatch, tmp_path) == 1
    table = capsys.readouterr().out
    assert "1 days, 1 differ" in table
    assert table.count("can't be read") == 11
    assert "12 checks, 12 failed" in table
