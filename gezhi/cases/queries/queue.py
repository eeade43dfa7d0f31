"""The queue of a person's desks: what waits there, most pressing first, each case once, by one index.

Each desk is a branch of its own over the index (desk, due time, case), cut to a page, and the branches are joined:
the cost is that of a page, however long the queue. A case with several parts at desks of the same person is shown at
its most pressing one. Words are looked for as `cases.queries.searching` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

# ruff: noqa: S608  the conditions are fixed words of this file, values always travel as parameters
from django.db import connection

from gezhi.cases.access import keys_of
from gezhi.cases.models import Case
from gezhi.cases.operations.projection import END_OF_DAYS
from gezhi.cases.queries.paging import Page, cursor_of, read_cursor
from gezhi.cases.queries.searching import Search, search_for
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.schemes.state import Light

PAGE = 50
# Beyond so many rows per desk the counts say "at least".
COUNTED = 10_000
# Of a word that many have, so many rows per desk are held against it before the counts say "at least".
HELD_AGAINST = 5_000
_LIGHTS = {
    Light.RED: "not h.paused and h.rank_at < %(now)s",
    Light.YELLOW: "not h.paused and h.rank_at >= %(now)s and h.warn <= %(now)s",
    Light.GREEN: "not h.paused and h.rank_at >= %(now)s and (h.warn is null or h.warn > %(now)s)",
    Light.PAUSED: "h.paused",
}


# A case that this desk had before, and that came back to it.
_CAME_BACK = (
    "exists (select 1 from cases_hold o where o.case_id = h.case_id and o.desk_key = h.desk_key and o.part = h.part"
    " and o.until is not null and o.seq < h.seq)"
)
_OF_CASE = "exists (select 1 from cases_case c where c.id = h.case_id and {rule})"


class Sort(StrEnum):
    """The order of a queue."""

    PRESSING = "pressing"
    NEWEST = "newest"
    OLDEST = "oldest"


# What each order is sorted by, and what comes after the last row of a page.
_ORDERS = {
    Sort.PRESSING: (
        "rank_at, case_id",
        "(h.rank_at, h.case_id) > (%(after_at)s::timestamptz, %(after_id)s::uuid)",
    ),
    Sort.NEWEST: ("case_id desc", "h.case_id < %(after_id)s::uuid"),
    Sort.OLDEST: ("case_id", "h.case_id > %(after_id)s::uuid"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to keep: all given must hold. `items` are ids (a heading's are listed by the caller), `area` is a path.

    `came_back`: what a desk had before and has again.
    """

    light: Light | None = None
    items: tuple[str, ...] = ()
    area: str = ""
    channel: str = ""
    urgency: str = ""
    supervised: bool = False
    came_back: bool = False
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
    came_back: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases of each light wait. `capped`: there are more than were counted."""

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
    sort: Sort = Sort.PRESSING,
    cursor: str = "",
    size: int = PAGE,
) -> Page[QueueRow]:
    """Return a page of the account's queue (or of one of its desks), most pressing first unless sorted otherwise."""
    wanted = wanted or Filter()
    start = read_cursor(cursor) if cursor else None
    keys = _keys(account, now, desk_key)
    if not keys:
        return Page(())
    params = _params(account, now, wanted, keys) | {"size": size + 1}
    order, later = _ORDERS[sort]
    after = ""
    if start is not None:
        params["after_at"], params["after_id"] = start
        after = f" and {later}"
    branch = (
        "(select h.case_id, h.desk_key, h.part, h.step, h.since, h.due, h.warn, h.paused, h.rank_at, h.seq"
        f" from cases_hold h where {_conditions(wanted, keys, account, now)}{after} and h.desk_key = %(key{{0}})s"
        f" order by {order} limit %(size)s)"
    )
    found = _fetch(
        f"select h.*, {_CAME_BACK} from (select * from ({_union(branch, keys)}) u order by {order} limit %(size)s) h"
        f" order by {order}",
        params,
    )
    more = len(found) > size
    found = found[:size]
    cases = _cases([row[0] for row in found], account, now, with_text=bool(wanted.text))
    rows = tuple(_row(row, cases[row[0]], now) for row in found if row[0] in cases)
    return Page(rows, cursor_of(found[-1][8], found[-1][0]) if more else "")


