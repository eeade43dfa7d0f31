"""Rounds over a district's households: `python -m gezhi.host.throwaway --durable -- python -m bench.duties`.

Seeds so many households by COPY, and visits to half of them (some of them twice), then asks what offices ask: who has
not been visited this quarter, as a count, as the first and a later page of a list, by grid; and what one worker owes.
Median and slowest of several askings, in milliseconds.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
django.setup()

from django.db import connection  # noqa: E402  Django first

from bench import seed  # noqa: E402
from bench.ground import SCHEME, tables  # noqa: E402
from gezhi.duties import plans, queries  # noqa: E402
from gezhi.duties.models import Activity  # noqa: E402
from gezhi.duties.queries import sums  # noqa: E402
from gezhi.duties.queries.sums import Scope, Wanted  # noqa: E402
from gezhi.foundation.ids import uuid7  # noqa: E402
from gezhi.people.models import Account  # noqa: E402
from gezhi.registers.models import Entry  # noqa: E402
from gezhi.territory.models import Area  # noqa: E402

DUTY = "visit_class_3"
# A day late in a quarter, when most is done.
NOW = datetime(2026, 6, 24, 2, 0, tzinfo=UTC)

type Ask = Callable[[], object]


def main(words: list[str] | None = None) -> int:
    """Seed, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=500_000)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--small", action="store_true", help="a quick look: 20,000 households")
    options = parser.parse_args(words)
    count, times = (20_000, 3) if options.small else (options.households, options.times)
    tables()
    ground = seed.ground(SCHEME)
    _seed(ground, count)
    district = Area.objects.get(parent=None)
    planned = plans.find(f"{SCHEME}.{DUTY}", date(2026, 6, 24))
    one = planned.round_on(date(2026, 6, 24)) if planned else None
    if planned is None or one is None:
        sys.stderr.write(f"The scheme has no duty {DUTY}.\n")
        return 2
    scope = Scope(planned, one, district.path, date(2026, 6, 24))
    found = sums.total(scope)
    print(f"{found.objects} households, {found.done} done, {found.left} not visited often enough this quarter")
    page = sums.objects(scope, Wanted())[-1]
    worker = Account.objects.filter(appointments__post="grid_worker").order_by("username").first()
    asks: dict[str, Ask] = {
        "count of the whole district": lambda: sums.total(scope),
        "first page of the list": lambda: sums.objects(scope, Wanted()),
        "next page": lambda: sums.objects(scope, Wanted(after=(page.area_path, page.id))),
        "by grid": lambda: sums.by_area(scope),
        "the board of all duties": lambda: queries.board(district, NOW),
    }
    if worker is not None:
        asks["what one worker owes"] = lambda: queries.due(account=Account.objects.get(pk=worker.pk), now=NOW)
    for name, ask in asks.items():
        took = list(_timed(ask, times))
        print(f"{name:32} median {statistics.median(took):8.1f} ms   slowest {max(took):8.1f} ms")
    return 0


def _timed(ask: Ask, times: int) -> Iterator[float]:
    ask()
    for _ in range(times):
        began = time.perf_counter()
        ask()
        yield (time.perf_counter() - began) * 1000


def _seed(ground: seed.Ground, count: int) -> None:
    """Write households and visits by COPY."""
    grids = [line[2] for line in ground.lines]
    version = plans.in_force(date(2026, 6, 24))[0].version
    worker = Account.objects.filter(appointments__post="grid_worker").first() or Account.objects.all()[0]
    ids = [uuid7() for _ in range(count)]
    opened = NOW - timedelta(days=300)
    entries = [
        (
            pk, "households", f"{grids[n % len(grids)].code}-H{n:07}", f"户{n}", "清溪路", grids[n % len(grids)].pk,
            grids[n % len(grids)].path, '{"class": "3"}', "{}", b"", "{}", 1, "active", "", opened, opened, 0, False,
            "", "",
        )
        for n, pk in enumerate(ids)
    ]  # fmt: skip
    _copy(
        Entry._meta.db_table,
        "id register code name address area_id area_path facets data sealed sides version state form_print opened_at"
        " changed_at waiting care purpose basis",
        entries,
    )
    visits: Iterator[tuple[Any, ...]] = (
        (
            uuid7(), f"bench:{n}:{turn}", SCHEME, version, DUTY, "visit", grids[n % len(grids)].pk,
            grids[n % len(grids)].path, pk, "", False, date(2026, 4, 1) + timedelta(days=(n + turn * 11) % 84), NOW,
            NOW, NOW, NOW, worker.pk, "bench", [], "", "", "{}", b"", "[]", "", False, [], 0, True, 1, 1, b"",
        )
        for n, pk in enumerate(ids)
        if n % 2
        for turn in range(2 if n % 3 else 1)
    )  # fmt: skip
    _copy(
        Activity._meta.db_table,
        "id key scheme scheme_version_id duty kind area_id area_path entry_id entry_name guarded day began ended"
        " recorded_at changed_at account_id desk_key others form form_print answers sealed faults remarks nil marks"
        " found counts version log_seq log_head",
        visits,
    )
    with connection.cursor() as cursor:
        cursor.execute(f"vacuum analyze {Entry._meta.db_table}, {Activity._meta.db_table}")


def _copy(table: str, columns: str, rows: Any) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {table} ({', '.join(columns.split())}) from stdin") as out:
        for row in rows:
            out.write_row(row)


if __name__ == "__main__":
    sys.exit(main())
