"""Chinese citizens' messages as cases over the townships of one county, taken in by the REST door for batches.

Each message gets a random point in a township, or (one in ten) no point, or (one in twenty) one outside the county. Its
item is the one of the classification whose names share most pairs of characters with it: a rule to spread the messages
over the catalogue, not a classifier, and nothing is claimed for it.
"""

import csv
import gzip
import io
import random
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import batched
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import shapely
from django.test import Client

from gezhi.api.shapes import BatchAnswer, BatchEntry
from gezhi.cases.models import Case
from gezhi.foundation import clock, outbox
from gezhi.foundation.models import Outbox
from gezhi.notices.models import Message
from gezhi.people import operations as people
from gezhi.territory import queries as areas
from realdata import cases_ground as ground
from realdata.cases_ground import Progress, exactly
from realdata.checks import Row

SHANGHAI = ZoneInfo("Asia/Shanghai")
ON, NOW = date(2010, 1, 1), datetime(2009, 12, 31, tzinfo=UTC)
COUNTY = "511421"
MESSAGES = 2801
BATCH = 100
UNSORTED = "unsorted"
# The whole-case limit of common/report_up, in workdays; a day's business stops at half past five.
WHOLE, STOPS = 15, time(17, 30)

Record = dict[str, str]


@dataclass(frozen=True)
class Sent:
    """A message as it goes to the door, and where shapely says that it lies ("" where nowhere)."""

    body: dict[str, Any]
    township: str


def run(data: Path) -> Iterator[Row]:
    """Take the messages in and give the rows of the table."""
    raw = (data / "cn_messages" / "messages_unlabelled.csv.gz").read_bytes()
    records = list(csv.DictReader(io.StringIO(gzip.decompress(raw).decode("utf-8-sig"), newline="")))
    taxonomy = _taxonomy(data)
    names, shapes = ground.polygons(data / "cn_boundaries" / "renshou_towns.geojson")
    codes = township_codes(names)
    titles = [one["name"] for one in names]
    below = list(zip(codes, titles, strict=True))
    came = ground.import_tree((COUNTY, "仁寿县", "county"), "township", below, shapes, on=ON, now=NOW)
    yield Row("Messages: areas of the county", "61 new", f"{came.new} new", came.written and came.new == 61)
    scheme = ground.enact("renshou", tables(taxonomy), on=ON, now=NOW)
    items = sum(bool(item.procedure) for item in scheme.items.values()) - 1
    yield Row("Messages: classification as catalogue", "517 items, no error", f"{items} items, in force", items == 517)
    sent = _sent(records, taxonomy, codes, shapes)
    door = _door(codes)
    results, row = _taken_in(door, sent)
    yield row
    yield _again(door, sent)
    yield from _compared(records, sent, results, data)
    yield _told()


def township_codes(names: Sequence[dict[str, Any]]) -> list[str]:
    """Return a code for each township: the official one where it still has one, else a made-up one of the county."""
    return [one["code_2023"] or f"{COUNTY}{400 + n}" for n, one in enumerate(names)]


# ── the catalogue and the rule for items ──


def _taxonomy(data: Path) -> list[Record]:
    with (data / "cn_messages" / "taxonomy.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def tables(taxonomy: Sequence[Record]) -> dict[str, list[list[str]]]:
    """Return catalogue and departments made of the classification: one department for each class of the first level."""
    catalogue = [["id", "title", "parent", "procedure", "department"]]
    departments = [["id", "title", "level", "superior"], ["centre", "县中心", "county", "dispatcher"]]
    catalogue.append([UNSORTED, "未归类", "", "report_up", "centre"])
    seen: set[str] = set()
    for item, row in zip(ids(taxonomy), taxonomy, strict=True):
        first, second = item.split(".")[0], item.rpartition(".")[0]
        if first not in seen:
            catalogue.append([first, row["level1"], "", "", ""])
            departments.append([f"{first}_office", f"{row['level1']}主管部门", "county", "dispatcher"])
        if second not in seen:
            catalogue.append([second, row["level2"], first, "", ""])
        seen |= {first, second}
        catalogue.append([item, row["level3"], second, "report_up", f"{first}_office"])
    return {"catalogue": catalogue, "departments": departments}


def ids(taxonomy: Sequence[Record]) -> list[str]:
    """Return an id for each line of the classification: `c01.s02.i03`."""
    first: dict[str, int] = {}
    second: dict[tuple[str, str], int] = {}
    found = []
    for n, row in enumerate(taxonomy, 1):
        one = first.setdefault(row["level1"], len(first) + 1)
        two = second.setdefault((row["level1"], row["level2"]), len(second) + 1)
        found.append(f"c{one:02}.s{two:03}.i{n:03}")
    return found


@lru_cache(maxsize=1000)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[n : n + 2] for n in range(len(text) - 1))


