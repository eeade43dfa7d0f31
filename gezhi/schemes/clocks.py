"""Clocks of a case: started by a rule, moved by pauses and extensions, always countable again from the start.

A clock keeps its moves rather than only its due time, so a pause, a newly published calendar or a look at the log years
later all give the same instant.
"""

from datetime import date, datetime
from functools import lru_cache

import msgspec

from gezhi.schemes.calendars import may_be_moved
from gezhi.schemes.durations import Duration, Share, Span, parse_span
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import CaseState, Clock, Light
from gezhi.schemes.worktime import Due, WorkCalendar

UNTIL = "until "


@lru_cache(maxsize=64)
def calendar_of(scheme: Scheme) -> WorkCalendar:
    """Return the scheme's calendar with its tables kept."""
    rule = scheme.calendar
    return WorkCalendar.of(
        timezone=scheme.timezone,
        statutory_code=rule.statutory,
        hours=rule.hours,
        extra_rest=rule.rest,
        extra_work=rule.work,
        published_until=rule.published_until,
        counting=rule.counting,
    )


def at_second(scheme: Scheme, at: datetime) -> datetime:
    """Return the instant in the scheme's zone without fractions of a second, so that look-backs add up exactly."""
    return at.astimezone(calendar_of(scheme).zone).replace(microsecond=0)


@lru_cache(maxsize=4096)
def _duration(written: str) -> Duration:
    return Duration.parse(written)


@lru_cache(maxsize=4096)
def _span(written: str) -> Span:
    return parse_span(written)


def counted(calendar: WorkCalendar, clock: Clock) -> Clock:
    """Return the clock with its due and warning instants counted from its start through all its moves."""
    end = _first_due(calendar, clock)
    for move in clock.moves:
        end = _moved(calendar, clock, end, move)
    warn = _warning(calendar, clock, end.at) if clock.warning else None
    return msgspec.structs.replace(clock, due=end.at, warn=warn, provisional=end.provisional)


def working(calendar: WorkCalendar, clock: Clock) -> tuple[tuple[str, datetime], ...]:
    """Return how the due instant came about: the limit's own first, then after each move the one that it led to."""
    end = _first_due(calendar, clock)
    found = [("", end.at)]
    for move in clock.moves:
        end = _moved(calendar, clock, end, move)
        found.append((move, end.at))
    return tuple(found)


def due_of(calendar: WorkCalendar, clock: Clock) -> datetime | None:
    """Return when the clock is due; also while it is paused, when it shows nothing."""
    return clock.due if clock.paused_at is None else counted(calendar, clock).due


def _first_due(calendar: WorkCalendar, clock: Clock) -> Due:
    if clock.limit.startswith(UNTIL):
        return _end_of_day(calendar, date.fromisoformat(clock.limit.removeprefix(UNTIL)))
    return calendar.due(clock.started, _duration(clock.limit), clock.counting or None)


def _end_of_day(calendar: WorkCalendar, on: date) -> Due:
    """Return when business ends on a day that somebody named, or on the next workday if it is a rest day."""
    workday = calendar.workday_on_or_after(on)
    return Due(calendar.hours_of(workday)[-1][1], calendar.day(workday).provisional)


def _moved(calendar: WorkCalendar, clock: Clock, end: Due, move: str) -> Due:
    word, _, rest = move.partition(" ")
    counting = clock.counting or None
    if word == "extend":
        moved = calendar.shift(end.at, _duration(rest), counting)
    else:
        since, until = (datetime.fromisoformat(one) for one in rest.split())
        moved = _stood_still(calendar, clock, end, since, until)
    return Due(moved.at, moved.provisional or (end.provisional and moved.at == end.at))


def _stood_still(calendar: WorkCalendar, clock: Clock, end: Due, since: datetime, until: datetime) -> Due:
    """Return the due instant after a stretch that does not count; a day that somebody named moves by workdays."""
    limit = Duration.parse("1 workday") if clock.limit.startswith(UNTIL) else _duration(clock.limit)
    return calendar.resume(limit, end.at, since, until, clock.counting or None)


def _warning(calendar: WorkCalendar, clock: Clock, due: datetime) -> datetime:
    span = _span(clock.warning)
    if not clock.limit.startswith(UNTIL):
        return calendar.warn(clock.started, _duration(clock.limit), span, due=due, counting=clock.counting or None)
    if isinstance(span, Share):
        left = calendar.between(clock.started, due) * (100 - span.percent) // 100
        return calendar.add_work_seconds(clock.started, left).at
    return calendar.warn(clock.started, Duration.parse("1 workday"), span, due=due)


# ── what happens to clocks ──


