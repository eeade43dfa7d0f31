from collections import Counter
from datetime import UTC, date, datetime

import pytest
import shapely

from gezhi.demo import territory
from gezhi.territory import codes, geometry, operations, queries
from gezhi.territory.drafts import Draft


@pytest.fixture(scope="module")
def areas() -> list[Draft]:
    return territory.areas()


def of(areas: list[Draft], level: str) -> list[Draft]:
    return [area for area in areas if area.level == level]


def test_the_district_has_its_areas_with_codes_that_hold(areas: list[Draft]) -> None:
    assert Counter(area.level for area in areas) == {"district": 1, "township": 9, "village": 92, "grid": 204}
    assert len({area.code for area in areas}) == len(areas)
    assert [area.code for area in areas if codes.fault(area.code, free=False)] == []
    assert all(codes.parent_of(area.code) == area.parent for area in areas[1:])
    assert {len(area.code) for area in of(areas, "grid")} == {15}


@pytest.mark.parametrize("level", ["township", "village", "grid"])
def test_every_level_tiles_the_district_exactly(areas: list[Draft], level: str) -> None:
    shapes = [area.shape for area in of(areas, level)]
    assert all(shapely.is_valid(shapes))
    assert all(shape.geom_type == "Polygon" for shape in shapes)
    assert shapely.coverage_is_valid(shapes)
    assert geometry.gaps(shapes) == []
    assert shapely.equals(shapely.coverage_union_all(shapes), areas[0].shape)


def test_grids_are_numbered_from_the_north_and_west(areas: list[Draft]) -> None:
    villages: dict[str, list[tuple[float, float]]] = {}
    for grid in of(areas, "grid"):
        centre = shapely.centroid(grid.shape)
        villages.setdefault(grid.parent, []).append((-round(centre.y, 2), centre.x))
        assert grid.code == f"{grid.parent}{len(villages[grid.parent]):03d}"
    assert all(places == sorted(places) for places in villages.values())


def test_people_add_up(areas: list[Draft]) -> None:
    grids = of(areas, "grid")
    assert areas[0].households == sum(grid.households or 0 for grid in grids)
    assert all(200 <= (grid.households or 0) <= 500 and (grid.people or 0) > (grid.households or 0) for grid in grids)


def test_every_load_makes_the_same_map(areas: list[Draft]) -> None:
    again = territory.areas()
    assert [area.code for area in again] == [area.code for area in areas]
    assert shapely.to_wkb([area.shape for area in again]).tolist() == [shapely.to_wkb(area.shape) for area in areas]


@pytest.mark.django_db
def test_it_imports_without_a_finding_and_routes_each_grid_to_itself() -> None:
    now, on = datetime(2014, 1, 1, tzinfo=UTC), date(2014, 1, 1)
    drafted = territory.drafted()
    result = operations.import_areas(drafted=drafted, actor=None, now=now, on=on)
    assert (result.new, result.findings) == (306, [])
    router = queries.router(on)
    assert len(router) == 204
    for grid in drafted.drafts[-204:]:
        inside = shapely.point_on_surface(grid.shape)
        assert router.route(inside.x, inside.y).area == grid.code
    assert [area.level for area in queries.chain(drafted.drafts[-1].code)] == [
        "district",
        "township",
        "village",
        "grid",
    ]
