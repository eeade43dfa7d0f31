"""The territory against real boundaries, codes and labels: tiling, shifts, routing, and an import of all of China."""

import csv
import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import IO, Any

import numpy as np
import shapely
from pyarrow import parquet

from gezhi.territory import codes, geometry
from gezhi.territory.routing import Router
from realdata.checks import Check, Row, at_least

Record = dict[str, str]

# the polygons call Pittsburgh's "Perry North" by its other name
OTHER_NAMES = {"perrynorth": "observatoryhill"}


def townships_tile(data: Path) -> Row:
    """The 60 townships of one county: valid, no overlap, no gap."""
    _names, shapes = _polygons(data / "cn_boundaries" / "renshou_towns.geojson")
    invalid = sum(geometry.why_invalid(shape) is not None for shape in shapes)
    overlaps, gaps = geometry.overlaps(shapes), geometry.gaps(shapes)
    found = f"{len(shapes)} polygons, {invalid} invalid, {len(overlaps)} overlaps, {len(gaps)} gaps"
    wanted = "60 polygons, 0 invalid, 0 overlaps, 0 gaps"
    return Row("townships tile", wanted, found, found == wanted)


def shifted_outline_recognised(data: Path) -> Row:
    """The county's outline in GCJ-02, laid over the townships as if it were WGS-84."""
    doubt = geometry.suspect(_outline(data), "wgs84", _townships(data))
    found = f"{doubt.better} (IoU {doubt.as_is:.3f} → {doubt.then:.3f})" if doubt else "nothing suspected"
    return Row("shifted outline", "gcj02", found, doubt is not None and doubt.better == "gcj02")


def right_outline_not_suspected(data: Path) -> Row:
    """The same outline read as GCJ-02, and the townships against it: nothing to say."""
    right = geometry.to_system(_outline(data), "gcj02")
    doubts = [geometry.suspect(right, "gcj02", _townships(data)), geometry.suspect(_townships(data), "wgs84", right)]
    found = ", ".join(doubt.better for doubt in doubts if doubt) or "nothing suspected"
    return Row("outline read rightly", "nothing suspected", found, found == "nothing suspected")


