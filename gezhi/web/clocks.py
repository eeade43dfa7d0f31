"""Turns the engine's clocks into what a page shows: light, due moment, what is left, clause, and the day ruler."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext, pgettext

from gezhi.schemes import clocks
from gezhi.schemes.calendars import DayKind
from gezhi.schemes.durations import BadDuration, Duration, Unit
from gezhi.schemes.state import Clock, Light
from gezhi.schemes.worktime import WorkCalendar
from gezhi.web import wording
from gezhi.web.components import ClockView, RulerCell

LONGEST_RULER = 26


def clock_view(
    clock: Clock, light: Light, calendar: WorkCalendar, now: datetime, *, title: str = "", of: str = ""
) -> ClockView:
    """Say one clock; `light` is the engine's, `title` names it where several stand together, `of` what it counts."""
    running = clock.due is not None and clock.met_at is None
    ruler = day_ruler(clock, calendar, now) if running else ()
    return ClockView(
        title=title,
        light=light,
        due=_due(clock, light, now),
        due_at=clock.due if running else None,
        left=left(clock, calendar, now) if running else "",
        limit=wording.say_limit(clock.limit),
        clause=_clause(clock),
        note=gettext("the calendar of that year is not published; counted again and told when it is")
        if clock.provisional
        else "",
        ruler=ruler,
        ruler_says=_ruler_says(clock, calendar, now) if ruler else "",
        working=working(clock, calendar, now),
        moved=_moved(clock, calendar, now),
        of=of,
    )


def working(clock: Clock, calendar: WorkCalendar, now: datetime) -> tuple[str, ...]:
    """Say how the due moment was counted: from when, then each pause and extension with the moment that it led to."""
    lines = []
    for move, after in clocks.working(calendar, clock):
        words = {"due": wording.say_moment(after, now)}
        if not move:
            words |= {"start": wording.say_moment(clock.started, now), "limit": wording.say_limit(clock.limit)}
            pattern = gettext("From %(start)s, %(limit)s: %(due)s")
        else:
            words["move"] = _move(move, calendar, now)
            pattern = gettext("%(move)s: %(due)s")
        lines.append(pattern % words)
    if clock.paused_at is not None:
        lines.append(gettext("Stands still since %(at)s") % {"at": wording.say_moment(clock.paused_at, now)})
    return tuple(lines)


def _moved(clock: Clock, calendar: WorkCalendar, now: datetime) -> str:
    """Say in a few words what moved the due moment; nothing where nothing did."""
    return pgettext("between clauses", ", ").join(_move(one, calendar, now) for one in clock.moves)


def _move(move: str, calendar: WorkCalendar, now: datetime) -> str:
    word, _, rest = move.partition(" ")
    if word == "extend":
        return gettext("extended by %(limit)s") % {"limit": wording.say_limit(rest)}
    since, until = (datetime.fromisoformat(one) for one in rest.split())
    words = {
        "day": wording.say_short_day(calendar.local_date(since), calendar.local_date(now)),
        "span": wording.say_days_and_span(calendar.between(since, until), workday_seconds(calendar)),
    }
    pattern = gettext("%(day)s paused %(span)s") if word == "pause" else gettext("%(day)s with the reporter %(span)s")
    return pattern % words


def left(clock: Clock, calendar: WorkCalendar, now: datetime) -> str:
    """Say what is left of a running clock, or by how much it is overdue, in working time where that is what counts."""
    if clock.due is None:
        return ""
    if now > clock.due:
        return gettext("overdue by %(span)s") % {"span": _overdue(clock, calendar, now)}
    return gettext("%(span)s left") % {"span": _left(clock, clock.due, calendar, now)}


def row_words(due: datetime | None, light: Light, calendar: WorkCalendar, now: datetime) -> tuple[str, str]:
    """Say a row of a list: what is left and when it is due, in workdays, on the last day in working time."""
    if light is Light.PAUSED:
        return gettext("paused"), ""
    if due is None:
        return gettext("no limit"), ""
    # which limit it came from is not at hand here: far away in workdays, near in working time
    days = calendar.workdays_between(calendar.local_date(now), calendar.local_date(due - timedelta(microseconds=1)))
    clock = Clock(id="row", limit="1 workday" if days > 1 else "1 workhour", started=min(due, now), due=due)
    return left(clock, calendar, now), _due(clock, light, now)


