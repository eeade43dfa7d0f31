import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gezhi.territory.routing import Router
from gezhi.territory.tests.ground import SIDE, SOUTH, WEST, board, square


def winding(seed: int, count: int) -> list[shapely.Geometry]:
    """Return Voronoi cells with winding shared borders; some are taken out, so that there are holes."""
    rng = np.random.default_rng(seed)
    seeds = rng.uniform((WEST, SOUTH), (WEST + 0.3, SOUTH + 0.2), (count, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds)))
    cells = shapely.intersection(cells, shapely.box(WEST, SOUTH, WEST + 0.3, SOUTH + 0.2))
    fine = shapely.segmentize(cells, 0.003)
    bent = shapely.transform(fine, lambda xy: xy + 0.0004 * np.sin(xy[:, ::-1] * 700.0))
    return list(bent[: -(count // 8) or None])


def naive(codes: list[str], polygons: list[shapely.Geometry], lon: float, lat: float) -> str | None:
    point = shapely.Point(lon, lat)
    return min((code for code, polygon in zip(codes, polygons, strict=True) if polygon.intersects(point)), default=None)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 60))
def test_one_and_many_agree_with_asking_every_polygon(seed: int, count: int) -> None:
    polygons = winding(seed, count)
    codes = [f"{i:03d}" for i in np.random.default_rng(seed).permutation(len(polygons))]
    router = Router(codes, polygons)
    xy = np.random.default_rng(seed + 1).uniform((WEST - 0.02, SOUTH - 0.02), (WEST + 0.32, SOUTH + 0.22), (150, 2))
    corners = shapely.get_coordinates(polygons)[:: max(1, count // 3)][:50]
    xy = np.vstack([xy, corners])
    many = router.route_many(xy[:, 0], xy[:, 1])
    for place, (lon, lat) in enumerate(xy.tolist()):
        expected = naive(codes, polygons, lon, lat)
        one = router.route(lon, lat)
        index = int(many.index[place])
        assert one.area == expected
        assert (router.codes[index] if index >= 0 else None) == expected
        assert one.distance_m == pytest.approx(float(many.distance_m[place]), abs=1e-6)
        assert one.ambiguous == bool(many.ambiguous[place])


def test_metres_to_the_border_are_metres_on_the_ground() -> None:
    router = Router(["a"], [square(0, 0)])
    east = pyproj.Geod(ellps="WGS84").fwd(WEST, SOUTH + SIDE / 2, 90, 100)
    assert router.route(east[0], east[1]).distance_m == pytest.approx(100, abs=0.1)
    outside = pyproj.Geod(ellps="WGS84").fwd(WEST, SOUTH + SIDE / 2, 270, 2500)
    routed = router.route(outside[0], outside[1])
    assert routed.area is None
    assert routed.distance_m == pytest.approx(2500, rel=1e-3)
    assert routed.candidates == ()
    assert router.route_many([outside[0]], [outside[1]]).distance_m[0] == pytest.approx(routed.distance_m)


def test_a_point_on_a_border_belongs_to_the_lowest_code_and_both_are_candidates() -> None:
    for order in (["a", "b"], ["b", "a"]):
        shapes = {"a": square(0, 0), "b": square(1, 0)}
        routed = Router(order, [shapes[code] for code in order]).route(WEST + SIDE, SOUTH + SIDE / 2)
        assert routed.area == "a"
        assert routed.ambiguous
        assert [code for code, _metres in routed.candidates] == ["a", "b"]
        assert [metres for _code, metres in routed.candidates] == pytest.approx([0, 0], abs=1e-6)


def test_near_a_border_the_neighbours_are_candidates_and_farther_they_are_not() -> None:
    shapes = board(3, 3)
    router = Router(list(shapes), list(shapes.values()))
    fwd = pyproj.Geod(ellps="WGS84").fwd
    lon, lat, _back = fwd(WEST + SIDE, SOUTH + SIDE * 1.5, 90, 10)
    near = router.route(lon, lat)
    assert (near.area, near.ambiguous, [code for code, _metres in near.candidates]) == ("c1r1", True, ["c1r1", "c0r1"])
    assert near.candidates[1][1] == pytest.approx(10, abs=0.1)
    lon, lat, _back = fwd(WEST + SIDE, SOUTH + SIDE * 1.5, 90, 20)
    assert not router.route(lon, lat).ambiguous
    assert Router(list(shapes), list(shapes.values()), near_m=25).route(lon, lat).ambiguous
    assert [code for code, _metres in router.candidates(lon, lat, 30)] == ["c1r1", "c0r1"]


def test_just_outside_everything_the_nearest_is_offered_but_not_given() -> None:
    lon, lat, _back = pyproj.Geod(ellps="WGS84").fwd(WEST, SOUTH + SIDE / 2, 270, 6)
    routed = Router(["a"], [square(0, 0)]).route(lon, lat)
    assert (routed.area, routed.ambiguous) == (None, True)
    assert [code for code, _metres in routed.candidates] == ["a"]
    assert routed.candidates[0][1] == pytest.approx(6, abs=0.1)


def test_holes_islands_and_overlaps() -> None:
    ring = square(0, 0, 5, 5).difference(square(2, 2))
    islands = shapely.union_all([square(10, 0), square(12, 0)])
    router = Router(["ring", "lake", "islands", "over"], [ring, square(2, 2), islands, square(0, 0, 2, 2)])

    def at(column: float, row: float) -> str | None:
        return router.route(WEST + column * SIDE, SOUTH + row * SIDE).area

    found = [at(2.5, 2.5), at(4.5, 4.5), at(10.5, 0.5), at(11.5, 0.5), at(12.5, 0.5), at(1, 1)]
    assert found == ["lake", "ring", "islands", None, "islands", "over"]


def test_what_is_no_number_is_outside_and_spoils_nothing_else() -> None:
    many = Router(["a"], [square(0, 0)]).route_many([np.nan, WEST + SIDE / 2, 900.0], [29.4, SOUTH + SIDE / 2, 29.4])
    assert many.index.tolist() == [-1, 0, -1]
    assert np.isnan(many.distance_m).tolist() == [True, False, True]
    assert many.ambiguous.tolist() == [False, False, False]


def test_a_territory_without_boundaries_routes_to_nothing() -> None:
    router = Router([], [])
    assert router.route(103.5, 29.4).area is None
    assert router.route_many([103.5], [29.4]).index.tolist() == [-1]


def test_a_border_of_many_thousand_corners_is_measured_exactly() -> None:
    coast = shapely.Point(WEST, SOUTH).buffer(0.2, quad_segs=4000)
    router = Router(["coast"], [coast])
    rng = np.random.default_rng(5)
    xy = rng.uniform((WEST - 0.13, SOUTH - 0.13), (WEST + 0.13, SOUTH + 0.13), (300, 2))
    many = router.route_many(xy[:, 0], xy[:, 1])
    ones = [router.route(lon, lat).distance_m for lon, lat in xy.tolist()]
    assert many.distance_m.tolist() == pytest.approx(ones)
