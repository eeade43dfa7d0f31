"""Working time counted minute by minute on the wall clock: slow, plain and independent of what it checks.

It knows only a zone, windows in minutes of the day and a function that says whether a date works.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SlowCalendar:
    zone: ZoneInfo
    windows: tuple[tuple[int, int], ...]
    works: Callable[[date], bool]

    def is_open(self, minute: datetime) -> bool:
        local = minute.astimezone(self.zone)
        shown = local.hour * 60 + local.minute
        return self.works(local.date()) and any(opens <= shown < closes for opens, closes in self.windows)

    def between(self, start: datetime, end: datetime) -> int:
        """Seconds at whose beginning business is open; a minute is open as a whole or not at all."""
        seconds = 0
        for minute in _minutes(start, end):
            if self.is_open(minute):
                seconds += int((min(end, minute + MINUTE) - max(start, minute)).total_seconds())
        return seconds

    def after_work(self, start: datetime, seconds: int) -> datetime:
        """The first instant with so many working seconds behind it."""
        for minute in _minutes(start, None):
            if self.is_open(minute):
                here = int((minute + MINUTE - max(start, minute)).total_seconds())
                if here >= seconds:
                    return max(start, minute) + timedelta(seconds=seconds)
                seconds -= here
        raise AssertionError

    def close_of(self, day: date) -> datetime:
        """The end of the last open minute that clocks show on that day."""
        return max(minute for minute in self._minutes_of(day) if self.is_open(minute)) + MINUTE

    def end_of(self, day: date) -> datetime:
        """The end of the last minute that clocks show on that day."""
        return max(self._minutes_of(day)) + MINUTE

    def showing(self, day: date, local: datetime) -> datetime:
        """The first instant of that day at which clocks show that time of day or, over a leap, a later one."""
        wanted = local.replace(year=day.year, month=day.month, day=day.day, tzinfo=None, fold=0)
        for minute in _minutes(datetime.combine(day, wanted.time(), UTC) - ONE_DAY, None):
            shown = minute.astimezone(self.zone).replace(tzinfo=None, fold=0)
            if shown >= wanted.replace(second=0):
                return minute + timedelta(seconds=wanted.second if shown == wanted.replace(second=0) else 0)
        raise AssertionError

    def nth_workday_after(self, day: date, count: int) -> date:
        while count:
            day += ONE_DAY
            count -= self.works(day)
        return day

    def off_rest_days(self, day: date) -> date:
        while not self.works(day):
            day += ONE_DAY
        return day

    def due(self, start: datetime, amount: int, unit: str) -> datetime:
        """The law's way."""
        today = start.astimezone(self.zone).date()
        if unit == "minutes":
            return start + timedelta(minutes=amount)
        if unit == "hours":
            return start + timedelta(hours=amount)
        if unit == "workhours":
            return self.after_work(start, amount * 3600)
        if unit == "workdays":
            return self.close_of(self.nth_workday_after(today, amount))
        if unit == "days":
            return self.end_of(self.off_rest_days(today + amount * ONE_DAY))
        return self.end_of(self.off_rest_days(months_after(today, amount)))

    def due_by_moment(self, start: datetime, amount: int, unit: str) -> datetime:
        """The same time of day, so many days or workdays later; a start out of hours is the next opening's."""
        if unit in ("minutes", "hours", "workhours"):
            return self.due(start, amount, unit)
        if unit == "workdays":
            start = self._start_of_business(start)
        local = start.astimezone(self.zone)
        if unit == "workdays":
            return self.showing(self.nth_workday_after(local.date(), amount), local)
        later = local.date() + amount * ONE_DAY if unit == "days" else months_after(local.date(), amount)
        return self.showing(later, local)

    def _start_of_business(self, start: datetime) -> datetime:
        local = start.astimezone(self.zone)
        shown = local.hour * 60 + local.minute
        if self.works(local.date()) and self.windows[0][0] <= shown < self.windows[-1][1]:
            return start
        return next(minute for minute in _minutes(start, None) if minute >= start and self.is_open(minute))

    def _minutes_of(self, day: date) -> list[datetime]:
        noon = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
        around = _minutes(noon - 2 * ONE_DAY, noon + 2 * ONE_DAY)
        return [minute for minute in around if minute.astimezone(self.zone).date() == day]


def months_after(day: date, count: int) -> date:
    """Month by month, remembering the day of the month; a day that a month lacks becomes its last."""
    year, month = day.year, day.month
    for _ in range(count):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    return date(year, month, day.day)


def _minutes(start: datetime, end: datetime | None) -> Iterator[datetime]:
    minute = start.astimezone(UTC).replace(second=0, microsecond=0)
    while end is None or minute < end:
        yield minute
        minute += MINUTE
