"""Working time by hand: clocks that change, windows that split, what is provisional, from the moment, misuse."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gezhi.schemes.durations import Duration, Unit, parse_span
from gezhi.schemes.worktime import Counting, WorkCalendar, WorktimeError, parse_windows

CHINA = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn", hours=("08:30-12:00", "14:00-17:30"))
NEW_YORK = WorkCalendar.of(timezone="America/New_York", statutory_code="us", hours=("09:00-17:00",))
NEVER_CLOSED = WorkCalendar.of(timezone="America/New_York", workweek=range(1, 8))
BOSTON = WorkCalendar.of(
    timezone="America/New_York", statutory_code="us-ma", hours=("08:30-17:00",), counting=Counting.MOMENT
)


def in_china(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def in_new_york(local: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("America/New_York"), fold=fold)


def due(calendar: WorkCalendar, start: datetime, limit: str) -> datetime:
    return calendar.due(start, Duration.parse(limit)).at


# ── clocks that change: in New York on 2026-03-08 (02:00 → 03:00) and 2026-11-01 (02:00 → 01:00) ──


def test_a_day_of_23_and_one_of_25_hours() -> None:
    spring, autumn = in_new_york("2026-03-08"), in_new_york("2026-11-01")
    assert NEVER_CLOSED.between(spring, in_new_york("2026-03-09")) == 23 * 3600
    assert NEVER_CLOSED.between(autumn, in_new_york("2026-11-02")) == 25 * 3600
    assert due(NEVER_CLOSED, spring, "24 workhours") == in_new_york("2026-03-09T01:00")
    assert due(NEVER_CLOSED, autumn, "24 hours") == in_new_york("2026-11-01T23:00")


def test_windows_are_wall_clock_on_both_sides_of_a_change() -> None:
    assert due(NEW_YORK, in_new_york("2026-03-06T16:00"), "2 workhours") == in_new_york("2026-03-09T10:00")
    assert due(NEW_YORK, in_new_york("2026-03-06T16:00"), "1 workday") == datetime(2026, 3, 9, 21, tzinfo=UTC)
    assert due(NEW_YORK, in_new_york("2026-10-30T16:00"), "1 workday") == datetime(2026, 11, 2, 22, tzinfo=UTC)


def test_a_window_that_the_clock_leaps_into_ends_at_the_leap() -> None:
    calendar = WorkCalendar.of(timezone="America/New_York", workweek=range(1, 8), hours=("01:00-02:30", "03:00-05:00"))
    assert calendar.hours_of(date(2026, 3, 8))[0][1] == in_new_york("2026-03-08T03:00")
    assert calendar.between(in_new_york("2026-03-08"), in_new_york("2026-03-09")) == 3 * 3600


def test_a_window_that_the_clock_leaps_over_is_none() -> None:
    calendar = WorkCalendar.of(timezone="America/New_York", workweek=range(1, 8), hours=("02:10-02:50",))
    assert calendar.between(in_new_york("2026-03-08"), in_new_york("2026-03-09")) == 0
    assert due(calendar, in_new_york("2026-03-07T02:40"), "1 workhour") == in_new_york("2026-03-10T02:20")


def test_a_time_shown_twice_is_the_first() -> None:
    calendar = WorkCalendar.of(timezone="America/New_York", workweek=range(1, 8), hours=("00:30-01:30",))
    assert calendar.between(in_new_york("2026-11-01"), in_new_york("2026-11-02")) == 3600
    assert due(calendar, in_new_york("2026-10-31T12:00"), "1 workday") == in_new_york("2026-11-01T01:30", fold=0)


def test_the_same_time_of_day_on_a_day_that_lacks_it() -> None:
    moment = NEVER_CLOSED.due(in_new_york("2026-03-07T02:30"), Duration.parse("1 day"), Counting.MOMENT)
    assert moment.at == in_new_york("2026-03-08T03:00")
    assert NEVER_CLOSED.due(
        in_new_york("2026-10-31T12:30"), Duration.parse("1 day"), Counting.MOMENT
    ).at == in_new_york("2026-11-01T12:30")


def test_an_extension_keeps_the_time_of_day_across_a_change() -> None:
    assert NEW_YORK.shift(in_new_york("2026-03-06T17:00"), Duration.parse("1 workday")).at == in_new_york(
        "2026-03-09T17:00"
    )
    assert NEW_YORK.shift(in_new_york("2026-11-02"), Duration.parse("1 workday")).at == in_new_york("2026-11-03")


# ── days and windows ──


def test_year_ends() -> None:
    assert due(CHINA, in_china("2025-12-31T16:30"), "2 workhours") == in_china("2026-01-04T09:30")
    assert due(CHINA, in_china("2025-12-31T16:30"), "1 workday") == in_china("2026-01-04T17:30")
    assert due(CHINA, in_china("2025-12-25T16:30"), "7 days") == in_china("2026-01-05")
    assert due(CHINA, in_china("2025-11-30T16:30"), "3 months") == in_china("2026-03-01")


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-03-09T10:00", "0 workdays", "2026-03-09T17:30"),
        ("2026-03-09T07:00", "0 workdays", "2026-03-09T17:30"),
        ("2026-03-09T17:30", "0 workdays", "2026-03-10T17:30"),
        ("2026-03-07T10:00", "0 workdays", "2026-03-09T17:30"),
        ("2026-03-09T23:00", "0 days", "2026-03-10T00:00"),
        ("2026-03-07T10:00", "0 days", "2026-03-10T00:00"),
        ("2026-03-07T10:00", "0 minutes", "2026-03-07T10:00"),
        ("2026-03-07T10:00", "0 workhours", "2026-03-07T10:00"),
    ],
)
def test_the_same_day_or_at_once(start: str, limit: str, expected: str) -> None:
    assert due(CHINA, in_china(start), limit) == in_china(expected)


def test_none_from_the_moment_is_the_moment_or_the_next_opening() -> None:
    sunday, monday = in_china("2026-03-08T10:00"), in_china("2026-03-09T10:00")
    assert CHINA.due(sunday, Duration.parse("0 days"), Counting.MOMENT).at == sunday
    assert CHINA.due(monday, Duration.parse("0 workdays"), Counting.MOMENT).at == monday
    assert CHINA.due(sunday, Duration.parse("0 workdays"), Counting.MOMENT).at == in_china("2026-03-09T08:30")


def test_an_extension_by_nothing_moves_nothing() -> None:
    for unit in Unit:
        assert CHINA.shift(in_china("2026-03-08T10:00"), Duration(0, unit)).at == in_china("2026-03-08T10:00")


def test_a_month_without_the_day_ends_on_its_last() -> None:
    assert due(NEVER_CLOSED, in_new_york("2024-01-31T10:00"), "1 month") == in_new_york("2024-03-01")
    assert due(NEVER_CLOSED, in_new_york("2024-02-29T10:00"), "12 months") == in_new_york("2025-03-01")


def test_a_limit_that_fills_the_windows_ends_at_the_close() -> None:
    assert due(CHINA, in_china("2026-03-09T08:30"), "7 workhours") == in_china("2026-03-09T17:30")
    assert CHINA.add_work_seconds(in_china("2026-03-09T08:30"), 3 * 3600 + 1800).at == in_china("2026-03-09T12:00")


def test_business_until_midnight() -> None:
    late = WorkCalendar.of(timezone="Asia/Shanghai", hours=("18:00-24:00",))
    assert due(late, in_china("2026-03-09T10:00"), "1 workday") == in_china("2026-03-11")
    assert due(late, in_china("2026-03-09T10:00"), "6 workhours") == in_china("2026-03-10")
    assert late.warn(in_china("2026-03-09"), Duration.parse("1 workday"), parse_span("1 workday")) == in_china(
        "2026-03-10T18:00"
    )
    assert late.shift(in_china("2026-03-11"), Duration.parse("1 workday")).at == in_china("2026-03-12")


def test_a_shop_that_never_closes_and_its_statutory_holidays() -> None:
    shop = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn", workweek=range(1, 8), hours=("09:00-21:00",))
    assert due(shop, in_china("2026-03-06T20:00"), "2 workhours") == in_china("2026-03-07T10:00")
    assert due(shop, in_china("2026-09-30T20:00"), "1 workday") == in_china("2026-10-08T21:00")


def test_hours_of_a_day() -> None:
    assert CHINA.hours_of(date(2026, 3, 9)) == (
        (in_china("2026-03-09T08:30"), in_china("2026-03-09T12:00")),
        (in_china("2026-03-09T14:00"), in_china("2026-03-09T17:30")),
    )
    assert CHINA.hours_of(date(2026, 3, 8)) == ()


def test_workdays_by_date() -> None:
    assert CHINA.workday_on_or_after(date(2026, 2, 14)) == date(2026, 2, 14)
    assert CHINA.workday_on_or_after(date(2026, 2, 15)) == date(2026, 2, 24)
    assert CHINA.workday_after(date(2026, 2, 14)) == date(2026, 2, 24)
    assert CHINA.workdays_between(date(2026, 2, 13), date(2026, 2, 25)) == 3


def test_fractions_of_a_second_are_dropped() -> None:
    start = in_china("2026-03-09T08:30") + timedelta(microseconds=999_999)
    assert due(CHINA, start, "1 workhour") == in_china("2026-03-09T09:30")
    assert CHINA.between(start, start + timedelta(microseconds=1)) == 1


def test_any_offset_is_understood_and_the_calendars_own_is_given() -> None:
    found = due(CHINA, datetime(2026, 3, 9, 1, tzinfo=UTC), "1 workhour")
    assert found.isoformat() == "2026-03-09T10:00:00+08:00"


# ── what is not published yet ──


@pytest.mark.parametrize(
    ("start", "limit", "provisional"),
    [
        ("2026-12-30T10:00", "1 workday", False),
        ("2026-12-30T10:00", "2 workdays", True),
        ("2026-12-31T16:30", "1 workhour", False),
        ("2026-12-31T16:30", "2 workhours", True),
        ("2026-12-24T10:00", "7 days", False),
        ("2026-12-25T10:00", "7 days", True),
        ("2026-12-01T10:00", "1 month", True),
        # the clock knows no holidays
        ("2026-12-31T16:30", "30 hours", False),
    ],
)
def test_provisional(start: str, limit: str, provisional: bool) -> None:
    assert CHINA.due(in_china(start), Duration.parse(limit)).provisional is provisional


def test_what_ends_at_24_00_ends_on_that_day() -> None:
    late = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn", hours=("18:00-24:00",))
    found = late.due(in_china("2026-12-31T10:00"), Duration.parse("6 workhours"))
    assert (found.at, found.provisional) == (in_china("2027-01-01"), False)


def test_provisional_when_moved() -> None:
    due_before = in_china("2026-12-30T17:30")
    assert not CHINA.shift(due_before, Duration.parse("1 workday")).provisional
    assert CHINA.shift(due_before, Duration.parse("2 workdays")).provisional
    limit, paused, resumed = Duration.parse("5 workdays"), in_china("2026-12-28T10:00"), in_china("2026-12-30T10:00")
    moved = CHINA.resume(limit, due_before, paused, resumed)
    assert (moved.at, moved.provisional) == (in_china("2027-01-01T17:30"), True)


def test_days_from_the_moment_ask_no_calendar() -> None:
    assert not CHINA.due(in_china("2026-12-25T10:00"), Duration.parse("7 days"), Counting.MOMENT).provisional
    assert CHINA.due(in_china("2026-12-25T10:00"), Duration.parse("7 workdays"), Counting.MOMENT).provisional


# ── from the moment (Boston's records: 3 working days of a request) ──


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2015-01-05T09:21:20", "3 workdays", "2015-01-08T09:21:20"),
        ("2015-01-06T06:42:01", "3 workdays", "2015-01-09T08:30:00"),
        ("2015-01-07T17:21:08", "3 workdays", "2015-01-13T08:30:00"),
        ("2015-01-10T16:02:45", "3 workdays", "2015-01-15T08:30:00"),
        # over Martin Luther King Day
        ("2015-01-14T07:19:24", "3 workdays", "2015-01-20T08:30:00"),
        ("2015-01-01T00:25:36", "10 workdays", "2015-01-16T08:30:00"),
        # days and months by the calendar, on rest days too
        ("2015-01-09T23:10:00", "1 day", "2015-01-10T23:10:00"),
        ("2015-01-31T10:00:00", "1 month", "2015-02-28T10:00:00"),
    ],
)
def test_from_the_moment(start: str, limit: str, expected: str) -> None:
    assert due(BOSTON, in_new_york(start), limit) == in_new_york(expected)


def test_from_the_moment_a_start_at_lunch_keeps_its_time() -> None:
    found = CHINA.due(in_china("2026-03-09T12:30"), Duration.parse("1 workday"), Counting.MOMENT)
    assert found.at == in_china("2026-03-10T12:30")


def test_warnings_from_the_moment_lie_whole_days_before() -> None:
    start, limit = in_new_york("2015-01-07T10:00"), Duration.parse("5 workdays")
    assert BOSTON.warn(start, limit, parse_span("2 workdays")) == in_new_york("2015-01-12T10:00")
    days = Duration.parse("5 days")
    assert BOSTON.warn(start, days, parse_span("2 days")) == in_new_york("2015-01-10T10:00")
    assert BOSTON.warn(start, Duration.parse("2 months"), parse_span("1 month")) == in_new_york("2015-02-07T10:00")


# ── misuse ──


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(WorktimeError) as refused:
        CHINA.due(datetime(2026, 3, 9), Duration.parse("1 day"))  # noqa: DTZ001  that is the point
    assert "2026-03-09" in refused.value.text.zh


@pytest.mark.parametrize("year", [1900, 2299])
def test_years_out_of_reach_are_refused(year: int) -> None:
    with pytest.raises(WorktimeError, match="1901 to 2298"):
        CHINA.due(datetime(year, 6, 1, tzinfo=UTC), Duration.parse("1 day"))


def test_a_limit_that_leaves_the_years_is_refused() -> None:
    far = WorkCalendar.of(timezone="Asia/Shanghai")
    with pytest.raises(WorktimeError, match="1901 to 2298"):
        far.due(datetime(2260, 6, 1, tzinfo=UTC), Duration(100 * 250, Unit.WORKDAYS))


def test_a_hundred_years_of_workdays() -> None:
    plain = WorkCalendar.of(timezone="UTC")
    assert due(plain, datetime(2026, 3, 9, tzinfo=UTC), "26000 workdays") == datetime(2125, 11, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (["8:30-12:00"], "8:30-12:00"),
        (["12:00-08:30"], "12:00-08:30"),
        (["22:00-06:00"], "00:00-06:00"),
        (["08:00-24:30"], "24:00"),
        (["08:00-25:00"], "24:00"),
        (["08:00-12:00", "11:00-17:00"], "overlap"),
        (["14:00-17:00", "08:00-12:00"], "order"),
        ([""], "08:30-12:00"),
    ],
)
def test_bad_hours_are_refused(hours: list[str], said: str) -> None:
    with pytest.raises(WorktimeError) as refused:
        parse_windows(hours)
    assert said in refused.value.text.en
    assert "办公时段" in refused.value.text.zh


def test_windows_may_touch() -> None:
    assert parse_windows(["08:00-12:00", "12:00-24:00"]) == ((28_800, 43_200), (43_200, 86_400))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"timezone": "Asia/Leshan"}, "Asia/Leshan"),
        ({"timezone": "../etc"}, "../etc"),
        ({"counting": "fast"}, "law or moment"),
        ({"workweek": []}, "Monday"),
        ({"workweek": [0, 1]}, "Monday"),
        ({"extra_rest": [date(2026, 1, 5)], "extra_work": [date(2026, 1, 5)]}, "2026-01-05"),
    ],
)
def test_bad_calendars_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(WorktimeError) as refused:
        WorkCalendar.of(**{"timezone": "Asia/Shanghai", **given})  # type: ignore[arg-type]
    assert said in refused.value.text.en
    assert refused.value.text.zh


def test_time_to_add_is_not_negative() -> None:
    with pytest.raises(ValueError, match="-1"):
        CHINA.add_work_seconds(in_china("2026-03-09"), -1)


def test_equal_calendars_are_equal() -> None:
    again = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn", hours=("08:30-12:00", "14:00-17:30"))
    assert again == CHINA
    assert hash(again) == hash(CHINA)
    assert again != NEW_YORK
