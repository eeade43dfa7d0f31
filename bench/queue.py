"""Measure the desk's reads over a seeded database: `python -m bench.queue` (see bench.seed).

Prints, per person and page: queries, median and 95th percentile of the server's time in milliseconds over `--times`
runs. Each run has a fresh account object, as a request has. Run it on a database of 100,000 and on one of 1,000,000
cases side by side.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
django.setup()

from django.db import connection  # noqa: E402  Django first
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.seed import NOW  # noqa: E402
from gezhi.cases import operations, queries  # noqa: E402
from gezhi.cases.models import Case, Hold  # noqa: E402
from gezhi.people.models import Account  # noqa: E402
from gezhi.schemes.state import Light  # noqa: E402

type Page = Callable[[Account], object]


def pages() -> dict[str, Page]:
    """Return what is measured, by name."""
    wet = queries.Filter(text="积水")
    red = queries.Filter(light=Light.RED)

    def desk(account: Account) -> object:
        page = queries.queue(account=account, now=NOW)
        return page, queries.counts(account=account, now=NOW)

    def deep(account: Account) -> object:
        cursor = queries.queue(account=account, now=NOW).next
        return queries.queue(account=account, now=NOW, cursor=cursor) if cursor else None

    numbers: dict[str, str] = {}

    def case(account: Account) -> object:
        if account.username not in numbers:
            rows = queries.queue(account=Account.objects.get(pk=account.pk), now=NOW, size=1).rows
            numbers[account.username] = rows[0].case.number if rows else ""
        number = numbers[account.username]
        return queries.case_page(account=account, number=number, now=NOW) if number else None

    return {
        "queue and counts": desk,
        "red only": lambda account: queries.queue(account=account, now=NOW, wanted=red),
        "second page": deep,
        "words in the queue": lambda account: queries.queue(account=account, now=NOW, wanted=wet),
        "all cases": lambda account: queries.cases(account=account, now=NOW),
        "search a word": lambda account: queries.search(account=account, query="井盖破损", now=NOW),
        "case page": case,
    }


def measure(account: Account, page: Page, times: int) -> tuple[int, float, float]:
    """Return queries, median and 95th percentile in milliseconds."""
    taken = []
    for _ in range(times + 3):
        fresh = Account.objects.get(pk=account.pk)
        began = time.perf_counter()
        page(fresh)
        taken.append((time.perf_counter() - began) * 1000)
    taken = sorted(taken[3:])
    with CaptureQueriesContext(connection) as captured:
        page(Account.objects.get(pk=account.pk))
    return len(captured) - 1, statistics.median(taken), taken[int(len(taken) * 0.95) - 1]


def sweeper(times: int) -> tuple[float, float]:
    """Return median and 95th percentile of a sweep with nothing due, in milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        swept = operations.sweep(now=NOW)
        taken.append((time.perf_counter() - began) * 1000)
        if swept.cases:
            raise SystemExit(f"{swept.cases} cases were due: sweep until none is, then measure")
    taken.sort()
    return statistics.median(taken), taken[int(len(taken) * 0.95) - 1]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=60)
    options = parser.parse_args()
    out: Callable[[str], Any] = sys.stdout.write
    rows = Case.objects.unscoped(reason="the size of the database")
    out(f"{rows.count():,} cases, {rows.filter(closed_at=None).count():,} open, {Hold.objects.count():,} holds\n")
    while operations.sweep(now=NOW, limit=2000).cases:
        continue
    for account in Account.objects.filter(username__startswith="bench_").order_by("username"):
        for name, page in pages().items():
            count, median, high = measure(account, page, options.times)
            out(f"{account.username:22} {name:20} {count:3} queries  median {median:7.1f} ms  p95 {high:7.1f} ms\n")
    median, high = sweeper(options.times)
    out(f"{'sweeper':22} {'nothing due':20}              median {median:7.2f} ms  p95 {high:7.2f} ms\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
