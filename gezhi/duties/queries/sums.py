"""How much of a round is done, in one set query over however many objects: areas of a level, entries of a register.

An object is done when as many activities as the round asks for count in its days. Nothing of this is stored. All
statements begin with the objects (`o`: id, area, path, name, place) and the activities of the round (`d`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from gezhi.duties.models import Activity, Draw, Drawn
from gezhi.duties.plans import Planned, end_of
from gezhi.registers.models import CareAssignment, Entry
from gezhi.schemes.rounds import Round
from gezhi.schemes.stretches import Stretch
from gezhi.territory.models import BASE_NET, Area, Succession

_ACTIVITY, _ENTRY, _AREA, _CARE = (one._meta.db_table for one in (Activity, Entry, Area, CareAssignment))
_DRAW, _DRAWN, _SUCCESSION = (one._meta.db_table for one in (Draw, Drawn, Succession))

# What was done for an object: also for what it was before, since an entry that was merged into another and a grid that
# was split, merged or moved take what was done for them along.
_IN_ROUND = "a.counts and a.scheme = %(scheme)s and a.duty = %(duty)s and a.day between %(first)s and %(last)s"
_DONE_AT_TOP = """
select coalesce(m.merged_into_id, a.entry_id) as id, {n}, max(a.day) as day
from {activity} a left join {entry} m on m.id = a.entry_id and m.merged_into_id is not null
where {in_round} and a.entry_id is not null
group by 1
"""
_DONE_BELOW = """
select id, {n}, max(day) as day from (
    select a.entry_id as id, a.day{slot} from {activity} a where {in_round} and a.entry_id in (select id from o)
    union all
    select m.merged_into_id, a.day{slot} from {entry} m join {activity} a on a.entry_id = m.id
    where m.merged_into_id in (select id from o) and {in_round}
) a group by id
"""
_DONE_AT_AREAS = """
select id, {n}, max(day) as day from (
    with recursive line(id, was) as (
        select after_id, before_id from {succession} where after_id in (select id from o)
        union
        select line.id, s.before_id from line join {succession} s on s.after_id = line.was
    )
    select a.area_id as id, a.day{slot} from {activity} a where {in_round} and a.area_id in (select id from o)
    union all
    select line.id, a.day{slot} from line join {activity} a on a.area_id = line.was
    where {in_round} and line.was <> line.id
) a group by id
"""
# How much of that fills the round: each, or of several stretches of hours each once (what was done when the plan named
# no hours yet fills one each); `slots` has a bit for each stretch that is filled.
_EACH, _EACH_SLOT = (
    "count(*)::int as n",
    (
        "(count(distinct a.slot) + count(*) filter (where a.slot is null))::int as n, "
        "coalesce(bit_or(1 << (a.slot - 1)), 0)::int as slots"
    ),
)
# Of a sample counts what was drawn and verified, and nothing else.
_VERIFIED = """
select x.object_id as id, 1 as n, max(a.day) as day
from {drawn} x join {draw} w on w.id = x.draw_id join {activity} a on a.id = x.verified_by_id
where w.scheme = %(scheme)s and w.duty = %(duty)s and w.first = %(first)s and w.last = %(last)s
group by x.object_id
"""
_SAMPLED = """
, w as materialized (
    select id, area_path from {draw}
    where scheme = %(scheme)s and duty = %(duty)s and first = %(first)s and last = %(last)s
), x as (select distinct object_id as id from {drawn} where draw_id in (select id from w))
"""
_ENTRIES = """
select e.id, e.area_id, e.area_path, e.name, e.address, e.code, e.lon, e.lat
from {entry} e
where e.state = 'active' and e.register = %(of)s and {care} and e.area_path like %(under)s
      and e.opened_at < %(over)s {tests}
"""
# A care case is an object of its assigned people's rounds, and of nobody else's.
_ASSIGNED = """
e.care and e.id in (
    select entry_id from {assignment} where account_id = %(who)s and role = any(%(roles)s) and until is null
)
"""
_AREAS = """
select a.id, a.id as area_id, a.path as area_path, a.name, ''::text as address, a.code,
       (a.west + a.east) / 2 as lon, (a.south + a.north) / 2 as lat
