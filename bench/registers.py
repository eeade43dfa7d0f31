"""Registers at 1,000,000 entries: `python -m gezhi.host.throwaway --durable -- python -m bench.registers`.

Seeds households by COPY over the demo district's 204 grids, then asks as somebody of the district, of a village and of
a grid: first and far pages of the list, by area and facet, and searches by name, address, pinyin, code and telephone.
Prints median and 95th percentile in milliseconds; --explain prints the plans of what is slower than 50 ms.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
django.setup()

from django.db import connection  # noqa: E402  Django first
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.ground import LONG_AGO, prepare  # noqa: E402
from gezhi.foundation.ids import uuid7  # noqa: E402
from gezhi.foundation.words import sound, stored  # noqa: E402
from gezhi.people import operations as people  # noqa: E402
from gezhi.people.models import Account  # noqa: E402
from gezhi.registers import queries  # noqa: E402
from gezhi.registers.models import Entry, EntryKey, EntryWords  # noqa: E402
from gezhi.registers.queries import Wanted  # noqa: E402
from gezhi.registers.values import phone_digest  # noqa: E402
from gezhi.territory import queries as territory  # noqa: E402
from gezhi.territory.models import Area  # noqa: E402

NOW = datetime(2026, 6, 3, 2, tzinfo=UTC)
GOAL_MS = 50.0
FAMILY = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高梁郑谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任"
GIVEN = ("秀英", "建国", "桂芳", "志强", "晓东", "海燕", "文斌", "春梅", "明辉", "玉兰", "立新", "小红", "国庆", "丽华")
ROADS = ("滨河路", "铜河路", "绥山路", "沫水街", "文昌街", "石龙巷", "新华路", "轸溪街", "果园路", "解放街")
_INDEXES = ("entry_words_in", "entry_heard_in")

type Ask = Callable[[], object]


def main(words: list[str] | None = None) -> int:
    """Seed, measure, print; exit code 1 when something is slower than the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--small", action="store_true", help="a quick look: 20,000 entries")
    parser.add_argument("--explain", action="store_true", help="print the plans of what is slow")
    options = parser.parse_args(words)
    count = 20_000 if options.small else options.entries
    prepare()
    grids = list(territory.areas().filter(level="grid").order_by("path"))
    began = time.monotonic()
    seed(grids, count)
    print(f"{count:,} entries in {time.monotonic() - began:.0f} s")
    slow = 0
    print(f"{'as whom':10} {'what':34} {'queries':>7} {'median':>8} {'95 %':>8}  ms")
    for name, account in _people(grids).items():
        for what, ask in reads(account, grids).items():
            queries_asked, median, high = taken(ask, options.times)
            slow += median > GOAL_MS
            print(f"{name:10} {what:34} {queries_asked:>7} {median:>8.1f} {high:>8.1f}")
            if options.explain and median > GOAL_MS:
                explain(ask)
    return 1 if slow else 0


def seed(grids: list[Area], count: int) -> None:
    """Write entries, their words and the hashes of their telephones."""
    with connection.cursor() as cursor:
        for name in _INDEXES:
            cursor.execute(f"drop index if exists {name}")
    _copy(Entry, _entries(grids, count))
    for model in (EntryWords, EntryKey):
        with connection.cursor() as cursor:
            cursor.execute(f"analyze {model._meta.db_table}")
    with connection.cursor() as cursor:
        cursor.execute("set maintenance_work_mem = '512MB'")
        for name, column in zip(_INDEXES, ("words", "heard"), strict=True):
            cursor.execute(f"create index {name} on registers_entrywords using gin (areas, {column} gin_trgm_ops)")
        cursor.execute("vacuum analyze registers_entry")
        cursor.execute("vacuum analyze registers_entrywords")


def _entries(grids: list[Area], count: int) -> Iterator[tuple[Any, ...]]:
    rng = random.Random(7)
    heard: dict[str, str] = {}
    for n in range(count):
        grid = grids[rng.randrange(len(grids))]
        name = rng.choice(FAMILY) + rng.choice(GIVEN)
        road = rng.choice(ROADS)
        address = f"{road} {rng.randint(1, 400)} 号 {rng.randint(1, 6)} 单元"
        code = f"{grid.code}-H{n:07}"
        for words in (name, road):
            if words not in heard:
                heard[words] = sound(words)
        yield (
            uuid7(), grid.pk, code, name, address, grid.path, rng.choice("1233333"),
            stored(f"{name}\n{address}\n{code}"), f"{heard[name]} {heard[road]}",
            phone_digest(f"138{n:08}") if n % 50 == 0 else None,
        )  # fmt: skip


