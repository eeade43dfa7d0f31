"""Which days a country works: weekends, statutory holidays and, in China, the workdays that make up for bridged ones.

China's days come from `chinese-calendar` (the State Council's yearly notices, 2004 on), other countries' from
`holidays`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

import chinese_calendar
import holidays
from chinese_calendar import constants as china

from gezhi.schemes.text import Text

NAMELESS = Text()
MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})
# `chinese-calendar` counts them to New Year's Day 2024; the notice says: 1月1日放假，与周末连休 (国办发明电〔2023〕7号)
_MERE_WEEKENDS = frozenset({date(2023, 12, 30), date(2023, 12, 31)})


# A year's notice covers its days; the next one's has moved rest days and workdays about New Year among the last three
# days of the year before, four times from 2006 to 2025: 2006, 2007, 2011 and 2018.
_TURN_OF_YEAR = 29


def may_be_moved(on: date) -> bool:
    """Say whether a later notice may still make another day of one that is published: at the turn of the year."""
    return on.month == 12 and on.day >= _TURN_OF_YEAR


class DayKind(StrEnum):
    """What a day is, as the day ruler shows it."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"

    @property
    def works(self) -> bool:
        """Whether business is done on such a day."""
        return self in (DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar: its kind, the holiday's name if any, and whether its calendar is not published yet."""

    date: date
    kind: DayKind
    name: Text = NAMELESS
    provisional: bool = False


class UnknownCalendar(ValueError):
    """No statutory calendar goes by that code."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"No calendar “{code}”: allowed are cn, none, or a country (and part) such as us, us-ma, gb-eng."
        )
        self.text = Text(
            zh=f"没有名为“{code}”的法定日历：可用 cn、none，或国家（及地区）代码，例如 us、us-ma、gb-eng。",
            en=str(self),
        )


@dataclass(frozen=True, slots=True)
class StatutoryCalendar:
    """The statutory days of one country or part of it.

    `published` is the first and the last day that an official calendar covers, None where the rules are law for every
    year. `special` returns what the law says of a day, None where it says nothing and the ordinary week decides.
    """

    code: str
    workweek: frozenset[int]
    published: tuple[date, date] | None
    special: Callable[[date], tuple[DayKind, Text] | None]
    foreseen: Callable[[int], bool]

    def day(self, on: date) -> Day:
        """Return what that day is; ordinary weekdays decide where nothing is published, and the day says so."""
        known = self.special(on) or (ordinary(on, self.workweek), NAMELESS)
        return Day(on, *known, provisional=self.is_provisional(on))

    def is_provisional(self, on: date) -> bool:
        """Whether that day's calendar is not published (or only estimated), so that it may still change."""
        if self.published is not None and not self.published[0] <= on <= self.published[1]:
            return True
        return not self.foreseen(on.year)


def ordinary(on: date, workweek: frozenset[int]) -> DayKind:
    """Return what the ordinary week makes of a day; `workweek` holds ISO weekdays, Monday = 1."""
    return DayKind.WORKDAY if on.isoweekday() in workweek else DayKind.WEEKEND


@lru_cache(maxsize=64)
def statutory(code: str) -> StatutoryCalendar:
    """Return the calendar of `cn`, `none`, a country (`us`) or a part of one (`us-ma`); raise UnknownCalendar."""
    wanted = code.strip().lower()
    if wanted in ("", "none"):
        return StatutoryCalendar("none", MONDAY_TO_FRIDAY, None, lambda _: None, lambda _: True)
    if wanted == "cn":
        return StatutoryCalendar("cn", MONDAY_TO_FRIDAY, _published_in_china(), _special_in_china, lambda _: True)
    return _elsewhere(wanted)


def _published_in_china() -> tuple[date, date]:
    years = {day.year for day in china.holidays}
    return date(min(years), 1, 1), date(max(years), 12, 31)


def _special_in_china(on: date) -> tuple[DayKind, Text] | None:
    if on in china.workdays:
        return DayKind.MAKEUP_WORKDAY, _festival(china.workdays[on])
    if on in china.holidays and on not in _MERE_WEEKENDS:
        return DayKind.HOLIDAY, _festival(china.holidays[on])
    return None


def _festival(name: str) -> Text:
    return Text(zh=chinese_calendar.Holiday(name).chinese, en=name)


def _elsewhere(code: str) -> StatutoryCalendar:
    country, _, part = code.upper().partition("-")
    parts = holidays.list_supported_countries().get(country)
    if parts is None or (part and part not in parts):
        raise UnknownCalendar(code)
    # `holidays` fills its years on demand, so one table serves every day
    table = holidays.country_holidays(country, subdiv=part or None)
    if "en_US" in table.supported_languages:
        table = holidays.country_holidays(country, subdiv=part or None, language="en_US")

    def special(on: date) -> tuple[DayKind, Text] | None:
        if on in table:
            return DayKind.HOLIDAY, Text(en=table[on])
        return (DayKind.MAKEUP_WORKDAY, NAMELESS) if on in table.weekend_workdays else None

    @lru_cache(maxsize=512)
    def foreseen(year: int) -> bool:
        if not table.start_year <= year <= table.end_year:
            return False
        names = holidays.country_holidays(country, subdiv=part or None, years=year, language=table.language).values()
        # holidays after the moon or by decree are guessed ahead of time, and say so in their name
        return not any("estimated" in name for name in names)

    workweek = MONDAY_TO_FRIDAY if not table.weekend else frozenset(range(1, 8)) - {day + 1 for day in table.weekend}
    return StatutoryCalendar(code, workweek, None, special, foreseen)
