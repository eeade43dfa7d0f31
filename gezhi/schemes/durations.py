"""Limits as a plan writes them: `30 minutes`, `4 workhours`, `3 workdays`, `2 months`; of a limit a share: `20%`."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from gezhi.schemes.text import Text


class Unit(StrEnum):
    """What a limit is counted in."""

    MINUTES = "minutes"
    HOURS = "hours"
    WORKHOURS = "workhours"
    DAYS = "days"
    WORKDAYS = "workdays"
    MONTHS = "months"

    @property
    def by_clock(self) -> bool:
        """Whether it is counted in seconds of the ordinary clock."""
        return self in (Unit.MINUTES, Unit.HOURS)

    @property
    def by_seconds(self) -> bool:
        """Whether it begins at once and is counted in seconds (of the clock or of working time), not by days."""
        return self.by_clock or self is Unit.WORKHOURS

    @property
    def in_working_time(self) -> bool:
        """Whether only working time counts."""
        return self in (Unit.WORKHOURS, Unit.WORKDAYS)


# a limit of more than a hundred years is a slip of the pen, and would leave the years that a calendar can hold
_MOST = {
    Unit.MINUTES: 52_560_000,
    Unit.HOURS: 876_000,
    Unit.WORKHOURS: 876_000,
    Unit.DAYS: 36_500,
    Unit.WORKDAYS: 36_500,
    Unit.MONTHS: 1_200,
}
_CHINESE = {
    Unit.MINUTES: "分钟",
    Unit.HOURS: "小时",
    Unit.WORKHOURS: "个工作小时",
    Unit.DAYS: "天",
    Unit.WORKDAYS: "个工作日",
    Unit.MONTHS: "个月",
}
_SECONDS = {Unit.MINUTES: 60, Unit.HOURS: 3600, Unit.WORKHOURS: 3600}
_WRITTEN = re.compile(r"\s*([0-9]{1,9})\s*(minute|hour|workhour|day|workday|month)s?\s*", re.ASCII)
_PERCENT = re.compile(r"\s*([0-9]{1,2})\s*%\s*", re.ASCII)


class BadDuration(ValueError):
    """A limit that can't be read: what was written and what may be written, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh=zh, en=en)


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number of one unit; none at all means at once, or the same day (`0 workdays`: before business stops)."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 0 <= self.amount <= _MOST[self.unit]:
            most = _MOST[self.unit]
            raise BadDuration(
                f"时限“{self}”超出范围：应为 0 到 {most} {_CHINESE[self.unit]}。",
                f"The limit “{self}” is out of range: 0 to {most} {self.unit} are allowed.",
            )

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read `3 workdays` (or `1 workday`); raise BadDuration saying what is allowed."""
        found = _WRITTEN.fullmatch(written)
        if found is None:
            raise BadDuration(
                f"无法识别时限“{written}”：请写整数加单位，例如 30 minutes（分钟）、4 workhours（工作小时）、"
                "30 hours（小时）、3 workdays（工作日）、7 days（自然日）、2 months（月）。",
                f"Can't read the limit “{written}”: write a whole number and a unit, such as 30 minutes, 4 workhours, "
                "30 hours, 3 workdays, 7 days or 2 months.",
            )
        return cls(int(found[1]), Unit(found[2] + "s"))

    def __str__(self) -> str:
        """Return the limit as a plan writes it: `1 workday`, `3 workdays`."""
        return f"{self.amount} {self.unit[:-1] if self.amount == 1 else self.unit}"

    @property
    def seconds(self) -> int:
        """Seconds of the clock or of working time, for the units counted so; a limit counted by days has none."""
        if not self.unit.by_seconds:
            raise ValueError(f"{self} is counted by days")
        return self.amount * _SECONDS[self.unit]

    @property
    def text(self) -> Text:
        """The limit in words: 3个工作日, 3 workdays."""
        return Text(zh=f"{self.amount}{_CHINESE[self.unit]}", en=str(self))


@dataclass(frozen=True, slots=True)
class Share:
    """The last part of a limit, in per cent (1 to 99)."""

    percent: int

    def __post_init__(self) -> None:
        if not 1 <= self.percent <= 99:
            raise BadDuration(
                f"提醒比例“{self}”超出范围：应为 1% 到 99%。",
                f"The share “{self}” is out of range: 1% to 99% are allowed.",
            )

    def __str__(self) -> str:
        """Return the share as a plan writes it: `20%`."""
        return f"{self.percent}%"

    @property
    def text(self) -> Text:
        """The share in words."""
        return Text(zh=f"最后{self.percent}%的时限", en=f"the last {self.percent}% of the limit")


Span = Duration | Share


def parse_span(written: str) -> Span:
    """Read the span of a warning: a duration (`1 workday`) or a share of the limit (`20%`); raise BadDuration."""
    found = _PERCENT.fullmatch(written)
    if found is not None:
        return Share(int(found[1]))
    try:
        span = Duration.parse(written)
    except BadDuration as bad:
        raise BadDuration(
            f"{bad.text.zh}提醒也可写比例，例如 20%。", f"{bad.text.en} A warning may also be a share, such as 20%."
        ) from bad
    if span.amount == 0:
        raise BadDuration(
            f"提醒“{written}”无效：至少为 1。", f"A warning of “{written}” is none: it must be at least 1."
        )
    return span
