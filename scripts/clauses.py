"""Writes docs/schemes/clauses.md: which rule of a shipped plan carries out which clause, and what tries it.

Usage: .venv/bin/python scripts/clauses.py          (a test of the house fails while the page is out of date)
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gezhi.schemes import plays
from gezhi.schemes.model import Scheme
from gezhi.schemes.source import load, read, shipped

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "schemes" / "clauses.md"
HEAD = """# Plans, clauses, rules and tests

Each shipped plan with its clauses: the rules that carry a clause out, the plays that try its procedures
(`tests/*.csv`), and the stretches of 2026 for which the rounds of its duties were counted by hand
(`tests/duties/*.csv`). Both run with `make test`, and so does the check of every plan. A rule of a procedure counts
with its procedure; the number says how many there are. What a plan says and the product does not build, with the
reason, stands at the head of each plan and beside the rules.

This page is written by `scripts/clauses.py` from the plans themselves.
"""
# what serves every plan and is not a rule of its own
LEFT_OUT = ("pieces", "questions", "scheme", "version", "timezone", "extends")

type Rules = dict[str, dict[str, int]]


def page() -> str:
    """Return the page's text."""
    folders = sorted(path.parent for path in shipped().glob("*/scheme.toml"))
    plans = sorted(((load(folder), folder) for folder in folders), key=lambda one: (one[0].clause, one[1].name))
    overview = ["| plan | scheme | clauses |", "|---|---|---|"]
    overview += [
        f"| {scheme.clause} | [{folder.name}](#{folder.name}) {scheme.title.zh} | {_own(scheme, folder)} |"
        for scheme, folder in plans
    ]
    sections = [line for scheme, folder in plans for line in _section(scheme, folder)]
    return "\n".join([HEAD, *overview, "", *sections])


def _own(scheme: Scheme, folder: Path) -> str:
    """Return the plan's own clauses that rules carry out."""
    plans = scheme.clause.split()
    return ", ".join(sorted((one for one in _rules(folder) if one.split(".")[0] in plans), key=_order))


def _section(scheme: Scheme, folder: Path) -> Iterator[str]:
    yield from (f"## {folder.name}", "", f"{scheme.clause} · {scheme.title.zh} · {scheme.title.en}.", "")
    told = _told(folder)
    if told:
        yield from (told, "")
    yield from ("| clause | rules | plays | rounds |", "|---|---|---|---|")
    played, counted = _played(scheme, folder), _counted(folder)
    for clause, rules in sorted(_rules(folder).items(), key=lambda one: _order(one[0])):
        if not _worth_a_row(scheme, clause, rules):
            continue
        names = [f"`{name}`" + (f" ({count})" if count > 1 else "") for name, count in sorted(rules.items())]
        cells = (clause, ", ".join(names), _sum(played, rules), _sum(counted, rules))
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _worth_a_row(scheme: Scheme, clause: str, rules: Mapping[str, int]) -> bool:
    """Of another plan's clauses, those that more than a shared form or a shared word carries out."""
    own = clause.split(".", maxsplit=1)[0] in scheme.clause.split()
    return own or any(name.split(".")[0] in ("duties", "registers", "procedures", "follow_ups") for name in rules)


def _told(folder: Path) -> str:
    """Return what the plan's file says of itself before its first rule."""
    lines = (folder / "scheme.toml").read_text("utf-8").splitlines()
    told = []
    for line in lines:
        if not line.startswith("#"):
            break
        told.append(line.removeprefix("#").strip())
    return " ".join(told)


def _order(clause: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"(\d+)", clause))


def _rules(folder: Path) -> Rules:
    """Return for each clause the rules that carry it out, with how many there are below one."""
    document, _ = read(folder)
    found: Rules = defaultdict(lambda: defaultdict(int))
    for path, clause in _clauses(document.rules, ()):
        if path and path[0] not in LEFT_OUT:
            found[clause][_name(document.rules, path)] += 1
    for table, rows in document.rows.items():
        for row in rows.values():
            for clause in row.get("clause", "").split():
                found[clause][table] += 1
    return {clause: dict(rules) for clause, rules in found.items()}


def _clauses(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, list):
        value = {str(number): one for number, one in enumerate(value) if isinstance(one, dict)}
    if not isinstance(value, dict):
        return
    written = value.get("clause", ())
    for words in [written] if isinstance(written, str) else written:
        yield from ((path, one) for one in words.split())
    for key, inside in value.items():
        yield from _clauses(inside, (*path, str(key)))


def _name(rules: Mapping[str, Any], path: tuple[str, ...]) -> str:
    if path[0] == "levels":
        return f"levels.{rules['levels'][int(path[1])]['id']}"
    return ".".join(path[:2])


def _played(scheme: Scheme, folder: Path) -> dict[str, set[str]]:
    """Return for each procedure the plays that open a case of it."""
    found: dict[str, set[str]] = defaultdict(set)
    for play in sorted(folder.glob("tests/*.csv")):
        if play.name.endswith(".lookback.csv"):
            continue
        text = play.read_text("utf-8")
        for row in plays.read_rows(text):
            opened = re.search(r'"item": "([^"]+)"', row.get("answers", "")) if row["action"] == "open" else None
            item = scheme.items.get(opened[1]) if opened else None
            if item:
                found[f"procedures.{item.procedure}"].add(play.stem.partition("-")[0])
    return found


def _counted(folder: Path) -> dict[str, set[str]]:
    """Return for each duty the stretches for which its rounds were counted."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.glob("tests/duties/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[f"duties.{row['duty']}"].add(path.stem)
    return found


def _sum(tried: Mapping[str, set[str]], rules: Mapping[str, int]) -> str:
    return ", ".join(sorted({one for name in rules for one in tried.get(name, ())})) or "–"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
