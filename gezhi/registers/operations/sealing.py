"""Sealing what a plan has made sensitive since it was written: in entries, their book of changes and proposals.

A field that was plain stays so in old rows until this has gone through them. It goes a few at a time and writes down
how far it is, so that it can be cut off at any moment; what it did is on record. `remaining` asks the rows themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from gezhi.foundation import journal, outbox
from gezhi.registers import ledgers
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import NAME, Entry, EntryChange, Proposal, Sealing, State
from gezhi.registers.operations.writing import divided, make_findable, opened, seal, sealed_of
from gezhi.registers.values import address_of, facets_of, sensitive_ids, title_of

BOOK = "registers"
NAME_SEALED = "entry.name_sealed"
type Progress = Callable[[str, int], None]


def seal_sensitive(*, now: datetime, limit: int = 500, progress: Progress | None = None) -> int:
    """Go through one batch of what may lie open although it is sensitive by now; return how many rows were looked at.

    0 when every register was gone through since its form named its last sensitive field.
    """
    for ledger in ledgers.ledgers(timezone.localdate(now)).values():
        row = _row(ledger, now)
        if row is not None and (done := _batch(ledger, row, now, limit)):
            if progress:
                progress(ledger.id, done)
            return done
    return 0


def look_again(*, now: datetime) -> None:
    """Let everything be gone through once more, whatever was done before."""
    Sealing.objects.update(fields=[], done_at=now)


def remaining(now: datetime, *, most: int = 1_000) -> dict[str, int]:
    """Return register → in how many rows something sensitive lies open (up to `most`); none is the proof."""
    found = {}
    for ledger in ledgers.ledgers(timezone.localdate(now)).values():
        hidden = sorted(sensitive_ids(ledger.form))
        if hidden:
            rows = (_entries(ledger, hidden), _changes(ledger, hidden), _proposals(ledger, hidden))
            found[ledger.id] = sum(one.order_by().values("pk")[:most].count() for one in rows)
    return {register: count for register, count in found.items() if count}


def _row(ledger: Ledger, now: datetime) -> Sealing | None:
    """Return how far a register is; None when it was gone through already with what is sensitive today."""
    hidden = sorted(sensitive_ids(ledger.form))
    row, _made = Sealing.objects.get_or_create(register=ledger.id, defaults={"began_at": now})
    if set(hidden) <= set(row.fields):
        if len(hidden) < len(row.fields):  # what is plain for a while has to be gone through when it is not any more
            row.fields = hidden
            row.save(update_fields=["fields"])
        return None if row.done_at else row
    row.fields, row.began_at, row.done_at, row.step, row.last = hidden, now, None, Sealing.Step.ENTRIES, None
    row.looked_at = row.entries = row.changes = row.proposals = 0
    row.save()
    return row


@transaction.atomic
def _batch(ledger: Ledger, row: Sealing, now: datetime, limit: int) -> int:
    """Do a batch of the first step that has one; what was gone through to its end is written down as done."""
    row = Sealing.objects.select_for_update().get(pk=row.pk)
    for step in list(Sealing.Step)[list(Sealing.Step).index(Sealing.Step(row.step)) :]:
        row.step = step
        rows = _STEPS[step](ledger, row.fields)
        some = list((rows.filter(pk__gt=row.last) if row.last else rows).order_by("pk").select_for_update()[:limit])
        if some:
            _SEALERS[step](ledger, some, now)
            row.last = some[-1].pk
            row.looked_at += len(some)
            setattr(row, step, getattr(row, step) + len(some))
            row.save()
            return len(some)
        row.last = None
    row.done_at = now
    row.save()
    body = {"fields": row.fields, "entries": row.entries, "changes": row.changes, "proposals": row.proposals}
    if row.looked_at:
        journal.record(BOOK, "seal", actor="", now=now, subject=ledger.id, body=body)
    return 0


def _entries(ledger: Ledger, hidden: Sequence[str]) -> Any:
    rows = Entry.objects.unscoped(reason="what became sensitive is sealed, whoever may see it")
    return rows.filter(register=ledger.id, data__has_any_keys=hidden).exclude(state=State.ERASED)


def _changes(ledger: Ledger, hidden: Sequence[str]) -> Any:
    left = [f"left.{one}" for one in hidden]
    return EntryChange.objects.filter(entry__register=ledger.id, fields__has_any_keys=[*hidden, *left])


def _proposals(ledger: Ledger, hidden: Sequence[str]) -> Any:
    return Proposal.objects.filter(entry__register=ledger.id, field__in=hidden).exclude(plain=[])


def _seal_entries(ledger: Ledger, entries: Sequence[Entry], now: datetime) -> None:
    """Seal the values, and take them out of what lists and words show. No version is counted: nothing was changed."""
    form, register = ledger.form, ledger.register
    for entry in entries:
        values = {**entry.data, **sealed_of(entry)}
        entry.data, hidden = divided(values, sensitive_ids(form) | set(sealed_of(entry)))
        entry.sealed = seal(hidden)
        before, entry.name = entry.name, (title_of(register, form, values) or entry.code)[:NAME]
        if entry.name != before:  # rooms above have copies of it
            outbox.tell(NAME_SEALED, {"entry": str(entry.pk)}, now)
        entry.address = address_of(register, form, values)[:300]
        entry.facets = facets_of(register, form, values)
        entry.changed_at = now
        entry.save(update_fields=["data", "sealed", "name", "address", "facets", "changed_at"])
        if entry.state != State.MERGED:
            make_findable(entry, form)


def _seal_changes(ledger: Ledger, changes: Sequence[EntryChange], _now: datetime) -> None:
    hidden = sensitive_ids(ledger.form)
    for one in changes:
        one.fields, closed = _apart(one.fields, hidden)
        one.sealed = seal({**opened(one.sealed), **closed})
    EntryChange.objects.all().sealed_now(changes)


def _apart(pairs: Mapping[str, Any], hidden: frozenset[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    return divided(pairs, hidden | {f"left.{one}" for one in hidden})


def _seal_proposals(_ledger: Ledger, proposals: Sequence[Proposal], _now: datetime) -> None:
    for one in proposals:
        one.plain, one.sealed = [], seal({one.field: one.plain})
    Proposal.objects.bulk_update(proposals, ["plain", "sealed"])


_STEPS: dict[str, Callable[[Ledger, Sequence[str]], Any]] = {
    Sealing.Step.ENTRIES: _entries, Sealing.Step.CHANGES: _changes, Sealing.Step.PROPOSALS: _proposals,
}  # fmt: skip
_SEALERS: dict[str, Callable[[Ledger, Any, datetime], None]] = {
    Sealing.Step.ENTRIES: _seal_entries, Sealing.Step.CHANGES: _seal_changes, Sealing.Step.PROPOSALS: _seal_proposals,
}  # fmt: skip
