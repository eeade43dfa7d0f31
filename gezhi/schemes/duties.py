"""What people must do again and again, as the plan writes it. When rounds fall due is reckoned in `rounds`."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from gezhi.schemes.model import UNSAID, Place
from gezhi.schemes.stretches import Stretch
from gezhi.schemes.text import Text

NOWHERE = Place()
ACTIVITIES = (
    "patrol", "visit", "inspection", "sweep", "verification", "training", "report", "meeting", "reception", "publicity",
)  # fmt: skip
PERIODS = ("day", "week", "half_month", "month", "quarter", "half_year", "year")
IF_HOLIDAY = ("same day", "next workday", "previous workday", "skip")
CLOSES = ("activity", "report", "signature")
PHOTOS = ("none", "after", "before_after")

_RATE = re.compile(r"\s*(\d{1,4})\s*(%?)\s+per\s+(\w+)\s*")
_SELECTION = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(?:\[(.*)\])?\s*", re.DOTALL)
_TEST = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(?:=\s*([^\s,()]+)|in\s*\(([^()]+)\))\s*")


class BadDuty(ValueError):
    """A rate or a selection that can't be read: what was written and what may be written."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh, en)


@dataclass(frozen=True, slots=True)
class Rate:
    """How often in a period: `2 per quarter`, or of how large a share of the objects: `50% per quarter`."""

    amount: int
    per: str
    share: bool = False

    @property
    def a_day(self) -> int:
        """How many each day asks for; 0 where it is not by the day, or of a share."""
        return self.amount if self.per == "day" and not self.share else 0

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read a rate; raise BadDuty when it is none."""
        found = _RATE.fullmatch(written)
        if found is None or found[3] not in PERIODS or not int(found[1]) or (found[2] and int(found[1]) > 100):
            raise BadDuty(
                f"“{written}”不是频次。请写成“2 per quarter”或“50% per quarter”，周期可用：{'、'.join(PERIODS)}。",
                f"“{written}” is not a rate. Write “2 per quarter” or “50% per quarter” by {', '.join(PERIODS)}.",
            )
        return cls(int(found[1]), found[3], bool(found[2]))


@dataclass(frozen=True, slots=True)
class Selection:
    """What a duty is about: areas of a level (`grid`) or entries of a register (`households[class = 3]`).

    `tests` are facets with the values that fit; all of them must.
    """

    of: str
    tests: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read a selection; raise BadDuty when it is none."""
        found = _SELECTION.fullmatch(written)
        inside = [one for one in re.split(r"\band\b", found[2] or "") if one.strip()] if found else []
        tests = [_TEST.fullmatch(one) for one in inside]
        if found is None or not all(tests) or (found[2] is not None and not tests):
            raise BadDuty(
                f"“{written}”不是对象。请写成“grid”“households[class = 3]”或“enterprises[grade in (A, B)]”。",
                f"“{written}” selects nothing. Write “grid”, “households[class = 3]”, “enterprises[grade in (A, B)]”.",
            )
        return cls(found[1], tuple(_test(one) for one in tests if one))

    def __str__(self) -> str:
        said = " and ".join(
            f"{facet} = {values[0]}" if len(values) == 1 else f"{facet} in ({', '.join(values)})"
            for facet, values in self.tests
        )
        return f"{self.of}[{said}]" if said else self.of


def _test(found: re.Match[str]) -> tuple[str, tuple[str, ...]]:
    listed = found[2] or found[3]
    return found[1], tuple(one.strip().strip("\"'") for one in listed.split(","))


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the plan with dates, both included; duties may belong to phases (P13.1)."""

    id: str
    title: Text
    first: date
    last: date
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """A recurring obligation.

    `who`: posts; several take part together (`together`), else any of them does it. `of`: what it is about.
    Either `rate` (at least so often, or of so large a share, per period) or `on` (an RFC 5545 rule for the days) or
    `starts_on` (events: a follow-up's name, `entry:REGISTER` for a new entry) with `within` says when.
    `hours`: at which hours of a day; one stretch for all that a round asks, or one for each activity that a day asks.
    `verifies`: the duty whose activities are confirmed, never by whoever did them. `closes`: what ends a round: as many
    activities as it asks for, a written report (`nil`: also to say that there is nothing), or the signature of
    `signed_by`. `received_by`: the post that a report goes to, where that is not the superior's. `minutes` is what one
    takes, for the check of whether the posts have the hours. `notice`: how long ahead residents read that it takes
    place, where it has its day (`on`) and its area.
    """

    id: str
    title: Text
    activity: str
    who: tuple[str, ...]
    of: Selection
    rate: Rate | None = None
    on: str = ""
    if_holiday: str = "same day"
    hours: tuple[Stretch, ...] = ()
    starts_on: tuple[str, ...] = ()
    within: str = ""
    notice: str = ""
    phases: tuple[str, ...] = ()
    together: bool = False
    verifies: str = ""
    form: str = ""
    closes: str = "activity"
    signed_by: str = ""
    received_by: str = ""
    nil: bool = False
    on_site: bool = False
    photos: str = "none"
    items: tuple[str, ...] = ()
    minutes: int = 0
    note: Text = UNSAID
    clause: str = ""
    place: Place = NOWHERE

    @property
    def a_day(self) -> int:
        """How many each day asks for; 0 where it is not by the day, or of a share."""
        return self.rate.a_day if self.rate else 0
