"""Fill a database with a million cases for measuring: `python -m bench.seed --cases 1000000`.

A few hundred cases go through the real engine and the real operations on a generated district, up to every step of
the scheme; then they are copied by COPY over all grids with ids, numbers, areas and chained links of their own, so
that every log still verifies. Use an empty database (`DATABASE_URL`), never one that somebody works in. `bench.queue`
does this by itself.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import batched, islice
from typing import Any
from uuid import UUID

import django
import msgspec

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
django.setup()

import shapely  # noqa: E402  Django first
from django.db import connection  # noqa: E402

from bench.ground import SCHEME, tables  # noqa: E402
from gezhi.cases import number as numbers  # noqa: E402
from gezhi.cases import operations  # noqa: E402
from gezhi.cases.models import Case, CaseEvent, CaseWords, Hold  # noqa: E402
from gezhi.cases.operations import Report  # noqa: E402
from gezhi.cases.operations.log import sealed  # noqa: E402
from gezhi.enactment import operations as enactment  # noqa: E402
from gezhi.foundation import words  # noqa: E402
from gezhi.foundation.ids import uuid7  # noqa: E402
from gezhi.foundation.journal import GENESIS, chain  # noqa: E402
from gezhi.people import operations as people  # noqa: E402
from gezhi.people.models import Account  # noqa: E402
from gezhi.schemes import source  # noqa: E402
from gezhi.territory import queries as territory  # noqa: E402
from gezhi.territory.models import Area, TerritoryVersion  # noqa: E402

BEGAN = datetime(2025, 12, 31, 16, tzinfo=UTC)
# The moment at which the seeded district stands still: all measuring is done at it.
NOW = datetime(2026, 6, 3, 2, 0, tzinfo=UTC)
TOWNSHIPS, VILLAGES, GRIDS = 14, 148, 204
SIDE = 0.01
WORDS = (
    "路灯不亮",
    "井盖破损",
    "垃圾堆积",
    "积水不退",
    "噪声扰民",
    "占道经营",
    "护栏断裂",
    "树木倒伏",
    "墙面渗水",
    "车辆乱停",
)
PLACES = ("清溪路", "文昌街", "石桥村", "柳林巷", "云台小区", "早市", "小学门口", "卫生站旁")
TEMPLATES, OPEN_SHARE = 400, 0.4
# Which share of the open cases waits where; the rest is closed.
STEPS = {"scene": 30, "station": 20, "township": 15, "district": 5, "department": 15, "check": 5, "sign": 10}


@dataclass(frozen=True)
class Ground:
    """The generated district: grids with the areas above, and everybody who acts."""

    district: Area
    lines: list[tuple[Area, Area, Area]]
    people: dict[str, Account]


@dataclass(frozen=True)
class Template:
    """A case that went through the engine, with its rows, to be copied to other grids."""

    case: Case
    events: list[CaseEvent]
    holds: list[Hold]
    codes: tuple[str, str, str]
    plain: dict[str, Any]
    state: str


def ground(scheme: str) -> Ground:
    """Make the district: areas with boundaries in a row, departments, one person per post that the templates need."""
    enactment.enact(files=source.shipped() / scheme, actor=None, on=date(2026, 1, 1), now=BEGAN)
    district = _area("511111", "district", None, 0, GRIDS)
    townships = [_area(f"511111{100 + n}", "township", district, n, 1) for n in range(TOWNSHIPS)]
    villages = [
        _area(f"{townships[n % TOWNSHIPS].code}{200 + n}", "village", townships[n % TOWNSHIPS], n, 1)
        for n in range(VILLAGES)
    ]
    lines = []
    for n in range(GRIDS):
        village = villages[n % VILLAGES]
        grid = _area(f"{village.code}{n + 1:03}", "grid", village, n, 1)
        lines.append((townships[(n % VILLAGES) % TOWNSHIPS], village, grid))
    TerritoryVersion.objects.update_or_create(id=1, defaults={"number": 1})
    territory.look_again()
    return Ground(district, lines, _people(district, lines[0]))


def templates(place: Ground, count: int, rng: random.Random) -> dict[str, list[Template]]:
    """Run cases through the product up to every step, at different moments of the last three months."""
    found: dict[str, list[Template]] = {step: [] for step in (*STEPS, "closed")}
    made: list[tuple[str, UUID]] = []
    for n in range(count):
        step = [*STEPS, "closed"][n % (len(STEPS) + 1)]
        # What waits for a signature is accepted silently after a week; it must still wait.
        days = {"closed": (20, 90), "sign": (0.2, 5)}.get(step, (0.2, 25))
        made.append((step, _template(place, step, NOW - timedelta(days=rng.uniform(*days)), n, rng)))
    # What fell due by now happens in the templates, so that nothing is due in any copy.
    while operations.sweep(now=NOW).cases:
        continue
    for step, pk in made:
        found[step].append(_read_back(place, pk))
    return found


def _template(place: Ground, step: str, at: datetime, n: int, rng: random.Random) -> UUID:
    grid = place.lines[0][2]
    report = Report(
        client_key=f"template-of-the-bench-{n:06}", item="env.litter", area=grid.code,
        channel=rng.choice(("portal", "field", "hotline")), text=f"{rng.choice(PLACES)}{rng.choice(WORDS)}，请处理。",
    )  # fmt: skip
    opened = operations.open_case(actor=None, report=report, now=at)
    for move in _way(place, step, opened):
        at += timedelta(hours=rng.uniform(0.1, 1.0))
        move(at)
    return opened.case_id


def _read_back(place: Ground, pk: UUID) -> Template:
    township, village, grid = place.lines[0]
    case = Case.objects.unscoped(reason="a template is read back").get(pk=pk)
    events = list(CaseEvent.objects.filter(case_id=case.pk).order_by("seq"))
    holds = list(Hold.objects.filter(case_id=case.pk))
    codes = (township.code, village.code, grid.code)
    return Template(
        case, events, holds, codes, {**_plain(case), "contact": b""}, msgspec.json.encode(case.state).decode()
    )


def _way(place: Ground, step: str, opened: operations.Opened) -> Iterator[Callable[[datetime], Any]]:
    def doing(who: str, action: str, **answers: Any) -> Callable[[datetime], Any]:
        secret = opened.secret if who == "reporter" else ""
        actor = place.people.get(who)
        return lambda at: operations.act(
            actor=actor, number=opened.number, action=action, answers=answers, secret=secret, now=at
        )

    up = [
        ("station", doing("grid_worker", "report_up", reason="要协调")),
        ("township", doing("station_head", "report_up", reason="要协调")),
        ("district", doing("centre_staff", "report_up", reason="要协调")),
        ("department", doing("dispatcher", "dispatch", lead="water", **{"with": ["housing"]})),
    ]
    if step in {"check", "sign", "closed"}:
        yield doing("grid_worker", "settle", result="已处理")
        yield from [doing("station_head", "confirm")] * (step != "check")
        yield from [doing("reporter", "accept", rating="satisfied")] * (step == "closed")
        return
    for name, move in up[: [*STEPS].index(step)]:
        yield move
        if name == step:
            return


def copies(
    found: dict[str, list[Template]], place: Ground, count: int, open_share: float, rng: random.Random
) -> Iterator[Any]:
    """Give each copy's rows: case, events, holds, words."""
    steps, weights = [*STEPS], [*STEPS.values()]
    days: dict[str, int] = {}
    for n in range(count):
        step = rng.choices(steps, weights)[0] if rng.random() < open_share else "closed"
        yield _copy(rng.choice(found[step]), place.lines[n % GRIDS], days, n, rng)


