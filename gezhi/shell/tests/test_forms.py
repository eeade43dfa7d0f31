"""`gezhi forms` as an office runs it: what it prints, what it writes, and that nothing is written when it fails."""

import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gezhi.schemes.documents import shipped
from gezhi.schemes.source import load
from gezhi.shell.main import main

SHAWAN = shipped() / "shawan"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Return a copy of the shipped plans' folder with Shawan in it."""
    shutil.copytree(shipped(), tmp_path / "schemes")
    return tmp_path / "schemes" / "shawan"


def test_a_form_goes_out_is_edited_and_comes_back_under_another_id(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "facility.xlsx"
    assert main(["forms", "export", str(plan), "--form", "facility", "-o", str(book)]) == 0
    edited = load_workbook(book)
    edited["survey"].append(["calculate", "sum", None, None])
    edited["survey"].append(["text", "colour", "颜色", "Colour"])
    edited["survey"].cell(edited["survey"].max_row - 1, 8).value = None
    edited["survey"].insert_cols(14)
    edited["survey"].cell(1, 14).value = "calculation"
    edited["survey"].cell(edited["survey"].max_row - 1, 14).value = "1 + 1"
    edited.save(book)
    assert main(["forms", "import", str(book), "--scheme", str(plan), "--id", "lamp"]) == 0
    said = capsys.readouterr()
    assert "“sum” (calculate): a form of a plan keeps no results of reckoning." in said.err
    assert "1 thing(s) were not carried over" in said.out
    assert load(plan).forms["lamp"].fields[-1].title.zh == "颜色"
    assert main(["scheme", "check", str(plan)]) == 0


def test_without_a_plan_the_form_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "x.xlsx"
    main(["forms", "export", str(SHAWAN), "--form", "facility", "-o", str(book)])
    capsys.readouterr()
    assert main(["forms", "import", str(book), "--id", "lamp", "--retention", "6 months"]) == 0
    printed = capsys.readouterr().out
    assert "[forms.lamp.fields.kind]" in printed
    assert 'retention = "6 months"' in printed


def test_a_bad_workbook_or_a_form_that_is_there_writes_nothing(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "x.xlsx"
    main(["forms", "export", str(plan), "--form", "facility", "-o", str(book)])
    before = sorted(plan.iterdir())
    assert main(["forms", "import", str(book), "--scheme", str(plan)]) == 1
    assert "has a form “facility” already" in capsys.readouterr().err
    edited = load_workbook(book)
    edited["survey"]["A3"] = "select_one nowhere"
    edited.save(book)
    assert main(["forms", "import", str(book), "--scheme", str(plan), "--id", "lamp"]) == 1
    assert "survey:3: error: survey 3: There is no list “nowhere”" in capsys.readouterr().err
    assert sorted(plan.iterdir()) == before


def test_all_forms_go_into_a_folder_and_one_file_takes_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forms", "export", str(SHAWAN), "-o", str(tmp_path / "all.xlsx")]) == 2
    assert "choose one with --form" in capsys.readouterr().err
    assert main(["forms", "export", str(SHAWAN), "-o", str(tmp_path / "forms")]) == 0
    assert {file.stem for file in (tmp_path / "forms").iterdir()} == set(load(SHAWAN).forms)
    assert main(["forms", "export", str(SHAWAN), "--form", "nothing", "-o", str(tmp_path / "x.xlsx")]) == 2
    assert main(["forms", "import", str(tmp_path / "missing.xlsx")]) == 2
    assert main(["forms", "import", str(tmp_path / "forms" / "facility.xlsx"), "--retention", "soon"]) == 2
