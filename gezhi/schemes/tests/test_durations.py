"""Limits as written: what is read, what is refused and how it is said."""

import pytest

from gezhi.schemes.durations import BadDuration, Duration, Share, Unit, parse_span

READ = [
    ("30 minutes", 30, Unit.MINUTES, "30分钟"),
    ("1 minute", 1, Unit.MINUTES, "1分钟"),
    ("30 hours", 30, Unit.HOURS, "30小时"),
    ("4 workhours", 4, Unit.WORKHOURS, "4个工作小时"),
    ("1 workday", 1, Unit.WORKDAYS, "1个工作日"),
    (" 15  workdays ", 15, Unit.WORKDAYS, "15个工作日"),
    ("7days", 7, Unit.DAYS, "7天"),
    ("2 months", 2, Unit.MONTHS, "2个月"),
]


@pytest.mark.parametrize(("written", "amount", "unit", "chinese"), READ)
def test_read(written: str, amount: int, unit: Unit, chinese: str) -> None:
    limit = Duration.parse(written)
    assert limit == Duration(amount, unit)
    assert limit.text.zh == chinese
    assert Duration.parse(str(limit)) == limit


def test_one_is_said_in_the_singular() -> None:
    assert [str(Duration(n, Unit.WORKDAYS)) for n in (1, 2)] == ["1 workday", "2 workdays"]


@pytest.mark.parametrize(
    "written",
    ["", "3", "workdays", "3 weeks", "1.5 hours", "-1 days", "3 工作日", "3 workdays!", "３ days", "3 days 2 hours"],
)
def test_unreadable_limits_say_what_is_allowed(written: str) -> None:
    with pytest.raises(BadDuration) as refused:
        Duration.parse(written)
    assert written in refused.value.text.zh
    for allowed in ("30 minutes", "4 workhours", "30 hours", "3 workdays", "7 days", "2 months"):
        assert allowed in refused.value.text.zh
        assert allowed in refused.value.text.en


@pytest.mark.parametrize(
    ("written", "bound"), [("36501 days", "0"), ("36501 workdays", "36500"), ("1201 months", "1200")]
)
def test_limits_out_of_range_say_the_range(written: str, bound: str) -> None:
    with pytest.raises(BadDuration) as refused:
        Duration.parse(written)
    assert bound in refused.value.text.zh
    assert bound in refused.value.text.en


def test_seconds_of_what_is_counted_in_hours() -> None:
    assert [Duration.parse(limit).seconds for limit in ("30 minutes", "2 hours", "4 workhours")] == [1800, 7200, 14400]


def test_a_limit_by_days_has_no_seconds() -> None:
    with pytest.raises(ValueError, match="3 workdays is counted by days"):
        _ = Duration.parse("3 workdays").seconds


def test_spans_are_durations_or_shares() -> None:
    assert parse_span("1 workday") == Duration(1, Unit.WORKDAYS)
    assert parse_span(" 20 % ") == Share(20)
    assert str(Share(20)) == "20%"
    assert Share(20).text.zh == "最后20%的时限"


@pytest.mark.parametrize("written", ["0%", "100%", "a fifth", "20"])
def test_bad_spans_are_refused(written: str) -> None:
    with pytest.raises(BadDuration) as refused:
        parse_span(written)
    assert "%" in refused.value.text.zh
    assert "%" in refused.value.text.en


def test_a_warning_is_not_none() -> None:
    assert Duration.parse("0 days") == Duration(0, Unit.DAYS)
    with pytest.raises(BadDuration, match="0 days"):
        parse_span("0 days")
