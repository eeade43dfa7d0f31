"""What a day is: published days, make-up workdays, other countries, a scheme's own days, what is not published yet."""

from datetime import date, timedelta

import holidays
import pytest
from chinese_calendar import constants as china

from gezhi.schemes.calendars import Day, DayKind, UnknownCalendar, may_be_moved, statutory
from gezhi.schemes.worktime import WorkCalendar

# the State Council's notice for 2026: seven arrangements, each with its days off and its make-up workdays
CHINA_2026_OFF = [
    ("2026-01-01", "2026-01-03", "元旦"),
    ("2026-02-15", "2026-02-23", "春节"),
    ("2026-04-04", "2026-04-06", "清明"),
    ("2026-05-01", "2026-05-05", "劳动节"),
    ("2026-06-19", "2026-06-21", "端午"),
    ("2026-09-25", "2026-09-27", "中秋"),
    ("2026-10-01", "2026-10-07", "国庆节"),
]
CHINA_2026_MADE_UP = ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")


def days(first: str, last: str) -> list[date]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]


def test_china_2026_day_by_day() -> None:
    off = {day: name for first, last, name in CHINA_2026_OFF for day in days(first, last)}
    made_up = {date.fromisoformat(day) for day in CHINA_2026_MADE_UP}
    calendar = statutory("cn")
    for on in days("2026-01-01", "2026-12-31"):
        day = calendar.day(on)
        if on in off:
            assert (day.kind, day.name.zh[:2]) == (DayKind.HOLIDAY, off[on][:2]), on
        elif on in made_up:
            assert day.kind is DayKind.MAKEUP_WORKDAY, on
        else:
            assert day.kind is (DayKind.WEEKEND if on.isoweekday() > 5 else DayKind.WORKDAY), on
        assert not day.provisional


def test_only_the_last_three_days_of_a_year_were_ever_moved_by_the_next_years_notice() -> None:
    special = {*china.holidays, *china.workdays}
    december = sorted(on for on in special if on.month == 12)
    assert [on for on in december if not may_be_moved(on)] == []
    assert {on.year for on in december if on.isoweekday() > 5 or on in china.holidays} >= {2006, 2007, 2011, 2018}


def test_china_as_another_source_has_it() -> None:
    other = holidays.country_holidays("CN", years=range(2013, 2027))
    china = statutory("cn")
    for on in days("2013-01-01", "2026-12-31"):
        assert china.day(on).kind.works == other.is_working_day(on), on


def test_a_weekend_beside_a_holiday_is_a_weekend() -> None:
    assert statutory("cn").day(date(2023, 12, 31)) == Day(date(2023, 12, 31), DayKind.WEEKEND)
    assert statutory("cn").day(date(2024, 1, 1)).kind is DayKind.HOLIDAY


def test_beyond_what_is_published_the_ordinary_week_holds_provisionally() -> None:
    calendar = statutory("cn")
    assert calendar.published == (date(2004, 1, 1), date(2026, 12, 31))
    assert calendar.day(date(2027, 10, 1)) == Day(date(2027, 10, 1), DayKind.WORKDAY, provisional=True)
    assert calendar.day(date(2003, 10, 4)) == Day(date(2003, 10, 4), DayKind.WEEKEND, provisional=True)


def test_other_countries_and_their_parts() -> None:
    patriots_day = date(2026, 4, 20)
    assert statutory("us-ma").day(patriots_day).kind is DayKind.HOLIDAY
    assert statutory("US-MA").day(patriots_day).name.say("zh-hans") == "Patriots' Day"
    assert statutory("us").day(patriots_day).kind is DayKind.WORKDAY
    assert not statutory("us").day(date(2090, 7, 4)).provisional


def test_other_weeks_and_make_up_days() -> None:
    friday = date(2026, 11, 20)
    assert statutory("eg").day(friday).kind is DayKind.WEEKEND
    assert statutory("eg").day(friday + timedelta(days=2)).kind is DayKind.WORKDAY
    assert statutory("hu").day(date(2026, 1, 10)).kind is DayKind.MAKEUP_WORKDAY


def test_days_that_are_only_estimated_are_provisional() -> None:
    assert statutory("my").day(date(2040, 3, 1)).provisional
    assert not statutory("my").day(date(2020, 3, 2)).provisional


def test_years_that_a_source_does_not_know_are_provisional() -> None:
    assert statutory("us").day(date(2200, 7, 4)).provisional


def test_no_statutory_calendar() -> None:
    new_year = date(2026, 1, 1)
    assert statutory("none").day(new_year) == Day(new_year, DayKind.WORKDAY)


@pytest.mark.parametrize("code", ["xx", "us-zz", "中国"])
def test_unknown_calendars_say_what_is_allowed(code: str) -> None:
    with pytest.raises(UnknownCalendar) as refused:
        statutory(code)
    for said in (refused.value.text.zh, refused.value.text.en):
        assert code in said
        assert "us-ma" in said


def test_the_schemes_own_days_go_before_the_statutory_ones() -> None:
    calendar = WorkCalendar.of(
        timezone="Asia/Shanghai",
        statutory_code="cn",
        extra_rest=[date(2026, 3, 4)],
        extra_work=[date(2026, 10, 1), date(2026, 3, 8), date(2026, 3, 9)],
    )
    assert calendar.kind_of(date(2026, 3, 4)) is DayKind.HOLIDAY
    assert calendar.kind_of(date(2026, 10, 1)) is DayKind.WORKDAY
    assert calendar.kind_of(date(2026, 3, 8)) is DayKind.MAKEUP_WORKDAY
    assert calendar.kind_of(date(2026, 3, 9)) is DayKind.WORKDAY
    assert calendar.day(date(2026, 2, 17)).name.zh == "春节"


def test_a_scheme_may_publish_a_year_itself() -> None:
    calendar = WorkCalendar.of(
        timezone="Asia/Shanghai",
        statutory_code="cn",
        extra_rest=days("2027-01-01", "2027-01-03"),
        published_until=date(2027, 12, 31),
    )
    assert calendar.published_until == date(2027, 12, 31)
    assert calendar.day(date(2027, 1, 1)) == Day(date(2027, 1, 1), DayKind.HOLIDAY)
    assert not calendar.day(date(2027, 1, 4)).provisional
    assert calendar.day(date(2028, 1, 4)).provisional


def test_until_when_a_calendar_is_published() -> None:
    china = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn")
    assert china.published_until == date(2026, 12, 31)
    assert WorkCalendar.of(timezone="America/New_York", statutory_code="us").published_until is None
    # a date before the official end moves nothing back
    early = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn", published_until=date(2020, 1, 1))
    assert early.published_until == date(2026, 12, 31)
