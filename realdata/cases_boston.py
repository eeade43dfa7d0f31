"""A city's service requests of one year as cases: taken in dated back, finished by the departments' clerks.

A type is an item of the catalogue; its limit is the commonest of those that lead from its requests' openings to their
targets. The queue that took a request says which department owns it. Each request is opened at the moment of the record
and, where it is acted on, finished at the moment at which the city closed it. A sample is finished, the rest taken in.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

import msgspec
import shapely
from pyarrow import parquet

from gezhi.cases import operations
from gezhi.cases.errors import AskArea, CaseError, Impossible
from gezhi.cases.models import Case, CaseEvent, Channel
from gezhi.cases.operations import Opened, Report
from gezhi.people import operations as people
from gezhi.people.models import Account, Department
from gezhi.schemes.durations import Duration
from gezhi.schemes.state import Refused
from realdata import cases_ground as ground
from realdata.cases_ground import Progress, exactly
from realdata.checks import Row, at_least
from realdata.worktime import BOSTON, NEW_YORK, TOLERANCE, limits_of

ON, BEFORE = date(2014, 12, 1), datetime(2014, 11, 30, tzinfo=UTC)
# The day after the last request was closed.
NOW = datetime(2016, 1, 13, 12, tzinfo=UTC)
REQUESTS, ACTS, BATCH = 100_000, 5_000, 200
CITY = "Boston"
# The product evens out so much between the clocks of servers.
SKEW = timedelta(minutes=1)
# A type's limit is reproduced when it gives that share of the type's targets.
REPRODUCED = 0.975

Request = dict[str, Any]
Result = Opened | CaseError | Refused


@dataclass(frozen=True)
class Type:
    """What the records say of a type: where it stands, who mostly handles it, its limit and how well that fits."""

    id: str
    title: str
    subject: str
    department: str
    limit: str
    fits: float


def run(data: Path) -> Iterator[Row]:
    """Take the requests in, finish the sample, and give the rows of the table."""
    everything = _requests(data)
    requests = sorted(random.Random(311).sample(everything, REQUESTS), key=lambda one: one["open_dt"])  # noqa: S311  no secret
    types = types_of(everything)
    names, shapes = ground.polygons(data / "us311" / "boston_neighborhoods.geojson")
    codes = [one["name"] for one in names]
    found, shapes = _import(codes, shapes)
    yield Row("Boston: an overlap is named, mended it comes in", "1 found; 27 new", found, found == "1 found; 27 new")
    scheme = ground.enact("boston", tables(everything, types), on=ON, now=BEFORE)
    items = sum(bool(item.procedure) for item in scheme.items.values())
    yield Row("Boston: types as catalogue", "158 types, no error", f"{items} types, in force", items == 158)
    results, row = _taken_in(requests, types)
    yield row
    yield _again(requests, types, results)
    opened = [(request, one) for request, one in zip(requests, results, strict=True) if isinstance(one, Opened)]
    yield from _routed(opened, codes, shapes)
    yield from _due(opened, types)
    yield from _finished(opened, types)


def _import(codes: Sequence[str], shapes: Any) -> tuple[str, Any]:
    """Import the neighbourhoods as they are, which is refused, and mended; return what was found and the mended ones.

    Two of the polygons overlap by 31 m²; the ground goes to the one that comes first.
    """
    below = list(zip(codes, codes, strict=True))
    city = (CITY, CITY, "city")
    found = len(ground.import_tree(city, "neighbourhood", below, shapes, on=ON, now=BEFORE).wrong)
    mended = shapes.copy()
    for n in range(1, len(mended)):
        touching = [one for one in mended[:n] if shapely.overlaps(one, mended[n])]
        if touching:
            mended[n] = shapely.difference(mended[n], shapely.union_all(touching))
    result = ground.import_tree(city, "neighbourhood", below, mended, on=ON, now=BEFORE)
    return f"{found} found; {result.new if result.written else 0} new", mended


# ── the scheme's tables ──


def _requests(data: Path) -> list[Request]:
    rows: list[Request] = parquet.read_table(
        data / "us311" / "boston_requests_2015.parquet",
        columns=[
            "case_id", "open_dt", "target_dt", "closed_dt", "ontime_status", "subject", "type", "queue", "department",
            "lat", "lon", "source",
        ],
    ).to_pylist()  # fmt: skip
    for row in rows:
        for name in ("open_dt", "target_dt", "closed_dt"):
            row[name] = row[name].replace(tzinfo=NEW_YORK) if row[name] else None
    return rows


def types_of(requests: Iterable[Request]) -> dict[str, Type]:
    """Return what the records say of each type."""
    by_type = defaultdict(list)
    for request in requests:
        by_type[request["type"]].append(request)
    return {title: _type(f"type{n:03}", title, some) for n, (title, some) in enumerate(sorted(by_type.items()), 1)}


def _type(item: str, title: str, requests: Sequence[Request]) -> Type:
    targets = [(one["open_dt"], one["target_dt"]) for one in requests if one["target_dt"]]
    limit, hits = next(iter(Counter(limits_of(targets)).most_common(1)), (None, 0))
    subject, department = (_commonest(requests, name) for name in ("subject", "department"))
    fits = hits / len(targets) if targets else 0.0
    return Type(item, title, subject, department, str(limit) if limit else "", fits)


def _commonest(requests: Sequence[Request], name: str) -> str:
    return str(Counter(one[name] for one in requests).most_common(1)[0][0])


def tables(requests: Iterable[Request], types: dict[str, Type]) -> dict[str, list[list[str]]]:
    """Return catalogue (subjects as headings, types as items) and departments."""
    subjects = {title: f"subject{n:02}" for n, title in enumerate(sorted({one.subject for one in types.values()}), 1)}
    catalogue = [["id", "title", "title_en", "parent", "procedure", "department", "limit"]]
    catalogue += [[subject, title, title, "", "", "", ""] for title, subject in subjects.items()]
    catalogue += [
        [one.id, one.title, one.title, subjects[one.subject], "request", code_of(one.department), one.limit]
        for one in types.values()
    ]
    departments = [["id", "title", "title_en", "level", "superior"]]
    names = sorted({request["department"] for request in requests})
    departments += [[code_of(name), name, name, "city", "city_office"] for name in names]
    return {"catalogue": catalogue, "departments": departments}


def code_of(department: str) -> str:
    """Return a department's id in the scheme: the city's own code in small letters."""
    return "".join(c if c.isalnum() else "_" for c in department.lower()).strip("_")


# ── taking in ──


def _report(request: Request, types: dict[str, Type]) -> Report:
    return Report(
        client_key=request["case_id"], item=types[request["type"]].id, channel=Channel.IMPORT.value, scheme="boston",
        title=request["type"], lon=request["lon"], lat=request["lat"], received_at=request["open_dt"],
        facts={"owner": code_of(request["department"]), "queue": request["queue"], "way_in": request["source"]},
    )  # fmt: skip


def _account(name: str) -> Account:
    return people.create_staff(actor=None, username=name, name=name, now=BEFORE)


def _open(actor: Account, reports: Sequence[Report]) -> list[Result]:
    """Take reports in; what lies next to a border is sent again with the nearest area that the answer names."""
    results = operations.open_batch(actor=actor, reports=reports, now=NOW)
    near = {n: one.candidates[0].code for n, one in enumerate(results) if isinstance(one, AskArea)}
    chosen = [msgspec.structs.replace(reports[n], area=code) for n, code in near.items()]
    for n, result in zip(near, operations.open_batch(actor=actor, reports=chosen, now=NOW), strict=True):
        results[n] = result
    return results


def _taken_in(requests: Sequence[Request], types: dict[str, Type]) -> tuple[list[Result], Row]:
    importer = _account("importer")
    progress, results = Progress("requests", len(requests)), []
    for some in batched(requests, BATCH):
        results += _open(importer, [_report(one, types) for one in some])
        progress.add(len(some))
    fresh = sum(isinstance(one, Opened) and one.fresh for one in results)
    row = exactly("Boston: taken in, none lost", fresh, REQUESTS)
    refused = Counter(f"{type(one).__name__} {one}" for one in results if not isinstance(one, Opened)).most_common(2)
    return results, Row(row.name, row.expected, f"{row.measured}, {progress.spent()[1]} {refused or ''}", row.ok)


def _again(requests: Sequence[Request], types: dict[str, Type], results: Sequence[Result]) -> Row:
    """Send a thousand once more: the same cases come back."""
    importer = Account.objects.get(username="importer")
    some = random.Random(1000).sample(range(len(requests)), 1000)  # noqa: S311  no secret
    again = _open(importer, [_report(requests[n], types) for n in some])
    same = sum(
        isinstance(one, Opened) and not one.fresh and one.number == getattr(results[n], "number", "")
        for n, one in zip(some, again, strict=True)
    )
    kept = Case.objects.unscoped(reason=ground.WHY).count()
    return Row(
        "Boston: 1,000 sent again, no second case", f"1,000 known, {REQUESTS:,} kept",
        f"{same:,} known, {kept:,} kept", same == 1000 and kept == REQUESTS,
    )  # fmt: skip


# ── comparing ──


def _routed(opened: Sequence[tuple[Request, Opened]], codes: Sequence[str], shapes: Any) -> Iterator[Row]:
    """Compare departments and places with the record's own word and with shapely."""
    right = sum(one.desk_key == f"department:{code_of(request['department'])}" for request, one in opened)
    yield exactly("Boston: at the department of the record", right, REQUESTS)
    yield ground.numbers_unique("Boston: numbers unique, check digit right", [one.number for _, one in opened])
    lies = _lies_in([request for request, _ in opened], codes, shapes)
    areas = dict(Case.objects.unscoped(reason=ground.WHY).values_list("id", "area_path"))
    placed = [(lies[n], areas[one.case_id]) for n, (_, one) in enumerate(opened) if one.placed and lies[n]]
    same = sum(f"{CITY}/{code}/" == path for code, path in placed)
    yield exactly("Boston: neighbourhood is shapely's", same, sum(bool(code) for code in lies))
    # Within the reach of a border the product takes a point for the area beside it.
    lost = [one for n, (_, one) in enumerate(opened) if not one.placed and lies[n]]
    beside = sum(one.placed and not lies[n] for n, (_, one) in enumerate(opened))
    waits = sum(not one.placed for _, one in opened)
    yield Row(
        "Boston: no place found, waits at the top", "only what lies outside",
        f"{waits:,} wait, {beside:,} beside a border taken in, {len(lost)} wrong", waits > 0 and not lost,
    )  # fmt: skip