def _copy(_model: Any, rows: Iterator[tuple[Any, ...]]) -> None:
    """Copy into a bare table first and share it out from there: one pass over the wire."""
    names = ("code", "name", "address", "path", "class", "words", "heard", "key")
    columns = ", ".join(["id uuid", "area uuid", *(f"{one} text" for one in names)])
    with connection.cursor() as cursor:
        cursor.execute(f"create temporary table seeded ({columns})")
        connection.ensure_connection()
        with cursor.cursor.copy("copy seeded from stdin") as into:
            for row in rows:
                into.write_row(row)
        cursor.execute(
            "insert into registers_entry (id, register, code, name, address, area_id, area_path, facets, data, sealed,"
            " sides, version, state, form_print, opened_at, changed_at, waiting, care, purpose, basis)"
            " select id, 'households', code, name, address, area, path, jsonb_build_object('class', class), '{}', '',"
            " '{}', 1, 'active', '', %s, %s, 0, false, '', '' from seeded",
            [NOW, NOW],
        )
        cursor.execute(
            "insert into registers_entrywords (entry_id, words, heard, areas)"
            " select id, words, heard, string_to_array(rtrim(path, '/'), '/') from seeded"
        )
        cursor.execute(
            "insert into registers_entrykey (id, entry_id, field, digest)"
            " select gen_random_uuid(), id, 'phone', key from seeded where key is not null"
        )
        cursor.execute("drop table seeded")


def _people(grids: list[Area]) -> dict[str, Account]:
    grid = grids[len(grids) // 2]
    district, _township, village = territory.chain(grid.code)[:3]
    found = {}
    for name, post, area in (
        ("district", "dispatcher", district),
        ("village", "station_head", village),
        ("grid", "grid_worker", grid),
    ):
        account = people.create_staff(actor=None, username=f"bench-{name}", name=name, now=LONG_AGO)
        people.appoint(actor=None, account=account, post=post, area=area, since=LONG_AGO, now=LONG_AGO)
        found[name] = account
    return found


def reads(account: Account, grids: list[Area]) -> dict[str, Ask]:
    """Return what is asked, each time with a fresh account object, as a request has."""

    def page(after: str = "", **given: Any) -> queries.Page:
        fresh = Account.objects.get(pk=account.pk)
        return queries.entries(account=fresh, now=NOW, wanted=Wanted(register="households", **given), after=after)

    far = Entry.objects.unscoped(reason="a measurement").order_by("id")
    middle = str(far[far.count() // 2].pk)
    someone = far[far.count() // 3]
    path = grids[len(grids) // 2].path
    return {
        "list: first page": page,
        "list: a page in the middle": lambda: page(middle),
        "list: one grid": lambda: page(area=path),
        "list: a facet": lambda: page(facets={"class": "1"}),
        "search: a name": lambda: page(words="萧春梅"),
        "search: a common word": lambda: page(words="绥山路"),
        "search: a word that all have": lambda: page(words="单元"),
        "search: name and address": lambda: page(words="王秀英 果园路"),
        "search: pinyin": lambda: page(words="xiaochunmei"),
        "search: initials": lambda: page(words="xcm"),
        "search: common initials": lambda: page(words="ssl"),
        "search: a code": lambda: page(words=someone.code),
        "search: a telephone": lambda: page(words="13800000050"),
        "search: nothing so called": lambda: page(words="不存在的"),
    }


def taken(ask: Ask, times: int) -> tuple[int, float, float]:
    """Return queries, median and 95th percentile in milliseconds, warmed up."""
    for _ in range(3):
        ask()
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked), statistics.median(spent), sorted(spent)[int(len(spent) * 0.95)]


def explain(ask: Ask) -> None:
    """Print the plan of each statement."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    for one in asked.captured_queries:
        if "registers_" in one["sql"]:
            with connection.cursor() as cursor:
                cursor.execute("explain (analyze, buffers) " + one["sql"].replace("%", "%%"))
                print("\n".join(f"    {row[0]}" for row in cursor.fetchall()))


if __name__ == "__main__":
    sys.exit(main())