def item_for(text: str, taxonomy: Sequence[Record], known: Sequence[str]) -> str:
    """Return the item whose names share most pairs of characters with a text, the lowest level counting most."""
    pairs = frozenset(text[n : n + 2] for n in range(len(text) - 1))

    def likeness(n: int) -> float:
        names = (_pairs(taxonomy[n][f"level{level}"]) for level in (1, 2, 3))
        return sum(weight * len(name & pairs) / max(len(name), 1) for weight, name in enumerate(names, 1))

    best = max(range(len(taxonomy)), key=likeness)
    return known[best] if likeness(best) else UNSORTED


# ── sending ──


def _sent(records: Sequence[Record], taxonomy: Sequence[Record], codes: Sequence[str], shapes: Any) -> list[Sent]:
    rng, known, county = random.Random(2801), ids(taxonomy), shapely.union_all(shapes)  # noqa: S311  no secret
    return [
        Sent(
            {
                "client_key": f"message-{record['msg_id']}",
                "item": item_for(record["subject"] + record["detail"], taxonomy, known),
                "title": record["subject"],
                "text": record["detail"],
                "channel": "import",
                "received_at": received(record).isoformat(),
                **point,
            },
            township,
        )
        for record in records
        for point, township in [_place(rng, codes, shapes, county)]
    ]


def received(record: Record) -> datetime:
    """Return when a message came in; the platform's times are Chinese ones."""
    return datetime.fromisoformat(record["time"]).replace(tzinfo=SHANGHAI)


def _place(rng: random.Random, codes: Sequence[str], shapes: Any, county: Any) -> tuple[dict[str, float], str]:
    chance = rng.random()
    if chance < 0.10:
        return {}, ""
    if chance < 0.15:
        return _outside(rng, county), ""
    index, lon, lat = ground.inside_of(shapes, rng)
    return {"lon": lon, "lat": lat}, codes[index]


def _outside(rng: random.Random, county: Any) -> dict[str, float]:
    """Return a point that is clearly outside: a hundredth of a degree or more, about a kilometre."""
    west, south, east, north = county.bounds
    while True:
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.Point(lon, lat).distance(county) > 0.01:
            return {"lon": lon, "lat": lat}


class Door:
    """The REST door for batches, called as a program calls it: with a token."""

    def __init__(self, token: str) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {token}", "Host": "127.0.0.1"})
        self.asked = 0
        self.apart = 0

    def post(self, sent: Sequence[Sent]) -> list[BatchEntry]:
        """Send messages; those that lie next to a border are sent again with the nearest area that the answer names."""
        results = self._post([one.body for one in sent])
        near = [n for n, one in enumerate(results) if one.error is not None and one.error.code == "ask_area"]
        chosen = []
        for n in near:
            candidates = results[n].error.candidates  # type: ignore[union-attr]
            self.apart += sent[n].township not in {one.code for one in candidates}
            chosen.append(sent[n].body | {"area": candidates[0].code})
        self.asked += len(near)
        for n, result in zip(near, self._post(chosen) if chosen else [], strict=True):
            results[n] = result
        return results

    def _post(self, bodies: Sequence[dict[str, Any]]) -> list[BatchEntry]:
        answer = self._client.post(
            "/api/v1/cases/batch", data=msgspec.json.encode({"cases": bodies}), content_type="application/json"
        )
        if answer.status_code != 200:
            raise RuntimeError(f"the door answered {answer.status_code}: {answer.content[:500].decode()}")
        return list(msgspec.json.decode(answer.content, type=BatchAnswer).results)


def _door(codes: Sequence[str]) -> Door:
    """Return the door for a program's account, and let every township and the county have somebody who is told."""
    present = clock.now()
    program = people.create_staff(actor=None, username="real-messages", name="导入程序", now=NOW)
    _row, token = people.issue_token(actor=None, account=program, name="real", scopes=["cases:batch"], now=present)
    found = {area.code: area for area in areas.areas(ON).filter(code__in=[COUNTY, *codes])}
    for code, area in found.items():
        someone = people.create_staff(actor=None, username=f"staff-{code}", name=area.name, now=NOW)
        post = "dispatcher" if code == COUNTY else "centre_staff"
        people.appoint(actor=None, account=someone, post=post, area=area, since=NOW, now=NOW)
    return Door(token)


