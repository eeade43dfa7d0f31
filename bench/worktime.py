"""How many due times and spans of working time a core computes in a second of its own time.

Example: python -m bench.worktime
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from gezhi.schemes.durations import Duration, parse_span
from gezhi.schemes.worktime import Counting, WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn", hours=("08:30-12:00", "14:00-17:30"))
LIMITS = ("30 minutes", "4 workhours", "3 workdays", "7 days", "2 months")
ROUNDS, CALLS = 5, 20_000

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured and how many of it a second (median of the rounds)."""

    name: str
    per_second: float


def figures() -> list[Figure]:
    """Measure everything, over starts scattered through three years."""
    chance = random.Random(1)
    spans = [_span(chance) for _ in range(CALLS)]
    measured = [_first_question()]
    measured += [_due(written, spans) for written in LIMITS]
    limit, warning = Duration.parse("3 workdays"), parse_span("1 workday")
    measured += [
        _measure("due, 3 workdays from the moment", spans, lambda span: CALENDAR.due(span[0], limit, Counting.MOMENT)),
        _measure("between, up to three years", spans, lambda span: CALENDAR.between(*span)),
        _measure("warning", spans, lambda span: CALENDAR.warn(span[0], limit, warning)),
    ]
    return measured


def main() -> None:
    """Print the figures."""
    table = Table("working time", "per second", title="One core")
    for figure in figures():
        table.add_row(figure.name, f"{figure.per_second:,.0f}")
    Console().print(table)


def _span(chance: random.Random) -> Span:
    start = datetime(2024, 1, 1, tzinfo=SHANGHAI) + timedelta(seconds=chance.randrange(3 * 365 * 86_400))
    return start, start + timedelta(seconds=chance.randrange(3 * 365 * 86_400))


def _due(written: str, spans: list[Span]) -> Figure:
    limit = Duration.parse(written)
    return _measure(f"due, {written}", spans, lambda span: CALENDAR.due(span[0], limit))


def _measure(name: str, spans: list[Span], question: Callable[[Span], object]) -> Figure:
    rates = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for span in spans:
            question(span)
        rates.append(len(spans) / (time.process_time() - began))
    return Figure(name, median(rates))


def _first_question() -> Figure:
    """The first question of a new calendar builds its tables."""
    began = time.process_time()
    calendar = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn", hours=("08:30-12:00", "14:00-17:30"))
    calendar.due(datetime(2026, 3, 4, tzinfo=SHANGHAI), Duration.parse("3 workdays"))
    return Figure("new calendars with their first question", 1 / (time.process_time() - began))


if __name__ == "__main__":
    main()
