"""Importing areas and staff from the pages: looked at first, then all or nothing; files are distrusted."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from gezhi.cases.tests.conftest import District
from gezhi.people.models import Account, Upload
from gezhi.people.tests.cast import SIDE, SOUTH, WEST
from gezhi.territory.models import Area
from gezhi.web.desk.tests.test_queue import client

pytestmark = pytest.mark.django_db
ON = "2026-06-03"


def _features(*places: tuple[str, str, shapely.Geometry]) -> bytes:
    return json.dumps({
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)),
             "properties": {"code": code, "name": name, "level": "grid"}}
            for code, name, shape in places
        ],
    }).encode()  # fmt: skip


def _square(place: int) -> shapely.Geometry:
    west = WEST + place * SIDE
    return shapely.box(west, SOUTH + SIDE, west + SIDE, SOUTH + 2 * SIDE)


def _send(browser: Client, name: str, data: bytes, **more: str) -> object:
    said = {"on": ON, "crs": "wgs84", "level": "", "file": SimpleUploadedFile(name, data), **more}
    return browser.post("/setup/areas/import", said)


def test_a_fault_is_seen_mended_and_then_all_is_taken_over(district: District) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    village = cast.villages[0].code
    bow = shapely.Polygon([(103.5, 29.42), (103.52, 29.44), (103.52, 29.42), (103.5, 29.44)])
    wrong = _send(browser, "grids.geojson", _features((f"{village}101", "甲网格", bow)))
    row = Upload.objects.get()
    assert wrong.status_code == 302  # type: ignore[attr-defined]
    page = browser.get(f"/setup/areas/import/{row.pk}")
    assert "多边形无效" in page.text
    assert "只导入没有错的行" not in page.text
    drawn = browser.get(f"/setup/areas/import/{row.pk}.geojson").json()
    assert [one["properties"]["mark"] for one in drawn["features"]] == ["bad"]
    browser.post(f"/setup/areas/import/{row.pk}", {"take": "yes"})
    assert not Area.objects.filter(code=f"{village}101").exists()

    good = _features((f"{village}101", "甲网格", _square(0)), (f"{village}102", "乙网格", _square(1)))
    _send(browser, "grids.geojson", good)
    row = Upload.objects.latest("created_at")
    assert row.state == "checked"
    assert "自 2026-06-03 起生效" in browser.get(f"/setup/areas/import/{row.pk}").text
    browser.post(f"/setup/areas/import/{row.pk}", {"take": "yes"})
    row.refresh_from_db()
    assert (row.state, row.content) == ("taken", "")
    assert Area.objects.filter(parent=cast.villages[0], since=date(2026, 6, 3)).count() == 2


def test_levels_are_written_in_the_words_of_the_plan_and_no_other_word_is_one(district: District) -> None:
    browser = client(district.cast.dispatcher)
    village = district.cast.villages[0].code
    table = f"代码,名称,层级\n{village}101,甲网格,{{}}\n"
    _send(browser, "areas.csv", table.format("格子").encode())
    row = Upload.objects.get()
    assert (
        "没有“格子”这一层级，请填其中一个：区, 镇街, 村（社区）, 网格"
        in browser.get(f"/setup/areas/import/{row.pk}").text
    )
    _send(browser, "areas.csv", table.format("网格").encode())
    row = Upload.objects.latest("created_at")
    browser.post(f"/setup/areas/import/{row.pk}", {"take": "yes"})
    assert Area.objects.get(code=f"{village}101").level == "grid"


def test_a_map_in_another_system_is_suspected_and_converted_when_the_office_says_so(district: District) -> None:
    import numpy as np

    from gezhi.territory import coordinates

    cast = district.cast
    shift = lambda xy: np.column_stack(coordinates.from_wgs84(xy[:, 0], xy[:, 1], "gcj02"))  # noqa: E731
    places = [
        (grid.code, grid.name, shapely.transform(shapely.from_wkb(bytes(grid.boundary or b"")), shift))
        for grid in cast.grids
    ]
    browser = client(cast.dispatcher)
    _send(browser, "amap.geojson", _features(*places))
    row = Upload.objects.get()
    page = browser.get(f"/setup/areas/import/{row.pk}")
    assert "GCJ-02" in page.context["better"]["better_name"]
    browser.post(f"/setup/areas/import/{row.pk}", {"crs": "gcj02", "on": ON, "level": ""})
    assert browser.get(f"/setup/areas/import/{row.pk}").context["better"] is None


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("areas.exe", b"MZ", "不收"),
        ("areas.geojson", b"<OGRVRTDataSource/>", "不符"),
        ("areas.gpkg", b"not a database", "不符"),
        ("areas.csv", b"", "文件是空的"),
        ("bomb.zip", _zip(**{"a.shp": b"\x00\x00\x27\x0a" + b"\x00" * 20_000_000}), "太大"),
        ("other.zip", _zip(**{"a.vrt": b"<OGRVRTDataSource/>"}), "Shapefile"),
        ("slip.zip", _zip(**{"..__a.shp": b"\x00\x00\x27\x0a"}), "包外"),
        ("no.xlsx", b"PK\x03\x04 broken", "打不开"),
    ],
)
def test_a_file_that_can_not_be_trusted_is_refused_with_the_reason(
    district: District, name: str, data: bytes, words: str
) -> None:
    answer = _send(client(district.cast.dispatcher), name, data)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert words in answer.text  # type: ignore[attr-defined]
    assert not Upload.objects.exists()


def test_the_files_of_another_are_as_if_there_were_none(district: District) -> None:
    _send(client(district.cast.dispatcher), "a.csv", "code,name,level\nx1,甲,grid\n".encode())
    row = Upload.objects.get()
    assert client(district.cast.steward).get(f"/setup/areas/import/{row.pk}").status_code == 404
    assert client(district.cast.worker).get(f"/setup/areas/import/{row.pk}").status_code == 403


def test_templates_can_be_filled_in_and_sent_back(district: District) -> None:
    browser = client(district.cast.dispatcher)
    for kind in ("csv", "xlsx"):
        data = browser.get(f"/setup/areas/import/template.{kind}").content
        _send(browser, f"areas.{kind}", data)
    assert [row.result["wrong"] for row in Upload.objects.all()] == [0, 0]
    assert browser.get("/setup/people/import/template.xlsx").content[:2] == b"PK"


def _staff(path: Path, *rows: tuple[object, ...], merged: str = "") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("用户名", "姓名", "岗位", "区域", "起"), *rows):
        sheet.append(list(row))
    if merged:
        sheet.merge_cells(merged)
    book.save(path)
    return path.read_bytes()


def test_a_table_of_staff_is_checked_row_by_row_and_slips_are_shown_once(district: District, tmp_path: Path) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    wrong = _staff(tmp_path / "a.xlsx", ("new.one", "新人", "网格员", cast.grids[3].code, "明天"), merged="A2:A3")
    browser.post("/setup/people/import", {"file": SimpleUploadedFile("a.xlsx", wrong)})
    row = Upload.objects.get()
    page = browser.get(f"/setup/people/import/{row.pk}").text
    assert "明天" in page
    assert "A2:A3" in page
    browser.post(f"/setup/people/import/{row.pk}")
    assert not Account.objects.filter(username="new.one").exists()

    good = _staff(tmp_path / "b.xlsx", ("new.one", "新人", "网格员", cast.grids[3].code, None))
    browser.post("/setup/people/import", {"file": SimpleUploadedFile("b.xlsx", good)})
    row = Upload.objects.latest("created_at")
    taken = browser.post(f"/setup/people/import/{row.pk}")
    assert taken.status_code == 200
    slip = taken.context["slips"][0]
    assert slip.code in taken.text
    assert slip.code not in browser.get(f"/setup/people/import/{row.pk}").text
    assert "请现在打印" in taken.text
    assert Account.objects.get(username="new.one").appointments.get().post == "grid_worker"
    again = browser.post(f"/setup/people/import/{row.pk}")
    assert again.status_code == 422
