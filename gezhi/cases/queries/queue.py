"""The queue of a person's desks: what waits there, most pressing first, each case once, by one index.

Each desk is a branch of its own over the index (desk, due time, case), cut to a page, and the branches are joined:
the cost is that of a page, however long the queue. A case with several parts at desks of the same person is shown at
its most pressing one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

# ruff: noqa: S608  the conditions are fixed words of this file, values always travel as parameters
from django.db import connection

from gezhi.cases.access import keys_of
from gezhi.cases.models import Case
from gezhi.cases.operations.projection import END_OF_DAYS
from gezhi.cases.queries.paging import Page, cursor_of, read_cursor
from gezhi.cases.words import patterns
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.schemes.state import Light

PAGE = 50
# Beyond so many rows per desk the counts say "at least".
COUNTED = 10_000
_LIGHTS = {
    Light.RED: "not h.paused and h.rank_at < %(now)s",
    Light.YELLOW: "not h.paused and h.rank_at >= %(now)s and h.warn <= %(now)s",
    Light.GREEN: "not h.paused and h.rank_at >= %(now)s and (h.warn is null or h.warn > %(now)s)",
    Light.PAUSED: "h.paused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to keep: all given must hold. `items` are ids (a heading's are listed by the caller), `area` is a path."""

    light: Light | None = None
    items: tuple[str, ...] = ()
    area: str = ""
    channel: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case in a queue: the hold that is shown, and the case's own columns."""

    case: Case
    desk_key: str
    part: int
    step: str
    since: datetime
    due: datetime | None
    warn: datetime | None
    paused: bool
    light: Light


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases of each light wait. `capped`: the queue is longer than was counted."""

    by_light: dict[Light, int]
    capped: bool = False

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_light.values())


def queue(
    *,
    account: Account,
    now: datetime,
    wanted: Filter | None = None,
    desk_key: str = "",
    cursor: str = "",
    size: int = PAGE,
) -> Page[QueueRow]:
    """Return a page of the account's queue (or of one of its desks), most pressing first."""
    wanted = wanted or Filter()
    start = read_cursor(cursor) if cursor else None
    keys = _keys(account, now, desk_key)
    if not keys:
        return Page(())
    params = _params(account, now, wanted, keys) | {"size": size + 1}
    after = ""
    if start is not None:
        params["after_at"], params["after_id"] = start
        after = " and (h.rank_at, h.case_id) > (%(after_at)s::timestamptz, %(after_id)s::uuid)"
    branch = (
        "(select h.case_id, h.desk_key, h.part, h.step, h.since, h.due, h.warn, h.paused, h.rank_at from cases_hold h"
        f" where {_conditions(wanted, keys)}{after} and h.desk_key = %(key{{0}})s"
        " order by h.rank_at, h.case_id limit %(size)s)"
    )
    found = _fetch(f"select * from ({_union(branch, keys)}) u order by rank_at, case_id limit %(size)s", params)
    more = len(found) > size
    found = found[:size]
    cases = _cases([row[0] for row in found], account, now)
    rows = tuple(_row(row, cases[row[0]], now) for row in found if row[0] in cases)
    return Page(rows, cursor_of(found[-1][8], found[-1][0]) if more else "")


def counts(*, account: Account, now: datetime, wanted: Filter | None = None, desk_key: str = "") -> Counts:
    """Return how many cases of each light wait at the account's desks, each case once."""
    wanted = wanted or Filter()
    keys = _keys(account, now, desk_key)
    empty = dict.fromkeys(_LIGHTS, 0)
    if not keys:
        return Counts(empty)
    params = _params(account, now, wanted, keys) | {"size": COUNTED}
    branch = (
        "(select h.case_id, h.rank_at, h.warn, h.paused from cases_hold h"
        f" where {_conditions(wanted, keys)} and h.desk_key = %(key{{0}})s order by h.rank_at limit %(size)s)"
    )
    totals = ", ".join(f"count(*) filter (where {rule})" for rule in _LIGHTS.values())
    row = _fetch(f"select {totals}, count(*) from ({_union(branch, keys)}) h", params)[0]
    return Counts(dict(zip(_LIGHTS, row[:-1], strict=True)), capped=row[-1] >= COUNTED)