def _taken_in(door: Door, sent: Sequence[Sent]) -> tuple[list[BatchEntry], Row]:
    progress, results = Progress("messages", len(sent)), []
    for some in batched(sent, BATCH):
        results += door.post(some)
        progress.add(len(some))
    fresh = sum(one.case is not None and one.case.created for one in results)
    row = exactly("Messages: taken in by REST, none lost", fresh, MESSAGES)
    refused = next((f", {one.error.code}: {one.error.message}" for one in results if one.error), "")
    asked = f"{door.asked} asked which side of a border" + (
        f", {door.apart} without the right side" if door.apart else ""
    )
    measured = f"{row.measured}, {progress.spent()[1]}, {asked}{refused}"
    return results, Row(row.name, row.expected, measured, row.ok and not door.apart)


def _again(door: Door, sent: Sequence[Sent]) -> Row:
    """Send everything once more: the same cases come back."""
    results = [one for some in batched(sent, BATCH) for one in door.post(some)]
    again = sum(one.case is not None and not one.case.created for one in results)
    kept = Case.objects.unscoped(reason=ground.WHY).count()
    return Row(
        "Messages: sent again, no second case", "2,801 known, 2,801 kept", f"{again:,} known, {kept:,} kept",
        again == kept == MESSAGES,
    )  # fmt: skip


# ── comparing ──


def _compared(
    records: Sequence[Record], sent: Sequence[Sent], results: Sequence[BatchEntry], data: Path
) -> Iterator[Row]:
    kept = {case.client_key.partition(":")[2]: case for case in ground.cases_of("renshou")}
    cases = [kept.get(one.body["client_key"]) for one in sent]
    pairs = [(case, one) for case, one in zip(cases, sent, strict=True) if case is not None]
    inside = [(case, one) for case, one in pairs if one.township]
    yield exactly(
        "Messages: township is shapely's", sum(_area(case) == one.township for case, one in inside),
        sum(bool(one.township) for one in sent),
    )  # fmt: skip
    nowhere = [case for case, one in pairs if not one.township]
    waits = sum(case.area_id is None and case.desk_key == f"dispatcher@{COUNTY}" for case in nowhere)
    yield exactly("Messages: without a place to the county", waits, sum(not one.township for one in sent))
    same = sum(
        case is not None and (case.title, case.text) == (" ".join(record["subject"].split()), cleaned(record["detail"]))
        for case, record in zip(cases, records, strict=True)
    )
    yield exactly("Messages: words come back", same, len(records))
    given = [one.case.number for one in results if one.case is not None]
    yield ground.numbers_unique("Messages: numbers unique, check digit right", given)
    days = Workdays(data)
    right = sum(
        case is not None and case.case_due == days.after(received(record))
        for case, record in zip(cases, records, strict=True)
    )
    yield exactly("Messages: due by the published calendar", right, len(records))
    yield ground.logs_whole("Messages: logs verify", kept.values(), MESSAGES)


def _area(case: Case) -> str:
    return case.area_path.rstrip("/").rpartition("/")[2] if case.area_id else ""


def cleaned(raw: str) -> str:
    """Return a text as it should be kept: without control characters but line ends and tabs, nor blanks around it."""
    kept = raw.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in kept if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


class Workdays:
    """China's workdays as the data list them, counted without the product."""

    def __init__(self, data: Path) -> None:
        with (data / "cn_calendar" / "calendar_cn_2004_2026.csv").open(encoding="utf-8", newline="") as file:
            self._days = [date.fromisoformat(row["date"]) for row in csv.DictReader(file) if row["is_workday"] == "1"]

    def after(self, start: datetime) -> datetime:
        """Return the close of business of the fifteenth workday after the day of the start."""
        day = self._days[bisect_right(self._days, start.date()) + WHOLE - 1]
        return datetime.combine(day, STOPS, SHANGHAI)


def _told() -> Row:
    """Carry out every effect: whoever holds a case is told of it once."""
    progress = Progress("tellings", MESSAGES)
    present = clock.now()
    while done := outbox.relay(present, 500):
        progress.add(done)
    failed = Outbox.objects.filter(done_at=None).count()
    told = Message.objects.filter(key__contains="/assigned/", channel=Message.Channel.INBOX).count()
    return Row(
        "Messages: whoever holds one is told, once", "2,801 told, 0 failed", f"{told:,} told, {failed} failed, "
        f"{progress.spent()[1]}", told == MESSAGES and not failed,
    )  # fmt: skip
