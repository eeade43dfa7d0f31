"""How fast points find their grid, on one core: `python -m bench.routing [--data FOLDER]`.

Over real polygons where they are there (FOLDER with us311/ and cn_boundaries/: neighbourhoods and townships, laid out
side by side until there are enough), else over generated ones. Prints medians of several runs side by side.
"""

import argparse
import json
import os
import statistics
import time
from pathlib import Path

import numpy as np
import shapely

from gezhi.territory.routing import Router

FILES = ("us311/baltimore_neighborhoods", "us311/pittsburgh_neighborhoods", "cn_boundaries/renshou_towns")
RUNS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("GEZHI_DATA", "../shared/data")))
    parser.add_argument("--polygons", type=int, default=8500, help="at least so many")
    parser.add_argument("--points", type=int, default=200_000)
    options = parser.parse_args()
    rng = np.random.default_rng(311)
    real = all((options.data / f"{name}.geojson").is_file() for name in FILES)
    polygons = replicated(options.data, options.polygons) if real else generated(options.polygons, rng)
    corners = int(shapely.get_num_coordinates(polygons).sum())
    print(f"{len(polygons):,} {'real' if real else 'generated'} polygons, {corners:,} corners")
    began = time.perf_counter()
    router = Router([f"{number:07d}" for number in range(len(polygons))], polygons)
    print(f"build {time.perf_counter() - began:.2f} s")
    inside, anywhere = points(polygons, options.points, rng)
    rates = [rate(router, inside) for _ in range(RUNS)]
    print(f"many, points inside:   {statistics.median(rates):>9,.0f} points/s")
    rates = [rate(router, anywhere) for _ in range(RUNS)]
    print(f"many, over the boxes:  {statistics.median(rates):>9,.0f} points/s")
    one, near = singles(router, inside[:20_000])
    print(f"single, any:           {one:>9.1f} µs (median of 20,000)")
    print(f"single, near a border: {near:>9.1f} µs (median)")


def replicated(folder: Path, wanted: int) -> np.ndarray:
    """Lay the real territories out side by side, each in its own place of a board, until there are enough polygons."""
    sets = []
    for name in FILES:
        features = json.loads((folder / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
        sets.append(np.array([shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]))
    each = sum(map(len, sets))
    rounds = -(-wanted // each)
    width = int(rounds**0.5) + 1
    placed = []
    for turn in range(rounds):
        west = 100.0 + turn % width
        for shapes in sets:
            box = shapely.total_bounds(shapes)
            shift = np.array([west, 25.0 + turn // width]) - box[:2]
            placed.append(shapely.transform(shapes, lambda xy, shift=shift: xy + shift))
            west += box[2] - box[0]
    return np.concatenate(placed)


def generated(wanted: int, rng: np.random.Generator) -> np.ndarray:
    """Return Voronoi cells with winding borders."""
    seeds = rng.uniform((103.0, 29.0), (104.0, 30.0), (wanted, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds)))
    cells = shapely.intersection(cells, shapely.box(103.0, 29.0, 104.0, 30.0))
    wave = 0.0005
    fine = shapely.segmentize(cells, 0.0005)
    return np.array(shapely.transform(fine, lambda xy: xy + wave * np.sin(xy[:, ::-1] * 1500.0)))


def points(polygons: np.ndarray, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points inside polygons drawn by area, and points drawn over the polygons' boxes."""
    area = shapely.area(polygons)
    chosen = rng.choice(len(polygons), count * 4, p=area / area.sum())
    box = shapely.bounds(polygons)[chosen]
    anywhere = rng.uniform(box[:, :2], box[:, 2:])
    hit = shapely.contains_xy(polygons[chosen], anywhere[:, 0], anywhere[:, 1])
    return anywhere[hit][:count], anywhere[:count]


def rate(router: Router, xy: np.ndarray) -> float:
    began = time.perf_counter()
    router.route_many(xy[:, 0], xy[:, 1])
    return len(xy) / (time.perf_counter() - began)


def singles(router: Router, xy: np.ndarray) -> tuple[float, float]:
    """Return the median microseconds of any single point, and of those near a border."""
    spans, near = [], []
    for lon, lat in xy.tolist():
        began = time.perf_counter()
        routed = router.route(lon, lat)
        span = (time.perf_counter() - began) * 1e6
        spans.append(span)
        if routed.ambiguous:
            near.append(span)
    return statistics.median(spans), statistics.median(near or [0.0])


if __name__ == "__main__":
    main()
