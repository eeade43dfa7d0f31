"""Coordinate systems: GCJ-02 and BD-09 to WGS-84 and back, and the plane that distances are measured on.

CGCS2000 differs from WGS-84 by centimetres and is taken as equal. GCJ-02 is the shifted system of Chinese map services,
BD-09 is Baidu's on top of it; both shifts are published formulas that have no closed inverse, so the way back iterates.
Every function takes and returns numbers or numpy arrays, in degrees.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]

WGS84: Final = "wgs84"
CGCS2000: Final = "cgcs2000"
GCJ02: Final = "gcj02"
BD09: Final = "bd09"
SYSTEMS: Final = (WGS84, CGCS2000, GCJ02, BD09)

# the ellipsoid of the GCJ-02 formula (Krasovsky 1940)
_GCJ_AXIS = 6378245.0
_GCJ_E2 = 0.00669342162296594323
# the box in which GCJ-02 is shifted at all
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_BD_TURN = np.pi * 3000.0 / 180.0

# WGS-84's ellipsoid, for the conformal plane
_AXIS = 6378137.0
_E2 = 0.0066943799901413165
_E = _E2**0.5


class UnknownSystemError(ValueError):
    """The name of a coordinate system is not one of SYSTEMS."""


def to_wgs84(lon: ArrayLike, lat: ArrayLike, system: str) -> tuple[Numbers, Numbers]:
    """Return longitude and latitude in WGS-84 of coordinates in `system`; exact to 1e-9 degrees."""
    x, y = np.asarray(lon, float), np.asarray(lat, float)
    if system in {WGS84, CGCS2000}:
        return x, y
    if system == GCJ02:
        return _unshift(x, y)
    if system == BD09:
        return _unshift(*_bd_to_gcj(x, y))
    raise UnknownSystemError(f"{system!r}: write one of {', '.join(SYSTEMS)}")


def to_wgs84_of_one(lon: float, lat: float, system: str) -> tuple[float, float]:
    """Return `to_wgs84` of one point, without the cost of arrays where nothing is shifted."""
    if system in {WGS84, CGCS2000}:
        return lon, lat
    x, y = to_wgs84(lon, lat, system)
    return float(x), float(y)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, system: str) -> tuple[Numbers, Numbers]:
    """Return WGS-84 coordinates in `system`."""
    x, y = np.asarray(lon, float), np.asarray(lat, float)
    if system in {WGS84, CGCS2000}:
        return x, y
    if system == GCJ02:
        return _shift(x, y)
    if system == BD09:
        return _gcj_to_bd(*_shift(x, y))
    raise UnknownSystemError(f"{system!r}: write one of {', '.join(SYSTEMS)}")


def plane(lon: ArrayLike, lat: ArrayLike) -> tuple[Numbers, Numbers]:
    """Return metres on the ellipsoidal Mercator plane: conformal, so a short distance × `scale(lat)` is metres."""
    phi = np.radians(np.clip(np.asarray(lat, float), -89.0, 89.0))
    sine = np.sin(phi)
    return _AXIS * np.radians(np.asarray(lon, float)), _AXIS * (np.arctanh(sine) - _E * np.arctanh(_E * sine))


def scale(lat: ArrayLike) -> Numbers:
    """Return metres on the ground for one metre on the plane, at a latitude."""
    phi = np.radians(np.clip(np.asarray(lat, float), -89.0, 89.0))
    return np.asarray(np.cos(phi) / np.sqrt(1.0 - _E2 * np.sin(phi) ** 2))


def plane_of_one(lon: float, lat: float) -> tuple[float, float]:
    """Return `plane` of one point, without the cost of arrays."""
    sine = math.sin(math.radians(max(-89.0, min(89.0, lat))))
    return _AXIS * math.radians(lon), _AXIS * (math.atanh(sine) - _E * math.atanh(_E * sine))


def scale_of_one(lat: float) -> float:
    """Return `scale` at one latitude."""
    phi = math.radians(max(-89.0, min(89.0, lat)))
    return math.cos(phi) / math.sqrt(1.0 - _E2 * math.sin(phi) ** 2)


def in_range(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Say which pairs are numbers within ±180 and ±90 degrees."""
    x, y = np.asarray(lon, float), np.asarray(lat, float)
    return np.asarray((np.abs(x) <= 180.0) & (np.abs(y) <= 90.0))


def _shift(lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    """Return GCJ-02 of WGS-84; outside the formula's box nothing is shifted."""
    west, south, east, north = _CHINA
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    x, y = lon - 105.0, lat - 35.0
    waves = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    d_lat += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    d_lon += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _GCJ_E2 * np.sin(phi) ** 2
    d_lat = np.degrees(d_lat * magic * np.sqrt(magic) / (_GCJ_AXIS * (1.0 - _GCJ_E2)))
    d_lon = np.degrees(d_lon * np.sqrt(magic) / (_GCJ_AXIS * np.cos(phi)))
    return np.asarray(np.where(inside, lon + d_lon, lon)), np.asarray(np.where(inside, lat + d_lat, lat))


def _unshift(lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    """Return WGS-84 of GCJ-02 by fixed-point iteration: each round shrinks the error a thousandfold."""
    x, y = lon, lat
    for _ in range(6):
        gx, gy = _shift(x, y)
        x, y = x - (gx - lon), y - (gy - lat)
    return x, y


def _gcj_to_bd(lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return np.asarray(radius * np.cos(angle) + 0.0065), np.asarray(radius * np.sin(angle) + 0.006)


def _bd_to_gcj(lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    x, y = lon - 0.0065, lat - 0.006
    for _ in range(8):
        bx, by = _gcj_to_bd(x, y)
        x, y = x - (bx - lon), y - (by - lat)
    return x, y
