import csv
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

from gezhi.territory import coordinates, drafts, geometry, operations, queries, tables
from gezhi.territory.models import NAME_LENGTH, Area, AreaChange
from gezhi.territory.operations import Imported
from gezhi.territory.tests.ground import SIDE, SOUTH, WEST, board, geojson, square

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
LATER = date(2026, 6, 1)


def bring(path: Path, level: str = "grid", **options: Any) -> Imported:
    columns = options.pop("columns", {})
    crs = options.get("crs", "wgs84")
    drafted = drafts.draft(tables.read(path), level=level, columns=columns, crs=crs)
    return operations.import_areas(drafted=drafted, actor=None, now=NOW, **{"on": DAY, **options})


def table(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def keys(result: Imported) -> list[tuple[int, str]]:
    return [(finding.row, finding.key) for finding in result.findings]


@pytest.mark.django_db
class TestShapes:
    def test_a_board_comes_in_whole_and_a_second_time_changes_nothing(self, tmp_path: Path) -> None:
        path = geojson(tmp_path / "a.geojson", board(3, 3))
        first = bring(path)
        assert (first.new, first.findings, first.written) == (9, [], True)
        area = queries.by_code("c1r1")
        assert area is not None
        assert area.bbox == pytest.approx((WEST + SIDE, SOUTH + SIDE, WEST + 2 * SIDE, SOUTH + 2 * SIDE))
        again = bring(path)
        assert (again.new, again.changed, again.unchanged) == (0, 0, 9)

    def test_a_bow_tie_is_reported_with_its_place_and_nothing_is_imported(self, tmp_path: Path) -> None:
        tie = shapely.Polygon([(103.5, 29.4), (103.51, 29.41), (103.51, 29.4), (103.5, 29.41)])
        result = bring(geojson(tmp_path / "a.geojson", {"good": square(5, 5), "tie": tie}))
        assert keys(result) == [(2, "shape_invalid")]
        finding = result.findings[0]
        assert (finding.values["lon"], finding.values["lat"]) == ("103.505000", "29.405000")
        assert (finding.field, finding.area) == ("boundary", "tie")
        assert not Area.objects.exists()

    def test_told_to_it_keeps_the_good_rows(self, tmp_path: Path) -> None:
        tie = shapely.Polygon([(103.5, 29.4), (103.51, 29.41), (103.51, 29.4), (103.5, 29.41)])
        result = bring(geojson(tmp_path / "a.geojson", {"good": square(5, 5), "tie": tie}), keep_good=True)
        assert (result.new, result.left_out, result.written) == (1, 1, True)
        assert [area.code for area in Area.objects.all()] == ["good"]

    def test_an_overlap_names_the_other_and_the_square_metres(self, tmp_path: Path) -> None:
        result = bring(geojson(tmp_path / "a.geojson", {"a": square(0, 0), "b": square(0.9, 0)}))
        assert keys(result) == [(2, "shape_overlap")]
        assert result.findings[0].values["other"] == "名a a"
        expected = float(geometry.square_metres(square(0.9, 0, 0.1)))
        assert float(result.findings[0].values["area"]) == pytest.approx(expected, rel=0.01)

    def test_an_overlap_with_an_area_that_is_there_is_found(self, tmp_path: Path) -> None:
        bring(geojson(tmp_path / "a.geojson", {"a": square(0, 0)}))
        result = bring(geojson(tmp_path / "b.geojson", {"b": square(0.5, 0)}))
        assert keys(result) == [(1, "shape_overlap")]
        assert bring(geojson(tmp_path / "b.geojson", {"b": square(0.5, 0)}), level="village").written

    def test_a_hole_and_a_crack_are_gaps(self, tmp_path: Path) -> None:
        shapes = board(3, 3)
        del shapes["c1r1"]
        result = bring(geojson(tmp_path / "a.geojson", shapes))
        assert [finding.key for finding in result.findings] == ["shape_gap"]
        cracked = {"a": square(0, 0), "b": square(1.01, 0)}
        result = bring(geojson(tmp_path / "b.geojson", cracked), dry_run=True)
        assert [finding.key for finding in result.findings] == ["shape_gap"]
        lake = {"a": square(0, 0, 5, 5).difference(square(2, 2))}
        assert bring(geojson(tmp_path / "c.geojson", lake), dry_run=True).findings == []

    def test_points_and_projected_numbers_are_refused(self, tmp_path: Path) -> None:
        shapes = {"p": shapely.Point(103.5, 29.4), "m": shapely.box(500000, 3200000, 501000, 3201000)}
        assert keys(bring(geojson(tmp_path / "a.geojson", shapes))) == [(1, "shape_kind"), (2, "shape_range")]

    def test_shifted_coordinates_are_recognised_against_known_ground(self, tmp_path: Path) -> None:
        bring(geojson(tmp_path / "a.geojson", board(4, 4)))
        outline = shapely.union_all(list(board(4, 4).values()))
        for system in (coordinates.GCJ02, coordinates.BD09):
            shifted = shapely.transform(
                outline, lambda xy, s=system: np.column_stack(coordinates.from_wgs84(xy[:, 0], xy[:, 1], s))
            )
            path = geojson(tmp_path / f"{system}.geojson", {"all": shifted})
            wrong = bring(path, level="village")
            assert keys(wrong) == [(0, "crs_suspected")]
            assert wrong.findings[0].values["better"] == system
            right = bring(path, level="village", crs=system, dry_run=True)
            assert right.findings == []

    def test_what_comes_in_as_gcj02_is_stored_as_wgs84_and_says_so(self, tmp_path: Path) -> None:
        shifted = shapely.transform(
            square(0, 0), lambda xy: np.column_stack(coordinates.from_wgs84(xy[:, 0], xy[:, 1], "gcj02"))
        )
        bring(geojson(tmp_path / "a.geojson", {"a": shifted}), crs="gcj02")
        area = Area.objects.get()
        assert area.source_crs == "gcj02"
        assert area.bbox == pytest.approx((WEST, SOUTH, WEST + SIDE, SOUTH + SIDE), abs=1e-7)

    @pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
    def test_projected_files_come_in_by_their_own_datum(self, tmp_path: Path, suffix: str) -> None:
        import pyproj

        turn = pyproj.Transformer.from_crs("EPSG:4490", "EPSG:4543", always_xy=True)
        flat = shapely.transform(square(0, 0), lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1])))
        path = tmp_path / f"a{suffix}"
        pyogrio.raw.write(
            path, np.array([shapely.to_wkb(flat)], dtype=object), [np.array(["a"], dtype=object)] * 2,
            np.array(["code", "name"], dtype=object), geometry_type="Polygon", crs="EPSG:4543",
        )  # fmt: skip
        assert bring(path, crs="cgcs2000").new == 1
        assert Area.objects.get().bbox == pytest.approx((WEST, SOUTH, WEST + SIDE, SOUTH + SIDE), abs=1e-7)


