"""From a table to drafts of areas: which column is what, and what is wrong with each row on its own."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import shapely

from gezhi.territory import codes, geometry
from gezhi.territory.findings import Finding
from gezhi.territory.models import NAME_LENGTH
from gezhi.territory.tables import Sheet

# stage, done, of
Progress = Callable[[str, int, int], None]


def silent(_stage: str, _done: int, _of: int) -> None:
    """Show no progress."""


FIELDS = ("code", "name", "parent", "level", "kind", "households", "people")
_SOME = 5000  # rows between two looks at the progress
# headings that are understood without being named
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "代码", "编码", "区划代码", "网格代码", "网格编码", "adcode"),
    "name": ("name", "名称", "区域名称", "网格名称"),
    "parent": ("parent", "parent_code", "上级", "上级代码"),
    "level": ("level", "层级"),
    "kind": ("kind", "类型", "网格类型"),
    "households": ("households", "户数"),
    "people": ("people", "人口", "人数"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """An area to be: its row in the file, and its boundary in the file's coordinates (WGS-84 once converted)."""

    row: int
    code: str
    name: str
    level: str
    parent: str = ""
    kind: str = ""
    households: int | None = None
    people: int | None = None
    shape: Any = None

    @property
    def label(self) -> str:
        """Return how the area is called in a message."""
        return f"{self.name} {self.code}" if self.name and self.name != self.code else self.name or self.code


@dataclass(slots=True)
class Drafted:
    """Drafts of a table, what was found in it, and whether parents were named by a column."""

    drafts: list[Draft]
    findings: list[Finding] = field(default_factory=list)
    parents_named: bool = False


