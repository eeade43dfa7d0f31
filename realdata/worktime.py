"""Working time against China's published calendar, Boston's targets and Baltimore's fixed numbers of days.

Boston counts working days from the moment: the same time of day so many working days later, a request out of hours from
the next opening; business from 08:30 to 17:00 without weekends and Massachusetts holidays. Its records cut off seconds.
"""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pyarrow import parquet

from gezhi.schemes.calendars import statutory
from gezhi.schemes.durations import Duration, Unit
from gezhi.schemes.worktime import Counting, WorkCalendar
from realdata.checks import Check, Row, at_least

NEW_YORK = ZoneInfo("America/New_York")
BOSTON = WorkCalendar.of(
    timezone="America/New_York", statutory_code="us-ma", hours=("08:30-17:00",), counting=Counting.MOMENT
)
TOLERANCE = timedelta(minutes=2)
LIMITS = {
    "Building Inspection Request": "3 workdays",
    "CE Collection": "1 workday",
    "Sign Repair": "10 workdays",
    "Equipment Repair": "5 workdays",
    # a year and ninety days of 24 hours, except that a change of the clock moves nothing
    "Sidewalk Repair (Internal)": "365 days",
    "Pavement Marking Maintenance": "90 days",
}

Request = dict[str, object]


def china_day_by_day(data: Path) -> Row:
    """Each day of 2004 to 2026: workday, weekend, holiday or make-up workday."""
    calendar, days, wrong = statutory("cn"), 0, []
    with (data / "cn_calendar" / "calendar_cn_2004_2026.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            days += 1
            day = calendar.day(date.fromisoformat(row["date"]))
            if (day.kind, day.kind.works) != (row["kind"], row["is_workday"] == "1") or day.provisional:
                wrong.append(row["date"])
    return Row(
        "China 2004–2026, day by day",
        "8,401 days alike",
        f"{days:,} days, {len(wrong)} differ",
        days == 8401 and not wrong,
    )


def china_where_sources_differ(data: Path) -> Row:
    """On the days on which four sources differ, the product follows `chinese-calendar`."""
    calendar, days, wrong = statutory("cn"), 0, 0
    with (data / "cn_calendar" / "disagreements.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            days += 1
            wrong += calendar.day(date.fromisoformat(row["date"])).kind.works != (row["chinese_calendar_1.11.0"] == "1")
    return Row(
        "China, days on which sources differ",
        "22 as chinese-calendar",
        f"{days} days, {wrong} differ",
        days == 22 and not wrong,
    )


def _boston_type(kind: str, bound: float) -> Check:
    limit = Duration.parse(LIMITS[kind])

    def check(data: Path) -> Row:
        targets = list(_targets(data, kind))
        hits = sum(_near(BOSTON.due(opened, limit).at, target) for opened, target in targets)
        return at_least(f"Boston: {kind}, {limit}", bound, hits, len(targets))

    return check


def boston_one_limit_a_type(data: Path) -> Row:
    """Each type has one limit, in working days or days, that gives its targets: the commonest is taken for it."""
    by_type = defaultdict(list)
    for request in _boston(data):
        if request["target_dt"]:
            by_type[request["type"]].append((_local(request["open_dt"]), _local(request["target_dt"])))
    hits = sum(max(Counter(limits_of(targets)).values(), default=0) for targets in by_type.values())
    total = sum(len(targets) for targets in by_type.values())
    return at_least(f"Boston: one limit for each of {len(by_type)} types", 0.95, hits, total)


def boston_overdue(data: Path) -> Row:
    """The city's own word, ONTIME or OVERDUE, against the close and the due time computed here."""
    hits = total = 0
    for request in _boston(data):
        if request["closed_dt"] and request["target_dt"] and request["type"] in LIMITS:
            limit = Duration.parse(LIMITS[str(request["type"])])
            late = _local(request["closed_dt"]) > BOSTON.due(_local(request["open_dt"]), limit).at
            hits += late == (request["ontime_status"] == "OVERDUE")
            total += 1
    return at_least(f"Boston: on time or overdue, {len(LIMITS)} types", 0.99, hits, total)


def boston_status(data: Path) -> Row:
    """The city's own word against its own target: how good the record itself is."""
    closed = [request for request in _boston(data) if request["closed_dt"] and request["target_dt"]]
    hits = sum(
        (_local(request["closed_dt"]) > _local(request["target_dt"])) == (request["ontime_status"] == "OVERDUE")
        for request in closed
    )
    return at_least("Boston: its own status against its own target", 0.998, hits, len(closed))


def baltimore_days(data: Path) -> Row:
    """Each type with a due date has one number of calendar days from its creation, at the same time of day."""
    calendar = WorkCalendar.of(timezone="America/New_York", counting=Counting.MOMENT)
    by_type = defaultdict(list)
    with gzip.open(data / "us311" / "baltimore_requests.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["DueDate"]:
                created, due = datetime.fromisoformat(row["CreatedDate"]), datetime.fromisoformat(row["DueDate"])
                by_type[row["SRType"]].append((created.replace(tzinfo=NEW_YORK), due.replace(tzinfo=NEW_YORK)))
    hits = 0
    for rows in by_type.values():
        days = Counter((due.date() - created.date()).days for created, due in rows).most_common(1)[0][0]
        hits += sum(calendar.due(created, Duration(days, Unit.DAYS)).at == due for created, due in rows)
    total = sum(len(rows) for rows in by_type.values())
    share = at_least(f"Baltimore: fixed days for each of {len(by_type)} types", 0.99, hits, total)
    return replace(share, ok=share.ok and len(by_type) == 209)


def limits_of(targets: list[tuple[datetime, datetime]]) -> Iterator[Duration]:
    """Give every limit in working days or days that leads from an opening to its target, for all of them."""
    for opened, target in targets:
        days = (target.date() - opened.date()).days
        workdays = BOSTON.workdays_between(opened.date(), target.date())
        # a request out of hours counts from the next opening, so its working days may be one fewer
        likely = [(days, Unit.DAYS), (workdays - 1, Unit.WORKDAYS), (workdays, Unit.WORKDAYS)]
        for amount, unit in likely:
            if amount > 0 and _near(BOSTON.due(opened, Duration(amount, unit)).at, target):
                yield Duration(amount, unit)


def _targets(data: Path, kind: str) -> Iterator[tuple[datetime, datetime]]:
    for request in _boston(data):
        if request["type"] == kind and request["target_dt"]:
            yield _local(request["open_dt"]), _local(request["target_dt"])


@lru_cache(maxsize=1)
def _boston(data: Path) -> list[Request]:
    columns = ["open_dt", "target_dt", "closed_dt", "ontime_status", "type"]
    requests: list[Request] = parquet.read_table(
        data / "us311" / "boston_requests_2015.parquet", columns=columns
    ).to_pylist()
    return requests


def _local(naive: object) -> datetime:
    assert isinstance(naive, datetime)
    return naive.replace(tzinfo=NEW_YORK)


def _near(due: datetime, target: datetime) -> bool:
    return abs(due - target) <= TOLERANCE


CHECKS: tuple[Check, ...] = (
    china_day_by_day,
    china_where_sources_differ,
    *(_boston_type(kind, 0.975) for kind in LIMITS),
    boston_one_limit_a_type,
    boston_overdue,
    boston_status,
    baltimore_days,
)
