"""What a page says of a limit: due, left, overdue, and which days count."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from gezhi.cases.tests.conftest import District
from gezhi.schemes import source
from gezhi.schemes.state import Clock, Light
from gezhi.schemes.worktime import WorkCalendar
from gezhi.web import limits, wording
from gezhi.web.clocks import clock_view
from gezhi.web.components import hold_table, pages
from gezhi.web.desk.tests.test_case import to_department
from gezhi.web.desk.tests.test_queue import client

CALENDAR = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn", hours=("08:30-12:00", "14:00-17:30"))
# Saturday 2026-05-09, 10:20 in Shanghai: a make-up workday
NOW = datetime(2026, 5, 9, 2, 20, tzinfo=UTC)
WEDNESDAY = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)


def _clock(limit: str, due: datetime | None) -> Clock:
    return Clock(id="step", limit=limit, started=WEDNESDAY, due=due, clause="P22")


@pytest.fixture(autouse=True)
def _chinese() -> object:
    with translation.override("zh-hans"):
        yield


def test_a_limit_in_workdays_says_day_rest_and_clause() -> None:
    view = clock_view(_clock("5 workdays", datetime(2026, 5, 12, 9, 30, tzinfo=UTC)), Light.GREEN, CALENDAR, NOW)
    assert view.due == "5月12日（周二）17:30 到期"
    assert view.left == "还剩 2个工作日"
    assert view.clause.startswith("依据 P22")


def test_the_last_day_is_said_in_working_hours() -> None:
    view = clock_view(_clock("3 workdays", datetime(2026, 5, 9, 9, 30, tzinfo=UTC)), Light.YELLOW, CALENDAR, NOW)
    assert view.due == "今天 17:30 到期"
    assert view.left == "还剩 5小时10分"


def test_overdue_counts_working_time_only() -> None:
    friday_close = datetime(2026, 5, 8, 9, 30, tzinfo=UTC)
    view = clock_view(_clock("2 workdays", friday_close), Light.RED, CALENDAR, NOW)
    assert view.due == "昨天 17:30 到期"
    assert view.left == "超期 1小时50分"


def test_midnight_is_the_end_of_the_day_before() -> None:
    midnight = datetime(2026, 5, 15, 16, 0, tzinfo=UTC)
    assert wording.say_moment(midnight, NOW) == "5月15日（周五）24:00"
    assert clock_view(_clock("7 days", midnight), Light.GREEN, CALENDAR, NOW).left == "还剩 6天"


def test_english_says_the_same() -> None:
    with translation.override("en"):
        view = clock_view(_clock("5 workdays", datetime(2026, 5, 12, 9, 30, tzinfo=UTC)), Light.GREEN, CALENDAR, NOW)
        assert (view.due, view.left, view.clause) == ("due Tue 12 May 17:30", "2 workdays left", "P22: 5 workdays")


def test_a_clock_that_stands_still_or_is_met_says_so() -> None:
    assert clock_view(_clock("5 workdays", None), Light.PAUSED, CALENDAR, NOW).due == "暂停计时"
    met = Clock(id="step", limit="1 workday", started=WEDNESDAY, due=NOW, met_at=NOW - timedelta(days=1))
    view = clock_view(met, Light.DONE, CALENDAR, NOW)
    assert (view.due, view.left, view.ruler) == ("5月8日 10:20 办结", "", ())


def test_the_ruler_shows_start_counted_rest_make_up_and_due_days() -> None:
    view = clock_view(_clock("5 workdays", datetime(2026, 5, 12, 9, 30, tzinfo=UTC)), Light.GREEN, CALENDAR, NOW)
    assert [cell.text for cell in view.ruler] == ["起", "1", "2", "3", "休", "4", "5"]
    assert [cell.kind for cell in view.ruler] == ["start", "done", "done", "done", "rest", "left", "left"]
    assert [cell.day for cell in view.ruler if cell.made_up] == ["9"]
    assert [cell.day for cell in view.ruler if cell.now] == ["9"]
    assert [cell.day for cell in view.ruler if cell.due] == ["12"]


def test_the_ruler_counts_on_past_the_due_day() -> None:
    view = clock_view(_clock("1 workday", datetime(2026, 5, 7, 9, 30, tzinfo=UTC)), Light.RED, CALENDAR, NOW)
    assert [cell.text for cell in view.ruler] == ["起", "1", "+1", "+2"]


def test_a_limit_too_long_to_draw_has_no_ruler() -> None:
    assert clock_view(_clock("60 workdays", NOW + timedelta(days=90)), Light.GREEN, CALENDAR, NOW).ruler == ()


def test_the_hold_table_adds_up_and_draws_whatever_exists() -> None:
    holds = hold_table([("a", 60, 0, False), ("b", 100_000, 40_000, False), ("c", 0, 0, True)])
    assert (holds.total, holds.over_total) == (100_060, 40_000)
    assert [(row.percent, row.over_percent) for row in holds.rows] == [(1, 0), (60, 40), (0, 0)]


@pytest.mark.parametrize(
    ("number", "last", "offered"),
    [(1, 1, (1,)), (1, 3, (1, 2, 3)), (6, 11, (1, 0, 5, 6, 7, 0, 11)), (11, 11, (1, 0, 10, 11))],
)
def test_pages_offer_the_ends_and_the_neighbours(number: int, last: int, offered: tuple[int, ...]) -> None:
    assert pages(number, last).numbers == offered


def test_spans_and_distances() -> None:
    assert wording.say_span(30) == "不到1分"
    assert wording.say_days_and_span(12 * 7 * 3600 + 6 * 3600, 7 * 3600) == "12个工作日6小时"
    assert wording.say_metres(183) == "180 米"
    assert wording.say_metres(1234) == "1.2 公里"


def test_a_limit_that_somebody_set_as_a_day_is_said_in_words() -> None:
    assert wording.say_limit("until 2026-11-27") == "至2026年11月27日"
    with translation.override("en"):
        assert wording.say_limit("until 2026-11-27") == "until 27 Nov 2026"
    assert wording.say_limit("by hand") == "by hand"


def test_a_limit_says_whether_it_is_the_whole_matters_or_one_steps(district: District) -> None:
    scheme = source.load(source.shipped() / "shawan")
    assert limits.whole_of(scheme, scheme.items["env.litter"]) == "15 workdays"
    with translation.override("en"):
        assert limits.of_item(scheme, scheme.items["agency.medical"]) == "“With the unit concerned” within 10 workdays"
    number = to_department(district)
    words = client(district.cast.clerk, "en").get(f"/desk/case/{number}").text
    assert "All steps together, from intake to the end" in words
    assert "alone (set for “Exposed rubbish”)" in words
