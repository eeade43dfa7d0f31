"""Due times and working time of real-looking cases, computed by hand: Shawan's limits in the first half of 2026.

Windows 08:30-12:00 and 14:00-17:30, Asia/Shanghai, statutory days with make-up workdays (2026-02-14, 02-28, 05-09).
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gezhi.schemes.durations import Duration, parse_span
from gezhi.schemes.worktime import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHAWAN = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn", hours=("08:30-12:00", "14:00-17:30"))

DUES = [
    ("2026-03-04T09:10:00", "15 workdays", "2026-03-25T17:30:00"),
    ("2026-03-04T09:10:00", "4 workhours", "2026-03-04T15:10:00"),
    ("2026-03-04T10:00:00", "2 workdays", "2026-03-06T17:30:00"),
    ("2026-03-05T09:00:00", "7 days", "2026-03-13T00:00:00"),
    ("2026-03-06T16:40:00", "15 workdays", "2026-03-27T17:30:00"),
    ("2026-03-06T16:40:00", "4 workhours", "2026-03-09T11:40:00"),
    ("2026-03-09T08:50:00", "3 workdays", "2026-03-12T17:30:00"),
    ("2026-03-13T11:00:00", "5 workdays", "2026-03-20T17:30:00"),
    ("2026-03-16T10:00:00", "2 workdays", "2026-03-18T17:30:00"),
    ("2026-03-17T09:00:00", "5 workdays", "2026-03-24T17:30:00"),
    ("2026-03-25T15:00:00", "2 workdays", "2026-03-27T17:30:00"),
    ("2026-03-26T09:00:00", "7 days", "2026-04-03T00:00:00"),
    ("2026-02-13T15:00:00", "15 workdays", "2026-03-12T17:30:00"),
    ("2026-02-13T15:00:00", "4 workhours", "2026-02-14T10:00:00"),
    ("2026-02-13T17:00:00", "3 workdays", "2026-02-25T17:30:00"),
    ("2026-02-26T10:00:00", "2 workdays", "2026-02-28T17:30:00"),
    ("2026-02-28T10:00:00", "7 days", "2026-03-10T00:00:00"),
    ("2026-04-08T08:00:00", "15 workdays", "2026-04-29T17:30:00"),
    ("2026-04-08T08:00:00", "4 workhours", "2026-04-08T14:30:00"),
    ("2026-04-08T09:30:00", "3 workdays", "2026-04-13T17:30:00"),
    ("2026-04-09T10:00:00", "2 workdays", "2026-04-13T17:30:00"),
    ("2026-04-09T11:00:00", "3 workdays", "2026-04-14T17:30:00"),
    ("2026-04-10T10:00:00", "2 workdays", "2026-04-14T17:30:00"),
    ("2026-04-10T14:30:00", "7 days", "2026-04-18T00:00:00"),
    ("2026-04-11T09:01:00", "3 workdays", "2026-04-15T17:30:00"),
    ("2026-04-14T16:00:00", "2 workdays", "2026-04-16T17:30:00"),
    ("2026-04-15T09:00:00", "7 days", "2026-04-23T00:00:00"),
    ("2026-04-15T19:01:00", "5 workdays", "2026-04-22T17:30:00"),
    ("2026-05-06T10:00:00", "15 workdays", "2026-05-26T17:30:00"),
    ("2026-05-06T10:00:00", "4 workhours", "2026-05-06T16:00:00"),
    ("2026-05-07T10:00:00", "3 workdays", "2026-05-11T17:30:00"),
    ("2026-05-13T10:00:00", "5 workdays", "2026-05-20T17:30:00"),
    ("2026-05-14T10:00:00", "2 workdays", "2026-05-18T17:30:00"),
    ("2026-05-14T11:00:00", "5 workdays", "2026-05-21T17:30:00"),
    ("2026-05-15T11:00:00", "2 workdays", "2026-05-19T17:30:00"),
    ("2026-05-15T15:00:00", "5 workdays", "2026-05-22T17:30:00"),
    ("2026-05-20T09:00:00", "2 workdays", "2026-05-22T17:30:00"),
    ("2026-05-20T10:00:00", "7 days", "2026-05-28T00:00:00"),
    ("2026-06-18T17:29:00", "15 workdays", "2026-07-10T17:30:00"),
    ("2026-06-18T17:29:00", "4 workhours", "2026-06-22T14:29:00"),
    ("2026-06-23T10:00:00", "3 workdays", "2026-06-26T17:30:00"),
    ("2026-07-01T10:00:00", "5 workdays", "2026-07-08T17:30:00"),
    ("2026-07-10T10:00:00", "2 workdays", "2026-07-14T17:30:00"),
    ("2026-07-16T10:00:00", "5 workdays", "2026-07-23T17:30:00"),
    ("2026-07-27T10:00:00", "2 workdays", "2026-07-29T17:30:00"),
    ("2026-07-31T10:00:00", "7 days", "2026-08-08T00:00:00"),
]

HELD = [
    ("2026-03-04T09:10:00", "2026-03-04T10:00:00", 3000),
    ("2026-03-04T10:00:00", "2026-03-05T09:00:00", 21600),
    ("2026-03-05T09:00:00", "2026-03-05T20:00:00", 23400),
    ("2026-03-06T16:40:00", "2026-03-09T08:50:00", 4200),
    ("2026-03-09T08:50:00", "2026-03-13T11:00:00", 108600),
    ("2026-03-13T11:00:00", "2026-03-16T10:00:00", 21600),
    ("2026-03-16T10:00:00", "2026-03-17T09:00:00", 21600),
    ("2026-03-17T09:00:00", "2026-03-25T15:00:00", 165600),
    ("2026-03-25T15:00:00", "2026-03-26T09:00:00", 10800),
    ("2026-03-26T09:00:00", "2026-03-28T09:00:00", 48600),
    ("2026-02-13T15:00:00", "2026-02-13T17:00:00", 7200),
    ("2026-02-13T17:00:00", "2026-02-26T10:00:00", 82800),
    ("2026-02-26T10:00:00", "2026-02-28T10:00:00", 50400),
    ("2026-02-28T10:00:00", "2026-03-10T00:00:00", 171000),
    ("2026-04-08T08:00:00", "2026-04-08T09:30:00", 3600),
    ("2026-04-08T09:30:00", "2026-04-09T10:00:00", 27000),
    ("2026-04-09T10:00:00", "2026-04-09T11:00:00", 3600),
    ("2026-04-09T11:00:00", "2026-04-10T10:00:00", 21600),
    ("2026-04-10T10:00:00", "2026-04-10T14:30:00", 9000),
    ("2026-04-10T14:30:00", "2026-04-11T09:01:00", 10800),
    ("2026-04-11T09:01:00", "2026-04-14T16:00:00", 45000),
    ("2026-04-14T16:00:00", "2026-04-15T09:00:00", 7200),
    ("2026-04-15T09:00:00", "2026-04-15T19:01:00", 23400),
    ("2026-04-15T19:01:00", "2026-04-21T10:00:00", 81000),
    ("2026-05-07T10:00:00", "2026-05-13T10:00:00", 126000),
    ("2026-05-13T10:00:00", "2026-05-14T10:00:00", 25200),
    ("2026-05-14T10:00:00", "2026-05-14T11:00:00", 3600),
    ("2026-05-14T11:00:00", "2026-05-15T11:00:00", 25200),
    ("2026-05-15T11:00:00", "2026-05-15T15:00:00", 7200),
    ("2026-05-15T15:00:00", "2026-05-20T09:00:00", 61200),
    ("2026-05-20T09:00:00", "2026-05-20T10:00:00", 3600),
    ("2026-05-20T10:00:00", "2026-05-20T20:00:00", 19800),
    ("2026-06-18T17:29:00", "2026-06-23T10:00:00", 30660),
    ("2026-06-23T10:00:00", "2026-07-01T10:00:00", 151200),
    ("2026-07-01T10:00:00", "2026-07-10T10:00:00", 176400),
    ("2026-07-10T10:00:00", "2026-07-16T10:00:00", 100800),
    ("2026-07-16T10:00:00", "2026-07-27T10:00:00", 176400),
    ("2026-07-27T10:00:00", "2026-07-31T10:00:00", 100800),
    ("2026-07-31T10:00:00", "2026-08-08T00:00:00", 145800),
]

# limit, due before the pause, paused, resumed, due after it
PAUSES = [
    ("4 workhours", "2026-05-06T16:00", "2026-05-06T11:00", "2026-05-07T09:00", "2026-05-07T12:00"),
    ("15 workdays", "2026-05-26T17:30", "2026-05-06T11:00", "2026-05-07T09:00", "2026-05-27T17:30"),
    # within one day nothing moves
    ("3 workdays", "2026-05-11T17:30", "2026-05-07T10:00", "2026-05-07T17:00", "2026-05-11T17:30"),
    # what had run out: in hours it stays, in days as many days late as before
    ("4 workhours", "2026-05-11T11:00", "2026-05-12T09:00", "2026-05-20T09:00", "2026-05-11T11:00"),
    ("4 hours", "2026-05-11T11:00", "2026-05-12T09:00", "2026-05-20T09:00", "2026-05-11T11:00"),
    ("3 workdays", "2026-05-11T17:30", "2026-05-12T09:00", "2026-05-20T09:00", "2026-05-19T17:30"),
    # at the very instant of its due it had not run out yet
    ("4 workhours", "2026-05-11T11:00", "2026-05-11T11:00", "2026-05-12T09:00", "2026-05-12T09:00"),
    # paused on a Friday, resumed on a Sunday: no workday has passed; the make-up Saturday of 2026-05-09 is one
    ("5 workdays", "2026-03-20T17:30", "2026-03-13T11:00", "2026-03-15T09:00", "2026-03-20T17:30"),
    ("3 workdays", "2026-05-12T17:30", "2026-05-08T11:00", "2026-05-10T09:00", "2026-05-13T17:30"),
    # days move by days, and off a rest day: Friday 24:00 and two days is Sunday, so Monday 24:00
    ("7 days", "2026-03-14T00:00", "2026-03-09T11:00", "2026-03-11T09:00", "2026-03-17T00:00"),
    ("1 month", "2026-04-09T00:00", "2026-03-09T11:00", "2026-03-11T09:00", "2026-04-11T00:00"),
    ("30 hours", "2026-03-10T15:00", "2026-03-09T11:00", "2026-03-12T12:30", "2026-03-13T16:30"),
]

# due, extension, due after it
SHIFTS = [
    ("2026-05-11T17:30", "2 workdays", "2026-05-13T17:30"),
    ("2026-05-27T17:30", "2 workdays", "2026-05-29T17:30"),
    # over Spring Festival, whose make-up Saturday of 02-14 lies before it
    ("2026-02-13T17:30", "2 workdays", "2026-02-24T17:30"),
    # 24:00 of a day stays 24:00; of a Sunday, one workday later is Monday's
    ("2026-03-13T00:00", "1 workday", "2026-03-14T00:00"),
    ("2026-03-16T00:00", "1 workday", "2026-03-17T00:00"),
    ("2026-03-13T00:00", "2 days", "2026-03-17T00:00"),
    ("2026-03-13T00:00", "1 month", "2026-04-14T00:00"),
    ("2026-03-09T16:40", "1 workhour", "2026-03-10T08:40"),
    ("2026-03-09T16:40", "90 minutes", "2026-03-09T18:10"),
]

# start, limit, span, warning
WARNINGS = [
    ("2026-03-06T16:40", "15 workdays", "2 workdays", "2026-03-26T08:30"),
    ("2026-03-09T08:50", "3 workdays", "1 workday", "2026-03-12T08:30"),
    ("2026-06-18T17:29", "4 workhours", "1 workhour", "2026-06-22T11:29"),
    # an hour that a closing would end begins with the opening
    ("2026-03-09T08:30", "4 workhours", "30 minutes", "2026-03-09T14:00"),
    ("2026-03-09T09:00", "4 workhours", "1 workhour", "2026-03-09T14:00"),
    ("2026-02-13T15:00", "15 workdays", "2 workdays", "2026-03-11T08:30"),
    ("2026-03-05T09:00", "7 days", "1 day", "2026-03-12T00:00"),
    ("2026-03-05T09:00", "7 days", "1 workday", "2026-03-12T08:30"),
    ("2026-03-31T09:00", "2 months", "1 month", "2026-05-02T00:00"),
    ("2026-03-09T09:00", "30 hours", "6 hours", "2026-03-10T09:00"),
    ("2026-03-09T09:00", "10 hours", "20%", "2026-03-09T17:00"),
    # a fifth of the 27,000 s of 2026-03-09T17:00 to 03-10T17:30 is 5,400 s
    ("2026-03-09T17:00", "1 workday", "20%", "2026-03-10T16:00"),
    # never before the start
    ("2026-03-09T09:00", "1 workhour", "1 workday", "2026-03-09T09:00"),
    ("2026-03-09T09:00", "1 workhour", "3 workhours", "2026-03-09T09:00"),
    ("2026-03-09T09:00", "1 day", "1 month", "2026-03-09T09:00"),
]


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(("start", "limit", "due"), DUES)
def test_due(start: str, limit: str, due: str) -> None:
    found = SHAWAN.due(at(start), Duration.parse(limit))
    assert (found.at, found.provisional) == (at(due), False)


@pytest.mark.parametrize(("start", "end", "seconds"), HELD)
def test_working_time_held(start: str, end: str, seconds: int) -> None:
    assert SHAWAN.between(at(start), at(end)) == seconds


def test_working_time_held_less_the_pause() -> None:
    whole = SHAWAN.between(at("2026-05-06T10:00"), at("2026-05-07T10:00"))
    assert whole - SHAWAN.between(at("2026-05-06T11:00"), at("2026-05-07T09:00")) == 7200


@pytest.mark.parametrize(("limit", "due", "paused", "resumed", "moved"), PAUSES)
def test_pause(limit: str, due: str, paused: str, resumed: str, moved: str) -> None:
    assert SHAWAN.resume(Duration.parse(limit), at(due), at(paused), at(resumed)).at == at(moved)


def test_a_pause_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        SHAWAN.resume(Duration.parse("1 day"), at("2026-03-10"), at("2026-03-09"), at("2026-03-08"))


@pytest.mark.parametrize(("due", "by", "moved"), SHIFTS)
def test_extension(due: str, by: str, moved: str) -> None:
    assert SHAWAN.shift(at(due), Duration.parse(by)).at == at(moved)


@pytest.mark.parametrize(("start", "limit", "span", "warning"), WARNINGS)
def test_warning(start: str, limit: str, span: str, warning: str) -> None:
    assert SHAWAN.warn(at(start), Duration.parse(limit), parse_span(span)) == at(warning)


def test_a_pause_does_not_lengthen_a_share() -> None:
    start, limit, share = at("2026-05-06T10:00"), Duration.parse("4 workhours"), parse_span("25%")
    due = SHAWAN.resume(limit, at("2026-05-06T16:00"), at("2026-05-06T11:00"), at("2026-05-20T09:00")).at
    assert due == at("2026-05-20T12:00")
    assert SHAWAN.warn(start, limit, share, due=due) == at("2026-05-20T11:00")


def test_what_is_left() -> None:
    limit = Duration.parse("4 workhours")
    assert SHAWAN.left(limit, at("2026-05-06T16:00"), at("2026-05-06T11:00")) == 3 * 3600
    assert SHAWAN.left(limit, at("2026-05-06T16:00"), at("2026-05-07T09:30")) == -2.5 * 3600
    assert SHAWAN.left(Duration.parse("30 hours"), at("2026-05-06T16:00"), at("2026-05-06T11:00")) == 5 * 3600
