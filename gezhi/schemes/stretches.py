"""At which hours of a day a duty is done: stretches such as `18:00-20:30`, which one an activity fills, when each ends.

A stretch lies within one local day. With one, everything that a round asks is done within it; with several, one
activity fills one stretch.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
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


def place_of(some: Sequence[Stretch], began: datetime, ended: datetime, zone: ZoneInfo) -> int:
    """Return which stretch of its day something belongs to: 1 for the first; 0 where it lies outside all of them.

    It is the first one that it has a part in: begun before that ended, and ended after that began.
    """
    day = began.astimezone(zone).date()
    for place, one in enumerate(some, 1):
        opens, closes = one.on(day, zone)
        if began < closes and (ended > opens or began >= opens):
            return place
    return 0
