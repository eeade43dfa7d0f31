"""What a photo tells in its metadata: where and when it was taken."""

from datetime import datetime, tzinfo
from fractions import Fraction
from typing import Any

from PIL import ExifTags, Image


def place(picture: Image.Image) -> tuple[float, float] | None:
    """Return (lon, lat) in WGS-84 degrees, or None when the photo has no usable position."""
    gps = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
    lon = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    if lat is None or lon is None or not (abs(lat) <= 90 and abs(lon) <= 180) or (lat, lon) == (0.0, 0.0):
        return None
    return lon, lat


def taken_at(picture: Image.Image, zone: tzinfo) -> datetime | None:
    """Return when the photo was taken, by its own clock and offset (or else `zone`); None when it doesn't say."""
    exif = picture.getexif().get_ifd(ExifTags.IFD.Exif)
    words = str(exif.get(ExifTags.Base.DateTimeOriginal, "")).strip("\0 ")
    offset = str(exif.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\0 ")
    try:
        if offset:
            return datetime.strptime(words + offset, "%Y:%m:%d %H:%M:%S%z")
        return datetime.strptime(words, "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
    except ValueError:
        return None


def _degrees(parts: Any, reference: Any, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(Fraction(part)) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    sign = -1 if str(reference).strip("\0 ").upper() == negative else 1
    return sign * (degrees + minutes / 60 + seconds / 3600)