def _copy(model: Template, line: tuple[Area, Area, Area], days: dict[str, int], n: int, rng: random.Random) -> Any:
    case, pk = model.case, uuid7()
    swap = _swapper(model.codes, tuple(area.code for area in line))
    day = case.opened_at.astimezone(UTC).date()
    days[str(day)] = days.get(str(day), 0) + 1
    head, events = GENESIS, []
    for event in model.events:
        body = swap(event.body)
        head = chain(head, sealed(pk, event.seq, event.kind, body.encode()))
        events.append(
            (pk, event.seq, event.kind, event.action, swap(event.desk_key), event.actor, event.at, body, head)
        )
    title = f"{rng.choice(PLACES)}{n % 400 + 1}号{rng.choice(WORDS)}"
    changed = {
        "id": pk, "number": numbers.compose(day, 10_000 + days[str(day)]), "client_key": f"bench:{pk}", "title": title,
        "secret_hash": case.secret_hash, "area_id": line[2].pk, "area_path": line[2].path, "log_head": head,
        "desk_key": swap(case.desk_key), "state": swap(model.state),
        "lon": 103.5 + rng.random(), "lat": 29.4 + rng.random(),
    }  # fmt: skip
    holds = [
        tuple({**_plain(hold), "case_id": pk, "desk_key": swap(hold.desk_key), "area_path": line[2].path}.values())
        for hold in model.holds
    ]
    return {**model.plain, **changed}, events, holds, (pk, words.stored(title), True)


