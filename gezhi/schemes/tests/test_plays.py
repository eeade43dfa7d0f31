"""What holds for every play of every shipped scheme: the log replays, look-backs add up, looking changes nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from gezhi.schemes import clocks, engine, plays, source
from gezhi.schemes.documents import shipped

BACK = ".lookback.csv"
PLAYS = sorted(path for path in shipped().glob("*/tests/*.csv") if not path.name.endswith(BACK))


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
    assert engine.replay(played.events) == state
    assert all(0 <= time.overdue_seconds <= time.work_seconds for time in times)


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