def _due(clock: Clock, light: Light, now: datetime) -> str:
    if clock.met_at is not None:
        return gettext("done %(moment)s") % {"moment": wording.say_past(clock.met_at, now)}
    if clock.due is None:
        return gettext("the clock stands still")
    if light == Light.RED:
        return gettext("was due %(moment)s") % {"moment": wording.say_moment(clock.due, now)}
    return gettext("due %(moment)s") % {"moment": wording.say_moment(clock.due, now)}


def _clause(clock: Clock) -> str:
    words = wording.say_limit(clock.limit)
    return gettext("%(clause)s: %(limit)s") % {"clause": clock.clause, "limit": words} if clock.clause else words


def _unit(clock: Clock) -> Unit | None:
    try:
        return Duration.parse(clock.limit).unit
    except BadDuration:
        return None


def _left(clock: Clock, due: datetime, calendar: WorkCalendar, now: datetime) -> str:
    unit = _unit(clock)
    today, last = calendar.local_date(now), calendar.local_date(due - timedelta(microseconds=1))
    if unit is Unit.WORKDAYS and last > today:
        return wording.say_limit(f"{calendar.workdays_between(today, last)} workdays")
    if unit in (Unit.DAYS, Unit.MONTHS, None) and last > today:
        return wording.say_limit(f"{(last - today).days} days")
    if unit in (Unit.WORKDAYS, Unit.WORKHOURS):
        return wording.say_span(calendar.between(now, due))
    return wording.say_span(int((due - now).total_seconds()))


def _overdue(clock: Clock, calendar: WorkCalendar, now: datetime) -> str:
    due = clock.due or now
    unit = _unit(clock)
    if unit in (Unit.MINUTES, Unit.HOURS):
        return wording.say_span(int((now - due).total_seconds()))
    return wording.say_days_and_span(calendar.between(due, now), workday_seconds(calendar))


def workday_seconds(calendar: WorkCalendar) -> int:
    """Return how long a workday's business hours are."""
    return sum(closes - opens for opens, closes in calendar.windows) or 24 * 3600


def day_ruler(clock: Clock, calendar: WorkCalendar, now: datetime) -> tuple[RulerCell, ...]:
    """Draw which days count for a clock counted in days or workdays; nothing where it would be too long to read."""
    unit = _unit(clock)
    if clock.due is None or unit not in (Unit.WORKDAYS, Unit.DAYS):
        return ()
    first, today = calendar.local_date(clock.started), calendar.local_date(now)
    last = calendar.local_date(clock.due - timedelta(microseconds=1))
    end = max(last, today if now > clock.due else last)
    if (end - first).days + 1 > LONGEST_RULER:
        return ()
    cells: list[RulerCell] = []
    counted = 0
    for offset in range((end - first).days + 1):
        on = first + timedelta(days=offset)
        counts = on > first and (unit is Unit.DAYS or calendar.is_workday(on))
        if on == last + timedelta(days=1):
            counted = 0
        counted += counts
        cells.append(_cell(on, first, last, today, counts=counts, number=counted, calendar=calendar))
    return tuple(cells)


def _cell(
    on: date, first: date, last: date, today: date, *, counts: bool, number: int, calendar: WorkCalendar
) -> RulerCell:
    kind, text = "rest", gettext("rest")
    if on == first:
        kind, text = "start", gettext("start")
    elif on > last and counts:
        kind, text = "over", f"+{number}"
    elif counts:
        kind, text = ("left" if on > today else "done"), str(number)
    return RulerCell(
        kind=kind,
        text=text,
        day=f"{on.month}/{on.day}" if on == first or on.day == 1 else str(on.day),
        due=on == last,
        now=on == today,
        made_up=calendar.kind_of(on) is DayKind.MAKEUP_WORKDAY,
    )


def _ruler_says(clock: Clock, calendar: WorkCalendar, now: datetime) -> str:
    """The ruler for ears: from when it counts, how many days have counted, which day it ends."""
    due = clock.due or now
    first, today = calendar.local_date(clock.started), calendar.local_date(now)
    last = calendar.local_date(due - timedelta(microseconds=1))
    counted = calendar.workdays_between(first, min(today, last)) if today > first else 0
    return gettext("Began %(start)s, the first day does not count. %(n)d workdays have counted. Ends %(end)s.") % {
        "start": wording.say_day(first, today),
        "n": counted,
        "end": wording.say_day(last, today),
    }