def _swapper(old: tuple[str, ...], new: tuple[str, ...]) -> Callable[[str], str]:
    """Return what puts one grid's codes in place of another's: longer codes first, they contain the shorter ones."""
    pairs = list(zip(reversed(old), reversed(new), strict=True))

    def swap(text: str) -> str:
        for n, (before, _) in enumerate(pairs):
            text = text.replace(before, f"\x01{n}")
        for n, (_, after) in enumerate(pairs):
            text = text.replace(f"\x01{n}", after)
        return text

    return swap


def _plain(row: Any) -> dict[str, Any]:
    return {field.column: getattr(row, field.attname) for field in row._meta.concrete_fields if field.column}


def load(rows: Iterable[Any], progress: Callable[[int], None]) -> None:
    """Write the copies by COPY, ten thousand at a time."""
    done = 0
    for some in batched(rows, 10_000):
        _copy_in(Case, [tuple(case.values()) for case, *_ in some], columns=list(some[0][0]))
        _copy_in(CaseEvent, [event for _, events, *_ in some for event in events])
        _copy_in(Hold, [hold for *_, holds, _ in some for hold in holds])
        _copy_in(CaseWords, [words for *_, words in some])
        done += len(some)
        progress(done)


def _copy_in(model: Any, rows: list[tuple[Any, ...]], columns: list[str] | None = None) -> None:
    names = columns or [field.column for field in model._meta.concrete_fields if field.column]
    into = f"copy {model._meta.db_table} ({', '.join(names)}) from stdin"
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)


def _area(code: str, level: str, parent: Area | None, n: int, width: int) -> Area:
    west = 103.5 + n * SIDE
    outline = shapely.to_wkb(shapely.box(west, 29.4, west + width * SIDE, 29.4 + SIDE)) if level == "grid" else None
    return Area.objects.create(
        code=code, name=f"{level} {n + 1}", level=level, parent=parent, path=f"{parent.path if parent else ''}{code}/",
        boundary=outline, since=date(2020, 1, 1), state_since=date(2020, 1, 1),
    )  # fmt: skip


def _people(district: Area, line: tuple[Area, Area, Area]) -> dict[str, Account]:
    township, village, grid = line
    posts = {"grid_worker": grid, "station_head": village, "centre_staff": township, "dispatcher": district}
    found = {}
    for post, area in posts.items():
        found[post] = people.create_staff(actor=None, username=f"bench_{post}", name=post, now=BEGAN)
        people.appoint(actor=None, account=found[post], post=post, area=area, department=None, since=BEGAN, now=BEGAN)
    return found


def rows_of(scheme: str, drafts: int, count: int, open_share: float) -> Iterator[Any]:
    """Make the district and its templates, then give the rows of so many cases; `load` writes them."""
    rng = random.Random(20260603)
    place = ground(scheme)
    yield from copies(templates(place, drafts, rng), place, count, open_share, rng)


def add(rows: Iterator[Any], count: int) -> None:
    """Write the next so many cases, telling how it goes, and let PostgreSQL count them."""
    began = time.perf_counter()

    def progress(done: int) -> None:
        if done % 100_000 == 0 or done == count:
            sys.stdout.write(f"  {done:,} cases seeded, {time.perf_counter() - began:.0f} s\n")
            sys.stdout.flush()

    load(islice(rows, count), progress)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze cases_case, cases_caseevent, cases_hold, cases_casewords")


def main(words: list[str] | None = None) -> int:
    """Seed and say what was done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--open-share", type=float, default=OPEN_SHARE, help="share of the cases that are open")
    parser.add_argument("--scheme", default=SCHEME)
    parser.add_argument("--templates", type=int, default=TEMPLATES)
    parser.add_argument("--small", action="store_true", help="a quick look: 20,000 cases")
    options = parser.parse_args(words)
    tables()
    if Case.objects.unscoped(reason="is it empty?").exists():
        sys.stderr.write("This database has cases already. Seed an empty one: set DATABASE_URL to it, then again.\n")
        return 2
    count, drafts = (20_000, 60) if options.small else (options.cases, options.templates)
    add(rows_of(options.scheme, drafts, count, options.open_share), count)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
