"""The bounds of dates and moments: a day as such (`2020-01-01`), or so far from the moment of asking (`-30 days`)."""

import calendar as months
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.durations import BadDuration, Duration, Unit
from gezhi.schemes.model import Scheme

HOME = "Asia/Shanghai"
_BACK = re.compile(r"\s*-\s*(.+)", re.DOTALL)


@lru_cache(maxsize=1024)
def bound(written: str) -> date | tuple[int, Duration]:
    """Read a bound: a day, or a duration with its direction (-1 back, 1 on); raise BadDuration."""
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        back = _BACK.fullmatch(written)
    if written.strip() == "0":
        return 1, Duration(0, Unit.DAYS)
    span = Duration.parse(back[1] if back else written)
    if back and span.unit in (Unit.WORKDAYS, Unit.WORKHOURS):
        raise BadDuration(
            f"“{written}”：往回只能数 minutes、hours、days、months。",
            f"“{written}”: back in time only minutes, hours, days and months are counted.",
        )
    return (-1 if back else 1), span


@dataclass(frozen=True, slots=True)
class Moments:
    """When answers are given, and under which calendar."""

    at: datetime
    scheme: Scheme | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone that dates and times without one are of."""
        return calendar_of(self.scheme).zone if self.scheme else ZoneInfo(HOME)

    def day(self, written: str) -> date | None:
        """Return the day that a bound means, None for none."""
        at = self.instant(written)
        return at.date() if at else None

    def instant(self, written: str) -> datetime | None:
        """Return the instant that a bound means, None for none."""
        if not written:
            return None
        found = bound(written)
        if isinstance(found, date):
            return datetime.combine(found, time(), self.zone)
        return self._moved(*found)

    def _moved(self, direction: int, span: Duration) -> datetime:
        local = self.at.astimezone(self.zone)
        if span.unit is Unit.MONTHS:
            return _months_on(local, direction * span.amount)
        if span.unit.by_clock:
            return (self.at + direction * timedelta(seconds=span.seconds)).astimezone(self.zone)
        if span.unit is Unit.DAYS or self.scheme is None:
            # without a plan's calendar nobody knows the workdays: as many days
            return local + direction * timedelta(days=span.amount)
        return calendar_of(self.scheme).due(self.at, span).at.astimezone(self.zone)


def _months_on(at: datetime, count: int) -> datetime:
    number = at.year * 12 + at.month - 1 + count
    year, month = divmod(number, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, months.monthrange(year, month + 1)[1]))
