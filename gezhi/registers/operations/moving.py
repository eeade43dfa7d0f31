"""What happens to a thing in the world: it moves, ends, comes back, or turns out to be one that is there already."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.errors import Forbidden, Impossible, Refused
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import Entry, EntryFile, EntryWords, Kind, Proposal, State
from gezhi.registers.operations.caring import kept_until
from gezhi.registers.operations.places import area_for
from gezhi.registers.operations.saving import propose, put
from gezhi.registers.operations.writing import (
    CHANGED,
    ENDED,
    OPENED,
    By,
    count_waiting,
    locked,
    note_change,
    pairs_of,
    tell,
    until,
    values_of,
)
from gezhi.registers.values import Point, codes_on, is_blank
from gezhi.territory.models import Area


@transaction.atomic
def move(
    *, actor: Account | None, now: datetime, entry: Entry, area: Area | str | None = None, point: Point | None = None,
    address: str = "", note: str = "",
) -> Entry:  # fmt: skip
    """Move an entry, with what is part of it, into another area. Its code and its history go along.

    Whoever collects where it was or where it goes may do so.
    """
    moved = locked(entry, actor, now)
    _active(moved)
    ledger = _ledger(moved, now)
    place = area_for(area, point, timezone.localdate(now))
    by = _by(actor, ledger, [moved.area_path, place.path], now)
    old = {"area": moved.area.code, "address": moved.address}
    new = {"area": place.code, "address": address.strip() or moved.address}
    moved.version += 1
    moved.changed_at = now
    moved.area, moved.area_path = place, place.path
    values = values_of(moved)
    pairs = {}
    if address.strip() and ledger.register.address in ledger.form.by_id:
        pairs[ledger.register.address] = [values.get(ledger.register.address), address.strip()]
    if ledger.register.place in ledger.form.by_id:
        spot = {"lon": point.lon, "lat": point.lat} if point else None
        pairs[ledger.register.place] = [values.get(ledger.register.place), spot]
    put(moved, pairs, by.at.side, ledger, ledger.form)
    note_change(moved, by, Kind.MOVE, {"area": [old["area"], new["area"]], **pairs}, ledger.form, note=note)
    parts = Entry.objects.unscoped(reason="what is part of an entry goes along").filter(part_of=moved)
    for part in parts.select_for_update():
        _go_along(part, place, by, note)
    tell(CHANGED, moved, now, fields=["area"])
    return moved


def _go_along(part: Entry, place: Area, by: By, note: str) -> None:
    was = part.area.code
    part.version += 1
    part.changed_at = by.now
    part.area, part.area_path = place, place.path
    part.save(update_fields=["version", "changed_at", "area", "area_path"])
    _found_there(part)
    note_change(part, by, Kind.MOVE, {"area": [was, place.code]}, note=note)


@transaction.atomic
def end(*, actor: Account | None, now: datetime, entry: Entry, reason: str) -> Entry:
    """End an entry: the shop closed, the household left. It stays readable until its time of keeping is over."""
    ended = locked(entry, actor, now)
    _active(ended)
    if not reason.strip():
        raise Refused("请写明注销原因。", "Say why the entry ends.", field="reason")
    ledger = _ledger(ended, now)
    by = _by(actor, ledger, [ended.area_path], now)
    ended.state, ended.ended_at, ended.changed_at = State.ENDED, now, now
    ended.version += 1
    ended.erase_at = until(now, ledger.form.retention)
    ended.save()
    note_change(ended, by, Kind.END, {}, note=reason.strip())
    tell(ENDED, ended, now)
    return ended


@transaction.atomic
def reopen(*, actor: Account | None, now: datetime, entry: Entry, reason: str = "") -> Entry:
    """Bring back an entry that was ended."""
    again = locked(entry, actor, now)
    if again.state != State.ENDED:
        raise Impossible("这个条目没有注销。", "This entry was not ended.")
    ledger = _ledger(again, now)
    by = _by(actor, ledger, [again.area_path], now)
    again.state, again.ended_at, again.changed_at = State.ACTIVE, None, now
    again.version += 1
    again.erase_at = kept_until(again, ledger.form) if again.care else None
    again.save()
    note_change(again, by, Kind.REOPEN, {}, note=reason.strip())
    tell(OPENED, again, now)
    return again


@transaction.atomic
def merge(*, actor: Account | None, now: datetime, keep: Entry, drop: Entry) -> Entry:
    """Make one of two entries of the same thing. What only the other has is taken over, what differs is proposed."""
    first, second = sorted([keep, drop], key=lambda one: one.pk)  # always locked in one order
    held = {one.pk: locked(one, actor, now) for one in (first, second)}
    kept, gone = held[keep.pk], held[drop.pk]
    if kept.pk == gone.pk or kept.register != gone.register or kept.care:
        raise Refused("只能合并同一台账中的两个不同条目。", "Two different entries of one register can be merged.")
    _active(kept)
    _active(gone)
    ledger = _ledger(kept, now)
    by = _by(actor, ledger, [kept.area_path], now)
    _by(actor, ledger, [gone.area_path], now)
    mine, theirs = values_of(kept), values_of(gone)
    new = {one: [None, value] for one, value in theirs.items() if is_blank(mine.get(one))}
    differ = pairs_of(mine, theirs, [one for one in theirs if not is_blank(mine.get(one))])
    kept.version += 1
    kept.changed_at = now
    put(kept, new, by.at.side, ledger, ledger.form)
    note_change(kept, by, Kind.MERGE, new, ledger.form, note=gone.code)
    if differ:
        propose(kept, differ, frozenset(), by, ledger.form, note=gone.code)
    _fold(gone, kept, by)
    count_waiting(kept)
    tell(CHANGED, kept, now, fields=sorted(new), merged=str(gone.pk))
    return kept


def _fold(gone: Entry, kept: Entry, by: By) -> None:
    gone.state, gone.merged_into, gone.ended_at, gone.changed_at = State.MERGED, kept, by.now, by.now
    gone.version += 1
    gone.waiting = 0
    gone.save()
    note_change(gone, by, Kind.MERGE, {}, note=kept.code)
    every = Entry.objects.unscoped(reason="what belonged to the other belongs to the one that is kept")
    every.filter(part_of=gone).update(part_of=kept)
    every.filter(merged_into=gone).update(merged_into=kept)
    Proposal.objects.filter(entry=gone, decision=Proposal.Decision.OPEN).update(entry=kept)
    EntryFile.objects.filter(entry=gone).exclude(file__in=kept.files.values("file")).update(entry=kept)
    EntryWords.objects.filter(entry=gone).delete()
    gone.keys.all().delete()


def follow_territory(*, now: datetime, limit: int = 500) -> int:
    """Let entries follow grids that were divided, merged or moved; return how many did.

    One whose place does not say into which part it falls stays where it was, and its station chooses.
    """
    closed = Area.objects.filter(until__lte=timezone.localdate(now)).values("pk")
    every = Entry.objects.unscoped(reason="the ground changed under them")
    rows = every.filter(area__in=closed, state=State.ACTIVE).order_by("id")
    followed, last = 0, None
    while True:
        with transaction.atomic():
            some = rows.filter(pk__gt=last) if last else rows
            found = list(some.select_for_update(of=("self",), skip_locked=True)[:limit])
            followed += sum(_follow(entry, now) for entry in found)
        if len(found) < limit:
            return followed
        last = found[-1].pk


def _follow(entry: Entry, now: datetime) -> bool:
    point = Point(entry.lon, entry.lat) if entry.lon is not None and entry.lat is not None else None
    by = By(None, access.SYSTEM, now)
    was = entry.area.code
    try:
        place = area_for(was, point, timezone.localdate(now))
    except Refused:
        return False
    entry.version += 1
    entry.changed_at = now
    entry.area, entry.area_path = place, place.path
    entry.save(update_fields=["version", "changed_at", "area", "area_path"])
    _found_there(entry)
    note_change(entry, by, Kind.MOVE, {"area": [was, place.code]})
    return True


def _found_there(entry: Entry) -> None:
    EntryWords.objects.filter(entry=entry).update(areas=codes_on(entry.area_path))


def _active(entry: Entry) -> None:
    if entry.state != State.ACTIVE:
        raise Impossible(
            f"条目 {entry.code} 已注销或合并，先恢复它。",
            f"The entry {entry.code} was ended or merged; reopen it first.",
        )


def _ledger(entry: Entry, now: datetime) -> Ledger:
    return ledgers.ledger(entry.register, timezone.localdate(now))


def _by(actor: Account | None, ledger: Ledger, paths: list[str], now: datetime) -> By:
    for path in paths:
        at = access.standpoint(actor, ledger, path, now)
        if at.may_write:
            return By(actor, at, now)
    raise Forbidden(
        f"“{ledger.register.title.zh}”由其他岗位或部门在这里采集，您不能这样做。",
        f"“{ledger.register.title.say('en')}” is collected here by other posts or departments; you may not do this.",
    )