def baltimore_neighbourhoods(data: Path) -> Row:
    """Requests with exact coordinates and a label: the polygon found is the one the city named."""
    with gzip.open(data / "us311" / "baltimore_requests.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    router = _router(data / "us311" / "baltimore_neighborhoods.geojson")
    hits, total = _agreement(router, rows, ("Longitude", "Latitude"), "Neighborhood")
    return at_least("Baltimore: polygon is the label", 0.99, hits, total)


def pittsburgh_neighbourhoods(data: Path) -> Row:
    """Pittsburgh's requests: the polygon found is the one the city named."""
    with (data / "us311" / "pittsburgh_requests.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    router = _router(data / "us311" / "pittsburgh_neighborhoods.geojson")
    hits, total = _agreement(router, rows, ("X", "Y"), "NEIGHBORHOOD")
    return at_least("Pittsburgh: polygon is the label", 0.97, hits, total)


def routing_many(data: Path) -> Row:
    """Points a second of one core over thousands of real polygons, the median of five runs."""
    router, xy = _crowd(data)
    rates = []
    for _run in range(5):
        began = time.process_time()
        router.route_many(xy[:, 0], xy[:, 1])
        rates.append(len(xy) / (time.process_time() - began))
    rate = statistics.median(rates)
    return Row(
        f"routing many over {len(router):,} polygons", "≥ 200,000/s of a core", f"{rate:,.0f}/s", rate >= 200_000
    )


def routing_single(data: Path) -> Row:
    """Microseconds for one point, the median of 10,000."""
    router, xy = _crowd(data)
    spans = []
    for lon, lat in xy[:10_000].tolist():
        began = time.perf_counter()
        router.route(lon, lat)
        spans.append((time.perf_counter() - began) * 1e6)
    span = statistics.median(spans)
    return Row(f"routing one over {len(router):,} polygons", "≤ 30 µs", f"{span:.1f} µs", span <= 30)


def codes_of_china(data: Path) -> Row:
    """All codes of the statistical divisions: well formed, each under the street that its digits name."""
    streets = {row["code"] for row in _table(data / "cn_divisions" / "streets_2023.csv.gz")}
    villages = parquet.read_table(data / "cn_divisions" / "villages_2023.parquet")["code"].to_pylist()
    good = sum(codes.fault(code, free=False) is None and codes.parent_of(code) in streets for code in villages)
    found = f"{good:,} of {len(villages):,}"
    return Row("codes of all villages", "620,573 of 620,573", found, good == len(villages) == 620_573)


def china_imports(data: Path) -> Row:
    """All divisions of China, province to village, by the command itself, into a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "china.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            rows = as_one_table(data, file)
        own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"LC_ALL": "C.UTF-8"}
        python = [sys.executable, "-m"]
        words = [*python, "gezhi.host.throwaway", "--", *python, "realdata.china_import", str(table)]
        done = subprocess.run(words, env=own, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    wanted = f"imported: {rows:,} new"
    found = (done.stdout.strip() or done.stderr.strip() or "nothing").splitlines()[-1]
    return Row("all of China imports in one run", wanted, found, done.returncode == 0 and found.startswith(wanted))


def as_one_table(data: Path, file: IO[str]) -> int:
    """Write all divisions, province to village, as one table for `gezhi territory import`; return the rows."""
    writer = csv.writer(file)
    writer.writerow(("code", "name", "level"))
    count = 0
    for name, level in (
        ("provinces_2023.csv", "province"),
        ("cities_2023.csv", "city"),
        ("areas_2023.csv", "county"),
        ("streets_2023.csv.gz", "township"),
    ):
        for row in _table(data / "cn_divisions" / name):
            writer.writerow((row["code"], row["name"], level))
            count += 1
    villages = parquet.read_table(data / "cn_divisions" / "villages_2023.parquet").to_pydict()
    for code, name in zip(villages["code"], villages["name"], strict=True):
        writer.writerow((code, name, "village"))
        count += 1
    return count


ORACLES: tuple[Check, ...] = (
    townships_tile,
    shifted_outline_recognised,
    right_outline_not_suspected,
    baltimore_neighbourhoods,
    pittsburgh_neighbourhoods,
    codes_of_china,
)
# minutes of work, or figures of this machine: for the table, not for the tests
CHECKS: tuple[Check, ...] = (*ORACLES, china_imports, routing_many, routing_single)


# ---- reading


def _polygons(path: Path) -> tuple[list[str], list[Any]]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
    return [feature["properties"]["name"] for feature in features], shapes


def _townships(data: Path) -> Any:
    return shapely.union_all(_polygons(data / "cn_boundaries" / "renshou_towns.geojson")[1])


def _outline(data: Path) -> Any:
    return _polygons(data / "cn_boundaries" / "renshou_county_gcj02.geojson")[1][0]


def _table(path: Path) -> Iterable[Record]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    return csv.DictReader(StringIO(text, newline=""))


def _router(path: Path) -> Router:
    names, shapes = _polygons(path)
    return Router([_plain(name) for name in names], shapes)


def _plain(name: str) -> str:
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    return OTHER_NAMES.get(letters, letters)


def _agreement(router: Router, rows: list[Record], place: tuple[str, str], label: str) -> tuple[int, int]:
    """Return how many points with coordinates and a label lie in the polygon of that name, and how many there are."""
    known = [row for row in rows if row[place[0]] and row[place[1]] and row[label]]
    lon, lat = (np.array([float(row[name]) for row in known]) for name in place)
    index = router.route_many(lon, lat).index
    found = [router.codes[i] if i >= 0 else "" for i in index.tolist()]
    return sum(code == _plain(row[label]) for code, row in zip(found, known, strict=True)), len(known)


def _crowd(data: Path) -> tuple[Router, Any]:
    """Return a router over three real territories laid out side by side 20 times, and points inside."""
    sets = [
        np.array(_polygons(data / folder / f"{name}.geojson")[1])
        for folder, name in (
            ("us311", "baltimore_neighborhoods"),
            ("us311", "pittsburgh_neighborhoods"),
            ("cn_boundaries", "renshou_towns"),
        )
    ]
    placed = []
    for turn in range(20):
        west = 100.0 + turn % 5
        for shapes in sets:
            box = shapely.total_bounds(shapes)
            shift = np.array([west, 25.0 + turn // 5]) - box[:2]
            placed.append(shapely.transform(shapes, lambda xy, shift=shift: xy + shift))
            west += box[2] - box[0]
    polygons = np.concatenate(placed)
    rng = np.random.default_rng(311)
    chosen = rng.choice(len(polygons), 800_000, p=shapely.area(polygons) / shapely.area(polygons).sum())
    box = shapely.bounds(polygons)[chosen]
    xy = rng.uniform(box[:, :2], box[:, 2:])
    inside = xy[shapely.contains_xy(polygons[chosen], xy[:, 0], xy[:, 1])][:200_000]
    return Router([f"{number:07d}" for number in range(len(polygons))], polygons), inside
