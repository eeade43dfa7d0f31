"""Lists of entries: a register, an area, facets, words; paged by key, so every page costs the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.functions import Coalesce
from django.utils import timezone

from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.access import EntryRows
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import Entry, Import, Sealing, State
from gezhi.registers.queries.searching import narrow, newest

A_PAGE = 50
# An area so many levels down (the top is the first) holds few enough entries to be read whole.
SMALL = 3
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a register is listed; what is empty does not narrow. `area` is an area's path."""

    register: str = ""
    words: str = ""
    area: str = ""
    facets: dict[str, str] = field(default_factory=dict)
    state: str = State.ACTIVE
    waiting: bool = False
    part_of: UUID | None = None
    placed: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries in the order in which they came, the newest first; `next` is the key to go on after."""

    rows: tuple[Entry, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A register as the list of registers shows it."""

    ledger: Ledger
    entries: int
    waiting: int
    writes: bool


def entries(*, account: Account | None, now: datetime, wanted: Wanted, after: str = "", size: int = A_PAGE) -> Page:
    """Return a page of the entries that the account may see."""
    last = _key(after)
    rows = _all(account, now, wanted).select_related("area").defer("data", "sealed", "sides", "area__boundary")
    within = _within(account, now, wanted)
    found = newest(rows, wanted.words, within, last=last, most=size + 1)
    if found is None:
        rows = narrow(rows.filter(pk__lt=last) if last else rows, wanted.words, within)
        found = list(rows.order_by(*_order(account, now, wanted))[: size + 1])
    return Page(tuple(found[:size]), str(found[size - 1].pk) if len(found) > size else "")


def of(*, account: Account | None, now: datetime, wanted: Wanted) -> EntryRows:
    """Return the rows that fit, the newest first. `None` is the system itself."""
    rows = narrow(_all(account, now, wanted), wanted.words, _within(account, now, wanted))
    return rows.order_by(*_order(account, now, wanted))


def _all(account: Account | None, now: datetime, wanted: Wanted) -> EntryRows:
    """Return the rows that fit but for the words."""
    rows = _seen(account, now, wanted.register)
    if wanted.register:
        rows = rows.filter(register=wanted.register)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.area:
        rows = rows.filter(area_path__startswith=wanted.area)
    if wanted.facets:
        rows = rows.filter(facets__contains=wanted.facets)
    if wanted.waiting:
        rows = rows.filter(waiting__gt=0)
    if wanted.part_of:
        rows = rows.filter(part_of=wanted.part_of)
    if wanted.placed:
        rows = rows.filter(lat__isnull=False)
    return rows


def _within(account: Account | None, now: datetime, wanted: Wanted) -> tuple[str, ...]:
    """Return paths of areas that hold all that the account sees; none where somebody sees other entries as well."""
    if wanted.area or account is None or not wanted.words:
        return (wanted.area,) if wanted.area else ()
    reach = standing(account, now).reach
    if reach.departments or (not wanted.register and access.has_care(account)):
        return ()
    care = wanted.register and ledgers.is_care(wanted.register, timezone.localdate(now))
    return () if care else tuple(reach.area_paths)


def _order(account: Account | None, now: datetime, wanted: Wanted) -> list[Any]:
    """Return the order, the newest first.

    Of a village or a grid PostgreSQL shall read what lies there and sort it, not walk all entries by id until a page of
    it was met: an expression in place of the id keeps it from the second.
    """
    paths = [wanted.area] if wanted.area else list(standing(account, now).reach.area_paths)
    small = bool(paths) and all(path.count("/") >= SMALL for path in paths)
    return [Coalesce("id", "id").desc()] if small else ["-id"]


def _seen(account: Account | None, now: datetime, register: str) -> EntryRows:
    """Return what the account sees of a register, or of all."""
    every = Entry.objects.unscoped(reason="narrowed in the next line, or asked by the system itself")
    if account is None:
        return every
    if register and not ledgers.is_care(register, timezone.localdate(now)):
        # the same predicate without the half that says who sees care cases, so that the index of areas serves
        return every.filter(access.ordinary(account, now), care=False)
    return every.visible_to(account, now=now)


def more_than(most: int, *, account: Account | None, now: datetime, wanted: Wanted) -> bool:
    """Say whether a list has more rows than so many, without counting further."""
    return of(account=account, now=now, wanted=wanted).order_by().values("pk")[: most + 1].count() > most


def shelves(*, account: Account, now: datetime) -> list[Shelf]:
    """Return the registers in force that the account has to do with, each with its size (up to `MOST_COUNTED`)."""
    known = ledgers.ledgers(timezone.localdate(now))
    sees = bool(standing(account, now).reach.area_paths)
    writes = {one.id: access.writes_somewhere(account, one, now) for one in known.values()}
    mine = [one for one in known.values() if writes[one.id] or (sees and not one.register.care)]
    every = Entry.objects.unscoped(reason="narrowed to what the account sees in the next lines")
    plain = every.filter(access.ordinary(account, now), care=False, state=State.ACTIVE)
    care = every.visible_to(account, now=now).filter(state=State.ACTIVE)
    counted: list[EntryRows] = []
    for one in mine:
        rows = (care if one.register.care else plain).filter(register=one.id)
        counted += [rows[: MOST_COUNTED + 1], rows.filter(waiting__gt=0)[:MOST_COUNTED]]
    counts = iter(_counts(counted))
    return [Shelf(one, next(counts), next(counts), writes[one.id]) for one in mine]


def _counts(many: Sequence[EntryRows]) -> list[int]:
    """Return how many rows each has, in one statement."""
    if not many:
        return []
    parts, params = list[str](), list[Any]()
    for place, rows in enumerate(many):
        try:
            sql, given = rows.values("pk").query.sql_with_params()
        except EmptyResultSet:  # nothing may be seen of it
            sql, given = "select where false", ()
        parts.append(f"select {place}, count(*) from ({sql}) t")  # noqa: S608  Django's own statement
        params += given
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts) + " order by 1", params)
        return [count for _place, count in cursor.fetchall()]


def sizes() -> dict[str, int]:
    """Return register → how many current entries the planner reckons there are; exact for small tables."""
    with connection.cursor() as cursor:
        cursor.execute("select register, count(*) from registers_entry where state = 'active' group by register")
        return dict(cursor.fetchall())


def sealed_at(registers: Iterable[str]) -> dict[str, datetime]:
    """Return register → when what had become sensitive in it was sealed; nothing for those where nothing had."""
    rows = Sealing.objects.filter(register__in=list(registers), looked_at__gt=0, done_at__isnull=False)
    return {row.register: row.done_at for row in rows if row.done_at}


def imports(register: str, *, most: int = 20) -> list[Import]:
    """Return the newest imports into a register."""
    return list(Import.objects.filter(register=register).order_by("-id")[:most])


def _key(after: str) -> UUID | None:
    try:
        return UUID(after)
    except ValueError:
        return None
