"""A scheme leaves and comes back unchanged: as a workbook, as TOML, as kept files; the JSON Schema fits it."""

import json
import tomllib
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from gezhi.schemes import compare, plays, source, toml, workbook
from gezhi.schemes.check import check
from gezhi.schemes.documents import shipped
from gezhi.schemes.model import SchemeError
from gezhi.schemes.schema import json_schema

STATION = ["report_up", "station"]
SCHEMES = sorted(path.parent for path in shipped().glob("*/scheme.toml"))


@pytest.mark.parametrize("folder", SCHEMES, ids=lambda folder: folder.name)
def test_a_scheme_comes_back_from_a_workbook_unchanged(folder: Path, tmp_path: Path) -> None:
    document, scheme = source.read(folder)
    assert scheme is not None
    book = tmp_path / "book.xlsx"

    workbook.export(document, book)
    back = tmp_path / folder.name
    back.mkdir()
    for name, text in workbook.read(book).items():
        (back / name).write_text(text, encoding="utf-8")

    assert compare.changes(scheme, source.load(back)) == ()
    play = min((folder / "tests").glob("0*[a-z].csv"))
    rows = plays.read_rows(play.read_text(encoding="utf-8"))
    assert plays.play(source.load(back), rows).rows == plays.play(scheme, rows).rows


def test_a_limit_changed_in_the_workbook_arrives(tmp_path: Path) -> None:
    document, _ = source.read(shipped() / "shawan")
    book = tmp_path / "book.xlsx"
    workbook.export(document, book)
    edited = load_workbook(book)
    sheet = edited["steps"]
    columns = [cell.value for cell in sheet[1]]
    station_row = next(row for row in sheet.iter_rows(min_row=2) if [row[0].value, row[1].value] == STATION)
    station_row[columns.index("limit")].value = "4 workdays"
    edited.save(book)

    files = {f"shawan/{name}": text for name, text in workbook.read(book).items()}
    station = source.load(files).procedures["report_up"].steps["station"]

    assert station.clock is not None
    assert station.clock.limit[0].value == "4 workdays"


def test_a_cell_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    document, _ = source.read(shipped() / "shawan")
    book = tmp_path / "book.xlsx"
    workbook.export(document, book)
    edited = load_workbook(book)
    edited["posts"].cell(3, 1, "x")
    edited["posts"].cell(3, 7, "[broken")
    edited.save(book)
    with pytest.raises(SchemeError) as caught:
        workbook.read(book)
    assert (caught.value.findings[0].place.file, caught.value.findings[0].place.line) == ("posts", 3)


@pytest.mark.parametrize("folder", SCHEMES, ids=lambda folder: folder.name)
def test_kept_files_make_the_same_scheme(folder: Path) -> None:
    kept = json.loads(json.dumps(dict(source.gather(folder).files), sort_keys=True))
    assert compare.changes(source.load(folder), source.load(kept)) == ()
    assert check(kept) == check(folder)


VALUES = st.recursive(
    st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=8), inside, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), VALUES, max_size=6))
def test_written_toml_is_read_back(table: dict[str, object]) -> None:
    assert tomllib.loads(toml.document(table)) == table


def test_the_published_json_schema_is_the_grammars_own() -> None:
    published = json.loads((shipped() / "scheme.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema(), "run: gezhi scheme schema schemes/scheme.schema.json"


@pytest.mark.parametrize("path", sorted(shipped().glob("*/*.toml")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_editors_accept_what_is_shipped(path: Path) -> None:
    rules = msgspec.to_builtins(tomllib.loads(path.read_text(encoding="utf-8")))
    jsonschema.Draft202012Validator(json_schema()).validate(rules)


@pytest.mark.parametrize("folder", ["unknown-key", "unknown-step"])
def test_editors_mark_what_the_reader_refuses(folder: str) -> None:
    path = Path(__file__).parent / "bad" / folder / "scheme.toml"
    valid = jsonschema.Draft202012Validator(json_schema()).is_valid(tomllib.loads(path.read_text(encoding="utf-8")))
    # an editor knows keys and kinds; names of steps only the check knows
    assert valid is (folder == "unknown-step")
