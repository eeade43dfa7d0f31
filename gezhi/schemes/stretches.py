"""At which hours of a day a duty is done: stretches such as `18:00-20:30`, which one an activity fills, when each ends.

A stretch lies within one local day. With one, everything that a round asks is done within it; with several, one
activity fills one stretch.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo

from gezhi.schemes.text import Text

_DAY = 24 * 60
_WRITTEN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)


class BadStretch(ValueError):
    """Hours that can't be read: what was written and what may be written."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh, en)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a local day, in minutes from its midnight; the last one may end with the day, at 24:00."""

    opens: int
    closes: int

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read `18:00-20:30`; raise BadStretch when it is none."""
        found = _WRITTEN.fullmatch(written.strip())
        opens, closes = (int(found[n]) * 60 + int(found[n + 1]) for n in (1, 3)) if found else (0, 0)
        if not 0 <= opens < closes <= _DAY:
            raise BadStretch(
                f"“{written}”不是时段。请写成“18:00-20:30”，须在同一天之内，止于 24:00，不能跨夜。",
                f"“{written}” is no stretch of a day. Write “18:00-20:30”; it lies within one day, ends at 24:00 at "
                "the latest and never passes midnight.",
            )
        return cls(opens, closes)

    @property
    def minutes(self) -> int:
        """How long it is."""
        return self.closes - self.opens

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes)}"

    @property
    def text(self) -> Text:
        """The stretch in words; figures read alike in every language."""
        return Text(said := f"{_clock(self.opens)}–{_clock(self.closes)}", said)

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return from when to when it is on a day."""
        return _moment(day, self.opens, zone), _moment(day, self.closes, zone)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    if minutes == _DAY:
        return datetime.combine(day + timedelta(days=1), time(), zone)
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone)


def faults(some: Sequence[Stretch], *, a_day: int, minutes: int = 0) -> Iterator[tuple[str, Text]]:
    """Yield what is wrong with the hours of a duty that asks for so many a day (0: not by the day), so long each."""
    if any(following.opens < one.closes for one, following in pairwise(some)):
        said = "、".join(map(str, some))
        yield (
            "hours_overlap",
            Text(
                f"时段须按先后排列且不得重叠；这里写了 {said}。",
                f"Stretches stand in order and never overlap; this has {said.replace('、', ', ')}.",
            ),
        )
    if (many := len(some)) > 1 and a_day != many:
        yield (
            "hours_without_rate",
            Text(
                f'写了 {many} 个时段，每个时段做一次，频次须写 at_least = "{many} per day"；否则只写一个时段。',
                f"{many} stretches are filled by one each: write at_least = “{many} per day”, or one stretch only.",
            ),
        )
    if short := next((one for one in some if one.minutes < minutes), None):
        yield (
            "hours_too_short",
            Text(
                f"时段 {short} 只有 {short.minutes} 分钟，一次却要 {minutes} 分钟（minutes）。",
                f"The stretch {short} has {short.minutes} minutes, and one takes {minutes} (minutes).",
            ),
        )


def places_of(some: Sequence[Stretch], began: datetime, ended: datetime, zone: ZoneInfo) -> tuple[int, ...]:
    """Return which stretches of its day something has a part in: 1 for the first; none where it lies outside all.

    It has a part in what it was begun before the end of, and ended after the beginning of.
    """
    day = began.astimezone(zone).date()
    spans = [one.on(day, zone) for one in some]
    return tuple(
        n for n, (opens, closes) in enumerate(spans, 1) if began < closes and (ended > opens or began >= opens)
    )


def place_of(some: Sequence[Stretch], began: datetime, ended: datetime, zone: ZoneInfo) -> int:
    """Return the first stretch of its day that something has a part in; 0 where it lies outside all of them."""
    return next(iter(places_of(some, began, ended, zone)), 0)