@pytest.mark.django_db
class TestTables:
    def test_the_tree_comes_from_parents_in_any_order(self, tmp_path: Path) -> None:
        rows = [
            {"code": "g", "name": "网格", "parent": "v", "level": "grid", "households": "301", "people": "950"},
            {"code": "v", "name": "村", "parent": "t", "level": "village", "households": "", "people": ""},
            {"code": "t", "name": "镇", "parent": "", "level": "township", "households": "", "people": ""},
        ]
        assert bring(table(tmp_path / "a.csv", rows), level="").new == 3
        assert [area.code for area in queries.chain("g")] == ["t", "v", "g"]
        grid = Area.objects.select_related("parent__parent").get(code="g")
        assert grid.path == "t/v/g/"
        assert (grid.households, grid.people) == (301, 950)
        assert grid.parent is not None
        assert grid.parent.parent is not None
        assert grid.parent.parent.code == "t"

    def test_chinese_codes_carry_their_parents(self, tmp_path: Path) -> None:
        rows = [
            {"代码": "511111002001", "名称": "南陵社区居民委员会"},
            {"代码": "511111002", "名称": "铜河街道"},
            {"代码": "511111", "名称": "沙湾区"},
        ]
        bring(table(tmp_path / "a.csv", rows), level="any")
        assert Area.objects.get(code="511111002001").path == "511111/511111002/511111002001/"

    def test_every_fault_has_its_row_field_and_fix(self, tmp_path: Path) -> None:
        rows = [
            {"code": "511111002001", "name": "南陵", "parent": "511111002", "households": "300"},
            {"code": "511111002001", "name": "又一个", "parent": "", "households": "300"},
            {"code": "51111100200", "name": "短", "parent": "", "households": "300"},
            {"code": "511111002003", "name": "长" * (NAME_LENGTH + 1), "parent": "", "households": "300"},
            {"code": "511111002004", "name": "", "parent": "", "households": "many"},
            {"code": "", "name": "无码", "parent": "", "households": ""},
            {"code": "511111002005", "name": "甲", "parent": "511111002006", "households": ""},
            {"code": "511111002006", "name": "乙", "parent": "511111002005", "households": ""},
        ]
        result = bring(table(tmp_path / "a.csv", rows), level="village", dry_run=True)
        found = {(finding.row, finding.field, finding.key) for finding in result.findings}
        assert found == {
            (1, "parent", "parent_unknown"),
            (2, "code", "code_duplicate"),
            (3, "code", "code_length"),
            (4, "name", "name_long"),
            (5, "households", "number_bad"),
            (5, "name", "name_missing"),
            (6, "code", "code_missing"),
            (7, "parent", "parent_loop"),
            (8, "parent", "parent_loop"),
        }
        assert not result.written
        for finding in result.findings:
            assert "{" not in finding.say("en") + finding.say("zh-hans")
            assert finding.say("en") != finding.say("zh-hans")

    def test_a_child_of_a_bad_row_waits(self, tmp_path: Path) -> None:
        rows = [
            {"code": "v", "name": "", "parent": "", "level": "village"},
            {"code": "g", "name": "网格", "parent": "v", "level": "grid"},
            {"code": "ok", "name": "好", "parent": "", "level": "village"},
        ]
        result = bring(table(tmp_path / "a.csv", rows), level="", keep_good=True)
        assert keys(result) == [(1, "name_missing"), (2, "parent_waits")]
        assert [area.code for area in Area.objects.all()] == ["ok"]

    def test_gbk_is_read_and_said(self, tmp_path: Path) -> None:
        rows = [{"code": "511111002001", "name": "南陵社区"}]
        result = bring(table(tmp_path / "a.csv", rows, "gbk"), level="village")
        assert keys(result)[0] == (0, "file_gbk")
        assert (result.written, Area.objects.get().name) == (True, "南陵社区")

    def test_xlsx_numbers_stay_codes(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for row in (["code", "name"], [511111002001, "南陵社区"], [None, None], ["511111002002", "绥山社区"]):
            sheet.append(row)
        book.save(tmp_path / "a.xlsx")
        assert bring(tmp_path / "a.xlsx", level="village").new == 2
        assert sorted(Area.objects.values_list("code", flat=True)) == ["511111002001", "511111002002"]

    def test_a_sheet_that_only_says_it_is_huge_is_read_at_once(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        for row in (["code", "name"], ["511111002001", "南陵社区"]):
            book.worksheets[0].append(row)
        book.worksheets[0]["A1048576"] = " "
        book.save(tmp_path / "a.xlsx")
        said = tmp_path / "b.xlsx"
        with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(said, "w") as new:
            for name in old.namelist():
                new.writestr(name, old.read(name).replace(b"A1:B1048576", b"A1:XFD1048576"))
        assert tables.read(said).rows == [["511111002001", "南陵社区"]]

    def test_without_a_code_column_names_serve(self, tmp_path: Path) -> None:
        rows = [{"name": "Allston / Brighton"}, {"name": "Back Bay"}]
        assert bring(table(tmp_path / "a.csv", rows)).new == 2
        assert sorted(Area.objects.values_list("code", flat=True)) == ["Allston - Brighton", "Back Bay"]

    def test_a_column_that_is_not_there_is_named_with_those_that_are(self, tmp_path: Path) -> None:
        path = table(tmp_path / "a.csv", [{"code": "a", "name": "b"}])
        drafted = drafts.draft(tables.read(path), columns={"code": "编号"})
        assert [f.key for f in drafted.findings] == ["column_missing"]
        assert "code, name" in drafted.findings[0].say("en")

    @pytest.mark.parametrize(
        ("name", "data", "key"),
        [
            ("a.csv", b"", "file_empty"),
            ("a.csv", b"code,name\n", "file_empty"),
            ("a.csv", b"code\xff\xff\xff,name\n1,2", "file_unreadable"),
            ("a.geojson", b"{", "file_unreadable"),
            ("a.xlsx", b"no workbook", "file_unreadable"),
            ("a.pdf", b"%PDF", "file_kind"),
        ],
    )
    def test_unreadable_files_say_why(self, tmp_path: Path, name: str, data: bytes, key: str) -> None:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(tables.UnreadableError) as refused:
            tables.read(tmp_path / name)
        assert refused.value.finding.key == key

    def test_a_workbook_that_is_damaged_inside_says_so(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        for number in range(50):
            book.worksheets[0].append([f"code {number}", "name"])
        book.save(tmp_path / "a.xlsx")
        with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
            begins = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 30 + len("xl/worksheets/sheet1.xml")
        raw = bytearray((tmp_path / "a.xlsx").read_bytes())
        raw[begins : begins + 8] = b"\xff" * 8
        (tmp_path / "a.xlsx").write_bytes(raw)
        with pytest.raises(tables.UnreadableError) as refused:
            tables.read(tmp_path / "a.xlsx")
        assert refused.value.finding.key == "file_unreadable"

    def test_a_short_row_is_reported(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("code,name\na,b,c\n", encoding="utf-8")
        assert keys(bring(tmp_path / "a.csv")) == [(1, "row_short")]

    def test_a_changed_table_keeps_the_state_before(self, tmp_path: Path) -> None:
        rows = [{"code": "v", "name": "旧名", "parent": ""}, {"code": "g", "name": "网格", "parent": "v"}]
        bring(table(tmp_path / "a.csv", rows))
        rows = [{"code": "v", "name": "新名", "parent": ""}, {"code": "g", "name": "网格", "parent": "v"}]
        result = bring(table(tmp_path / "b.csv", rows), on=LATER)
        assert (result.changed, result.unchanged) == (1, 1)
        before, after = queries.by_code("v", DAY), queries.by_code("v", LATER)
        assert before is not None
        assert after is not None
        assert (before.name, after.name) == ("旧名", "新名")
        early = bring(table(tmp_path / "a.csv", rows), on=DAY)
        assert keys(early) == [(1, "date_early"), (2, "parent_waits")]

    def test_a_moved_subtree_keeps_its_way_before(self, tmp_path: Path) -> None:
        rows = [
            {"code": code, "name": code, "parent": parent}
            for code, parent in (("t", ""), ("u", ""), ("v", "t"), ("g", "v"))
        ]
        bring(table(tmp_path / "a.csv", rows))
        rows[2]["parent"] = "u"
        bring(table(tmp_path / "b.csv", rows), on=LATER)
        assert [area.code for area in queries.chain("g", DAY)] == ["t", "v", "g"]
        assert [area.code for area in queries.chain("g", LATER)] == ["u", "v", "g"]


@pytest.mark.django_db
def test_an_import_takes_few_queries_however_many_rows(tmp_path: Path, django_assert_max_num_queries: Any) -> None:
    path = table(tmp_path / "a.csv", [{"code": f"a{i}", "name": f"名{i}"} for i in range(3000)])
    with django_assert_max_num_queries(22):
        assert bring(path).new == 3000
    assert AreaChange.objects.get().areas == 3000


@pytest.mark.django_db
def test_nets_lie_over_the_same_ground(tmp_path: Path) -> None:
    bring(geojson(tmp_path / "v.geojson", {"v": square(0, 0, 2, 2)}), level="village")
    parents = dict.fromkeys(board(2, 2), "v")
    bring(geojson(tmp_path / "a.geojson", board(2, 2), parent=parents))
    whole = {"fire": square(0, 0, 2, 2)}
    assert bring(geojson(tmp_path / "b.geojson", whole, parent={"fire": "v"}), net="fire").written
    here = (WEST + SIDE / 2, SOUTH + SIDE / 2)
    assert queries.router().route(*here).area == "c0r0"
    assert queries.router(net="fire").route(*here).area == "fire"
    assert [area.code for area in queries.chain("fire", net="fire")] == ["v", "fire"]