from {area} a
where a.level = %(of)s and a.net = %(net)s and a.since <= %(on)s and (a.until is null or a.until > %(on)s)
      and a.path like %(under)s
"""
# How many objects are walked for one page before all are reckoned, and down to which depth of area that is worth it.
_WALKED, _WIDE = 20_000, 2
_WALK = """
{begin} select o.id, o.area_id, o.area_path, o.name, o.address, o.code, o.lon, o.lat, d.n, d.day, {slots}
from (select * from o where {where} order by o.area_path using ~<~, o.id limit %(walked)s) o
cross join lateral (
    select {n}, max(a.day) as day from (
        select a.day{slot} from {activity} a where a.entry_id = o.id and {in_round}
        union all
        select a.day{slot} from {entry} m join {activity} a on a.entry_id = m.id
        where m.merged_into_id = o.id and {in_round}
    ) a
) d
where d.n < %(amount)s order by o.area_path using ~<~, o.id limit %(size)s
"""
_PARAMETER = re.compile(r"%\((\w+)\)s")
_OBJECTS = """
select o.id, o.area_id, o.area_path, o.name, o.address, o.code, o.lon, o.lat, coalesce(d.n, 0), d.day, {slots}
from o left join d using (id)
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """Objects of a round, and how many of them are done. `done <= objects`.

    `activities` are those that fill the round: of one object at most as many as it asks for. Of a sample `done` are
    those drawn and verified, `drawn` those drawn, `free` those that no draw was from yet.
    """

    objects: int = 0
    done: int = 0
    activities: int = 0
    drawn: int = 0
    free: int = 0
    # Of several stretches of hours: how many objects have each filled, and how many have it and all before it.
    filled: Sequence[int] = ()
    upto: Sequence[int] = ()

    @property
    def left(self) -> int:
        """How many are not done."""
        return self.objects - self.done


@dataclass(frozen=True, slots=True)
class Object:
    """An object of a round: what it is, where, how often it was seen to in the round, and when last."""

    id: UUID
    area_id: UUID
    area_path: str
    name: str
    address: str
    code: str
    lon: float | None
    lat: float | None
    n: int
    day: date | None
    # A bit for each of several stretches of hours that is filled.
    slots: int = 0

    def filled(self, hours: Sequence[Stretch]) -> tuple[bool, ...]:
        """Return which of several stretches of hours are filled; nothing where there is one, or none."""
        return tuple(bool(self.slots & 1 << n) for n in range(len(hours))) if len(hours) > 1 else ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What is summed: a duty's round, over the objects below a path as they are on a day.

    Of care cases those that `who` is assigned to in one of `roles`; for nobody in particular there are none.
    """

    planned: Planned
    round: Round
    under: str
    on: date
    who: UUID | None = None
    roles: tuple[str, ...] = (CareAssignment.Role.WORKER,)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which objects of a scope: those still open, after a key (path, id), by words, so many."""

    open_only: bool = True
    after: tuple[str, UUID] | None = None
    words: str = ""
    size: int = 50


def total(scope: Scope) -> Sum:
    """Return the sum over all objects of a scope."""
    return totals([scope])[0]


def totals(scopes: Sequence[Scope]) -> list[Sum]:
    """Return the sum of each of several scopes, in one statement."""
    if not scopes:
        return []
    parts: list[str] = []
    given: dict[str, Any] = {}
    for n, scope in enumerate(scopes):
        own = _given(scope)
        part = f"({_statement(scope, own)} select {n}, {_counted(scope)})"
        parts.append(_PARAMETER.sub(rf"%(\g<1>_{n})s", part))
        given |= {f"{name}_{n}": value for name, value in own.items()}
    wide = any(scope.under.count("/") < _WIDE for scope in scopes)
    found = {n: Sum(*rest) for n, *rest in _run(" union all ".join(parts), given, wide=wide)}
    return [found[n] for n in range(len(scopes))]


