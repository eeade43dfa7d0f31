"""Somebody's posts drawn on a line of time: what was, what is, what is to come; stand-ins in a shape of their own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import get_language

from gezhi.people import spans
from gezhi.people.models import Appointment

WIDE, LEFT, HIGH, TOP = 1000, 8, 44, 30
_AHEAD = timedelta(days=120)
_BACK = timedelta(days=60)
_MOST = 14


@dataclass(frozen=True, slots=True)
class Bar:
    """One post on the line: `state` is past, now or coming; `open` when it has no end."""

    x: int
    y: int
    wide: int
    words: str
    state: str
    stand_in: bool
    open: bool
    text_x: int
    text_end: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A beginning of a year or month."""

    x: int
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """Everything to draw."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    now_x: int
    high: int


def draw(rows: Sequence[Appointment], titles: Mapping[str, str], now: datetime) -> Line | None:
    """Place posts on a line of time, the latest first; None without any."""
    counted = [row for row in rows if row.until is None or row.until > row.since][:_MOST]
    if not counted:
        return None
    first = min([row.since for row in counted] + [now - _BACK])
    last = max([row.until for row in counted if row.until] + [row.since for row in counted] + [now]) + _AHEAD
    span = (last - first).total_seconds()

    def at(moment: datetime) -> int:
        return LEFT + round((WIDE - 2 * LEFT) * (moment - first).total_seconds() / span)

    bars = tuple(
        _bar(row, place, titles, now, start=at(row.since), end=at(row.until or last))
        for place, row in enumerate(counted)
    )
    return Line(bars, _ticks(first, last, at), at(now), TOP + HIGH * len(counted) + 6)


def _bar(row: Appointment, place: int, titles: Mapping[str, str], now: datetime, *, start: int, end: int) -> Bar:
    language = get_language() or "zh-hans"
    where = row.area.name if row.area else row.department.say(language) if row.department else ""
    state = "past" if row.until and row.until <= now else "coming" if row.since > now else "now"
    late = start > WIDE * 0.62
    return Bar(
        x=start,
        y=TOP + HIGH * place,
        wide=max(4, end - start),
        words=f"{titles.get(row.post, row.post)} · {where}",
        state=state,
        stand_in=row.stand_in,
        open=row.until is None,
        text_x=end if late else start,
        text_end=late,
    )


def _ticks(first: datetime, last: datetime, at: Callable[[datetime], int]) -> tuple[Tick, ...]:
    start, end = spans.day_of(first), spans.day_of(last)
    months = (end.year - start.year) * 12 + end.month - start.month
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 600) if months / step <= 10)
    ticks = []
    for number in range(start.year * 12 + start.month, end.year * 12 + end.month):
        if number % step:
            continue
        day = date(number // 12, number % 12 + 1, 1)
        words = f"{day:%Y}" if step >= 12 else f"{day:%Y-%m}"
        ticks.append(Tick(at(spans.begin_of(day)), words))
    return tuple(ticks)
