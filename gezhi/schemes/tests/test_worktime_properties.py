"""Working time against a minute-by-minute count written apart from it, and algebra that holds whatever the calendar."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gezhi.schemes.durations import Duration, Unit
from gezhi.schemes.tests.slow_worktime import SlowCalendar
from gezhi.schemes.worktime import Counting, Due, WorkCalendar

# Cairo's clocks leap at midnight (from 2023), New York's at 02:00, Lord Howe's by half an hour
ZONES = ("Asia/Shanghai", "America/New_York", "Africa/Cairo", "Asia/Kathmandu", "Australia/Lord_Howe")
HOURS = (
    ("08:30-12:00", "14:00-17:30"),
    ("09:00-17:00",),
    ("00:00-24:00",),
    ("00:00-06:00", "08:00-12:00", "13:15-13:45", "20:00-24:00"),
    ("00:15-00:45", "04:00-22:00"),
    (),
)
WEEKS = (None, (1, 2, 3, 4, 5, 6, 7), (7,), (1, 3, 6))
STATUTES = ("cn", "us-ma", "none")
# clocks change in these weeks, years end, festivals move workdays
EDGES = ("2024-03-08", "2024-11-01", "2024-04-24", "2024-10-30", "2024-10-03", "2025-04-04", "2025-12-29", "2026-02-12")

shops = st.tuples(st.sampled_from(ZONES), st.sampled_from(HOURS), st.sampled_from(WEEKS), st.sampled_from(STATUTES))
anywhere = st.integers(min_value=1_262_304_000, max_value=1_798_761_599)  # 2010 to 2026
near_edges = st.builds(
    lambda edge, second: int(datetime.fromisoformat(edge).replace(tzinfo=UTC).timestamp()) + second,
    st.sampled_from(EDGES),
    st.integers(min_value=0, max_value=4 * 86_400),
)
instants = st.one_of(near_edges, anywhere).map(lambda second: datetime.fromtimestamp(second, UTC))
short_limits = st.one_of(
    st.tuples(st.just("minutes"), st.integers(1, 3000)),
    st.tuples(st.just("hours"), st.integers(1, 100)),
    st.tuples(st.just("workhours"), st.integers(1, 40)),
    st.tuples(st.sampled_from(["days", "workdays"]), st.integers(1, 20)),
    st.tuples(st.just("months"), st.integers(1, 14)),
).map(lambda limit: Duration(limit[1], Unit(limit[0])))
units = st.sampled_from(list(Unit))

Shop = tuple[str, tuple[str, ...], tuple[int, ...] | None, str]


@lru_cache
def fast(shop: Shop) -> WorkCalendar:
    zone, hours, week, statute = shop
    return WorkCalendar.of(timezone=zone, statutory_code=statute, hours=hours, workweek=week)


@lru_cache
def slow(shop: Shop) -> SlowCalendar:
    zone, hours, _, _ = shop
    windows = tuple(
        (int(window[:2]) * 60 + int(window[3:5]), int(window[6:8]) * 60 + int(window[9:11])) for window in hours
    )
    # which dates work is checked elsewhere, against published calendars
    return SlowCalendar(ZoneInfo(zone), windows or ((0, 1440),), lru_cache(maxsize=None)(fast(shop).is_workday))


# a calendar's first question builds its tables, which takes longer than any later one
unhurried = settings(deadline=None)


def utc(due: Due) -> datetime:
    """In UTC, because a zone's own arithmetic counts what clocks show, and equality fails on times shown twice."""
    return due.at.astimezone(UTC)


@given(shop=shops, start=instants, length=st.integers(0, 9 * 86_400))
@settings(max_examples=60, deadline=None)
def test_between_is_the_count_of_open_seconds(shop: Shop, start: datetime, length: int) -> None:
    end = start + timedelta(seconds=length)
    assert fast(shop).between(start, end) == slow(shop).between(start, end)


@given(shop=shops, start=instants, limit=short_limits)
@settings(max_examples=120, deadline=None)
def test_due_by_law_is_what_the_slow_count_finds(shop: Shop, start: datetime, limit: Duration) -> None:
    assert utc(fast(shop).due(start, limit)) == slow(shop).due(start, limit.amount, limit.unit)


@given(shop=shops, start=instants, limit=short_limits)
@settings(max_examples=120, deadline=None)
def test_due_by_moment_is_what_the_slow_count_finds(shop: Shop, start: datetime, limit: Duration) -> None:
    assert utc(fast(shop).due(start, limit, Counting.MOMENT)) == slow(shop).due_by_moment(
        start, limit.amount, limit.unit
    )