def _counted(scope: Scope) -> str:
    """Return what a sum selects, and from what."""
    fills = "coalesce(sum(least(coalesce(d.n, 0), %(amount)s)), 0)::bigint"
    plain = f"count(*), count(*) filter (where d.n >= %(amount)s), {fills}"
    if not scope.planned.sampled:
        return f"{plain}, 0, 0, {_by_slot(scope)} from o left join d using (id)"
    free = "not exists (select from w where starts_with(o.area_path, w.area_path))"
    drawn = f"count(x.id), count(*) filter (where {free}), {_by_slot(scope)}"
    return f"{plain}, {drawn} from o left join d using (id) left join x using (id)"


def _by_slot(scope: Scope) -> str:
    """Return how a sum says how many objects have each of several stretches filled, and each with all before it."""
    bits = [1 << n for n in range(len(scope.planned.duty.hours))] if _several(scope) else []
    each = [f"count(*) filter (where coalesce(d.slots, 0) & {bit} = {bit})" for bit in bits]
    upto = [f"count(*) filter (where coalesce(d.slots, 0) & {2 * bit - 1} = {2 * bit - 1})" for bit in bits]
    return ", ".join(f"array[{', '.join(one)}]::bigint[]" for one in (each, upto))


def _several(scope: Scope) -> bool:
    return len(scope.planned.duty.hours) > 1 and not scope.planned.sampled


def by_area(scope: Scope) -> dict[UUID, Sum]:
    """Return the sum for each area that has objects; their total is `total`."""
    rows = _ask(
        scope,
        f"select o.area_id, {_counted(scope)} group by o.area_id",
    )
    return {area: Sum(*rest) for area, *rest in rows}


def objects(scope: Scope, wanted: Wanted) -> list[Object]:
    """Return objects in the order of area and id.

    Of much ground open entries are walked in the order of their index, asking of each what was done for it: a page
    costs what it shows. Where hardly any is open, or words are looked for, all of them are reckoned at once.
    """
    given = _given(scope) | {"size": wanted.size, "walked": _WALKED}
    where = ["true"]
    if wanted.after is not None:
        where.append("o.area_path ~>=~ %(path)s and (o.area_path <> %(path)s or o.id > %(after)s)")
        given |= {"path": wanted.after[0], "after": wanted.after[1]}
    if wanted.words:
        where.append("(o.name ilike %(words)s or o.address ilike %(words)s or o.code ilike %(words)s)")
        given["words"] = f"%{_escaped(wanted.words)}%"
    wide = scope.planned.of_entries and scope.under.count("/") <= _WIDE and not scope.planned.sampled
    if wide and wanted.open_only and not wanted.words and not scope.planned.of_care:
        found = _walk(scope, given, where)
        if len(found) >= wanted.size:
            return found
    if wanted.open_only:
        where.append("coalesce(d.n, 0) < %(amount)s")
    if scope.planned.sampled:
        where.append("o.id in (select id from x)")
    select = f"{_objects(scope)} where {' and '.join(where)} order by o.area_path using ~<~, o.id limit %(size)s"
    wide = not scope.planned.of_entries and scope.under.count("/") < _WIDE
    return [Object(*row) for row in _run(f"{_statement(scope, given)} {select}", given, wide=wide)]


def _walk(scope: Scope, given: dict[str, Any], where: list[str]) -> list[Object]:
    """Return the first open ones among so many objects; there may be more of them further on."""
    begin, _, _done = _statement(scope, given).partition(", d as (")
    said = _WALK.format(
        begin=begin, where=" and ".join(where), activity=_ACTIVITY, entry=_ENTRY, in_round=_IN_ROUND,
        slots="d.slots" if _several(scope) else "0", **_reckoned(scope),
    )  # fmt: skip
    return [Object(*row) for row in _run(said, given)]


def one_object(scope: Scope, pk: UUID) -> Object | None:
    """Return one object of a scope."""
    rows = _ask(
        scope,
        f"{_objects(scope)} where o.id = %(pk)s",
        {"pk": pk},
    )
    return Object(*rows[0]) if rows else None


def _objects(scope: Scope) -> str:
    return _OBJECTS.format(slots="coalesce(d.slots, 0)" if _several(scope) else "0")


