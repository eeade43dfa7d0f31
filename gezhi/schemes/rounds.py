"""When the rounds of a duty begin and fall due. Rounds are reckoned from the plan and the calendar, never stored.

A round by rate is a period (a day, a week, a quarter): it is due on the period's last day. A round by rule (RFC 5545)
is due on the rule's day, moved off a rest day if the plan says so; rules that fall together on one day are one round.
"""

import calendar as months
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrule, rrulestr

from gezhi.schemes.durations import Duration, Unit
from gezhi.schemes.duties import Duty
from gezhi.schemes.model import Scheme
from gezhi.schemes.text import Text
from gezhi.schemes.worktime import WorkCalendar

DAY = timedelta(days=1)
# a rule that skips weeks counts them from here, a Monday
ANCHOR = datetime(2001, 1, 1)  # noqa: DTZ001  rules name days, not instants
# several times a day is a rate; a rule that never moves on has no end
_NO_DAYS = re.compile(
    r"FREQ=(?:HOURLY|MINUTELY|SECONDLY)|BY(?:HOUR|MINUTE|SECOND)=|INTERVAL=0*(?![1-9])", re.IGNORECASE
)
# such a rule's days hang on where its counting begins
_COUNTED = re.compile(r"COUNT=|DTSTART", re.IGNORECASE)
_EVERY = re.compile(r"INTERVAL=(\d+)", re.IGNORECASE)
_FREQ = re.compile(r"FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY)", re.IGNORECASE)
# months, or days, from one time to the next
_STEPS = {"YEARLY": (12, 0), "MONTHLY": (1, 0), "WEEKLY": (0, 7), "DAILY": (0, 1)}
# so many days of a rule in a row may be rest days before it is taken to name no workday any more
_SKIPPED = 60
# no statutory holiday moves a round further than this
_FURTHEST = timedelta(days=16)


@dataclass(frozen=True, slots=True)
class Round:
    """One period of a duty, for one object: what is done from `first` to `last` counts, in time up to `due`.

    `amount` is how many activities it asks for, or of a sample the share in percent.
    """

    duty: str
    period: str
    first: date
    due: date
    last: date
    amount: int = 1


def rounds(scheme: Scheme, days: WorkCalendar, duty: Duty, low: date, high: date) -> tuple[Round, ...]:
    """Return the rounds that fall due from `low` to `high`, both included, in order; none for what events start."""
    found = _by_rule(duty, days, low, high) if duty.on else _by_rate(duty, days, low, high)
    return tuple(one for each in found for one in _within_phases(scheme, duty, each) if low <= one.due <= high)


def round_at(scheme: Scheme, days: WorkCalendar, duty: Duty, on: date) -> Round | None:
    """Return the round that a day belongs to: what is done on it counts for that one."""
    for low, high in _around(duty, on):
        for one in rounds(scheme, days, duty, low, high):
            if one.first <= on <= one.last:
                return one
    return None


def _around(duty: Duty, on: date) -> Iterator[tuple[date, date]]:
    """Return between which days the round of a day falls due: where it most often does, then where it may."""
    if duty.on:
        # a round by rule stays open until the next: one of two years ago may still be the day's
        for back in (timedelta(days=40), timedelta(days=800)):
            yield max(on, date.min + back) - back, on + _FURTHEST
    elif duty.rate is not None:
        _, first, last = period_of(duty.rate.per, on)
        yield first, last


def announced_on(days: WorkCalendar, duty: Duty, one: Round) -> date | None:
    """Return the day from which residents read of a round: so many days before its own; None where nobody does."""
    if not duty.notice:
        return None
    ahead = Duration.parse(duty.notice)
    match ahead.unit:
        case Unit.WORKDAYS:
            on = one.due
            for _ in range(ahead.amount):
                on -= DAY
                while not days.is_workday(on):
                    on -= DAY
            return on
        case Unit.MONTHS:
            return one.due - relativedelta(months=ahead.amount)
        case _:
            return one.due - ahead.amount * DAY


