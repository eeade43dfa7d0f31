"""Checks of drafts against each other and the areas that are there: parents, overlaps, gaps, coordinate system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely

from gezhi.territory import codes, geometry
from gezhi.territory.drafts import Draft, Drafted, Progress, silent
from gezhi.territory.findings import Finding


@dataclass(slots=True)
class Known:
    """What the territory holds on the date: paths by code, and outlines to compare with."""

    paths: Mapping[str, str] = field(default_factory=dict)
    # outlined areas of the file's levels that the file does not bring again: level → (label, shape)
    neighbours: Mapping[str, Sequence[tuple[str, Any]]] = field(default_factory=dict)
    # the lowest outlines around the file's ground
    outlines: Sequence[Any] = ()


@dataclass(slots=True)
class Checked:
    """Drafts with their paths, and all that was found."""

    drafts: list[Draft]
    paths: dict[str, str]
    findings: list[Finding]


def check(drafted: Drafted, known: Known, crs: str, progress: Progress = silent) -> Checked:
    """Return the drafts with their places in the tree and everything that is wrong with them."""
    findings = list(drafted.findings)
    paths = _place(drafted, known, findings)
    spoiled = {finding.row for finding in findings if finding.spoils_row}
    outlined = [one for one in drafted.drafts if one.shape is not None and one.row not in spoiled]
    by_level: dict[str, list[Draft]] = {}
    for one in outlined:
        by_level.setdefault(one.level, []).append(one)
    for done, (level, group) in enumerate(by_level.items()):
        progress("borders", done, len(by_level))
        findings.extend(_overlaps(group, known.neighbours.get(level, ())))
        findings.extend(_gaps(group, known.neighbours.get(level, ())))
    findings.extend(_suspicion(by_level, known, crs))
    findings.sort(key=lambda finding: finding.row)
    return Checked(drafted.drafts, paths, findings)


# ---- the tree


def _place(drafted: Drafted, known: Known, findings: list[Finding]) -> dict[str, str]:
    """Return the path of each code in the file; unknown parents and circles are added to the findings."""
    here = frozenset(one.code for one in drafted.drafts)
    firsts = {one.code: one for one in reversed(drafted.drafts) if one.code}
    above = {code: _parent(one, here, known, named=drafted.parents_named) for code, one in firsts.items()}
    paths: dict[str, str] = {}
    orphans: list[str] = []
    for one in drafted.drafts:
        if one.code and one.code not in paths:
            findings.extend(_climb(one, above, known, paths, firsts=firsts))
        if one.parent == "" and not drafted.parents_named and not above.get(one.code) and codes.parent_of(one.code):
            orphans.append(one.code)
    tops = min((len(code) for code in above), default=0)
    lower = [code for code in orphans if len(code) > tops]
    if lower:
        values = {"count": str(len(lower)), "example": lower[0]}
        findings.append(Finding(0, "parent", "parents_none", values))
    return paths


def _parent(one: Draft, here: frozenset[str], known: Known, *, named: bool) -> str:
    """Return the code of the area above: the one named, else the nearest known one that the code's digits name."""
    if named or one.parent:
        return one.parent
    upper = codes.parent_of(one.code)
    while upper is not None and upper not in here and upper not in known.paths:
        upper = codes.parent_of(upper)
    return upper or ""


def _climb(
    one: Draft, above: Mapping[str, str], known: Known, paths: dict[str, str], *, firsts: Mapping[str, Draft]
) -> list[Finding]:
    """Set the paths of an area and of those above it in the file; return what is wrong with the way up."""
    way = [one.code]
    while (upper := above[way[-1]]) in above and upper not in paths and upper not in way:
        way.append(upper)
    base, found = "", []
    if upper in way:
        circle = way[way.index(upper) :]
        values = {"chain": " → ".join([*circle, upper])}
        found = [Finding(firsts[code].row, "parent", "parent_loop", values, area=code) for code in circle]
    elif upper in paths:
        base = paths[upper]
    elif upper in known.paths:
        base = known.paths[upper]
    elif upper:
        last = way[-1]
        found = [Finding(firsts[last].row, "parent", "parent_unknown", {"parent": upper}, area=last)]
    for code in reversed(way):
        base = paths[code] = f"{base}{code}/"
    return found


# ---- borders


def _overlaps(group: Sequence[Draft], neighbours: Sequence[tuple[str, Any]]) -> list[Finding]:
    """Return a finding for each overlap, at the later row; those among the neighbours alone are not this file's."""
    shapes = [shape for _label, shape in neighbours] + [one.shape for one in group]
    labels = [label for label, _shape in neighbours] + [one.label for one in group]
    found = []
    for patch in geometry.overlaps(shapes):
        if patch.second < len(neighbours):
            continue
        one = group[patch.second - len(neighbours)]
        values = {"other": labels[patch.first], **_where(patch)}
        found.append(Finding(one.row, "boundary", "shape_overlap", values, area=one.code))
    return found


def _gaps(group: Sequence[Draft], neighbours: Sequence[tuple[str, Any]]) -> list[Finding]:
    shapes = [one.shape for one in group] + [shape for _label, shape in neighbours]
    found = []
    for patch in geometry.gaps(shapes):
        if patch.first >= len(group):
            continue
        one = group[patch.first]
        values = {"near": one.label, **_where(patch)}
        found.append(Finding(one.row, "boundary", "shape_gap", values, area=one.code))
    return found


def _where(patch: geometry.Patch) -> dict[str, str]:
    return {"area": f"{patch.square_metres:.0f}", "lon": f"{patch.lon:.6f}", "lat": f"{patch.lat:.6f}"}


def _suspicion(by_level: Mapping[str, Sequence[Draft]], known: Known, crs: str) -> list[Finding]:
    """Return a finding when the file's ground fits the known outlines better in another system."""
    if not by_level or not known.outlines:
        return []
    ground = shapely.union_all([one.shape for group in by_level.values() for one in group])
    doubt = geometry.suspect(ground, crs, shapely.union_all(list(known.outlines)))
    if doubt is None:
        return []
    shares = {"as_is": f"{100 * doubt.as_is:.1f}", "then": f"{100 * doubt.then:.1f}"}
    values = {"declared": doubt.declared, "better": doubt.better, "better_name": doubt.better_name, **shares}
    return [Finding(0, "boundary", "crs_suspected", values)]