def draft(
    sheet: Sheet,
    *,
    level: str = "",
    columns: Mapping[str, str] | None = None,
    crs: str = "wgs84",
    levels: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> Drafted:
    """Return the drafts of a table: `columns` maps a field to its column, others are known by their headings.

    `levels` maps each word for a level, its id among them, to the id; when given, no other word is a level.

    A row with a finding that spoils it is drafted all the same, so that later checks see all areas.
    """
    result = Drafted([], list(sheet.notes))
    places = _places(sheet, columns or {}, result)
    if any(finding.key == "column_missing" for finding in result.findings):
        return result
    result.parents_named = "parent" in places
    free = not _codes_are_chinese(sheet, places)
    for number, row in enumerate(sheet.rows, start=1):
        if number % _SOME == 1:
            progress("check", number, len(sheet.rows))
        shape = sheet.shapes[number - 1] if sheet.shapes is not None else None
        if not any(row) and shape is None:
            continue
        texts = {name: row[place].strip() for name, place in places.items()}
        word = texts.get("level") or level
        one = _one(number, texts, (levels or {}).get(word.casefold(), word), shape, result)
        result.drafts.append(one)
        result.findings.extend(_wrong(one, free=free))
        if word and levels and one.level not in levels.values():
            values = {"level": word, "levels": ", ".join(_first_words(levels))}
            result.findings.append(Finding(number, "level", "level_unknown", values, area=one.code))
    _mark_duplicates(result)
    result.drafts = [convert(one, crs) for one in result.drafts]
    return result


def _first_words(levels: Mapping[str, str]) -> list[str]:
    """Return for each level the word that is named first."""
    first: dict[str, str] = {}
    for word, level in levels.items():
        first.setdefault(level, word)
    return list(first.values())


def _places(sheet: Sheet, named: Mapping[str, str], result: Drafted) -> dict[str, int]:
    """Return the place of each field's column; a column that was named must be there."""
    places: dict[str, int] = {}
    lower = {name.lower(): place for place, name in reversed(list(enumerate(sheet.columns)))}
    for name in FIELDS:
        wanted = named.get(name)
        if wanted and wanted.lower() not in lower:
            values = {"column": wanted, "columns": ", ".join(sheet.columns)}
            result.findings.append(Finding(0, name, "column_missing", values))
        known = [wanted.lower()] if wanted else _HEADINGS[name]
        for heading in known:
            if heading in lower:
                places[name] = lower[heading]
                break
    if "code" not in places and "name" in places and not named.get("code"):
        places["code"] = places["name"]
        result.findings.append(Finding(0, "code", "code_from_name"))
    return places


def _codes_are_chinese(sheet: Sheet, places: Mapping[str, int]) -> bool:
    """Say whether a file's codes are the Chinese ones, so that the exceptions among them are mistakes."""
    if "code" not in places:
        return False
    written = [codes.clean(row[places["code"]]) for row in sheet.rows]
    known = [code for code in written if code]
    return 2 * sum(map(codes.is_chinese, known)) >= len(known) > 0


def _one(number: int, texts: Mapping[str, str], level: str, shape: Any, result: Drafted) -> Draft:
    code = codes.clean(texts.get("code", ""))
    name = texts.get("name", "")
    if code and code == codes.clean(name):
        code = codes.from_name(name)
    counts: dict[str, int | None] = {}
    for what in ("households", "people"):
        text = texts.get(what, "")
        counts[what] = int(text) if text.isdecimal() else None
        if text and counts[what] is None:
            result.findings.append(Finding(number, what, "number_bad", {"value": text}, area=code))
    return Draft(
        number, code, name, level, codes.clean(texts.get("parent", "")), texts.get("kind", ""),
        counts["households"], counts["people"], shape,
    )  # fmt: skip


def _wrong(one: Draft, *, free: bool) -> Iterator[Finding]:
    """Yield what is wrong with a row on its own."""
    if not one.code:
        yield Finding(one.row, "code", "code_missing")
    elif fault := codes.fault(one.code, free=free):
        yield Finding(one.row, "code", fault.key, fault.values, fault.suggestion, one.code)
    if not one.name:
        yield Finding(one.row, "name", "name_missing", area=one.code)
    elif len(one.name) > NAME_LENGTH:
        values = {"length": str(len(one.name)), "most": str(NAME_LENGTH)}
        yield Finding(one.row, "name", "name_long", values, area=one.code)
    if not one.level:
        yield Finding(one.row, "level", "level_missing", area=one.code)
    if one.shape is not None:
        yield from _wrong_shape(one)


def _wrong_shape(one: Draft) -> Iterator[Finding]:
    def found(key: str, **values: str) -> Finding:
        return Finding(one.row, "boundary", key, values, area=one.code)

    if shapely.is_empty(one.shape):
        yield found("shape_empty")
        return
    if one.shape.geom_type not in {"Polygon", "MultiPolygon"}:
        yield found("shape_kind", kind=one.shape.geom_type)
        return
    xy = shapely.get_coordinates(one.shape)
    far = (abs(xy[:, 0]) > 180) | (abs(xy[:, 1]) > 90)
    if far.any():
        x, y = xy[far][0]
        yield found("shape_range", x=f"{x:.1f}", y=f"{y:.1f}")
    elif wrong := geometry.why_invalid(one.shape):
        reason, lon, lat = wrong
        yield found("shape_invalid", reason=reason, lon=f"{lon:.6f}", lat=f"{lat:.6f}")


def _mark_duplicates(result: Drafted) -> None:
    first: dict[str, int] = {}
    for one in result.drafts:
        if one.code and one.code in first:
            values = {"code": one.code, "other": str(first[one.code])}
            result.findings.append(Finding(one.row, "code", "code_duplicate", values, area=one.code))
        first.setdefault(one.code, one.row)


def convert(one: Draft, crs: str) -> Draft:
    """Return a draft with its boundary in WGS-84, one that can't be converted left as it is."""
    if one.shape is None or crs in {"wgs84", "cgcs2000"}:
        return one
    return replace(one, shape=geometry.to_system(one.shape, crs))
