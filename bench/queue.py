"""The desk at 100,000 and at 1,000,000 cases: `python -m gezhi.host.throwaway --durable -- python -m bench.queue`.

Real pages through every layer (session, rights, queries, template), asked by four people from the grid to the
district: the queue by light, its second page, a word in it, a case with its log and buttons. Then the reads below a
page by themselves, and a sweep with nothing due. Per size: queries, median and 95th percentile of the server's time,
side by side with how they grow. An empty database is seeded (see `bench.seed`); one that has cases is measured as it
is. The clock stands still at the moment that the seeding ends at.
"""

import argparse
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
django.setup()

from django.db import connection  # noqa: E402  Django first
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench import seed  # noqa: E402
from bench.ground import SCHEME, tables  # noqa: E402
from gezhi.cases import operations, queries  # noqa: E402
from gezhi.cases.models import Case  # noqa: E402
from gezhi.foundation import clock  # noqa: E402
from gezhi.people.models import Account  # noqa: E402

SIZES, SMALL_SIZES = (100_000, 1_000_000), (5_000, 20_000)
_SECOND = re.compile(r'href="(/desk/\?[^"]*after=[^"]+)"')
_CASE = re.compile(r'href="(/desk/case/[0-9-]+)"')
_WARM_UP = 3

type Ask = Callable[[], object]


@dataclass(frozen=True)
class Taken:
    """What was measured of one page: queries, median and 95th percentile in milliseconds."""

    count: int
    median: float
    high: float


def main(words: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=60)
    parser.add_argument("--small", action="store_true", help="a quick look: 5,000 and 20,000 cases, less often")
    options = parser.parse_args(words)
    sizes, times, drafts = (SMALL_SIZES, 15, 60) if options.small else (SIZES, options.times, seed.TEMPLATES)
    tables()
    found: dict[int, dict[str, Taken]] = {}
    for size in _sizes(sizes, drafts):
        with mock.patch.object(clock, "now", return_value=seed.NOW):
            found[size] = measured(times)
    _print(found)
    return 0


def _sizes(sizes: tuple[int, ...], drafts: int) -> Iterator[int]:
    """Bring the database to each size in turn; one that has cases already stays at its own."""
    there = Case.objects.unscoped(reason="the size of the database").count()
    if there:
        yield there
        return
    rows = seed.rows_of(SCHEME, drafts, sizes[-1], seed.OPEN_SHARE)
    for before, size in zip((0, *sizes), sizes, strict=False):
        seed.add(rows, size - before)
        yield size


def measured(times: int) -> dict[str, Taken]:
    """Ask for every page; return what each took, by person and page."""
    while operations.sweep(now=seed.NOW, limit=2000).cases:
        continue
    found = {}
    for account in Account.objects.filter(username__startswith="bench_").order_by("username"):
        for name, ask in (pages(account) | reads(account)).items():
            found[f"{account.username.removeprefix('bench_'):14} {name}"] = taken(ask, times)
    found["the sweeper, nothing due"] = taken(_sweep, times)
    return found


def pages(account: Account) -> dict[str, Ask]:
    """Return the pages of the desk as a browser asks for them."""
    browser = Client(headers={"accept-language": "zh-hans"})
    browser.force_login(account)

    def ask(address: str) -> str:
        answer = browser.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} as {account.username}: {answer.status_code}")
        return answer.text

    first = ask("/desk/")
    addresses = {"page: queue": "/desk/", "page: a word in it": "/desk/?q=积水"}
    if second := _SECOND.search(first):
        addresses["page: second of it"] = second[1].replace("&amp;", "&")
    if case := _CASE.search(first):
        addresses["page: case"] = case[1]
    return {name: lambda address=address: ask(address) for name, address in addresses.items()}  # type: ignore[misc]


def reads(account: Account) -> dict[str, Ask]:
    """Return reads below pages. Each has a fresh account object, as a request has."""

    def fresh() -> Account:
        return Account.objects.get(pk=account.pk)

    return {
        "read: queue": lambda: queries.queue(account=fresh(), now=seed.NOW),
        "read: counts": lambda: queries.counts(account=fresh(), now=seed.NOW),
        "read: all cases": lambda: queries.cases(account=fresh(), now=seed.NOW),
        "read: search": lambda: queries.search(account=fresh(), query="井盖破损", now=seed.NOW),
    }


def taken(ask: Ask, times: int) -> Taken:
    """Ask so many times, warmed up; then once more to count the queries."""
    spent = []
    for _ in range(times + _WARM_UP):
        began = time.perf_counter()
        ask()
        spent.append(1000 * (time.perf_counter() - began))
    spent = sorted(spent[_WARM_UP:])
    with _counted() as captured:
        ask()
    return Taken(len(captured), statistics.median(spent), spent[min(len(spent) - 1, int(len(spent) * 0.95))])


@contextmanager
def _counted() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as captured:
        yield captured


def _sweep() -> None:
    if operations.sweep(now=seed.NOW).cases:
        raise SystemExit("cases were due that should have been swept before")


def _print(found: dict[int, dict[str, Taken]]) -> None:
    out = sys.stdout.write
    sizes = list(found)
    out(f"\n{'milliseconds':40}" + "".join(f"{size:>12,} cases {'':14}" for size in sizes) + "\n")
    for name in found[sizes[-1]]:
        line = [found[size].get(name) for size in sizes]
        words = [f"{one.count:3} queries {one.median:7.1f} p95 {one.high:7.1f}  " if one else " " * 34 for one in line]
        growth = f"p95 x{line[-1].high / line[0].high:.2f}" if len(line) > 1 and line[0] and line[-1] else ""
        out(f"{name:40}{''.join(words)}{growth}\n")


if __name__ == "__main__":
    raise SystemExit(main())
