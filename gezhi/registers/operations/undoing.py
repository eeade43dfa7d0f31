"""Taking an import back: what it made goes, what it changed is as before; refused for what was changed since."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from gezhi.foundation import files, journal, outbox
from gezhi.people import access as people
from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.errors import Forbidden, Impossible
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import CODE, Entry, EntryChange, EntryFile, EntryWords, Import, Kind, Proposal, State
from gezhi.registers.operations import photos
from gezhi.registers.operations.saving import put
from gezhi.registers.operations.writing import By, count_waiting, note_change, opened
from gezhi.registers.queries.story import batch as find_batch

BOOK = "registers"
UNDONE = "register.import_undone"
_NAMED = 10


@transaction.atomic
def undo_import(*, actor: Account | None, now: datetime, number: int) -> Import:
    """Take an import back whole. Whoever took it in may, and who sets the district up."""
    find_batch(number)
    batch = Import.objects.select_for_update().get(pk=number)
    if actor is not None and batch.actor != str(actor.pk) and not people.holds(actor, access.SETUP, now):
        raise Forbidden(
            "只有导入的人和区级办公室可以撤销这次导入。",
            "Whoever took this table in, or the district's office, may take it back.",
        )
    if batch.undone_at is not None:
        raise Impossible(f"第 {number} 号导入已经撤销过了。", f"Import {number} was taken back already.")
    changes = list(EntryChange.objects.filter(batch=batch).order_by("-version", "-id"))
    rows = Entry.objects.unscoped(reason="the entries of an import, whose maker takes them back")
    entries = {one.pk: one for one in rows.filter(pk__in={c.entry_id for c in changes}).select_for_update()}
    ledger = ledgers.ledger(batch.register, timezone.localdate(now))
    _require_reach(actor, now, ledger, list(entries.values()))
    _require_untouched(batch, changes, entries)
    by = By(actor, access.Standpoint(access.OFFICE), now)
    for change in changes:
        _take_back(entries[change.entry_id], change, ledger, by)
    batch.undone_at, batch.undone_by = now, by.id
    batch.save(update_fields=["undone_at", "undone_by"])
    body = {"register": batch.register, "batch": number, "entries": len(entries)}
    journal.record(BOOK, "undo_import", actor=by.id, now=now, subject=str(number), body=body)
    outbox.tell(UNDONE, body, now)
    return batch


def _require_reach(actor: Account | None, now: datetime, ledger: Ledger, entries: list[Entry]) -> None:
    """Refuse who took the table in and no longer writes there: a post that ended gives no way back."""
    if actor is None or people.holds(actor, access.SETUP, now):
        return
    paths = {one.area_path for one in entries}
    if not all(access.standpoint(actor, ledger, path, now).may_write for path in paths):
        raise Forbidden(
            "其中有的条目现在由其他岗位采集，您不能撤销。请区级办公室撤销；什么都没有撤销。",
            "Some of its entries are collected by others now, so you may not take it back. Ask the district's office; "
            "nothing was taken back.",
        )


def _require_untouched(batch: Import, changes: list[EntryChange], entries: dict[Any, Entry]) -> None:
    newest: dict[Any, int] = {}
    for change in changes:
        newest[change.entry_id] = max(newest.get(change.entry_id, 0), change.version)
    touched = {pk for pk, version in newest.items() if entries[pk].version != version}
    decided = Proposal.objects.filter(change__batch=batch).exclude(decision=Proposal.Decision.OPEN)
    touched |= set(decided.values_list("entry_id", flat=True))
    others = EntryChange.objects.filter(entry__in=list(entries)).exclude(batch=batch)
    made = [change.entry_id for change in changes if change.kind == Kind.OPEN]
    touched |= set(others.filter(entry__in=made).values_list("entry_id", flat=True))
    rows = Entry.objects.unscoped(reason="what was made part of an imported entry would be part of nothing")
    parts = rows.filter(part_of__in=made).exclude(pk__in=list(entries)).exclude(state=State.ERASED)
    touched |= set(parts.values_list("part_of_id", flat=True))
    if touched:
        named = sorted(entries[pk].code for pk in touched)
        shown = "、".join(named[:_NAMED]) + ("…" if len(named) > _NAMED else "")
        raise Impossible(
            f"有 {len(named)} 个条目导入后又有改动，不能整批撤销：{shown}。请逐个修改或注销；什么都没有撤销。",
            f"{len(named)} entries were changed since, so the import can't be taken back whole: {shown}. Change or end "
            "them one by one; nothing was taken back.",
        )


def _take_back(entry: Entry, change: EntryChange, ledger: Ledger, by: By) -> None:
    if change.kind == Kind.OPEN:
        _unmake(entry, change, by)
    elif change.kind == Kind.PROPOSE:
        Proposal.objects.filter(change=change).update(
            decision=Proposal.Decision.OVERTAKEN, decided_at=by.now, decided_by=by.id
        )
        count_waiting(entry)
    elif change.kind == Kind.CHANGE:
        _put_back(entry, change, ledger, by)


def _unmake(entry: Entry, change: EntryChange, by: By) -> None:
    """Empty an entry that should never have been, and free its code; that it was there remains."""
    pictures = photos.everything_of(entry)
    entry.code = f"{entry.code}~{change.batch_id}"[:CODE]
    entry.name, entry.address, entry.facets, entry.data, entry.sides, entry.sealed = entry.code, "", {}, {}, {}, ""
    entry.lon = entry.lat = None
    entry.state, entry.ended_at, entry.changed_at = State.ERASED, by.now, by.now
    entry.version += 1
    entry.save()
    EntryWords.objects.filter(entry=entry).delete()
    entry.keys.all().delete()
    EntryChange.objects.filter(entry=entry).erased()
    EntryFile.objects.filter(entry=entry).delete()
    files.forget_unused(pictures)
    note_change(entry, by, Kind.UNDO, {}, note=str(change.batch_id))


def _put_back(entry: Entry, change: EntryChange, ledger: Ledger, by: By) -> None:
    pairs = {**change.fields, **opened(change.sealed)}
    back = {one: [pair[1], pair[0]] for one, pair in pairs.items() if one in ledger.form.by_id}
    owners = _owners(entry, change, list(back))
    entry.version += 1
    entry.changed_at = by.now
    put(entry, back, by.at.side, ledger, ledger.form)
    entry.sides |= {one: owner for one, owner in owners.items() if one in entry.sides}
    entry.save(update_fields=["sides"])
    note_change(entry, by, Kind.UNDO, back, ledger.form, note=str(change.batch_id))


def _owners(entry: Entry, change: EntryChange, fields: list[str]) -> dict[str, str]:
    """Return whose word stood in each field before a change."""
    found: dict[str, str] = {}
    for before in EntryChange.objects.filter(entry=entry, version__lt=change.version).order_by("-version", "-id"):
        for one in {**before.fields, **opened(before.sealed)}:
            if one in fields:
                found.setdefault(one, before.side)
    return found