def period_of(per: str, on: date) -> tuple[str, date, date]:
    """Return the name, first and last day of the period of a kind that a day lies in."""
    return _PERIODS[per](on)


def period_text(period: str) -> Text:
    """Return a period's name in words."""
    year, _, rest = period.partition("-")
    month, _, day = rest.partition("-")
    if not rest:
        return Text(f"{year}年", year)
    if rest[0] in _LETTERED:
        zh, en = _LETTERED[rest[0]]
        return Text(
            year + "年" + zh.format(_HALVES[rest[1:]][0] if rest[0] == "H" else int(rest[1:])),
            en.format(_HALVES[rest[1:]][1] if rest[0] == "H" else int(rest[1:]), year),
        )
    zh, en = f"{year}年{int(month)}月", f"{months.month_name[int(month)]} {year}"
    if not day:
        return Text(zh, en)
    if len(day) == 1:
        return Text(f"{zh}{_HALVES[day][0]}半月", f"{_HALVES[day][1]} half of {en}")
    return Text(f"{zh}{int(day)}日", f"{int(day)} {en}")


_HALVES = {"1": ("上", "first"), "2": ("下", "second")}
_LETTERED = {
    "W": ("第{}周", "week {} of {}"),
    "Q": ("第{}季度", "quarter {} of {}"),
    "H": ("{}半年", "{} half of {}"),
}


def _week(on: date) -> tuple[str, date, date]:
    year, week, weekday = on.isocalendar()
    first = on - (weekday - 1) * DAY
    return f"{year}-W{week:02}", first, first + 6 * DAY


def _half_month(on: date) -> tuple[str, date, date]:
    if on.day <= 15:
        return f"{on:%Y-%m}-1", on.replace(day=1), on.replace(day=15)
    return f"{on:%Y-%m}-2", on.replace(day=16), _month_end(on)


def _months(on: date, length: int, letter: str) -> tuple[str, date, date]:
    number = (on.month - 1) // length
    first = date(on.year, number * length + 1, 1)
    return f"{on.year}-{letter}{number + 1}", first, _month_end(date(on.year, (number + 1) * length, 1))


def _month_end(on: date) -> date:
    return on.replace(day=months.monthrange(on.year, on.month)[1])


_PERIODS: Mapping[str, Callable[[date], tuple[str, date, date]]] = {
    "day": lambda on: (on.isoformat(), on, on),
    "week": _week,
    "half_month": _half_month,
    "month": lambda on: (f"{on:%Y-%m}", on.replace(day=1), _month_end(on)),
    "quarter": lambda on: _months(on, 3, "Q"),
    "half_year": lambda on: _months(on, 6, "H"),
    "year": lambda on: (str(on.year), date(on.year, 1, 1), date(on.year, 12, 31)),
}


def _by_rate(duty: Duty, days: WorkCalendar, low: date, high: date) -> Iterator[Round]:
    if duty.rate is None:
        return
    on = low
    while on <= high:
        period, first, last = period_of(duty.rate.per, on)
        if duty.if_holiday != "skip" or any(days.is_workday(one) for one in _days(first, last)):
            yield Round(duty.id, period, first, last, last, duty.rate.amount)
        on = last + DAY


def _days(first: date, last: date) -> Iterator[date]:
    return (first + n * DAY for n in range((last - first).days + 1))


def _by_rule(duty: Duty, days: WorkCalendar, low: date, high: date) -> Iterator[Round]:
    begin, end = (datetime.combine(day, time()) for day in (low - _FURTHEST, high + _FURTHEST))
    rule = _near(duty.on, begin)
    moved = [(on, due) for at in rule.between(begin, end, inc=True) if (due := _moved(duty, days, on := at.date()))]
    together: dict[date, date] = {}
    for on, due in moved:
        together[due] = min(on, due, together.get(due, due))
    ordered = sorted(together.items())
    if not ordered:
        return
    following = [first for _, first in ordered[1:]] + [_following(rule, duty, days, end)]
    for (due, first), next_first in zip(ordered, following, strict=True):
        yield Round(duty.id, due.isoformat(), first, due, max(due, next_first - DAY))


