"""Every shipped scheme's plays come out as its tests/*.csv want, and their look-backs add up."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from gezhi.schemes import clocks, engine, plays, source
from gezhi.schemes.documents import shipped

BACK = ".lookback.csv"
PLAYS = sorted(path for path in shipped().glob("*/tests/*.csv") if not path.name.endswith(BACK))
BACKS = sorted(shipped().glob(f"*/tests/*{BACK}"))


@pytest.mark.parametrize("path", PLAYS, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_a_play_comes_out_as_wanted(path: Path) -> None:
    scheme = source.load(path.parent.parent)
    rows = plays.read_rows(path.read_text(encoding="utf-8"))
    assert any(column.startswith(plays.WANT) for column in rows[0]), "a play without wants proves nothing"

    played = plays.play(scheme, rows)

    assert plays.differences(played.rows) == []
    assert engine.replay(played.events) == played.state


@pytest.mark.parametrize("path", PLAYS, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_the_look_back_of_a_play_adds_up_to_the_whole(path: Path) -> None:
    scheme = source.load(path.parent.parent)
    played = plays.play(scheme, plays.read_rows(path.read_text(encoding="utf-8")))
    state = played.state
    assert state is not None
    assert played.until is not None
    calendar = clocks.calendar_of(scheme)

    times = engine.look_back(scheme, state, played.until)

    line = [hold for hold in state.holds if not hold.part]
    ends = [hold.until or played.until for hold in line]
    standing = sum(calendar.between(pause.since, pause.until or played.until) for hold in line for pause in hold.pauses)
    # between a close and a reopening nobody holds the case
    shut = sum(calendar.between(end, hold.since) for end, hold in zip(ends, line[1:], strict=False))
    whole = calendar.between(state.opened_at, ends[-1]) - shut
    assert sum(time.work_seconds for time in times) == whole - standing
    assert all(0 <= time.overdue_seconds <= time.work_seconds for time in times)


@pytest.mark.parametrize("path", BACKS, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_the_look_back_of_a_play_is_as_written(path: Path) -> None:
    scheme = source.load(path.parent.parent)
    play = path.with_name(path.name.replace(BACK, ".csv"))
    played = plays.play(scheme, plays.read_rows(play.read_text(encoding="utf-8")))

    with path.open(encoding="utf-8", newline="") as file:
        wanted = list(csv.DictReader(file))

    assert plays.look_back_rows(scheme, played) == wanted


def test_every_shipped_scheme_has_plays() -> None:
    schemes = {path.parent.name for path in shipped().glob("*/scheme.toml")}
    assert {path.parts[-3] for path in PLAYS} == schemes


def test_looking_more_often_changes_nothing() -> None:
    """What ran out is the same whether one looks once or every ten minutes."""
    path = next(path for path in PLAYS if path.stem == "07-silent-and-late" and path.parts[-3] == "shawan")
    scheme = source.load(path.parent.parent)
    rows = plays.read_rows(path.read_text(encoding="utf-8"))
    once = plays.play(scheme, rows)
    looks = []
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        looks.append(row)
        at = plays.when(scheme, row["at"]) + timedelta(minutes=10)
        while after is not None and at < plays.when(scheme, after["at"]):
            looks.append({"at": at.isoformat(), "by": "system", "action": "look", "answers": "{}"})
            at += timedelta(hours=5)

    often = plays.play(scheme, looks)

    assert often.events == once.events
    assert len(looks) > 3 * len(rows)