def _lies_in(requests: Sequence[Request], codes: Sequence[str], shapes: Any) -> list[str]:
    """Return the neighbourhood that contains each request by shapely, "" for none."""
    points = shapely.points([(one["lon"], one["lat"]) for one in requests])
    tree = shapely.STRtree(shapes)
    found = [""] * len(requests)
    for n, index in tree.query(points, predicate="within").T.tolist():
        found[n] = codes[index]
    return found


def _due(opened: Sequence[tuple[Request, Opened]], types: dict[str, Type]) -> Iterator[Row]:
    """Compare due instants with the worktime oracle, and with the city's own targets."""
    right = 0
    for request, one in opened:
        limit = types[request["type"]].limit
        start = request["open_dt"].astimezone(UTC).replace(microsecond=0).astimezone(NEW_YORK)
        right += one.case_due == (BOSTON.due(start, Duration.parse(limit)).at if limit else None)
    yield exactly("Boston: due is the worktime oracle's", right, REQUESTS)
    with_target = [(request, one) for request, one in opened if request["target_dt"]]
    hits = sum(_near(one.case_due, request["target_dt"]) for request, one in with_target)
    yield at_least("Boston: due is the target within 2 minutes", 0.95, hits, len(with_target))


def _near(due: datetime | None, target: datetime) -> bool:
    return due is not None and abs(due - target) <= TOLERANCE