def running(clock: Clock) -> bool:
    """Tell whether time passes for this clock."""
    return clock.met_at is None and clock.paused_at is None and clock.frozen_at is None


def uncertain(calendar: WorkCalendar, clock: Clock) -> bool:
    """Tell whether the next notice about a year's days may move what a clock counts to."""
    return clock.provisional or (clock.due is not None and may_be_moved(calendar.local_date(clock.due)))


def paused(clock: Clock, at: datetime) -> Clock:
    """Stop a clock; it shows no due time until it is resumed. One that stands still for the reporter does so anyway."""
    if clock.met_at or clock.paused_at or clock.frozen_at:
        return clock
    return msgspec.structs.replace(clock, paused_at=at, due=None, warn=None)


def resumed(calendar: WorkCalendar, clock: Clock, at: datetime, wake: tuple[str, ...]) -> Clock:
    """Restart a paused clock."""
    if clock.paused_at is None or clock.met_at:
        return clock
    move = f"pause {clock.paused_at.isoformat()} {at.isoformat()}"
    return _again(calendar, msgspec.structs.replace(clock, paused_at=None), move, at, wake)


def unfrozen(calendar: WorkCalendar, clock: Clock, at: datetime, wake: tuple[str, ...]) -> Clock:
    """Let the office's clock go on after the reporter's time (or after the close), moved by that time."""
    since = clock.frozen_at or clock.met_at
    if since is None:
        return clock
    move = f"reporter {since.isoformat()} {at.isoformat()}"
    return _again(calendar, msgspec.structs.replace(clock, frozen_at=None, met_at=None), move, at, wake)


def extended(calendar: WorkCalendar, clock: Clock, by: Duration, at: datetime, wake: tuple[str, ...]) -> Clock:
    """Lengthen a clock."""
    return _again(calendar, clock, f"extend {by}", at, wake)


def _again(calendar: WorkCalendar, clock: Clock, move: str, at: datetime, wake: tuple[str, ...]) -> Clock:
    """Add a move to a clock. What then lies ahead rings anew; what has rung and still lies behind does not."""
    after = counted(calendar, msgspec.structs.replace(clock, moves=(*clock.moves, move)))
    if after.paused_at is not None:
        return msgspec.structs.replace(after, due=None, warn=None)
    ahead = {"warn": after.warn is not None and after.warn > at, "due": after.due is not None and after.due > at}
    return msgspec.structs.replace(after, wake=tuple(one for one in wake if ahead[one] or one in clock.wake))


def taken_over(calendar: WorkCalendar, fresh: Clock, old: Clock | None, at: datetime) -> Clock:
    """Return a clock that begins anew in place of an old one: extended and stood still as that one was.

    What has rung already and lies behind by the new limit, too, does not ring again.
    """
    if old is None:
        return fresh
    moves = old.moves
    if old.frozen_at is not None:
        moves = (*moves, f"reporter {old.frozen_at.isoformat()} {at.isoformat()}")
    after = counted(calendar, msgspec.structs.replace(fresh, moves=moves))
    behind = {"warn": (old.warn, after.warn), "due": (old.due, after.due)}
    rung = {one for one, instants in behind.items() if all(when is not None and when <= at for when in instants)}
    return msgspec.structs.replace(after, wake=tuple(one for one in fresh.wake if one not in rung))


# ── what a clock says ──


def light(clock: Clock, now: datetime) -> Light:
    """Return a clock's light: red after the due instant, yellow from the warning, frozen in the reporter's time."""
    if clock.met_at is not None:
        return Light.DONE
    if clock.paused_at is not None:
        return Light.PAUSED
    at = clock.frozen_at or now
    if clock.due is not None and at > clock.due:
        return Light.RED
    if clock.warn is not None and at >= clock.warn:
        return Light.YELLOW
    return Light.GREEN


def lights(state: CaseState, now: datetime) -> dict[str, Light]:
    """Return the light of every clock of a case."""
    return {clock.id: light(clock, now) for clock in state.clocks}


def wakes(clock: Clock) -> tuple[tuple[datetime, str], ...]:
    """Return when this clock will ring by itself and what for, earliest first."""
    if not running(clock):
        return ()
    found = []
    if "warn" in clock.wake and clock.warn is not None:
        found.append((clock.warn, "warn"))
    if "due" in clock.wake and clock.due is not None:
        found.append((clock.due, "due"))
    return tuple(found)


def next_wake(state: CaseState) -> datetime | None:
    """Return the earliest instant at which something happens by itself (a warning, an overdue, a silent accept)."""
    return min((at for clock in state.clocks for at, _ in wakes(clock)), default=None)
