"""Find the grid of each point in a table.

Without --areas over the areas in the database: one column of codes for each level, then the metres to the nearest
border (border_m) and whether that is so near that someone should be asked (ambiguous: yes, no). With --areas straight
from a file of polygons, without a database: the label (label) instead of the codes. A point outside everything
has empty codes and, like a row without coordinates, is no error.

Examples:
  gezhi route points.csv --lon X --lat Y -o routed.csv
  gezhi route points.csv --lon X --lat Y --crs gcj02 --areas grids.geojson --label name -o routed.csv

Exit codes: 0 done, 1 a file or some coordinates could not be read (the other rows are routed), 2 misuse.
"""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gezhi.host.words import Trouble, language, say
from gezhi.shell.territory import require_tables
from gezhi.territory import coordinates, tables
from gezhi.territory.routing import NEAR_M, RoutedMany, Router

_SHOWN = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("file", type=Path, metavar="POINTS.csv", help="table of points, UTF-8 or GBK")
    parser.add_argument("--lon", required=True, metavar="COL", help="column of the longitude, in degrees")
    parser.add_argument("--lat", required=True, metavar="COL", help="column of the latitude, in degrees")
    parser.add_argument("--crs", choices=coordinates.SYSTEMS, default=coordinates.WGS84, help="what the points are in")
    parser.add_argument("--areas", type=Path, metavar="FILE", help="polygons (WGS-84) to route over instead")
    parser.add_argument("--label", metavar="FIELD", help="field of the polygons that is written; default name")
    parser.add_argument("--near", type=float, default=NEAR_M, metavar="METRES", help="what counts as near; default 15")
    parser.add_argument("--net", default="base", metavar="ID", help="net in the database; default base")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.csv", help="where to write")


@dataclass(slots=True)
class _Ground:
    """What is routed over: the router, the columns to add, and the words of a polygon under them."""

    router: Router
    columns: list[str]
    words: Callable[[int], Sequence[str]]


def run(options: argparse.Namespace) -> int:
    """Route a table of points."""
    try:
        return _route(options)
    except tables.UnreadableError as error:
        print(error.finding.say(language()), file=sys.stderr)
        return 1
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2


def _route(options: argparse.Namespace) -> int:
    if options.label and not options.areas:
        raise Trouble("--label 要和 --areas 一起用", "--label goes with --areas")
    if options.output.exists() and options.file.exists() and options.output.samefile(options.file):
        raise Trouble("输出文件不能与输入文件相同", "the output can't be the input file itself")
    points = tables.read_csv(options.file)
    place = [_column(points, options.file, name) for name in (options.lon, options.lat)]
    ground = _from_file(options) if options.areas else _from_database(options)
    lon, lat = (_numbers([row[at] for row in points.rows]) for at in place)
    routed = ground.router.route_many(*coordinates.to_wgs84(lon, lat, options.crs))
    _write(options.output, points, ground, routed)
    blank = [not (row[place[0]].strip() or row[place[1]].strip()) for row in points.rows]
    return _tell(options, routed, blank)


def _column(sheet: tables.Sheet, path: Path, name: str) -> int:
    if name not in sheet.columns:
        here = ", ".join(sheet.columns)
        raise Trouble(f"{path} 没有“{name}”列，有的列是：{here}", f"{path} has no column {name!r}; it has: {here}")
    return sheet.columns.index(name)


def _numbers(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return texts as numbers, NaN where a text is none."""
    numbers = np.full(len(texts), np.nan)
    for at, text in enumerate(texts):
        try:
            numbers[at] = float(text)
        except ValueError:
            continue
    return numbers


# ---- what is routed over


def _from_file(options: argparse.Namespace) -> _Ground:
    sheet = tables.read(options.areas)
    label = options.label or "name"
    at = _column(sheet, options.areas, label)
    shapes = sheet.shapes if sheet.shapes is not None else np.empty(len(sheet.rows), dtype=object)
    usable = [i for i, shape in enumerate(shapes) if _is_polygon(shape)]
    if not usable:
        raise Trouble(f"{options.areas} 里没有多边形", f"{options.areas} has no polygons")
    # the label is no key: two polygons may share one, so the order in the file breaks the tie
    order = [f"{sheet.rows[i][at]}\x1f{i:09d}" for i in usable]
    router = Router(order, [shapes[i] for i in usable], options.near)
    return _Ground(router, ["label"], lambda index: (router.codes[index].partition("\x1f")[0],))


def _is_polygon(shape: Any) -> bool:
    return shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"} and not shape.is_empty


def _from_database(options: argparse.Namespace) -> _Ground:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    from gezhi.host.prepare import connect  # noqa: PLC0415  the settings must stand first

    connect()
    require_tables()
    from gezhi.territory import queries  # noqa: PLC0415

    router = queries.router(None, options.net, options.near)
    if not len(router):
        raise Trouble(
            "数据库里没有区域边界，请先用 gezhi territory import 导入",
            "the database has no boundaries: bring them in with gezhi territory import",
        )
    levels, chains = queries.codes_by_level(None, options.net)
    empty = [""] * len(levels)
    return _Ground(router, list(levels), lambda index: chains.get(router.codes[index], empty))


# ---- what is written


def _write(out: Path, points: tables.Sheet, ground: _Ground, routed: RoutedMany) -> None:
    nothing = [""] * len(ground.columns)
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*points.columns, *ground.columns, "border_m", "ambiguous"])
        answers = zip(points.rows, routed.index.tolist(), routed.distance_m.tolist(), routed.ambiguous, strict=True)
        for row, index, metres, ambiguous in answers:
            words = ground.words(index) if index >= 0 else nothing
            far = "" if np.isnan(metres) else f"{metres:.1f}"
            writer.writerow([*row, *words, far, "yes" if ambiguous else "no"])


def _tell(options: argparse.Namespace, routed: RoutedMany, blank: Sequence[bool]) -> int:
    """Say what was done, and which rows have coordinates that can't be read."""
    unread = np.isnan(routed.distance_m)
    wrong = np.flatnonzero(unread & ~np.array(blank, bool))
    inside, near = int((routed.index >= 0).sum()), int(routed.ambiguous.sum())
    outside, empty = len(unread) - inside - int(unread.sum()), int(unread.sum()) - len(wrong)
    zh = f"{inside} 个点有归属，{outside} 个在范围外，{near} 个靠近边界，{empty} 行没有坐标，{len(wrong)} 行坐标读不出"
    en = f"{inside} points found, {outside} outside, {near} near a border, {empty} blank, {len(wrong)} unread"
    print(say(f"{zh} → {options.output}", f"{en} → {options.output}"))
    for row in wrong[:_SHOWN].tolist():
        print(
            say(f"第 {row + 1} 行的经纬度读不出", f"row {row + 1}: longitude and latitude can't be read"),
            file=sys.stderr,
        )
    if len(wrong) > _SHOWN:
        print(say(f"……另有 {len(wrong) - _SHOWN} 行", f"… and {len(wrong) - _SHOWN} more rows"), file=sys.stderr)
    return 1 if len(wrong) else 0