# ── finishing ──


def _finished(opened: Sequence[tuple[Request, Opened]], types: dict[str, Type]) -> Iterator[Row]:
    """Let the departments' clerks finish a sample at the moments of the record."""
    closed = [(request, one) for request, one in opened if one.placed and request["closed_dt"]]
    backwards = [(request, one) for request, one in closed if request["closed_dt"] < request["open_dt"]]
    sensible = [(request, one) for request, one in closed if request["closed_dt"] >= request["open_dt"]]
    sample = random.Random(5000).sample(sensible, ACTS)  # noqa: S311  no secret
    clerks = _clerks({request["department"] for request, _ in closed})
    progress, refused = Progress("finished", ACTS), Counter[str]()
    for request, one in sorted(sample, key=lambda pair: pair[0]["closed_dt"]):
        try:
            _finish(clerks, request, one)
        except (CaseError, Refused) as error:
            refused[f"{type(error).__name__} {error}"] += 1
        progress.add(1)
    row = exactly(f"Boston: finished, a sample of {len(sensible):,}", ACTS - refused.total(), ACTS)
    yield Row(row.name, row.expected, f"{row.measured}, {progress.spent()[1]} {refused.most_common(2) or ''}", row.ok)
    yield exactly(
        "Boston: closed before opened, refused", sum(_refused(clerks, *one) for one in backwards), len(backwards)
    )
    yield from _outcomes(sample, types)


