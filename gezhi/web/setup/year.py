"""A year of a working calendar as twelve small months: what each day is, and what is published."""

from calendar import Calendar
from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language, gettext, pgettext

from gezhi.schemes.calendars import DayKind
from gezhi.schemes.worktime import WorkCalendar
from gezhi.web import wording


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day; `kind` is workday, weekend, holiday or makeup_workday, empty for a cell outside the month."""

    number: int
    kind: str = ""
    name: str = ""
    today: bool = False
    due: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks from Monday."""

    title: str
    weeks: tuple[tuple[DayCell, ...], ...]
    workdays: int


@dataclass(frozen=True, slots=True)
class YearView:
    """A year: its months, its special days in words, how many workdays, whether all of it is published."""

    year: int
    months: tuple[Month, ...]
    special: tuple[tuple[date, str, str], ...]
    workdays: int
    provisional: bool
    weekdays: tuple[str, ...]


def year_asked(asked: str, today: date) -> int:
    """Return the year that an address asks for, else the present one."""
    return int(asked) if len(asked) == 4 and asked.isdecimal() and 2004 <= int(asked) <= 2100 else today.year


def year_view(calendar: WorkCalendar, year: int, today: date, due: Set[date] = frozenset()) -> YearView:
    """Lay a year out; days in `due` stand out."""
    months = tuple(_month(calendar, date(year, month, 1), today, due) for month in range(1, 13))
    days = [
        calendar.day(date.fromordinal(at))
        for at in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
    ]
    special = tuple(
        (day.date, day.kind.value, wording.say(day.name) or _plain(day.kind))
        for day in days
        if day.kind in (DayKind.HOLIDAY, DayKind.MAKEUP_WORKDAY)
    )
    return YearView(
        year, months, special, sum(one.workdays for one in months), any(day.provisional for day in days), _weekdays()
    )


def _weekdays() -> tuple[str, ...]:
    """Return the heads of the columns, one letter each."""
    return tuple(pgettext("weekdays from Monday, one letter each", "M T W T F S S").split())


def _plain(kind: DayKind) -> str:
    return gettext("workday made up") if kind is DayKind.MAKEUP_WORKDAY else gettext("rest day")


def month_name(month: int) -> str:
    """Return a month's short name in the reader's language."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return names[month - 1] if (get_language() or "").startswith("en") else f"{month}月"


def _month(calendar: WorkCalendar, first: date, today: date, due: Set[date]) -> Month:
    weeks = tuple(
        tuple(_cell(calendar, day, first.month, today, due) for day in week)
        for week in Calendar().monthdatescalendar(first.year, first.month)
    )
    works = sum(cell.kind in (DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY) for week in weeks for cell in week)
    return Month(month_name(first.month), weeks, works)


def _cell(calendar: WorkCalendar, day: date, month: int, today: date, due: Set[date]) -> DayCell:
    if day.month != month:
        return DayCell(0)
    known = calendar.day(day)
    name = wording.say(known.name) if known.kind in (DayKind.HOLIDAY, DayKind.MAKEUP_WORKDAY) else ""
    return DayCell(day.day, known.kind.value, name, today=day == today, due=day in due)
