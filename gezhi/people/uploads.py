"""Distrust of files that come from outside: what they are, their first bytes say; how large they would grow, too.

A reader of map files finds out by itself what a file is, and some kinds lead it to other files or addresses. So only
the kinds that are asked for get that far, and archives only with the members of a shapefile.
"""

import io
import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_MEMBERS = 200
MOST_RATIO = 200
AREAS = frozenset({".geojson", ".json", ".gpkg", ".zip", ".csv", ".xlsx"})
STAFF = frozenset({".xlsx", ".csv"})
_OF_SHAPEFILE = frozenset(
    {".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qmd", ".qpj", ".xml", ".txt", ".fix"}
)
_SHP = b"\x00\x00\x27\x0a"
_SQLITE = b"SQLite format 3\x00"
_ZIP = b"PK\x03\x04"


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name as its sender wrote it."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def judge(name: str, data: bytes, kinds: frozenset[str]) -> None:
    """Raise `ValidationError` unless a file is of a kind that is asked for, what it says, and within bounds."""
    suffix = suffix_of(name)
    if suffix not in kinds:
        raise _refused(_("Files of the kind “%(suffix)s” are not taken. Use: %(kinds)s."), suffix=suffix or name[:40],
                       kinds=" ".join(sorted(kinds)))  # fmt: skip
    if not data:
        raise _refused(_("The file is empty."))
    if len(data) > MOST_BYTES:
        raise _refused(_("The file is larger than %(most)d MB. Divide it, or use the command line."),
                       most=MOST_BYTES // 2**20)  # fmt: skip
    if suffix in {".zip", ".xlsx"}:
        _judge_archive(data, shapefile=suffix == ".zip")
    elif not _is(suffix, data):
        raise _refused(
            _("The file is not what its name says (%(suffix)s). Save it again in that format."), suffix=suffix
        )


def _is(suffix: str, data: bytes) -> bool:
    if suffix == ".gpkg":
        return data.startswith(_SQLITE)
    if suffix == ".csv":
        return b"\x00" not in data and not data.startswith(_ZIP)
    try:
        read = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(read, dict) and read.get("type") in {"FeatureCollection", "Feature"}


def _judge_archive(data: bytes, *, shapefile: bool) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            first = {
                one.filename: archive.open(one).read(4) for one in members if one.filename.lower().endswith(".shp")
            }
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError):
        raise _refused(_("The archive can't be opened. Pack it again, without a password.")) from None
    unpacked = sum(one.file_size for one in members)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(1, len(data)):
        raise _refused(_("Unpacked, the archive would be far too large."))
    for one in members:
        path = PurePosixPath(one.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or (one.external_attr >> 28) == 0xA:
            raise _refused(_("The archive holds a file that points outside of it: %(name)s."), name=one.filename[:80])
        if shapefile and not one.is_dir() and path.suffix.lower() not in _OF_SHAPEFILE:
            raise _refused(_("The archive may hold one shapefile only; %(name)s is none of its parts."),
                           name=one.filename[:80])  # fmt: skip
    if shapefile and (len(first) != 1 or set(first.values()) != {_SHP}):
        raise _refused(_("The archive must hold exactly one shapefile (.shp with .shx and .dbf)."))


def _refused(message: str, **values: object) -> ValidationError:
    return ValidationError({"file": message % values})


@contextmanager
def laid_down(name: str, data: bytes) -> Iterator[Path]:
    """Lay a judged file down under a name of our own for readers that want one, and take it away again."""
    with tempfile.TemporaryDirectory(prefix="gezhi-upload-") as folder:
        path = Path(folder, f"upload{suffix_of(name)}")
        path.write_bytes(data)
        yield path
