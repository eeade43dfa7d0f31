"""What both sets of records need: areas from polygons, a scheme with tables made from the data, progress, oracles."""

import csv
import io
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gezhi.cases import number as numbers
from gezhi.cases import operations
from gezhi.cases.models import Case
from gezhi.enactment import operations as enactment
from gezhi.schemes import source
from gezhi.schemes.model import Scheme
from gezhi.territory import drafts
from gezhi.territory import operations as territory
from gezhi.territory.tables import Sheet
from realdata.checks import Row

SCHEMES = Path(__file__).parent / "schemes"
WHY = "the records that were just taken in are compared with their source"


def polygons(path: Path) -> tuple[list[dict[str, Any]], Any]:
    """Return the properties and the shapes of a GeoJSON file."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = np.array([shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features])
    return [feature["properties"] for feature in features], shapes


def import_tree(
    top: tuple[str, str, str], level: str, below: Sequence[tuple[str, str]], shapes: Any, *, on: date, now: datetime
) -> territory.Imported:
    """Import one area at the top (code, name, level) and those below it (code, name): all, or none if any is wrong."""
    code, name, top_level = top
    rows = [[code, name, "", top_level], *([one, title, code, level] for one, title in below)]
    drawn = np.array([None, *shapes], dtype=object)
    drafted = drafts.draft(Sheet(["code", "name", "parent", "level"], rows, drawn))
    return territory.import_areas(drafted=drafted, actor=None, now=now, on=on)


def enact(name: str, tables: dict[str, list[list[str]]], *, on: date, now: datetime) -> Scheme:
    """Put a scheme of `realdata/schemes` into force with tables (catalogue, departments) that the data make."""
    return enactment.enact(files=with_tables(name, tables), actor=None, on=on, now=now).scheme


def with_tables(name: str, tables: dict[str, list[list[str]]]) -> source.Source:
    """Return a scheme's files with tables beside them that are nowhere written down."""
    text = source.gather(SCHEMES / name)
    made = {f"{name}/{table}.csv": _csv(rows) for table, rows in tables.items()}
    return source.Source(text.main, {**text.files, **made})


def _csv(rows: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


class Progress:
    """Shows on a terminal how far the work has come, at most twice a second."""

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total, self.done = what, total, 0
        self.began = time.perf_counter()
        self._shown = 0.0

    def add(self, count: int) -> None:
        """Note that so many more are done."""
        self.done += count
        present = time.perf_counter()
        if sys.stderr.isatty() and (present - self._shown > 0.5 or self.done >= self.total):
            self._shown = present
            sys.stderr.write(f"\r{self.what}: {self.done:,} of {self.total:,} …\x1b[K")
            sys.stderr.flush()

    def spent(self) -> tuple[float, str]:
        """Return the seconds until now and what that makes a second, in words."""
        seconds = time.perf_counter() - self.began
        return seconds, f"{seconds:.0f} s, {self.done / seconds:,.0f}/s"


def cases_of(scheme: str) -> Iterator[Case]:
    """Give every case of a scheme in the order in which they were taken in."""
    yield from Case.objects.unscoped(reason=WHY).filter(scheme=scheme).order_by("id").iterator(2000)


def exactly(name: str, hits: int, total: int, what: str = "") -> Row:
    """Compare a count with all there are; none at all is a failure."""
    return Row(name, f"{total:,} of {total:,}{what}", f"{hits:,} of {total:,}", ok=hits == total > 0)


def numbers_unique(name: str, found: Sequence[str]) -> Row:
    """Check that no number was given twice and that the check digit of each is right."""
    good = sum(numbers.tidy(one) == one for one in set(found))
    return exactly(name, good, len(found))


def logs_whole(name: str, cases: Iterable[Case], total: int) -> Row:
    """Check the chain of each log, and that replaying it gives the state that the case keeps."""
    progress = Progress(name, total)
    broken: Counter[str] = Counter()
    whole = 0
    for case in cases:
        checked = operations.verify_log(case)
        whole += checked.whole
        if not checked.whole:
            broken[checked.why] += 1
        progress.add(1)
    row = exactly(name, whole, total)
    return Row(row.name, row.expected, f"{row.measured} {dict(broken) or ''}".strip(), row.ok)


def inside_of(shapes: Any, rng: random.Random) -> tuple[int, float, float]:
    """Return a random polygon and a random point inside it, told by shapely alone."""
    while True:
        index = rng.randrange(len(shapes))
        west, south, east, north = shapes[index].bounds
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(shapes[index], lon, lat):
            return index, lon, lat
