"""Counting time: when a limit is due, how much working time lies between two instants, what a pause moves.

The law's way (Civil Code of the PRC, art. 200 to 204): counted by days, the day of the start does not count, the last
day ends when business stops (`workdays`) or at 24:00 (`days`, `months`), and a last day that is a rest day moves to the
next workday; counted by hours, it begins at once. Counting from the moment keeps the time of day instead (a start in
workdays outside business hours counts from the next opening).
Everything is exact to the second: fractions of a second are dropped from what comes in.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from math import floor
from typing import Self
from zoneinfo import ZoneInfo

from gezhi.schemes.calendars import Day, DayKind, StatutoryCalendar, ordinary, statutory
from gezhi.schemes.durations import Duration, Share, Span, Unit
from gezhi.schemes.text import Text
from gezhi.schemes.worktable import DAY, WorkTable, YearTable, wall_instant, year_table

FIRST_YEAR, LAST_YEAR = 1900, 2299
_WINDOW = re.compile(r"\s*([0-2][0-9]):([0-5][0-9])\s*-\s*([0-2][0-9]):([0-5][0-9])\s*", re.ASCII)


class Counting(StrEnum):
    """How limits in days are counted: by the law, or from the moment."""

    LAW = "law"
    MOMENT = "moment"


class WorktimeError(ValueError):
    """A calendar or an instant that time can't be counted with, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh=zh, en=en)


@dataclass(frozen=True, slots=True)
class Due:
    """An instant at which a limit ends, in the calendar's zone; provisional while its calendar is not published."""

    at: datetime
    provisional: bool = False


