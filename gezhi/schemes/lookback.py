"""Who held a case from when to when, in working time, and how the overdue time divides among the holders."""

from datetime import datetime

import msgspec

from gezhi.schemes import clocks
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import CaseState, Hold, HoldTime
from gezhi.schemes.worktime import WorkCalendar


def look_back(scheme: Scheme, state: CaseState, now: datetime) -> tuple[HoldTime, ...]:
    """Return the main line's holds in order of time; their work seconds are the whole case's, less pauses, exactly.

    A hold that is still open counts up to `now`. Co-handlers' parts run beside the main line: see `part_times`.
    """
    return _times(scheme, state, now, parts=False)


def part_times(scheme: Scheme, state: CaseState, now: datetime) -> tuple[HoldTime, ...]:
    """Return the co-handlers' holds, which run at the same time as the lead's."""
    return _times(scheme, state, now, parts=True)


def _times(scheme: Scheme, state: CaseState, now: datetime, *, parts: bool) -> tuple[HoldTime, ...]:
    calendar = clocks.calendar_of(scheme)
    now = clocks.at_second(scheme, now)
    return tuple(_time(calendar, state, hold, now) for hold in state.holds if bool(hold.part) is parts)


def _time(calendar: WorkCalendar, state: CaseState, hold: Hold, now: datetime) -> HoldTime:
    until = hold.until or max(now, hold.since)
    due = hold.due
    if hold.until is None:
        clock = state.clock(f"part:{hold.part}" if hold.part else "step")
        due = clocks.due_of(calendar, clock) if clock else None
        hold = msgspec.structs.replace(hold, due=due)
    overdue = _held(calendar, hold, max(hold.since, due), until) if due and due < until else 0
    return HoldTime(hold, _held(calendar, hold, hold.since, until), overdue)


def _held(calendar: WorkCalendar, hold: Hold, since: datetime, until: datetime) -> int:
    """Return the working seconds between two instants of a hold, without those of its pauses."""
    paused = 0
    for pause in hold.pauses:
        first, last = max(pause.since, since), min(pause.until or until, until)
        paused += calendar.between(first, last) if first < last else 0
    return calendar.between(since, until) - paused
