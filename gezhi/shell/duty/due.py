"""`gezhi duties due`: of each recurring duty how many objects there are, done and late, by area; in the database."""

import argparse
import csv
import os
import sys
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import msgspec

from gezhi.host.words import Trouble, language, say

if TYPE_CHECKING:
    from gezhi.duties.queries import Covered
    from gezhi.territory.models import Area

COLUMNS = ("duty", "area", "period", "due", "objects", "asked", "done", "left", "light")


def arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `due`."""
    command = actions.add_parser(
        "due",
        help="say how far the rounds of a day are, by duty",
        description="List the rounds of a day: duty, area, period, due, objects, asked, done, left, light. Sums of an "
        "area, never of persons.\n\n"
        "Example: gezhi duties due --on 2026-06-03 --area 511111102 --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--on", metavar="DATE", help="a day such as 2026-06-03; default: today, now")
    command.add_argument("--area", metavar="CODE", help="an area and what lies below; default: everything")
    command.add_argument("--json", action="store_true", help="JSON instead of CSV")
    command.set_defaults(do=_due)


def _due(options: argparse.Namespace) -> int:
    connect_database()
    now = _instant(options.on)
    from gezhi.duties import queries  # noqa: PLC0415  the database must be at hand first

    rows = [row for area in _areas(options.area, now) for row in _rows(area, queries.board(area, now))]
    if options.json:
        print(msgspec.json.encode(rows).decode())
    else:
        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    late = sum(row["light"] == "red" for row in rows)
    print(say(f"共 {len(rows)} 项，逾期 {late} 项。", f"{len(rows)} rounds, {late} late."), file=sys.stderr)
    return 0


def _rows(area: "Area", covered: "list[Covered]") -> list[dict[str, object]]:
    return [
        {
            "duty": one.planned.name, "area": area.code, "period": one.round.period, "due": one.round.due.isoformat(),
            "objects": one.sum.objects, "asked": one.asked, "done": one.done, "left": max(0, one.asked - one.done),
            "light": str(one.light),
        }
        for one in covered
    ]  # fmt: skip


def _areas(code: str | None, now: datetime) -> "list[Area]":
    from django.utils import timezone  # noqa: PLC0415

    from gezhi.territory import queries as territory  # noqa: PLC0415

    on = timezone.localdate(now)
    if code is None:
        return list(territory.areas(on).filter(parent=None).defer("boundary"))
    area = territory.by_code(code, on)
    if area is None:
        raise Trouble(f"没有代码为“{code}”的区域。", f"There is no area with the code “{code}”.")
    return [area]


def _instant(on: str | None) -> datetime:
    """Return the instant asked about: now, or noon of a day."""
    from django.utils import timezone  # noqa: PLC0415

    from gezhi.foundation import clock  # noqa: PLC0415

    if on is None:
        return clock.now()
    try:
        day = date.fromisoformat(on)
    except ValueError as bad:
        raise Trouble(f"“{on}”不是日期，请写成 2026-06-03。", f"“{on}” is not a date; write 2026-06-03.") from bad
    return datetime.combine(day, time(12), timezone.get_default_timezone())


def connect_database() -> None:
    """Make the database ready, in the language of who asks."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    from gezhi.host.prepare import connect  # noqa: PLC0415  the settings must stand first

    connect()
    from django.utils import translation  # noqa: PLC0415

    translation.activate(language())