def light_of(due: datetime | None, warn: datetime | None, now: datetime, *, paused: bool) -> Light:
    """Return the light of a running clock from its columns, by the engine's rule (a test holds the two together)."""
    if paused:
        return Light.PAUSED
    if due is not None and now > due:
        return Light.RED
    return Light.YELLOW if warn is not None and now >= warn else Light.GREEN


def blind_cases(keys: Sequence[str]) -> list[UUID]:
    """Return the cases that complain about any of these desks: nearly always none, by a small index."""
    about = (
        Case.objects.unscoped(reason="to leave these out").filter(about_keys__overlap=list(keys)).exclude(about_keys=[])
    )
    return list(about.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the queue's statements of one request share: the desks at which anything waits, the cases left out."""

    at: datetime
    keys: tuple[str, ...]
    blind: tuple[UUID, ...]


def _scope(account: Account, now: datetime) -> _Scope:
    """Return the account's scope, kept on the account object for the same `now`, as its standing is.

    Most people have one desk at which something waits and a personal one at which nothing does: with a single desk no
    row has to be held against another.
    """
    kept: _Scope | None = getattr(account, "_queue_scope", None)
    if kept is None or kept.at != now:
        keys = keys_of(standing(account, now))
        busy = _fetch(
            "select k.key from unnest(%(keys)s::text[]) k(key) where exists (select 1 from cases_hold h"
            " where h.desk_key = k.key and h.until is null and h.listed)",
            {"keys": keys},
        )
        kept = _Scope(now, tuple(row[0] for row in busy), tuple(blind_cases(keys)))
        account._queue_scope = kept  # type: ignore[attr-defined]
    return kept


def _keys(account: Account, now: datetime, desk_key: str) -> list[str]:
    return [key for key in _scope(account, now).keys if not desk_key or key == desk_key]


def _params(account: Account, now: datetime, wanted: Filter, keys: list[str]) -> dict[str, Any]:
    return {
        "now": now,
        "keys": keys,
        "blind": list(_scope(account, now).blind),
        "items": list(wanted.items),
        "area": wanted.area + "%",
        "channel": wanted.channel,
        **{f"key{n}": key for n, key in enumerate(keys)},
        **{f"word{n}": pattern for n, pattern in enumerate(patterns(wanted.text))},
    }


def _conditions(wanted: Filter, keys: list[str]) -> str:
    """Return the condition of every branch. What isn't asked for is not in the statement."""
    kept = ["h.until is null", "h.listed", "h.case_id <> all(%(blind)s::uuid[])"]
    if len(keys) > 1:
        kept.append(
            "not exists (select 1 from cases_hold o where o.case_id = h.case_id and o.until is null and o.listed"
            " and o.desk_key = any(%(keys)s) and (o.rank_at, o.desk_key) < (h.rank_at, h.desk_key))"
        )
    if wanted.light is not None:
        kept.append(_LIGHTS[wanted.light])
    if wanted.items:
        kept.append("h.item = any(%(items)s)")
    if wanted.area:
        kept.append("h.area_path like %(area)s")
    if wanted.channel:
        kept.append("h.channel = %(channel)s")
    kept += [
        f"exists (select 1 from cases_casewords w where w.case_id = h.case_id and w.words like %(word{n})s)"
        for n in range(len(patterns(wanted.text)))
    ]
    return " and ".join(kept)


def _union(branch: str, keys: list[str]) -> str:
    return " union all ".join(branch.format(n) for n in range(len(keys)))


def _fetch(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _cases(ids: list[UUID], account: Account, now: datetime) -> dict[UUID, Case]:
    rows = Case.objects.visible_to(account, now=now).filter(pk__in=ids).select_related("area__parent")
    heavy = ("text", "contact", "state", "log_head", "area__boundary", "area__parent__boundary")
    return {case.pk: case for case in rows.defer(*heavy)}


def _row(found: tuple[Any, ...], case: Case, now: datetime) -> QueueRow:
    _, desk_key, part, step, since, due, warn, paused, rank = found
    due = None if rank == END_OF_DAYS else due
    return QueueRow(case, desk_key, part, step, since, due, warn, paused, light_of(due, warn, now, paused=paused))
