"""Erasing what may no longer be kept. A tombstone without data remains, and the chained book proves what was done."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from gezhi.foundation import files, journal, outbox
from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.errors import Refused
from gezhi.registers.models import (
    CareAssignment,
    Entry,
    EntryChange,
    EntryFile,
    EntryKey,
    EntryWords,
    Kind,
    Look,
    Proposal,
    State,
)
from gezhi.registers.operations import photos
from gezhi.registers.operations.looking import stated
from gezhi.registers.operations.writing import By, locked, note_change, seal, values_of

BOOK = "registers"
ERASED = "entry.erased"


def erase_due(*, now: datetime, limit: int = 500) -> int:
    """Erase entries whose time is over; return how many. A daily task calls it until nothing is left."""
    rows = Entry.objects.unscoped(reason="what may no longer be kept goes, whoever may see it")
    due = list(rows.filter(erase_at__lte=now).order_by("erase_at", "id").values_list("pk", flat=True)[:limit])
    for pk in due:
        with transaction.atomic():
            entry = rows.select_for_update(of=("self",)).filter(pk=pk, erase_at__lte=now).first()
            if entry is not None:
                _erase_whole(entry, None, now, "retention")
    return len(due)


@transaction.atomic
def erase(*, actor: Account | None, now: datetime, entry: Entry, reason: str) -> Entry:
    """Erase an entry at once, because the person asks for it and no duty keeps it. The post that decides does that."""
    gone = locked(entry, actor, now)
    ledger = ledgers.ledger(gone.register, timezone.localdate(now))
    if actor is not None and not access.standpoint(actor, ledger, gone.area_path, now).decides:
        raise Refused("只有方案指定的裁定岗位可以删除。", "Only the post that decides by the plan may erase.")
    _erase_whole(gone, actor, now, stated(reason))
    return gone


def _erase_whole(entry: Entry, actor: Account | None, now: datetime, why: str) -> None:
    """Erase an entry, and with it those that were merged into it: they hold the same thing's values."""
    rows = Entry.objects.unscoped(reason="what was merged into an entry goes with it")
    for twin in rows.select_for_update(of=("self",)).filter(merged_into=entry).exclude(state=State.ERASED):
        _erase(twin, actor, now, why)
    _erase(entry, actor, now, why)


def _erase(entry: Entry, actor: Account | None, now: datetime, why: str) -> None:
    """Take every value out, wherever it was kept; write down what was erased as a digest that can be compared."""
    digest = hashlib.sha256(seal(values_of(entry)).encode()).hexdigest()
    pictures = photos.everything_of(entry)
    changes = EntryChange.objects.filter(entry=entry).erased()
    Proposal.objects.filter(entry=entry).update(plain=[], sealed="", reason="")
    Proposal.objects.filter(entry=entry, decision=Proposal.Decision.OPEN).update(
        decision=Proposal.Decision.OVERTAKEN, decided_at=now
    )
    EntryWords.objects.filter(entry=entry).delete()
    EntryKey.objects.filter(entry=entry).delete()
    CareAssignment.objects.filter(entry=entry, until=None).update(until=now)
    Look.objects.filter(entry=entry).update(fields=[])
    EntryFile.objects.filter(entry=entry).delete()
    gone_files = files.forget_unused(pictures)
    entry.name, entry.address, entry.facets, entry.data, entry.sides, entry.sealed = "", "", {}, {}, {}, ""
    entry.lon = entry.lat = entry.erase_at = None
    entry.state, entry.changed_at, entry.waiting = State.ERASED, now, 0
    entry.version += 1
    if entry.care:  # who was helped where is itself told by a tombstone
        entry.purpose, entry.basis = "-", "-"
    entry.save()
    by = By(actor, access.Standpoint(), now)
    note_change(entry, by, Kind.ERASE, {})
    body = {"register": entry.register, "digest": digest, "changes": changes, "files": gone_files, "why": why}
    journal.record(BOOK, "erase", actor=by.id, now=now, subject=str(entry.pk), body=body)
    outbox.tell(ERASED, {"entry": str(entry.pk), "register": entry.register}, now)
