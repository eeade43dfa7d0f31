"""`gezhi worktime`: what it writes, what it says about rows it can't count, and its exit codes."""

import csv
from pathlib import Path

import pytest

from gezhi.shell.main import main

SHANGHAI_ROWS = """id,start,limit
a,2026-03-04T09:10:00+08:00,4 workhours
b,2026-02-13 15:00,15 workdays
c,2026/2/28 10:00,7 days
d,2026-12-30T02:00:00Z,5 workdays
"""


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_LANGUAGE", "en")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def worktime(*words: object) -> int:
    return main(["worktime", *map(str, words)])


def test_due(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text(SHANGHAI_ROWS, encoding="utf-8")
    assert worktime("due", table, "-o", tmp_path / "out.csv") == 0
    assert [(row["id"], row["due"], row["provisional"]) for row in rows_of(tmp_path / "out.csv")] == [
        ("a", "2026-03-04T15:10:00+08:00", "no"),
        ("b", "2026-03-12T17:30:00+08:00", "no"),
        ("c", "2026-03-10T00:00:00+08:00", "no"),
        ("d", "2027-01-06T17:30:00+08:00", "yes"),
    ]
    assert f"4 rows, 4 counted; written to {tmp_path / 'out.csv'}" in capsys.readouterr().err


def test_due_elsewhere_from_the_moment(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text("start,limit\n2015-01-14T07:19:24,3 workdays\n2015-03-06 16:00,30 hours\n", encoding="utf-8")
    where = ("--calendar", "us-ma", "--hours", "08:30-17:00", "--tz", "America/New_York")
    assert worktime("due", table, *where, "--counting", "moment") == 0
    assert capsys.readouterr().out.splitlines() == [
        "start,limit,due,provisional",
        "2015-01-14T07:19:24,3 workdays,2015-01-20T08:30:00-05:00,no",
        "2015-03-06 16:00,30 hours,2015-03-07T22:00:00-05:00,no",
    ]


def test_between(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text("start,end\n2026-02-13T17:00,2026-02-26T10:00\n2026-03-08,2026-03-09\n", encoding="utf-8")
    assert worktime("between", table) == 0
    assert [line.rsplit(",", 1)[1] for line in capsys.readouterr().out.splitlines()] == ["work_seconds", "82800", "0"]


def test_around_the_clock(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text("start,end\n2026-03-06,2026-03-09\n", encoding="utf-8")
    assert worktime("between", table, "--calendar", "none", "--hours", "") == 0
    assert capsys.readouterr().out.endswith(",86400\n")


def test_bad_rows_are_kept_and_listed(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text(
        'start,limit,note\n2026-03-04 09:10,soon,x\n,3 days,"two\nlines"\n\n2026-03-04 09:10,1 workday\n'
        "2026-03-04 09:10,1 day,x,y\n2026-03-04 09:10,1 day,x\n0001-01-01,1 day,x\n9999-12-31,1 day,x\n",
        encoding="utf-8",
    )
    assert worktime("due", table, "-o", tmp_path / "out.csv") == 1
    out = rows_of(tmp_path / "out.csv")
    assert [row["due"] for row in out] == ["", "", "2026-03-05T17:30:00+08:00", "", "2026-03-06T00:00:00+08:00", "", ""]
    assert (out[1]["note"], out[2]["note"]) == ("two\nlines", "")
    said = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in said[:-1]] == ["line 2", "line 4", "line 7", "line 9", "line 10"]
    assert "soon" in said[0]
    assert "column start" in said[1]
    assert "more than the header" in said[2]
    assert "1901 to 2298" in said[3]
    assert "7 rows, 2 counted, 5 could not be counted" in said[-1]


def test_an_end_before_its_start_is_a_bad_row(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text("start,end\n2026-03-09,2026-03-08\n", encoding="utf-8")
    assert worktime("between", table) == 1
    assert "before the start" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig"])
def test_encodings(encoding: str, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text("start,limit,事项\n2026-03-04 09:10,1 workday,暴露垃圾\n", encoding=encoding)
    assert worktime("due", table, "-o", tmp_path / "out.csv") == 0
    assert rows_of(tmp_path / "out.csv")[0] == {
        "start": "2026-03-04 09:10",
        "limit": "1 workday",
        "事项": "暴露垃圾",
        "due": "2026-03-05T17:30:00+08:00",
        "provisional": "no",
    }
    assert ("read as GBK" in capsys.readouterr().err) is encoding.startswith("gb")


def test_a_second_run_replaces_its_own_columns(table: Path, tmp_path: Path) -> None:
    table.write_text("start,due,limit\n2026-03-04 09:10,old,1 workday\n", encoding="utf-8")
    assert worktime("due", table, "-o", tmp_path / "out.csv") == 0
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "start,due,limit,provisional",
        "2026-03-04 09:10,2026-03-05T17:30:00+08:00,1 workday,no",
    ]


def test_words_in_chinese(table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GEZHI_LANGUAGE", "zh")
    table.write_text("start,limit\n2026-03-04 09:10,3天\n", encoding="utf-8")
    assert worktime("due", table) == 1
    said = capsys.readouterr().err
    assert "第 2 行：无法识别时限“3天”" in said
    assert "1 行无法计算" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--calendar", "xx"], "us-ma"),
        (["--hours", "9-5"], "08:30-12:00"),
        (["--tz", "Mars"], "Asia/Shanghai"),
    ],
)
def test_misuse(words: list[str], said: str, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text(SHANGHAI_ROWS, encoding="utf-8")
    assert worktime("due", table, *words) == 2
    assert said in capsys.readouterr().err


def test_files_that_do_not_fit(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert worktime("due", tmp_path / "none.csv") == 2
    assert "none.csv" in capsys.readouterr().err
    table.write_text("begin,limit\n", encoding="utf-8")
    assert worktime("due", table) == 2
    assert "lacks the column start; it has: begin, limit" in capsys.readouterr().err
    table.write_text("", encoding="utf-8")
    assert worktime("between", table) == 2
    table.write_bytes(b"start,limit\n\xff\xfe\x00\xff\xff\xff\n")
    assert worktime("due", table, "-o", tmp_path / "out.csv") == 2
    assert "not a CSV file in UTF-8 or GBK" in capsys.readouterr().err
    table.write_text(f"start,limit\n{'x' * 200_000},1 day\n", encoding="utf-8")
    assert worktime("due", table, "-o", tmp_path / "out.csv") == 2
    assert "line 2 is not CSV" in capsys.readouterr().err
    table.write_text(SHANGHAI_ROWS, encoding="utf-8")
    assert worktime("due", table, "-o", table) == 2
    assert table.read_text() == SHANGHAI_ROWS
    assert worktime("due", table, "-o", tmp_path / "no folder" / "out.csv") == 2
    assert "Can't write" in capsys.readouterr().err


def test_progress_on_a_terminal(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    table.write_text(SHANGHAI_ROWS, encoding="utf-8")
    assert worktime("due", table, "-o", tmp_path / "out.csv") == 0
    assert "100%" in capsys.readouterr().err


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["due"], ["between"]):
        with pytest.raises(SystemExit) as left:
            worktime(*words, "--help")
        assert left.value.code == 0
        assert "gezhi worktime due requests.csv -o due.csv" in capsys.readouterr().out