@given(shop=shops, start=instants, seconds=st.integers(0, 40 * 3600))
@settings(max_examples=60, deadline=None)
def test_added_work_is_what_the_slow_count_finds(shop: Shop, start: datetime, seconds: int) -> None:
    expected = slow(shop).after_work(start, seconds) if seconds else start
    assert utc(fast(shop).add_work_seconds(start, seconds)) == expected


@given(shop=shops, instants=st.lists(instants, min_size=3, max_size=3))
@unhurried
def test_between_adds_up(shop: Shop, instants: list[datetime]) -> None:
    first, middle, last = instants
    calendar = fast(shop)
    assert calendar.between(first, middle) + calendar.between(middle, last) == calendar.between(first, last)
    assert calendar.between(first, last) == -calendar.between(last, first)


@given(shop=shops, start=instants, seconds=st.integers(0, 50_000_000))
@unhurried
def test_the_work_before_a_work_limit_is_the_limit(shop: Shop, start: datetime, seconds: int) -> None:
    calendar = fast(shop)
    due = utc(calendar.add_work_seconds(start, seconds))
    assert calendar.between(start, due) == seconds
    assert seconds == 0 or calendar.between(start, due - timedelta(seconds=1)) == seconds - 1


@given(shop=shops, start=instants, unit=units, amounts=st.tuples(st.integers(0, 1200), st.integers(0, 1200)))
@unhurried
def test_a_longer_limit_is_never_due_earlier(shop: Shop, start: datetime, unit: Unit, amounts: tuple[int, int]) -> None:
    shorter, longer = sorted(amounts)
    for counting in Counting:
        due = utc(fast(shop).due(start, Duration(shorter, unit), counting))
        assert start.replace(microsecond=0) <= due <= utc(fast(shop).due(start, Duration(longer, unit), counting))


@given(shop=shops, start=instants, later=st.integers(0, 40 * 86_400), limit=short_limits)
@unhurried
def test_a_later_start_is_never_due_earlier(shop: Shop, start: datetime, later: int, limit: Duration) -> None:
    for counting in Counting:
        due = utc(fast(shop).due(start, limit, counting))
        assert due <= fast(shop).due(start + timedelta(seconds=later), limit, counting).at


@given(shop=shops, start=instants, limit=short_limits, span=short_limits)
@unhurried
def test_a_warning_lies_between_start_and_due(shop: Shop, start: datetime, limit: Duration, span: Duration) -> None:
    for counting in Counting:
        due = utc(fast(shop).due(start, limit, counting))
        assert start <= fast(shop).warn(start, limit, span, counting=counting) <= due


@given(
    shop=shops, start=instants, limit=short_limits, until=st.integers(0, 9 * 86_400), length=st.integers(0, 9 * 86_400)
)
@unhurried
def test_a_pause_leaves_what_was_left(shop: Shop, start: datetime, limit: Duration, until: int, length: int) -> None:
    calendar = fast(shop)
    paused = start + timedelta(seconds=until)
    resumed = paused + timedelta(seconds=length)
    due = utc(calendar.due(start, limit))
    assume(paused <= due or not limit.unit.by_seconds)
    moved = utc(calendar.resume(limit, due, paused, resumed))
    assert moved >= due
    if limit.unit.by_seconds:
        assert calendar.left(limit, moved, resumed) == calendar.left(limit, due, paused)
    elif limit.unit is Unit.WORKDAYS:
        before = calendar.workdays_between(calendar.local_date(paused), _last_day(calendar, due))
        assert calendar.workdays_between(calendar.local_date(resumed), _last_day(calendar, moved)) == before


@given(shop=shops, start=instants, first=st.integers(1, 60), then=st.integers(1, 60))
@unhurried
def test_an_extension_by_workdays_is_a_longer_limit(shop: Shop, start: datetime, first: int, then: int) -> None:
    calendar = fast(shop)
    due = calendar.due(start, Duration(first, Unit.WORKDAYS))
    longer = calendar.due(start, Duration(first + then, Unit.WORKDAYS))
    assert calendar.shift(due.at, Duration(then, Unit.WORKDAYS)) == longer


@given(shop=shops, day=st.dates(date(2010, 1, 1), date(2026, 12, 1)), count=st.integers(1, 40))
@unhurried
def test_workdays_are_found_and_counted_alike(shop: Shop, day: date, count: int) -> None:
    calendar = fast(shop)
    later = calendar.workday_after(day, count)
    assert later == slow(shop).nth_workday_after(day, count)
    assert calendar.workdays_between(day, later) == count == -calendar.workdays_between(later, day)
    assert calendar.workday_on_or_after(day) == slow(shop).off_rest_days(day)


def _last_day(calendar: WorkCalendar, due: datetime) -> date:
    return calendar.local_date(due.astimezone(UTC) - timedelta(seconds=1))
