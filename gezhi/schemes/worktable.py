"""Tables of working time for a stretch of years, so that every question about it is a look-up or a bisection.

All instants in here are whole seconds since 1970 (UTC); days are counted from the table's first day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = 86_400


def wall_instant(zone: ZoneInfo, on: date, second: int) -> int:
    """Return the instant at which clocks show `second` (0 to 86,400) of that day.

    A time that clocks show twice is the first; a time that clocks leap over is the instant of the leap.
    """
    shown = datetime.combine(on, time.min, tzinfo=zone) + timedelta(seconds=second)
    first, second_reading = int(shown.timestamp()), int(shown.replace(fold=1).timestamp())
    return first if first <= second_reading else _leap(zone, second_reading, first)


def _leap(zone: ZoneInfo, before: int, after: int) -> int:
    """Bisect for the first instant in (before, after] at which the zone's offset is that of `after`."""
    new = datetime.fromtimestamp(after, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == new:
            after = middle
        else:
            before = middle
    return after


@dataclass(frozen=True, slots=True)
class YearTable:
    """One year: when each day begins, whether it works, is provisional, and when its windows open and close."""

    midnights: list[int]
    provisional: list[bool]
    windows: list[tuple[tuple[int, int], ...]]  # empty on a rest day


def year_table(
    year: int,
    zone: ZoneInfo,
    windows: Sequence[tuple[int, int]],
    judge: Callable[[date], tuple[bool, bool]],
) -> YearTable:
    """Tabulate a year; `judge` says of a day whether it works and whether that is provisional."""
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    midnights = [wall_instant(zone, day, 0) for day in [*days, date(year + 1, 1, 1)]]
    table = YearTable(midnights[:-1], [], [])
    for day, begin, end in zip(days, midnights[:-1], midnights[1:], strict=True):
        works, provisional = judge(day)
        table.provisional.append(provisional)
        if not works:
            table.windows.append(())
        elif end - begin == DAY:
            table.windows.append(tuple((begin + opens, begin + closes) for opens, closes in windows))
        else:
            table.windows.append(
                tuple((wall_instant(zone, day, opens), wall_instant(zone, day, closes)) for opens, closes in windows)
            )
    return table


@dataclass(slots=True)
class WorkTable:
    """Consecutive years laid end to end. Never changed once built.

    `done[i]` workdays lie before day i; `workdays[k]` is the day of workday k, which opens at `opening[k]` and closes
    at `closing[k]`; `worked[w]` seconds of work lie before window w.
    """

    first_year: int
    last_year: int
    first_day: int = 0  # as a proleptic Gregorian ordinal
    midnights: list[int] = field(default_factory=list)
    provisional: list[bool] = field(default_factory=list)
    done: list[int] = field(default_factory=lambda: [0])
    workdays: list[int] = field(default_factory=list)
    opening: list[int] = field(default_factory=list)
    closing: list[int] = field(default_factory=list)
    opens: list[int] = field(default_factory=list)
    closes: list[int] = field(default_factory=list)
    worked: list[int] = field(default_factory=lambda: [0])

    @classmethod
    def of(cls, first_year: int, years: Sequence[YearTable], end: int) -> "WorkTable":
        """Lay years end to end; `end` is the midnight after the last."""
        table = cls(first_year, first_year + len(years) - 1, date(first_year, 1, 1).toordinal())
        for year in years:
            table.midnights += year.midnights
            table.provisional += year.provisional
            for windows in year.windows:
                table._add_day(windows)
        table.midnights.append(end)
        return table

    def _add_day(self, windows: tuple[tuple[int, int], ...]) -> None:
        if windows:
            self.workdays.append(len(self.done) - 1)
            self.opening.append(windows[0][0])
            self.closing.append(windows[-1][1])
        self.done.append(len(self.workdays))
        for opens, closes in windows:
            if closes > opens:  # a window that the clock leaps over is none
                self.opens.append(opens)
                self.closes.append(closes)
                self.worked.append(self.worked[-1] + closes - opens)

    def covers(self, instant: int) -> bool:
        """Whether the instant lies in the table, with a day to spare on both sides."""
        return self.midnights[1] <= instant < self.midnights[-2]

    def day_at(self, instant: int) -> int:
        """Return the day in which the instant lies."""
        return bisect_right(self.midnights, instant) - 1

    def day_of(self, on: date) -> int:
        """Return the number of a date."""
        return on.toordinal() - self.first_day

    def date(self, day: int) -> date:
        """Return the date of a day."""
        return date.fromordinal(self.first_day + day)

    def works(self, day: int) -> bool:
        """Whether business is done on that day."""
        return self.done[day + 1] > self.done[day]

    def work_before(self, instant: int) -> int:
        """Return the working seconds from the table's beginning up to the instant."""
        window = bisect_right(self.opens, instant) - 1
        if window < 0:
            return 0
        return self.worked[window] + min(instant, self.closes[window]) - self.opens[window]

    def earliest(self, work: int) -> int:
        """Return the first instant with so much work before it (at least 1): at a seam, a closing."""
        window = bisect_left(self.worked, work) - 1
        return self.opens[window] + work - self.worked[window]

    def latest(self, work: int) -> int:
        """Return the last instant with so much work before it (less than all): at a seam, an opening."""
        window = bisect_right(self.worked, work) - 1
        return self.opens[window] + work - self.worked[window]
