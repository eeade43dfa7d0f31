import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.territory import coordinates

CHINA = (st.floats(73.6, 134.7), st.floats(18.2, 53.5))


@pytest.mark.parametrize("system", coordinates.SYSTEMS)
@given(lon=CHINA[0], lat=CHINA[1])
def test_there_and_back_is_exact_to_a_ten_millionth_of_a_degree(system: str, lon: float, lat: float) -> None:
    there = coordinates.from_wgs84(lon, lat, system)
    back = coordinates.to_wgs84(*there, system)
    assert abs(float(back[0]) - lon) < 1e-7
    assert abs(float(back[1]) - lat) < 1e-7


def test_the_published_example_of_gcj02() -> None:
    """39.915, 116.404 is 39.91640428150164, 116.41024449916938 in GCJ-02 (coordtransform's own test)."""
    lon, lat = coordinates.from_wgs84(116.404, 39.915, coordinates.GCJ02)
    assert float(lon) == pytest.approx(116.41024449916938, abs=1e-9)
    assert float(lat) == pytest.approx(39.91640428150164, abs=1e-9)


def test_the_published_example_of_bd09() -> None:
    """GCJ-02 39.915, 116.404 is BD-09 39.92133699351021, 116.41036949371029 (coordtransform's own test)."""
    wgs = coordinates.to_wgs84(116.404, 39.915, coordinates.GCJ02)
    lon, lat = coordinates.from_wgs84(*wgs, coordinates.BD09)
    assert float(lon) == pytest.approx(116.41036949371029, abs=1e-9)
    assert float(lat) == pytest.approx(39.92133699351021, abs=1e-9)


def test_outside_china_nothing_is_shifted() -> None:
    assert [float(v) for v in coordinates.from_wgs84(-76.6, 39.3, coordinates.GCJ02)] == [-76.6, 39.3]


def test_an_unknown_system_is_refused_with_the_names_of_those_known() -> None:
    with pytest.raises(coordinates.UnknownSystemError, match="gcj02"):
        coordinates.to_wgs84(1.0, 2.0, "mars")


@given(lon=st.floats(-179, 179), lat=st.floats(-80, 80), angle=st.floats(0, 6.28), metres=st.floats(1, 500))
def test_the_plane_measures_metres_as_the_ellipsoid_does(lon: float, lat: float, angle: float, metres: float) -> None:
    import pyproj

    other = pyproj.Geod(ellps="WGS84").fwd(lon, lat, np.degrees(angle), metres)
    x, y = coordinates.plane([lon, other[0]], [lat, other[1]])
    if abs(other[0] - lon) > 180:
        return
    measured = float(np.hypot(x[1] - x[0], y[1] - y[0]) * coordinates.scale(lat))
    assert measured == pytest.approx(metres, rel=1e-3)
    assert coordinates.plane_of_one(lon, lat) == pytest.approx((x[0], y[0]))
    assert coordinates.scale_of_one(lat) == pytest.approx(float(coordinates.scale(lat)))


def test_what_is_no_place_on_earth_is_told_apart() -> None:
    assert coordinates.in_range([103.5, 500.0, np.nan], [29.4, 29.4, 29.4]).tolist() == [True, False, False]