def counts(
    *, account: Account, now: datetime, wanted: Filter | None = None, desk_key: str = "", most: int = COUNTED
) -> Counts:
    """Return how many cases of each light wait at the account's desks, each case once.

    Per desk no more than `most`, and of a word that many have no further than `HELD_AGAINST` rows.
    """
    wanted = wanted or Filter()
    keys = _keys(account, now, desk_key)
    empty = dict.fromkeys(_LIGHTS, 0)
    if not keys:
        return Counts(empty)
    words = _words(account, now, wanted.text)
    # Few cases that fit are known by their ids, inside; a common word is held against what was walked, outside.
    inside, outside = (words.conditions, ()) if words.few else ((), words.conditions)
    size = most if words.few else min(most, HELD_AGAINST)
    rules = " and ".join([*_rules(wanted, keys), *inside, "h.desk_key = %(key{0})s"])
    branch = (
        f"(select h.case_id, h.rank_at, h.warn, h.paused from cases_hold h where {rules}"
        " order by h.rank_at limit %(size)s)"
    )
    fits = " and ".join(outside) or "true"
    totals = ", ".join(f"count(*) filter (where {rule} and {fits})" for rule in _LIGHTS.values())
    params = _params(account, now, wanted, keys) | {"size": size}
    row = _fetch(f"select {totals}, count(*) from ({_union(branch, keys)}) h", params)[0]
    return Counts(dict(zip(_LIGHTS, row[:-1], strict=True)), capped=row[-1] >= size)


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
        "urgency": wanted.urgency,
        **{f"key{n}": key for n, key in enumerate(keys)},
        **_words(account, now, wanted.text).params,
    }


def _words(account: Account, now: datetime, text: str) -> Search:
    """Return how words are looked for, found out once for the page and its counts."""
    kept: tuple[datetime, str, Search] | None = getattr(account, "_queue_words", None)
    if kept is None or kept[:2] != (now, text):
        kept = (now, text, search_for(text, "h.case_id"))
        account._queue_words = kept  # type: ignore[attr-defined]
    return kept[2]


def _conditions(wanted: Filter, keys: list[str], account: Account, now: datetime) -> str:
    """Return the condition of every branch, words included."""
    return " and ".join([*_rules(wanted, keys), *_words(account, now, wanted.text).conditions])


def _rules(wanted: Filter, keys: list[str]) -> list[str]:
    """Return what every branch asks but words. What isn't asked for is not in the statement."""
    kept = ["h.until is null", "h.listed", "h.case_id <> all(%(blind)s::uuid[])"]
    if len(keys) > 1:
        kept.append(
            "not exists (select 1 from cases_hold o where o.case_id = h.case_id and o.until is null and o.listed"
            " and o.desk_key = any(%(keys)s) and (o.rank_at, o.desk_key) < (h.rank_at, h.desk_key))"
        )
    asked = (
        (wanted.light, _LIGHTS.get(wanted.light or Light.DONE, "false")),
        (wanted.items, "h.item = any(%(items)s)"),
        (wanted.area, "h.area_path like %(area)s"),
        (wanted.channel, "h.channel = %(channel)s"),
        (wanted.urgency, _OF_CASE.format(rule="c.urgency = %(urgency)s")),
        (wanted.supervised, _OF_CASE.format(rule="c.supervised")),
        (wanted.came_back, _CAME_BACK),
    )
    return kept + [rule for given, rule in asked if given]


def _union(branch: str, keys: list[str]) -> str:
    return " union all ".join(branch.format(n) for n in range(len(keys)))


def _fetch(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _cases(ids: list[UUID], account: Account, now: datetime, *, with_text: bool) -> dict[UUID, Case]:
    """Return the cases; with their texts only where words were looked for, to show why they fit."""
    rows = Case.objects.visible_to(account, now=now).filter(pk__in=ids).select_related("area__parent")
    heavy = (
        "contact",
        "state",
        "log_head",
        "area__boundary",
        "area__parent__boundary",
        *(() if with_text else ("text",)),
    )
    return {case.pk: case for case in rows.defer(*heavy)}


def _row(found: tuple[Any, ...], case: Case, now: datetime) -> QueueRow:
    _, desk_key, part, step, since, due, warn, paused, rank, _, came_back = found
    due = None if rank == END_OF_DAYS else due
    light = light_of(due, warn, now, paused=paused)
    return QueueRow(case, desk_key, part, step, since, due, warn, paused, light, came_back)
