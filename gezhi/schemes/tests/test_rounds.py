"""Rounds by rate and by rule, over a real calendar: nothing skipped, nothing twice."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.schemes.duties import PERIODS, BadDuty, Duty, Phase, Rate, Selection
from gezhi.schemes.model import CalendarRule, Scheme
from gezhi.schemes.rounds import DAY, Round, parse_rule, period_of, period_text, round_at, rounds
from gezhi.schemes.text import Text
from gezhi.schemes.worktime import WorkCalendar

CHINA = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn", hours=("08:30-12:00", "14:00-17:30"))
PHASES = {"work": Phase("work", Text("实施"), date(2026, 3, 10), date(2026, 4, 20))}
SCHEME = Scheme("x", "1", Text("x"), "Asia/Shanghai", CalendarRule(), phases=PHASES)


def _duty(**told: object) -> Duty:
    return Duty("d", Text("d"), "report", ("grid_worker",), Selection("grid"), **told)  # type: ignore[arg-type]


def _year(duty: Duty, year: int = 2026) -> tuple[Round, ...]:
    return rounds(SCHEME, CHINA, duty, date(year, 1, 1), date(year, 12, 31))


def test_a_rule_on_a_rest_day_moves_to_the_next_workday_and_a_make_up_sunday_works() -> None:
    found = _year(_duty(on="FREQ=MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=1", if_holiday="next workday"))
    assert [one.due.isoformat() for one in found] == ["2026-01-04", "2026-04-01", "2026-07-01", "2026-10-08"]


def test_rules_that_fall_together_are_one_round_from_the_first_of_their_days() -> None:
    found = _year(_duty(on="FREQ=WEEKLY;BYDAY=MO,TH", if_holiday="next workday"))
    assert len({one.due for one in found}) == len(found)
    spring = next(one for one in found if one.due == date(2026, 2, 24))
    assert (spring.first, spring.last) == (date(2026, 2, 16), date(2026, 2, 25))


def test_a_rule_that_skips_rest_days_leaves_them_out() -> None:
    found = _year(_duty(on="FREQ=DAILY", if_holiday="skip"))
    assert all(CHINA.is_workday(one.due) for one in found)
    assert date(2026, 1, 1) not in {one.due for one in found}


def test_a_round_by_rule_is_open_until_the_next_one_a_year_later() -> None:
    yearly = _duty(on="FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=2")
    found = round_at(SCHEME, CHINA, yearly, date(2026, 12, 20))
    assert found is not None
    assert (found.due, found.last) == (date(2026, 3, 2), date(2027, 3, 1))
    monthly = _duty(on="FREQ=MONTHLY;BYMONTHDAY=10", if_holiday="previous workday")
    assert round_at(SCHEME, CHINA, monthly, date(2026, 2, 9)) is not None


def test_a_month_without_a_day_of_the_rule_has_no_round() -> None:
    yearly = _duty(on="FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=2")
    assert rounds(SCHEME, CHINA, yearly, date(2026, 6, 1), date(2026, 6, 30)) == ()


@pytest.mark.parametrize("if_holiday", ["same day", "next workday", "previous workday", "skip"])
def test_a_round_ends_where_the_next_begins_however_few_are_asked_for(if_holiday: str) -> None:
    duty = _duty(on="FREQ=MONTHLY;BYMONTHDAY=10", if_holiday=if_holiday)
    year = _year(duty)
    assert len(year) > 6
    for one, after in pairwise(year):
        assert one.last + DAY == after.first
        assert rounds(SCHEME, CHINA, duty, one.due, one.due) == (one,)


def test_what_moves_past_the_end_of_its_phase_can_be_done_on_the_day_it_moves_to() -> None:
    scheme = replace(SCHEME, phases={"nine": Phase("nine", Text("九月"), date(2026, 9, 1), date(2026, 10, 1))})
    duty = _duty(on="FREQ=MONTHLY;BYMONTHDAY=1", if_holiday="next workday", phases=("nine",))
    *_, moved = rounds(scheme, CHINA, duty, date(2026, 9, 1), date(2026, 12, 31))
    assert (moved.first, moved.due, moved.last) == (date(2026, 10, 1), date(2026, 10, 8), date(2026, 10, 8))


def test_a_duty_of_a_phase_has_no_round_outside_and_its_edges_are_cut() -> None:
    found = _year(_duty(rate=Rate.parse("1 per month"), phases=("work",)))
    assert [(one.first, one.due) for one in found] == [
        (date(2026, 3, 10), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 4, 20)),
    ]


def test_phases_that_touch_or_overlap_cut_no_week_in_two() -> None:
    phases = {
        "first": Phase("first", Text("一"), date(2026, 9, 1), date(2026, 9, 30)),
        "second": Phase("second", Text("二"), date(2026, 10, 1), date(2026, 10, 20)),
        "third": Phase("third", Text("三"), date(2026, 10, 10), date(2026, 10, 31)),
    }
    scheme = replace(SCHEME, phases=phases)
    duty = _duty(rate=Rate.parse("1 per week"), phases=("third", "first", "second"))
    found = rounds(scheme, CHINA, duty, date(2026, 9, 24), date(2026, 11, 30))
    periods = [one.period for one in found]
    assert periods == [f"2026-W{week}" for week in (39, 40, 41, 42, 43, 44)]
    assert found[-1].due == date(2026, 10, 31)


@given(on=st.dates(date(2020, 1, 1), date(2030, 12, 31)), per=st.sampled_from(PERIODS))
def test_periods_tile_the_years(on: date, per: str) -> None:
    name, first, last = period_of(per, on)
    assert first <= on <= last
    assert period_of(per, first)[0] == period_of(per, last)[0] == name
    assert period_of(per, last + DAY)[1] == last + DAY
    assert period_text(name).zh
    assert period_text(name).en


@given(
    rule=st.sampled_from(["FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYMONTHDAY=10,25", "FREQ=WEEKLY;INTERVAL=2"]),
    if_holiday=st.sampled_from(["same day", "next workday", "previous workday", "skip"]),
    start=st.dates(date(2024, 1, 1), date(2025, 12, 1)),
)
def test_every_window_asks_for_the_same_rounds(rule: str, if_holiday: str, start: date) -> None:
    duty = _duty(on=rule, if_holiday=if_holiday)
    end = start + timedelta(days=200)
    middle = start + timedelta(days=77)
    whole = rounds(SCHEME, CHINA, duty, start, end)
    halves = rounds(SCHEME, CHINA, duty, start, middle) + rounds(SCHEME, CHINA, duty, middle + DAY, end)
    assert [one.due for one in whole] == [one.due for one in halves]
    for one in whole:
        assert round_at(SCHEME, CHINA, duty, one.due) is not None
        assert one.first <= one.due <= one.last or if_holiday == "previous workday"


RULES = (
    "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=DAILY;INTERVAL=500", "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU",
    "FREQ=WEEKLY;INTERVAL=3;WKST=SU;BYDAY=SU,TU", "FREQ=WEEKLY;BYDAY=TU,FR;BYSETPOS=-1", "FREQ=MONTHLY",
    "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=31", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=1,15",
    "FREQ=YEARLY", "FREQ=YEARLY;INTERVAL=3;BYMONTH=2;BYMONTHDAY=28", "freq=yearly;byweekno=20;byday=mo",
    "FREQ=YEARLY;BYYEARDAY=-1,100", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=WEEKLY;UNTIL=20240630T000000",
    "FREQ=DAILY;INTERVAL=9;COUNT=1000", "DTSTART:20200115T000000\nRRULE:FREQ=MONTHLY;INTERVAL=2",
)  # fmt: skip


@given(rule=st.sampled_from(RULES), start=st.dates(date(1999, 1, 1), date(2060, 1, 1)), length=st.integers(1, 900))
def test_a_rule_names_the_same_days_wherever_one_begins_to_count(rule: str, start: date, length: int) -> None:
    end = start + length * DAY
    named = parse_rule(rule).between(datetime.combine(start, time()), datetime.combine(end, time()), inc=True)
    assert [one.due for one in rounds(SCHEME, CHINA, _duty(on=rule), start, end)] == [at.date() for at in named]


@given(
    told=st.sampled_from([("on", one) for one in RULES] + [("rate", f"1 per {per}") for per in PERIODS]),
    if_holiday=st.sampled_from(["same day", "next workday", "previous workday", "skip"]),
    phases=st.sampled_from([(), ("work",)]),
    on=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
)
def test_the_round_of_a_day_is_the_one_among_all_that_holds_it(
    told: tuple[str, str], if_holiday: str, phases: tuple[str, ...], on: date
) -> None:
    kind, written = told
    asks = {kind: Rate.parse(written) if kind == "rate" else written}
    duty = _duty(**asks, if_holiday=if_holiday, phases=phases)
    among = rounds(SCHEME, CHINA, duty, on - timedelta(days=800), on + timedelta(days=400))
    holding = [one for one in among if one.first <= on <= one.last]
    assert len(holding) <= 1
    assert round_at(SCHEME, CHINA, duty, on) == (holding[0] if holding else None)


@pytest.mark.parametrize("written", ["", "2 per fortnight", "0 per day", "120% per year", "often"])
def test_a_rate_that_is_none_says_what_may_be_written(written: str) -> None:
    with pytest.raises(BadDuty) as bad:
        Rate.parse(written)
    assert "2 per quarter" in bad.value.text.zh


def test_a_selection_is_read_and_said_again() -> None:
    for written in ("grid", "households[class = 3]", "enterprises[grade in (A, B) and state = open]"):
        assert str(Selection.parse(written)) == written
    with pytest.raises(BadDuty):
        Selection.parse("households[class ~ 3]")
