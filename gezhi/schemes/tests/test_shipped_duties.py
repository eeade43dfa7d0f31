"""The rounds of every shipped plan fall due as counted by hand: `schemes/*/tests/duties/FIRST..LAST.csv`.

Such a file says, of the duties that it names, which rounds fall due from its first day to its last: no more, no fewer.
"""

import csv
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import Scheme
from gezhi.schemes.rounds import rounds
from gezhi.schemes.source import load, shipped

COUNTED = sorted(shipped().glob("*/tests/duties/*.csv"))
RECURRING = sorted(
    path.parent
    for path in shipped().glob("*/scheme.toml")
    if any(one.on or one.rate for one in load(path).duties.values())
)


def _name(path: Path) -> str:
    return path.name if path.is_dir() else f"{path.parents[2].name}/{path.stem}"


def _rows(path: Path) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["duty"]].append((row["period"], row["due"]))
    return found


def _stretch(path: Path) -> tuple[date, date]:
    low, _, high = path.stem.partition("..")
    return date.fromisoformat(low), date.fromisoformat(high)


@pytest.mark.parametrize("path", COUNTED, ids=_name)
def test_rounds_fall_due_as_counted_by_hand(path: Path) -> None:
    scheme = load(path.parents[2])
    low, high = _stretch(path)
    for name, wanted in _rows(path).items():
        found = rounds(scheme, calendar_of(scheme), scheme.duties[name], low, high)
        assert [(one.period, one.due.isoformat()) for one in found] == wanted, name


@pytest.mark.parametrize("folder", RECURRING, ids=_name)
def test_every_recurring_duty_of_a_shipped_plan_was_counted(folder: Path) -> None:
    scheme = load(folder)
    counted = {name for path in COUNTED if path.parents[2] == folder for name in _rows(path)}
    assert {name for name, duty in scheme.duties.items() if duty.on or duty.rate} == counted


@pytest.mark.parametrize("folder", RECURRING, ids=_name)
def test_what_an_event_starts_has_an_event_and_a_time(folder: Path) -> None:
    scheme = load(folder)
    for duty in scheme.duties.values():
        assert bool(duty.starts_on) == bool(duty.within), duty.id
        assert all(_happens(scheme, name) for name in duty.starts_on), duty.id


# (plan, duty, a day that it is due on): from when to when, by hand from the clauses P25.7, P08.3, P10.2 and P26.1
HOURS = [
    (
        "shawan",
        "patrol",
        "2026-09-21",
        [("2026-09-21T07:00", "2026-09-21T10:30"), ("2026-09-21T17:00", "2026-09-21T20:30")],
    ),
    ("community-grid", "patrol", "2026-09-21", [("2026-09-21T16:30", "2026-09-21T20:30")]),
    ("community-flows", "patrol", "2026-09-21", [("2026-09-21T16:30", "2026-09-21T20:30")]),
    # the 10th is a Saturday that is worked; the 25th a Sunday, so that it is held on the Monday after
    ("three-entries-one-appeal", "reception_community", "2026-10-10", [("2026-10-10T18:00", "2026-10-10T20:00")]),
    ("three-entries-one-appeal", "reception_community", "2026-10-26", [("2026-10-26T18:00", "2026-10-26T20:00")]),
    ("three-entries-one-appeal", "reception_town", "2026-10-26", [("2026-10-26T14:00", "2026-10-26T17:30")]),
]


@pytest.mark.parametrize(("plan", "duty", "day", "wanted"), HOURS)
def test_rounds_are_done_at_the_hours_of_the_clause(
    plan: str, duty: str, day: str, wanted: list[tuple[str, str]]
) -> None:
    scheme = load(shipped() / plan)
    days, on, one = calendar_of(scheme), date.fromisoformat(day), scheme.duties[duty]
    (found,) = rounds(scheme, days, one, on, on)
    spans = [stretch.on(found.due, days.zone) for stretch in one.hours]
    assert [tuple(f"{at:%Y-%m-%dT%H:%M}" for at in each) for each in spans] == wanted
    assert all(at.utcoffset() == timedelta(hours=8) for each in spans for at in each)


def test_hours_stand_where_the_plans_ask_for_them_and_nowhere_else() -> None:
    folders = [path.parent for path in shipped().glob("*/scheme.toml")]
    found = {(one.name, duty.id) for one in folders for duty in load(one).duties.values() if duty.hours}
    assert found == {(plan, duty) for plan, duty, _, _ in HOURS}


def _happens(scheme: Scheme, name: str) -> bool:
    kind, _, register = name.partition(":")
    return register in scheme.registers if kind == "entry" else name in scheme.follow_ups


@pytest.mark.parametrize("folder", RECURRING, ids=_name)
def test_what_a_duty_finds_may_come_in_as_a_case(folder: Path) -> None:
    scheme = load(folder)
    finds = [duty.id for duty in scheme.duties.values() if duty.items]
    assert not finds or not scheme.channels or "field" in scheme.channels


@pytest.mark.parametrize("folder", RECURRING, ids=_name)
def test_whoever_owes_a_duty_stands_where_it_is_done_or_above(folder: Path) -> None:
    scheme = load(folder)
    order = [level.id for level in scheme.levels.values()]
    for duty in scheme.duties.values():
        for post in duty.who:
            at = scheme.posts[post].at
            assert at in order, f"{duty.id}: a post of a department has no area of its own"
            assert duty.of.of not in order or order.index(at) <= order.index(duty.of.of), duty.id