def _clerks(departments: Iterable[str]) -> dict[str, Account]:
    found = {}
    for name in sorted(departments):
        found[name] = _account(f"clerk-{code_of(name)}")
        department = Department.objects.get(code=code_of(name))
        people.appoint(actor=None, account=found[name], post="clerk", department=department, since=BEFORE, now=BEFORE)
    return found


def _finish(clerks: dict[str, Account], request: Request, one: Opened) -> None:
    operations.act(
        actor=clerks[request["department"]], number=one.number, action="finish", answers={"result": "closed"},
        now=request["closed_dt"],
    )  # fmt: skip


def _refused(clerks: dict[str, Account], request: Request, one: Opened) -> bool:
    """Say whether a record that closes before it opens is refused, as long as clocks can't explain it."""
    try:
        _finish(clerks, request, one)
    except Impossible:
        return True
    return bool(request["open_dt"] - request["closed_dt"] <= SKEW)


def _outcomes(sample: Sequence[tuple[Request, Opened]], types: dict[str, Type]) -> Iterator[Row]:
    rows = Case.objects.unscoped(reason=ground.WHY).in_bulk([one.case_id for _, one in sample])
    cases = [(request, rows[one.case_id]) for request, one in sample]
    right = sum(case.closed_at == request["closed_dt"].replace(microsecond=0) for request, case in cases)
    yield exactly("Boston: closed at the moment of the record", right, ACTS)
    judged = [
        (request, case) for request, case in cases
        if request["target_dt"] and request["ontime_status"] and types[request["type"]].fits >= REPRODUCED
    ]  # fmt: skip
    agree = sum(case.in_time == (request["ontime_status"] == "ONTIME") for request, case in judged)
    reproduced = sum(one.fits >= REPRODUCED for one in types.values())
    yield at_least(f"Boston: in time or late, {reproduced} types", 0.99, agree, len(judged))
    told = set(CaseEvent.objects.filter(kind="expire", case_id__in=rows).values_list("case_id", flat=True))
    late = {case.pk for _, case in cases if case.in_time is False}
    yield Row(
        "Boston: overdue noted for the late ones only", f"{len(late):,} late", f"{len(told):,} noted",
        told == late and bool(late),
    )  # fmt: skip
    yield ground.logs_whole("Boston: logs of the sample verify", rows.values(), ACTS)
