"""The demo district's areas: real names and codes over generated boundaries that tile exactly.

The ground is a honeycomb of small cells with jittered corners. Townships grow over it from seeds, villages within each
township, grids within each village, every one to its share of the cells. Borders are the cells' own sides, so two
neighbours have the very same corners: no gap, no overlap. One seed, so every load makes the same map.
"""

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import shapely

from gezhi.demo.honeycomb import Honeycomb, grow
from gezhi.territory.drafts import Draft, Drafted

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class _Village:
    code: str
    name: str
    township: str
    township_name: str
    grids: int
    is_community: bool


@cache
def plan() -> dict[str, Any]:
    """Return what the demo's ground is made from: data/territory.toml."""
    with (DATA / "territory.toml").open("rb") as file:
        return tomllib.load(file)


def drafted() -> Drafted:
    """Return the areas as an import takes them, parents named."""
    return Drafted(areas(), parents_named=True)


def areas() -> list[Draft]:
    """Return district, townships, villages and grids, top first, with boundaries in WGS-84, households and people."""
    rng = Random(plan()["ground"]["seed"])  # noqa: S311  a made-up map, no secret
    villages = _villages()
    shapes = _grid_shapes(villages, rng)
    grids = _grids(villages, shapes, rng)
    levels, district = plan()["levels"], plan()["district"]
    upper = [Draft(0, district["code"], district["name"], levels["district"])]
    upper += [Draft(0, v.township, v.township_name, levels["township"], district["code"]) for v in _firsts(villages)]
    upper += [Draft(0, v.code, v.name, levels["village"], v.township, _kind(v)) for v in villages]
    both = [_over(one, grids) for one in upper] + grids
    return [_numbered(one, row) for row, one in enumerate(both, start=1)]


def _villages() -> list[_Village]:
    """Return the villages with how many grids each has."""
    rules = plan()["grids"]
    with (DATA / plan()["villages"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    communities = [row["code"] for row in rows if int(row["code"][9:12]) < rules["community_below"]]
    more = rules["total"] - rules["each"] * len(rows)
    counts = {row["code"]: rules["each"] for row in rows}
    for turn in range(more):
        counts[communities[turn % len(communities)]] += 1
    return [
        _Village(
            row["code"], row["name"], row["township"], row["township_name"], counts[row["code"]],
            row["code"] in communities,
        )
        for row in rows
    ]  # fmt: skip


def _firsts(villages: Iterable[_Village]) -> list[_Village]:
    """Return the first village of each township."""
    return list({village.township: village for village in reversed(list(villages))}.values())[::-1]


def _kind(village: _Village) -> str:
    kinds: Mapping[str, str] = plan()["grids"]["kinds"]
    return kinds["community" if village.is_community else "village"]


# ---- the ground


def _grid_shapes(villages: list[_Village], rng: Random) -> dict[str, list[Any]]:
    """Return the polygons of each village's grids, by the village's code."""
    ground = plan()["ground"]
    comb = Honeycomb(tuple(ground["centre"]), ground["width_km"], ground["height_km"], ground["cell_m"], rng)
    towns: dict[str, list[_Village]] = {}
    for village in villages:
        towns.setdefault(village.township, []).append(village)
    shares = [sum(village.grids for village in town) for town in towns.values()]
    cells: list[tuple[str, frozenset[int]]] = []
    for town, of_town in zip(towns.values(), grow(comb, comb.cells, shares, rng), strict=True):
        of_villages = grow(comb, of_town, [village.grids for village in town], rng)
        for village, of_village in zip(town, of_villages, strict=True):
            of_grids = grow(comb, of_village, [1] * village.grids, rng)
            cells.extend((village.code, of_grid) for of_grid in of_grids)
    shapes = _smoothed([comb.shape(group) for _code, group in cells], ground["smooth_m"])
    result: dict[str, list[Any]] = {}
    for (code, _group), shape in zip(cells, shapes, strict=True):
        result.setdefault(code, []).append(shape)
    return result


def _smoothed(shapes: list[Any], metres: float) -> list[Any]:
    """Return the polygons with fewer corners, shared borders simplified alike, corners on a common lattice."""
    simple = shapely.coverage_simplify(np.array(shapes, dtype=object), metres / 110_574.0)
    # both sides of a border round to the same corners, so the tiling stays exact
    return list(shapely.transform(simple, lambda xy: np.round(xy, 7)))


# ---- the areas


def _grids(villages: list[_Village], shapes: dict[str, list[Any]], rng: Random) -> list[Draft]:
    """Return the grids, numbered north to south and west to east within each village."""
    rules, level = plan()["grids"], plan()["levels"]["grid"]
    found = []
    for village in villages:
        name = village.name.removesuffix("居民委员会").removesuffix("村民委员会")
        for place, shape in enumerate(sorted(shapes[village.code], key=_reading_order)):
            households = rng.randint(*rules["households"])
            people = round(households * rng.uniform(*rules["people_per_household"]))
            code = f"{village.code}{place + 1:03d}"
            title = f"{name}{rules['names'][place]}"
            found.append(Draft(0, code, title, level, village.code, _kind(village), households, people, shape))
    return found


def _reading_order(shape: Any) -> tuple[float, float]:
    """Return the order of numbering: rows from the north, within a row from the west."""
    centre = shapely.centroid(shape)
    return -round(shapely.get_y(centre), 2), shapely.get_x(centre)


def _over(upper: Draft, grids: list[Draft]) -> Draft:
    """Return an upper area with ground, households and people of the grids below it."""
    below = [grid for grid in grids if grid.code.startswith(upper.code)]
    shape = shapely.coverage_union_all([grid.shape for grid in below])
    households = sum(grid.households or 0 for grid in below)
    people = sum(grid.people or 0 for grid in below)
    return Draft(0, upper.code, upper.name, upper.level, upper.parent, upper.kind, households, people, shape)


def _numbered(one: Draft, row: int) -> Draft:
    return Draft(row, one.code, one.name, one.level, one.parent, one.kind, one.households, one.people, one.shape)