def _following(rule: rrule, duty: Duty, days: WorkCalendar, after: datetime) -> date:
    """Return the first day of the first round whose day the rule names after an instant; none is never."""
    for at in rule.xafter(after, count=_SKIPPED):
        if due := _moved(duty, days, on := at.date()):
            return min(on, due)
    return date.max


@lru_cache(maxsize=512)
def parse_rule(written: str) -> rrule:
    """Read an RFC 5545 rule; raise ValueError when it is none. A rule remembers the days that it has counted."""
    if found := _NO_DAYS.search(written):
        raise ValueError(f"{found[0]}: a rule names days")
    try:
        rule = rrulestr(written, dtstart=ANCHOR, cache=True)
    except (TypeError, AttributeError, KeyError, IndexError) as bad:
        raise ValueError(str(bad)) from bad
    if not isinstance(rule, rrule):
        raise ValueError(written)
    return rule


def _near(written: str, begin: datetime) -> rrule:
    """Return a rule that names the same days from `begin` on, and counts them from about a year before, not from 2001.

    It begins where a whole number of the rule's own steps have passed since the anchor, so that it skips the same ones.
    """
    found = _FREQ.search(written)
    if found is None or _COUNTED.search(written):
        return parse_rule(written)
    months, span = _STEPS[found[1].upper()]
    every = int(said[1]) if (said := _EVERY.search(written)) else 1
    if months:
        size = _to_a_year(months * every, 12)
        passed = 12 * (begin.year - ANCHOR.year) + begin.month - ANCHOR.month
        years, month = divmod(max(0, passed // size - 1) * size, 12)
        return _counted_from(written, ANCHOR.replace(year=ANCHOR.year + years, month=1 + month))
    size = _to_a_year(span * every, 365)
    return _counted_from(written, ANCHOR + max(0, (begin - ANCHOR).days // size - 1) * size * DAY)


def _to_a_year(size: int, year: int) -> int:
    """Return the smallest multiple of a step that is no less than a year."""
    return size * -(-year // size)


@lru_cache(maxsize=2048)
def _counted_from(written: str, begin: datetime) -> rrule:
    return parse_rule(written).replace(dtstart=begin)


def _moved(duty: Duty, days: WorkCalendar, on: date) -> date | None:
    if duty.if_holiday == "same day" or days.is_workday(on):
        return on
    match duty.if_holiday:
        case "next workday":
            return days.workday_on_or_after(on)
        case "previous workday":
            while not days.is_workday(on):
                on -= DAY
            return on
        case _:
            return None


def _within_phases(scheme: Scheme, duty: Duty, one: Round) -> Iterator[Round]:
    """Cut a round to the phases that its duty belongs to; one that lies outside all of them does not happen."""
    if not duty.phases:
        yield one
        return
    for first, end in _stretches(scheme, duty):
        if one.last < first or one.first > end or (duty.on and not first <= one.first <= end):
            continue
        # what the calendar moves past the end of the phase can still be done on the day that it is moved to
        last = min(one.last, max(end, one.due) if duty.on else end)
        yield replace(one, first=max(one.first, first), due=one.due if duty.on else min(one.due, last), last=last)


def _stretches(scheme: Scheme, duty: Duty) -> list[tuple[date, date]]:
    """Return a duty's phases as stretches of days: those that touch or overlap are one, and no week is cut in two."""
    phases = sorted(
        (scheme.phases[name].first, scheme.phases[name].last) for name in duty.phases if name in scheme.phases
    )
    joined: list[tuple[date, date]] = []
    for first, last in phases:
        if joined and first <= joined[-1][1] + DAY:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
