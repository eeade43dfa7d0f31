import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
import shapely

from gezhi.shell.main import main
from gezhi.territory import queries
from gezhi.territory.models import Area
from gezhi.territory.tests.ground import SIDE, SOUTH, WEST, board, geojson, square


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_LANGUAGE", "en")


def points(path: Path, rows: list[tuple[str, str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("地点", "x", "y"))
        writer.writerows((f"点{place}", *row) for place, row in enumerate(rows))
    return path


def at(column: float, row: float) -> tuple[str, str]:
    return f"{WEST + column * SIDE:.7f}", f"{SOUTH + row * SIDE:.7f}"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_route_over_a_file_needs_no_database_and_no_django(tmp_path: Path) -> None:
    areas = geojson(tmp_path / "areas.geojson", board(2, 2))
    table = points(tmp_path / "p.csv", [at(0.5, 0.5), at(1, 0.5), at(9, 9), ("", "")], "gbk")
    code = (
        "import sys; from gezhi.shell.main import main; code = main(sys.argv[1:]);"
        "sys.exit(9 if 'django' in sys.modules else code)"
    )
    words = ["route", str(table), "--lon", "x", "--lat", "y", "--areas", str(areas), "--label", "name"]
    surroundings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", code, *words, "-o", str(tmp_path / "o.csv")],
        env=surroundings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2 points found, 1 outside, 1 near a border, 1 blank" in done.stdout
    rows = read(tmp_path / "o.csv")
    assert list(rows[0]) == ["地点", "x", "y", "label", "border_m", "ambiguous"]
    assert [(row["label"], row["ambiguous"]) for row in rows] == [
        ("名c0r0", "no"), ("名c0r0", "yes"), ("", "no"), ("", "no")
    ]  # fmt: skip
    assert (rows[0]["地点"], rows[1]["border_m"], rows[3]["border_m"]) == ("点0", "0.0", "")


def test_route_tells_what_it_can_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    areas = geojson(tmp_path / "areas.geojson", board(1, 1))
    table = points(tmp_path / "p.csv", [at(0.5, 0.5), ("here", "there"), ("500", "29")])
    words = ["route", str(table), "--lon", "x", "--lat", "y", "--areas", str(areas)]
    assert main([*words, "-o", str(tmp_path / "o.csv")]) == 1
    assert "row 2:" in capsys.readouterr().err
    assert [row["label"] for row in read(tmp_path / "o.csv")] == ["名c0r0", "", ""]
    assert main([*words[:3], "lon", *words[4:], "-o", str(tmp_path / "o.csv")]) == 2
    assert "地点, x, y" in capsys.readouterr().err
    assert main([*words, "--label", "nothing", "-o", str(tmp_path / "o.csv")]) == 2
    assert main([*words, "-o", str(table)]) == 2
    assert main(["route", str(tmp_path / "no.csv"), *words[2:], "-o", str(tmp_path / "o.csv")]) == 1


def test_route_turns_gcj02_points(tmp_path: Path) -> None:
    from gezhi.territory import coordinates

    areas = geojson(tmp_path / "areas.geojson", board(3, 3))
    lon, lat = coordinates.from_wgs84(WEST + SIDE * 1.1, SOUTH + SIDE * 1.5, "gcj02")
    table = points(tmp_path / "p.csv", [(f"{float(lon):.7f}", f"{float(lat):.7f}")])
    words = ["route", str(table), "--lon", "x", "--lat", "y", "--areas", str(areas), "-o", str(tmp_path / "o.csv")]
    main([*words, "--crs", "gcj02"])
    assert read(tmp_path / "o.csv")[0]["label"] == "名c1r1"


@pytest.mark.django_db
def test_import_then_route_over_the_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    village = geojson(tmp_path / "v.geojson", {"v": square(0, 0, 2, 2)})
    grids = geojson(tmp_path / "g.geojson", board(2, 2), village=dict.fromkeys(board(2, 2), "v"))
    assert main(["territory", "import", str(village), "--level", "village"]) == 0
    words = ["territory", "import", str(grids), "--level", "grid", "--parent", "village"]
    assert main([*words, "--dry-run"]) == 0
    assert "dry run, nothing written: 4 new" in capsys.readouterr().out
    assert Area.objects.count() == 1
    assert main(words) == 0
    assert "imported: 4 new" in capsys.readouterr().out
    table = points(tmp_path / "p.csv", [at(0.5, 1.5), at(7, 7)])
    assert main(["route", str(table), "--lon", "x", "--lat", "y", "-o", str(tmp_path / "o.csv")]) == 0
    rows = read(tmp_path / "o.csv")
    assert list(rows[0]) == ["地点", "x", "y", "village", "grid", "border_m", "ambiguous"]
    assert [(row["village"], row["grid"]) for row in rows] == [("v", "c0r1"), ("", "")]


@pytest.mark.django_db
def test_import_reports_row_by_row_and_imports_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tie = shapely.Polygon([(103.5, 29.4), (103.51, 29.41), (103.51, 29.4), (103.5, 29.41)])
    path = geojson(tmp_path / "a.geojson", {"good": square(5, 5), "tie": tie})
    words = ["territory", "import", str(path), "--level", "grid", "--report", str(tmp_path / "r.csv")]
    assert main(words) == 1
    said = capsys.readouterr().out
    assert "row 2 tie boundary: the polygon is invalid: Self-intersection near 103.505000, 29.405000" in said
    assert "nothing imported" in said
    assert not Area.objects.exists()
    with (tmp_path / "r.csv").open(encoding="utf-8-sig") as file:
        assert [row["what"] for row in csv.DictReader(file)] == ["shape_invalid"]
    assert main([*words, "--keep-good"]) == 0
    assert [area.code for area in queries.areas()] == ["good"]


@pytest.mark.django_db
def test_import_speaks_chinese_to_who_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEZHI_LANGUAGE", "zh")
    (tmp_path / "a.csv").write_text("code,name\n,甲\n", encoding="utf-8")
    assert main(["territory", "import", str(tmp_path / "a.csv"), "--level", "grid"]) == 1
    assert "第 1 行 code: 没有代码" in capsys.readouterr().out
    assert main(["territory", "import", str(tmp_path / "none.csv")]) == 1
    assert "文件读不出来" in capsys.readouterr().err
    assert main(["territory", "import", str(tmp_path / "a.csv"), "--name", "名"]) == 2


def test_help_gives_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["territory", "import"], ["route"]):
        with pytest.raises(SystemExit) as left:
            main([*words, "--help"])
        assert left.value.code == 0
        assert "Example" in capsys.readouterr().out