def parse_windows(hours: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Read business hours such as `08:30-12:00` into seconds of the day; ascending, apart, up to 24:00."""
    windows = tuple(_parse_window(written) for written in hours)
    for (_, closes), (opens, _) in pairwise(windows):
        if opens < closes:
            raise WorktimeError(
                "办公时段须按先后排列且不得重叠。", "Business hours must be in order and must not overlap."
            )
    return windows


def _parse_window(written: str) -> tuple[int, int]:
    found = _WINDOW.fullmatch(written)
    if found is not None:
        opens = int(found[1]) * 3600 + int(found[2]) * 60
        closes = int(found[3]) * 3600 + int(found[4]) * 60
        if opens < closes <= DAY:
            return opens, closes
    raise WorktimeError(
        f"办公时段“{written}”无效：应写作 08:30-12:00，止于 24:00；跨夜的时段请分成两段（00:00-06:00、22:00-24:00）。",
        f"Business hours “{written}” are not valid: write 08:30-12:00, ending at 24:00 at the latest; split hours that "
        "pass midnight in two (00:00-06:00 and 22:00-24:00).",
    )


@dataclass(frozen=True)
class WorkCalendar:
    """The working time of a scheme: its zone, statutory days, own days, business hours and way of counting.

    No windows means that a workday lasts from 00:00 to 24:00. `rest` and `work` are the scheme's own days and go before
    the statutory ones. `published_until` moves the end of what is published, when a scheme gives a year's days itself.
    Build it with `of`, which checks; keep it, because it keeps its tables.
    """

    zone: ZoneInfo
    country: StatutoryCalendar
    windows: tuple[tuple[int, int], ...]
    workweek: frozenset[int]
    rest: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    own_until: date | None = None
    counting: Counting = Counting.LAW
    _years: dict[int, YearTable] = field(default_factory=dict, init=False, repr=False, compare=False)
    _tables: list[WorkTable] = field(default_factory=list, init=False, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        *,
        timezone: str,
        statutory_code: str = "none",
        hours: Iterable[str] = (),
        extra_rest: Iterable[date] = (),
        extra_work: Iterable[date] = (),
        workweek: Iterable[int] | None = None,
        published_until: date | None = None,
        counting: str = Counting.LAW,
    ) -> Self:
        """Build a calendar from what a scheme writes.

        `workweek` holds ISO weekdays (Monday = 1; all seven for a shop that never closes), by default the country's.
        Raise WorktimeError or UnknownCalendar.
        """
        country = statutory(statutory_code)
        week = country.workweek if workweek is None else frozenset(workweek)
        if not week or not week <= set(range(1, 8)):
            raise WorktimeError(
                "工作周须列出 1（星期一）至 7（星期日）中的至少一天。",
                "A work week needs weekdays from 1 (Monday) to 7 (Sunday).",
            )
        rest, work = frozenset(extra_rest), frozenset(extra_work)
        if rest & work:
            day = min(rest & work)
            raise WorktimeError(
                f"{day} 既列为休息日又列为工作日。", f"{day} is listed both as a rest day and as a workday."
            )
        windows = parse_windows(hours) or ((0, DAY),)
        return cls(_zone(timezone), country, windows, week, rest, work, published_until, _counting(counting))

    # ── days ──

    @property
    def published_until(self) -> date | None:
        """The last day whose calendar is published; None where rules that are law for every year make it."""
        published = self.country.published
        known = [day for day in (published[1] if published else None, self.own_until) if day]
        return max(known) if published else None

    def day(self, on: date) -> Day:
        """Return what that day is, for the day ruler: its kind, the holiday's name, whether it is provisional."""
        if on in self.rest:
            return Day(on, DayKind.HOLIDAY)
        if on in self.work:
            return Day(on, DayKind.WORKDAY if on.isoweekday() in self.workweek else DayKind.MAKEUP_WORKDAY)
        known = self.country.special(on) or (ordinary(on, self.workweek), Text())
        own = self.own_until is not None and on <= self.own_until
        return Day(on, *known, provisional=not own and self.country.is_provisional(on))

    def kind_of(self, on: date) -> DayKind:
        """Return whether that day is a workday, a weekend, a holiday or a make-up workday."""
        return self.day(on).kind

    def is_workday(self, on: date) -> bool:
        """Whether business is done on that day."""
        return self.kind_of(on).works

    def local_date(self, at: datetime) -> date:
        """Return the date that the calendar's zone shows at an instant."""
        return self._at(_instant(at)).date()

    def workday_on_or_after(self, on: date) -> date:
        """Return that day if it is a workday, else the next workday."""
        table = self._table_of_days(on, on)
        table, workday = self._workday(table, table.done[table.day_of(on)])
        return table.date(table.workdays[workday])

    def workday_after(self, on: date, count: int = 1) -> date:
        """Return the workday that is `count` (at least 1) workdays after that day."""
        table = self._table_of_days(on, on)
        table, workday = self._workday(table, table.done[table.day_of(on) + 1] + count - 1)
        return table.date(table.workdays[workday])

    def workdays_between(self, after: date, until: date) -> int:
        """Count the workdays after one day up to and including another; negative the other way round."""
        table = self._table_of_days(min(after, until), max(after, until))
        return table.done[table.day_of(until) + 1] - table.done[table.day_of(after) + 1]

    def hours_of(self, on: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the business hours of that day as opening and closing instants; none on a rest day."""
        if not self.is_workday(on):
            return ()
        return tuple(
            (self._at(wall_instant(self.zone, on, opens)), self._at(wall_instant(self.zone, on, closes)))
            for opens, closes in self.windows
        )

    # ── limits ──

    def due(self, start: datetime, limit: Duration, counting: str | None = None) -> Due:
        """Return when a limit that begins at `start` ends; `counting` is the calendar's own unless given.

        By the law's way a limit of `0 workdays` ends when business next stops, one of `0 days` at 24:00 of the day.
        """
        instant = _instant(start)
        table = self._table(instant, instant)
        if limit.unit.by_clock:
            return Due(self._at(instant + limit.seconds))
        if limit.unit is Unit.WORKHOURS:
            return self._due_by_work(table, instant, limit.seconds)
        day = table.day_at(instant)
        if self._by_moment(counting):
            if limit.unit is Unit.WORKDAYS:
                day, instant = self._opened(table, day, instant)
            return self._moved(table, day, self._shown(table, day, instant), limit, by_law=False)
        if limit.unit is Unit.WORKDAYS:
            started = table.done[day + 1] if limit.amount else table.done[day] + 1 + _has_closed(table, day, instant)
            table, workday = self._workday(table, started + limit.amount - 1)
            return self._due(table, table.closing[workday], table.workdays[workday])
        return self._moved(table, day, DAY, limit, by_law=True)

    def warn(
        self, start: datetime, limit: Duration, span: Span, *, due: datetime | None = None, counting: str | None = None
    ) -> datetime:
        """Return when a warning begins: `span` before the due instant, never before the start.

        `due` is the due instant where a pause or an extension moved it. By the law's way the last workday begins when
        business opens on the due day, the last two on the workday before; the last day begins at 00:00 of the due day.
        From the moment, they begin at the same time of day so many days before. A share is that part of the limit as it
        was written, in working time for limits in working time.
        """
        end = _instant(due) if due is not None else _instant(self.due(start, limit, counting).at)
        begin = _instant(start)
        table = self._table(min(begin, end), max(begin, end))
        if isinstance(span, Share):
            # measured on the limit as written, so that a pause doesn't lengthen the warning
            seconds = self.left(limit, self.due(start, limit, counting).at, start) * span.percent // 100
            working = limit.unit.in_working_time
            return self._at(max(begin, _work_ago(table, end, seconds) if working else end - seconds))
        return self._at(max(begin, self._before(table, end, span, by_law=not self._by_moment(counting))))

    def between(self, start: datetime, end: datetime) -> int:
        """Return the working seconds from one instant to another; negative if the end lies before the start."""
        first, last = _instant(start), _instant(end)
        table = self._table(min(first, last), max(first, last))
        return table.work_before(last) - table.work_before(first)

    def add_work_seconds(self, start: datetime, seconds: int) -> Due:
        """Return the first instant that has `seconds` (0 or more) of working time between the start and itself."""
        if seconds < 0:
            raise ValueError(f"working time to add must not be negative: {seconds}")
        instant = _instant(start)
        return self._due_by_work(self._table(instant, instant), instant, seconds)

    def left(self, limit: Duration, due: datetime, at: datetime) -> int:
        """Return the seconds left at an instant, in working time for limits in working time; negative when overdue."""
        return self.between(at, due) if limit.unit.in_working_time else _instant(due) - _instant(at)

    def shift(self, due: datetime, by: Duration, counting: str | None = None) -> Due:
        """Return a due instant moved by an extension: its day moves, its time of day stays (the close stays the close).

        By workdays: to the n-th workday after the due day. By days or months: so far, then (by the law's way) off rest
        days. By hours: so many seconds of the clock or of working time.
        """
        instant = _instant(due)
        table = self._table(instant, instant)
        if by.amount == 0:
            return self._due_on_its_day(instant)
        if by.unit.by_clock:
            return Due(self._at(instant + by.seconds))
        if by.unit is Unit.WORKHOURS:
            return self._due_by_work(table, instant, by.seconds)
        day = table.day_at(instant - 1)  # 00:00 is the 24:00 of the day that ends
        return self._moved(table, day, self._shown(table, day, instant), by, by_law=not self._by_moment(counting))

    def resume(
        self, limit: Duration, due: datetime, paused_at: datetime, resumed_at: datetime, counting: str | None = None
    ) -> Due:
        """Return the due instant after a pause; `due` is what it was before.

        A limit in hours keeps what it had left; had it run out before the pause, it stays where it was. A limit in days
        (or months) or workdays moves by the days or workdays after the day of the pause up to and including the day of
        the resumption, so that also the days late stay the same.
        """
        end, paused, resumed = _instant(due), _instant(paused_at), _instant(resumed_at)
        if resumed < paused:
            raise ValueError("a pause can't end before it begins")
        if limit.unit.by_seconds and end < paused:
            return self._due_on_its_day(end) if limit.unit.in_working_time else Due(self._at(end))
        if limit.unit.by_clock:
            return Due(self._at(end + resumed - paused))
        if limit.unit is Unit.WORKHOURS:
            return self.add_work_seconds(resumed_at, self.between(paused_at, due))
        first, last = self.local_date(paused_at), self.local_date(resumed_at)
        in_workdays = limit.unit is Unit.WORKDAYS
        days = self.workdays_between(first, last) if in_workdays else (last - first).days
        return self.shift(due, Duration(days, Unit.WORKDAYS if in_workdays else Unit.DAYS), counting)

    # ── how it is done: days are counted from the first day of a table, instants in seconds since 1970 ──

    def _due(self, table: WorkTable, instant: int, day: int) -> Due:
        return Due(self._at(instant), table.provisional[day])

    def _due_on_its_day(self, instant: int) -> Due:
        table = self._table(instant, instant)
        return self._due(table, instant, table.day_at(instant - 1))

    def _due_by_work(self, table: WorkTable, instant: int, seconds: int) -> Due:
        if seconds == 0:
            return Due(self._at(instant))
        target = table.work_before(instant) + seconds
        while target > table.worked[-1]:
            table = self._longer(table)
        end = table.earliest(target)
        return self._due(table, end, table.day_at(end - 1))

    def _opened(self, table: WorkTable, day: int, instant: int) -> tuple[int, int]:
        """Return day and instant of a start: itself between opening and close of a workday, else the next opening."""
        if table.works(day):
            workday = table.done[day]
            if table.opening[workday] <= instant < table.closing[workday]:
                return day, instant
            day += _has_closed(table, day, instant)
        table, workday = self._workday(table, table.done[day])
        return table.workdays[workday], table.opening[workday]

    def _shown(self, table: WorkTable, day: int, instant: int) -> int:
        """Return the seconds of the day that clocks show; the midnight at its end is 24:00."""
        begin, end = table.midnights[day], table.midnights[day + 1]
        if instant == end:
            return DAY
        if end - begin == DAY:
            return instant - begin
        shown = self._at(instant)
        return shown.hour * 3600 + shown.minute * 60 + shown.second

    def _moved(self, table: WorkTable, day: int, shown: int, by: Duration, *, by_law: bool) -> Due:
        """Move a day by days, workdays or months; the clocks then show what they showed."""
        if by.unit is Unit.WORKDAYS:
            table, workday = self._workday(table, table.done[day + 1] + by.amount - 1)
            day = table.workdays[workday]
            return self._due(table, self._when(table, day, shown), day)
        day = day + by.amount if by.unit is Unit.DAYS else _months_later(table, day, by.amount)
        table = self._table_with_day(table, day)
        if not by_law:  # rest days play no part, so that no calendar can change it
            return Due(self._at(self._when(table, day, shown)))
        table, workday = self._workday(table, table.done[day])
        day = table.workdays[workday]
        return self._due(table, self._when(table, day, shown), day)

    def _when(self, table: WorkTable, day: int, shown: int) -> int:
        """Return the instant at which clocks show so many seconds of a day."""
        begin, end = table.midnights[day], table.midnights[day + 1]
        return begin + shown if end - begin == DAY else wall_instant(self.zone, table.date(day), shown)

    def _before(self, table: WorkTable, end: int, span: Duration, *, by_law: bool) -> int:
        """Return the instant that lies a span before the end, or the table's beginning if that lies before it."""
        if span.unit.by_clock:
            return end - span.seconds
        if span.unit is Unit.WORKHOURS:
            return _work_ago(table, end, span.seconds)
        day = table.day_at(end - 1)
        shown = self._shown(table, day, end)
        if span.unit is Unit.WORKDAYS:
            # by the law's way the due day itself is the last of the workdays
            workday = max(0, table.done[day + 1 if by_law else day] - span.amount)
            return table.opening[workday] if by_law else self._when(table, table.workdays[workday], shown)
        day = day - span.amount if span.unit is Unit.DAYS else _months_later(table, day, -span.amount)
        if day < 0:
            return table.midnights[0]
        return table.midnights[day + 1] if by_law else self._when(table, day, shown)

    def _at(self, instant: int) -> datetime:
        return datetime.fromtimestamp(instant, self.zone)

    def _by_moment(self, counting: str | None) -> bool:
        return (self.counting if counting is None else _counting(counting)) is Counting.MOMENT

    # ── tables ──

    def _table(self, low: int, high: int) -> WorkTable:
        """Return a table that holds both instants, a year or more before the first and after the last."""
        table = self._tables[-1] if self._tables else None
        if table is not None and table.covers(low) and table.covers(high):
            return table
        return self._widened(_year_of(low) - 1, _year_of(high) + 1)

    def _table_of_days(self, low: date, high: date) -> WorkTable:
        table = self._tables[-1] if self._tables else None
        if table is not None and table.first_year < low.year and high.year < table.last_year:
            return table
        return self._widened(low.year - 1, high.year + 1)

    def _table_with_day(self, table: WorkTable, day: int) -> WorkTable:
        while day >= len(table.provisional):
            table = self._longer(table)
        return table

    def _workday(self, table: WorkTable, workday: int) -> tuple[WorkTable, int]:
        """Return a table (days and workdays keep their numbers) that reaches as far as that workday."""
        while workday >= len(table.workdays):
            table = self._longer(table)
        return table, workday

    def _longer(self, table: WorkTable) -> WorkTable:
        """Return a table with the same beginning, about twice as long."""
        if table.last_year == LAST_YEAR:
            raise _out_of_years()
        return self._laid_out(table.first_year, min(2 * table.last_year - table.first_year + 1, LAST_YEAR))

    def _widened(self, first_year: int, last_year: int) -> WorkTable:
        if first_year < FIRST_YEAR or last_year > LAST_YEAR:
            raise _out_of_years()
        if self._tables:
            first_year = min(first_year, self._tables[-1].first_year)
            last_year = max(last_year, self._tables[-1].last_year)
        return self._laid_out(first_year, last_year)

    def _laid_out(self, first_year: int, last_year: int) -> WorkTable:
        for year in range(first_year, last_year + 1):
            if year not in self._years:
                self._years[year] = year_table(year, self.zone, self.windows, self._judge)
        years = [self._years[year] for year in range(first_year, last_year + 1)]
        table = WorkTable.of(first_year, years, wall_instant(self.zone, date(last_year + 1, 1, 1), 0))
        # a finished table takes the place of the last one in one step, so that threads need no lock
        self._tables[:] = [table]
        return table

    def _judge(self, on: date) -> tuple[bool, bool]:
        day = self.day(on)
        return day.kind.works, day.provisional


def _has_closed(table: WorkTable, day: int, instant: int) -> bool:
    """Whether the day is a workday whose business has stopped."""
    return table.works(day) and instant >= table.closing[table.done[day]]


def _work_ago(table: WorkTable, end: int, seconds: int) -> int:
    """Return the last instant from which so much working time (0 or more) is left to the end."""
    return table.latest(max(0, table.work_before(end) - seconds)) if seconds else end


def _months_later(table: WorkTable, day: int, months: int) -> int:
    """Return the same day of another month, or that month's last day where it has no such day."""
    start = table.date(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return table.day_of(date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise WorktimeError(
            f"没有名为“{name}”的时区：请用 Asia/Shanghai 这样的名称。",
            f"No time zone “{name}”: use a name such as Asia/Shanghai.",
        ) from error


def _counting(written: str) -> Counting:
    try:
        return Counting(written)
    except ValueError as error:
        raise WorktimeError(
            f"计时方式“{written}”无效：可用 law（依法）或 moment（从时刻起）。",
            f"No way of counting “{written}”: law or moment are allowed.",
        ) from error


def _instant(at: datetime) -> int:
    if at.tzinfo is None:
        raise WorktimeError(f"时间 {at} 没有时区。", f"The time {at} has no time zone.")
    return floor(at.timestamp())


def _year_of(instant: int) -> int:
    return date.fromordinal(min(max(719_163 + instant // DAY, 1), date.max.toordinal())).year


def _out_of_years() -> WorktimeError:
    return WorktimeError(
        f"时间超出可计算的年份（{FIRST_YEAR + 1} 至 {LAST_YEAR - 1} 年）。",
        f"The time lies outside the years that can be counted ({FIRST_YEAR + 1} to {LAST_YEAR - 1}).",
    )
