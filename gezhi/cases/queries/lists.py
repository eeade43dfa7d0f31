"""Lists over everything that somebody may see, newest first, and search by number, words and address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from gezhi.cases import number as numbers
from gezhi.cases.access import CaseRows
from gezhi.cases.models import Case, Hold
from gezhi.cases.queries.paging import Page, cursor_of, read_cursor
from gezhi.cases.queries.searching import Search, search_for
from gezhi.cases.queries.similar import with_followers
from gezhi.foundation.words import sought
from gezhi.people.models import Account
from gezhi.schemes.state import Light

PAGE = 50
# how many cases a search looks at first, and how much longer each further stretch is
STRETCH, WIDER = 250, 10
_HEAVY = ("text", "contact", "state", "log_head", "area__boundary", "area__parent__boundary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to keep of all visible cases: all given must hold. Lights are those of the whole-case clock."""

    open: bool | None = None
    light: Light | None = None
    step: str = ""
    items: tuple[str, ...] = ()
    area: str = ""
    channel: str = ""
    urgency: str = ""
    came_back: bool = False
    holder: str = ""
    text: str = ""
    opened_from: datetime | None = None
    opened_until: datetime | None = None
    closed_from: datetime | None = None
    closed_until: datetime | None = None
    supervised: bool | None = None
    placed: bool | None = None
    reported_by_me: bool = False


def cases(
    *, account: Account | None, now: datetime, wanted: Wanted | None = None, cursor: str = "", size: int = PAGE
) -> Page[Case]:
    """Return a page of the cases that the account may see, newest first."""
    wanted = wanted or Wanted()
    rows = _matching(account, now, wanted)
    if cursor:
        rows = rows.filter(pk__lt=read_cursor(cursor)[1])
    if wanted.text:
        rows = _with_words(rows, wanted.text, size + 1)
    # The text is read only where words were looked for, to show why a case fits.
    heavy = [name for name in _HEAVY if name != "text" or not wanted.text]
    found = list(rows.select_related("area__parent").defer(*heavy).order_by("-pk")[: size + 1])
    more = len(found) > size
    return Page(tuple(found[:size]), cursor_of(None, found[size - 1].pk) if more else "")


def count(*, account: Account | None, now: datetime, wanted: Wanted | None = None, most: int = 10_000) -> int:
    """Return how many such cases there are, counting no further than `most`."""
    wanted = wanted or Wanted()
    rows = _matching(account, now, wanted).order_by()
    if wanted.text:
        rows = _with_words(rows, wanted.text, most)
    return len(rows[:most].values_list("pk"))


def search(*, account: Account | None, query: str, now: datetime, size: int = 20) -> tuple[Case, ...]:
    """Return the cases that a search box finds: by number, else by words of title, text and address.

    Never by contact.
    """
    rows = Case.objects.visible_to(account, now=now).select_related("area__parent").defer(*_HEAVY)
    number = numbers.tidy(query)
    if number is not None:
        return tuple(rows.filter(number=number))
    if not sought(query):
        return ()
    return tuple(_with_words(rows, query, size).order_by("-pk")[:size])


def find(*, account: Account | None, number: str, now: datetime) -> Case | None:
    """Return the case of a number if the account may see it."""
    return _numbered(Case.objects.visible_to(account, now=now), number)


def find_with_followers(*, account: Account | None, number: str, now: datetime) -> Case | None:
    """Return what `find` does, with `follower_count`: how many follow the case."""
    return _numbered(with_followers(Case.objects.visible_to(account, now=now)), number)


def _numbered(rows: CaseRows, number: str) -> Case | None:
    tidied = numbers.tidy(number)
    return rows.select_related("area").filter(number=tidied).first() if tidied is not None else None


def _matching(account: Account | None, now: datetime, wanted: Wanted) -> CaseRows:
    rows = Case.objects.visible_to(account, now=now).filter(**_plain(wanted))
    if wanted.open is not None:
        rows = rows.filter(closed_at__isnull=wanted.open)
    if wanted.placed is not None:
        rows = rows.filter(area__isnull=not wanted.placed)
    if wanted.light is not None:
        rows = rows.filter(_light(wanted.light, now))
    if wanted.reported_by_me:
        rows = rows.filter(reporter=account)
    return rows.filter(_held(wanted))


def _held(wanted: Wanted) -> Q:
    """Return the predicate over who holds a case now, and whether that desk had it before."""
    kept, open_now = Q(), Hold.objects.filter(case=OuterRef("pk"), until=None)
    if wanted.holder:
        kept &= Q(Exists(open_now.filter(desk_key=wanted.holder)))
    if wanted.came_back:
        before = Hold.objects.filter(
            case=OuterRef("case"), desk_key=OuterRef("desk_key"), part=OuterRef("part"), seq__lt=OuterRef("seq")
        ).exclude(until=None)
        kept &= Q(Exists(open_now.filter(Exists(before))))
    return kept


def _plain(wanted: Wanted) -> dict[str, Any]:
    """Return the lookups that are given one to one."""
    given = {
        "step": wanted.step,
        "item__in": wanted.items,
        "area_path__startswith": wanted.area,
        "channel": wanted.channel,
        "urgency": wanted.urgency,
        "opened_at__gte": wanted.opened_from,
        "opened_at__lt": wanted.opened_until,
        "closed_at__gte": wanted.closed_from,
        "closed_at__lt": wanted.closed_until,
    }
    kept: dict[str, Any] = {name: value for name, value in given.items() if value}
    if wanted.supervised is not None:
        kept["supervised"] = wanted.supervised
    return kept


def _light(light: Light, now: datetime) -> Q:
    if light == Light.DONE:
        return Q(closed_at__isnull=False)
    if light == Light.PAUSED:
        return Q(closed_at=None, paused=True)
    running = Q(closed_at=None, paused=False)
    red, yellow = Q(case_due__lt=now), Q(case_warn__lte=now)
    if light == Light.RED:
        return running & red
    in_time = Q(case_due__gte=now) | Q(case_due=None)
    return running & in_time & (yellow if light == Light.YELLOW else (Q(case_warn__gt=now) | Q(case_warn=None)))


def _with_words(rows: CaseRows, query: str, size: int) -> CaseRows:
    """Return those of the rows whose words fit; of common words the newest `size`."""
    search = search_for(query, '"walked"."id"')
    if search.found is not None:
        return rows.filter(pk__in=search.found)
    return rows.filter(pk__in=_newest(rows, search, size)) if search.conditions else rows


def _newest(rows: CaseRows, search: Search, size: int) -> list[UUID]:
    """Return the newest of the rows that common words fit, looking at ever longer stretches until there are `size`.

    A stretch of known length is what PostgreSQL plans well. Asked for the words at once it takes them for rare, and
    reads and sorts all that somebody may see.
    """
    found: list[UUID] = []
    words, values = search.positional
    stretch, left = STRETCH, rows.order_by("-pk").values("id")
    while len(found) < size:
        inner, given = left[:stretch].query.sql_with_params()
        walk = (
            f'with "walked" as materialized ({inner}) select array(select "walked"."id" from "walked" where {words}'  # noqa: S608
            f' order by "walked"."id" desc limit {size - len(found):d}),'
            ' (select "id" from "walked" order by "id" limit 1)'
        )
        with connection.cursor() as cursor:
            cursor.execute(walk, (*given, *values))
            fitting, last = cursor.fetchone()
        found += fitting
        if last is None:
            break
        left = left.filter(pk__lt=last)
        stretch *= WIDER
    return found