def _reckoned(scope: Scope) -> dict[str, str]:
    return {"n": _EACH_SLOT, "slot": ", a.slot"} if _several(scope) else {"n": _EACH, "slot": ""}


def ids_and_names(scope: Scope) -> list[tuple[UUID, str, str]]:
    """Return id, name and area's path of every object, in the order of their ids."""
    rows = _ask(scope, "select o.id, o.name, o.area_path from o order by o.id")
    return [(pk, name, path) for pk, name, path in rows]


def lineage(areas: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Return for each area itself with all that it was before: what was split into it or merged into it."""
    found = {one: {one} for one in areas}
    front = {one: {one} for one in found}
    while front:
        known = Succession.objects.filter(after__in=list(front)).values_list("before", "after")
        following: dict[UUID, set[UUID]] = {}
        for before, after in known:
            for one in front[after]:
                if before not in found[one]:
                    found[one].add(before)
                    following.setdefault(before, set()).add(one)
        front = following
    return found


def _ask(scope: Scope, select: str, more: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    given = _given(scope) | (more or {})
    return _run(f"{_statement(scope, given)} {select}", given, wide=scope.under.count("/") < _WIDE)


def _run(said: str, given: dict[str, Any], *, wide: bool = False) -> list[tuple[Any, ...]]:
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if wide:
            # A district's households do not fit into what a statement has by default; without it they go to the disk.
            # Where the database knows nothing of its tables yet (areas just imported), it takes ten thousand areas for
            # one, and would go through all that was done for each of them.
            cursor.execute("set local work_mem = '96MB'; set local enable_nestloop = off")
        cursor.execute(said, given)
        return list(cursor.fetchall())


def _given(scope: Scope) -> dict[str, Any]:
    planned, one = scope.planned, scope.round
    return {
        "scheme": planned.scheme.id, "duty": planned.duty.id, "first": one.first, "last": one.last, "on": scope.on,
        "of": planned.duty.of.of, "under": f"{_escaped(scope.under)}%", "net": BASE_NET,
        # what came into the register after a round was over is none of its objects
        "over": end_of(one.last, planned.days),
        "amount": 1 if planned.duty.rate and planned.duty.rate.share else one.amount,
    }  # fmt: skip


def _statement(scope: Scope, given: dict[str, Any]) -> str:
    """Return how a statement begins: the objects `o` and what is done `d`; notes what the selection compares with."""
    if scope.planned.of_entries:
        care = "not e.care"
        if scope.planned.of_care:
            care = _ASSIGNED.format(assignment=_CARE)
            given |= {"who": scope.who, "roles": list(scope.roles)}
        objects = _ENTRIES.format(entry=_ENTRY, care=care, tests=_tests(scope.planned, given))
        # an office below the top reads the activities of its own entries only
        below = scope.under.count("/") > 1 or scope.planned.of_care
        done = _DONE_BELOW if below else _DONE_AT_TOP
    else:
        objects, done = _AREAS.format(area=_AREA), _DONE_AT_AREAS
    done = done.format(activity=_ACTIVITY, entry=_ENTRY, succession=_SUCCESSION, in_round=_IN_ROUND, **_reckoned(scope))
    if scope.planned.sampled:
        done = _VERIFIED.format(drawn=_DRAWN, draw=_DRAW, activity=_ACTIVITY)
        return f"with o as not materialized ({objects}), d as ({done}){_SAMPLED.format(drawn=_DRAWN, draw=_DRAW)}"
    # areas are few, and gone through again and again where the database guesses wrong; entries are read by an index
    way = "not materialized" if scope.planned.of_entries else "materialized"
    return f"with o as {way} ({objects}), d as ({done})"


def _tests(planned: Planned, given: dict[str, Any]) -> str:
    """Return what the selection asks of the facets (`class = 3`), and note the values that it compares with."""
    said = []
    for n, (facet, values) in enumerate(planned.duty.of.tests):
        given |= {f"facet{n}": facet, f"values{n}": list(values)}
        said.append(f"and e.facets ->> %(facet{n})s = any(%(values{n})s)")
    return " ".join(said)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
